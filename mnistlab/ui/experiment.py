"""An experiment: the question first, then what happened beside what was expected."""

from collections.abc import Callable

import streamlit as st

from mnistlab.analysis.experiments import EXPERIMENTS, Experiment
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import Run
from mnistlab.ui.digits import mnist_is_here
from mnistlab.ui.glossary import explained
from mnistlab.ui.lab_session import Lab, begin_and_train, command, is_for, is_of
from mnistlab.ui.page import path_of
from mnistlab.ui.settings import current_lesson, open_experiment

CARD = 190  # px
NEEDS_MNIST = "This experiment needs MNIST, which is not on this machine yet."


def draw_cards() -> None:
    """Draw one card for each experiment."""
    st.subheader("Experiments", anchor=False)
    st.markdown("Each sets the lab up, asks you a question first, and then shows you what happens.")
    with st.grid(3, min_column_width=CARD):
        for experiment in EXPERIMENTS:
            draw_card(experiment)


def draw_card(experiment: Experiment) -> None:
    """Draw the card that opens an experiment."""
    with st.container(border=True, height="stretch", gap="xsmall", key=f"experiment_{experiment.slug}"):
        st.markdown(f"**{experiment.title}**")
        st.caption(experiment.watch)
        missing = lacks_mnist(experiment)
        help = NEEDS_MNIST if missing else None
        if st.button("Open", key=f"open_{experiment.slug}", disabled=missing, help=help):
            open_experiment(experiment.slug)
            st.switch_page(path_of("train"))


def draw_experiment(lab: Lab) -> None:
    """Draw the experiment of this lab, if there is one, above the page."""
    experiment = current_lesson().chosen
    if experiment is None:
        return
    with st.container(border=True, key="experiment"):
        words = f"**Experiment: {experiment.title}.** {experiment.watch}"
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(words, help=explained(words))
            st.button("Close", key="close_experiment", on_click=open_experiment, args=("",))
        key = f"guess_{experiment.slug}"
        guess = st.radio(
            experiment.question,
            experiment.options,
            index=None,
            key=key,
            horizontal=True,
            help=explained(experiment.question),
            disabled=st.session_state.get(key) is not None and is_done(experiment, lab.run),
            persist_state="session",
        )
        draw_reveal(experiment, lab, guess)


def draw_reveal(experiment: Experiment, lab: Lab, guess: str | None) -> None:
    """Offer the run once there is a guess, and show the outcome once there is one."""
    run = lab.run
    if lacks_mnist(experiment):
        st.caption(NEEDS_MNIST)
    elif guess is None:
        st.caption("Guess first; then train and see.")
    elif is_done(experiment, run):
        draw_outcome(experiment, run.history, guess)
    elif is_of(run, experiment) and lab.snapshot.active:
        st.caption("It is training. What it did appears here when it is done.")
    elif not is_for(lab.settings, experiment):
        st.caption("Your settings are no longer those of the experiment.")
        st.button(
            "Set it up again", key="experiment_again", on_click=open_experiment, args=(experiment.slug,)
        )
    elif is_of(run, experiment):
        draw_train_button(command, Trainer.start)
    else:  # a network that was trained before is still the current one
        draw_train_button(begin_and_train)


def draw_train_button(action: Callable[..., None], *args: object) -> None:
    """Draw the button that trains the experiment's network."""
    st.button("Train it", key="experiment_train", on_click=action, args=args, type="primary")


def lacks_mnist(experiment: Experiment) -> bool:
    """Return whether an experiment cannot be done for want of MNIST."""
    return experiment.needs_mnist and not mnist_is_here()


def is_done(experiment: Experiment, run: Run) -> bool:
    """Return whether a run is the experiment's and has come to its end; a guess is none any more then."""
    return is_of(run, experiment) and run.epoch >= experiment.config.num_epochs


def draw_outcome(experiment: Experiment, history, guess: str) -> None:
    """Show what happened beside what was expected, and the formula behind it."""
    outcome = experiment.outcome(history[: experiment.config.num_epochs + 1])
    right = experiment.options[experiment.answer]
    verdict = "You guessed right" if guess == right else f"You guessed “{guess}”; it is “{right}”"
    expected, happened = st.columns(2)
    expected.markdown(f"**{verdict}.** {experiment.because}")
    happened.markdown(f"**What your run did.** {outcome.sentence}")
    if not outcome.kept:
        happened.caption("That is not what was expected: other digits can do this.")
    st.markdown(f"**The formula behind it.** {experiment.formula_name}:")
    st.latex(experiment.formula)
