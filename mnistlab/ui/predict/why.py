"""Why the network answered so: what its layers hold, what each pixel adds, and which digits are near."""

from functools import partial

import numpy as np
import streamlit as st

from mnistlab.explaining.evidence import evidence
from mnistlab.explaining.exploring import nearest
from mnistlab.explaining.verdict import a_digit
from mnistlab.figures.answer import plot_strip
from mnistlab.figures.digits import plot_digit_grid
from mnistlab.figures.evidence import plot_evidence
from mnistlab.network import Passed
from mnistlab.runs import Run
from mnistlab.ui.crowd import crowd
from mnistlab.ui.glossary import GLOSSARY
from mnistlab.ui.lab import Lab, current_snapshot, is_moving
from mnistlab.ui.predict.memory import read, training_blocks
from mnistlab.ui.remembered import remembered, show_known

TICK = 1.0  # seconds
NUM_NEIGHBORS = 5
UNIT = "predict_unit"  # (layer, unit) that was clicked; the answer where nothing was


def draw_why(lab: Lab, image: np.ndarray | None) -> None:
    """Draw the reasons for an answer."""
    st.subheader("Why", anchor=False)
    if image is None:
        st.markdown(
            "Draw a digit, and this is where you see what every hidden unit makes of it, which pixels spoke "
            "for the answer and which against, and the training digits it looks like."
        )
        return
    if is_moving(lab.snapshot):
        st.fragment(why, run_every=TICK * crowd(lab.snapshot))(lab, image)
    else:
        why(lab, image)


def why(lab: Lab, image: np.ndarray) -> None:
    """Draw layers, evidence and neighbors of an image."""
    run = current_snapshot().run
    passed = read(run, image)
    left, right = st.columns(2, gap="medium")
    with left:
        draw_layers(run, passed)
    with right:
        draw_evidence(run, passed, image)
    with left:  # last, because it takes longest
        draw_neighbors(lab, image)


def draw_layers(run: Run, passed: Passed) -> None:
    """Draw the activations of every hidden layer; a click on a unit chooses it for the evidence."""
    hidden = passed.activations[1:-1]
    if not hidden:
        st.markdown(
            "**No hidden layer**: each output weighs the pixels directly, $a = \\sigma(W x + b)$, and the "
            "evidence is the whole story."
        )
        return
    st.markdown(
        "**What its hidden layers hold** · click a unit to see what it looks for",
        help=GLOSSARY["hidden layer"],
    )
    for layer, activations in enumerate(hidden):
        key = f"predict_layer_{layer}"
        selected = selected_in(layer, len(activations))
        plot = partial(
            plot_strip,
            activations,
            title=f"Layer {layer + 1}: {len(activations)} units",
            symbol=f"a<sup>({layer + 1})</sup>",
            signed=run.config.activation == "tanh",
            selected=selected,
        )
        on_select = partial(choose_unit, key, layer)
        show_known(key, (activations, selected), plot, on_select=on_select, selection_mode="points")


def selected_in(layer: int, width: int) -> int | None:
    """Return the unit that was clicked in a hidden layer of some width, or None."""
    chosen = st.session_state.get(UNIT)
    return chosen[1] if chosen and chosen[0] == layer and chosen[1] < width else None


def choose_unit(key: str, layer: int) -> None:
    """Choose the unit that was clicked; a click beside the units goes back to the answer."""
    points = st.session_state[key].selection.points
    st.session_state[UNIT] = (layer, int(points[0]["customdata"])) if points else None


def draw_evidence(run: Run, passed: Passed, image: np.ndarray) -> None:
    """Draw what each pixel says for and against one unit."""
    layer, unit = draw_choice(run, passed)
    found = remembered(
        "predict_evidence",
        (passed, layer, unit),
        lambda: evidence(run.params, passed, layer, unit, run.config.activation),
    )
    name = f"output {unit}" if layer == len(run.params) - 1 else f"unit {unit} of layer {layer + 1}"
    words = ("Weights", "Weight × input") if found.is_exact else ("Gradient ∂z/∂x", "Gradient × input")
    maps = st.columns(2, gap="small", wrap=False)
    for side, values, title, key in zip(
        maps, (found.slopes, found.contributions), words, ("slopes", "contributions"), strict=True
    ):
        with side:
            plot = partial(plot_evidence, values, image, title=title, height=262)
            show_known(f"predict_{key}", (values, image, title), plot)
    total = float(found.contributions.sum())
    if found.is_exact:
        bias = float(run.params[0].biases[unit])
        st.markdown(
            f"Blue ink speaks for {name}, orange against it. Here the sum is exact: "
            f"$z = \\sum_j W_j x_j + b = {total:.2f} {bias:+.2f} = {found.z:.2f}$, and $a = {found.a:.2f}$."
        )
    else:
        st.markdown(
            f"Blue: more ink there raises {name}; orange: it lowers it. The backward pass, begun at $z = "
            f"{found.z:.2f}$, gives $\\partial z / \\partial x$ for every pixel; "
            f"$\\partial a / \\partial x$ is that times $\\sigma'(z) = {found.slope_of_activation:.3g}$."
        )


def draw_choice(run: Run, passed: Passed) -> tuple[int, int]:
    """Draw the choice of an output, and return the layer and the unit that are chosen."""
    last = len(run.params) - 1
    chosen = st.session_state.get(UNIT)
    if chosen and (chosen[0] >= last or chosen[1] >= len(run.params[chosen[0]].biases)):
        chosen = None  # the network has changed
    st.session_state.setdefault("predict_output", "answer")
    names = ["answer", *range(10)]
    output = st.pills(
        "What speaks for",
        names,
        key="predict_output",
        format_func=str,
        on_change=forget_unit,
        required=True,
        persist_state="session",
        wrap=True,
    )
    if chosen:
        return chosen
    return last, int(passed.activations[-1].argmax()) if output not in range(10) else output


def forget_unit() -> None:
    """Go back from a hidden unit to the outputs."""
    st.session_state[UNIT] = None


def draw_neighbors(lab: Lab, image: np.ndarray) -> None:
    """Draw the five training digits that differ least from an image."""
    st.markdown("**The nearest training digits** · no network, only pixels compared")
    train = lab.dataset.train
    show_known("predict_neighbors", (image, train.images), partial(plot_neighbors, lab, image))


def plot_neighbors(lab: Lab, image: np.ndarray):
    """Return the five training digits that differ least from an image, as a figure."""
    train = lab.dataset.train
    blocks = training_blocks(lab.dataset.name, len(train.labels), train.images)
    indices, distances = nearest(image, train.images, NUM_NEIGHBORS, blocks)
    labels = train.labels[indices].tolist()
    says = [
        f"training image {index:,}: {a_digit(label)}, distance {distance:,.0f}"
        for index, label, distance in zip(indices, labels, distances, strict=True)
    ]
    return plot_digit_grid(
        train.images[indices], [str(label) for label in labels], columns=NUM_NEIGHBORS, tile=84, hover=says
    )
