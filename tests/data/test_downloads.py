"""Downloading MNIST: once, verified, unpacked, however many people and processes ask."""

import hashlib
import json
import shutil
import subprocess
import sys
import threading
import time

import pytest

from mnistlab.data.mnist import originals
from mnistlab.data.mnist.downloads import Download, download_mnist, mnist_download
from tests import mirrors
from tests.conftest import MNIST_FOLDER, REPOSITORY
from tests.mirrors import (
    BIG,
    FIRST_TRAIN_LABELS,
    IMPATIENT,
    NAMES,
    PATIENCE,
    QUICK,
    SMALL,
    downloads_folder,
    error_503,
    fetching_process,
    good,
    half_then_silence,
    needs_mnist,
    no_word,
    until,
)

empty_machine, mirror = mirrors.empty_machine, mirrors.mirror  # their fixtures
pytestmark = pytest.mark.usefixtures("empty_machine")


@needs_mnist
def test_mnist_is_fetched_verified_and_unpacked_with_progress(mirror, empty_machine):
    server, seen = mirror(good), []
    mnist = download_mnist(seen.append)
    assert mnist.train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert seen[0].state == "probing"
    assert seen[-1].state == "unpacking"
    assert all(0.0 <= status.fraction <= 1.0 for status in seen)
    assert [status.fraction for status in seen] == sorted(status.fraction for status in seen)
    assert sorted(server.asked) == sorted(
        (*NAMES, SMALL)
    )  # each once, and the smallest one more time as the probe
    assert "tensorflow" not in sys.modules


@needs_mnist
def test_the_download_imports_no_tensorflow_and_no_jax(mirror):
    mirror(good)
    program = """
import os, sys
from mnistlab.data.mnist import fetching
from mnistlab.data.mnist.downloads import Limits
fetching.fetch(lambda *report: None, Limits())
print(sorted({"tensorflow", "jax", "streamlit"} & set(sys.modules)), flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


@needs_mnist
def test_tensorflow_datasets_itself_takes_the_files_that_we_fetched(mirror, empty_machine):
    import tensorflow_datasets as tfds
    from tensorflow_datasets.image_classification.mnist import MNIST

    mirror(good)
    download_mnist()
    manager = tfds.download.DownloadManager(
        download_dir=empty_machine / "tfds" / "downloads", url_infos=MNIST.url_infos, dataset_name="mnist"
    )
    for url, path in manager.download({url: url for url in MNIST.url_infos}).items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == MNIST.url_infos[url].checksum
    assert "tensorflow" not in sys.modules


@needs_mnist
def test_files_that_tensorflow_datasets_has_are_not_fetched_again(mirror, empty_machine):
    server = mirror(good)
    downloads_folder(empty_machine).mkdir(parents=True)
    for field in ("train_images", "test_images", "test_labels"):
        file = originals.registered_originals()[field]
        shutil.copyfile(MNIST_FOLDER / file.name, downloads_folder(empty_machine) / file.name_in_tfds)
    assert download_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert set(server.asked) == {NAMES[1]}


@needs_mnist
def test_a_truncated_file_that_tensorflow_datasets_would_trust_is_replaced(mirror, empty_machine):
    server, file = mirror(good), originals.registered_originals()["train_images"]
    download_mnist()
    (empty_machine / "cache" / "mnist.npy").unlink()
    cached = downloads_folder(empty_machine) / file.name_in_tfds
    cached.write_bytes(cached.read_bytes()[:1000])
    server.asked.clear()
    assert download_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert set(server.asked) == {BIG}
    assert hashlib.sha256(cached.read_bytes()).hexdigest() == file.sha256


@needs_mnist
def test_mnist_at_hand_is_not_fetched(mirror, monkeypatch):
    server = mirror(good)
    monkeypatch.setenv("MNISTLAB_DATA_DIR", str(MNIST_FOLDER))
    assert download_mnist().name == "MNIST"
    assert server.asked == []


@needs_mnist
def test_four_processes_at_once_make_one_download(mirror):
    server = mirror(good)
    program = (
        "from mnistlab.data.mnist.downloads import download_mnist; labels = download_mnist().train.labels; "
        "print(labels[:10].tolist())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        printed, errors = process.communicate(timeout=PATIENCE)
        assert printed.strip() == str(FIRST_TRAIN_LABELS), errors
    assert server.asked.count(BIG) == 1


def test_a_process_that_waits_for_another_says_so(mirror):
    server = mirror(half_then_silence)
    with fetching_process() as first:
        assert server.half_sent.wait(PATIENCE)
        with fetching_process() as second:
            lines = (json.loads(line) for line in second.stdout)
            assert any("Another copy of the lab is fetching MNIST" in message for _, _, message in lines)
            second.kill()
        first.kill()


def test_what_a_library_prints_between_the_reports_is_passed_over():
    from mnistlab.data.mnist.downloads import _reports

    lines = [
        "Downloading...\n",
        "\n",
        "[1, 2]\n",
        '{"a": 1}\n',
        '["what", 0, ""]\n',
        "null\n",
        '["ready", 1.0, "Done."]\n',
    ]
    assert [status.message for status in _reports(lines)] == ["Done."]


@needs_mnist
def test_two_people_who_ask_at_once_make_one_download(mirror):
    server, download = mirror(good), Download()
    assert download.status().state == "idle"
    people = [threading.Thread(target=download.start) for _ in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert until(lambda: download.status().state in ("ready", "failed"))
    download.start()
    download.retry()
    assert download.status() == ("ready", 1.0, "MNIST is here; its checksums were verified.")
    assert server.asked.count(BIG) == 1


@needs_mnist
def test_a_failed_download_waits_for_a_retry(mirror):
    bad, download = mirror(error_503), Download(QUICK)
    download.start()
    assert until(lambda: download.status().state == "failed")
    assert "answers with status 503" in download.status().message
    asked = len(bad.asked)
    download.start()
    assert download.status().state == "failed"
    assert len(bad.asked) == asked
    mirror(good)
    download.retry()
    assert download.status().state != "failed"
    assert until(lambda: download.status().state == "ready")


def test_asking_and_looking_never_wait(mirror):
    mirror(no_word)
    download, begun = Download(IMPATIENT), time.monotonic()
    download.start()
    download.status()
    assert time.monotonic() - begun < 0.5
    assert until(lambda: download.status().state == "failed")


def test_there_is_one_download_per_process():
    assert mnist_download() is mnist_download()
