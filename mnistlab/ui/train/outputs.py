"""What the current network answers to all test images, worked out once for each network."""

import zlib

import numpy as np

from mnistlab.datasets import Split
from mnistlab.evaluation import activations_of
from mnistlab.runs.run import Run
from mnistlab.ui.digits import dataset_in_use
from mnistlab.ui.memo import shared


def test_answers(run: Run) -> tuple[Split, np.ndarray]:
    """Return the test images that belong to a run, and its ten outputs for each of them, (n, 10)."""
    dataset, _ = dataset_in_use(run.config.dataset)
    return dataset.test, outputs_on(dataset.test, dataset.name, network_key(run), run)


def network_key(run: Run) -> tuple:
    """Return what tells a network from all others, those of the same run included."""
    return run.id, run.epoch, len(run.schedule), zlib.crc32(run.params[-1].weights.tobytes())


@shared(max_entries=8)
def cached_outputs(key: tuple, _images: np.ndarray, _run: Run) -> np.ndarray:
    """Return the ten outputs for each image; the key alone decides whether they are known already."""
    outputs = activations_of(_run.params, _images, _run.config)
    outputs.flags.writeable = False
    return outputs


def outputs_on(split: Split, name: str, network: tuple, run: Run) -> np.ndarray:
    """Return the outputs on some images, known or not."""
    return cached_outputs((network, name, len(split.labels)), split.images, run)
