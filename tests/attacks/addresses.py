"""Addresses that somebody typed, or made for others to click: settings and lessons that cannot be."""

from mnistlab.engine.config import MAX_HIDDEN_LAYERS

LONG = "1" * 100_000
PICTURE = "![x](http://127.0.0.1/x.png)"
SCRIPT = "<img src=http://127.0.0.1/x.png onerror=alert(1)>"
NUMBERS = ("seed", "num_epochs", "learning_rate", "batch_size", "train_size", "patience", "order_seed")
CHOICES = ("dataset", "activation", "initialization", "scaling", "restore_best")
LISTS = ("hide", "without")

VALUES = {
    "empty": "",
    "a word": "fast",
    "inf": "inf",
    "-inf": "-inf",
    "NaN": "nan",
    "negative": "-7",
    "huge": "1" + "0" * 30,
    "too large for a float": "1e999",
    "hexadecimal": "0x10",
    "true": "True",
    "nothing": "None",
    "two lines": "5\n# a heading",
    "a null": "5\0",
    "markup": PICTURE,
    "HTML": SCRIPT,
    "100 kB": LONG,
}
NOT_PLAIN = {"Arabic digits": "\u0660.\u0661", "fullwidth digits": "\uff11", "an underscore": "1_0"}
NOT_WHOLE = {"Arabic digits": "\u0661\u0662", "a superscript": "1\u00b2", "a fraction": "1.5", "1e3": "1e3"}
WIDTHS = {
    "of 0": "0",
    "of 1,025": "1025",
    "without its last": "100,",
    "negative": "-3",
    "one too many": ",".join("1" * (MAX_HIDDEN_LAYERS + 1)),
    "markup": f"100,{PICTURE}",
    "a list of Python": "[100]",
    "100 kB of them": "1," * 50_000 + "1",
}

REFUSED = {
    **{f"{name}: {kind}": {name: [text]} for name in NUMBERS for kind, text in VALUES.items()},
    **{f"seed: {kind}": {"seed": [text]} for kind, text in NOT_WHOLE.items()},
    **{f"learning_rate: {kind}": {"learning_rate": [text]} for kind, text in NOT_PLAIN.items()},
    **{f"hidden: {kind}": {"hidden": [text]} for kind, text in WIDTHS.items()},
    **{f"{name}: {kind}": {name: [text]} for name in CHOICES for kind, text in VALUES.items()},
    **{f"{name}: a word": {name: ["seed,data,x"]} for name in LISTS},
    **{f"{name}: markup": {name: [PICTURE]} for name in LISTS},
    **{f"{name}: 100 kB": {name: [LONG]} for name in (*LISTS, "experiment")},
    "experiment: a path": {"experiment": ["../../etc/passwd"]},
    "experiment: markup": {"experiment": [PICTURE]},
    "note: 100 kB": {"note": [LONG]},
    "learning_rate: 100 kB that are a number": {"learning_rate": ["0." + LONG]},
    "seed: twice": {"seed": ["1", "2"]},
    "seed: 1,000 times": {"seed": ["1"] * 1000},
    "a mini-batch larger than the training set": {"batch_size": ["200"], "train_size": ["100"]},
}

HARMLESS = {
    "nothing": {},
    "settings that nobody knows": {"__class__": ["x"], "token": ["0" * 32], "../..": ["y"]},
    "a note with markup": {"note": [PICTURE + SCRIPT]},
    "no words": {"hide": [" , ,, "], "without": [","]},
    "the same setting in other words": {"learning_rate": ["1E-3"], "seed": ["007"]},
}
