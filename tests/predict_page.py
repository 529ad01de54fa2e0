"""The Predict page as the tests see it: opened, drawn on, and what it shows."""

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.pen_strokes import WRITTEN, drawn, strokes_of
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train
from mnistlab.jobs.labs import labs, new_token
from mnistlab.runs.run import new_run
from mnistlab.ui.bars import BARS
from mnistlab.ui.canvas import CANVAS, HIDDEN, SIDE
from mnistlab.ui.query_params import query_of
from mnistlab.ui.session_token import Tab
from tests.conftest import REPOSITORY

SEVEN = drawn(strokes_of(WRITTEN[7][0]))
THREE = drawn(strokes_of(WRITTEN[3][0]))
QUICK = TrainConfig(
    dataset="generated",
    hidden=(30,),
    activation="relu",
    initialization="scaled",
    scaling="unit",
    learning_rate=0.01,
    batch_size=32,
    num_epochs=1,
    train_size=20_000,
)


@pytest.fixture(scope="module")
def run(generated):
    """A small network that has learned the generated digits well enough to read a clear one."""
    epochs = list(train(QUICK, generated))
    begun = new_run(QUICK, epochs[-1].params, "quick")
    return replace(begun, history=tuple(epoch.metrics for epoch in epochs))


def opened(run=None):
    """The page, just opened, by somebody who has a network already where one is given."""
    page = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    page.session_state["tab"] = Tab(token=new_token())
    if run is not None:
        page.query_params.update(query_of(run.config))
        labs().open(page.session_state["tab"].token).add(run)
    return page.switch_page("../pages/predict.py").run()


@pytest.fixture
def app(generated):
    """The page, just opened, with an untrained network."""
    return opened()


@pytest.fixture
def trained(run):
    """The page, just opened, with a trained network."""
    return opened(run)


def sent(pixels, objects=None):
    """What the browser sends of a sheet, above whose upper edge nobody can see or draw."""
    whole = np.concatenate([np.broadcast_to(pixels[:1, :1], (HIDDEN, SIDE, 4)), pixels])
    file = io.BytesIO()
    Image.fromarray(whole).save(file, "PNG")
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return {"drawing": {"raw": {"objects": objects or [{"type": "path"}]}, "data": address}}


def draw(app, pixels):
    app.session_state[CANVAS] = sent(pixels)
    return app.run()


def shown(app):
    return "\n".join(element.value for element in [*app.main.header, *app.main.markdown, *app.main.caption])


def component(app, name, key):
    """What the browser gets of one of the lab's components."""
    (found,) = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith(name) and key in element.proto.id
    ]
    return found


def sketch(app, key):
    """What the browser gets of a figure of plain markup."""
    return component(app, "mnistlab_sketch", key)


def bars(app):
    """The activations that the bars show, to six digits; none for a blank sheet."""
    markup = component(app, "mnistlab_bars", BARS)["markup"]
    return np.array([float(value) for value in re.findall(r"output \d: activation ([\d.]+)", markup)])


def bars_say(app):
    """What the bars say to those who do not see them."""
    return re.search('aria-label="(.*?)"', component(app, "mnistlab_bars", BARS)["markup"])[1]


def read_by(run, image):
    return activations_of(run.params, image[None], run.config)[0]
