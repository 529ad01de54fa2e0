"""What the sweep command prints: a line for each epoch, and at the end a row for each network."""

from collections.abc import Sequence

import numpy as np

from mnistlab.config import TrainConfig
from mnistlab.runs.run import Run

VARIED = ("initialization", "learning_rate", "seed")
COST, CORRECT, BROKEN_IN = range(3)  # the figures of a network


def figures_of(runs: Sequence[Run]) -> np.ndarray:
    """Return cost, test images read right, and epoch in which it broke (0: none) of each run, (K, 3)."""
    tests = [run.history[-1].test for run in runs]
    rows = [(test.cost, test.num_correct, run.broken_in) for test, run in zip(tests, runs, strict=True)]
    return np.array(rows, float).reshape(-1, 3)


def ranked(figures: np.ndarray) -> list[int]:
    """Return the numbers of the networks, from the most images read right to the fewest, broken ones last."""
    return np.lexsort((-figures[:, CORRECT], figures[:, BROKEN_IN] > 0)).tolist()


def title_line(configs: Sequence[TrainConfig], num_devices: int, num_processes: int) -> str:
    """Return what is about to be done."""
    config, processes = configs[0], f" of {num_processes} processes" if num_processes > 1 else ""
    widths = "-".join(map(str, config.dimensions))
    return (
        f"{count(len(configs), 'network')} of {widths} on {count(num_devices, 'device')}{processes}, "
        f"{count(config.num_epochs, 'epoch')}"
    )


def epoch_line(epoch: int, num_epochs: int, seconds: float, figures: np.ndarray, num_images: int) -> str:
    """Return one line about all networks after an epoch."""
    order = ranked(figures)
    best, worst = (f"{figures[number, CORRECT] / num_images:.2%}" for number in (order[0], order[-1]))
    broken = int((figures[:, BROKEN_IN] > 0).sum())
    words = f", {broken} broken" if broken else ""
    took = f" in {seconds:.1f} s" if epoch else ""
    return f"epoch {epoch} of {num_epochs}{took}: best {best}, worst {worst}{words}"


def table_lines(configs: Sequence[TrainConfig], figures: np.ndarray, num_images: int) -> list[str]:
    """Return a row for each network, the best first: its number, settings, cost and images read right."""
    head = ["network", *(name.replace("_", " ") for name in VARIED), "test cost", "read right"]
    rows = [head, *(table_row(number, configs, figures, num_images) for number in ranked(figures))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def table_row(number: int, configs: Sequence[TrainConfig], figures: np.ndarray, num_images: int) -> list[str]:
    """Return the cells of one network."""
    config, (cost, correct, broken_in) = configs[number], figures[number]
    settings = [config.initialization, f"{config.learning_rate:g}", str(config.seed)]
    right = f"broke in epoch {broken_in:.0f}" if broken_in else f"{correct:.0f} / {num_images}"
    return [str(number + 1), *settings, f"{cost:.6f}", right]


def count(number: int, thing: str) -> str:
    """Return a number of things: 1 epoch, 10 epochs."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
