"""Data: the digits as points on a map, each of which opens its image and its true neighbors."""

import streamlit as st

from mnistlab.analysis.dataset_stats import project
from mnistlab.figures.html_figure import INK, ink_levels
from mnistlab.figures.image_grid import named_tiles, weight_picture
from mnistlab.figures.statistics import draw_projection
from mnistlab.ui.digits import SETS, key_of, nearest_training_digits
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_digit, show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import shared

POINT = "data_point"  # session state: which digits, and the index of the open one
NEIGHBORS = 5

cached_projection = shared(SETS, key_of)(lambda dataset: project(dataset.train.images))


@st.fragment
def draw_map(lab: Lab) -> None:
    """Draw the map, and beside it the image that was clicked."""
    train, seen = lab.dataset.train, cached_projection(lab.dataset)
    opened = opened_point(lab, int(seen.indices[0]))
    st.subheader("Principal component analysis (PCA)", anchor=False, help=help_of("principal component"))
    st.markdown(
        "An image is a point in a space of 784 dimensions. Seen from the side on which "
        f"{len(seen.indices):,} of them differ most, they look like this; the two directions hold "
        f"**{seen.shares.sum():.0%}** of all differences, so what overlaps here may still be far apart."
    )
    left, right = st.columns([7, 5], gap="medium")
    with left:
        show_sketch(
            draw_projection(seen.points, train.labels[seen.indices], seen.indices, train.images, opened),
            "data_map",
            lambda index: st.session_state.update({POINT: (key_of(lab.dataset), index)}),
        )
        st.caption("Hover over a point to see its image in dots, click to open it.")
    with right:
        draw_point(lab, opened)
        draw_directions(seen.directions, seen.shares)


def opened_point(lab: Lab, first: int) -> int:
    """Return the index of the open image, or of the first one."""
    digits, index = st.session_state.get(POINT, (None, first))
    return index if digits == key_of(lab.dataset) else first


def draw_point(lab: Lab, index: int) -> None:
    """Draw one image, and under it the images that are really near it."""
    train = lab.dataset.train
    name = f"Training image {index:,}: {train.labels[index]}"
    with st.container(key="data_point_picture"):
        st.markdown(f"**{name}**")
        show_digit(train.images[index], name, 168)
    found, distances = nearest_training_digits(lab.dataset, train.images[index], NEIGHBORS + 1)
    pairs = zip(found.tolist(), distances.tolist(), strict=True)
    others = [(other, distance) for other, distance in pairs if other != index][:NEIGHBORS]
    indices, labels = [other for other, _ in others], [str(train.labels[other]) for other, _ in others]
    show_sketch(
        named_tiles(
            ink_levels(train.images[indices]),
            INK,
            labels,
            [
                f"training image {other:,}: {train.labels[other]}\ndistance {distance:,.0f}"
                for other, distance in others
            ],
            NEIGHBORS,
            title=f"Nearest neighbors: {NEIGHBORS}, in all 784 dimensions",
            alt=f"The nearest {NEIGHBORS} training images: {', '.join(labels)}.",
            tile=56,
        ),
        "data_neighbors",
    )


def draw_directions(directions, shares) -> None:
    """Draw the two directions of the map as images."""
    columns = st.columns(2, gap="small")
    for number, (column, direction, share) in enumerate(zip(columns, directions, shares, strict=True)):
        with column:
            name = ("First", "Second")[number] + " principal component"
            show_sketch(weight_picture(direction, f"{name}, {share:.1%}", 168), f"data_axis_{number}")
    st.caption("Where a point lies is a weighted sum of its pixels. These are the weights.")
