"""The lab report: one run on one page of HTML, with nothing loaded from anywhere, made to be printed."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np

from mnistlab.analysis.diagnosis import diagnose
from mnistlab.analysis.formatting import count
from mnistlab.data.user_digits import Collection, png_bytes
from mnistlab.engine.config import AS_SEED
from mnistlab.engine.evaluation import EpochMetrics, activations_of
from mnistlab.runs.comparison import setting
from mnistlab.runs.run import Run
from mnistlab.setting_labels import SETTING_NAMES

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 318, 180, 46, 10, 26  # of a chart, px; two of them fit on a sheet of paper
MAX_DRAWINGS = 60
STYLE = """
body { font: 15px/1.5 Georgia, serif; color: #23252b; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
.by { display: flex; gap: 1.5rem; margin-top: .8rem; color: #6b6e78; }
.by span { flex: 2; border-bottom: 1px solid #b9b5aa; } .by span + span { flex: 1; }
dl { columns: 18rem; column-gap: 2rem; font-size: .85rem; margin: 0; }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .15rem 0; break-inside: avoid;
  border-bottom: 1px solid #eceae4; } dt { color: #6b6e78; } dd { margin: 0; text-align: right; }
table { border-collapse: collapse; font-size: .85rem; break-inside: avoid; }
td, th { padding: .15rem clamp(.15rem, 1.2vw, .55rem); text-align: right; }
th, caption { font-weight: normal; color: #6b6e78; } caption { caption-side: bottom; padding-top: .3rem; }
.side { display: flex; flex-wrap: wrap; gap: 1.2rem; } figure { margin: 0; break-inside: avoid; }
figcaption { font-size: .85rem; color: #6b6e78; } .digits figure { width: 64px; text-align: center; }
.digits .miss { color: #23252b; font-weight: bold; }
img { width: 56px; height: 56px; image-rendering: pixelated; border: 1px solid #eceae4; }
.right { background: #e4e0f3; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
svg text { font-size: 11px; fill: #6b6e78; }
@media (max-width: 440px) { table { font-size: .7rem; } }
@media print { body { margin: 0; max-width: none; padding: 0; } h2 { break-after: avoid; } }
"""
PHONE = '<meta name="viewport" content="width=device-width, initial-scale=1">'
BY = '<p class="by">Name <span></span> Date <span></span></p>'


def html_report(run: Run, drawings: Collection) -> str:
    """Return the report of a run as a page of HTML.

    Args:
        run: A run.
        drawings: The person's own digits; at most 60 of them are shown.
    """
    parts = [f"<h1>{escape(run.name)}</h1>", BY, summary(run), "<h2>Settings</h2>", settings_list(run)]
    if run.history:
        parts += ["<h2>Curves</h2>", curves(run.history)]
        parts += ["<h2>Diagnosis</h2>", findings(run)] if run.epoch else []
        parts += ["<h2>Confusion matrix</h2>", confusion_table(run.history[run.weights_epoch].test.confusion)]
    if drawings.size:
        parts += ["<h2>My own digits</h2>", drawn(run, drawings)]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"{PHONE}<title>{escape(run.name)}</title><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def summary(run: Run) -> str:
    """Return what the network is and what it reads, in two sentences."""
    epochs = count(run.epoch, "epoch")
    trained = f"trained for {epochs} on {run.config.train_size:,} images" if run.epoch else "untrained"
    words = f"A network {run.title}, {trained}."
    if run.weights_epoch != run.epoch:
        words += f" It has the weights after epoch {run.weights_epoch}."
    if run.metrics:
        test = run.metrics.test
        words += (
            f" Test accuracy: {100 * test.accuracy:.1f}% ({test.num_correct:,} of {test.num_images:,} "
            f"images). Test cost: {test.cost:.4f}."
        )
        if beside := run.history[-1].generated:
            words += (
                f" Of generated digits it predicted {100 * beside.accuracy:.1f}% right "
                f"({beside.num_correct:,} of {beside.num_images:,} images)."
            )
    return f"<p>{words}</p>"


def settings_list(run: Run) -> str:
    """Return the settings of the run, by the names that they have on the screen."""
    rows = (
        f"<div><dt>{words}</dt><dd>{escape(setting(run, name))}</dd></div>"
        for name, words in SETTING_NAMES.items()
        if name != "order_seed" or run.config.order_seed != AS_SEED
    )
    return f"<dl>{''.join(rows)}</dl>"


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
            f'<td class="right">{count:,}</td>' if digit == answer else f"<td>{count or ''}</td>"
            for answer, count in enumerate(row)
        )
        + "</tr>"
        for digit, row in enumerate(confusion)
    )
    words = "Rows: true label. Columns: predicted label."
    return f"<table><caption>{words}</caption><tr><th></th>{head}</tr>{''.join(rows)}</table>"


def drawn(run: Run, drawings: Collection) -> str:
    """Return the person's own digits as pictures, with their labels and what the network reads."""
    answers = activations_of(run.params, drawings.images, run.config).argmax(axis=1)
    right = int((answers == drawings.labels).sum())
    shown = zip(drawings.images[:MAX_DRAWINGS], drawings.labels, answers, strict=False)
    figures = "".join(own_digit(image, int(label), int(answer)) for image, label, answer in shown)
    words = f"The network predicts {right:,} of {drawings.size:,} as I labeled them."
    if drawings.size > MAX_DRAWINGS:
        words += f" The first {MAX_DRAWINGS} are shown."
    return f'<p>{words}</p><div class="side digits">{figures}</div>'


def own_digit(image: np.ndarray, label: int, answer: int) -> str:
    """Return one of the person's digits; where the network reads another, that as well."""
    words = str(label) if label == answer else f"{label}, predicted {answer}"
    kind = "" if label == answer else ' class="miss"'
    says = f"my {words}"
    return f'<figure><img alt="{says}" src="{picture(image)}"><figcaption{kind}>{words}</figcaption></figure>'


def picture(image: np.ndarray) -> str:
    """Return a digit, (28, 28) uint8, as dark ink on light paper in a data address."""
    return f"data:image/png;base64,{base64.b64encode(png_bytes(255 - np.asarray(image))).decode()}"
