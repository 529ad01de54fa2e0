"""The head of the sidebar: which network there is and what it does, which digits are in use."""

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from mnistlab.data.datasets import COMBINED
from mnistlab.data.mnist.downloads import mnist_download
from mnistlab.engine.network import num_parameters
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.setting_labels import CHOICE_NAMES, listed
from mnistlab.ui.digits import arrival, dataset_in_use, generated_digits, mnist_is_here
from mnistlab.ui.formatting import percent, progress_fraction, progress_words
from mnistlab.ui.glossary import help_of_setting
from mnistlab.ui.lab_session import REFUSED, Lab, back_to_network, begin_new_network, is_moving
from mnistlab.ui.settings import current_lesson, current_settings, use_settings
from mnistlab.ui.widgets import choose

FETCHING = ("idle", "probing", "downloading", "unpacking")
DIGITS = {"generated": "generated digits", COMBINED: CHOICE_NAMES["dataset"][COMBINED]}
AWAITED = "mnist_awaited"  # whether this session has seen MNIST being fetched


class ArrivalPhase(NamedTuple):
    """How far the digits are."""

    mnist: str  # here, fetching, failed or, where the lesson hides the choice, ""
    complete: bool  # whether the digits in use are all there

    @property
    def moves(self) -> bool:
        """Whether it changes by itself."""
        return self.mnist == "fetching" or not self.complete


def draw_network(snapshot: Snapshot) -> None:
    """Draw the state of the network."""
    st.markdown(f"**{snapshot.run.title}**  \n{described(snapshot.run)}")
    if is_moving(snapshot):
        st.progress(progress_fraction(snapshot), progress_words(snapshot, short=True))
    for sentence in filter(None, (snapshot.unsaved, snapshot.set_aside)):
        st.warning(sentence)


def described(run: Run) -> str:
    """Return the network in a few words: parameters, epoch, test accuracy, digits."""
    words = [
        f"{num_parameters(run.config.dimensions):,} parameters",
        f"epoch {run.epoch}" if run.epoch else "untrained",
    ]
    if run.weights_epoch != run.epoch:
        words.append(f"weights of epoch {run.weights_epoch}")
    if run.epoch and run.accuracy is not None:
        words.append(f"test accuracy {percent(run.accuracy, 1)}")
    if run.config.dataset != "mnist":
        words.append(DIGITS[run.config.dataset])
    return ", ".join(words)


def draw_questions(lab: Lab) -> None:
    """Say what was refused, and ask what is to become of settings that need another network."""
    if sentence := st.session_state.pop(REFUSED, ""):
        st.warning(sentence)
    if lab.differs:
        changed = listed(lab.changed)
        st.caption(
            f"Your settings ask for another network ({changed}). It is started untrained; this one stays in "
            "the list of runs."
        )
        with st.container(horizontal=True, gap="small"):
            st.button("Start new network", key="begin_new", on_click=begin_new_network)
            st.button("Keep this one", key="back_to_network", on_click=back_to_network)


def draw_dataset_choice(lab: Lab) -> None:
    """Draw the choice of digits, where there is one."""
    name = lab.settings.dataset
    if is_hidden() or not (mnist_is_here() or name != "generated"):  # a network may ask for what is not here
        return
    choose(
        "Dataset",
        CHOICE_NAMES["dataset"],
        name,
        f"digits_{name}",
        on_change=lambda: use_digits(st.session_state[f"digits_{name}"]),
        width="stretch",
        help=help_of_setting("dataset"),
    )


def draw_arrival(lab: Lab) -> None:
    """Say that the digits are generated ones, why, and how far they and MNIST are."""
    download = None if is_hidden() else arrival()
    if download is None:
        return
    st.caption(f"Dataset in use: **generated digits**. {download.message}")
    if not lab.complete:
        st.progress(generated_digits().fraction, "generating 70,000 digits")
    if download.state in FETCHING:
        words = "looking for MNIST" if download.state == "probing" else "fetching MNIST"
        st.progress(download.fraction, words)


def draw_arrival_buttons(lab: Lab) -> None:
    """Offer MNIST when it has come, or another try when it has not."""
    mnist = arrival_phase(lab).mnist
    if mnist == "fetching":
        st.session_state[AWAITED] = True
    elif mnist == "failed":
        st.button("Try MNIST again", key="retry_mnist", on_click=mnist_download().retry)
    elif mnist == "here" and st.session_state.get(AWAITED) and lab.settings.dataset == "generated":
        st.caption("MNIST is here now.")
        st.button("Use MNIST now", key="use_mnist", on_click=use_digits, args=("mnist",))


def arrival_phase(lab: Lab) -> ArrivalPhase:
    """Return how far the digits are; asking begins the download where it is needed."""
    complete = dataset_in_use(lab.settings.dataset)[1]
    if is_hidden():
        return ArrivalPhase("", complete)
    download = arrival()
    if download is None or download.state == "ready":
        return ArrivalPhase("here", complete)
    return ArrivalPhase("fetching" if download.state in FETCHING else "failed", complete)


def is_hidden() -> bool:
    """Return whether the lesson hides the choice of digits."""
    return "dataset" in current_lesson().hide


def use_digits(name: str) -> None:
    """Work with other digits from here on; the trained network stays."""
    use_settings(replace(current_settings(), dataset=name))
