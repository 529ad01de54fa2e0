"""Ten labs side by side: nothing of one is found in another, and no secret and no name leaves its place."""

import base64
import logging
import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.data.user_digits import Collection
from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.labs import Labs, folder_name, labs, new_token
from mnistlab.runs.checkpoints import dumps, loads
from mnistlab.runs.report import html_report, picture
from mnistlab.runs.run import OwnDigits, Run
from mnistlab.ui.predict.answer import OWN
from mnistlab.ui.session_token import Tab
from tests.attacks.run_records import MARKUP
from tests.conftest import REPOSITORY
from tests.registry_bench import Clock, QuietPool, real_initial
from tests.runs.test_checkpoints import trained_run

LABS = 10
BITS = 128
OURS = re.compile(r"[0-9a-f]{32}(/(lab\.json|[0-9a-f]{32}\.(run|network)))?")
NAMES = [
    "../../../evil",
    "/etc/passwd",
    "..\\evil",
    "evil\0.run",
    "lab.json",
    "x" * 5000,
    "é数",
    MARKUP,
    "",
    ".",
]


class Visitor(NamedTuple):
    """Somebody in a lab, and what they put in it that nobody else has."""

    token: str
    name: str  # of their run
    seed: int
    drawing: np.ndarray  # (28, 28) uint8
    run: Run  # with all of these, and weights of their own

    @property
    def marks(self) -> dict[str, bytes]:
        """What must be found with them and with nobody else, as it looks in files and on pages."""
        return {
            "name": self.name.encode(),
            "settings": f"{self.seed}".encode(),
            "drawing": base64.b64encode(self.drawing.tobytes()),
            "network": self.run.params[0].weights[0].tobytes(),
        }


def visitor(number):
    """Return the visitor with a number."""
    order = np.random.default_rng(number)
    seed = int(order.integers(10**9, 2**32))
    drawing = order.integers(0, 256, (28, 28)).astype(np.uint8)
    config = TrainConfig(dataset="generated", hidden=(12,), train_size=500, seed=seed, scaling="unit")
    digits = OwnDigits(2, drawing[None], np.array([number % 10]), 20, 0.1, 0.5, 0.6, 0, 1)
    params = tuple(
        type(layer)(*(order.random(array.shape).astype(np.float32) for array in layer))
        for layer in real_initial(config)
    )
    run = replace(trained_run(config, 3), schedule=(digits,), params=params, kept={})
    name = f"planted by {order.bytes(8).hex()}"
    return Visitor(new_token(), name, seed, drawing, replace(run, name=name))


@pytest.fixture(scope="module")
def visitors():
    """Ten of them."""
    return [visitor(number) for number in range(LABS)]


def assert_apart(visitors, seen, marks=("name", "settings", "drawing", "network")):
    """Fail unless in what each visitor sees there are all of their own marks and none of anybody else's."""
    for looker, whole in zip(visitors, seen, strict=True):
        for other in visitors:
            for kind in marks:
                assert (other.marks[kind] in whole) == (other is looker), f"{kind} of {other.name}"


def files_in(folder):
    """Return all that lies in a folder, as one text of bytes."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_ten_labs_keep_and_give_away_is_their_own(visitors, tmp_path):
    labs = Labs(tmp_path / "state", QuietPool(), Clock(), real_initial)
    for each in visitors:
        labs.open(each.token).add(loads(dumps(each.run)))  # as an upload comes in
    labs.sweep()
    saved = [files_in(labs.folder / folder_name(each.token)) for each in visitors]
    assert_apart(visitors, saved)
    reopened = Labs(labs.folder, QuietPool(), Clock(), real_initial)
    for one in (labs, reopened):
        shelves = [one.open(each.token).snapshot().runs for each in visitors]
        assert_apart(visitors, [b"\n".join(map(dumps, runs)) for runs in shelves])
        assert [run.name for runs in shelves for run in runs] == [each.name for each in visitors]


def test_a_report_shows_the_drawings_of_its_own_lab_alone(visitors):
    reports = [
        html_report(each.run, Collection(each.drawing[None], np.array([3], np.uint8))) for each in visitors
    ]
    for looker, report in zip(visitors, reports, strict=True):
        for other in visitors:
            assert (picture(other.drawing) in report) == (other is looker)
    assert_apart(visitors, [report.encode() for report in reports], ("name", "settings"))


def test_a_token_has_128_bits_each_of_which_is_random():
    tokens = [new_token() for _ in range(10_000)]
    assert len(set(tokens)) == 10_000
    assert all(re.fullmatch(r"[0-9a-f]{32}", token) for token in tokens)
    bits = np.unpackbits(np.array([list(bytes.fromhex(token)) for token in tokens], np.uint8), axis=1)
    assert bits.shape == (10_000, BITS)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.03  # six standard deviations


def test_no_token_stands_in_a_log_a_file_or_a_name_even_when_saving_fails(
    visitors, tmp_path, caplog, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    labs = Labs(tmp_path / "state", QuietPool(), clock := Clock(), real_initial)
    with caplog.at_level(logging.DEBUG):
        for each in visitors:
            labs.open(each.token).add(each.run)
            labs.claim(each.token, "tab")
        with monkeypatch.context() as patch:
            patch.setattr("mnistlab.jobs.autosave.write_whole", full)
            labs.sweep()
        clock.now += 2
        labs.sweep()
        labs.sweep_folders()
        with pytest.raises(ValueError, match="token must be") as refusal:
            labs.open(visitors[0].token + "0")
    assert caplog.text.count("A lab could not be saved") == LABS
    places = "\n".join(str(path) for path in tmp_path.rglob("*"))
    for each in visitors:
        assert each.token not in caplog.text
        assert each.token not in places
        assert each.token.encode() not in files_in(tmp_path)
        assert each.token not in str(refusal.value)


def test_no_name_that_somebody_typed_becomes_the_name_of_a_file(tmp_path):
    labs = Labs(tmp_path / "state", QuietPool(), clock := Clock(), real_initial)
    trainer = labs.open(new_token())
    for name in NAMES:
        trainer.add(trained_run(epochs=1))
        trainer.rename(trainer.snapshot().run.id, name)
        clock.now += 2
        labs.sweep()
    assert len(trainer.snapshot().runs) == len(NAMES)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    found = [path.relative_to(labs.folder).as_posix() for path in labs.folder.rglob("*")]
    assert len(found) > len(NAMES)
    assert [name for name in found if not OURS.fullmatch(name)] == []


def page_of(each):
    """Return the app as a visitor opens it: with settings and a note in the address, in their own lab."""
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=120)
    app.session_state["tab"] = Tab(token=each.token)
    app.session_state[OWN] = Collection(each.drawing[None], np.array([3], np.uint8))
    app.query_params.update({"dataset": "generated", "seed": str(each.seed), "note": each.name})
    labs().open(each.token).add(each.run)
    return app.run()


def sent_to(app):
    """Return all that the server sends to a browser for a page, and its address, as one text of bytes."""
    protos = [getattr(node, "proto", None) for node in app._tree]
    elements = [proto.SerializeToString() for proto in protos if proto is not None]
    return b"\n".join([*elements, repr(dict(app.query_params)).encode()])


def test_what_ten_sessions_of_the_app_are_sent_is_their_own(generated, visitors, caplog):
    with caplog.at_level(logging.DEBUG):
        apps = [page_of(each) for each in visitors]
        for app in apps:
            app.session_state["train_tabs_open"] = app.session_state["train_tabs"] = "Runs"
            app.switch_page("../pages/train.py").run()
    assert not any(app.exception for app in apps)
    assert_apart(visitors, map(sent_to, apps), ("name", "settings"))
    for looker, app in zip(visitors, apps, strict=True):
        assert app.session_state["snapshot"].run.name == looker.name
        assert np.array_equal(app.session_state[OWN].images[0], looker.drawing)
        assert looker.token not in repr(dict(app.query_params))
        assert not any(other.token.encode() in sent_to(app) for other in visitors if other is not looker)
        assert looker.token not in caplog.text
