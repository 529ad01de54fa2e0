"""The data in figures: how many of each digit, which values pixels have, what there is to beat."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.template import ACCENT, TEST, TEXT, TRAINING, empty, framed, note

FULL_INK = 250  # from here on a pixel counts as ink and no longer as gray


def plot_class_balance(
    counts_train: ArrayLike,
    counts_test: ArrayLike,
    title: str = "How many of each digit",
    height: int = 300,
) -> go.Figure:
    """Return the number of training and test images of each digit, (10,) each."""
    sets = (("training", np.asarray(counts_train), TRAINING), ("test", np.asarray(counts_test), TEST))
    if not sum(int(counts.sum()) for _, counts, _ in sets):
        return empty(title, "There are no images yet.", height)
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
        height=height,
        alt=f"{title}: from {least:,} to {most:,} training images.",
        x={"title": "digit", "dtick": 1, "showgrid": False, "tickfont": {"color": TEXT, "size": 14}},
        y={"title": "images", "tickformat": ",d"},
        barmode="group",
        bargap=0.25,
        bargroupgap=0.05,
        showlegend=True,
        margin={"l": 4, "r": 12, "t": 74, "b": 8, "pad": 0},
    )


def plot_pixel_histogram(
    counts: ArrayLike, title: str = "Which values pixels have", height: int = 300
) -> go.Figure:
    """Return how many pixels have each value 0..255, (256,), on a logarithmic axis."""
    counts = np.asarray(counts)
    total = int(counts.sum()) if counts.size else 0
    if not total:
        return empty(title, "There are no images yet.", height)
    shares = counts / total
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
        height=height,
        alt=f"{title}: {words}.",
        x={
            "title": "value of a pixel (0 paper, 255 ink)",
            "range": [-2, 257],
            "tickvals": [0, 64, 128, 192, 255],
        },
        y={"title": "pixels", "type": "log", "dtick": 1},
        bargap=0,
        annotations=[note(words, 0.5, 1, xref="paper", yref="paper", yanchor="top")],
    )


def plot_baselines(
    names: Sequence[str],
    accuracies: Sequence[float],
    highlighted: str | None = None,
    title: str = "What there is to beat",
) -> go.Figure:
    """Return accuracies of simple methods as bars on a fixed axis, the highlighted one in the accent."""
    if not names:
        return empty(title)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": [float(accuracy) for accuracy in accuracies],
        "text": [f"{accuracy:.2%}" for accuracy in accuracies],
        "textposition": "outside",
        "textfont": {"color": TEXT, "size": 13},
        "cliponaxis": False,
        "marker": {"color": [ACCENT if name == highlighted else TRAINING for name in names]},
        "hovertemplate": "%{y}: %{x:.2%} of the test images read right<extra></extra>",
    }
    said = ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in zip(names, accuracies, strict=True))
    return framed(
        [bars],
        title=title,
        height=84 + 40 * len(names),
        alt=f"{title}: {said}.",
        x={
            "title": "test images read right",
            "range": [0, 1.1],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
        },
        y={
            "autorange": "reversed",
            "showgrid": False,
            "tickfont": {"color": TEXT, "size": 13},
            "ticklabelstandoff": 6,
        },
        bargap=0.35,
    )
