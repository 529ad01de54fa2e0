"""The confusion matrix: which true label got which predicted label."""

import numpy as np

from mnistlab.figures.html_figure import NOTHING, SEQUENTIAL, Sketch, field_markup, pixels
from mnistlab.figures.image_grid import titled

TITLE = "Confusion matrix"
LEAST, MOST = 6, 50  # percent of color: thin enough for the numbers on it to be read on both themes


def draw_confusion(counts: np.ndarray, chosen: tuple[int, int]) -> Sketch:
    """Return how many images of each true label got which prediction; a click gives (true, predicted).

    The colors are logarithmic, so that rare mistakes can be seen beside frequent ones.

    Args:
        counts: Of images, (10, 10); row: true label, column: predicted label.
        chosen: The cell that is framed.
    """
    digits = range(len(counts))
    pairs = [(true, read) for true in digits for read in digits]
    cells = pixels(
        np.full(counts.shape, NOTHING, np.uint8),
        SEQUENTIAL,
        "true label {is}, predicted {read}: {count}",
        {
            "is": [true for true, _ in pairs],
            "read": [read for _, read in pairs],
            "count": [said(counts, *pair) for pair in pairs],
        },
        pairs,
    )
    tints = percent_of_color(counts)
    numbers = "".join(
        f'<span class="{"right" if true == read else "wrong"}" style="--tint:{tints[true, read]}%">'
        f"{counts[true, read] or ''}</span>"
        for true, read in pairs
    )
    names = "".join(f"<span>{digit}</span>" for digit in digits)
    over = field_markup(0, cells, "over", chosen=pairs.index(chosen))
    markup = (
        f'{titled(TITLE)}<div class="confusion">'
        f'<div class="beside muted">true label</div><div class="is">{names}</div>'
        f'<div class="counts">{numbers}{over}</div><div class="read">{names}</div>'
        '<div class="as muted">predicted label</div></div>'
    )
    return Sketch(markup, [cells], described(counts, pairs))


def described(counts: np.ndarray, pairs: list[tuple[int, int]]) -> str:
    """Return what there is to see, one sentence."""
    true, read = max((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: counts[pair])
    right, total = int(np.trace(counts)), int(counts.sum())
    often = f"{true} predicted as {read}, {counts[true, read]:,} times"
    return f"{TITLE}: {right:,} of {total:,} on the diagonal; the most frequent error is {often}."


def percent_of_color(counts: np.ndarray) -> np.ndarray:
    """Return how much color each cell gets, right and wrong ones each by the largest of their kind."""
    diagonal = np.eye(len(counts), dtype=bool)
    logs = np.log1p(counts)
    tops = np.where(diagonal, logs[diagonal].max(), logs[~diagonal].max())
    shares = np.divide(logs, tops, out=np.zeros_like(logs), where=tops > 0)
    return np.round(np.where(diagonal, LEAST + (MOST - LEAST) * shares, MOST * shares), 1)


def said(counts: np.ndarray, true: int, read: int) -> str:
    """Return the count of a cell and its share of the digit's images."""
    of_digit = int(counts[true].sum())
    share = f", {counts[true, read] / of_digit:.1%} of the {true}s" if of_digit else ""
    return f"{int(counts[true, read]):,} times{share}"
