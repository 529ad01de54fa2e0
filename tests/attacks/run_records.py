"""Records in the place of a run's settings, changes and figures, in an otherwise good network file."""

import base64
import json

from tests.attacks.cutting import record_of, with_epochs, with_figures, with_record, with_texts

MARKUP = "<script>alert(1)</script> ![](http://127.0.0.1/x.png) [a](javascript:alert(1)) $x$ :red[y]"


def changed_by(**change):
    """Return a builder of a file with one change on the way."""
    return lambda data: with_record(data, schedule=[change])


def set_to(**settings):
    """Return a builder of a file with these settings."""
    return lambda data: with_record(data, config=settings)


def measured(**figures):
    """Return a builder of a file with these figures after epoch 1."""
    return lambda data: with_figures(data, **figures)


IMAGE = base64.b64encode(bytes(784)).decode()

RECORDS = {
    "no JSON": lambda data: with_texts(data, run="{"),
    "a list": lambda data: with_texts(data, run="[]"),
    "with NaN": lambda data: with_texts(data, run='{"config": NaN}'),
    "with a name twice": lambda data: with_texts(
        data, run='{"name": "x", ' + json.dumps(record_of(data))[1:]
    ),
    "nested 50,000 deep": lambda data: with_texts(data, run="[" * 50_000),
    "history a record": lambda data: with_record(data, history={}),
    "history of numbers": lambda data: with_record(data, history=[1, 2]),
    "history without its beginning": lambda data: with_record(data, history=record_of(data)["history"][1:]),
    "gradients of three layers": lambda data: with_epochs(data, gradient_norms=[0.1] * 3),
}

SETTINGS = {
    "learning rate infinite": set_to(learning_rate=1e400),
    "learning rate true": set_to(learning_rate=True),
    "learning rate negative": set_to(learning_rate=-0.1),
    "seed too large": set_to(seed=2**40, hidden=[12]),
    "a name that is none": set_to(__class__="x"),
    "widths of another network": set_to(hidden=[13]),
    "widths of texts": set_to(hidden=["12"]),
    "widths nested": set_to(hidden=[[[[12]]]]),
    "100,000 widths": set_to(hidden=[1] * 10**5),
    "activation with markup": set_to(activation=MARKUP),
}

CHANGES = {
    "of the seed": changed_by(epoch=1, name="seed", value=1),
    "out of bounds": changed_by(epoch=1, name="learning_rate", value=-1.0),
    "in the far future": changed_by(epoch=99, name="learning_rate", value=1.0),
    "10,000 of them": lambda data: with_record(data, schedule=[{}] * 10_000),
    "digits without pixels": changed_by(epoch=1, images="", labels=[1], num_steps=1),
    "digits not in base64": changed_by(epoch=1, images="é", labels=[1], num_steps=1),
    "digits read right by more than all": changed_by(
        epoch=1,
        images=IMAGE,
        labels=[1],
        num_steps=1,
        learning_rate=0.1,
        test_before=0.1,
        test_after=1e299,
        own_before=0,
        own_after=1,
    ),
    "a learning rate beyond its bound": changed_by(epoch=1, name="learning_rate", value=1e6),
    "digits labeled 10": changed_by(epoch=1, images="AAAA", labels=[10], num_steps=1),
}

FIGURES = {
    "a cost of NaN": measured(cost=float("nan")),
    "a cost in words": measured(cost="0.1"),
    "a negative cost": measured(cost=-0.1),
    "a negative time": lambda data: with_epochs(data, seconds=-1.0),
    "negative gradients": lambda data: with_epochs(data, gradient_norms=[-0.1] * 2),
    "more saturated than all": lambda data: with_epochs(data, saturation=[1.5] * 2),
    "a learning rate of a million": lambda data: with_epochs(data, learning_rate=1e6),
    "a cost of 10**400": measured(cost=10**400),
    "nine rows": measured(confusion=[[1] * 10] * 9),
    "nine columns": measured(confusion=[[1] * 9] * 10),
    "negative counts": measured(confusion=[[-1] * 10] * 10),
    "half counts": measured(confusion=[[0.5] * 10] * 10),
    "true counts": measured(confusion=[[True] * 10] * 10),
    "a text for counts": measured(confusion="x"),
}

REFUSED = {
    f"{part}: {kind}": build
    for part, kinds in {
        "a record": RECORDS,
        "settings": SETTINGS,
        "a change": CHANGES,
        "figures": FIGURES,
    }.items()
    for kind, build in kinds.items()
}

# Strange, but a run: what is shown of it has to bear it.
HARMLESS = {
    "a name with markup": lambda data: with_record(data, name=MARKUP),
    "a name that is a path": lambda data: with_record(data, name="../../../../tmp/x"),
    "a name of 100 kB": lambda data: with_record(data, name="x" * 10**5),
    "a name of two lines": lambda data: with_record(data, name="a\n# b\u202e\x00"),
    "a name that is none": lambda data: with_record(data, name=None),
    "costs of 0": lambda data: with_epochs(data, train=FREE, test=FREE),
    "figures on no image": lambda data: with_epochs(data, train=EMPTY, test=EMPTY),
    "figures near the largest number": lambda data: with_epochs(
        data, gradient_norms=[9e299] * 2, saturation=[1.0] * 2, seconds=9e299
    ),
    "no history": lambda data: with_record(data, history=[], schedule=[]),
}
FREE = {"cost": 0.0, "confusion": [[1] * 10] * 10}
EMPTY = {"cost": 1e-300, "confusion": [[0] * 10] * 10}
