"""The glossary: every term of the lab has an entry, and a text gets those of the terms in it."""

import pytest

from mnistlab.experiments import EXPERIMENTS
from mnistlab.ui.glossary import GLOSSARY, explained, mentions

TERMS = (
    *("activation", "pre-activation", "weight", "bias", "width", "cost", "gradient", "epoch", "mini-batch"),
    *("learning rate", "overfitting", "saddle point", "accuracy", "recall"),
)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_explained_in_whole_sentences(term):
    assert GLOSSARY[term].endswith(".")
    assert GLOSSARY[term][0].isupper() or GLOSSARY[term].startswith(("|", "W_"))


@pytest.mark.parametrize(
    ("text", "term", "there"),
    [
        ("Watch the recall of each digit.", "recall", True),
        ("Two accuracies", "accuracy", True),
        ("Costs rise", "cost", True),
        ("every pre-activation z", "activation", False),
        ("every pre-activation z", "pre-activation", True),
        ("Weighty words", "weight", False),
    ],
)
def test_a_term_is_found_as_a_word_only(text, term, there):
    assert mentions(text, term) is there


def test_a_text_is_explained_by_the_terms_in_it():
    assert explained("Nothing to see here.") is None
    words = explained("The cost of the first epoch")
    assert words == f"**Cost**: {GLOSSARY['cost']}\n\n**Epoch**: {GLOSSARY['epoch']}"


def test_what_an_experiment_says_to_watch_is_explained():
    assert all(explained(experiment.watch) for experiment in EXPERIMENTS)
