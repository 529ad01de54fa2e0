"""How long the server works on one stroke, part by part: from what the browser sends to the figures.

    python -m benchmarks.drawing [DATA_DIR]

The budget is 40 ms from the picture to the bars. Times are those of the processor, so that other work on the
machine does not count.
"""

import base64
import io
import sys
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from benchmarks.pen_strokes import WRITTEN, drawn, strokes_of
from mnistlab.analysis.attribution import evidence
from mnistlab.analysis.decision import verdict
from mnistlab.analysis.neighbors import nearest, projections_of
from mnistlab.analysis.single_image import passed_by
from mnistlab.data.datasets import best_available
from mnistlab.data.framing import stages
from mnistlab.data.image_loading import read_canvas
from mnistlab.engine.config import PRESETS
from mnistlab.engine.training import initial_params
from mnistlab.figures.attribution import draw_evidence
from mnistlab.figures.layer_values import Strip, draw_passes
from mnistlab.figures.preprocessing import draw_stages
from mnistlab.operating_system import return_freed_memory
from mnistlab.ui.bars import bars_markup
from mnistlab.ui.html_figure import gallery, sent

TO_THE_BARS = ("read the picture", "frame it", "figure of the stages", "ask the network", "verdict and bars")


def main(data_dir: str | None = None) -> None:
    """Print median and 95th percentile of each part over 60 digits, in ms."""
    return_freed_memory()  # as the web process does
    train = best_available(data_dir).train
    begin = time.perf_counter()
    projections = projections_of(train.images)
    print(f"projections of {len(train.labels):,} training images, once: {time.perf_counter() - begin:.2f} s")
    addresses = [as_address(drawn(strokes_of(text))) for ways in WRITTEN.values() for text in ways]
    for name, config in PRESETS.items():
        params = initial_params(config)
        parts = Parts()
        for address in addresses[:3]:  # the first ones compile the operations
            one_stroke(Parts(), address, params, config, train, projections)
        for address in addresses:
            one_stroke(parts, address, params, config, train, projections)
        print(f"\n{name}, {'-'.join(map(str, config.dimensions))}")
        parts.print()


class Parts:
    """The times of the parts, in the order in which they are done."""

    def __init__(self):
        self.times: dict[str, list[float]] = {}

    def timed(self, name: str, work: Callable):
        """Return what some work gives, and keep how long it took."""
        begin = time.process_time()
        result = work()
        self.times.setdefault(name, []).append(1000 * (time.process_time() - begin))
        return result

    def print(self) -> None:
        """Print them."""
        bars = np.sum([self.times[name] for name in TO_THE_BARS], axis=0)
        everything = np.sum(list(self.times.values()), axis=0)
        for name, times in {**self.times, "= to the bars": bars, "= everything": everything}.items():
            print(f"  {name:24s} {np.median(times):6.1f} ms, p95 {np.percentile(times, 95):6.1f} ms")


def one_stroke(parts: Parts, address: str, params, config, train, projections) -> None:
    """Do what the page does after a stroke."""
    pixels = parts.timed("read the picture", lambda: read_canvas(address, 280, 280))
    found = parts.timed("frame it", lambda: stages(pixels, by_pen=True))
    parts.timed(
        "figure of the stages", lambda: sent(draw_stages(found.framed, found.boxed, ("20 × 20", "28 × 28")))
    )
    passed = parts.timed("ask the network", lambda: passed_by(params, found.framed, config))
    answer = passed.activations[-1]
    parts.timed("verdict and bars", lambda: (verdict(answer), bars_markup(answer.tolist(), None)))
    strips = [Strip("a", "Layer", 1, a, False) for a in passed.activations[1:-1]]
    parts.timed("layers", lambda: draw_passes(strips, {}, "Layers."))
    why = parts.timed(
        "evidence", lambda: evidence(params, passed, len(params) - 1, int(answer.argmax()), config.activation)
    )
    parts.timed(
        "figures of the evidence",
        lambda: [draw_evidence(each, found.framed, "Why") for each in (why.slopes, why.contributions)],
    )
    indices, _ = parts.timed("nearest digits", lambda: nearest(found.framed, train.images, 5, projections))
    parts.timed("pictures of the nearest", lambda: gallery(train.images[indices], ["nearest"] * 5))


def as_address(pixels: np.ndarray) -> str:
    """Return a picture as the browser sends it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main(*sys.argv[1:2])
