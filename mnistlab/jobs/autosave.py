"""A lab in a folder: every finished epoch, so that no end of the process loses it.

The index says which files are the lab (see `lab_files`). It is replaced in one go when they are on the disk,
so at every moment the folder holds one whole lab. What cannot be read is set aside: it stays, under the name
it has, until it can be read again.
"""

import contextlib
import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnistlab.analysis.formatting import count
from mnistlab.atomic_file import private_folder, write_whole
from mnistlab.engine.network import Params
from mnistlab.jobs.lab_files import (
    FIELDS,
    INDEX,
    NAME,
    content,
    file_name,
    is_whole,
    networks_of,
    read_index,
)
from mnistlab.runs.run import Run
from mnistlab.runs.run_store import RESET, RunStore, Undo, told_apart
from mnistlab.runs.safetensors_io import packed, read_json, unpacked
from mnistlab.runs.serialization import run_from, run_record

SET_ASIDE = "Some of what was saved cannot be read now; it is kept, and comes back when it can be: {}."


class Autosave:
    """The folder of one lab. It remembers what lies there, so that only what is new is written.

    `set_aside` is one sentence about what could not be read, or "".
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.set_aside = ""
        self._networks: dict[int, tuple[Params, str]] = {}  # id of a network -> the network, its file
        self._records: dict[int, tuple[Run, str]] = {}  # id of a run -> the run, its file
        self._written = b""  # the index, as this process has written it
        self._index = dict(FIELDS)  # as it lies in the folder, or as its records make it
        self._is_known = False  # whether the folder could be looked into
        self._is_damaged = False  # whether the index has to make way
        self._own: set[str] = set()  # files that may go when they are no more part of the lab
        self._aside: set[str] = set()  # files that could not be read
        self._needed: set[str] = set()  # networks of records that are set aside
        self._missing: dict[str, dict[str, str]] = {}  # id of a run -> epoch -> network that is set aside
        self._record_of: dict[str, str] = {}  # id of a run -> its record

    def save(self, shelf: RunStore) -> None:
        """Write what is new in the lab, then forget what is no more part of it.

        Raises:
            OSError: It cannot be written; the folder holds the lab as it was.
        """
        private_folder(self.folder)
        runs = [*shelf.runs, *([shelf.undo.run] if shelf.undo else [])]
        if not self._is_known:
            self._keep_beside({run.id for run in runs})
        self._forget_what_is_gone()
        self._begin()
        networks, records = {}, {}
        for run in runs:
            for params in (run.params, *run.kept.values()):
                networks[id(params)] = self._networks.get(id(params)) or (params, self._network_file(params))
            files = {id(params): networks[id(params)][1] for params in (run.params, *run.kept.values())}
            records[id(run)] = self._records.get(id(run)) or (run, self._record_file(run, files))
        wanted = {name for _, name in (*networks.values(), *records.values())}
        self._aside -= wanted
        self._write_index(self._entries(shelf, {key: name for key, (_, name) in records.items()}))
        self._networks, self._records = networks, records
        self._remove(self._own - wanted - self._aside - self._needed)

    def load(self) -> RunStore | None:
        """Return the lab in the folder, or None where there is none; what cannot be read is left out."""
        self._own, self._aside, self._needed, self._missing = set(), set(), set(), {}
        try:
            names = {path.name for path in self.folder.iterdir()}
        except (FileNotFoundError, NotADirectoryError):
            self._is_known = True
            return None
        except OSError:
            self._say(["the folder of your runs"])
            return None
        self._is_known = True
        if INDEX not in names and not any(map(NAME.fullmatch, names)):
            return None
        try:
            self._index, self._is_damaged = read_index(self.folder), False
        except (OSError, ValueError):
            self._index, self._is_damaged = self._index_of_records(names), INDEX in names
        known_aside = set(self._index["aside"])
        shelf = self._shelf()
        self._adopt(names)
        new = self._aside - known_aside
        parts = ["the list of your runs"] if self._is_damaged else []
        for thing, rest in (("run", ""), ("network", " of an earlier epoch")):
            if number := sum(name.endswith(f".{thing}") for name in new):
                parts.append(count(number, thing) + rest)
        self._say(parts)
        return shelf

    def _shelf(self) -> RunStore:
        """Return the runs that the index names, and those that were set aside and can be read again."""
        index = self._index
        self._aside = {name for name in index["aside"] if not name.endswith(".run")}
        runs: dict[str, Run] = {}
        for name in index["runs"]:
            run = self._run(name)
            if run and (run.id not in runs or trained_as_long(run, runs[run.id])):
                runs[run.id], self._record_of[run.id] = run, name
        for name in (name for name in index["aside"] if name.endswith(".run")):
            run = self._run(name)
            if run and run.id in runs and trained_as_long(runs[run.id], run):
                self._put_aside(name)
            elif run:
                runs[run.id], self._record_of[run.id] = run, name
        undo = None
        if index["undo"] and (old := self._run(index["undo"][0])):
            what, successor = index["undo"][1:3]
            if what == RESET:  # earlier releases took a run out of the list where it was reset
                runs = {old.id: old, **runs}
                if successor in runs:
                    runs[successor] = replace(runs[successor], reset_of=old.id)
            elif successor in runs:
                undo = Undo(old, *index["undo"][1:])
            if old.id in runs:
                self._record_of[old.id] = index["undo"][0]
            else:  # its successor cannot be read
                self._put_aside(index["undo"][0])
        current = index["current"] if index["current"] in runs else next(reversed(runs), "")
        return RunStore(tuple(told_apart(runs.values())), current, undo, index["numbered"])

    def _run(self, name: str) -> Run | None:
        """Return a run, without those of its earlier networks that cannot be read; None: it is set aside."""
        try:
            record = read_json(content(self.folder, name), name)
            params = self._network(record["params"])
            run = run_from(record, params)
            run = replace(run, id=str(record["id"]), reset_of=str(record.get("reset_of", "")))
            files = {int(epoch): file for epoch, file in record.get("kept", {}).items()}
        except (OSError, AttributeError, KeyError, TypeError, ValueError):
            self._put_aside(name)
            return None
        kept, missing = {}, {}
        for epoch, file in files.items():
            try:
                kept[epoch] = run.params if file == record["params"] else self._network(file)
            except (OSError, ValueError):
                missing[str(epoch)] = file
        self._aside |= {file for file in missing.values() if NAME.fullmatch(str(file))}
        self._missing[run.id] = self._missing.get(run.id, {}) | missing  # what can be undone has the same id
        self._own.add(name)
        return replace(run, kept=kept)

    def _network(self, name: str) -> Params:
        params = unpacked(content(self.folder, name))[0]
        self._own.add(name)
        self._aside.discard(name)
        return params

    def _put_aside(self, record: str) -> None:
        """Keep a record that cannot be used, and the networks that it names."""
        self._aside.add(record)
        with contextlib.suppress(OSError, ValueError):
            self._needed |= networks_of(self.folder, record)

    def _adopt(self, names: set[str]) -> None:
        """Take as our own what a killed process left: no record names it, but it is what it is called.

        Where a record cannot be read, any network may be one of its: then none of those here is ever removed.
        """
        if any(name.endswith(".run") and not is_whole(self.folder, name) for name in self._aside):
            self._own = {name for name in self._own if name.endswith(".run")}
            return
        rest = names - self._own - self._aside - self._needed
        self._own |= {name for name in rest if NAME.fullmatch(name) and is_whole(self.folder, name)}

    def _index_of_records(self, names: set[str]) -> dict[str, Any]:
        """Return the index that the records in the folder make, those written last at the end."""
        records = [name for name in names if NAME.fullmatch(name) and name.endswith(".run")]
        records.sort(key=lambda name: ((self.folder / name).lstat().st_mtime_ns, name))
        return FIELDS | {"runs": records}

    def _keep_beside(self, ids: set[str]) -> None:
        """Set aside what lies in the folder and was not known when the lab began.

        Args:
            ids: Those of the runs of the lab.
        """
        self.load()
        for run_id in self._record_of.keys() - ids:
            self._put_aside(self._record_of[run_id])

    def _forget_what_is_gone(self) -> None:
        """Somebody may have removed files, or the whole folder: what is not there is written anew."""
        there = {path.name for path in self.folder.iterdir()}
        self._networks = {key: value for key, value in self._networks.items() if value[1] in there}
        self._records = {key: value for key, value in self._records.items() if value[1] in there}
        self._own &= there
        if INDEX not in there:
            self._written, self._index = b"", self._index | {"unfinished": ""}

    def _begin(self) -> None:
        """See to it that the index names the file that others are written into before they are whole."""
        if self._is_damaged:
            name = secrets.token_hex(16) + ".index"
            (self.folder / INDEX).replace(self.folder / name)
            self._aside.add(name)
            self._is_damaged = False
            self._index["unfinished"] = ""
        if not self._index["unfinished"]:
            entries = self._index | {"aside": sorted(self._aside)}
            unfinished = secrets.token_hex(16) + ".tmp"
            data = json.dumps(entries | {"unfinished": unfinished}).encode()
            write_whole(self.folder / INDEX, data)
            self._index["unfinished"] = unfinished

    def _entries(self, shelf: RunStore, names: dict[int, str]) -> dict[str, Any]:
        """Return the index of a lab, with what a later release has in it."""
        undo = shelf.undo
        return self._index | {
            "version": max(self._index["version"], FIELDS["version"]),
            "runs": [names[id(run)] for run in shelf.runs],
            "current": shelf.current_id,
            "numbered": shelf.numbered,
            "undo": [names[id(undo.run)], undo.what, undo.successor, undo.epoch] if undo else None,
            "aside": sorted(self._aside),
        }

    def _write_index(self, index: dict[str, Any]) -> None:
        data = json.dumps(index).encode()
        if data != self._written:
            self._write(INDEX, data)
            self._written, self._index = data, index

    def _network_file(self, params: Params) -> str:
        return self._put(packed(params, {}), ".network")

    def _record_file(self, run: Run, files: dict[int, str]) -> str:
        kept = {str(epoch): files[id(params)] for epoch, params in run.kept.items()}
        missing = self._missing.get(run.id, {})
        record = run_record(run) | {
            "id": run.id,
            "reset_of": run.reset_of,
            "params": files[id(run.params)],
            "kept": {epoch: file for epoch, file in missing.items() if int(epoch) <= run.epoch} | kept,
        }
        return self._put(json.dumps(record, separators=(",", ":"), allow_nan=False).encode(), ".run")

    def _put(self, data: bytes, suffix: str) -> str:
        """Write a file named by the checksum of its content, unless it is there, and return the name."""
        name = file_name(data, suffix)
        if not is_whole(self.folder, name):
            self._write(name, data)
        self._own.add(name)
        return name

    def _write(self, name: str, data: bytes) -> None:
        write_whole(self.folder / name, data, unfinished=self.folder / self._index["unfinished"])

    def _remove(self, names: set[str]) -> None:
        for name in names:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
                self._own.discard(name)

    def _say(self, parts: list[str]) -> None:
        self.set_aside = SET_ASIDE.format(", ".join(parts)) if parts else ""


def trained_as_long(one: Run, other: Run) -> bool:
    """Return whether one record of a run has all of the training that another one has."""
    return (one.epoch, len(one.schedule)) >= (other.epoch, len(other.schedule))
