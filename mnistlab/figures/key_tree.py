"""The tree of random keys: a seed at the root, a split at each fork, and what each key is used for."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from mnistlab.figures.html_figure import Sketch

if TYPE_CHECKING:  # the keys' module imports JAX, which no figure needs
    from mnistlab.analysis.random_keys import Split

STEP, ROW, BOX = 174, 92, 144  # px: from split to split, from row to row, width of a key


def draw_key_tree(
    splits: Sequence["Split"], seed: int, carried: Sequence[str], other: Sequence[str]
) -> Sketch:
    """Return the tree as a figure.

    Args:
        splits: As `analysis.random_keys.splits` returns them.
        seed: Of the root.
        carried: What the key that each split carries on is used for; "" for nothing.
        other: What the other key is used for.
    """
    width, height = STEP * len(splits) + BOX, ROW + 60
    boxes = [key_box(0, 0, splits[0].parent, f"PRNGKey({seed})")]
    lines = []
    for number, split in enumerate(splits):
        x = STEP * (number + 1)
        boxes.append(key_box(x, 0, split.carried, carried[number]))
        boxes.append(key_box(x, ROW, split.other, other[number]))
        start = x - STEP + BOX
        lines.append(f"M{start} 22H{x}M{start + 12} 22V{ROW + 22}H{x}")
    wires = (
        f'<svg width="{width}" height="{height}" style="position:absolute;inset:0" aria-hidden="true">'
        f'<path d="{"".join(lines)}" fill="none" stroke="currentColor" stroke-opacity="0.45"/></svg>'
    )
    place = f"position:relative;width:{width}px;height:{height}px"
    markup = f'<div style="overflow-x:auto"><div style="{place}">{wires}{"".join(boxes)}</div></div>'
    uses = "; ".join(use for pair in zip(carried, other, strict=True) for use in pair if use)
    return Sketch(markup, alt=f"Tree of the random keys of seed {seed}, split by split. {uses}.")


def key_box(x: int, y: int, key: tuple[int, int], use: str) -> str:
    """Return one key, two numbers, with its use below."""
    first, second = (f"{number:08x}" for number in key)
    return (
        f'<div style="position:absolute;left:{x}px;top:{y}px;width:{BOX}px">'
        '<div style="border:1px solid currentColor;border-radius:4px;padding:0.35rem 0.5rem;'
        f'font-family:var(--st-code-font);font-size:0.75rem;white-space:nowrap">{first} {second}</div>'
        f'<div class="muted" style="padding-top:0.2rem">{escape(use)}</div></div>'
    )
