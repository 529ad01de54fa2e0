"""How the cost of a step grows with the network: python -m benchmarks.growth [picture.png].

Widths, depth, mini-batch and number of networks are varied one at a time around 784-100-10, batch 128. The
exponent is the slope of a straight line through the larger half of the points on logarithmic axes: 0 means
that the operations' fixed cost decides, 1 that the arithmetic does. With a file name the points are drawn
too; that needs Chromium and tests/requirements.txt.
"""

import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.engine.network import initialize_network
from mnistlab.engine.training import step_function
from mnistlab.sweeps.sweep import stacked, sweep_step

REPEATS = 7
SECONDS = 0.15  # of steps in each repeat


class Case(NamedTuple):
    """What one step is done with."""

    hidden: tuple[int, ...] = (100,)
    batch: int = 128
    networks: int = 1


VARIED = {
    "width": {n: Case(hidden=(n,)) for n in (10, 20, 50, 100, 200, 500, 1000)},
    "depth (layers of 100)": {n: Case(hidden=(100,) * n) for n in range(1, 7)},
    "batch": {n: Case(batch=n) for n in (10, 32, 128, 512, 1024, 2048, 4096)},
    "networks K": {n: Case(networks=n) for n in (1, 2, 4, 8, 16, 32, 64)},
}


def main(picture: str | None = None) -> None:
    """Print a table for each thing that is varied, and draw the points."""
    measured = {name: {n: milliseconds(case) for n, case in cases.items()} for name, cases in VARIED.items()}
    for name, times in measured.items():
        print(f"\n| {name} | " + " | ".join(map(str, times)) + " | exponent |")
        print("|---" * (len(times) + 2) + "|")
        print(
            "| ms / step | " + " | ".join(f"{t:.2f}" for t in times.values()) + f" | {exponent(times):.2f} |"
        )
    if picture:
        draw(measured, Path(picture))


def milliseconds(case: Case) -> float:
    """Return the median time of one step."""
    order = np.random.default_rng(0)
    pixels = order.random((case.batch, 784), dtype=np.float32)
    targets = np.eye(10, dtype=np.float32)[order.integers(0, 10, case.batch)]
    params = initialize_network((784, *case.hidden, 10), initialization="scaled")
    step, rates = step_function("sigmoid", 0.01), ()
    if case.networks > 1:
        params = jax.tree.map(jnp.asarray, stacked([params] * case.networks))
        step, rates = sweep_step("sigmoid"), (jnp.full(case.networks, 0.01, jnp.float32),)
    params = jax.block_until_ready(step(params, pixels, targets, *rates))

    def seconds(number: int) -> float:
        after, start = params, time.perf_counter()
        for _ in range(number):
            after = step(after, pixels, targets, *rates)
        jax.block_until_ready(after)
        return (time.perf_counter() - start) / number

    number = max(3, int(SECONDS / seconds(3)))
    return 1000 * statistics.median(seconds(number) for _ in range(REPEATS))


def exponent(times: dict[int, float]) -> float:
    """Return the slope of log time over log size in the larger half of the points."""
    half = len(times) // 2
    sizes, values = np.log(list(times))[half:], np.log(list(times.values()))[half:]
    return float(np.polyfit(sizes, values, 1)[0])


def draw(measured: dict[str, dict[int, float]], path: Path) -> None:
    """Draw the points of each table and save the picture."""
    import plotly.graph_objects as go
    from playwright.sync_api import sync_playwright
    from plotly.subplots import make_subplots

    from tests.browser import ARGUMENTS, chromium_path

    titles = [f"{name}: exponent {exponent(times):.2f}" for name, times in measured.items()]
    figure = make_subplots(rows=1, cols=len(measured), subplot_titles=titles)
    for column, (name, times) in enumerate(measured.items(), start=1):
        points = go.Scatter(x=list(times), y=list(times.values()), mode="lines+markers", line_color="#5146B8")
        figure.add_trace(points, row=1, col=column)
        figure.update_xaxes(type="log", title=name, dtick="D2" if len(times) < 7 else 1, row=1, col=column)
        figure.update_yaxes(type="log", title="ms / step" if column == 1 else "", row=1, col=column)
    figure.update_layout(template="plotly_white", showlegend=False, width=1280, height=340, font_size=12)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1300, "height": 360})
        page.set_content(figure.to_html(include_plotlyjs=True))
        page.locator(".main-svg").first.wait_for()
        page.screenshot(path=path)
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
