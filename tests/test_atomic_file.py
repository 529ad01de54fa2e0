"""Files of arrays: whole or not taken, whatever disks, people and other processes do to them."""

import os
import random
import threading

import numpy as np
import pytest

from mnistlab.atomic_file import load_arrays, save_arrays, write_whole


def rewrite(path, content):
    path.unlink()
    path.write_bytes(content)


@pytest.fixture
def small_file(tmp_path):
    """A file of arrays, 16 kB long, and the arrays."""
    random_numbers = np.random.default_rng(5)
    arrays = {
        "images": random_numbers.integers(0, 256, (20, 28, 28), np.uint8),
        "labels": np.arange(20, dtype=np.uint8),
    }
    save_arrays(tmp_path / "folder" / "arrays.npy", arrays)
    return tmp_path / "folder" / "arrays.npy", arrays


def test_arrays_come_back_as_they_were_saved(small_file):
    path, arrays = small_file
    loaded = load_arrays(path)
    assert loaded.keys() == arrays.keys()
    assert all(np.array_equal(loaded[name], arrays[name]) for name in arrays)
    assert [entry.name for entry in path.parent.iterdir()] == ["arrays.npy"]


def damaged(content, chance):
    """One of the ways in which disks and people damage a file."""
    position = chance.randrange(len(content))
    kind = chance.choice(("bit", "cut", "longer", "zeros", "lost", "moved"))
    if kind == "bit":
        return (
            content[:position]
            + bytes([content[position] ^ 1 << chance.randrange(8)])
            + content[position + 1 :]
        )
    if kind == "cut":
        return content[:position]
    if kind == "longer":
        return content + chance.randbytes(1 + position % 100)
    if kind == "zeros":
        return content[:position] + bytes(len(content) - position)
    if kind == "lost":
        return content[:position] + content[position + 1 :]
    return content[position:] + content[:position]


def test_five_hundred_random_damages_are_all_noticed(small_file):
    path, _ = small_file
    whole, chance, tried = path.read_bytes(), random.Random(7), 0
    while tried < 500:
        broken = damaged(whole, chance)
        if broken == whole:
            continue
        tried += 1
        rewrite(path, broken)
        assert load_arrays(path) is None, tried
    rewrite(path, whole)
    assert load_arrays(path) is not None


def test_a_missing_file_is_no_arrays(tmp_path):
    assert load_arrays(tmp_path / "none.npy") is None
    assert load_arrays(tmp_path) is None


def test_readers_of_the_old_file_keep_it_when_a_new_one_is_saved(small_file):
    path, arrays = small_file
    old = load_arrays(path)
    save_arrays(path, {name: array + 1 for name, array in arrays.items()})
    assert np.array_equal(old["images"], arrays["images"])
    assert np.array_equal(load_arrays(path)["images"], arrays["images"] + 1)


def test_what_killed_writers_left_is_swept_and_what_others_write_stays(small_file):
    path, arrays = small_file
    old, new = (path.with_name(f"arrays.npy.{digit * 12}.tmp") for digit in "12")
    strangers = [path.with_name(name) for name in ("arrays.npy.old.tmp", "notes.tmp", "arrays.npy.tmp")]
    for unfinished in (old, new, *strangers):
        unfinished.write_bytes(b"half")
    for each in (old, *strangers):
        os.utime(each, (0, 0))
    save_arrays(path, arrays)
    assert set(path.parent.iterdir()) == {path, new, *strangers}


def test_a_reader_among_writers_sees_only_whole_files(small_file):
    path, arrays = small_file
    writers = [
        threading.Thread(
            target=lambda n=n: [save_arrays(path, {"images": arrays["images"] + n}) for _ in range(20)]
        )
        for n in (1, 2)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert load_arrays(path) is not None


def test_a_name_of_255_bytes_can_be_written_and_a_link_in_the_way_is_not_followed(tmp_path):
    path, link, elsewhere = tmp_path / ("n" * 255), tmp_path / "own.tmp", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"somebody's")
    link.symlink_to(elsewhere)
    write_whole(path, b"first")
    write_whole(path, b"second", unfinished=link)
    assert (path.read_bytes(), elsewhere.read_bytes()) == (b"second", b"somebody's")
    assert sorted(tmp_path.iterdir()) == [elsewhere, path]
