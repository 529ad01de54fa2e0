"""The link to a run: as it is sent, and what whoever opens it is told and offered."""

from dataclasses import fields

import streamlit as st

from mnistlab.engine.config import TrainConfig
from mnistlab.runs.comparison import value_of
from mnistlab.runs.run import Run
from mnistlab.setting_labels import CHOICE_NAMES, in_sentence
from mnistlab.ui.formatting import count, plain
from mnistlab.ui.lab_session import Lab, back_to_network, begin_and_train, is_untouched
from mnistlab.ui.query_params import link_to_run, reach_of
from mnistlab.ui.session_token import current_trainer
from mnistlab.ui.settings import current_setup, use_settings

ALWAYS_TOLD = ("seed", "learning_rate")
ELSEWHERE = ("dataset", "hidden", "num_epochs")  # in the first words


def draw_link(run: Run) -> None:
    """Draw the address that repeats a run elsewhere, and what it leaves out."""
    st.markdown("#### Link to this run")
    link = link_to_run((st.context.url or "").split("?")[0], run)
    st.code(link, language=None, wrap_lines=True)
    words = (
        f"It carries the settings that {plain(run.name)} began with, whatever the sidebar says now. Whoever "
        "opens it is offered to train it, and gets the same curve, to the last printed digit on the same "
        "kind of machine."
    )
    if any(change.epoch <= run.epoch for change in run.schedule):
        words += " What you changed on the way is not in it; the script and the file repeat that too."
    st.caption(" ".join(filter(None, (words, reach_of(link)))))


def is_offered(lab: Lab) -> bool:
    """Return whether this lab was opened by a link to a run that was not trained here since."""
    setup = current_setup()
    if setup.linked and setup.linked.settings == lab.run.config and not is_untouched(lab.snapshot):
        setup.linked = None
    return setup.linked is not None


def draw_offer(lab: Lab) -> None:
    """Say what run a link repeats, and offer to train it."""
    linked = current_setup().linked
    if linked is None:
        return
    words = f"**This is a link to a run, “{plain(linked.name)}”**: {told(linked.settings)}. Train it, and "
    words += "you get the same curve."
    if not is_untouched(lab.snapshot):
        words += " The network that you have now stays in the list of runs."
    with st.container(border=True, key="train_linked"):
        st.markdown(words)
        with st.container(horizontal=True, gap="small"):
            st.button("Train it", key="train_linked_run", on_click=train_linked, type="primary")
            st.button("Close", key="train_close_link", on_click=close_link)


def told(config: TrainConfig) -> str:
    """Return settings as one tells them: the network, the digits, and all that is not as by default."""
    widths, digits = "-".join(map(str, config.dimensions)), CHOICE_NAMES["dataset"][config.dataset]
    names = [
        field.name
        for field in fields(config)
        if field.name in ALWAYS_TOLD
        or (getattr(config, field.name) != field.default and field.name not in ELSEWHERE)
    ]
    rest = ", ".join(f"{in_sentence(name)} {value_of(name, getattr(config, name))}" for name in names)
    digits = f"{digits} digits" if digits == "Generated" else digits
    return f"{widths}, {count(config.num_epochs, 'epoch')} on {digits}; {plain(rest)}"


def train_linked() -> None:
    """Train the run of the link, whatever the sidebar says now."""
    setup = current_setup()
    if setup.linked:
        use_settings(setup.linked.settings)
        begin_and_train()
        if current_trainer().snapshot().active:
            setup.linked = None


def close_link() -> None:
    """Take the link for what it sets; a network that was trained before keeps its own settings."""
    current_setup().linked = None
    if not is_untouched(current_trainer().snapshot()):
        back_to_network()
