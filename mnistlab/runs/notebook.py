"""A run as a Jupyter notebook that stands alone: the engine's own functions, the run's settings, its log.

It needs jax, numpy, matplotlib and the digits, and nothing of this package: `notebook.md` says what is in it,
and where the source of the engine comes, word for word. So it prints the run's figures again, to the last
printed digit on the same machine. The log and the curves of the run are in it as saved outputs.
"""

import ast
import io
import re
import zipfile
from dataclasses import asdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np

from mnistlab.analysis.formatting import count
from mnistlab.data import combined, framing, user_digits
from mnistlab.data.datasets import COMBINED, load_dataset
from mnistlab.data.mnist import originals
from mnistlab.data.synthetic import handwriting, pen, strokes
from mnistlab.engine import activations, backprop, eager, evaluation, network, scaling, training
from mnistlab.runs.export import Taught, call, log_text, stages
from mnistlab.runs.report import curves
from mnistlab.runs.run import Run

TEMPLATE = Path(__file__).with_suffix(".md")
DATA_FILE = "digits.npz"  # what lies beside a notebook that is not about MNIST alone
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        *(activations, backprop, eager, evaluation, network, scaling, training),
        *(originals, user_digits, combined, framing, handwriting, pen, strokes),
    )
}
CODE = re.compile(r"```python ?(\w*)\n(.*?)```\n", re.DOTALL)
SOURCE = re.compile(r"\{(\w+): ([\w ]+)\}")
SETTINGS = (
    *("hidden", "activation", "initialization", "scaling"),
    *("learning_rate", "batch_size", "train_size", "seed"),
)
MARKS = re.compile(r"([\\`*_{}\[\]<>#$|~])")  # what Markdown takes for more than itself
STROKES = Path(str(strokes.__file__)).with_suffix(".txt")
OF_EPOCH = "mixture.of_epoch(config.seed_of_order, epoch, config.train_size)"
LOG_GENERATED = """
    on_generated = evaluate(params, generated_test_set, config)
    print(f"Of generated digits: {on_generated.num_correct} / {on_generated.num_images}")"""
BESIDE = f" Its digits are in `{DATA_FILE}`, which must lie beside it."


def notebook_file(run: Run) -> bytes:
    """Return the notebook as a file: .ipynb, or where it `has_data` a .zip with that and the digits."""
    text = notebook(run).encode()
    if not has_data(run):
        return text
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"mnistlab-{run.title}.ipynb", text, zipfile.ZIP_DEFLATED)
        archive.writestr(DATA_FILE, digits_of(run))
    return file.getvalue()


def has_data(run: Run) -> bool:
    """Return whether a run's notebook needs digits beside it: generated ones alone, or somebody's own."""
    return run.config.dataset == "generated" or bool(own_stages(run))


def own_stages(run: Run) -> list[Taught]:
    """Return when a run has learned from somebody's own digits."""
    return [stage for stage in stages(run) if isinstance(stage, Taught)]


def notebook(run: Run) -> str:
    """Return the notebook as JSON, with the run's log and curves as the outputs of its last cells."""
    import nbformat  # it takes a fifth of a second to import
    from nbformat import v4

    parts = {
        "mnist": run.config.dataset != "generated",
        "generated": run.config.dataset == "generated",
        "combined": run.config.dataset == COMBINED,
        "file": has_data(run),
        "own": bool(own_stages(run)),
        "": True,
    }
    words, *rest = CODE.split(TEMPLATE.read_text(encoding="utf-8"))
    cells = [v4.new_markdown_cell(filled(words, run).strip())]
    for part, code, words in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if parts[part]:
            cells.append(v4.new_code_cell(filled(code, run).strip()))
        if words.strip():
            cells.append(v4.new_markdown_cell(words.strip()))
    *_, training_cell, curves_cell = cells
    if run.history:
        training_cell.outputs = [v4.new_output("stream", text=log_text(run))]
        curves_cell.outputs = [v4.new_output("display_data", data={"text/html": curves(run.history)})]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # else each time another one
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text: str = nbformat.writes(v4.new_notebook(cells=cells, metadata={"kernelspec": python}))
    return text


def filled(text: str, run: Run) -> str:
    """Return a part of the template with what it names in its place."""
    values = {
        "title": run.title,
        "epochs": count(run.epoch, "epoch"),
        "run_name": MARKS.sub(r"\\\1", run.name),
        "beside": BESIDE if has_data(run) else "",
        "settings": settings(run),
        "files": repr(list(originals.FILE_NAMES.values())),
        "{formulas}": formulas(run.config.activation),
        "calls": calls(run),
        "strokes_text": STROKES.read_text(encoding="utf-8"),
        "training_images": OF_EPOCH if run.config.dataset == COMBINED else "training_set",
        "log_generated": LOG_GENERATED if run.config.dataset == COMBINED else "",
    }
    text = SOURCE.sub(lambda found: source(MODULES[found[1]], found[2].split()), text)
    names = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({names})\}}", lambda found: values[found[1]], text)


def settings(run: Run) -> str:
    """Return the run's settings as the fields of a class."""
    values = {name: asdict(run.config)[name] for name in SETTINGS}
    values["seed_of_order"] = run.config.seed_of_order
    return "\n".join(f"    {name}: {type(value).__name__} = {value!r}" for name, value in values.items())


def formulas(hidden: str) -> str:
    """Return functions and slopes of the activations in use, as they stand in the engine's table."""
    text, tree = parsed(activations)
    table = next(node.value for node in tree.body if name_of(node) == "ACTIVATIONS")  # type: ignore[attr-defined]
    rows = dict(zip(activations.ACTIVATIONS, table.values, strict=True))
    lines = []
    for name in dict.fromkeys((hidden, activations.OUTPUT)):
        parts = {part.arg: ast.get_source_segment(text, part.value) for part in rows[name].keywords}
        function, slope = parts["function"], parts["slope"]
        lines.append(f'    "{name}": Activation(\n        {function},\n        {slope},\n    ),\n')
    return f"{{\n{''.join(lines)}}}"


def calls(run: Run) -> str:
    """Return the calls that train as the run was trained."""
    lines, own = [], 0
    for stage in stages(run):
        if not isinstance(stage, Taught):
            lines.append(call(stage))
        else:
            change, own = stage.change, own + 1
            numbers = f"{change.epoch}, {stage.number}, {change.num_steps}, {change.learning_rate!r}"
            lines.append(f'params = taught(params, {numbers}, "own{own}")')
    return "\n".join(lines)


def digits_of(run: Run) -> bytes:
    """Return the .npz file with the digits that a run has seen, apart from MNIST's."""
    arrays: dict[str, np.ndarray] = {}
    if run.config.dataset == "generated":
        dataset = load_dataset(run.config.dataset)
        train, test = dataset.train, dataset.test
        arrays = {f"train_{name}": array[: run.config.train_size] for name, array in train._asdict().items()}
        arrays |= {f"test_{name}": array for name, array in test._asdict().items()}
    for number, stage in enumerate(own_stages(run), start=1):
        arrays |= {f"own{number}_images": stage.change.images, f"own{number}_labels": stage.change.labels}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


@cache
def parsed(module: ModuleType) -> tuple[str, ast.Module]:
    """Return the source of a module, and its tree."""
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    return text, ast.parse(text)


def source(module: ModuleType, names: list[str]) -> str:
    """Return the source of some functions, classes and constants of a module, in this order."""
    text, tree = parsed(module)
    lines, pieces = text.splitlines(), {}
    for node in tree.body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        pieces[name_of(node)] = "\n".join(lines[first - 1 : node.end_lineno])
    chosen = [pieces[name] for name in names]
    together = ("\n" if "\n" not in one + other else "\n\n\n" for one, other in pairwise(chosen))
    return chosen[0] + "".join(gap + piece for gap, piece in zip(together, chosen[1:], strict=True))


def name_of(node: ast.AST) -> str:
    """Return the name that a statement gives to something; "" where it gives none."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)
    return getattr(target, "id", getattr(target, "name", ""))
