"""A data set in figures: class balance, pixel values, baselines, and a map of its principal components."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.curve_axes import round_step
from mnistlab.figures.html_figure import Marks, Sketch
from mnistlab.figures.theme import ACCENT, TEST, TEXT, TRAINING, framed, note

QUARTERS, VALUES = (0, 0.25, 0.5, 0.75, 1), (0, 64, 128, 192, 255)  # that stand on an axis
FULL_INK = 250  # from here on a pixel counts as ink and no longer as gray
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a Braille character, by place
INKED = 96  # gray level from which a pixel is a dot
HEIGHT = 300  # px of the first two
MAP_HEIGHT = 460  # px of the map alone
ROOM = 0.03  # around the points, of their range
FEWEST = 4  # steps between the numbers on an axis of the map
HOVERED = (
    '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">'
    '<path class="hovered round"/></svg>'
)


def plot_class_balance(counts_train: ArrayLike, counts_test: ArrayLike) -> go.Figure:
    """Return the number of training and test images of each digit, (10,) each."""
    title = "Images per class"
    sets = (("training", np.asarray(counts_train), TRAINING), ("test", np.asarray(counts_test), TEST))
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(counts))),
            "y": counts.tolist(),
            "marker": {"color": color},
            "customdata": (counts / max(1, counts.sum())).round(5).tolist(),
            "hovertemplate": f"digit %{{x}}: %{{y:,}} {name} images, %{{customdata:.1%}}<extra></extra>",
        }
        for name, counts, color in sets
    ]
    least, most = int(sets[0][1].min()), int(sets[0][1].max())
    return framed(
        traces,
        title=title,
        height=HEIGHT,
        alt=f"{title}: from {least:,} to {most:,} training images.",
        x={"title": "digit", "dtick": 1, "showgrid": False, "tickfont": {"color": TEXT, "size": 14}},
        y={"title": "images", "tickformat": ",d"},
        barmode="group",
        bargap=0.25,
        bargroupgap=0.05,
        showlegend=True,
        top=74,
    )


def plot_pixel_histogram(counts: ArrayLike) -> go.Figure:
    """Return how many pixels have each value 0..255, (256,), on a logarithmic axis."""
    title = "Pixels by value"
    counts = np.asarray(counts)
    shares = counts / counts.sum()
    bars = {
        "type": "bar",
        "x": list(range(len(counts))),
        "y": counts.tolist(),
        "marker": {"color": ACCENT, "line": {"width": 0}},
        "customdata": shares.round(6).tolist(),
        "hovertemplate": "value %{x}: %{y:,} pixels, %{customdata:.2%}<extra></extra>",
    }
    words = f"{shares[0]:.0%} of all pixels are 0, {shares[FULL_INK:].sum():.0%} are {FULL_INK} or more"
    return framed(
        [bars],
        title=title,
        height=HEIGHT,
        alt=f"{title}: {words}.",
        x={"title": "value of a pixel (0 paper, 255 ink)", "range": [-2, 257], "tickvals": VALUES},
        y={"title": "pixels", "type": "log", "dtick": 1},
        bargap=0,
        annotations=[note(words, 0.5, 1, xref="paper", yref="paper", yanchor="top")],
    )


def plot_baselines(names: Sequence[str], accuracies: Sequence[float], highlighted: str | None) -> go.Figure:
    """Return accuracies of simple methods as bars on a fixed axis, the highlighted one in the accent."""
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": list(accuracies),
        "text": [f"{accuracy:.2%}" for accuracy in accuracies],
        "textposition": "outside",
        "textfont": {"color": TEXT, "size": 13},
        "cliponaxis": False,
        "marker": {"color": [ACCENT if name == highlighted else TRAINING for name in names]},
        "hovertemplate": "%{y}: test accuracy %{x:.2%}<extra></extra>",
    }
    said = ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in zip(names, accuracies, strict=True))
    return framed(
        [bars],
        height=84 + 40 * len(names),
        alt=f"Baselines: {said}.",
        x={"title": "test accuracy", "range": [0, 1.1], "tickvals": QUARTERS, "tickformat": ".0%"},
        y={"autorange": "reversed", "showgrid": False, "tickfont": {"color": TEXT, "size": 13}},
        bargap=0.35,
    )


def draw_projection(
    points: np.ndarray, labels: ArrayLike, indices: ArrayLike, images: np.ndarray, chosen: int
) -> Sketch:
    """Return images as points; a click gives the number of the image, hovering shows it in Braille dots.

    Args:
        points: (n, 2), first and second principal component.
        labels: The digit of each.
        indices: Number of each image in its set.
        images: The set, uint8, (m, 28, 28).
        chosen: Number of the image with a ring around it.
    """
    digits, numbers = np.asarray(labels).tolist(), np.asarray(indices).tolist()
    room = ROOM * np.ptp(points, axis=0)
    low, high = points.min(axis=0) - room, points.max(axis=0) + room
    shares = (points - low) / (high - low)
    places = (100 * np.stack([shares[:, 0], 1 - shares[:, 1]], axis=1)).round(2)
    written = "".join(
        f'<span class="point digit-{digit}" style="left:{x:g}%;top:{y:g}%">{digit}</span>'
        for (x, y), digit in zip(places.tolist(), digits, strict=True)
    )
    says = [
        f"a {digit}, image {number}\n{braille(images[number])}"
        for digit, number in zip(digits, numbers, strict=True)
    ]
    markup = (
        f'<div class="plot wires" style="height:{MAP_HEIGHT}px">{map_axes(low, high)}'
        f"{ring(places, numbers, chosen)}{HOVERED}{written}</div>"
    )
    alt = f"{len(points)} images as points, each drawn as its digit."
    return Sketch(markup, alt=alt, marks=Marks(np.hstack([places, places]) / 100, says, numbers))


def map_axes(low: np.ndarray, high: np.ndarray) -> str:
    """Return the lines behind the map with their numbers, and the names of its axes."""
    rows = [("row", f"top:{1 - share:.2%}", words) for share, words in ticks(low[1], high[1])]
    columns = [("column", f"left:{share:.2%}", words) for share, words in ticks(low[0], high[0])]
    lines = "".join(
        f'<div class="{kind}" style="{place}"><span class="muted">{words}</span></div>'
        for kind, place, words in rows + columns
    )
    return (
        f'{lines}<div class="beside muted">second principal component</div>'
        '<div class="name muted">first principal component</div>'
    )


def ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round numbers between two: which share of the way each lies at, and how it is written."""
    step = round_step((high - low) / FEWEST or 1.0)
    values = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return [((value - low) / (high - low), f"{value:.6g}".replace("-", "−")) for value in values]


def ring(places: np.ndarray, numbers: Sequence[int], chosen: int) -> str:
    """Return the ring around the chosen point, if it is on the map."""
    if chosen not in numbers:
        return ""
    x, y = places[numbers.index(chosen)].tolist()
    return f'<span class="ring" style="left:{x:g}%;top:{y:g}%"></span>'


def braille(image: np.ndarray) -> str:
    """Return an image, (28, 28), as six lines of Braille characters of four by two dots each.

    Its margin is left out: two rows above and below, four columns at either side.
    """
    dots = (np.asarray(image)[2:26, 4:24] >= INKED).reshape(6, 4, 10, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (dots * DOTS).sum(axis=(2, 3))
    return "\n".join("".join(map(chr, row)).rstrip("\u2800") for row in codes.tolist())
