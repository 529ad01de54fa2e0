"""How much memory a training takes, and how much is free: a network that would not fit is never built."""

from mnistlab.data.datasets import COMBINED
from mnistlab.engine.config import MAX_TRAIN_SIZE, NUM_CLASSES, NUM_PIXELS, TrainConfig
from mnistlab.engine.evaluation import MEASURED, PROBED
from mnistlab.engine.network import num_parameters

FLOAT = 4  # bytes
MEGABYTE = 2**20
# Measured at the peak of a worker process, for one network and for many, and rounded up.
COPIES_OF_NETWORK = 6  # as it is, its gradient, the next one, and on its way to and from the web process
COPIES_OF_UNIT = 16  # for each image of a mini-batch: z, a, Delta and what leads to them
COPIES_OF_IMAGE = 2
BUFFERS = 64 * MEGABYTE  # for the figures of an epoch, and freed memory that a worker keeps
# Of MNIST + generated, which no processes share: the first epoch's, this one's, the next while it is made,
# and what of MNIST goes into that.
TRAINING_SETS = 4
SPARE = 0.2  # of what is free: for pages, and for what others on this machine do meanwhile
LEAST = 128 * MEGABYTE  # the presets take less besides their digits, and nothing is gained by refusing those


def kept_bytes(config: TrainConfig, num_networks: int = 1) -> int:
    """Return the memory that networks take as long as they are in training, on turn or not."""
    return COPIES_OF_NETWORK * FLOAT * num_parameters(config.dimensions) * num_networks


def working_bytes(config: TrainConfig, num_networks: int = 1) -> int:
    """Return the memory that a worker needs besides, while it takes steps with them or their figures."""
    units = COPIES_OF_UNIT * sum(config.dimensions[1:]) * num_networks
    answers = 2 * 2 * MEASURED * NUM_CLASSES * num_networks
    images = max(config.batch_size, PROBED) * (COPIES_OF_IMAGE * NUM_PIXELS + units)
    return BUFFERS + FLOAT * (images + answers)


def digit_bytes(config: TrainConfig) -> int:
    """Return the memory that the digits take in a worker; what all processes share does not count."""
    return TRAINING_SETS * MAX_TRAIN_SIZE * NUM_PIXELS if config.dataset == COMBINED else 0


def require_memory(
    config: TrainConfig, free: int, num_labs: int, num_workers: int, num_networks: int = 1
) -> None:
    """Raise ValueError, with the figures, where networks would not fit in their share of memory.

    Args:
        config: Their settings.
        free: Bytes that are free now, as `free_bytes` tells.
        num_labs: Labs that are open; each has an equal part of it for what stays.
        num_workers: Processes that take steps at the same time; each has an equal part for that.
        num_networks: How many are trained together.
    """
    kept, digits = kept_bytes(config, num_networks), digit_bytes(config)
    computing = kept + working_bytes(config, num_networks) + digits
    workers = min(num_labs, num_workers)
    for needed, sharers, least in ((kept, num_labs, LEAST), (computing, workers, LEAST + digits)):
        share = max(least, int((1 - SPARE) * free) // max(1, sharers))
        if needed > share:
            raise ValueError(
                f"Training {described(config, num_networks)} must fit in its share of memory, "
                f"{share // MEGABYTE:,} MB. Got {-(-needed // MEGABYTE):,} MB; fewer or narrower layers, or "
                f"smaller mini-batches, take less."
            )


def described(config: TrainConfig, num_networks: int) -> str:
    """Return what is to be trained, in a few words."""
    widths = "-".join(map(str, config.dimensions))
    which = widths if num_networks == 1 else f"{num_networks} networks of {widths}"
    return f"{which} with mini-batches of {config.batch_size:,}"
