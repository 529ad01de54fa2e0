"""Architecture: the network as a drawing, and the count of what it will learn."""

import streamlit as st

from mnistlab.analysis.layers import LayerShape, layer_shapes
from mnistlab.figures.diagram import draw_network
from mnistlab.ui.architecture.case import Viewed
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.memo import remembered

NO_BREAK = "\u00a0"
HEAD = "| layer | units | activation | weights\u00a0+\u00a0biases | parameters |\n|:--|--:|:--|--:|--:|"


def draw_diagram(viewed: Viewed) -> None:
    """Draw the network."""
    st.subheader("The network", anchor=False)
    what = f"The network {viewed.now.when}" if viewed.is_trained else "The untrained network"
    params = viewed.now.params
    sketch = remembered("architecture_drawn", (params,), lambda: draw_network(params))
    show_sketch(sketch, "architecture_diagram")
    st.caption(
        f"{what}. A line is a weight: blue where a unit's firing helps the next, orange where "
        "it hinders, the stronger the bolder. Hover over a line for its weight, over a unit for its bias.",
        help=help_of("weight"),
    )


def draw_table(viewed: Viewed) -> None:
    """Draw the layers with the arithmetic of their parameters, beside the formula that they compute."""
    shapes = layer_shapes(viewed.config)
    words, table = st.columns([4, 6], gap="medium")
    with words:
        st.markdown(
            "Every layer does the same: weigh what comes in, add a bias, apply $\\sigma$.",
            help=help_of("bias"),
        )
        st.latex(r"a^{(l)} = \sigma\left(W^{(l)} a^{(l-1)} + b^{(l)}\right)")
        st.caption(
            "$a^{(0)}$ is the image. The answer is the digit whose output in $a^{(D)}$ is the largest. "
            "Depth and width are yours to choose in the sidebar.",
            help=help_of("width"),
        )
    with table:
        st.markdown("\n".join([HEAD, *map(row, shapes), total(shapes)]))


def row(shape: LayerShape) -> str:
    """Return a layer as a row of the table; no cell of it is broken into lines."""
    cells = (shape.name, f"{shape.n_out:,}", shape.activation, shape.arithmetic, f"{shape.num_parameters:,}")
    return f"| {' | '.join(cell.replace(' ', NO_BREAK) for cell in cells)} |"


def total(shapes: tuple[LayerShape, ...]) -> str:
    """Return the last row, with the sum."""
    count = sum(shape.num_parameters for shape in shapes)
    return f"| **all** | | | | **{count:,}** |"
