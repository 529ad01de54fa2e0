"""What strangers send is taken in or refused with one clear sentence, soon and within bounds of memory."""

import re
import time
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest

from mnistlab.analysis.diagnosis import diagnose
from mnistlab.data.framing import frame
from mnistlab.data.image_loading import PictureError, read_canvas, read_picture
from mnistlab.data.user_digits import EMPTY
from mnistlab.engine.config import TrainConfig
from mnistlab.runs.checkpoints import NetworkFileError, dumps, loads
from mnistlab.runs.comparison import compared
from mnistlab.runs.report import html_report
from mnistlab.runs.run import MAX_NAME
from mnistlab.ui.canvas import MAX_STROKES, sent
from mnistlab.ui.query_params import lesson_from, settings_from
from tests.attacks import addresses, canvases, network_files, pictures, run_records
from tests.attacks.run_records import MARKUP
from tests.runs.test_checkpoints import trained_run

SECONDS = 60.0  # of a processor, for one of them: nearly all take milliseconds, and what hangs takes for ever
MEGABYTES = 80  # of ours; the largest network that is taken takes 26 MB
PICTURE_MEGABYTES = 400  # Pillow's own memory is not counted; what is made of a picture is small
KINDS = "PNG, JPEG, WebP, HEIC, GIF or BMP file"
PICTURES_MUST = {
    "no picture": [f"be a {KINDS}"],
    "damaged": [f"be a whole {KINDS}", f"be a {KINDS}"],
    "a bomb": ["at most 50 megapixels", "at most 25 MB", "at most 40 scans", f"be a whole {KINDS}"],
}
NETWORKS = network_files.REFUSED | run_records.REFUSED


@pytest.fixture(scope="module")
def good():
    """The file of a good run."""
    return dumps(trained_run())


@contextmanager
def bounded(megabytes=MEGABYTES):
    """Fail when what is done within takes too long or too much memory."""
    tracemalloc.start()
    begin = time.thread_time()
    try:
        yield
        seconds, peak = time.thread_time() - begin, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seconds < SECONDS
    assert peak < megabytes * 2**20


def assert_clear(sentence):
    """Fail unless this may stand on the screen: one line that says what must be how, and what it was."""
    assert re.fullmatch(r"[A-Za-z][^\n]* must [^\n]+\. (Got|It was) [^\n]+\.", sentence), sentence
    assert sentence.isprintable()
    assert len(sentence) < 400
    assert not re.search(r"Traceback|KeyError|TypeError|\bobject at 0x", sentence)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_file_that_is_no_network_is_refused_with_one_sentence(good, kind):
    data = NETWORKS[kind](good)
    with bounded(), pytest.raises(NetworkFileError) as refusal:
        loads(data)
    assert_clear(str(refusal.value))


@pytest.mark.parametrize("kind", run_records.HARMLESS)
def test_a_strange_run_is_taken_in_and_whatever_shows_it_bears_it(good, kind):
    with bounded():
        run = loads(run_records.HARMLESS[kind](good))
    assert run.name.isprintable()
    assert len(run.name) <= MAX_NAME
    assert "<script" not in html_report(run, EMPTY).lower()
    assert compared([run])[0].cells == [run.name]
    diagnose(run)
    assert loads(dumps(run)).name == run.name


def test_nothing_in_a_pickle_is_run(good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NetworkFileError):
        loads(network_files.REFUSED["a file: a pickle that runs a command"](good))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", pictures.REFUSED)
def test_a_file_that_is_no_picture_is_refused_with_one_sentence(kind):
    data = pictures.REFUSED[kind]()
    with bounded(), pytest.raises(PictureError) as refusal:
        read_picture(data)
    assert_clear(str(refusal.value))
    assert any(words in str(refusal.value) for words in PICTURES_MUST[kind.partition(":")[0]])


@pytest.mark.parametrize("kind", pictures.HARMLESS)
def test_a_rare_picture_is_taken_in_and_framed(kind):
    data = pictures.HARMLESS[kind]()
    with bounded(PICTURE_MEGABYTES):
        pixels = read_picture(data)
        framed = frame(pixels)
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 4
    assert framed is None or framed.shape == (28, 28)


@pytest.mark.parametrize("kind", canvases.REFUSED)
def test_a_canvas_that_is_none_is_refused_with_one_sentence(kind):
    state = canvases.state(canvases.REFUSED[kind]())
    with bounded(), pytest.raises(PictureError) as refusal:
        read_canvas(sent(state)[1], canvases.HEIGHT, canvases.WIDTH)
    assert_clear(str(refusal.value))


@pytest.mark.parametrize("kind", canvases.IGNORED)
def test_what_has_not_the_form_of_a_drawing_brings_no_picture(kind):
    with bounded():
        strokes, address = sent(canvases.IGNORED[kind]())
    assert address == ""
    assert all(stroke == {"type": "path"} for stroke in strokes)


@pytest.mark.parametrize("kind", canvases.STROKES)
def test_of_what_a_browser_sends_as_strokes_only_strokes_are_kept(kind):
    state = canvases.state(canvases.sheet(canvases.WIDTH, canvases.HEIGHT), canvases.STROKES[kind]())
    with bounded():
        strokes, address = sent(state)
        pixels = read_canvas(address, canvases.HEIGHT, canvases.WIDTH)
    assert pixels.shape == (canvases.HEIGHT, canvases.WIDTH, 4)
    assert all(stroke == {"type": "path"} for stroke in strokes)
    assert len(strokes) <= MAX_STROKES


EMPTYING = ("hide: markup", "hide: 100 kB")  # what the good part of the address says as well


def read(query):
    """Return settings and lesson of an address, and its complaints."""
    given, complaints = settings_from(query)
    lesson, more = lesson_from(query)
    return TrainConfig(**given), lesson, complaints + more


@pytest.mark.parametrize("kind", addresses.REFUSED)
def test_what_cannot_be_in_an_address_gets_one_sentence_and_the_rest_stays(kind):
    with bounded():
        settings, lesson, complaints = read({"scaling": ["unit"], "hide": ["seed"]} | addresses.REFUSED[kind])
    (sentence,) = complaints
    assert_clear(sentence)
    assert settings.scaling == ("raw" if kind.startswith("scaling") else "unit")
    assert lesson.hide == (() if kind in EMPTYING else ("seed",))
    assert (lesson.note, lesson.experiment) == ("", "")


@pytest.mark.parametrize("kind", addresses.HARMLESS)
def test_a_strange_address_is_taken_without_a_word(kind):
    with bounded():
        settings, _, complaints = read(addresses.HARMLESS[kind])
    assert complaints == []
    assert settings in (TrainConfig(), TrainConfig(seed=7))


def test_the_markup_that_is_tried_is_dangerous(good):
    run = loads(run_records.HARMLESS["a name with markup"](good))
    assert run.name == MARKUP[:MAX_NAME].rstrip()
    assert "![](" in run.name
