"""The equations for one weight: every number in them, recomputed in float64 from the parameters alone."""

import math
import re

import numpy as np
import pytest

from mnistlab.analysis.equations import Sum, Term, ending, sum_lines, width, worked_weight
from mnistlab.analysis.formatting import aligned, factor, numeral, plain, signed
from mnistlab.analysis.single_image import Place, follow
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import initialize_network
from tests.oracles import steepest_place

NUMPY = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
}
NETWORKS = [
    ((), "sigmoid", "raw"),
    ((30,), "sigmoid", "raw"),
    ((30,), "relu", "unit"),
    ((14, 9), "tanh", "unit"),
    ((12, 20, 8), "sigmoid", "unit"),
]


def some_case(hidden, activation, scaling, seed=5):
    """A network, an image with a few grey pixels, and what is left of following it."""
    config = TrainConfig(hidden=hidden, activation=activation, scaling=scaling)
    initialization = "notebook" if scaling == "raw" else "scaled"
    params = initialize_network(config.dimensions, seed, initialization)
    rng = np.random.default_rng(seed)
    image = np.where(rng.random((28, 28)) < 0.2, rng.integers(1, 256, (28, 28)), 0).astype(np.uint8)
    return params, image, follow(image, 3, params, config)


def by_numpy(params, image, label, activation, scaling):
    """z, a and Delta of every layer, in float64, by matrices."""
    inputs = image.ravel().astype(float) / (255 if scaling == "unit" else 1)
    zs, activations = [], [inputs]
    kinds = [NUMPY[activation]] * (len(params) - 1) + [NUMPY["sigmoid"]]
    for (weights, biases), (sigma, _) in zip(params, kinds, strict=True):
        zs.append(np.asarray(weights, float) @ activations[-1] + np.asarray(biases, float))
        activations.append(sigma(zs[-1]))
    deltas = [2 * (activations[-1] - np.eye(10)[label]) * kinds[-1][1](zs[-1])]
    for layer in range(len(params) - 1, 0, -1):
        back = np.asarray(params[layer].weights, float).T @ deltas[0]
        deltas.insert(0, back * kinds[layer - 1][1](zs[layer - 1]))
    return zs, activations, deltas


def close(value, truth):
    return value == pytest.approx(truth, rel=2e-4, abs=1e-9)


@pytest.mark.parametrize(("hidden", "activation", "scaling"), NETWORKS)
def test_every_equation_ends_in_the_value_that_numpy_finds(hidden, activation, scaling):
    params, image, followed = some_case(hidden, activation, scaling)
    zs, activations, deltas = by_numpy(params, image, 3, activation, scaling)
    for layer in range(1, len(params) + 1):
        place = steepest_place(followed, layer)
        for equation in worked_weight(followed, place):
            at, unit, _ = equation.place
            truth = {
                "sum": zs[at - 1][unit],
                "activation": activations[at][unit],
                "slope": (NUMPY["sigmoid"] if at == len(params) else NUMPY[activation])[1](zs[at - 1])[unit],
                "BP1": deltas[at - 1][unit],
                "BP2": deltas[at - 1][unit],
                "BP3": deltas[layer - 1][place.unit],  # numbered as in Nielsen's book
                "BP4": deltas[layer - 1][place.unit] * activations[layer - 1][place.source],
            }[equation.name]
            assert close(equation.value, truth), equation.name


@pytest.mark.parametrize(("hidden", "activation", "scaling"), NETWORKS)
def test_the_terms_that_are_written_and_the_rest_add_up_to_the_sum(hidden, activation, scaling):
    params, image, followed = some_case(hidden, activation, scaling)
    _, activations, deltas = by_numpy(params, image, 3, activation, scaling)
    equations = worked_weight(followed, steepest_place(followed, 1))
    for equation in (e for e in equations if e.terms.written):
        layer, unit, _ = equation.place
        if equation.name == "sum":
            weights, carried = params[layer - 1].weights[unit], activations[layer - 1]
        else:
            weights, carried = params[layer].weights[:, unit], deltas[layer]
        weights = np.asarray(weights, float)
        total = equation.terms
        for term in total.written:
            assert term.weight == weights[term.number]
            assert close(term.carried, carried[term.number])
        added = sum(term.product for term in total.written) + total.rest
        assert close(added, weights @ carried)
        assert len(total.written) + total.num_rest + total.num_zero == len(weights)
        if equation.name == "sum":
            assert total.num_zero >= (carried == 0).sum() - 1


def test_the_lines_hold_the_numbers_of_the_terms():
    params, _, followed = some_case((30,), "sigmoid", "raw")
    place = steepest_place(followed, 1)
    equations = {equation.name: equation for equation in worked_weight(followed, place)}
    written = " ".join(equations["sum"].lines)
    for term in equations["sum"].terms.written:
        assert f"{factor(term.weight)} \\cdot {factor(term.carried)}" in written
    boxed = re.findall(r"\\boxed\{(.*?)\}", written)
    weight = float(params[0].weights[place.unit, place.source])
    pixel = float(followed.activations[0][place.source])
    assert boxed == [f"{factor(weight)} \\cdot {factor(pixel)}"]
    assert equations["BP4"].lines[-1].endswith(f"\\mathbf{{{numeral(equations['BP4'].value)}}}")
    assert f"{equations['sum'].terms.num_rest:,} others" in written


def test_an_output_weight_needs_no_second_equation_and_a_deep_one_a_second_for_each_layer():
    _, _, followed = some_case((12, 20, 8), "sigmoid", "unit")
    for layer in range(1, 5):
        names = [equation.name for equation in worked_weight(followed, steepest_place(followed, layer))]
        assert names == ["sum", "activation", "slope", "BP1", *["BP2"] * (4 - layer), "BP3", "BP4"]


def test_the_way_down_follows_the_largest_shares_of_the_error():
    params, _, followed = some_case((14, 9), "tanh", "unit")
    _, lower = (e for e in worked_weight(followed, Place(1, 4, 200)) if e.name == "BP2")
    upper = next(e for e in worked_weight(followed, Place(1, 4, 200)) if e.name == "BP2")
    shares = np.abs(np.asarray(params[1].weights)[:, 4] * followed.deltas[1])
    assert upper.place.unit == int(shares.argmax())
    assert lower.place == Place(1, 4, 200)


def test_a_weight_from_a_white_pixel_is_written_with_its_zero_and_its_slope_is_zero():
    _, image, followed = some_case((30,), "sigmoid", "raw")
    white = int(np.flatnonzero(image.ravel() == 0)[0])
    equations = {e.name: e for e in worked_weight(followed, Place(1, 2, white))}
    assert any(t.number == white and t.carried == 0 for t in equations["sum"].terms.written)
    assert equations["BP4"].value == 0


def test_the_first_lines_hold_symbols_only_so_that_nothing_is_given_away():
    _, _, followed = some_case((30,), "sigmoid", "raw")
    for equation in worked_weight(followed, steepest_place(followed, 1)):
        assert numeral(equation.value) not in equation.lines[0]


def test_numbers_keep_four_digits_and_a_sign_is_put_in_parentheses():
    assert numeral(0.24371234) == "0.2437"
    assert numeral(-12.3456) == "-12.35"
    assert numeral(1.9e-7) == r"1.9 \cdot 10^{-7}"
    assert numeral(123456.0) == r"1.235 \cdot 10^{5}"
    assert numeral(0.0) == "0"
    assert factor(-0.5) == "(-0.5)"
    assert plain(-1.9e-7) == "−1.9·10⁻⁷"
    assert [signed(0.5), signed(-0.5), signed(0.0)] == ["+0.5", "−0.5", "0"]
    assert plain(float("nan")) == "not a number"


def test_lines_of_a_sum_are_short_enough_to_stand_beside_another_equation():
    long = Sum(tuple(Term(k, -0.012345, -1.2345e-7) for k in range(4)), 0, 0.0, 0)
    assert [line.count("underset") for line in sum_lines(long, 0, "k")] == [1, 1, 1, 1]
    short = Sum(tuple(Term(k, 0.5, 1.0) for k in range(4)), 12, 0.25, 0)
    lines = sum_lines(short, 0, "j", 0.5)
    assert 1 < len(lines) < 4
    assert width(r"(-0.01234) \cdot (-1.234 \cdot 10^{-7})") == len("(-0.01234) · (-1.234 · 10-7)")


def test_a_long_product_leaves_its_value_to_the_next_line():
    assert ending("2 \\cdot 3", 6.0) == ("&= 2 \\cdot 3 = 6",)
    product = r"2\,(1.234 \cdot 10^{-5} - 1) \cdot 1.234 \cdot 10^{-5}"
    assert ending(product, -2.468e-5) == (f"&= {product}", r"&= -2.468 \cdot 10^{-5}")


def test_numbers_side_by_side_have_as_many_decimals():
    assert aligned([2.4701336, 2.47012, 2.4701064], 8) == ["2.4701336", "2.4701200", "2.4701064"]
    assert aligned([-0.5, 1e-7], 3) == ["−0.5", "1·10⁻⁷"]
    assert aligned([math.inf, 1.0], 3) == ["∞", "1"]
