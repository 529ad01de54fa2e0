"""Architecture: the network that the page is about, as it began and as it is, and what is known of it."""

from typing import NamedTuple

from mnistlab.analysis import layers
from mnistlab.data.datasets import Dataset
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import Score, evaluate
from mnistlab.engine.network import Params
from mnistlab.engine.training import initial_params
from mnistlab.runs.run import locked
from mnistlab.ui.digits import key_of
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import shared
from mnistlab.ui.widgets import choose

KEPT = 24  # results that stay in memory; the largest, of a large network, is 8 MB
PROBED = 128  # images whose sums are looked at


class State(NamedTuple):
    """A network at one time."""

    when: str  # "untrained" or, say, "after epoch 3"
    params: Params
    id: tuple  # tells it from all others, but for the scaling


class Viewed(NamedTuple):
    """The network that the page shows."""

    config: TrainConfig
    states: tuple[State, ...]  # untrained and, where it was trained, as it is now

    @property
    def start(self) -> State:
        """The network as it began."""
        return self.states[0]

    @property
    def now(self) -> State:
        """The network as it is."""
        return self.states[-1]

    @property
    def is_trained(self) -> bool:
        """Whether the two differ."""
        return len(self.states) > 1


def viewed_network(lab: Lab) -> Viewed:
    """Return the current network or, if it differs and was chosen, the one that the settings ask for."""
    run = lab.run
    if lab.differs and asks_for_other(run.title):
        return Viewed(lab.settings, (beginning(lab.settings),))
    states = [beginning(run.config)]
    if run.epoch or run.schedule:
        states.append(State(f"after epoch {run.epoch}", run.params, (run.id, run.epoch, len(run.schedule))))
    return Viewed(run.config, tuple(states))


def asks_for_other(title: str) -> bool:
    """Let one choose between the current network and the one that the settings ask for."""
    names = {"bench": f"Current: {title}", "asked": "As set in the sidebar"}
    return choose("Network", names, "asked", "architecture_which", persist_state="session") == "asked"


def beginning(config: TrainConfig) -> State:
    """Return the untrained network of some settings."""
    key = config.dimensions, config.seed, config.initialization, config.activation
    return State("untrained", untrained(config), key)


@shared(KEPT, key=lambda config: (config.dimensions, config.seed, config.initialization))
def untrained(config: TrainConfig) -> Params:
    """Return the parameters that a network of some settings begins with."""
    return locked(initial_params(config))


@shared(KEPT, key=lambda state, config, dataset, scaling: (state.id, key_of(dataset), scaling))
def cached_sums(state: State, config: TrainConfig, dataset: Dataset, scaling: str):
    """Return z of every layer for the first training images, with pixels fed in some scaling."""
    return layers.pre_activations(state.params, dataset.train.images[:PROBED], config, scaling)


@shared(KEPT, key=lambda state, config, dataset: (state.id, config.scaling, key_of(dataset)))
def cached_score(state: State, config: TrainConfig, dataset: Dataset) -> Score:
    """Return cost and answers on the test images."""
    return evaluate(state.params, dataset.test, config)
