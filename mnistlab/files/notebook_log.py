"""The notebook's log, line by line; what it calls an episode is an epoch, counted from 0."""

from mnistlab.evaluation import EpochMetrics


def log_lines(metrics: EpochMetrics) -> list[str]:
    """Return what the notebook prints for one epoch; epoch 0 is the untrained network."""
    if metrics.epoch == 0:
        opening = [f"Initial cost: {metrics.test.cost:.6f}"]
    else:
        opening = [f"Episode {metrics.epoch - 1}", f"Current cost: {metrics.test.cost:.6f}"]
    return [*opening, f"Correctly predicted labels: {metrics.test.num_correct} / {metrics.test.num_images}"]
