"""The lab report: one run on one page of HTML, with nothing loaded from anywhere, made to be printed."""

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from mnistlab.collection import Collection
from mnistlab.config import TrainConfig
from mnistlab.diagnosis import diagnose
from mnistlab.evaluation import EpochMetrics
from mnistlab.files.comparing import setting
from mnistlab.runs import Run

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 340, 180, 46, 10, 26  # of a chart, px
MAX_DRAWINGS = 60
STYLE = """
body { font: 15px/1.5 Georgia, serif; color: #23252b; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
table { border-collapse: collapse; font-size: .85rem; } td, th { padding: .15rem .55rem; text-align: right; }
th { font-weight: normal; color: #6b6e78; } td.name { text-align: left; }
.side { display: flex; flex-wrap: wrap; gap: 1.2rem; } figure { margin: 0; break-inside: avoid; }
figcaption { font-size: .85rem; color: #6b6e78; }
img { width: 56px; height: 56px; image-rendering: pixelated; }
.right { background: #e4e0f3; } svg text { font-size: 11px; fill: #6b6e78; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""


def html_report(run: Run, drawings: Collection) -> str:
    """Return the report of a run as a page of HTML.

    Args:
        run: A run.
        drawings: The person's own digits; at most 60 of them are shown.
    """
    parts = [f"<h1>{escape(run.name)}</h1>", summary(run), "<h2>Settings</h2>", settings_table(run)]
    if run.history:
        parts += ["<h2>Curves</h2>", curves(run.history)]
        parts += ["<h2>What is to be said about it</h2>", findings(run)] if run.epoch else []
        parts += ["<h2>Which digit was read as which</h2>", confusion_table(run.history[-1].test.confusion)]
    if drawings.size:
        parts += ["<h2>My own digits</h2>", drawn(drawings)]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(run.name)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def summary(run: Run) -> str:
    """Return what the network is and what it reads, in two sentences."""
    words = f"A network {run.title}, trained for {run.epoch} epochs on {run.config.train_size:,} images."
    if run.history:
        test = run.history[-1].test
        words += (
            f" It reads {test.num_correct:,} of {test.num_images:,} test images "
            f"({100 * test.accuracy:.1f} %), at a cost of {test.cost:.4f}."
        )
    return f"<p>{words}</p>"


def settings_table(run: Run) -> str:
    """Return the settings that the run has now, a row each."""
    spoken = {
        name: name.replace("_", " ") for name in TrainConfig.__dataclass_fields__ if name != "order_seed"
    }
    rows = (
        f'<tr><td class="name">{words}</td><td>{escape(setting(run, name))}</td></tr>'
        for name, words in spoken.items()
    )
    return f"<table>{''.join(rows)}</table>"


def curves(history: Sequence[EpochMetrics]) -> str:
    """Return cost and accuracy over the epochs, side by side."""
    cost = [[metrics.train.cost for metrics in history], [metrics.test.cost for metrics in history]]
    accuracy = [
        [100 * metrics.train.accuracy for metrics in history],
        [100 * metrics.test.accuracy for metrics in history],
    ]
    charts = chart("Cost", cost, max(map(max, cost)) or 1) + chart("Accuracy, %", accuracy, 100)
    return f'<div class="side">{charts}</div>'


def chart(title: str, lines: Sequence[Sequence[float]], top: float) -> str:
    """Return a small chart of a training line (dashed) and a test line from 0 to `top`."""
    last = max(1, len(lines[0]) - 1)
    across, up = WIDTH - LEFT - 8, HEIGHT - TOP - BOTTOM

    def points(values: Sequence[float]) -> str:
        return " ".join(
            f"{LEFT + across * index / last:.1f},{TOP + up * (1 - value / top):.1f}"
            for index, value in enumerate(values)
            if np.isfinite(value)
        )

    training, test = (points(values) for values in lines)
    return f"""<figure><svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}, by epoch">
<path d="M{LEFT},{TOP}V{TOP + up}H{WIDTH - 8}" fill="none" stroke="#b9b5aa"/>
<text x="{LEFT - 6}" y="{TOP + 9}" text-anchor="end">{top:.3g}</text>
<text x="{LEFT - 6}" y="{TOP + up}" text-anchor="end">0</text>
<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end">epoch {last}</text>
<polyline points="{training}" fill="none" stroke="#6b6e78" stroke-dasharray="4 3"/>
<polyline points="{test}" fill="none" stroke="#5146b8" stroke-width="2"/>
</svg><figcaption>{title}: test (solid) and training (dashed)</figcaption></figure>"""


def findings(run: Run) -> str:
    """Return the diagnosis, a paragraph for each finding."""
    return "".join(
        f"<p>{escape(finding.sentence)} {escape(finding.evidence)} {escape(finding.remedy)}</p>"
        for finding in diagnose(run)
    )


def confusion_table(confusion: np.ndarray) -> str:
    """Return the confusion matrix: a row for each digit, a column for each answer."""
    head = "".join(f"<th>{digit}</th>" for digit in range(10))
    rows = (
        f"<tr><th>{digit}</th>"
        + "".join(
            f'<td class="right">{count}</td>' if digit == answer else f"<td>{count or ''}</td>"
            for answer, count in enumerate(row)
        )
        + "</tr>"
        for digit, row in enumerate(confusion)
    )
    return f"<table><tr><th></th>{head}</tr>{''.join(rows)}</table>"


def drawn(drawings: Collection) -> str:
    """Return the person's own digits as pictures with their labels."""
    figures = (
        f'<figure><img alt="my {label}" src="{picture(image)}"><figcaption>{label}</figcaption></figure>'
        for image, label in zip(drawings.images[:MAX_DRAWINGS], drawings.labels, strict=False)
    )
    return f'<div class="side">{"".join(figures)}</div>'


def picture(image: np.ndarray) -> str:
    """Return a digit, (28, 28) uint8, as dark ink on light paper in a data address."""
    file = io.BytesIO()
    Image.fromarray(255 - np.asarray(image)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
