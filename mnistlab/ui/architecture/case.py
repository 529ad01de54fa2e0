"""Architecture: the network that the page is about, as it began and as it is, and what is known of it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistlab.analysis import layers
from mnistlab.data.datasets import Dataset
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import Score, activations_of, evaluate
from mnistlab.engine.network import Params
from mnistlab.engine.training import initial_params
from mnistlab.runs.run import locked
from mnistlab.ui.data.cached import name_of
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import shared

KEPT = 24  # results that stay in memory; the largest, of a large network, is 8 MB
PROBED = 128  # images whose sums are looked at
FIRST = 3  # images whose outputs are shown


@dataclass(frozen=True, kw_only=True)
class Viewed:
    """The network that the page shows."""

    config: TrainConfig
    before: Params  # untrained
    after: Params | None  # as it is now; None where it is untrained
    epoch: int
    id: tuple  # tells it, as it is now, from all others

    @property
    def now(self) -> Params:
        """The network as it is now."""
        return self.before if self.after is None else self.after

    @property
    def start_id(self) -> tuple:
        """Tells how it began from all other beginnings."""
        return self.config.dimensions, self.config.seed, self.config.initialization, self.config.activation


def viewed_network(lab: Lab) -> Viewed:
    """Return the current network or, if it differs and was chosen, the one that the settings ask for."""
    run = lab.run
    if lab.differs and asks_for_other(run.title):
        return Viewed(config=lab.settings, before=beginning(lab.settings), after=None, epoch=0, id=("asked",))
    trained = run.epoch > 0 or bool(run.schedule)
    return Viewed(
        config=run.config,
        before=beginning(run.config),
        after=run.params if trained else None,
        epoch=run.epoch,
        id=(run.id, run.epoch, len(run.schedule)),
    )


def asks_for_other(title: str) -> bool:
    """Let one choose between the current network and the one that the settings ask for."""
    names = {"bench": f"Current: {title}", "asked": "As set in the sidebar"}
    return (
        st.segmented_control(
            "Network",
            list(names),
            format_func=names.__getitem__,
            default="bench",
            required=True,
            key="architecture_which",
            persist_state="session",
        )
        == "asked"
    )


def beginning(config: TrainConfig) -> Params:
    """Return the untrained network of some settings."""
    return _beginning((config.dimensions, config.seed, config.initialization), config)


@shared(max_entries=KEPT)
def _beginning(key, _config: TrainConfig) -> Params:
    return locked(initial_params(_config))


def cached_sums(params_id: tuple, params: Params, config: TrainConfig, dataset: Dataset, scaling: str):
    """Return z of every layer for the first training images, with pixels fed in some scaling."""
    return _sums(
        (params_id, name_of(dataset), scaling), params, config, dataset.train.images[:PROBED], scaling
    )


@shared(max_entries=KEPT)
def _sums(key, _params: Params, _config: TrainConfig, _images: np.ndarray, _scaling: str):
    return layers.pre_activations(_params, _images, _config, _scaling)


def cached_answers(params_id: tuple, params: Params, config: TrainConfig, dataset: Dataset) -> np.ndarray:
    """Return the ten outputs for each of the first three training images, (3, 10)."""
    return _answers((params_id, config.scaling, name_of(dataset)), params, config, dataset)


@shared(max_entries=KEPT)
def _answers(key, _params: Params, _config: TrainConfig, _dataset: Dataset) -> np.ndarray:
    return activations_of(_params, _dataset.train.images[:FIRST], _config)


def cached_score(params_id: tuple, params: Params, config: TrainConfig, dataset: Dataset) -> Score:
    """Return cost and answers on the test images."""
    return _score((params_id, config.scaling, name_of(dataset)), params, config, dataset)


@shared(max_entries=KEPT)
def _score(key, _params: Params, _config: TrainConfig, _dataset: Dataset) -> Score:
    return evaluate(_params, _dataset.test, _config)
