"""One person's lab: settings, digits and the trainer with its networks, as a page finds them when it runs."""

import gc
from dataclasses import dataclass, fields

import streamlit as st

from mnistlab.compilation_cache import keep_compiled_operations
from mnistlab.config import TrainConfig
from mnistlab.datasets import Dataset
from mnistlab.jobs.labs import labs
from mnistlab.jobs.process import return_freed_memory
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import CHANGEABLE, Run
from mnistlab.ui.closed_tabs import sweep_closed_tabs
from mnistlab.ui.crowd import crowd
from mnistlab.ui.digits import dataset_in_use
from mnistlab.ui.file_watching import watch_no_files
from mnistlab.ui.leftovers import clear_leftovers
from mnistlab.ui.mishap import report_mishaps
from mnistlab.ui.settings import ADDRESS_ASKED, current_settings, use_settings
from mnistlab.ui.tab import current_trainer, took_lab_back
from mnistlab.ui.theme_message import make_theme_once
from mnistlab.ui.ticks import take_ticks_without_widgets
from mnistlab.ui.turnstile import notice_runs, wait_for_place

SNAPSHOT = "snapshot"
REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Lab:
    """What a page works with."""

    settings: TrainConfig  # as the sidebar shows them
    dataset: Dataset  # the digits in use
    complete: bool  # False while the generated digits are being drawn: there are a thousand so far
    trainer: Trainer
    snapshot: Snapshot

    @property
    def run(self) -> Run:
        """The current network with its past."""
        return self.snapshot.run

    @property
    def differs(self) -> tuple[str, ...]:
        """Settings in which a new network would differ from the current one."""
        return different_settings(self.settings, self.run.config)

    @property
    def asks(self) -> bool:
        """Whether the settings ask for another network than the one on the bench."""
        return bool(self.differs)


def enter() -> None:
    """Find out which lab this tab has, before what takes time: where many return, none waits for a page."""
    prepare_server()
    current_settings()
    if took_lab_back():
        come_back()
    wait_for_place()


def open_lab(settings: TrainConfig) -> Lab:
    """Return this session's lab; an untrained network follows the settings, a trained one is kept."""
    trainer = current_trainer()
    snapshot = trainer.snapshot()
    if is_untouched(snapshot) and different_settings(settings, snapshot.run.config):
        command("new", settings)
    follow_live_settings(trainer, settings)
    dataset, complete = dataset_in_use(settings.dataset)
    warm_workers(settings)
    return Lab(
        settings=settings,
        dataset=dataset,
        complete=complete,
        trainer=trainer,
        snapshot=current_snapshot(),
    )


@st.cache_resource(show_spinner=False)
def prepare_server() -> None:
    """Do what has to be done once, before this process computes anything."""
    return_freed_memory()
    keep_compiled_operations()
    gc.freeze()  # what was imported stays: no collection looks at it again
    watch_no_files()
    report_mishaps()
    sweep_closed_tabs()
    notice_runs()
    make_theme_once()
    clear_leftovers()
    take_ticks_without_widgets()


@st.cache_resource(show_spinner=False)
def warm_workers(_settings: TrainConfig) -> None:
    """Have the workers ready by the time that somebody first presses Train."""
    labs().warm(_settings)


def come_back() -> None:
    """Show the settings of the lab that was taken back, unless the address has settings of its own."""
    run = current_trainer().snapshot().run
    if not st.session_state[ADDRESS_ASKED]:
        use_settings(run.settings)
    st.rerun()


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


def phase_of(snapshot: Snapshot) -> tuple:
    """Return what buttons and pace of a page depend on; while it stays the same, only figures move."""
    state = "running" if snapshot.state == "queued" else snapshot.state
    undo = snapshot.can_undo_reset, snapshot.can_undo_train_on
    return state, is_moving(snapshot), snapshot.run.id, crowd(snapshot), *undo


def command(name: str, *args) -> None:
    """Give the trainer a command by its name, as from a button; what it refuses is said in the sidebar."""
    try:
        getattr(current_trainer(), name)(*args)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)


def different_settings(settings: TrainConfig, config: TrainConfig) -> tuple[str, ...]:
    """Return the settings that need a new network, and differ."""
    names = [field.name for field in fields(TrainConfig) if field.name not in CHANGEABLE]
    return tuple(name for name in names if getattr(settings, name) != getattr(config, name))


def follow_live_settings(trainer: Trainer, settings: TrainConfig) -> None:
    """Hand on what may change between epochs, unless the settings are meant for another network."""
    run = trainer.snapshot().run
    if different_settings(settings, run.config):
        return
    for name in CHANGEABLE:
        if getattr(run.settings, name) != getattr(settings, name):
            command(f"set_{name}", getattr(settings, name))


def begin_new_network() -> None:
    """Begin a network with the settings of the sidebar; the one before stays in the list of runs."""
    command("new", current_settings())


def begin_and_train() -> None:
    """Begin a network with the settings of the sidebar and train it."""
    before = current_trainer().snapshot().run.id
    begin_new_network()
    if current_trainer().snapshot().run.id != before:
        command("start")


def back_to_network() -> None:
    """Set the sidebar to the settings of the current network."""
    use_settings(current_trainer().snapshot().run.settings)
