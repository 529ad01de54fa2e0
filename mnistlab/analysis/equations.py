"""Backpropagation written out for one weight: each equation in symbols, and with this image's numbers."""

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mnistlab.analysis.formatting import factor, numeral
from mnistlab.analysis.single_image import Followed, Place
from mnistlab.engine.network import layer_activations

WRITTEN = 10  # a sum of so many terms is written in full
FIRST = 3  # of a longer one the first so many
DELTA = r"\Delta"
LINE = 40  # characters that fit beside another equation on a page 1366 px wide


class Term(NamedTuple):
    """One product of a sum: a weight times what it carries."""

    number: int  # j, where it comes from, or k, where it goes
    weight: float
    carried: float  # a_j on the way forward, Delta_k on the way back

    @property
    def product(self) -> float:
        """Weight times what it carries."""
        return self.weight * self.carried


class Sum(NamedTuple):
    """A sum as it stands on the page: the terms written out, and the rest in one number."""

    written: tuple[Term, ...]
    num_rest: int  # terms that are not written and not 0
    rest: float  # what they add up to
    num_zero: int  # terms that are 0 because nothing is carried


NO_SUM = Sum((), 0, 0.0, 0)


class Equation(NamedTuple):
    """One equation, first in symbols, then with numbers."""

    name: str  # "sum", "activation", "slope", "BP1" .. "BP4", "step"
    place: Place  # the unit it speaks of; the source says which weight, where one is meant
    lines: tuple[str, ...]  # LaTeX; the first holds the symbols, the last the value
    value: float
    terms: Sum = NO_SUM  # of those with a sum

    @property
    def latex(self) -> str:
        """The lines under each other, aligned at their equals signs."""
        return r"\begin{aligned}" + r" \\[2pt] ".join(self.lines) + r"\end{aligned}"


def worked_weight(followed: Followed, place: Place) -> tuple[Equation, ...]:
    """Return the way from the image to dL/dW of one weight.

    Forward: z, a and the slope of the unit. Backward: BP1 at an output; for a hidden unit BP2 for each layer
    down to it, along the units from which most of the error comes; BP3 for the bias and BP4 for the weight.
    The numbers are those of Nielsen, Neural Networks and Deep Learning, ch. 2.
    """
    path = loudest_path(followed, place)
    errors = [output_error(followed, path[0])]
    errors += [carried_error(followed, lower, upper) for upper, lower in pairwise(path)]
    return (
        unit_sum(followed, place),
        unit_activation(followed, place),
        unit_slope(followed, place),
        *errors,
        bias_gradient(followed, place),
        weight_gradient(followed, place),
    )


def loudest_path(followed: Followed, place: Place) -> tuple[Place, ...]:
    """Return the units by which most of a unit's error reaches it, from an output down to the unit itself.

    The source of each is the unit that follows it on the way down.
    """
    path = [place]
    while path[0].layer < followed.depth:
        layer, unit, _ = path[0]
        carried = followed.params[layer].weights[:, unit] * followed.deltas[layer]
        path.insert(0, Place(layer + 1, int(np.abs(carried).argmax()), unit))
    return tuple(path)


def shortened(weights: ArrayLike, carried: ArrayLike, chosen: int) -> Sum:
    """Return a sum of products with its first terms and the chosen one written out, in order.

    Args:
        weights: (n,).
        carried: (n,), what each is multiplied by.
        chosen: Index of a term that is always written, even when it is 0.
    """
    weights, carried = np.asarray(weights, np.float64), np.asarray(carried, np.float64)
    telling = np.flatnonzero(carried)
    kept = telling if telling.size <= WRITTEN else telling[:FIRST]
    written = sorted({*kept.tolist(), chosen})
    rest = np.setdiff1d(telling, written)
    return Sum(
        tuple(Term(index, float(weights[index]), float(carried[index])) for index in written),
        int(rest.size),
        float((weights[rest] * carried[rest]).sum()),
        int(carried.size - np.union1d(telling, written).size),
    )


def sum_lines(total: Sum, chosen: int, letter: str, bias: float | None = None) -> list[str]:
    """Return the written terms in lines, then the rest, and the bias where there is one."""
    parts = []  # LaTeX, and the characters that tell its width
    for index, *factors in total.written:
        product = r" \cdot ".join(map(factor, factors))
        parts.append((marked(product, index, index == chosen, letter), product))
    if total.num_rest:
        rest, others = factor(total.rest), "other" if total.num_rest == 1 else "others"
        words = rf"\text{{{total.num_rest:,} {others}}}"
        parts.append((rf"\underbrace{{{rest}}}_{{{words}}}", max(rest, words, key=width)))
    if bias is not None:
        parts.append((rf"\underset{{b}}{{{factor(bias)}}}", factor(bias)))
    lines: list[str] = []
    room = 0
    for latex, seen in parts:
        room -= width(seen) + len(" + ")
        if room >= 0:
            lines[-1] += f" + {latex}"
        else:
            lines.append((r"&\quad + " if lines else r"&= ") + latex)
            room = LINE - width(seen)
    return lines


def ending(product: str, value: float) -> tuple[str, ...]:
    """Return a product and its value in one line, or in two where one would be too long."""
    result = numeral(value)
    if width(f"{product} = {result}") <= LINE:
        return (f"&= {product} = {result}",)
    return f"&= {product}", f"&= {result}"


def width(latex: str) -> int:
    """Return how many characters of a number, a product or words can be seen."""
    return len(re.sub(r"\\text|\\,|[{}^]", "", latex.replace(r"\cdot", "·")))


def marked(product: str, index: int, chosen: bool, letter: str) -> str:
    """Return a product with its index below; the chosen weight's in a box."""
    body = rf"\boxed{{{product}}}" if chosen else product
    return rf"\underset{{{letter}={index}}}{{\small {body}}}"


def symbol(letter: str, layer: int, *indices: int | str) -> str:
    """Return a quantity of a layer in LaTeX, as W_{17,350}^{(1)}."""
    return f"{letter}_{{{','.join(map(str, indices))}}}^{{({layer})}}"


def unit_sum(followed: Followed, place: Place) -> Equation:
    """Return z of the unit: what the layer before sends it, weighted, and its bias."""
    layer, unit, source = place
    weights, biases = followed.params[layer - 1]
    total = shortened(weights[unit], followed.activations[layer - 1], source)
    value, *_ = numbers_of(followed, place)
    z = symbol("z", layer, unit)
    first = (
        rf"{z} &= \textstyle\sum_j {symbol('W', layer, unit, 'j')}\, {symbol('a', layer - 1, 'j')} + "
        rf"{symbol('b', layer, unit)}"
    )
    lines = (first, *sum_lines(total, source, "j", float(biases[unit])), rf"&= {numeral(value)}")
    return Equation("sum", place, lines, value, total)


def unit_activation(followed: Followed, place: Place) -> Equation:
    """Return a of the unit."""
    layer, unit, _ = place
    z, a, _, _ = numbers_of(followed, place)
    first = rf"{symbol('a', layer, unit)} &= \sigma({symbol('z', layer, unit)})"
    return Equation("activation", place, (first, rf"&= \sigma({numeral(z)}) = {numeral(a)}"), a)


def unit_slope(followed: Followed, place: Place) -> Equation:
    """Return sigma'(z) of the unit, by the formula of its activation."""
    layer, unit, _ = place
    sigma = layer_activations(followed.params, followed.hidden)[layer - 1]
    z, a, value, _ = numbers_of(followed, place)
    letters = symbol("z", layer, unit), symbol("a", layer, unit)
    first = rf"\sigma'({letters[0]}) &= {sigma.slope_formula(*letters)}"
    factors = sigma.slope_factors(z, a)
    if len(factors) == 1:
        return Equation("slope", place, (first, f"&= {numeral(value)}"), value)
    product = r" \cdot ".join([numeral(factors[0]), *map(factor, factors[1:])])
    return Equation("slope", place, (first, *ending(product, value)), value)


def output_error(followed: Followed, place: Place) -> Equation:
    """Return Delta of an output by BP1: twice its error, times the slope."""
    layer, unit, _ = place
    _, a, slope, value = numbers_of(followed, place)
    first = (
        rf"{symbol(DELTA, layer, unit)} &= 2\,\big({symbol('a', layer, unit)} - "
        rf"y_{{{unit}}}\big)\,\sigma'({symbol('z', layer, unit)})"
    )
    product = rf"2\,({numeral(a)} - {int(followed.target[unit])}) \cdot {numeral(slope)}"
    return Equation("BP1", place, (first, *ending(product, value)), value)


def carried_error(followed: Followed, place: Place, upper: Place) -> Equation:
    """Return Delta of a hidden unit by BP2: what the layer after it sends back, times the slope.

    Args:
        followed: The image.
        place: The unit.
        upper: The unit above it from which most of the error comes, whose term is marked.
    """
    layer, unit, _ = place
    total = shortened(followed.params[layer].weights[:, unit], followed.deltas[layer], upper.unit)
    _, _, slope, value = numbers_of(followed, place)
    first = (
        rf"{symbol(DELTA, layer, unit)} &= \Big(\textstyle\sum_k {symbol('W', layer + 1, 'k', unit)}\,"
        rf"{symbol(DELTA, layer + 1, 'k')}\Big)\,\sigma'({symbol('z', layer, unit)})"
    )
    written = sum_lines(total, upper.unit, "k")
    written[0] = written[0].replace("&= ", r"&= \big(\,", 1)
    written[-1] += r"\,\big)"
    lines = (first, *written, rf"&\quad \cdot {factor(slope)} = {numeral(value)}")
    return Equation("BP2", place, lines, value, total)


def weight_gradient(followed: Followed, place: Place) -> Equation:
    """Return dL/dW of the weight by BP4: the unit's error times what the weight carries."""
    layer, unit, source = place
    value = followed.slope_of(place)
    weight = symbol("W", layer, unit, source)
    first = (
        rf"\frac{{\partial L}}{{\partial {weight}}} &= "
        rf"{symbol(DELTA, layer, unit)}\;{symbol('a', layer - 1, source)}"
    )
    *_, delta = numbers_of(followed, place)
    carried = float(followed.activations[layer - 1][source])
    product = rf"&= {factor(delta)} \cdot {factor(carried)}"
    return Equation("BP4", place, (first, product, rf"&= \mathbf{{{numeral(value)}}}"), value)


def bias_gradient(followed: Followed, place: Place) -> Equation:
    """Return dL/db of the unit by BP3: the error itself."""
    layer, unit, _ = place
    *_, value = numbers_of(followed, place)
    first = rf"\frac{{\partial L}}{{\partial {symbol('b', layer, unit)}}} &= {symbol(DELTA, layer, unit)}"
    return Equation("BP3", place, (first, rf"&= {numeral(value)}"), value)


def numbers_of(followed: Followed, place: Place) -> tuple[float, ...]:
    """Return z, a, sigma'(z) and Delta of a unit."""
    layer, unit, _ = place
    z, a = followed.pre_activations[layer - 1], followed.activations[layer]
    return tuple(float(values[unit]) for values in (z, a, followed.slopes(layer), followed.deltas[layer - 1]))
