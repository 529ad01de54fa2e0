"""What the sweep command can be asked for, besides the settings that all networks share."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """Which of the processes this is."""

    coordinator: str  # HOST:PORT where process 0 listens, as all of them reach it
    num_processes: int
    process_id: int


def add_sweep_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes besides the settings that all networks share."""
    parser.add_argument("--learning-rates", type=listed(float), metavar="RATE,...", dest="rates")
    parser.add_argument("--seeds", type=listed(int), metavar="SEED,...", help="of the first weights")
    parser.add_argument("--initializations", type=listed(str), metavar="NAME,...", help="notebook, scaled")
    parser.add_argument("--seed", type=int, help="of the order of the images, which all networks share")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="keep the networks after every epoch")
    parser.add_argument("--coordinator", metavar="HOST:PORT", help="where process 0 can be reached")
    parser.add_argument("--num-processes", type=int, metavar="N", help="that train this sweep together")
    parser.add_argument("--process-id", type=int, metavar="I", help="which of them this is, from 0")


def listed(kind: Callable) -> Callable[[str], list]:
    """Return what reads values with commas between."""

    def values(text: str) -> list:
        try:
            return [kind(value) for value in text.split(",")]
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be values with commas between. Got {text}.") from None

    return values


def place_of(given: argparse.Namespace) -> Place | None:
    """Return which of several processes this is; None: it is alone.

    Raises:
        ValueError: The arguments do not say it completely.
    """
    parts = (given.coordinator, given.num_processes, given.process_id)
    if all(part is None for part in parts):
        return None
    if any(part is None for part in parts):
        raise ValueError("--coordinator, --num-processes and --process-id must be given together.")
    host, _, port = given.coordinator.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"--coordinator must be HOST:PORT. Got {given.coordinator}.")
    if not 1 <= given.num_processes <= 1000:
        raise ValueError(f"--num-processes must be from 1 to 1000. Got {given.num_processes}.")
    if not 0 <= given.process_id < given.num_processes:
        last = given.num_processes - 1
        raise ValueError(f"--process-id must be from 0 to {last}. Got {given.process_id}.")
    return Place(*parts)
