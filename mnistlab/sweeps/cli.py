"""The command that trains many networks at once: its arguments, what it does, and what it prints."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from mnistlab import interruption
from mnistlab.analysis.formatting import count
from mnistlab.data.datasets import Dataset, load_dataset
from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.memory_limit import require_memory
from mnistlab.jobs.worker import sentence_of
from mnistlab.operating_system import end_with, free_bytes, keep_freed_memory
from mnistlab.runs.checkpoints import NetworkFileError, load, save
from mnistlab.runs.run import Run
from mnistlab.sweeps.distributed import (
    Place,
    ProcessLost,
    done_by_child,
    end_at_once,
    gathered,
    join,
    parent_of_child,
)
from mnistlab.sweeps.metrics import SweepEpoch
from mnistlab.sweeps.runs import begun, with_sweep_epoch
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.sweep import members, sweep

OK = 0
ALONE = Place("", 1, 0)
INITIALIZATION = (
    "weight initialization: standard deviation 0.01 (notebook) or 1/sqrt(n) (scaled, LeCun normal)"
)
LOST = "The sweep ended because another process of it was lost."
VARIED = ("initialization", "learning_rate", "seed")
COST, CORRECT, BROKEN_IN = range(3)  # the figures of a network


def add_sweep_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes besides the settings that all networks share."""
    parser.add_argument("--learning-rates", type=listed(float), metavar="RATE,...", dest="rates")
    parser.add_argument("--seeds", type=listed(int), metavar="SEED,...", help="random seeds of the weights")
    parser.add_argument("--initializations", type=listed(str), metavar="NAME,...", help=INITIALIZATION)
    parser.add_argument("--seed", type=int, help="random seed of the image order, which all networks share")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FOLDER",
        help="keep the networks after every epoch, in place of earlier ones",
    )
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


def run_sweep(given: argparse.Namespace, config: TrainConfig) -> int:
    """Train the networks that the arguments ask for and return the exit status."""
    try:
        rates, seeds = given.rates or [config.learning_rate], given.seeds or [config.seed]
        configs = members(config, rates, seeds, given.initializations or ())
        place = place_of(given)
        if given.save:
            given.save.mkdir(parents=True, exist_ok=True)
            for number in range(len(configs)):
                require_place(network_path(given.save, number), given.force)
    except ValueError as error:
        given.parser.error(str(error))
    except OSError as error:
        given.parser.error(f"--save must be a folder. Got {given.save}: {error.strerror or error}.")
    interruption.kept = kept_sentence(given.save)
    if place is None:
        return train_networks(configs, load_dataset(config.dataset, given.data_dir), given.save)
    if not parent_of_child():
        log = given.save / f"process-{place.process_id}.log" if given.save else None
        return done_by_child(sys.argv[1:], log, f"{LOST} {kept_sentence(given.save)}")
    return train_together(configs, given, place)


def train_together(configs: Sequence[TrainConfig], given: argparse.Namespace, place: Place) -> int:
    """Train with other processes; where one of them is lost, or this one fails, end without waiting."""
    end_with(parent_of_child())
    try:
        dataset = load_dataset(configs[0].dataset, given.data_dir)
        join(place)
        return train_networks(configs, dataset, given.save, place)
    except ProcessLost:
        end_at_once(f"{LOST} {kept_sentence(given.save)}")
    except Exception as error:  # whatever it is, the others must not wait for this process
        end_at_once(sentence_of(error))


def train_networks(
    configs: Sequence[TrainConfig], dataset: Dataset, folder: Path | None, place: Place = ALONE
) -> int:
    """Train, save and print epoch by epoch; of several processes the first one prints."""
    keep_freed_memory()
    spread, num_images = Spread(), len(dataset.test.labels)
    if spread.devices[0].platform == "cpu":  # the memory of other devices is theirs
        here = -(-len(configs) // place.num_processes)
        require_memory(configs[0], free_bytes(), num_labs=1, num_workers=1, num_networks=here)
    speaks = place.process_id == 0
    if speaks:
        print(title_line(configs, len(spread.devices), place.num_processes), flush=True)
    runs = begun(configs)
    figures: np.ndarray  # of all networks, after the latest epoch
    for epoch in sweep(configs, dataset, spread):
        runs = with_sweep_epoch(runs, epoch)
        if folder and epoch.epoch:
            save_networks(runs, epoch, folder)
        mine = figures_of([runs[number] for number in epoch.numbers])
        figures = gathered(mine, len(runs), spread)
        if speaks:
            num_epochs = configs[0].num_epochs
            print(epoch_line(epoch.epoch, num_epochs, epoch.seconds, figures, num_images), flush=True)
    if speaks:
        print("\n".join(table_lines(configs, figures, num_images)), flush=True)
    return OK


def save_networks(runs: Sequence[Run], epoch: SweepEpoch, folder: Path) -> None:
    """Write the networks of this process, each with its settings and history."""
    with interruption.postponed():
        for number in epoch.numbers:
            save(runs[number], network_path(folder, number))


def network_path(folder: Path, number: int) -> Path:
    """Return where a network of a sweep is saved."""
    return folder / f"network-{number + 1:02}.safetensors"


def require_place(path: Path, force: bool) -> None:
    """Raise ValueError unless a network can be saved there, and nothing of anybody else is lost.

    Args:
        path: Where; a network of this lab there is one that may go.
        force: Whether any other file may go as well.
    """
    if not path.parent.is_dir():
        raise ValueError(f"--save must be in a folder that exists. Got {path}.")
    if path.exists() and not path.is_file():
        raise ValueError(f"--save must be a file. Got {path}, which is something else.")
    try:
        TemporaryFile(dir=path.parent).close()
        if not force and path.exists() and path.stat().st_size:
            load(path)
    except OSError as error:
        raise ValueError(
            f"--save must be where files can be written. Got {path}: {error.strerror or error}."
        ) from error
    except NetworkFileError as error:
        raise ValueError(
            f"--save must be a new file or a network of this lab. Got {path}; --force takes its place."
        ) from error


def kept_sentence(folder: Path | None) -> str:
    """Return what is left of a sweep that was broken off."""
    return f"The epochs that were finished are saved in {folder}." if folder else "Nothing was saved."


def figures_of(runs: Sequence[Run]) -> np.ndarray:
    """Return cost, correct test images, and epoch at which it diverged (0: none) of each run, (K, 3)."""
    tests = [run.history[-1].test for run in runs]
    rows = [(test.cost, test.num_correct, run.broken_in) for test, run in zip(tests, runs, strict=True)]
    return np.array(rows, float).reshape(-1, 3)


def ranked(figures: np.ndarray) -> list[int]:
    """Return the numbers of the networks, from the highest test accuracy down, diverged ones last."""
    return np.lexsort((-figures[:, CORRECT], figures[:, BROKEN_IN] > 0)).tolist()


def title_line(configs: Sequence[TrainConfig], num_devices: int, num_processes: int) -> str:
    """Return what is about to be done."""
    config, processes = configs[0], f" of {num_processes} processes" if num_processes > 1 else ""
    widths = "-".join(map(str, config.dimensions))
    return (
        f"{count(len(configs), 'network')} of {widths} on {count(num_devices, 'device')}{processes}, "
        f"{count(config.num_epochs, 'epoch')}"
    )


def epoch_line(epoch: int, num_epochs: int, seconds: float, figures: np.ndarray, num_images: int) -> str:
    """Return one line about all networks after an epoch."""
    order = ranked(figures)
    best, worst = (f"{figures[number, CORRECT] / num_images:.2%}" for number in (order[0], order[-1]))
    broken = int((figures[:, BROKEN_IN] > 0).sum())
    words = f", {broken} diverged" if broken else ""
    took = f" in {seconds:.1f} s" if epoch else ""
    return f"epoch {epoch} of {num_epochs}{took}: test accuracy best {best}, worst {worst}{words}"


def table_lines(configs: Sequence[TrainConfig], figures: np.ndarray, num_images: int) -> list[str]:
    """Return a row for each network, the best first: its number, settings, test cost and test accuracy."""
    head = ["network", *(name.replace("_", " ") for name in VARIED), "test cost", "test accuracy"]
    rows = [head, *(table_row(number, configs, figures, num_images) for number in ranked(figures))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def table_row(number: int, configs: Sequence[TrainConfig], figures: np.ndarray, num_images: int) -> list[str]:
    """Return the cells of one network."""
    config, (cost, correct, broken_in) = configs[number], figures[number]
    settings = [config.initialization, f"{config.learning_rate:g}", str(config.seed)]
    right = f"diverged at epoch {broken_in:.0f}" if broken_in else f"{correct:.0f} / {num_images}"
    return [str(number + 1), *settings, f"{cost:.6f}", right]
