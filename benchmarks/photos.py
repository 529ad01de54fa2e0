"""How pictures of digits are read, kind by kind: python -m benchmarks.photos FOLDER [--mnist FOLDER].

The folder holds pictures whose names end in _DIGIT before the extension, and begin with their kind:
photo-plain-light_03_2.jpg. Two networks are trained here: preset Recommended on MNIST, and preset Drawing on
MNIST + generated. Run it in a worktree of another commit to compare framings.
"""

import argparse
import re
from pathlib import Path

import numpy as np

from mnistlab.data.datasets import load_dataset
from mnistlab.data.framing import frame
from mnistlab.data.image_loading import read_picture
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

MNIST_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "mnist"
NAME = re.compile(r"(?P<kind>.+?)_\d+_(?P<digit>\d)\.\w+")
HALVES = {"all": slice(None), "even": slice(0, None, 2), "odd": slice(1, None, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="pictures named KIND_NUMBER_DIGIT.EXTENSION")
    parser.add_argument("--mnist", type=Path, default=MNIST_FOLDER, help="folder with MNIST's four files")
    parser.add_argument("--half", choices=HALVES, default="all", help="every second picture, by name")
    parser.add_argument("--misread", action="store_true", help="name the pictures that are misread")
    arguments = parser.parse_args()
    files = [
        (file, found) for file in sorted(arguments.folder.iterdir()) if (found := NAME.fullmatch(file.name))
    ]
    files = files[HALVES[arguments.half]]
    images = [frame(read_picture(file.read_bytes())) for file, _ in files]
    kinds = np.array([found["kind"] for _, found in files])
    labels = np.array([int(found["digit"]) for _, found in files])
    framed = np.stack([np.zeros((28, 28), np.uint8) if image is None else image for image in images])
    is_framed = np.array([image is not None for image in images])
    print(f"{len(files)} pictures, no digit found in {np.count_nonzero(~is_framed)}")
    for name in ("recommended", "drawing"):
        config = PRESETS[name]
        dataset = load_dataset(config.dataset, arguments.mnist)
        *_, last = train(config, dataset)
        answers = activations_of(last.params, framed, config).argmax(axis=1)
        right = is_framed & (answers == labels)
        print(f"\n{name} on {dataset.name}: {right.sum()} of {len(right)}, {right.mean():.1%}")
        for kind in sorted(set(kinds)):
            print(f"  {kind:<48}{right[kinds == kind].sum():4} of {np.count_nonzero(kinds == kind):3}")
        for number in np.flatnonzero(~right) if arguments.misread else ():
            print(f"  {files[number][0].name}: {answers[number] if is_framed[number] else 'no digit'}")


if __name__ == "__main__":
    main()
