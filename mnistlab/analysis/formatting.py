"""Numbers as they stand in formulas and sentences: four significant digits, never more than is known."""

import math
from collections.abc import Sequence

DIGITS = 4
RAISED = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def numeral(value: float, digits: int = DIGITS) -> str:
    """Return a number in LaTeX: 0.2437, -12.3, 1.9 · 10^-7."""
    if not math.isfinite(value):
        return r"\text{not a number}" if math.isnan(value) else r"-\infty" if value < 0 else r"\infty"
    text = f"{value:.{digits}g}"
    if value == 0 or (1e-3 <= abs(value) < 10.0**digits and "e" not in text):
        return "0" if value == 0 else text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return rf"{mantissa.rstrip('0').rstrip('.')} \cdot 10^{{{int(exponent)}}}"


def factor(value: float, digits: int = DIGITS) -> str:
    """Return a number as it stands in a product or a sum: in parentheses when it is negative."""
    text = numeral(value, digits)
    return f"({text})" if text.startswith("-") else text


def plain(value: float, digits: int = DIGITS) -> str:
    """Return a number in a sentence or on an axis: 0.2437, −12.3, 1.9·10⁻⁷."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "−∞" if value < 0 else "∞"
    text = numeral(value, digits).replace("-", "−")
    mantissa, _, exponent = text.partition(r" \cdot 10^{")
    return mantissa + (f"·10{exponent.rstrip('}').translate(RAISED)}" if exponent else "")


def aligned(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """Return numbers that stand side by side, with as many decimals as the one that needs the most."""
    texts = [plain(value, digits) for value in values]
    decimals = max(len(text.partition(".")[2]) for text in texts)
    if any("·" in text or not math.isfinite(value) for text, value in zip(texts, values, strict=True)):
        return texts
    return [f"{value:.{decimals}f}".replace("-", "−") for value in values]


def signed(value: float, digits: int = DIGITS) -> str:
    """Return a change: +0.2437, −12.3, 0."""
    return f"+{plain(value, digits)}" if value > 0 else plain(value, digits)


def count(number: int, thing: str) -> str:
    """Return a number of things: 1 epoch, 10 epochs."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
