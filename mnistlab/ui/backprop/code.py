"""The code behind the page, read from the modules themselves, and what this lab leaves out."""

import inspect

import streamlit as st

from mnistlab.analysis import gradient_check
from mnistlab.engine import backprop, network
from mnistlab.ui.glossary import help_of
from mnistlab.ui.widgets import choose

SHOWN = {
    "Forward": (network.forward, network.weighted_sums),
    "Cost": (backprop.cost,),
    "Backward": (backprop.backward, backprop.backpropagate_error, backprop.image_deltas),
    "Gradient": (
        backprop.image_gradient,
        backprop.batch_gradient,
        backprop.batch_deltas,
        backprop.summed_gradient,
        backprop.summed_outer,
    ),
    "Step": (backprop.batch_step,),
    "Check": (gradient_check.gradient_by_jax, gradient_check.central_difference),
}


@st.fragment
def draw_code() -> None:
    """Draw the source of the functions that made the numbers of this page, and of training's step."""
    st.subheader("Source code", anchor=False)
    st.markdown(
        "This is the code that ran, no copy: the page asks each module for its own source. It is written "
        "for one image; `jax.vmap` lifts it to a mini-batch, and nothing is compiled as a whole, so every "
        "number on this page could be looked at.",
        help=help_of("vmap"),
    )
    parts = {part: part for part in SHOWN}
    part = choose(
        "Of", parts, "Forward", "backprop_code", persist_state="session", label_visibility="collapsed"
    )
    for function in SHOWN[part]:
        module = function.__module__.replace(".", "/")
        _, first = inspect.getsourcelines(function)
        st.caption(f"{module}.py, line {first}")
        st.code(inspect.getsource(function), language="python")
    draw_note()


def draw_note() -> None:
    """Say what is not here, and what it would change."""
    with st.expander("Why no momentum, no softmax, no cross-entropy?"):
        st.markdown(
            "They are left out so that every number on this page follows from four equations. They would "
            "change this:\n\n- **Cross-entropy** makes (BP1) $\\Delta^{(D)} = a^{(D)} - y$. The factor "
            "$\\sigma'(z^{(D)})$ is gone, so an output that is saturated *and wrong* still learns. With "
            "the quadratic cost it does not: the output that never fires is the typical failure you can "
            "meet in this lab.\n- **Softmax** makes the ten outputs sum to one, so raising one lowers the "
            "others, and they can be read as probabilities. Ours are ten separate yes-or-no answers: they "
            "cannot, but all ten may say no to a scribble.\n- **Momentum** steps along a running average "
            "of past gradients: faster along flat valleys and past a saddle point, steadier across steep "
            "slopes. Then a step no longer follows from one mini-batch, and its first-order prediction would "
            "need the history.",
            help=help_of("saddle point"),
        )
