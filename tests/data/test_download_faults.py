"""Downloading MNIST when something is wrong: nothing hangs, a sentence says what to do."""

import shutil
import subprocess
import sys
import threading
import time

import pytest

from mnistlab.data.mnist import originals, transfer
from mnistlab.data.mnist.downloads import Limits, download_mnist
from mnistlab.data.mnist.originals import DataError
from tests import mirrors
from tests.conftest import REPOSITORY
from tests.mirrors import (
    BIG,
    FIRST_TRAIN_LABELS,
    IMPATIENT,
    NAMES,
    PATIENCE,
    QUICK,
    SMALL,
    big_file_longer,
    bomb,
    content_of,
    downloads_folder,
    endless,
    endless_redirect,
    error_503,
    fetching_process,
    good,
    half_then_cut,
    half_then_silence,
    labels_cut,
    names_in,
    needs_mnist,
    no_word,
    nothing_is_trusted,
    other_content,
    web_page,
    web_page_in_place_of_the_big_file,
)

empty_machine, mirror = mirrors.empty_machine, mirrors.mirror  # their fixtures
pytestmark = pytest.mark.usefixtures("empty_machine")
IN_FLIGHT = 20_000_000  # bytes that the system's buffers of a connection may hold


def test_a_truncated_file_is_gone_even_when_the_download_fails(mirror, empty_machine):
    mirror(half_then_cut)
    cached = downloads_folder(empty_machine) / originals.registered_originals()["train_images"].name_in_tfds
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"\x1f\x8b")
    with pytest.raises(DataError, match="broke off"):
        download_mnist(limits=QUICK)
    assert nothing_is_trusted(empty_machine)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (half_then_silence, r"The download of MNIST stands still at \d+\.\d of 11\.6 MB: try again, or set"),
        (
            half_then_cut,
            "The download of MNIST broke off: check the internet connection and try again, or set",
        ),
        (other_content, "What arrived is not MNIST, its checksum is wrong: try another network, or set"),
        (big_file_longer, "What arrived is not MNIST, its size is wrong: try another network, or set"),
        (web_page, "A web page came instead of MNIST, perhaps the login page of this network: log in"),
        (
            web_page_in_place_of_the_big_file,
            "A web page came instead of MNIST, perhaps the login page of this",
        ),
        (error_503, r"The server of MNIST, 127\.0\.0\.1, answers with status 503: try again later, or set"),
        (
            no_word,
            r"The server of MNIST, 127\.0\.0\.1, does not answer: check the internet connection and try",
        ),
    ],
)
def test_a_bad_server_ends_in_a_sentence_that_says_what_to_do(mirror, empty_machine, answer, sentence):
    mirror(answer)
    with pytest.raises(DataError, match=f"^{sentence}.*MNISTLAB_DATA_DIR.*[.]$"):
        download_mnist(limits=IMPATIENT if answer in (half_then_silence, no_word) else QUICK)
    assert nothing_is_trusted(empty_machine)
    assert not any(name.endswith(transfer.PART_SUFFIX) for name in names_in(empty_machine))


MEASURED = """
import os, resource
from mnistlab.data.mnist import fetching
from mnistlab.data.mnist import originals
from mnistlab.data.mnist import transfer
from mnistlab.data.mnist.downloads import Limits

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

originals.import_tensorflow_datasets()
largest = max(file.size for file in originals.registered_originals().values()) + transfer.PIECE
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
before = peak()
try:
    fetching.fetch(lambda *report: None, Limits())
except originals.DataError as error:
    print(error)
print((peak() - before) / 1000, flush=True)
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the peak of memory")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (endless, "What arrived is not MNIST, its size is wrong: try another network, or set"),
        (bomb, "The server of MNIST, 127.0.0.1, must send the files as they are, not encoded as 'gzip': try"),
    ],
)
def test_of_a_server_that_sends_without_end_no_more_than_mnist_is_taken(mirror, answer, sentence):
    server = mirror(answer)
    done = subprocess.run(  # in which a file larger than MNIST's cannot be written
        [sys.executable, "-c", MEASURED], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    said, megabytes = done.stdout.splitlines()
    assert said.startswith(sentence), done.stderr
    assert float(megabytes) < 10
    assert server.num_sent < len(content_of(BIG)) + IN_FLIGHT


def test_what_comes_with_a_redirect_is_not_read(mirror):
    server = mirror(endless_redirect)
    transfer.check_server(server.url + SMALL, QUICK.probe)
    assert server.asked == [SMALL, f"moved-{SMALL}"]
    assert server.num_sent < IN_FLIGHT


def test_no_server_gives_its_verdict_within_ten_seconds(mirror):
    server = mirror(good)
    server.shutdown()
    server.server_close()
    begun = time.monotonic()
    with pytest.raises(
        DataError, match=r"The server of MNIST, 127\.0\.0\.1, does not answer: check the internet"
    ):
        download_mnist()
    assert time.monotonic() - begun < 10.0


def test_a_name_that_is_looked_up_for_ever_gives_its_verdict_in_time(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(transfer, "_beginning", lambda url, seconds: never.wait())
    begun = time.monotonic()
    with pytest.raises(DataError, match="does not answer"):
        transfer.check_server("http://mnist.example/file.gz", 0.2)
    never.set()
    assert time.monotonic() - begun < 2.0


def test_a_connection_that_is_not_secure_points_at_the_clock(mirror):
    server = mirror(good)
    with pytest.raises(DataError, match="is not secure: check this computer's clock, log in to the network"):
        transfer.check_server(server.url.replace("http:", "https:"), 3.0)


def test_a_web_page_is_noticed_before_the_download(mirror):
    with pytest.raises(DataError, match="A web page came instead of MNIST"):
        transfer.check_server(mirror(web_page).url + SMALL, 3.0)


def test_a_mirror_that_is_no_web_address_is_refused(monkeypatch):
    monkeypatch.setenv("MNISTLAB_MIRROR", "ftp://somewhere")
    with pytest.raises(
        DataError, match=r"MNISTLAB_MIRROR must begin with http:// or https://\. Got 'ftp://somewhere'\."
    ):
        download_mnist(limits=QUICK)


@needs_mnist
def test_after_a_failure_the_whole_files_are_kept_and_the_rest_is_fetched(mirror):
    mirror(labels_cut)
    with pytest.raises(DataError, match="broke off"):
        download_mnist(limits=QUICK)
    server = mirror(good)
    assert download_mnist(limits=QUICK).train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert set(server.asked) == {NAMES[1], SMALL}


def test_a_slow_server_is_given_up_at_the_deadline(mirror, empty_machine):
    mirror(half_then_silence)
    with pytest.raises(DataError, match=r"The download of MNIST takes too long, it is at .* of 11\.6 MB"):
        download_mnist(limits=Limits(probe=3.0, stall=30.0, total=2.5))
    assert nothing_is_trusted(empty_machine)


def test_a_full_disk_is_told_before_it_is_full(empty_machine, monkeypatch, mirror):
    server = mirror(good)
    usage = shutil.disk_usage(empty_machine)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    files, folder = list(originals.registered_originals().values()), downloads_folder(empty_machine)
    folder.mkdir(parents=True)
    with pytest.raises(
        DataError, match=r"cannot be written into .* \(No space left on device\): make room there"
    ):
        transfer.download_files(files, folder, lambda *report: None, 1.0, time.monotonic() + 5)
    assert server.asked == []


@needs_mnist
def test_a_disk_that_fills_up_ends_in_a_sentence(mirror, empty_machine):
    mirror(good)
    program = """
import resource, sys
from mnistlab.data.mnist.downloads import DataError, download_mnist
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    download_mnist()
except DataError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert "MNIST cannot be written into" in done.stdout, done.stderr
    assert "make room there" in done.stdout
    assert nothing_is_trusted(empty_machine)


@needs_mnist
def test_a_folder_of_tensorflow_datasets_that_cannot_be_written_leaves_our_own(mirror, empty_machine):
    mirror(good)
    (empty_machine / "tfds").write_text("in the way")
    assert download_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS


def test_no_folder_that_can_be_written_ends_in_a_sentence(mirror, empty_machine, monkeypatch):
    mirror(good)
    (empty_machine / "tfds").write_text("in the way")
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(empty_machine / "tfds" / "cache"))
    with pytest.raises(
        DataError, match="No folder for MNIST can be written: set MNISTLAB_CACHE_DIR to one that can"
    ):
        download_mnist(limits=QUICK)


@needs_mnist
def test_a_download_killed_half_way_leaves_nothing_that_is_taken_for_good(mirror, empty_machine):
    server = mirror(half_then_silence)
    with fetching_process() as child:
        assert server.half_sent.wait(PATIENCE)
        child.kill()
    assert nothing_is_trusted(empty_machine)
    assert any(
        name.endswith(transfer.PART_SUFFIX) for name in names_in(empty_machine)
    )  # it was half-way indeed
    mirror(good)
    assert download_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert not any(name.endswith(transfer.PART_SUFFIX) for name in names_in(empty_machine))


def test_a_folder_of_somebody_else_stays_whatever_its_name(mirror, empty_machine):
    mirror(error_503)
    strangers = downloads_folder(empty_machine) / f"{transfer.PART_PREFIX}thesis{transfer.PART_SUFFIX}"
    killed = strangers.with_name(f"{transfer.PART_PREFIX}killed{transfer.PART_SUFFIX}")
    for folder, name in ((strangers, "thesis.doc"), (killed, transfer.MARKER)):
        folder.mkdir(parents=True)
        (folder / name).write_text("years of work")
    files = list(originals.registered_originals().values())
    with pytest.raises(DataError, match="status 503"):
        transfer.download_files(
            files, strangers.parent, lambda *report: None, PATIENCE, time.monotonic() + PATIENCE
        )
    assert [path.name for path in strangers.parent.iterdir()] == [strangers.name]
    assert [path.name for path in strangers.iterdir()] == ["thesis.doc"]


def test_a_killed_child_is_told_as_such(mirror, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DataError, match="The download of MNIST was ended from outside: try again, or set"):
        download_mnist(limits=QUICK)


def test_the_child_ends_with_the_process_that_asked(mirror):
    server = mirror(half_then_silence)
    program = "from mnistlab.data.mnist.downloads import download_mnist; download_mnist()"
    with subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY) as parent:
        assert server.half_sent.wait(PATIENCE)
        parent.kill()
    assert server.client_left.wait(PATIENCE)
