"""The command line, run as a user runs it."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mnistlab.__main__ import main
from mnistlab.analysis.decision import DIGIT, verdict
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import initialize_network
from mnistlab.prediction import decision
from tests.conftest import MNIST_FOLDER, REPOSITORY


def mnistlab(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "mnistlab", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=300,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory, generated):
    """A network trained for two epochs on few digits, as saved by the command, and what was printed."""
    path = tmp_path_factory.mktemp("networks") / "small.safetensors"
    done = mnistlab(
        *("train", "--dataset", "generated", "--hidden", "20", "--epochs", 2, "--train-size", 2000),
        *("--scaling", "unit", "--initialization", "scaled", "--learning-rate", 0.02, "--batch-size", 20),
        *("--save", path),
    )
    assert done.returncode == 0, done.stderr
    return path, done.stdout.splitlines()


def test_train_prints_the_notebooks_log(trained):
    _, lines = trained
    assert [line.split(":")[0].rstrip("0123456789 ") for line in lines] == [
        "Initial cost",
        "Correctly predicted labels",
        *["Episode", "Current cost", "Correctly predicted labels"] * 2,
    ]
    assert [line for line in lines if line.startswith("Episode")] == ["Episode 0", "Episode 1"]
    assert lines[-1].endswith(" / 10000")


def test_evaluate_prints_the_last_two_lines_again(trained, capsys):
    path, lines = trained
    assert main(["evaluate", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == lines[-2:]


def test_early_stopping_ends_the_training_and_the_best_weights_are_saved(tmp_path, generated, capsys):
    path = tmp_path / "best.safetensors"
    done = mnistlab(
        *("train", "--dataset", "generated", "--hidden", "20", "--epochs", 9, "--train-size", 500),
        *("--scaling", "unit", "--initialization", "scaled", "--learning-rate", 0.5, "--batch-size", 50),
        *("--patience", 1, "--restore-best", "--save", path),
    )
    costs = [float(line.split(": ")[1]) for line in done.stdout.splitlines() if "cost" in line]
    assert 2 <= len(costs) < 10, "else this test needs another learning rate"
    assert costs.index(min(costs)) == len(costs) - 2
    assert "early stopping" in done.stderr
    assert main(["evaluate", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"Current cost: {min(costs):.6f}")


def test_predict_reads_pictures(trained, generated, tmp_path):
    path, _ = trained
    digit, blank = tmp_path / "digit.png", tmp_path / "blank.png"
    Image.fromarray(255 - np.kron(generated.test.images[0], np.ones((10, 10), np.uint8))).save(digit)
    Image.new("L", (280, 280), 255).save(blank)
    done = mnistlab("predict", path, digit, blank)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    name, answer, activations = first.split("\t")
    assert name == str(digit)
    assert len(activations.split()) == 10
    outputs = np.array([float(a) for a in activations.split()])
    words = decision(verdict(outputs))
    assert answer == (words if words != DIGIT else str(outputs.argmax()))
    assert second == f"{blank}\tno ink"


def test_the_notebook_preset_prints_its_two_figures_on_real_mnist(mnist):
    done = mnistlab("train", "--epochs", 1, "--train-size", 128, "--data-dir", MNIST_FOLDER)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == [
        "Initial cost: 2.478697",
        "Correctly predicted labels: 830 / 10000",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--hidden", "0"),
        ("--hidden", "100000"),
        ("--hidden", "ten"),
        ("--learning-rate", "nan"),
        ("--learning-rate", "-1"),
        ("--epochs", "0"),
        ("--batch-size", "60001"),
        ("--train-size", "0"),
        ("--seed", "4294967296"),
        ("--activation", "cube"),
        ("--save", "no/such/folder/x.safetensors"),
        ("--no-such-option",),
    ],
    ids=" ".join,
)
def test_bad_arguments_end_with_status_2_and_a_sentence(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(["train", "--dataset", "generated", *arguments])
    assert end.value.code == 2
    assert "error:" in capsys.readouterr().err.splitlines()[-1]


def test_failures_end_with_status_1_and_a_sentence(tmp_path, capsys):
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"this is no network")
    for arguments in (
        ("evaluate", tmp_path / "absent.safetensors"),
        ("evaluate", wrong),
        ("predict", wrong, tmp_path / "absent.png"),
        ("train", "--data-dir", tmp_path, "--epochs", 1),
        ("data", "--data-dir", tmp_path),
    ):
        assert main([*map(str, arguments)]) == 1, arguments
        (sentence,) = capsys.readouterr().err.splitlines()
        assert sentence.startswith("mnistlab: ")


def test_a_saved_network_keeps_its_settings(trained):
    from mnistlab.runs import checkpoints

    run = checkpoints.load(trained[0])
    assert run.config == TrainConfig(
        dataset="generated",
        hidden=(20,),
        num_epochs=2,
        train_size=2000,
        scaling="unit",
        initialization="scaled",
        learning_rate=0.02,
        batch_size=20,
    )
    first = initialize_network((784, 20, 10), initialization="scaled")
    assert run.params[0].weights.shape == first[0].weights.shape
    assert [metrics.epoch for metrics in run.history] == [0, 1, 2]
