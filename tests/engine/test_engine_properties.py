"""Properties of the engine that hold for every network and every setting."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="hypothesis is in tests/requirements.txt")

from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.engine.backprop import batch_gradient
from mnistlab.engine.config import TrainConfig, config_from
from mnistlab.engine.network import forward
from tests.oracles import ACTIVATIONS, NUMPY, disagreement, some_batch, some_network, summed_cost


@settings(max_examples=15)
@given(
    hidden=st.lists(st.integers(1, 12), max_size=6),
    activation=st.sampled_from(sorted(NUMPY)),
    seed=st.integers(0, 2**32 - 1),
)
def test_forward_is_the_formula_at_any_depth(hidden, activation, seed):
    params = some_network((7, *hidden, 4), seed, 0.4)
    a = np.random.default_rng(seed).normal(size=7).astype(np.float32)
    passed = jax.jit(forward, static_argnums=2)(params, jnp.asarray(a), activation)
    sigmas = [NUMPY[activation]] * len(hidden) + [NUMPY["sigmoid"]]
    for layer, sigma, z_ours, a_ours in zip(
        params, sigmas, passed.pre_activations, passed.activations[1:], strict=True
    ):
        z = np.asarray(layer.weights) @ a + np.asarray(layer.biases)
        a = sigma(z)
        np.testing.assert_allclose(z_ours, z, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(a_ours, a, rtol=1e-4, atol=1e-5)
    assert np.argmax(passed.activations[-1]) == np.argmax(a)


@settings(max_examples=15)
@given(
    hidden=st.lists(st.integers(1, 40), max_size=6),
    activation=st.sampled_from(ACTIVATIONS),
    spread=st.sampled_from([0.01, 0.2]),
    raw=st.booleans(),
    batch=st.integers(1, 20),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_gradient_agrees_with_jax_grad_for_every_setting(hidden, activation, spread, raw, batch, seed):
    params = some_network((30, *hidden, 10), seed, spread)
    pixels, targets = some_batch(batch, 30, seed % 1000, 255.0 if raw else 1.0)
    ours = jax.jit(batch_gradient, static_argnums=3)(params, pixels, targets, activation)
    theirs = jax.jit(jax.grad(summed_cost), static_argnums=3)(params, pixels, targets, activation)
    assert disagreement(ours, theirs) <= 1e-5


@settings(max_examples=200)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.none(),
                st.integers(),
                st.floats(),
                st.text(max_size=200),
                st.booleans(),
                st.lists(st.integers()),
            )
            for name in TrainConfig.__dataclass_fields__
        },
    )
)
def test_any_settings_end_in_a_config_or_one_sentence(values):
    sentence = ""
    try:
        assert config_from(values).num_steps >= 1
    except ValueError as error:
        sentence = str(error)
    assert not sentence or ("must be" in sentence and sentence.endswith(".") and len(sentence) < 300)
