"""Downloading MNIST from servers on this machine, good, dead, slow and lying ones, and being killed."""

import contextlib
import hashlib
import http.server
import json
import shutil
import subprocess
import sys
import threading
import time

import pytest

from mnistlab import originals, probing, transfer
from mnistlab.datasets import DataError, MnistNotFound, load_mnist
from mnistlab.downloads import Download, download_mnist, mnist_download
from mnistlab.fetch_limits import Limits
from tests.conftest import MNIST_FOLDER, REPOSITORY

NAMES = tuple(originals.FILE_NAMES.values())
BIG, SMALL = NAMES[0], NAMES[3]
FIRST_TRAIN_LABELS = [4, 1, 0, 7, 8, 1, 2, 7, 1, 6]
QUICK = Limits(probe=3.0, stall=10.0, total=40.0)
IMPATIENT = Limits(probe=1.0, stall=1.0, total=40.0)
PATIENCE = 60.0

needs_mnist = pytest.mark.skipif(
    not all((MNIST_FOLDER / name).exists() for name in NAMES),
    reason="real MNIST is not at hand (../shared/mnist)",
)


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """A machine on which nothing was ever fetched, and which has no proxy."""
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "MNISTLAB_DATA_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    return tmp_path


class Mirror(http.server.ThreadingHTTPServer):
    """A server of MNIST on this machine that answers as the test says."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """Keep the tests' output clean of clients that hang up."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked = []  # names, in the order of the requests
        self.half_sent = threading.Event()  # half of the big file is out
        self.client_left = threading.Event()  # the one who waited for the other half has hung up

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/somewhere/"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        self.server.asked.append(name)
        self.server.answer(self, name)

    def head(self, length, content_type="application/gzip", status=200):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *args):
        """Keep the tests' output clean."""


def content_of(name):
    """The real file, or what begins like it and has its size."""
    path = MNIST_FOLDER / name
    sizes = {file.name: file.size for file in originals.registered_originals().values()}
    return path.read_bytes() if path.exists() else b"\x1f\x8b".ljust(sizes[name], b"x")


def good(handler, name):
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content)


def half_then_silence(handler, name):
    if name != BIG:
        return good(handler, name)
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    handler.server.half_sent.set()
    with contextlib.suppress(OSError):
        while handler.connection.recv(1000):  # ends when the client hangs up
            pass
    handler.server.client_left.set()
    return None


def half_then_cut(handler, name):
    if name != BIG:
        return good(handler, name)
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True
    return None


def labels_cut(handler, name):
    if name != NAMES[1]:
        return good(handler, name)
    handler.head(len(content_of(name)))
    handler.close_connection = True
    return None


def other_content(handler, name):
    content = bytearray(content_of(name))
    content[-1] ^= 1
    handler.head(len(content))
    handler.wfile.write(content)


def web_page(handler, name):
    page = b"<!doctype html><title>Welcome to the hotel</title>"
    handler.head(len(page), "text/html")
    handler.wfile.write(page)


def web_page_in_place_of_the_big_file(handler, name):
    (web_page if name == BIG else good)(handler, name)


def error_503(handler, name):
    handler.head(0, status=503)


def no_word(handler, name):
    while handler.connection.recv(1000):
        pass


@pytest.fixture
def mirror(monkeypatch):
    """Start a server that answers in a given way, and make it the place where MNIST is fetched."""
    servers = []

    def start(answer):
        server = Mirror(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        monkeypatch.setenv("MNISTLAB_MIRROR", server.url)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def until(condition, seconds=PATIENCE):
    """Whether the condition comes true before the time is over."""
    tick, deadline = threading.Event(), time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < deadline:
        tick.wait(0.02)
    return true


def downloads_folder(machine):
    return machine / "tfds" / "downloads" / "mnist"


def names_in(folder):
    return {path.name for path in folder.rglob("*")} if folder.exists() else set()


def nothing_is_trusted(machine):
    """Neither we nor tensorflow-datasets would take the big file for good."""
    with pytest.raises(MnistNotFound):
        load_mnist()
    big = originals.registered_originals()["train_images"].name_in_tfds
    return not {big, f"{big}.INFO", "mnist.npy"} & (names_in(machine / "tfds") | names_in(machine / "cache"))


def fetching_process():
    return subprocess.Popen(
        [sys.executable, "-m", "mnistlab.fetching", *QUICK.as_arguments()],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


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
from mnistlab import fetching
from mnistlab.fetch_limits import Limits
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


def test_a_truncated_file_is_gone_even_when_the_download_fails(mirror, empty_machine):
    mirror(half_then_cut)
    cached = downloads_folder(empty_machine) / originals.registered_originals()["train_images"].name_in_tfds
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"\x1f\x8b")
    with pytest.raises(DataError, match="broke off"):
        download_mnist(limits=QUICK)
    assert nothing_is_trusted(empty_machine)


@needs_mnist
def test_mnist_at_hand_is_not_fetched(mirror, monkeypatch):
    server = mirror(good)
    monkeypatch.setenv("MNISTLAB_DATA_DIR", str(MNIST_FOLDER))
    assert download_mnist().name == "MNIST"
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (half_then_silence, r"The download of MNIST stands still at \d+\.\d of 11\.6 MB: try again, or set"),
        (
            half_then_cut,
            "The download of MNIST broke off: check the internet connection and try again, or set",
        ),
        (other_content, "What arrived is not MNIST, its checksum is wrong: try another network, or set"),
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
    monkeypatch.setattr(probing, "_beginning", lambda url, seconds: never.wait())
    begun = time.monotonic()
    with pytest.raises(DataError, match="does not answer"):
        probing.check_server("http://mnist.example/file.gz", 0.2)
    never.set()
    assert time.monotonic() - begun < 2.0


def test_a_connection_that_is_not_secure_points_at_the_clock(mirror):
    server = mirror(good)
    with pytest.raises(DataError, match="is not secure: check this computer's clock, log in to the network"):
        probing.check_server(server.url.replace("http:", "https:"), 3.0)


def test_a_web_page_is_noticed_before_the_download(mirror):
    with pytest.raises(DataError, match="A web page came instead of MNIST"):
        probing.check_server(mirror(web_page).url + SMALL, 3.0)


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
from mnistlab.downloads import DataError, download_mnist
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
def test_four_processes_at_once_make_one_download(mirror):
    server = mirror(good)
    program = (
        "from mnistlab.downloads import download_mnist; print(download_mnist().train.labels[:10].tolist())"
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


def test_a_killed_child_is_told_as_such(mirror, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DataError, match="The download of MNIST was ended from outside: try again, or set"):
        download_mnist(limits=QUICK)


def test_the_child_ends_with_the_process_that_asked(mirror):
    server = mirror(half_then_silence)
    program = "from mnistlab.downloads import download_mnist; download_mnist()"
    with subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY) as parent:
        assert server.half_sent.wait(PATIENCE)
        parent.kill()
    assert server.client_left.wait(PATIENCE)


def test_what_a_library_prints_between_the_reports_is_passed_over():
    from mnistlab.downloads import _reports

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


def test_no_host_name_stands_in_our_files():
    hosts = {file.url.split("/")[2] for file in originals.registered_originals().values()}
    files = [*(REPOSITORY / "mnistlab").rglob("*.py"), *(REPOSITORY / "tests").rglob("*.py")]
    assert not [path.name for path in files for host in hosts if host in path.read_text()]
