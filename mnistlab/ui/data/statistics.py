"""Data: where the digits come from, what they have in common, and how far one gets with that alone."""

import numpy as np
import streamlit as st

from mnistlab.analysis.dataset_stats import baselines, class_pictures, digit_counts, pixel_counts
from mnistlab.figures.image_grid import class_means
from mnistlab.figures.statistics import FULL_INK, plot_baselines, plot_class_balance, plot_pixel_histogram
from mnistlab.ui.chart import show
from mnistlab.ui.digits import SETS, key_of
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import shared

COLUMNS = "| | shape | type | values | memory |\n|:--|:--|:--|:--|--:|"

cached_baselines = shared(SETS, key_of)(baselines)
cached_class_pictures = shared(SETS, key_of)(lambda dataset: class_pictures(*dataset.train))
cached_pixel_counts = shared(SETS, key_of)(lambda dataset: pixel_counts(dataset.train.images))


def draw_source(lab: Lab) -> None:
    """Say which digits these are, where they came from and whether that was verified."""
    dataset = lab.dataset
    kind = "Generated digits, not MNIST" if dataset.name == "generated digits" else dataset.name
    st.markdown(f"**{kind}.** {dataset.source}")


def draw_arrays(lab: Lab) -> None:
    """Draw the table of the arrays, as a notebook would print their shapes."""
    st.subheader("Arrays and shapes", anchor=False)
    rows = [COLUMNS]
    for split, name in ((lab.dataset.train, "training"), (lab.dataset.test, "test")):
        rows.append(array_row(f"{name} images", split.images, "0 to 255"))
        rows.append(array_row(f"{name} labels", split.labels, "0 to 9"))
    st.markdown("\n".join(rows))
    st.caption(
        "A digit $x$ is 28 × 28 = 784 whole numbers, 0 for paper and 255 for ink, and its label $y$ says "
        "what it is. The network is fed each image as one row of 784 numbers; it is never told which pixels "
        "are neighbors."
    )


def array_row(name: str, array: np.ndarray, values: str) -> str:
    """Return one row of the table."""
    shape = "(" + ", ".join(f"{size:,}" for size in array.shape) + ("," if array.ndim == 1 else "") + ")"
    size = f"{array.nbytes / 1e6:.1f} MB" if array.nbytes >= 1e6 else f"{array.nbytes / 1e3:.0f} kB"
    return f"| {name} | `{shape}` | `{array.dtype}` | {values} | {size} |"


def draw_classes(lab: Lab) -> None:
    """Draw how many of each digit there are, and their means and spreads."""
    dataset = lab.dataset
    counts, test_counts = digit_counts(dataset.train.labels), digit_counts(dataset.test.labels)
    st.subheader("Class balance", anchor=False)
    left, right = st.columns([5, 7], gap="large")
    with left:
        show(plot_class_balance(counts, test_counts), key="data_balance")
        st.caption(
            f"Nearly as many of each: from {counts.min():,} ({counts.argmin()}) to {counts.max():,} "
            f"({counts.argmax()}) training images. So accuracy is a fair measure."
        )
    with right:
        show_sketch(class_means(*cached_class_pictures(dataset)), "data_means")
        st.caption(
            "The mean is dark where all people put their ink. The standard deviation is dark where they "
            "disagree: a 1 is mostly a matter of slant, a 2 of how its loop is made."
        )


def draw_pixels(lab: Lab) -> None:
    """Draw which values pixels have, and why."""
    counts = cached_pixel_counts(lab.dataset)
    shares = counts / counts.sum()
    paper, ink = shares[0], shares[FULL_INK:].sum()
    st.subheader("Pixel-value histogram", anchor=False)
    left, right = st.columns([7, 5], gap="large", vertical_alignment="center")
    with left:
        show(plot_pixel_histogram(counts), key="data_pixels")
    with right:
        st.markdown(
            f"**{paper:.0%}** of all pixels are exactly 0, **{ink:.0%}** are {FULL_INK} or more, and only "
            f"**{1 - paper - ink:.0%}** are gray in between. A digit is a thin line in the middle of 28 × 28 "
            "pixels, so most of the square stays paper; gray stands only along the edge of the line, where a "
            "pixel is partly covered."
        )
        st.caption(
            "A weight $W_{ij}$ on a pixel that is always 0 never learns anything: its gradient is "
            r"$\Delta_i\, x_j = 0$.",
            help=help_of("gradient"),
        )


def draw_baselines(lab: Lab) -> None:
    """Draw what the simplest rules reach, beside the current network."""
    rules = cached_baselines(lab.dataset)
    names, scores = [rule.name for rule in rules], [rule.accuracy for rule in rules]
    own = own_network(lab)
    if own:
        names, scores = [*names, own[0]], [*scores, own[1]]
    st.subheader("Baselines", anchor=False, help=help_of("baseline"))
    left, right = st.columns([7, 5], gap="large", vertical_alignment="center")
    with left:
        show(plot_baselines(names, scores, own and own[0]), key="data_baselines")
    with right:
        st.markdown("\n".join(f"- **{rule.name}**: {rule.rule}" for rule in rules))
        st.caption(
            "What there is to beat: each rule is made from the training images and measured on the test "
            "images, here and now." + ("" if own else " Train a network, and it appears in this chart.")
        )


def own_network(lab: Lab) -> tuple[str, float] | None:
    """Return name and accuracy of the current network where it was trained, and on these digits."""
    run = lab.run
    if run.epoch == 0 or run.accuracy is None or run.config.dataset != lab.settings.dataset:
        return None
    return "your network", run.accuracy
