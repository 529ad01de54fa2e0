"""The network as a drawing: units in columns, weights as lines between them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.drawn import Column, Edges, drawn_edges, drawn_units
from mnistlab.figures.template import ACCENT, MUTED, NEGATIVE, PAGE, POSITIVE, TEXT, bare_axis, framed, note

SAMPLE = 14  # units drawn of a layer with more
HOVERED = 60  # lines between two layers, the strongest, that say their weight on hover
# Up to which share of the strongest line between two layers, how wide, how opaque.
STRENGTHS = ((0.25, 0.6, 0.14), (0.6, 1.1, 0.4), (1.0, 2.0, 0.9))


def plot_network(
    params: Sequence,
    sample: int = SAMPLE,
    title: str = "",
    height: int = 460,
    activations: Sequence | None = None,
) -> go.Figure:
    """Return the network as a diagram.

    Args:
        params: Layers with weights (n_out, n_in) and biases (n_out,), first to last.
        sample: Units drawn of a layer that has more; evenly spaced, and the diagram says how many.
        title: Above the diagram.
        height: In px.
        activations: a of every layer, the input first; the units are then filled by their value.

    Returns:
        The figure. Hovering over a line gives its weight, over a unit its bias. A click gives as customdata
        (layer, target, source) for a line and (layer, unit) for a unit, layers counted from 0, the input.
    """
    matrices = [np.asarray(layer.weights) for layer in params]
    widths = [matrices[0].shape[1], *(len(matrix) for matrix in matrices)]
    columns = [drawn_units(width, sample) for width in widths]
    edges = drawn_edges(matrices, columns)
    biases = [None, *(np.asarray(layer.biases) for layer in params)]
    shape = "-".join(map(str, widths))
    return framed(
        [*line_traces(edges), weight_trace(edges), unit_trace(columns, biases, activations)],
        title=title,
        height=height,
        alt=f"{title or 'The network'} {shape} as a diagram; lines are colored by the sign of their weight.",
        x=bare_axis(range=[-0.35, len(widths) - 0.65]),
        y=bare_axis(range=[-1.26, 1.32]),
        annotations=[*captions(columns), *output_names(columns), *gap_marks(columns)],
    )


def line_traces(edges: Edges) -> list[dict]:
    """Return the lines as a trace for each sign and strength: few traces, whatever the network."""
    traces, weaker = [], -1.0
    for upto, width, opacity in STRENGTHS:
        for negative, color in ((True, NEGATIVE), (False, POSITIVE)):
            picked = (edges.shares > weaker) & (edges.shares <= upto) & ((edges.weights < 0) == negative)
            levels, breaks = edges.levels[picked], np.full(int(picked.sum()), np.nan)
            traces.append(
                {
                    "type": "scatter",
                    "x": np.stack([levels, levels + 1, breaks], axis=1).ravel().astype(np.float32),
                    "y": np.stack([edges.starts[picked], edges.ends[picked], breaks], axis=1)
                    .ravel()
                    .astype(np.float32),
                    "mode": "lines",
                    "line": {"color": color, "width": width},
                    "opacity": opacity,
                    "hoverinfo": "skip",
                }
            )
        weaker = upto
    return traces


def weight_trace(edges: Edges) -> dict:
    """Return invisible marks on the strongest lines that say their weight, each at another place along it."""
    strongest = np.concatenate(
        [
            here[np.argsort(-edges.shares[here])[:HOVERED]]
            for level in np.unique(edges.levels)
            for here in [np.flatnonzero(edges.levels == level)]
        ]
    )
    along = 0.35 + 0.3 * ((np.arange(len(strongest)) * 0.618) % 1)
    heights = edges.starts[strongest] * (1 - along) + edges.ends[strongest] * along
    chosen = [(edges.levels[i], edges.targets[i], edges.sources[i], edges.weights[i]) for i in strongest]
    return {
        "type": "scatter",
        "x": (edges.levels[strongest] + along).astype(np.float32),
        "y": heights.astype(np.float32),
        "mode": "markers",
        "marker": {"size": 9, "color": ACCENT, "opacity": 0},
        "text": [
            f"layer {level + 1}, to unit {target} from {kind(level)} {source}<br>weight {weight:+.6f}"
            for level, target, source, weight in chosen
        ],
        "customdata": [[int(level) + 1, int(target), int(source)] for level, target, source, _ in chosen],
        "hovertemplate": "%{text}<extra></extra>",
    }


def unit_trace(columns: Sequence[Column], biases: Sequence, activations: Sequence | None) -> dict:
    """Return all units as circles."""
    where = [(level, unit) for level, column in enumerate(columns) for unit in column.units.tolist()]
    fill = PAGE if activations is None else [step_color(activations[level][unit]) for level, unit in where]
    return {
        "type": "scatter",
        "x": [level for level, _ in where],
        "y": np.concatenate([column.heights for column in columns]).round(3).tolist(),
        "mode": "markers",
        "marker": {"size": 15, "color": fill, "line": {"color": MUTED, "width": 1.5}, "opacity": 1},
        "customdata": [list(place) for place in where],
        "text": [unit_text(level, unit, biases, activations) for level, unit in where],
        "hovertemplate": "%{text}<extra></extra>",
    }


def unit_text(level: int, unit: int, biases: Sequence, activations: Sequence | None) -> str:
    """Return what hovering over a unit says: its number and, where it has them, bias and activation."""
    bias = "" if level == 0 else f"<br>bias {float(biases[level][unit]):+.6f}"
    inside = "" if activations is None else f"<br>a = {float(activations[level][unit]):.6f}"
    return f"{kind(level)} {unit}{bias}{inside}"


def step_color(value: float) -> str:
    """Return the step of the sequential scale for an activation; raw pixels and ReLU may be above 1."""
    return f"#{11 + round(9 * min(1.0, abs(float(value)))):06d}"


def kind(level: int) -> str:
    """Return what stands in a column."""
    return "pixel" if level == 0 else "unit"


def captions(columns: Sequence[Column]) -> list[dict]:
    """Return the width of each layer above it, and below all how many units of a large one are drawn."""
    notes = []
    for level, column in enumerate(columns):
        text = f"<b>{column.width:,}</b><br>{layer_name(level, len(columns))}"
        notes.append(note(text, level, 1.09, yanchor="bottom", font={"color": TEXT, "size": 12}))
    sampled = [len(column.units) for column in columns if column.gap is not None]
    if sampled:
        below = {"xref": "paper", "xanchor": "left", "yanchor": "bottom"}
        notes.append(note(f"Of layers with more units, {max(sampled)} are drawn.", 0, -1.26, **below))
    return notes


def layer_name(level: int, count: int) -> str:
    """Return the name of a layer, short where many stand side by side."""
    if level == 0:
        return "input"
    if level == count - 1:
        return "output"
    return f"hidden {level}" if count < 6 else f"h{level}"


def output_names(columns: Sequence[Column]) -> list[dict]:
    """Return the digits beside the outputs."""
    last = columns[-1]
    return [
        note(str(unit), len(columns) - 1, height, xanchor="left", xshift=11, font={"color": TEXT, "size": 13})
        for unit, height in zip(last.units.tolist(), last.heights.tolist(), strict=True)
    ]


def gap_marks(columns: Sequence[Column]) -> list[dict]:
    """Return a mark in each gap for the units that are left out."""
    font = {"color": TEXT, "size": 16}
    return [
        note("⋮", level, column.gap, font=font)
        for level, column in enumerate(columns)
        if column.gap is not None
    ]
