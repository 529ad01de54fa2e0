"""A lab in a folder: every finished epoch, so that no end of the process loses it.

The folder holds `lab.json`, and beside it files that are named by the checksum of their content and never
change: one for each run's record, one for each network. `lab.json` says which of them are the lab. It is
replaced in one go when they are on the disk, so at every moment the folder holds one whole lab.
"""

import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnistlab.files.atomic_file import UNFINISHED, private_folder, write_whole
from mnistlab.files.checkpoints import run_from
from mnistlab.files.records import run_record
from mnistlab.files.weights import NetworkFileError, packed, read_json, unpacked
from mnistlab.network import Params
from mnistlab.runs.run import Run
from mnistlab.runs.run_store import RunStore, Undo

INDEX = "lab.json"
MAX_INDEX_BYTES = 2**20


class Autosave:
    """The folder of one lab. It remembers what lies there, so that only what is new is written."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._networks: dict[int, tuple[Params, str]] = {}  # id of a network -> the network, its file
        self._records: dict[int, tuple[Run, str]] = {}  # id of a run -> the run, its file
        self._index = b""

    def save(self, shelf: RunStore) -> None:
        """Write what is new in the lab, then forget what is no more part of it.

        Raises:
            OSError: It cannot be written; the folder holds the lab as it was.
        """
        private_folder(self.folder)
        self._forget_what_is_gone()
        networks, records = {}, {}
        runs = [*shelf.runs, *([shelf.undo.run] if shelf.undo else [])]
        for run in runs:
            for params in (run.params, *run.kept.values()):
                networks[id(params)] = self._networks.get(id(params)) or (params, self._network_file(params))
            files = {id(params): networks[id(params)][1] for params in (run.params, *run.kept.values())}
            records[id(run)] = self._records.get(id(run)) or (run, self._record_file(run, files))
        index = _index(shelf, {key: name for key, (_, name) in records.items()})
        if index != self._index:
            write_whole(self.folder / INDEX, index)
        self._networks, self._records, self._index = networks, records, index
        self._sweep()

    def _forget_what_is_gone(self) -> None:
        """Somebody may have removed files, or the whole folder: what is not there is written anew."""
        there = {path.name for path in self.folder.iterdir()}
        self._networks = {key: value for key, value in self._networks.items() if value[1] in there}
        self._records = {key: value for key, value in self._records.items() if value[1] in there}
        if INDEX not in there:
            self._index = b""

    def load(self) -> RunStore | None:
        """Return the lab in the folder, or None where there is none; a damaged run is left out."""
        index = _read_index(self.folder / INDEX)
        if index is None:
            return None
        runs = [run for name in index["runs"] if (run := self._run(name)) is not None]
        ids = {run.id for run in runs}
        current = index["current"] if index["current"] in ids else (runs[-1].id if runs else "")
        undo = None
        if index["undo"] and index["undo"][2] in ids and (old := self._run(index["undo"][0])):
            undo = Undo(old, *index["undo"][1:])
        return RunStore(tuple(runs), current, frozenset(index["hidden"]) & ids, undo, index["numbered"])

    def _network_file(self, params: Params) -> str:
        return self._put(packed(params, {}), ".network")

    def _record_file(self, run: Run, files: dict[int, str]) -> str:
        record = run_record(run) | {
            "id": run.id,
            "params": files[id(run.params)],
            "kept": {str(epoch): files[id(params)] for epoch, params in run.kept.items()},
        }
        return self._put(json.dumps(record, separators=(",", ":"), allow_nan=False).encode(), ".run")

    def _put(self, data: bytes, suffix: str) -> str:
        """Write a file named by the checksum of its content, unless it is there, and return the name."""
        name = hashlib.sha256(data).hexdigest()[:32] + suffix
        if not (self.folder / name).exists():
            write_whole(self.folder / name, data)
        return name

    def _content(self, name: str) -> bytes:
        """Return what is in a file, which is what its name says."""
        data = (self.folder / Path(name).name).read_bytes()
        if hashlib.sha256(data).hexdigest()[:32] != Path(name).stem:
            raise NetworkFileError(f"{name} must be as it was written. Got a damaged file.")
        return data

    def _run(self, name: str) -> Run | None:
        """Return a run, without those of its earlier networks that are damaged."""
        try:
            record = read_json(self._content(name), name)
            params = self._network(record["params"])
            run = replace(run_from(record, params), id=str(record["id"]))
        except (OSError, KeyError, TypeError, ValueError):
            return None
        kept = {}
        for epoch, file in record.get("kept", {}).items():
            with contextlib.suppress(OSError, ValueError):
                kept[int(epoch)] = run.params if file == record["params"] else self._network(file)
        return replace(run, kept=kept)

    def _network(self, name: str) -> Params:
        return unpacked(self._content(name))[0]

    def _sweep(self) -> None:
        """Remove what is not part of the lab."""
        wanted = {INDEX} | {name for _, name in (*self._networks.values(), *self._records.values())}
        for path in self.folder.iterdir():
            if path.name not in wanted and (path.suffix in (".run", ".network", UNFINISHED)):
                with contextlib.suppress(OSError):
                    path.unlink()


def _index(shelf: RunStore, names: dict[int, str]) -> bytes:
    undo = shelf.undo
    return json.dumps(
        {
            "runs": [names[id(run)] for run in shelf.runs],
            "current": shelf.current_id,
            "hidden": sorted(shelf.hidden),
            "numbered": shelf.numbered,
            "undo": [names[id(undo.run)], undo.what, undo.successor, undo.epoch] if undo else None,
        }
    ).encode()


def _read_index(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > MAX_INDEX_BYTES:
            return None
        index: dict[str, Any] = read_json(path.read_bytes(), INDEX)
        shape = {"runs": list, "current": str, "hidden": list, "numbered": int, "undo": list | None}
        if not all(isinstance(index[name], kind) for name, kind in shape.items()):
            return None
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return index
