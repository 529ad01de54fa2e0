"""What a saved network makes of files with pictures, decided as on the Predict page; for the command line."""

import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mnistlab.analysis.decision import DIGIT, NO_OUTPUT, TORN, Verdict, either, verdict
from mnistlab.data.framing import frame
from mnistlab.data.image_loading import MAX_BYTES, read_picture
from mnistlab.engine.evaluation import activations_of
from mnistlab.runs.named_file import content_of
from mnistlab.runs.run import Run

NO_INK = "no ink"


class Prediction(NamedTuple):
    """What became of one picture."""

    file: str
    digit: int | None = None  # where the network settles on one
    decision: str | None = None  # DIGIT, or why there is none
    outputs: list[float] | None = None  # (10,)
    error: str | None = None  # why the file was not read


def predictions(run: Run, files: Iterable[Path]) -> Iterator[Prediction]:
    """Return what a network makes of each file; one that cannot be read has an error and stops no other."""
    for file in files:
        try:
            framed = frame(read_picture(content_of(file, MAX_BYTES, "A picture")))
        except OSError as error:
            yield Prediction(str(file), error=f"{error.strerror or error}.")
        except ValueError as error:
            yield Prediction(str(file), error=str(error))
        else:
            yield Prediction(str(file), decision=NO_INK) if framed is None else _read(run, file, framed)


def _read(run: Run, file: Path, framed: np.ndarray) -> Prediction:
    outputs = activations_of(run.params, framed[None], run.config)[0]
    found = verdict(outputs)
    digit = found.digit if found.kind == DIGIT else None
    return Prediction(str(file), digit, decision(found), [float(output) for output in outputs])


def decision(found: Verdict) -> str:
    """Return what ten outputs say: a digit, or why none."""
    if found.kind == TORN:
        return f"ambiguous: {either(found)}"
    return DIGIT if found.kind == DIGIT else NO_OUTPUT


def print_predictions(run: Run, files: Iterable[Path], as_json: bool) -> bool:
    """Print what a network makes of each file, and return whether all could be read.

    Args:
        run: The network with its settings.
        files: Pictures.
        as_json: One list of records in place of a line for each file.
    """
    done = []
    for found in predictions(run, files):
        done.append(found)
        if found.error:
            print(f"mnistlab: {found.file}: {found.error}", file=sys.stderr)
        elif not as_json:
            print(line_of(found), flush=True)
    if as_json:
        print(json.dumps([record_of(found) for found in done], indent=1))
    return not any(found.error for found in done)


def line_of(found: Prediction) -> str:
    """Return a prediction as columns: the file, the digit or why there is none, the outputs."""
    answer = str(found.decision if found.digit is None else found.digit)
    outputs = " ".join(f"{output:.4f}" for output in found.outputs or ())
    return "\t".join(filter(None, (found.file, answer, outputs)))


def record_of(found: Prediction) -> dict[str, Any]:
    """Return a prediction as values for JSON; an output that is no number is null."""
    values = found._asdict()
    if found.outputs:
        values["outputs"] = [output if math.isfinite(output) else None for output in found.outputs]
    if not found.error:
        del values["error"]
    return values
