"""Tell the ink of a picture from its paper, whatever their colors."""

import numpy as np

FAINTEST_CONTRAST = 16.0  # gray levels of 255; what differs less from the paper is no ink
FAINTEST_INK = 0.03  # of the strongest ink; less is paper, as around a stroke that was saved as JPEG
NOISE = 8.0  # in median deviations of the border from the paper: 5.4 standard deviations of camera noise
LARGEST_PICTURE = 1120  # pixels; longer pictures (photographs) are averaged down, which takes out their noise


def ink_of(image_data: np.ndarray) -> np.ndarray:
    """Return how much ink lies on each pixel; none for a blank.

    The paper is the median color of the border; ink is whatever has another color.

    Args:
        image_data: uint8 (height, width, 4), (height, width, 3) or (height, width).

    Returns:
        float32 (height, width) in 0..1, 1 = the strongest ink; averaged down to 1120 pixels when longer.

    Raises:
        ValueError: image_data is not such an array.
    """
    colors = _averaged(_opaque(_thinned(_checked(image_data))))
    border = np.concatenate([colors[0], colors[-1], colors[1:-1, 0], colors[1:-1, -1]])
    paper = np.median(border, axis=0)
    contrast = np.abs(colors[..., 0] - paper[0])
    for channel in range(1, colors.shape[2]):
        np.maximum(contrast, np.abs(colors[..., channel] - paper[channel]), out=contrast)
    noise = NOISE * float(np.median(np.abs(border - paper).max(axis=1)))
    strongest = float(contrast.max())
    if strongest <= max(FAINTEST_CONTRAST, noise):
        return np.zeros_like(contrast)
    contrast[contrast <= max(FAINTEST_INK * strongest, noise)] = 0.0
    return contrast / strongest


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


def _thinned(channels: np.ndarray) -> np.ndarray:
    """Return a huge picture without some of its rows and columns, a smaller one as it is."""
    step = max(1, max(channels.shape[:2]) // (2 * LARGEST_PICTURE))
    return channels[::step, ::step]


def _opaque(channels: np.ndarray) -> np.ndarray:
    """Return float32 (height, width, 1 or 3): a transparent picture laid on white.

    Light strokes on a transparent canvas would vanish there: they are laid on black.
    """
    if channels.shape[2] < 4:
        return channels.astype(np.float32)
    colors = channels[..., :3].astype(np.float32)
    alpha = channels[..., 3:].astype(np.float32) / 255
    if alpha.min() == 1.0:
        return colors
    on_black = colors * alpha
    on_white = on_black + 255 * (1 - alpha)
    rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    paper_is_clear = float(np.median(rim)) < 0.5
    return on_black if paper_is_clear and on_black.max() > 255 - on_white.min() else on_white


def _averaged(colors: np.ndarray) -> np.ndarray:
    """Return a large picture averaged over square blocks, a smaller one as it is."""
    block = -(-max(colors.shape[:2]) // LARGEST_PICTURE)
    height, width = (n // block * block for n in colors.shape[:2])
    if block == 1 or not (height and width):
        return colors
    blocks = colors[:height, :width].reshape(height // block, block, width // block, block, -1)
    return blocks.mean(axis=(1, 3))
