"""Data: what the digits have in common, and how far one gets with that alone."""

import streamlit as st

from mnistlab.analysis.dataset_stats import digit_counts
from mnistlab.figures.image_grid import class_means
from mnistlab.figures.statistics import (
    FULL_INK,
    plot_baselines,
    plot_class_balance,
    plot_pixel_histogram,
)
from mnistlab.ui.chart import show
from mnistlab.ui.data.cached import cached_baselines, cached_class_pictures, cached_pixel_counts
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab


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
            "images, "
            "here and now." + ("" if own else " Train a network, and it appears in this chart.")
        )


def own_network(lab: Lab) -> tuple[str, float] | None:
    """Return name and accuracy of the current network where it was trained, and on these digits."""
    run = lab.run
    if run.epoch == 0 or run.accuracy is None or run.config.dataset != lab.settings.dataset:
        return None
    return "your network", run.accuracy
