"""The gradient check finds a right gradient right, and a wrong one wrong."""

import numpy as np
import pytest

from mnistlab.analysis import gradient_check
from mnistlab.analysis.gradient_check import (
    BOUND,
    against_differences,
    against_jax,
    central_difference,
    disagreement,
    gradient_by_hand,
    moved,
    random_places,
)
from mnistlab.analysis.single_image import Place
from tests.analysis.test_equations import NETWORKS, by_numpy, some_case
from tests.oracles import steepest_place


@pytest.mark.parametrize(("hidden", "activation", "scaling"), NETWORKS)
def test_both_checks_agree_for_every_kind_of_network(hidden, activation, scaling):
    params, _, followed = some_case(hidden, activation, scaling)
    arrays = against_jax(followed)
    assert [(check.layer, check.kind) for check in arrays] == [
        (layer, kind) for layer in range(1, len(params) + 1) for kind in "Wb"
    ]
    assert sum(check.size for check in arrays) == sum(w.size + b.size for w, b in params)
    assert max(check.disagreement for check in arrays) <= BOUND
    places = (steepest_place(followed, 1), *random_places(followed))
    assert len(places) == 51
    assert max(check.disagreement for check in against_differences(followed, places)) <= BOUND


def test_a_slip_in_the_way_back_is_found_by_both_checks(monkeypatch):
    _, _, followed = some_case((30,), "sigmoid", "unit")
    right = gradient_check.image_deltas

    def slipped(*args):
        passed, deltas = right(*args)
        return passed, (0.999 * deltas[0], *deltas[1:])

    monkeypatch.setattr(gradient_check, "image_deltas", slipped)
    wrong = {(check.layer, check.kind) for check in against_jax(followed) if check.disagreement > BOUND}
    assert wrong == {(1, "W"), (1, "b")}
    checks = against_differences(followed, (steepest_place(followed, 1), steepest_place(followed, 2)))
    assert checks[0].disagreement == pytest.approx(1e-3, rel=1e-2)
    assert checks[1].disagreement <= BOUND


def test_the_central_difference_is_the_slope_of_a_cost_computed_with_matrices():
    params, image, followed = some_case((14, 9), "tanh", "unit")
    place = steepest_place(followed, 2)
    h = 1e-4
    costs = []
    for nudge in (h, -h):
        nudged = [(np.array(w, float), np.array(b, float)) for w, b in params]
        nudged[1][0][place.unit, place.source] += nudge
        nudged = [type(params[0])(*layer) for layer in nudged]
        outputs = by_numpy(nudged, image, 3, "tanh", "unit")[1][-1]
        costs.append(((np.eye(10)[3] - outputs) ** 2).sum())
    assert central_difference(followed, place) == pytest.approx((costs[0] - costs[1]) / (2 * h), rel=1e-5)


def test_turning_a_weight_by_hand_gives_the_cost_of_a_network_that_has_it():
    params, image, followed = some_case((12, 20, 8), "sigmoid", "unit")
    for layer in range(1, 5):
        place = steepest_place(followed, layer)
        values = [followed.weight(place), -0.7, 2.5]
        turned = moved(followed, place, values)
        for value, cost, outputs in zip(values, turned.costs, turned.outputs, strict=True):
            changed = [type(params[0])(np.array(w), np.array(b)) for w, b in params]
            changed[layer - 1].weights[place.unit, place.source] = value
            truth = by_numpy(changed, image, 3, "sigmoid", "unit")[1][-1]
            np.testing.assert_allclose(outputs, truth, rtol=1e-6)
            assert cost == pytest.approx(((np.eye(10)[3] - truth) ** 2).sum(), rel=1e-6)


def test_the_gradient_of_the_page_is_the_one_of_the_engine():
    _, _, followed = some_case((30,), "relu", "unit")
    for layer, array in enumerate(gradient_by_hand(followed), start=1):
        np.testing.assert_array_equal(followed.gradient(layer), array.weights)


def test_the_fifty_weights_are_spread_over_the_layers_and_carry_something():
    _, _, followed = some_case((12, 20, 8), "sigmoid", "unit")
    places = random_places(followed)
    assert {place.layer for place in places} == {1, 2, 3, 4}
    assert all(followed.activations[p.layer - 1][p.source] != 0 for p in places)
    assert places == random_places(followed)


def test_gradients_that_vanish_altogether_agree_only_with_each_other():
    assert disagreement(np.zeros(3), np.zeros(3)) == 0
    assert disagreement(np.ones(3), np.zeros(3)) == np.inf
    assert disagreement(np.array([1.0, 2.0]), np.array([1.0, 2.5])) == pytest.approx(0.2)


def test_a_blank_image_gives_slopes_of_zero_everywhere_in_the_first_layer():
    _, _, followed = some_case((30,), "sigmoid", "raw")
    blank = followed._replace(activations=(np.zeros(784, np.float32), *followed.activations[1:]))
    assert central_difference(blank, Place(1, 3, 100)) == 0.0
    assert all(place.source == 0 for place in random_places(blank) if place.layer == 1)
