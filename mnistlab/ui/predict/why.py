"""Why the network answered so: what its layers hold, what each pixel adds, and which digits are near."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from mnistlab.analysis.attribution import evidence
from mnistlab.analysis.decision import a_digit
from mnistlab.analysis.single_image import Reading
from mnistlab.data.datasets import Dataset
from mnistlab.figures import attribution as plotted
from mnistlab.figures.html_figure import Sketch
from mnistlab.figures.layer_values import Strip, draw_passes
from mnistlab.figures.theme import number
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import OwnDigits, Run
from mnistlab.ui.digits import nearest_training_digits
from mnistlab.ui.formatting import count
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import gallery, show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered
from mnistlab.ui.network_status import DIGITS
from mnistlab.ui.predict.answer import read

NUM_NEIGHBORS = 5
UNIT = "predict_unit"  # (layer, unit) that was clicked; the answer where nothing was


def draw_why(lab: Lab, snapshot: Snapshot, image: np.ndarray | None) -> None:
    """Draw the reasons for an answer: layers, evidence and neighbors of an image."""
    if image is None:
        st.markdown(
            "Ask about a digit, and this is where you see what every hidden unit makes of it, which pixels "
            "spoke for the answer and which against, and the training digits it looks like."
        )
        return
    run = snapshot.run
    passed = read(run, image)
    st.caption(whose(run))
    left, right = st.columns(2, gap="medium")
    with left:
        draw_layers(run, passed)
    with right:
        draw_evidence(run, passed, image)
    with left:  # last, because it takes longest
        draw_neighbors(lab, image)


def whose(run: Run) -> str:
    """Say whose answer is explained: the network, and which images it learned from."""
    if not run.epoch:
        return "Of the untrained network."
    own = " and your own digits" if any(isinstance(change, OwnDigits) for change in run.schedule) else ""
    name = "MNIST" if run.config.dataset == "mnist" else DIGITS[run.config.dataset]
    return f"Of the network after epoch {run.epoch}, trained on {name}{own}."


def draw_layers(run: Run, passed: Reading) -> None:
    """Draw the activations of every hidden layer; a click on a unit chooses it for the evidence."""
    hidden = passed.activations[1:-1]
    if not hidden:
        st.markdown(
            "**No hidden layer**: each output weighs the pixels directly, $a = \\sigma(W x + b)$, and the "
            "attribution is the whole story."
        )
        return
    st.markdown(
        "**Activations of its hidden layers** · click a unit to see what it looks for",
        help=help_of("hidden layer"),
    )
    chosen = chosen_unit(passed)
    signed = any(bool((a < 0).any()) for a in hidden)
    show_sketch(
        remembered("predict_layers", (passed, str(chosen)), lambda: layers_figure(hidden, signed, chosen)),
        "predict_hidden",
        on_pick=choose_unit,
    )


def layers_figure(hidden: Sequence[np.ndarray], signed: bool, chosen: tuple[int, int] | None) -> Sketch:
    """Return the activations of all hidden layers as cells; a click gives layer, from 1, and unit."""
    strips = [
        Strip("a", f"<b>Layer {layer}</b>, {count(len(a), 'unit')}", layer, a, signed)
        for layer, a in enumerate(hidden, start=1)
    ]
    framed = {chosen[0] + 1: chosen[1]} if chosen else {}
    return draw_passes(strips, framed, f"Activations of {count(len(hidden), 'hidden layer')}.")


def chosen_unit(passed: Reading) -> tuple[int, int] | None:
    """Return the hidden unit that was clicked, as layer, from 0, and unit; None where there is none."""
    chosen: tuple[int, int] | None = st.session_state.get(UNIT)
    hidden = passed.activations[1:-1]
    if chosen and chosen[0] < len(hidden) and chosen[1] < len(hidden[chosen[0]]):
        return chosen
    return None


def choose_unit(place: tuple[int, int]) -> None:
    """Choose the unit that was clicked; another click on it goes back to the answer."""
    clicked = place[0] - 1, place[1]
    st.session_state[UNIT] = None if st.session_state.get(UNIT) == clicked else clicked


def draw_evidence(run: Run, passed: Reading, image: np.ndarray) -> None:
    """Draw what each pixel says for and against one unit."""
    layer, unit = draw_choice(passed)
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
            make = partial(plotted.draw_evidence, values, image, title)
            show_sketch(remembered(f"predict_{key}_figure", (values, image, title), make), f"predict_{key}")
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
            f"$\\partial a / \\partial x$ is that times $\\sigma'(z)$ = {number(found.slope_of_activation)}."
        )


def draw_choice(passed: Reading) -> tuple[int, int]:
    """Draw the choice of an output, and return the layer and the unit that are chosen."""
    output = st.pills(
        "Attribution for class",
        ["predicted", *range(10)],
        default="predicted",
        key="predict_output",
        format_func=str,
        on_change=forget_unit,
        required=True,
        persist_state="session",
        wrap=True,
    )
    outputs = passed.activations[-1]
    answer = len(passed.activations) - 2, int(outputs.argmax()) if output not in range(10) else output
    return chosen_unit(passed) or answer


def forget_unit() -> None:
    """Go back from a hidden unit to the outputs."""
    st.session_state[UNIT] = None


def draw_neighbors(lab: Lab, image: np.ndarray) -> None:
    """Draw the five training digits that differ least from an image."""
    dataset = lab.dataset
    images = f"{dataset.name}, first epoch" if dataset.mixture else dataset.name
    st.markdown(f"**Nearest neighbors (training set)** · {images}; no network, only pixels compared")
    shown = remembered("predict_neighbors", (image, dataset), lambda: neighbors_row(dataset, image))
    st.html(shown)


def neighbors_row(dataset: Dataset, image: np.ndarray) -> str:
    """Return the five training digits that differ least from an image, as HTML."""
    train = dataset.train
    indices, distances = nearest_training_digits(dataset, image, NUM_NEIGHBORS)
    labels = train.labels[indices].tolist()
    says = [
        f"training image {index:,}: {a_digit(label)}, distance {distance:,.0f}"
        for index, label, distance in zip(indices, labels, distances, strict=True)
    ]
    return gallery(train.images[indices], says, [str(label) for label in labels], size=56)
