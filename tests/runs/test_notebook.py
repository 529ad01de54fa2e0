"""The notebook of a run: it stands alone, and run by Jupyter it prints the run's figures again."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.data.datasets import Dataset, Split, combined
from mnistlab.data.user_digits import own_digit_steps
from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import initial_params, train
from mnistlab.runs import notebook as notebooks
from mnistlab.runs.export import log_text
from mnistlab.runs.notebook import has_data, notebook, notebook_file
from mnistlab.runs.run import OwnDigits, SettingChange, new_run, with_epoch
from tests.conftest import COMPILED, MNIST_FOLDER

nbformat = pytest.importorskip("nbformat")
SETTINGS = TrainConfig(
    hidden=(12, 9),
    activation="silu",
    num_epochs=2,
    train_size=3_000,
    batch_size=32,
    scaling="unit",
    initialization="scaled",
    learning_rate=0.02,
)
PATIENCE = 300  # seconds for a cell


def run_of(config, dataset, name="Mine"):
    run = new_run(config, initial_params(config), name)
    for epoch in train(config, dataset):
        run = with_epoch(run, epoch.metrics, epoch.params)
    return run


def goes_on(run, dataset, config):
    """A run after one more epoch with other settings."""
    _, epoch = train(replace(config, num_epochs=1), dataset, run.params, run.epoch)
    return with_epoch(run, epoch.metrics, epoch.params)


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def executed(text, folder):
    """A notebook after Jupyter has run it in a folder, with no package of ours to be found."""
    nbclient = pytest.importorskip("nbclient")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    book.cells.insert(0, nbformat.v4.new_code_cell("import sys\nsys.modules['mnistlab'] = None"))
    client = nbclient.NotebookClient(
        book, timeout=PATIENCE, iopub_timeout=PATIENCE, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return book


@pytest.fixture(autouse=True)
def environment_of_jupyter(monkeypatch):
    """Charts go where Jupyter wants them, whatever a test before has asked of matplotlib for this process."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    for name, value in COMPILED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def small(monkeypatch, generated):
    """The generated digits, fewer of them."""
    sizes = (generated.train, 3_000), (generated.test, 500)
    parts = (Split(*(part[:number] for part in split)) for split, number in sizes)
    dataset = Dataset(generated.name, generated.source, *parts)
    monkeypatch.setattr(notebooks, "load_dataset", lambda name: dataset)
    return dataset


def test_a_run_on_mnist_is_repeated_by_its_notebook_to_the_last_printed_digit(mnist, tmp_path):
    run = run_of(replace(SETTINGS, dataset="mnist"), mnist)
    assert not has_data(run)
    for path in MNIST_FOLDER.glob("*.gz"):
        (tmp_path / path.name).symlink_to(path)
    book = executed(notebook_file(run).decode(), tmp_path)
    *_, training, curves = book.cells
    assert printed(training) == log_text(run)
    assert "image/png" in curves.outputs[0].data


def test_changes_on_the_way_and_own_digits_are_repeated_with_the_digits_beside(small, tmp_path):
    config = replace(SETTINGS, dataset="generated", order_seed=5)
    run = run_of(config, small)
    images, labels = small.test.images[:3], small.test.labels[:3]
    for step in own_digit_steps(
        run.params, images, labels, small.train, config, epoch=2, number=0, num_steps=4
    ):
        params = step.params
    learned = OwnDigits(2, images, labels, 4, config.learning_rate, 0.0, 0.0, 0.0, 0.0)
    slower = SettingChange(3, "learning_rate", 0.005)
    run = replace(run, params=params, schedule=(learned, slower))
    run = goes_on(run, small, replace(config, learning_rate=0.005))
    with zipfile.ZipFile(io.BytesIO(notebook_file(run))) as archive:
        archive.extractall(tmp_path)
    book = executed((tmp_path / f"mnistlab-{run.title}.ipynb").read_text(), tmp_path)
    assert printed(book.cells[-2]) == log_text(run)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_activation_stands_in_it_as_in_the_engine(hidden):
    run = new_run(replace(SETTINGS, activation=hidden), initial_params(SETTINGS), "")
    cells = [cell.source for cell in nbformat.reads(notebook(run), as_version=4).cells]
    (table,) = [source for source in cells if "ACTIVATIONS = {" in source]
    names = {"Array": object, "Callable": dict, "NamedTuple": tuple, "np": np}
    code = table[table.index("def sigmoid") : table.index("class Layer")].replace("(NamedTuple)", "")
    code = code.replace("Activation(\n", "(\n")
    exec("from jax import lax\n" + code, names)
    z = np.linspace(-3, 3, 13, dtype=np.float32)
    function, slope = names["ACTIVATIONS"][hidden]
    assert np.array_equal(function(z), ACTIVATIONS[hidden].function(z))
    assert np.array_equal(slope(z, function(z)), ACTIVATIONS[hidden].derivative(z))


def test_log_and_curves_of_the_run_are_its_outputs_and_the_same_run_gives_the_same_file(small):
    run = run_of(replace(SETTINGS, num_epochs=1), small)
    text = notebook(run)
    *_, training, curves = nbformat.reads(text, as_version=4).cells
    assert printed(training) == log_text(run)
    assert curves.outputs[0].data["text/html"].count("<svg") == 2
    assert notebook(run) == text


def test_an_untrained_run_has_a_notebook_without_outputs():
    run = new_run(SETTINGS, initial_params(SETTINGS), "")
    book = nbformat.reads(notebook(run), as_version=4)
    assert not any(cell.outputs for cell in book.cells if cell.cell_type == "code")


def test_a_name_is_a_name_whatever_markdown_makes_of_it():
    run = new_run(SETTINGS, initial_params(SETTINGS), "![x](http://x.example) {calls} <b>")
    first = nbformat.reads(notebook(run), as_version=4).cells[0].source
    assert r"“!\[x\](http://x.example) \{calls\} \<b\>”" in first


def test_the_order_of_mnist_in_it_is_that_of_tensorflow_datasets():
    from mnistlab.data.mnist.originals import _hashed_order

    code = notebooks.TEMPLATE.read_text(encoding="utf-8")
    code = code[code.index("def order(") : code.index("def mnist(")]
    names = {}
    exec("import hashlib\n" + code, names)
    assert names["order"]("train", 1_000) == _hashed_order("train", 1_000)


def test_a_run_on_mnist_and_generated_digits_is_repeated_with_the_digits_it_drew_anew(
    mnist, generated, tmp_path
):
    config = replace(
        SETTINGS, dataset="combined", train_size=6_000
    )  # of which 1,000 are new in the second epoch
    run = run_of(config, combined(mnist, generated))
    assert not has_data(run)
    for path in MNIST_FOLDER.glob("*.gz"):
        (tmp_path / path.name).symlink_to(path)
    *_, training, _ = executed(notebook_file(run).decode(), tmp_path).cells
    assert printed(training) == log_text(run)
    assert "Of generated digits: " in log_text(run)
