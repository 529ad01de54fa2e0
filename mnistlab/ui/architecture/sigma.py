"""Architecture: the activation with its slope, at a z that can be moved."""

import numpy as np
import streamlit as st

from mnistlab.analysis.layers import FLAT, curve
from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.figures.activation_function import plot_activation
from mnistlab.ui.architecture.case import Viewed
from mnistlab.ui.chart import show
from mnistlab.ui.glossary import help_of
from mnistlab.ui.widgets import choose

REACH = 10.0


@st.fragment
def draw_sigma(viewed: Viewed) -> None:
    """Draw sigma and sigma', and say what the slope at z means for learning."""
    st.subheader("Activation function", anchor=False, help=help_of("activation function"))
    figure, words = st.columns([7, 5], gap="large", vertical_alignment="center")
    with words:
        own = viewed.config.activation  # of its hidden layers
        name = choose(
            "Activation function",
            {name: activation.name for name, activation in ACTIVATIONS.items()},
            own,
            f"architecture_sigma_{own}",
            persist_state="session",
            help=help_of("activation function"),
        )
        z = st.slider(
            "Pre-activation z",
            -REACH,
            REACH,
            value=1.0,
            step=0.1,
            key="architecture_z",
            persist_state="session",
            help=help_of("pre-activation"),
        )
        value, slope = at(name, z)
        st.latex(r"\sigma(z) = " + ACTIVATIONS[name].formula)
        st.latex(r"\sigma'(z) = " + ACTIVATIONS[name].slope_formula("z", r"\sigma(z)"))
        st.markdown(ACTIVATIONS[name].character)
        st.markdown(
            rf"At $z = {z:.1f}$: $\;\sigma(z) = {value:.4f}, \;\sigma'(z) = {slope:.4f}$. {meaning(slope)}"
        )
    with figure:
        show(plot_activation(*curve(name, REACH), z), "architecture_sigma_figure")


def at(name: str, z: float) -> tuple[float, float]:
    """Return sigma and sigma' at one z."""
    grid, values, slopes = curve(name, REACH)
    place = int(np.abs(grid - z).argmin())
    return float(values[place]), float(slopes[place])


def meaning(slope: float) -> str:
    """Return what a slope means for the error that comes back through a unit."""
    if abs(slope) < FLAT:
        return (
            "Of the error that comes back to this unit, almost nothing passes: it is **saturated**, and its "
            "weights hardly learn."
        )
    turned = ", with its sign reversed" if slope < 0 else ""
    return (
        f"Of the error that comes back to this unit, **{abs(slope):.0%}** passes on to its weights{turned}."
    )
