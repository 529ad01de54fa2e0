"""Architecture: where the pre-activations of real images fall, and why raw pixels saturate a sigmoid."""

import numpy as np
import streamlit as st

from mnistlab.analysis.layers import FLAT, flat_share, layer_shapes
from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.engine.scaling import SCALINGS
from mnistlab.figures.histogram import plot_pre_activations
from mnistlab.setting_labels import CHOICE_NAMES, SETTING_NAMES
from mnistlab.ui.architecture.case import PROBED, Viewed, cached_sums
from mnistlab.ui.chart import show
from mnistlab.ui.glossary import help_of, help_of_setting
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.widgets import choose


@st.fragment
def draw_sums(lab: Lab, viewed: Viewed) -> None:
    """Draw the histogram of z, layer by layer, before and after training."""
    st.subheader("Distribution of the pre-activations z", anchor=False, help=help_of("pre-activation"))
    figure, words = st.columns([7, 5], gap="large", vertical_alignment="center")
    with words:
        own = viewed.config.scaling
        scaling = choose(
            SETTING_NAMES["scaling"],
            CHOICE_NAMES["scaling"],
            own,
            f"architecture_scaling_{own}",
            persist_state="session",
            help=help_of_setting("scaling"),
        )
        before, after = cached_sums(viewed.start, viewed.config, lab.dataset, scaling), None
        st.markdown(lesson(lab, viewed))
        if viewed.is_trained and scaling == own:
            after = cached_sums(viewed.now, viewed.config, lab.dataset, scaling)
            st.markdown(change(viewed, before, after))
        elif viewed.is_trained:
            st.caption("After training is shown for the input scaling that the network was trained with.")
    with figure:
        count = min(PROBED, len(lab.dataset.train.images))
        show(
            plot_pre_activations(
                before,
                after,
                title=f"z for the first {count} training images",
                names=[shape.name for shape in layer_shapes(viewed.config)],
            ),
            key="architecture_sums",
        )


def lesson(lab: Lab, viewed: Viewed) -> str:
    """Return how much of the untrained first layer is saturated by raw pixels, and how much without."""
    sigma = layer_shapes(viewed.config)[0].activation
    sums = {
        scaling: cached_sums(viewed.start, viewed.config, lab.dataset, scaling)[0] for scaling in SCALINGS
    }
    shares = {scaling: flat_share(z, sigma) for scaling, z in sums.items()}
    sizes = {scaling: float(np.median(np.abs(z))) for scaling, z in sums.items()}
    if not ACTIVATIONS[sigma].saturates:
        return (
            f"{ACTIVATIONS[sigma].name} lets every positive $z$ pass, however large. Before training, "
            f"**{shares['raw']:.0%}** of the first layer's sums lie where $\\sigma'$ is nearly 0 with pixels "
            f"from 0 to 255, and {shares['unit']:.0%} with pixels divided by 255. What changes more is their "
            f"size: half of them are beyond ±{sizes['raw']:.2g}, and beyond ±{sizes['unit']:.2g}."
        )
    return (
        "Fed with pixels from 0 to 255, half of the untrained first layer's sums are beyond "
        f"±{sizes['raw']:.2g}, and **{shares['raw']:.0%}** lie where $\\sigma'$ is nearly 0: saturated "
        "before anything was learned. With pixels divided by 255, the same weights give half of the sums "
        f"within ±{sizes['unit']:.2g}, and **{shares['unit']:.0%}** are saturated."
    )


def change(viewed: Viewed, before, after) -> str:
    """Return how training changed the share of saturated units, layer by layer."""
    shapes = layer_shapes(viewed.config)
    parts = [
        f"{shape.name} {flat_share(first, shape.activation):.0%} → {flat_share(last, shape.activation):.0%}"
        for shape, first, last in zip(shapes, before, after, strict=True)
    ]
    return f"Where $|\\sigma'| < {FLAT}$, before → {viewed.now.when}: " + ", ".join(parts) + "."
