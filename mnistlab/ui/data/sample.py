"""Data: what the digits in use are, where they came from, and what they look like to a computer."""

import streamlit as st

from mnistlab.ui.lab_session import Lab

COLUMNS = "| | shape | type | values | memory |\n|:--|:--|:--|:--|--:|"


def draw_source(lab: Lab) -> None:
    """Say which digits these are, where they came from and whether that was verified."""
    dataset = lab.dataset
    kind = "MNIST" if dataset.name == "MNIST" else "Generated digits, not MNIST"
    st.markdown(f"**{kind}.** {dataset.source}")


def draw_arrays(lab: Lab) -> None:
    """Draw the table of the arrays, as a notebook would print their shapes."""
    st.subheader("Arrays and shapes", anchor=False)
    st.markdown("\n".join([COLUMNS, *(array_row(*row) for row in arrays(lab))]))
    st.caption(
        "A digit $x$ is 28 × 28 = 784 whole numbers, 0 for paper and 255 for ink, and its label $y$ says "
        "what it is. The network is fed each image as one row of 784 numbers; it is never told which pixels "
        "are neighbors."
    )


def arrays(lab: Lab):
    """Yield name, array and values of each."""
    for split, name in ((lab.dataset.train, "training"), (lab.dataset.test, "test")):
        yield f"{name} images", split.images, "0 to 255"
        yield f"{name} labels", split.labels, "0 to 9"


def array_row(name: str, array, values: str) -> str:
    """Return one row of the table."""
    shape = "(" + ", ".join(f"{size:,}" for size in array.shape) + ("," if array.ndim == 1 else "") + ")"
    return f"| {name} | `{shape}` | `{array.dtype}` | {values} | {memory(array.nbytes)} |"


def memory(size: int) -> str:
    """Return a number of bytes in kB or MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
