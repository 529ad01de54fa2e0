"""Each activation's row against `jax.grad` and against itself; a new one needs nothing but its row."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.attribution import evidence
from mnistlab.analysis.equations import worked_weight
from mnistlab.analysis.gradient_check import BOUND, against_differences, against_jax, random_places
from mnistlab.engine.activations import ACTIVATIONS, Activation
from mnistlab.engine.backprop import batch_gradient
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import forward, initialize_network
from mnistlab.ui.architecture.case import State, Viewed
from mnistlab.ui.architecture.sigma import meaning
from mnistlab.ui.backprop.case import Case
from mnistlab.ui.backprop.passes import why_so_many_are_zero
from tests.analysis.test_equations import some_case
from tests.oracles import disagreement, some_batch, some_network, steepest_place, summed_cost

SINE = Activation(
    name="Sine",
    function=jnp.sin,
    slope=lambda z, a: jnp.cos(z),  # cannot be had from a alone
    float64=np.sin,
    formula=r"\sin(z)",
    slope_formula=lambda z, a: rf"\cos({z})",
    slope_factors=lambda z, a: (np.cos(z),),
    saturates=False,
    character="A wave.",
)
Z = np.array([-90.0, -6.0, -1.0, -1e-3, 1e-3, 0.7, 3.0, 20.0, 90.0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_row_says_the_same_thing_in_all_its_ways(name):
    sigma = ACTIVATIONS[name]
    with jax.enable_x64(True):
        a = sigma.function(jnp.asarray(Z))
        slopes = np.asarray(jax.vmap(jax.grad(sigma.function))(jnp.asarray(Z)))
        np.testing.assert_allclose(sigma.float64(Z), a, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(sigma.slope(jnp.asarray(Z), a), slopes, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(sigma.derivative(jnp.asarray(Z)), slopes, rtol=1e-9, atol=1e-15)
    products = [np.prod(sigma.slope_factors(z, float(sigma.float64(np.array(z))))) for z in Z]
    np.testing.assert_allclose(products, slopes, rtol=1e-9, atol=1e-15)
    assert sigma.saturates == bool(abs(slopes[0]) < 1e-3 and abs(slopes[-1]) < 1e-3)


@pytest.mark.parametrize("missing", Activation._fields)
def test_a_row_that_lacks_something_is_refused_by_name(missing):
    row = ACTIVATIONS["tanh"]._asdict()
    del row[missing]
    with pytest.raises(TypeError, match=missing):
        Activation(**row)


@pytest.fixture
def sine(monkeypatch):
    """The name of an activation that the lab does not have, put into its table."""
    monkeypatch.setitem(ACTIVATIONS, "sine", SINE)
    return "sine"


def test_a_made_up_activation_is_followed_back_and_checked_like_the_others(sine):
    pixels, targets = some_batch(5, 12, 3)
    params = some_network((12, 7, 6, 10), 3, 0.5)
    theirs = jax.grad(summed_cost)(params, pixels, targets, sine)
    assert disagreement(batch_gradient(params, pixels, targets, sine), theirs) <= BOUND
    params, _, followed = some_case((14, 9), sine, "unit")
    assert max(check.disagreement for check in against_jax(followed)) <= BOUND
    checks = against_differences(followed, random_places(followed))
    assert max(check.disagreement for check in checks) <= BOUND
    passed = forward(params, jnp.asarray(followed.activations[0]), sine)
    z = float(passed.pre_activations[1][4])
    assert evidence(params, passed, 1, 4, sine).slope_of_activation == pytest.approx(np.cos(z), rel=1e-5)


def test_a_made_up_activation_is_written_out_by_its_own_formula(sine):
    _, _, followed = some_case((14,), sine, "unit")
    place = steepest_place(followed, 1)
    slope = next(each for each in worked_weight(followed, place) if each.name == "slope")
    z = float(followed.pre_activations[0][place.unit])
    assert rf"\cos(z_{{{place.unit}}}^{{(1)}})" in slope.lines[0]
    assert slope.value == pytest.approx(np.cos(z), rel=1e-5)
    assert len(slope.lines) == 2
    output = next(
        each for each in worked_weight(followed, steepest_place(followed, 2)) if each.name == "slope"
    )
    assert r"(1 - a_" in output.lines[0]


def test_the_backprop_page_shows_a_made_up_activation_by_its_own_formulas(sine):
    params, image, followed = some_case((14,), sine, "unit")
    config = TrainConfig(hidden=(14,), activation=sine, scaling="unit")
    case = Case(
        name="an image", image=image, config=config, params=params, followed=followed,
        place=steepest_place(followed, 1), network="", id="",
    )  # fmt: skip

    def draw(case):
        from mnistlab.ui.backprop.passes import draw_forward
        from mnistlab.ui.backprop.weight import draw_equations, worked_weight

        draw_forward(case)
        draw_equations(case, worked_weight(case.followed, case.place))

    latex, _ = drawn(draw, case)
    output = ACTIVATIONS["sigmoid"].formula
    assert rf"\sigma(z) = \sin(z) \text{{, at the outputs }} {output}" in latex
    assert rf"\cos(z_{{{case.place.unit}}}^{{(1)}})" in latex
    words = why_so_many_are_zero(followed, "unit")
    assert words.startswith("In layer 1, **0 of 14** units are switched off by this image: every unit hears")


def test_the_architecture_page_shows_a_made_up_activation_by_its_own_formulas(sine, generated):
    config = TrainConfig(hidden=(14,), activation=sine)
    params = initialize_network(config.dimensions)
    viewed = Viewed(config, (State("untrained", params, ("sine",)),))

    def draw(viewed, lab):
        import streamlit as st

        from mnistlab.ui.architecture.sigma import draw_sigma
        from mnistlab.ui.architecture.sums import lesson

        draw_sigma(viewed)
        st.markdown(lesson(lab, viewed))

    latex, words = drawn(draw, viewed, SimpleNamespace(dataset=generated))
    assert r"\sigma(z) = \sin(z)" in latex
    assert r"\sigma'(z) = \cos(z)" in latex
    assert "A wave." in words
    assert "Sine lets every positive" in words
    assert "saturated" not in words


@pytest.mark.parametrize(
    ("saturated", "words"),
    [
        (0, "every unit hears"),
        (1, "**1 of 14** units is saturated"),
        (2, "The others hear"),
        (13, "so many cells"),
    ],
)
def test_backprop_says_that_many_cells_are_blank_only_where_they_are(saturated, words):
    _, _, followed = some_case((14,), "sigmoid", "unit")
    z = np.where(np.arange(14) < saturated, 6.0, 0.5).astype(np.float32)
    followed = followed._replace(pre_activations=(z, *followed.pre_activations[1:]))
    assert words in why_so_many_are_zero(followed, "unit")


@pytest.mark.parametrize(
    ("slope", "words"),
    [(0.25, "**25%** passes on to its weights."), (-0.003, "almost nothing passes"),
     (-0.1, "**10%** passes on to its weights, with its sign reversed.")],
)  # fmt: skip
def test_the_page_says_what_a_slope_means_for_the_error(slope, words):
    assert words in meaning(slope)


def drawn(draw, *args):
    """The formulas and the words that a function draws, without a page around it."""
    app = AppTest.from_function(draw, args=args, default_timeout=60).run()
    assert not app.exception
    latex, words = ([each.value for each in found] for found in (app.latex, app.markdown))
    return "\n".join(latex), "\n".join(words)
