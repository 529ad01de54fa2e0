"""One person's lab: settings, digits and the trainer with its networks, as a page finds them when it runs."""

from dataclasses import dataclass, replace

import streamlit as st

from mnistlab import registry
from mnistlab.config import TrainConfig
from mnistlab.datasets import Dataset
from mnistlab.runs import Run
from mnistlab.trainer import Snapshot, Trainer
from mnistlab.ui.digits import dataset_in_use
from mnistlab.ui.settings import current_settings, keep_settings, use_settings
from mnistlab.ui.tab import tab_report

SNAPSHOT = "snapshot"
TOKEN = "token"
SETTLED = "tab_settled"
LIVE_SETTINGS = ("learning_rate", "num_epochs", "patience")  # may change without losing the network
BUSY = ("queued", "running", "pausing", "stopping")


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


def open_lab(settings: TrainConfig) -> Lab:
    """Return this session's lab; an untrained network follows the settings, a trained one is kept."""
    trainer = trainer_of_session()
    run = trainer.snapshot().run
    if run is None or (run.epoch == 0 and different_settings(settings, run.config) and is_idle(trainer)):
        trainer.new(settings)
    follow_live_settings(trainer, settings)
    dataset, complete = dataset_in_use(settings.dataset)
    return Lab(
        settings=settings,
        dataset=dataset,
        complete=complete,
        trainer=trainer,
        snapshot=fresh_snapshot(trainer),
    )


def trainer_of_session() -> Trainer:
    """Return the trainer of this tab: after a reload the one it had before."""
    if TOKEN not in st.session_state:
        st.session_state[TOKEN] = registry.new_token()
    settle_tab()
    registry.touch(st.session_state[TOKEN], session_id())
    return registry.trainer_for(st.session_state[TOKEN])


def settle_tab() -> None:
    """Take the lab back that this tab remembers, once, as soon as the tab has said so."""
    settled = st.session_state.get(SETTLED, False)
    report = tab_report(st.session_state[TOKEN], settled)
    if settled or not report:
        return
    st.session_state[SETTLED] = True
    found = report.get("found", "")
    if found and registry.claim(found, session_id(), bool(report.get("copied"))):
        st.session_state[TOKEN] = found
        run = registry.trainer_for(found).snapshot().run
        if run is not None:
            use_settings(run.settings)
    st.rerun()


def session_id() -> str:
    """Return the name that Streamlit has for this session; it opens the session, so it is never shown."""
    context = st.runtime.scriptrunner.get_script_run_ctx()
    return context.session_id if context else ""


def fresh_snapshot(trainer: Trainer) -> Snapshot:
    """Return the trainer's latest snapshot and keep it, parameters included, in session state."""
    st.session_state[SNAPSHOT] = trainer.snapshot()
    return st.session_state[SNAPSHOT]


def is_idle(trainer: Trainer) -> bool:
    """Return whether nothing is being trained."""
    return trainer.snapshot().state not in BUSY


def different_settings(settings: TrainConfig, config: TrainConfig) -> tuple[str, ...]:
    """Return the settings that need a new network, and differ."""
    return tuple(
        name
        for name in TrainConfig.__dataclass_fields__
        if name not in LIVE_SETTINGS and getattr(settings, name) != getattr(config, name)
    )


def follow_live_settings(trainer: Trainer, settings: TrainConfig) -> None:
    """Hand on what may change between epochs."""
    run = trainer.snapshot().run
    if run is None:
        return
    for name, change in (
        ("learning_rate", trainer.set_learning_rate),
        ("num_epochs", trainer.set_num_epochs),
        ("patience", trainer.set_patience),
    ):
        if getattr(run.settings, name) != getattr(settings, name):
            change(getattr(settings, name))


def begin_new_network() -> None:
    """Begin a network with the settings of the sidebar; the one before stays in the list of runs."""
    trainer_of_session().new(st.session_state["settings"])


def back_to_network() -> None:
    """Set the sidebar to the settings of the current network."""
    use_settings(registry.trainer_for(st.session_state[TOKEN]).snapshot().run.settings)


def with_settings(**changes) -> None:
    """Change some settings from a button."""
    use_settings(replace(current_settings(), **changes))


__all__ = ["Lab", "back_to_network", "begin_new_network", "keep_settings", "open_lab", "with_settings"]
