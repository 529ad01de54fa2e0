"""Export and import of a run: network, history, script, log, report, link."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.checkpoints import dumps, loads
from mnistlab.runs.export import history_csv, log_text, script
from mnistlab.runs.notebook import has_data, notebook_file
from mnistlab.runs.report import html_report
from mnistlab.runs.run import Run
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES
from mnistlab.ui.formatting import plain
from mnistlab.ui.glossary import help_of
from mnistlab.ui.lab_session import switch_network
from mnistlab.ui.predict.answer import own_digits
from mnistlab.ui.session_token import current_trainer
from mnistlab.ui.train.run_link import draw_link
from mnistlab.ui.uploads import taken_in
from mnistlab.ui.widgets import widget_key

REFUSED = "train_upload_refused"
UPLOAD = "train_upload"  # widget
MEGABYTE = 2**20
FILES = (
    (
        "Network",
        "safetensors",
        dumps,
        "Weights and biases as .safetensors, settings and history in its header.",
    ),
    (
        "History",
        "csv",
        history_csv,
        "A row for each epoch: costs, accuracies, recall, gradient norms, seconds.",
    ),
    ("Script", "py", script, "Python that repeats this run with mnistlab, to the last digit."),
    ("Training log", "txt", log_text, "What the notebook that this lab is made after would have printed."),
)

NOTEBOOK = (
    "A notebook that repeats this run without mnistlab: the functions of the engine, your settings, "
    "log and curves. Other digits than MNIST's come with it, in a .zip."
)
REPORT = "One page to print and hand in: settings, curves, diagnosis, and your own digits."


def draw_away(snapshot: Snapshot) -> None:
    """Draw downloads, link and log of the run as it is, and the place for an upload."""
    run = snapshot.run
    left, right = st.columns(2, gap="large")
    with left:
        draw_downloads(run, current_trainer())
        draw_link(run)
        st.markdown("#### Training log")
        st.caption(
            "As the notebook that this lab is made after prints it, word for word: its episode 0 is your "
            "epoch 1."
        )
        st.code(log_text(run) or "Nothing yet.", language=None, height=260)
    with right:
        draw_upload()


def draw_downloads(run: Run, trainer: Trainer) -> None:
    """Draw a button for each file; it is made when it is asked for."""
    st.markdown("#### Download")
    st.caption(f"Each file is of **{plain(run.name)}** with its own settings, whatever the sidebar says.")
    report = partial(html_report, drawings=own_digits())
    with st.container(horizontal=True, gap="small"):
        notebook = ("Jupyter notebook", "zip" if has_data(run) else "ipynb", notebook_file, NOTEBOOK)
        for label, suffix, content, words in (*FILES, notebook, ("Report", "html", report, REPORT)):
            st.download_button(
                label,
                latest(content, trainer),
                file_name=f"mnistlab-{run.title}.{suffix}",
                key=f"train_download_{suffix}",
                on_click="ignore",
                help=words,
            )


def latest(content: Callable[[Run], str | bytes], trainer: Trainer) -> Callable[[], str | bytes]:
    """Return what makes a file from the run as it is when somebody asks for it."""
    return lambda: content(trainer.snapshot().run)


def draw_upload() -> None:
    """Draw the place for a network that was downloaded before."""
    st.markdown("#### Upload")
    st.file_uploader(
        "A .safetensors file of this lab becomes the current network; yours stays in the list of runs.",
        type=["safetensors"],
        key=widget_key(UPLOAD),
        max_upload_size=-(-MAX_FILE_BYTES // MEGABYTE),
        on_change=take_in,
        help=help_of("safetensors"),
    )
    if sentence := st.session_state.get(REFUSED):
        st.error(plain(sentence))


def take_in() -> None:
    """Make the network in an uploaded file the current one; of a bad file only a sentence stays."""
    for file in filter(None, taken_in(UPLOAD)):
        try:
            run = loads(file.getvalue())
        except ValueError as error:
            st.session_state[REFUSED] = str(error)
        else:
            st.session_state[REFUSED] = ""
            switch_network(Trainer.add, run)
