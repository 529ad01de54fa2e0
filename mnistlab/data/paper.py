"""Paper and ink: how much each pixel of a picture differs from the paper under it.

A drawing has paper of one color, and its ink is whatever differs from that. A photograph has paper that is
tinted and unevenly lit: it is estimated in each place by a morphological closing (dark ink; an opening for
light ink), which keeps what is wide and fills what is as narrow as a stroke.

Sources: N. Otsu, "A threshold selection method from gray-level histograms", 1979; J. Serra, "Image analysis
and mathematical morphology", 1982.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

FAINTEST_CONTRAST = 16.0  # gray levels of 255; what differs less from the paper is no ink
FAINTEST_INK = 0.03  # of the strongest ink; less is paper, as around a stroke that was saved as JPEG
NOISE = 6.5  # standard deviations of camera noise that are no ink
BIMODAL = 0.85  # share of the variance that two classes explain; under an uneven light they explain less
SOFT = 0.6  # pixels of faint ink for each of strong ink: more are no soft edges but what the paper has
FAINTEST_ON_PAPER = 0.08  # of the strongest ink, where the paper is uneven
PAPER_WINDOW = 1 / 3  # of the shorter side: wider than any stroke, narrower than a patch or a shadow
SOLID = 0.97  # of the outline of a solid rectangle
FULL = 0.995  # of a solid rectangle that holds nothing
SMALLEST_PATCH = 0.2  # of the picture, of the ink of a solid rectangle around a digit
FRAME_DEPTH = 8  # a frame lies in the outer eighth of a picture
COARSE = 140  # cells on the longer side, for what needs no detail


def paper_removed(colors: np.ndarray) -> tuple[np.ndarray, float, tuple[slice, slice]]:
    """Tell ink from paper.

    Args:
        colors: float32 (1 or 3, height, width), 0..255.

    Returns:
        How much each pixel differs from its paper, float32 (height, width) in 0..1, 1 = the strongest ink,
        all 0 on a blank; the level above which ink is strong; the part of the picture inside a frame.
    """
    height, width = colors.shape[1:]
    noise = NOISE * noise_of(colors)
    inside = slice(0, height), slice(0, width)
    contrast = _contrast(colors, noise)
    level, bimodality = otsu(contrast)
    if framed := _inside_patch(contrast > level) or _inside_frame(contrast, level):
        inside = framed
        contrast = _contrast(colors[:, *inside], noise)
        level, bimodality = otsu(contrast)
    num_strong, num_ink = np.count_nonzero(contrast > level / 2), np.count_nonzero(contrast)
    if num_ink and (bimodality < BIMODAL or num_ink - num_strong > SOFT * num_strong):
        contrast, level = _contrast_with_local_paper(colors[:, *inside], noise)
    whole = np.zeros((height, width), np.float32)
    whole[inside] = contrast
    return whole, level / 2, inside


def noise_of(colors: np.ndarray) -> float:
    """Return the standard deviation of a picture's noise, in gray levels, from neighboring pixels."""
    plane = colors[0, ::3, ::3]
    steps = (np.abs(np.diff(plane, axis=axis)) for axis in (0, 1))
    return max((float(np.median(step)) / 0.95 for step in steps if step.size), default=0.0)


def _contrast(colors: np.ndarray, noise: float) -> np.ndarray:
    """Return the contrast to one color of paper, the median of the border."""
    contrast = np.zeros(colors.shape[1:], np.float32)
    for plane in colors:
        border = np.concatenate([plane[0], plane[-1], plane[1:-1, 0], plane[1:-1, -1]])
        np.maximum(contrast, np.abs(plane - np.median(border)), out=contrast)
    return _of_strongest(contrast, noise, FAINTEST_INK)


def _of_strongest(contrast: np.ndarray, noise: float, faintest: float) -> np.ndarray:
    """Return a contrast as a share of the strongest; what is faint or noise is 0."""
    strongest = float(contrast.max())
    if strongest <= max(FAINTEST_CONTRAST, noise):
        return np.zeros_like(contrast)
    contrast[contrast <= max(faintest * strongest, noise)] = 0.0
    return contrast / strongest


def _contrast_with_local_paper(colors: np.ndarray, noise: float) -> tuple[np.ndarray, float]:
    """Return the contrast to the paper in each place, and Otsu's threshold; faint ink is left out."""
    planes = [Image.fromarray(np.ascontiguousarray(plane)) for plane in colors]
    skews = np.array([_skew(plane) for plane in planes])
    contrast = np.zeros(colors.shape[1:], np.float32)
    for plane, skew in zip(planes, skews, strict=True):
        if abs(skew) >= 0.1 * np.abs(skews).max():  # the others hold little but noise
            paper = np.asarray(_local_paper(plane, dark_ink=bool(skew <= 0)))
            difference = paper - plane if skew <= 0 else plane - paper
            np.maximum(contrast, difference, out=contrast)
    contrast = _of_strongest(contrast, noise, FAINTEST_ON_PAPER)
    level, _ = otsu(contrast)
    contrast[contrast <= level / 2] = 0
    strong = contrast[contrast > level]
    if not strong.size:
        return contrast, level
    full = float(np.percentile(strong, 90))  # a single dark grain is not the measure of ink
    return np.minimum(contrast / full, 1).astype(np.float32), level / full


def _skew(plane: Image.Image) -> float:
    """Return how far the strokes differ from what is around them: below 0 for dark ink on light paper."""
    small = np.asarray(plane.reduce(-(-max(plane.size) // 40)))
    around = ndimage.median_filter(small, size=max(3, min(small.shape) // 2 | 1), mode="nearest")
    return float(((small - around) ** 3).sum())


def _local_paper(plane: Image.Image, dark_ink: bool) -> Image.Image:
    """Return the paper under the ink of one color channel."""
    block = -(-max(plane.size) // COARSE)
    small = np.asarray(plane.reduce(block))
    window = max(3, int(PAPER_WINDOW * min(small.shape)) | 1)
    fill = ndimage.grey_closing if dark_ink else ndimage.grey_opening
    if block == 1:
        return Image.fromarray(fill(small, size=(window, window), mode="nearest"))
    # Beyond the edges the light goes on as it came: else the darker edge of a slope would be ink.
    beyond = np.pad(small, margin := min(window, min(small.shape) - 1), "reflect", reflect_type="odd")
    paper = fill(beyond, size=(window, window))[
        margin : margin + small.shape[0], margin : margin + small.shape[1]
    ]
    smooth = ndimage.uniform_filter(paper, 3, mode="nearest").astype(np.float32)
    return Image.fromarray(smooth).resize(plane.size, Image.Resampling.BILINEAR)


def otsu(contrast: np.ndarray) -> tuple[float, float]:
    """Return Otsu's threshold of values in 0..1, and the share of their variance that it explains."""
    inked = contrast[inked_box(contrast)]
    counts = np.bincount((inked * 255).astype(np.uint8).ravel(), minlength=256).astype(float)
    counts[0] += contrast.size - inked.size
    below, mass = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    total, mean = below[-1], mass[-1] / below[-1]
    variance = float((counts * (np.arange(256) - mean) ** 2).sum())
    if variance == 0:
        return 0.5 / 255, 1.0
    between = (mean * below - mass)[:-1] ** 2 * total / np.maximum(below * (total - below), 1)[:-1]
    best = int(between.argmax())
    return (best + 0.5) / 255, float(between[best]) / variance


def inked_box(ink: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns from the first to the last that has ink; all where there is none."""
    inked = ink > 0
    rows = np.flatnonzero(inked.any(axis=1))
    if not rows.size:
        return slice(None), slice(None)
    columns = np.flatnonzero(inked[rows[0] : rows[-1] + 1].any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _inside_frame(contrast: np.ndarray, level: float) -> tuple[slice, slice] | None:
    """Return the part of a picture inside a frame that it has on two sides at least; None without.

    A line of pixels belongs to the frame when nine tenths of it differ from most of the picture.
    """
    strong = contrast > level
    if np.count_nonzero(strong) > strong.size / 2:
        strong = ~strong
    sides = (
        np.count_nonzero(strong, axis=1) / strong.shape[1],
        np.count_nonzero(strong, axis=0) / strong.shape[0],
    )
    if max(side.max() for side in sides) < 0.9:
        return None
    depths = []
    for lines in sides:
        for shares in (lines, lines[::-1]):
            soft = 1 + len(shares) // 100
            full = np.flatnonzero(shares[: max(2, len(shares) // FRAME_DEPTH)] >= 0.9)
            depth = int(full[-1]) + 1 + soft if full.size else 0
            depths.append(depth if depth < len(shares) and shares[depth - 1] <= 0.5 else 0)
    if np.count_nonzero(depths) < 2:
        return None
    top, bottom, left, right = depths
    height, width = strong.shape
    return slice(top, height - bottom), slice(left, width - right)


def _inside_patch(strong: np.ndarray) -> tuple[slice, slice] | None:
    """Return the part of a picture inside a solid rectangle, as a plot has it around an image; None without.

    Its outline is ink nearly all around, and so is most of it: it is the paper of what it holds.
    """
    if np.count_nonzero(strong) < SMALLEST_PATCH * strong.size:
        return None
    labels, _ = ndimage.label(strong)
    largest = labels == np.bincount(labels[strong]).argmax()
    sides = []
    for axis in (1, 0):  # marks of a scale may stick out of it
        lines = np.count_nonzero(largest, axis=axis)
        full = np.flatnonzero(lines > lines.max() / 2)
        edge = 1 + len(full) // 100
        sides.append(slice(int(full[0]) + edge, int(full[-1]) + 1 - edge))
    inner = largest[sides[0], sides[1]]
    if np.count_nonzero(inner) < 0.9 * np.count_nonzero(largest) or not 0.5 < inner.mean() < FULL:
        return None
    outline = inner[0], inner[-1], inner[:, 0], inner[:, -1]
    return (sides[0], sides[1]) if min(edge.mean() for edge in outline) > SOLID else None


def opaque(image_data: np.ndarray) -> np.ndarray:
    """Return float32 (1 or 3, height, width): a transparent picture laid on white.

    Light strokes on a transparent canvas would vanish there: they are laid on black.

    Raises:
        ValueError: image_data is not as in `segmented`.
    """
    channels = _checked(image_data)
    colors = np.moveaxis(channels[..., :3], 2, 0).astype(np.float32, order="C")
    if channels.shape[2] < 4 or channels[..., 3].min() == 255:
        return colors
    alpha = channels[..., 3].astype(np.float32) / 255
    on_black = colors * alpha
    on_white = on_black + 255 * (1 - alpha)
    rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    paper_is_clear = float(np.median(rim)) < 0.5
    return on_black if paper_is_clear and on_black.max() > 255 - on_white.min() else on_white


def _checked(image_data: np.ndarray) -> np.ndarray:
    """Return the picture with an axis for its color channels: uint8 (height, width, 1, 3 or 4)."""
    picture = np.asarray(image_data)
    if picture.dtype != np.uint8:
        raise ValueError(f"image_data must be an array of uint8. Got {picture.dtype}.")
    channels = picture[..., None] if picture.ndim == 2 else picture
    if channels.ndim != 3 or channels.shape[2] not in (1, 3, 4) or channels.size == 0:
        raise ValueError(
            "image_data must have the shape (height, width), (height, width, 3) or (height, width, 4), "
            f"none of them 0. Got {picture.shape}."
        )
    return channels
