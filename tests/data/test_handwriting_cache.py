"""The generated digits on disk: made once, verified, made anew when damaged; not kept where nothing can."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from mnistlab.data.synthetic import handwriting


def shapes(train_images, test_images):
    return {
        "train_images": (train_images, 28, 28),
        "train_labels": (train_images,),
        "test_images": (test_images, 28, 28),
        "test_labels": (test_images,),
    }


class Children:
    """In place of child processes: the first so many tasks are done, one dies, and then none can be given."""

    def __init__(self, done):
        self.done, self.given = done, 0

    def submit(self, function, *arguments):
        self.given += 1
        future = Future()
        if self.given <= self.done:
            future.set_result(function(*arguments))
        elif self.given == self.done + 1:
            future.set_exception(RuntimeError("the child died"))
        else:
            raise OSError("no more processes")
        return future

    def shutdown(self, kill_workers):
        assert kill_workers


@pytest.fixture
def small(monkeypatch):
    """Two training chunks and a test chunk of ten digits each; returns the list of those made so far."""
    made = []
    generate_chunk = handwriting.generate_chunk

    def counted(*chunk):
        made.append(chunk)
        return generate_chunk(*chunk)

    monkeypatch.setattr(handwriting, "CHUNK", 10)
    monkeypatch.setattr(handwriting, "COUNTS", (1,) * 10)
    monkeypatch.setattr(handwriting, "CHUNKS", [(60, 0), (60, 1), (10, 0)])
    monkeypatch.setattr(handwriting, "SHAPES", shapes(20, 10))
    monkeypatch.setattr(handwriting, "generate_chunk", counted)
    monkeypatch.setattr(handwriting, "ProcessPoolExecutor", lambda *arguments, **options: Children(0))
    return made


def expected():
    first, second, test = (handwriting.generate_chunk(*chunk) for chunk in ((60, 0), (60, 1), (10, 0)))
    return *(np.concatenate(parts) for parts in zip(first, second, strict=True)), *test


def assert_same(arrays, others):
    for array, other in zip(arrays, others, strict=True):
        np.testing.assert_array_equal(array, other)


def cache_file(folder):
    (file,) = folder.glob("*.npy")
    return file


def test_the_set_is_made_once_and_then_read(small, tmp_path):
    shares = []
    first = handwriting.load(tmp_path, shares.append)
    assert small == handwriting.CHUNKS
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    again = handwriting.load(tmp_path, shares.append)
    assert small == handwriting.CHUNKS
    assert len(shares) == 3
    assert_same(first, again)
    assert_same(again, expected())


def test_nobody_can_change_the_digits(small, tmp_path):
    for arrays in (handwriting.load(tmp_path), handwriting.load(tmp_path)):
        assert not any(array.flags.writeable for array in arrays)


@pytest.mark.parametrize("where", [0, 100, 5000, -40, -1])
def test_a_file_with_one_wrong_byte_is_made_anew(small, tmp_path, where):
    handwriting.load(tmp_path)
    content = bytearray(cache_file(tmp_path).read_bytes())
    content[where] ^= 1
    cache_file(tmp_path).chmod(0o644)
    cache_file(tmp_path).write_bytes(content)
    assert_same(handwriting.load(tmp_path), expected())
    assert cache_file(tmp_path).read_bytes() != bytes(content)


@pytest.mark.parametrize("length", [0, 1, 64, 10_000])
def test_a_file_that_was_cut_off_is_made_anew(small, tmp_path, length):
    handwriting.load(tmp_path)
    content = cache_file(tmp_path).read_bytes()
    cache_file(tmp_path).chmod(0o644)
    cache_file(tmp_path).write_bytes(content[:length])
    assert_same(handwriting.load(tmp_path), expected())
    assert cache_file(tmp_path).read_bytes() == content


def test_a_file_of_another_version_is_not_read(small, tmp_path, monkeypatch):
    handwriting.load(tmp_path)
    monkeypatch.setattr(handwriting, "VERSION", handwriting.VERSION + 1)
    newer = handwriting.load(tmp_path)
    assert len(small) == 6
    assert_same(newer, expected())
    assert len(list(tmp_path.glob("*.npy"))) == 2


def test_a_whole_file_of_other_shapes_is_made_anew(small, tmp_path, monkeypatch):
    handwriting.load(tmp_path)
    monkeypatch.setattr(handwriting, "CHUNKS", [(60, 0), (10, 0)])
    monkeypatch.setattr(handwriting, "SHAPES", shapes(10, 10))
    assert len(handwriting.load(tmp_path)[0]) == 10


def test_a_folder_that_cannot_be_written_only_means_no_cache(small, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    assert_same(handwriting.load(in_the_way / "cache"), expected())
    assert in_the_way.read_text() == "not a folder"


def test_the_folder_can_be_named_in_the_environment(small, tmp_path, monkeypatch):
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path / "chosen"))
    handwriting.load()
    assert cache_file(tmp_path / "chosen").name == f"generated-digits-{handwriting.VERSION}.npy"


def test_of_two_that_load_at_once_one_makes_the_digits(small, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(handwriting.load, [tmp_path, tmp_path])
    assert small == handwriting.CHUNKS
    assert_same(one, other)


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_what_children_do_not_deliver_is_made_here(small, tmp_path, monkeypatch, done):
    monkeypatch.setattr(handwriting, "ProcessPoolExecutor", lambda *arguments, **options: Children(done))
    arrays = handwriting.load(tmp_path)
    assert small == handwriting.CHUNKS
    assert_same(arrays, expected())


def test_children_deliver_the_chunks_and_end_with_the_reader():
    before = set(psutil.Process().children(recursive=True))
    chunks = handwriting._chunks()
    delivered = [next(chunks), next(chunks)]
    children = set(psutil.Process().children(recursive=True)) - before
    # The tracker of resources serves all pools.
    children = [each for each in children if "resource_tracker" not in " ".join(each.cmdline())]
    chunks.close()
    assert children
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    for found, chunk in zip(delivered, handwriting.CHUNKS, strict=False):
        assert_same(found, handwriting.generate_chunk(*chunk))


@pytest.mark.slow
def test_the_whole_set_is_the_chunks_in_order(generated):
    """As made by child processes, against this process."""
    for split, seed, number in ((generated.train, 60, 59), (generated.test, 10, 0), (generated.test, 10, 9)):
        images, labels = handwriting.generate_chunk(seed, number)
        np.testing.assert_array_equal(split.images[number * 1000 :][:1000], images)
        np.testing.assert_array_equal(split.labels[number * 1000 :][:1000], labels)
