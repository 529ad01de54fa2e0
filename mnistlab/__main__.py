"""The lab without a browser: python -m mnistlab train | sweep | evaluate | predict | data."""

from mnistlab import interruption

if __name__ == "__main__":
    interruption.watch()  # all that is imported below takes a second, in which Ctrl-C would be a traceback

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mnistlab.data.datasets import COMBINED, DATASETS
from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.training import Epoch, Step, initial_params, train
from mnistlab.operating_system import free_bytes, keep_freed_memory, one_thread_per_operation
from mnistlab.sweeps.cli import INITIALIZATION, add_sweep_arguments, kept_sentence, require_place, run_sweep

OK, FAILED = 0, 1
BAR = 40  # characters


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit status."""
    if arguments is None:  # the process is a command's, and no test's
        interruption.watch()
        if isinstance(sys.stdout, io.TextIOWrapper):  # where there is no é, \\xe9, as on standard error
            sys.stdout.reconfigure(errors="backslashreplace")
        keep_compiled_operations()
    given = build_parser().parse_args(arguments)
    try:
        status = given.command(given)
        sys.stdout.flush()
        return status
    except ValueError as error:  # every error that a user can cause is one sentence
        print(f"mnistlab: {error}", file=sys.stderr)
    except OSError as error:
        print(f"mnistlab: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:  # the disk is full, or the reader has left: at exit Python would try again and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m mnistlab", description="A lab bench for a neural network."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    trainer = commands.add_parser("train", help="train a network and print the notebook's log")
    trainer.set_defaults(command=train_command, parser=trainer)
    add_settings(trainer)
    trainer.add_argument("--initialization", help=INITIALIZATION)
    trainer.add_argument("--learning-rate", type=float, help="of the gradient summed over the mini-batch")
    trainer.add_argument("--seed", type=int, help="random seed of the weights and of the order of the images")
    trainer.add_argument(
        "--patience", type=int, help="early stopping: epochs without a lower test cost; 0 trains to the end"
    )
    trainer.add_argument(
        "--restore-best",
        action=argparse.BooleanOptionalAction,
        help="early stopping: then keep the weights of the epoch with the lowest test cost",
    )
    trainer.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="keep the network after every epoch, as .safetensors; a network of this lab gives way to it",
    )
    add_force(trainer)
    add_data_arguments(trainer)

    sweeper = commands.add_parser("sweep", help="hyperparameter sweep: train many networks at once")
    sweeper.set_defaults(command=sweep_command, parser=sweeper)
    add_settings(sweeper)
    add_sweep_arguments(sweeper)
    add_force(sweeper)
    add_data_arguments(sweeper)

    evaluate = commands.add_parser("evaluate", help="print test cost and correct labels of a saved network")
    evaluate.set_defaults(command=evaluate_command, parser=evaluate)
    evaluate.add_argument("network", type=Path, metavar="FILE")
    add_data_arguments(evaluate)

    predict = commands.add_parser("predict", help="predict the digits in pictures with a saved network")
    predict.set_defaults(command=predict_command, parser=predict)
    predict.add_argument("network", type=Path, metavar="NETWORK")
    predict.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    predict.add_argument(
        "--json",
        action="store_true",
        help="print one list of records: file, digit or null, decision, the ten outputs, and an error if any",
    )

    data = commands.add_parser("data", help="fetch MNIST and verify it")
    data.set_defaults(command=data_command, parser=data)
    data.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="verify the four files in this folder instead"
    )
    return parser


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add what lets any file give way to a network that is saved."""
    parser.add_argument("--force", action="store_true", help="--save takes the place of any other file, too")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the settings that all networks of a sweep share."""
    parser.add_argument("--preset", choices=PRESETS, default="notebook", help="settings to begin with")
    parser.add_argument(
        "--hidden", type=widths, help="widths of the hidden layers, as in 100 or 100,50, or none"
    )
    names = ", ".join(ACTIVATIONS)
    parser.add_argument("--activation", help=f"activation function of the hidden layers: {names}")
    parser.add_argument("--scaling", help="input scaling: raw (none, 0..255) or unit (1/255, 0..1)")
    parser.add_argument("--epochs", type=int, dest="num_epochs", help="passes through the training set")
    parser.add_argument("--batch-size", type=int, help="mini-batch size")
    parser.add_argument("--train-size", type=int, help="training set size, from the first image on")


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of the digits."""
    parser.add_argument("--dataset", choices=DATASETS, help="MNIST, digits that the lab generates, or both")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder with MNIST's four .gz files")


def widths(text: str) -> tuple[int, ...]:
    """Return the widths in a text such as 100,50."""
    try:
        return () if text == "none" else tuple(int(width) for width in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be whole numbers with commas between. Got {text}.") from None


def config_of(given: argparse.Namespace) -> TrainConfig:
    """Return the settings that the arguments ask for; a bad one ends the program with status 2."""
    names = TrainConfig.__dataclass_fields__
    chosen = {name: value for name, value in vars(given).items() if name in names and value is not None}
    try:
        return replace(PRESETS[given.preset], **chosen)
    except ValueError as error:
        parser: argparse.ArgumentParser = given.parser
        parser.error(str(error))


def train_command(given: argparse.Namespace) -> int:
    """Train, and print the log as it comes."""
    one_thread_per_operation()
    keep_freed_memory()
    config = config_of(given)
    from mnistlab.data.datasets import load_dataset
    from mnistlab.jobs.memory_limit import require_memory
    from mnistlab.jobs.transitions import no_better_sentence, with_measured
    from mnistlab.runs import checkpoints
    from mnistlab.runs.export import log_lines
    from mnistlab.runs.run import new_run, with_weights_of

    try:
        if given.save:
            require_place(given.save, given.force)
    except ValueError as error:
        given.parser.error(str(error))
    interruption.kept = kept_sentence(None)
    require_memory(config, free_bytes(), num_labs=1, num_workers=1)
    dataset = load_dataset(config.dataset, given.data_dir)
    run = new_run(config, initial_params(config), "")
    for epoch in drawing_ahead(train(config, dataset, watched=progress_bar), config):
        print("\n".join(log_lines(epoch.metrics)), flush=True)
        if not run.broken_in:
            run = with_measured(run, epoch)
        if stopped := no_better_sentence(run, 0):
            print(stopped, file=sys.stderr)
            if config.restore_best:
                run = with_weights_of(run, run.best_epoch)
        if given.save and epoch.metrics.epoch:
            with interruption.postponed():
                checkpoints.save(run, given.save)
                interruption.kept = kept_sentence(given.save)
        if stopped:
            break
    return OK


def drawing_ahead(epochs: Iterator[Epoch], config: TrainConfig) -> Iterator[Epoch]:
    """Pass the epochs of a training through; where it has new images, a child makes those of the next."""
    if config.dataset != COMBINED:
        yield from epochs
        return
    from mnistlab.data.combined import draw_all
    from mnistlab.data.synthetic.handwriting import children

    child, drawn = children(1), None
    try:
        for epoch in epochs:
            yield epoch
            done = epoch.metrics.epoch
            with suppress(OSError, RuntimeError):  # where there is no child, training makes them itself
                if drawn:
                    if not drawn.done():
                        print(f"Waiting for the generated images of epoch {done + 1}.", file=sys.stderr)
                    drawn.result()
                ahead = done + 1 < config.num_epochs
                drawn = ahead and child.submit(draw_all, config.seed_of_order, done + 1, config.train_size)
    finally:
        child.shutdown(kill_workers=True)


def sweep_command(given: argparse.Namespace) -> int:
    """Train many networks at once."""
    return run_sweep(given, config_of(given))


def progress_bar(steps: Iterator[Step]) -> Iterator[Step]:
    """Pass the steps of an epoch through, and show on a terminal how many are done."""
    shown = sys.stderr.isatty()
    for step in steps:
        if shown and (step.index % 20 == 0 or step.index == step.num_steps):
            done = BAR * step.index // step.num_steps
            bar = "#" * done + "-" * (BAR - done)
            print(f"\r[{bar}] {step.index} / {step.num_steps}", end="", file=sys.stderr, flush=True)
        yield step
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def evaluate_command(given: argparse.Namespace) -> int:
    """Print the last two lines of the log for a saved network."""
    from mnistlab.data.datasets import load_dataset
    from mnistlab.engine.evaluation import evaluate
    from mnistlab.runs import checkpoints
    from mnistlab.runs.export import score_lines

    run = checkpoints.load(given.network)
    dataset = load_dataset(given.dataset or run.config.dataset, given.data_dir)
    beside = dataset.generated_test and evaluate(run.params, dataset.generated_test, run.config)
    print("\n".join(score_lines(evaluate(run.params, dataset.test, run.config), beside)))
    return OK


def predict_command(given: argparse.Namespace) -> int:
    """Print what a saved network makes of each picture."""
    from mnistlab.prediction import print_predictions
    from mnistlab.runs import checkpoints

    run = checkpoints.load(given.network)
    return OK if print_predictions(run, given.pictures, given.json) else FAILED


def data_command(given: argparse.Namespace) -> int:
    """Fetch MNIST where it is not here yet, verify it, and say what there is."""
    from mnistlab.data.datasets import load_mnist
    from mnistlab.data.mnist.downloads import download_mnist

    if given.data_dir:
        dataset = load_mnist(given.data_dir)
    else:
        dataset = download_mnist(progress=lambda status: print(status.message, file=sys.stderr, flush=True))
    shape, kind = dataset.train.images.shape, dataset.train.images.dtype
    print(f"{dataset.name}: {dataset.source}")
    print(f"training {shape} {kind}, test {dataset.test.images.shape}")
    return OK


if __name__ == "__main__":
    sys.exit(main())
