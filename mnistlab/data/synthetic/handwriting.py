"""Generated digits with the shape of MNIST: our own strokes, a wavering pen, framed like a drawing.

They are what the lab works with when MNIST cannot be had. They are not MNIST, and no pixel of it went into
them. How often each digit comes, how wide its line is and how much the hand varies were fitted to MNIST's
training part, never to its test part (`mnistlab.data.synthetic.pen`).
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
from filelock import FileLock
from loky import ProcessPoolExecutor, cpu_count

from mnistlab.atomic_file import load_arrays, save_arrays
from mnistlab.data.framing import frame_ink
from mnistlab.data.mnist.originals import cache_folder
from mnistlab.data.synthetic.pen import WIDTH, WIDTH_SPREAD, inked, written
from mnistlab.data.synthetic.strokes import TEMPLATES, Basis, basis
from mnistlab.operating_system import end_with, lower_priority

VERSION = 2  # to be raised with every change of the strokes, the pen or the framing
CHUNK = 1000  # images that share one random stream; chunks can be made in any order, by any process
COUNTS = (99, 112, 99, 102, 97, 91, 99, 104, 98, 99)  # of the digits 0 to 9 in a chunk, as in MNIST
TRAIN_IMAGES = 60_000
TEST_IMAGES = 10_000
TRAIN_SEED = 60
TEST_SEED = 10
CHUNKS = [(TRAIN_SEED, i) for i in range(TRAIN_IMAGES // CHUNK)]
CHUNKS += [(TEST_SEED, i) for i in range(TEST_IMAGES // CHUNK)]
MOST_CHILDREN = 4
SHAPES = {
    "train_images": (TRAIN_IMAGES, 28, 28),
    "train_labels": (TRAIN_IMAGES,),
    "test_images": (TEST_IMAGES, 28, 28),
    "test_labels": (TEST_IMAGES,),
}
# Width of the line by digit: a 0 is written smaller than an 8, so scaled to one size its line is wider.
PENS = (1.18, 1.12, 1.08, 1.04, 0.98, 0.98, 1.02, 1.04, 0.96, 0.96)
PEN_LIMITS = 1.2, 4.6  # pixels of MNIST


def generate_chunk(seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the images, uint8 (1000, 28, 28), and labels, uint8 (1000,), of one chunk, in random order."""
    rng = np.random.default_rng([VERSION, seed, number])
    images = []
    for digit, count in enumerate(COUNTS):
        shares = np.array([template.share for template in TEMPLATES[digit]])
        for form, times in enumerate(rng.multinomial(count, shares / shares.sum())):
            images.append(_framed(digit, form, times, rng))
    labels = np.repeat(np.arange(10, dtype=np.uint8), COUNTS)
    order = rng.permutation(CHUNK)
    return np.concatenate(images)[order], labels[order]


def preview() -> tuple[np.ndarray, np.ndarray]:
    """Return the first thousand training images and labels at once, before the whole set is there."""
    return generate_chunk(TRAIN_SEED, 0)


def variations(digit: int, form: int, count: int, seed: int) -> np.ndarray:
    """Return one form of a digit written count times, uint8 (count, 28, 28)."""
    return _framed(digit, form, count, np.random.default_rng([VERSION, seed, digit, form]))


def pen_path(digit: int, form: int, seed: int | None = None) -> list[np.ndarray]:
    """Return the strokes of one form of a digit in the order of writing.

    Args:
        digit: 0 to 9.
        form: Index of the form in TEMPLATES[digit].
        seed: How it is varied, as in `variations(digit, form, 1, seed)`; None for the template itself.

    Returns:
        The points of each stroke, (k, 2): x and y in the unit square, y down.
    """
    lines = _basis(digit, form)
    dots = lines.curve @ lines.points
    if seed is not None:
        rng = np.random.default_rng([VERSION, seed, digit, form])
        dots = written(lines, 1, rng).points[0]
    low, high = dots.min(axis=0), dots.max(axis=0)
    dots = np.clip(0.5 + (dots - (low + high) / 2) / (high - low).max(), 0, 1)  # but for rounding, within
    return np.split(dots, np.flatnonzero(np.diff(lines.stroke_of_dot)) + 1)


def load(
    cache_dir: Path | None = None, progress: Callable[[float], None] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the whole set, from the cache or generated.

    Args:
        cache_dir: Where it is kept; the folder in MNISTLAB_CACHE_DIR, or the user's cache folder.
        progress: Called with the share that is ready, 0 to 1, while it is generated.

    Returns:
        Training images, uint8 (60000, 28, 28), their labels, uint8 (60000,), test images and labels, 10,000.
    """
    path = (cache_dir or cache_folder()) / f"generated-digits-{VERSION}.npy"
    arrays = _kept(path)
    if arrays is None:
        with _one_at_a_time(path.with_suffix(".lock")):
            arrays = _kept(path) or _generated(path, progress or (lambda share: None))
    return arrays["train_images"], arrays["train_labels"], arrays["test_images"], arrays["test_labels"]


def _kept(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of the cache, or None when they are missing, damaged or not of these shapes."""
    arrays = load_arrays(path)
    as_expected = arrays is not None and {name: array.shape for name, array in arrays.items()} == SHAPES
    return arrays if as_expected else None


def _generated(path: Path, progress: Callable[[float], None]) -> dict[str, np.ndarray]:
    """Return the arrays newly generated, kept at path where it can be written."""
    arrays = {name: np.empty(shape, np.uint8) for name, shape in SHAPES.items()}
    parts = [arrays["train_images"], arrays["train_labels"]], [arrays["test_images"], arrays["test_labels"]]
    for number, ((seed, place), chunk) in enumerate(zip(CHUNKS, _chunks(), strict=True)):
        for whole, part in zip(parts[seed == TEST_SEED], chunk, strict=True):
            whole[place * CHUNK : (place + 1) * CHUNK] = part
        progress((number + 1) / len(CHUNKS))
    with suppress(OSError):
        save_arrays(path, arrays)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process in; the others wait. Where no lock can be made, nobody waits."""
    lock = FileLock(path)
    with suppress(OSError, NotImplementedError):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@cache
def _basis(digit: int, form: int) -> Basis:
    """Return the spline of one form of a digit."""
    return basis(TEMPLATES[digit][form])


def _framed(digit: int, form: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return one form of a digit written count times, uint8 (count, 28, 28)."""
    if not count:
        return np.zeros((0, 28, 28), np.uint8)
    writing = written(_basis(digit, form), count, rng)
    pen = PENS[digit] * WIDTH * np.exp(WIDTH_SPREAD * rng.standard_normal(count))
    pen = np.clip(pen, *PEN_LIMITS)
    return frame_ink(inked(writing, pen, _basis(digit, form).stroke_of_dot))


def _chunks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the images and labels of all chunks in order, as child processes deliver them.

    Those stay undelivered of a child that dies, or where none can be started: they are made here.
    """
    pool = children(min(MOST_CHILDREN, int(cpu_count())))
    delivered: deque[Future] = deque()
    try:
        with suppress(OSError):
            delivered.extend(pool.submit(generate_chunk, *chunk) for chunk in CHUNKS)
        for chunk in CHUNKS:
            made = delivered.popleft() if delivered else None
            yield made.result() if made and not made.exception() else generate_chunk(*chunk)
    finally:
        pool.shutdown(kill_workers=True)


def children(number: int) -> ProcessPoolExecutor:
    """Return so many child processes that generate digits; they start with the first task."""
    return ProcessPoolExecutor(
        number,
        env={"OPENBLAS_NUM_THREADS": "1"},  # the matrices are small: threads would only wait for each other
        initializer=_begin,
        initargs=(os.getpid(),),
    )


def _begin(parent: int) -> None:
    """Prepare a child process: it ends with its parent, not by Ctrl-C, and lets others go first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    lower_priority()
