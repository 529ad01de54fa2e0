"""Data: one image as the table of its numbers, each on its own gray.

It is a table of the browser and not a figure: 784 numbers are there at once, can be read aloud and copied,
and on a narrow screen they scroll instead of shrinking, beside the numbers of their rows.
"""

import numpy as np

from mnistlab.figures.ink import ink_palette

# Inline, so that the table looks the same in both themes: ink on paper.
STYLE = """<style>
.pixels { overflow-x: auto }
@media (max-width: 640px) {
  .pixels th[scope="row"] { position: sticky; left: 0; opacity: 1; background: var(--st-background-color) }
  @supports (animation-timeline: scroll()) {
    .pixels { animation: more 1s linear; animation-timeline: scroll(self inline);
      mask: linear-gradient(to right, #000 calc(100% - var(--hidden, 0px)), transparent) }
  }
}
@keyframes more { from, 90% { --hidden: 48px } to { --hidden: 0px } }
.pixels table { border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 31rem; margin: 0;
  font-size: 0.62rem; font-variant-numeric: tabular-nums; line-height: 1; border: 0 }
.pixels td, .pixels th { padding: 0; height: 1.28rem; text-align: center; border: 0; font-weight: 400 }
.pixels td { border: 1px solid rgba(128, 128, 128, 0.12) }
.pixels td:hover { outline: 2px solid currentColor; outline-offset: -2px }
.pixels th { opacity: 0.65 }
</style>"""
BLACK, WHITE = "#000", "#FFF"
WHITE_ABOVE = 149  # pixel value from which white is easier to read on its gray than black


def pixel_table(image: np.ndarray, name: str) -> str:
    """Return an image, uint8 (28, 28), as HTML; hovering over a number says its row, column and value."""
    height, width = image.shape
    head = "".join(f'<th scope="col">{column}</th>' for column in range(width))
    rows = "".join(f'<tr><th scope="row">{row}</th>{cells(row, image[row])}</tr>' for row in range(height))
    label = f"{name} as a table of {height} by {width} numbers"
    return (
        f'{STYLE}<div class="pixels" role="region" aria-label="{label}" tabindex="0">'
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cells(row: int, values: np.ndarray) -> str:
    """Return the cells of one row."""
    return "".join(
        f'<td title="row {row}, column {column}: {value}" style="{look(value)}">{value}</td>'
        for column, value in enumerate(values.tolist())
    )


def look(value: int) -> str:
    """Return the colors of a cell: its gray, and a number that can be read on it."""
    red, green, blue = GRAYS[value]
    return f"background:#{red:02x}{green:02x}{blue:02x};color:{WHITE if value >= WHITE_ABOVE else BLACK}"


GRAYS = ink_palette().tolist()
