"""What framing costs a well-trained network, and what it saves: python -m benchmarks.framing.

MNIST test digits are enlarged, moved, and put on a canvas as a person might have drawn them. A network
trained on MNIST's training part reads them framed, resized without framing, and in the original.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image

from mnistlab.data.datasets import load_mnist
from mnistlab.data.framing import frame, raw_resize
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

MNIST_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "mnist"
CANVAS = 280
THEMES = ((255, 0), (14, 250), (255, 90), (40, 200))  # gray of paper and ink
LARGEST_COST = 0.01  # of the accuracy on the originals


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, default=MNIST_FOLDER, help="folder with MNIST's four files")
    parser.add_argument("--digits", type=int, default=10_000, help="test digits that are drawn")
    arguments = parser.parse_args()
    mnist = load_mnist(arguments.mnist)
    config = PRESETS["recommended"]
    *_, last = train(config, mnist)
    images, labels = (part[: arguments.digits] for part in mnist.test)
    rng = np.random.default_rng(0)
    gray = [canvas_with(image, rng, as_ink=False) for image in images]
    inked = [canvas_with(image, rng, as_ink=True) for image in images]

    def accuracy(pictures: np.ndarray) -> float:
        return float((activations_of(last.params, pictures, config).argmax(axis=1) == labels).mean())

    original = accuracy(images)
    framed = accuracy(framed_or_blank(gray))
    rows = {
        "as they are": f"{original:.2%}",
        "enlarged and moved, framed": f"{framed:.2%}",
        "the same in black and white, framed": f"{accuracy(framed_or_blank(inked)):.2%}",
        "enlarged and moved, resized as a whole": f"{accuracy(np.stack([raw_resize(c) for c in gray])):.2%}",
        "framing a 280 x 280 canvas takes": f"{milliseconds(gray[:500]):.1f} ms",
    }
    print(f"{len(images):,} test digits")
    for what, figure in rows.items():
        print(f"{what:<40}{figure}")
    if original - framed > LARGEST_COST:
        raise SystemExit(f"Framing must cost at most {LARGEST_COST:.0%}. Got {original - framed:.2%}.")


def framed_or_blank(canvases: list[np.ndarray]) -> np.ndarray:
    """Return canvases framed, (n, 28, 28); blank where no digit was found, which counts as misread."""
    framed = (frame(canvas, by_pen=True) for canvas in canvases)
    return np.stack([np.zeros((28, 28), np.uint8) if image is None else image for image in framed])


def canvas_with(image: np.ndarray, rng: np.random.Generator, as_ink: bool) -> np.ndarray:
    """Return a digit enlarged 2 to 9.9 times, anywhere on a canvas of some theme, (280, 280, 4)."""
    side = int(rng.integers(56, 278))
    ink = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)) / 255.0
    ink = (ink > 0.5).astype(float) if as_ink else ink
    row, column = rng.integers(0, CANVAS - side + 1, 2)
    paper, color = THEMES[rng.integers(len(THEMES))]
    canvas = np.full((CANVAS, CANVAS, 4), paper, np.uint8)
    canvas[..., 3] = 255
    canvas[row : row + side, column : column + side, :3] = (paper + (color - paper) * ink)[..., None].round()
    return canvas


def milliseconds(canvases: list[np.ndarray]) -> float:
    """Return the median time to frame one of these."""
    seconds = []
    for canvas in canvases:
        started = time.perf_counter()
        frame(canvas, by_pen=True)
        seconds.append(time.perf_counter() - started)
    return 1000 * float(np.median(seconds))


if __name__ == "__main__":
    main()
