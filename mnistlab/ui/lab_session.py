"""One person's lab: settings, digits and the trainer with its networks, as a page finds them when it runs."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistlab.analysis.experiments import Experiment
from mnistlab.data.datasets import Dataset
from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.labs import labs
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import CHANGEABLE, Run
from mnistlab.setting_labels import on_screen
from mnistlab.ui.digits import dataset_in_use
from mnistlab.ui.session_token import current_trainer, took_lab_back
from mnistlab.ui.settings import current_lesson, current_settings, current_setup, use_settings

LAB = "lab"
REFUSED = "refused"
SNAPSHOT = "snapshot"  # of the trainer, the last that a page has read, parameters included


class Places(NamedTuple):
    """Where in the sidebar stands what changes by itself."""

    network: DeltaGenerator  # its state, and how far a training is
    arrival: DeltaGenerator  # how far the digits are


@dataclass(frozen=True, kw_only=True)
class Lab:
    """What a page works with."""

    settings: TrainConfig  # as the sidebar shows them
    dataset: Dataset  # the digits in use
    complete: bool  # False while the generated digits are being drawn: there are a thousand so far
    trainer: Trainer
    snapshot: Snapshot
    places: Places
    drawing: int = field(default_factory=itertools.count().__next__)  # of the page, unlike any other

    @property
    def run(self) -> Run:
        """The current network with its past."""
        return self.snapshot.run

    @property
    def differs(self) -> tuple[str, ...]:
        """Settings in which a new network would differ from the current one; none: they ask for no other."""
        return asking_for_another(self.settings, self.run)

    @property
    def changed(self) -> tuple[str, ...]:
        """All settings in which a new network would differ, also those that may change between epochs."""
        return tuple(dict.fromkeys((*self.differs, *changes(self.settings, self.run))))


def remember_token() -> None:
    """Have the tab remember its lab; one that brings a lab along has it back, and the page begins anew."""
    setup = current_setup()
    if took_lab_back():
        if not setup.were_given:
            back_to_network()
        st.rerun()


def open_lab(settings: TrainConfig, places: Places) -> Lab:
    """Return this session's lab; an untrained network follows the settings, a trained one is kept."""
    trainer = current_trainer()
    snapshot = trainer.snapshot()
    if is_untouched(snapshot) and different_settings(settings, snapshot.run.config):
        command(Trainer.new, settings)
    linked = current_setup().linked  # a link to a run changes no network that was trained here
    if is_untouched(snapshot) or not linked or linked.settings != settings:
        follow_live_settings(settings)
    dataset, complete = dataset_in_use(settings.dataset)
    labs().warm(settings)
    st.session_state[LAB] = Lab(
        settings=settings,
        dataset=dataset,
        complete=complete,
        trainer=trainer,
        snapshot=trainer.snapshot(),
        places=places,
    )
    return st.session_state[LAB]


def current_lab() -> Lab:
    """Return the lab as the script has opened it for the page that is being drawn."""
    return st.session_state[LAB]


def current_snapshot() -> Snapshot:
    """Return the trainer's latest snapshot and keep it, parameters included, in session state."""
    st.session_state[SNAPSHOT] = current_trainer().snapshot()
    return st.session_state[SNAPSHOT]


def is_untouched(snapshot: Snapshot) -> bool:
    """Return whether the current network was never trained, nor is about to be."""
    return snapshot.run.epoch == 0 and not snapshot.run.schedule and not snapshot.active


def is_moving(snapshot: Snapshot) -> bool:
    """Return whether the lab has something under way: epochs, own digits, or first figures."""
    return snapshot.active or bool(snapshot.doing)


def command(order: Callable[..., object], *args: object) -> None:
    """Give the trainer a command, one of its methods; what it refuses is said in the sidebar."""
    try:
        order(current_trainer(), *args)
    except ValueError as error:
        st.session_state[REFUSED] = on_screen(error)


def command_and_redraw(order: Callable[..., object], *args: object) -> None:
    """Give the trainer a command from a part of the page, and have all of it drawn anew, which shows it."""
    command(order, *args)
    st.rerun()


def switch_network(order: Callable[..., object], *args: object) -> None:
    """Give a command that makes another network current, and have the sidebar show its settings."""
    command(order, *args)
    back_to_network()
    st.rerun()


def different_settings(settings: TrainConfig, config: TrainConfig) -> tuple[str, ...]:
    """Return the settings that need a new network, and differ."""
    names = [field.name for field in fields(TrainConfig) if field.name not in CHANGEABLE]
    return tuple(name for name in names if getattr(settings, name) != getattr(config, name))


def changes(settings: TrainConfig, run: Run) -> tuple[str, ...]:
    """Return the settings of a run that may change between epochs, and differ."""
    return tuple(name for name in CHANGEABLE if getattr(settings, name) != getattr(run.settings, name))


def asking_for_another(settings: TrainConfig, run: Run) -> tuple[str, ...]:
    """Return the settings that ask for another network than that of a run.

    A learning rate that is an experiment's changes no network that was trained with another before.
    """
    names, experiment = different_settings(settings, run.config), current_lesson().chosen
    if names or not experiment or not run.epoch or is_of(run, experiment) or not is_for(settings, experiment):
        return names
    return changes(settings, run)


def is_for(settings: TrainConfig, experiment: Experiment) -> bool:
    """Return whether settings are those of an experiment, on whatever digits."""
    wanted = experiment.config_on(settings.dataset)
    return not different_settings(settings, wanted) and settings.learning_rate == wanted.learning_rate


def is_of(run: Run, experiment: Experiment) -> bool:
    """Return whether a run is an experiment's: it was trained with its settings, as far as that goes."""
    wanted = experiment.config_on(run.config.dataset)
    rates = {metrics.learning_rate for metrics in run.history[1 : wanted.num_epochs + 1]}
    return not different_settings(run.config, wanted) and rates <= {wanted.learning_rate}


def follow_live_settings(settings: TrainConfig) -> None:
    """Hand on what may change between epochs, unless the settings are meant for another network."""
    run = current_snapshot().run
    if asking_for_another(settings, run):
        return
    for name in changes(settings, run):
        command(Trainer.change, name, getattr(settings, name))


def begin_new_network() -> None:
    """Begin a network with the settings of the sidebar; the one before stays in the list of runs."""
    command(Trainer.new, current_settings())


def begin_and_train() -> None:
    """Begin a network with the settings of the sidebar and train it."""
    before = current_snapshot().run.id
    begin_new_network()
    if current_snapshot().run.id != before:
        command(Trainer.start)


def back_to_network() -> None:
    """Set the sidebar to the settings of the current network."""
    use_settings(current_snapshot().run.settings)
