"""MNIST + generated: of three training images one is generated, and another one as training goes on.

The training set consists of blocks of 3,000 images, each with 2,000 of MNIST's and one chunk of generated
ones, in an order of its own. In each epoch after the first, a quarter of the blocks gets a new chunk. Which
one follows from the seed and the epoch alone, so a training that was stopped goes on with the images it would
have had. Chunks are kept as files, which all processes share; who finds one missing makes it again.
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
        mnist: MNIST's training images and labels; two in three of them are used, the first ones.
        generated: Generated ones, of which one in three is used, the first ones. Both fill whole blocks.
    """

    def __init__(self, mnist: Split, generated: Split):
        blocks = len(mnist.labels) // BLOCK
        order = np.random.default_rng(ORDER_SEED)
        places = np.stack([block * BLOCK + order.permutation(BLOCK) for block in range(blocks)])
        self._places = places[:, MNIST_IMAGES:]  # (blocks, 1000) of the generated images
        self.first = Split(np.empty((blocks * BLOCK, 28, 28), np.uint8), np.empty(blocks * BLOCK, np.uint8))
        for source, where in ((mnist, places[:, :MNIST_IMAGES]), (generated, self._places)):
            for whole, part in zip(self.first, source, strict=True):
                whole[where.ravel()] = part[: where.size]
        self._latest = (0, 0, 0), _locked(self.first)  # for who trains an epoch in parts

    def of_epoch(self, seed: int, epoch: int, train_size: int) -> Split:
        """Return the training set of an epoch, counted from 0; chunks that are missing are made.

        Args:
            seed: Where the random numbers begin.
            epoch: How many epochs were trained before.
            train_size: How many images are used; beyond them the set stays as it was in the first epoch.
        """
        asked, new = (seed, epoch, train_size), new_chunks(epoch, train_size)
        if new and asked != self._latest[0]:
            changed = Split(*(array.copy() for array in self.first))
            for block, number in new.items():
                for whole, part in zip(changed, kept_chunk(seed, number), strict=True):
                    whole[self._places[block]] = part
            self._latest = asked, _locked(changed)
        return self._latest[1] if new else self.first


def _locked(split: Split) -> Split:
    """Return the split with arrays that nobody can change."""
    for array in split:
        array.flags.writeable = False
    return split


def new_chunks(epoch: int, train_size: int) -> dict[int, int]:
    """Return the number of the chunk in each block that has a new one, in an epoch counted from 0."""
    found = {}
    for block in range(-(-train_size // BLOCK)):
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
