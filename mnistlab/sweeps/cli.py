"""The command that trains many networks at once, on all devices of one host or of several."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mnistlab.config import TrainConfig
from mnistlab.datasets import Dataset, load_dataset
from mnistlab.files.checkpoints import save
from mnistlab.jobs.memory_limit import free_bytes, require_memory
from mnistlab.jobs.process import keep_freed_memory
from mnistlab.jobs.worker import sentence_of
from mnistlab.runs.run import Run
from mnistlab.sweeps.arguments import Place, place_of
from mnistlab.sweeps.distributed import ProcessLost, gathered, join
from mnistlab.sweeps.runs import begun, with_sweep_epoch
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.sweep import SweepEpoch, members, sweep
from mnistlab.sweeps.table import epoch_line, figures_of, table_lines, title_line
from mnistlab.sweeps.watched import done_by_child, end_at_once, end_with_parent, is_child

OK = 0
ALONE = Place("", 1, 0)
LOST = "The sweep ended because another process of it was lost."


def run_sweep(given: argparse.Namespace, config: TrainConfig) -> int:
    """Train the networks that the arguments ask for and return the exit status."""
    try:
        configs = configs_of(given, config)
        place = place_of(given)
    except ValueError as error:
        given.parser.error(str(error))
    if given.save:
        given.save.mkdir(parents=True, exist_ok=True)
    if place is None:
        return train_networks(configs, load_dataset(config.dataset, given.data_dir), given.save)
    if not is_child():
        log = given.save / f"process-{place.process_id}.log" if given.save else None
        return done_by_child(sys.argv[1:], log, f"{LOST} {kept_sentence(given.save)}")
    return train_together(configs, given, place)


def configs_of(given: argparse.Namespace, config: TrainConfig) -> tuple[TrainConfig, ...]:
    """Return the settings of each network.

    Raises:
        ValueError: One of them is out of bounds, or there are too many.
    """
    rates, seeds = given.rates or [config.learning_rate], given.seeds or [config.seed]
    return members(config, rates, seeds, given.initializations or ())


def train_together(configs: Sequence[TrainConfig], given: argparse.Namespace, place: Place) -> int:
    """Train with other processes; where one of them is lost, or this one fails, end without waiting."""
    end_with_parent()
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
    for number in epoch.numbers:
        save(runs[number], folder / f"network-{number + 1:02}.safetensors")


def kept_sentence(folder: Path | None) -> str:
    """Return what is left of a sweep that was broken off."""
    return f"The epochs that were finished are saved in {folder}." if folder else "Nothing was saved."
