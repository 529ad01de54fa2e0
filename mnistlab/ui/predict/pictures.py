"""Several pictures at once: a table of predictions, from which each is asked about, corrected and kept."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import DIGIT, TORN, Verdict, either, verdict
from mnistlab.data.framing import SIDE
from mnistlab.data.user_digits import label_of
from mnistlab.engine.evaluation import activations_of
from mnistlab.figures.ink import ink_source
from mnistlab.runs.run import Run
from mnistlab.ui.formatting import count
from mnistlab.ui.lab_session import current_snapshot
from mnistlab.ui.predict.answer import keep_all, own_digits
from mnistlab.ui.widgets import choose_row, widget_key

TABLE = "predict_pictures"  # the element
NOT_READ = "not read"
BLANK = np.zeros((SIDE, SIDE), np.uint8)


def choose_picture(names: Sequence[str], images: Sequence[np.ndarray | None]) -> int:
    """Draw the table of pictures, and return the place of the one that is chosen: at first the first.

    Args:
        names: Of their files.
        images: Framed, uint8 (28, 28); None for one that could not be read.
    """
    answers = answered(current_snapshot().run, images)
    labels = [None if image is None else label_of(own_digits(), image) for image in images]
    table: dict[str, Sequence] = {
        "": [ink_source(BLANK if image is None else image) for image in images],
        "Prediction": [NOT_READ if answer is None else answer_words(answer) for answer in answers],
        "True label": ["" if label is None else str(label) for label in labels],
        "File": names,
    }
    alt = f"{count(len(names), 'picture')} with predictions"
    row = choose_row(table, widget_key(TABLE), {"": st.column_config.ImageColumn(width=40)}, alt)
    st.caption("Choose a row to ask about that picture. *True label* corrects and keeps it.")
    ready = [
        (image, answer.digit)
        for image, label, answer in zip(images, labels, answers, strict=True)
        if image is not None and answer is not None and answer.kind == DIGIT and label is None
    ]
    st.button(
        f"Keep {count(len(ready), 'digit')} as predicted",
        key="predict_keep_all",
        on_click=keep_all,
        args=(ready,),
        disabled=not ready,
        help="Those without a true label whose prediction is a digit. Correct the wrong ones first.",
    )
    return row or 0


def answered(run: Run, images: Sequence[np.ndarray | None]) -> list[Verdict | None]:
    """Return what the network makes of each image, None where there is none."""
    there = [image for image in images if image is not None]
    found = map(verdict, activations_of(run.params, np.array(there), run.config)) if there else iter(())
    return [None if image is None else next(found) for image in images]


def answer_words(answer: Verdict) -> str:
    """Return a prediction in as few words as there are."""
    return (
        str(answer.digit) if answer.kind == DIGIT else either(answer) if answer.kind == TORN else "no answer"
    )
