"""MNIST + generated: of three training images one is generated, and others as training goes on.

The training set consists of blocks of 3,000 images, each with 2,000 of MNIST's and one chunk of generated
ones, in an order of its own. In each epoch after the first, a quarter of the blocks gets a new chunk, and of
MNIST another third is left out. All that follows from the seed and the epoch alone, so a training that was
stopped goes on with the images it would have had. Chunks are kept as files, which all processes share; who
finds one missing makes it again.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np

from mnistlab.atomic_file import load_arrays, save_arrays
from mnistlab.data.datasets import Split
from mnistlab.data.mnist.originals import cache_folder
from mnistlab.data.synthetic.handwriting import CHUNK, TRAIN_IMAGES, VERSION, generate_chunk

MNIST_IMAGES = 2 * CHUNK  # of a block
BLOCK = MNIST_IMAGES + CHUNK
TURN = 4  # epochs until every block has had a new chunk
ORDER_SEED = 3  # of the images in the blocks, for everybody the same: all see the same training set at first
BLOCKS = TRAIN_IMAGES // BLOCK  # at most
FIRST_NEW = TRAIN_IMAGES // CHUNK  # lower numbers may be, with some seeds, among the generated digits
MAX_KEPT = 400  # files of 0.8 MB
NAME = re.compile(r"\d+-\d+-\d+\.npy")


class Mixture:
    """The training set of each epoch.

    Args:
        mnist: MNIST's training images and labels.
        generated: Generated ones, at least a third as many; the first ones are used. Both fill whole blocks.
    """

    def __init__(self, mnist: Split, generated: Split):
        self._mnist, self._generated = mnist, generated
        order, blocks = np.random.default_rng(ORDER_SEED), len(mnist.labels) // BLOCK
        self._places = np.stack([block * BLOCK + order.permutation(BLOCK) for block in range(blocks)])
        self._latest = (0, 0, 0), self._set(0, {}, blocks * BLOCK)  # for who trains an epoch in parts
        self.first = self._latest[1]

    def of_epoch(self, seed: int, epoch: int, train_size: int) -> Split:
        """Return the training set of an epoch, counted from 0; chunks that are missing are made.

        Args:
            seed: Where the random numbers begin.
            epoch: How many epochs were trained before.
            train_size: How many images are used, from the first one on; the set ends with their block.
        """
        if not epoch:
            return self.first
        asked = seed, epoch, train_size
        if asked != self._latest[0]:
            chunks = {block: kept_chunk(seed, n) for block, n in new_chunks(epoch, train_size).items()}
            self._latest = asked, self._set(epoch, chunks, num_blocks(train_size) * BLOCK)
        return self._latest[1]

    def _set(self, epoch: int, new: dict[int, Split], size: int) -> Split:
        """Return the first so many images of an epoch, with new chunks in some blocks; read-only."""
        places = self._places[: size // BLOCK]
        mnist, first = places[:, :MNIST_IMAGES].ravel(), places[:, MNIST_IMAGES:]
        chosen = (np.arange(len(mnist)) + epoch * (size // 3)) % size  # those left out go round
        mixed = Split(np.empty((size, 28, 28), np.uint8), np.empty(size, np.uint8))
        for whole, theirs, ours in zip(mixed, self._mnist, self._generated, strict=True):
            whole[mnist] = theirs[chosen]
            whole[first.ravel()] = ours[: first.size]
        for block, chunk in new.items():
            for whole, part in zip(mixed, chunk, strict=True):
                whole[first[block]] = part
        return _locked(mixed)


def _locked(split: Split) -> Split:
    """Return the split with arrays that nobody can change."""
    for array in split:
        array.flags.writeable = False
    return split


def num_blocks(train_size: int) -> int:
    """Return how many blocks so many images begin."""
    return -(-train_size // BLOCK)


def new_chunks(epoch: int, train_size: int) -> dict[int, int]:
    """Return the number of the chunk in each block that has a new one, in an epoch counted from 0."""
    found = {}
    for block in range(num_blocks(train_size)):
        since = epoch - (epoch - block) % TURN  # the epoch in which it had a new one last
        if since > 0:
            found[block] = FIRST_NEW + since * BLOCKS + block
    return found


def missing_chunks(seed: int, epoch: int, train_size: int) -> list[int]:
    """Return the numbers of the chunks of an epoch that are not there yet."""
    return [number for number in new_chunks(epoch, train_size).values() if not _path(seed, number).exists()]


def draw_ahead(seed: int, epoch: int, train_size: int) -> Iterator[int]:
    """Make the chunks of an epoch that are missing, and yield after each how many are left."""
    missing = missing_chunks(seed, epoch, train_size)
    for left, number in zip(reversed(range(len(missing))), missing, strict=True):
        kept_chunk(seed, number)
        yield left


def draw_all(seed: int, epoch: int, train_size: int) -> None:
    """Make the chunks of an epoch that are missing."""
    for _ in draw_ahead(seed, epoch, train_size):
        pass


@lru_cache(3 * BLOCKS)
def kept_chunk(seed: int, number: int) -> Split:
    """Return the thousand images and labels of a chunk, from its file or made now."""
    arrays = load_arrays(_path(seed, number))
    if arrays is None or [array.shape for array in arrays.values()] != [(CHUNK, 28, 28), (CHUNK,)]:
        arrays = Split(*generate_chunk(seed, number))._asdict()
        with suppress(OSError):
            save_arrays(_path(seed, number), arrays)
            _remove_oldest()
    return Split(**arrays)


def _path(seed: int, number: int) -> Path:
    """Return the file of a chunk."""
    return cache_folder() / "generated-anew" / f"{VERSION}-{seed}-{number}.npy"


def _remove_oldest() -> None:
    """Remove the files that were made first, where there are too many."""
    made = [path for path in _path(0, 0).parent.iterdir() if NAME.fullmatch(path.name)]
    if len(made) > MAX_KEPT:
        for path in sorted(made, key=lambda path: path.stat().st_mtime)[:-MAX_KEPT]:
            path.unlink(missing_ok=True)
