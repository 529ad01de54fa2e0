"""The glossary: every term of the lab has an entry, and a text gets those of the terms in it."""

import pytest

from mnistlab.analysis.decision import FIRES, MARGIN
from mnistlab.analysis.experiments import EXPERIMENTS
from mnistlab.ui.glossary import GLOSSARY, explained, help_of, mentions

TERMS = (
    *("activation", "pre-activation", "weight", "bias", "width", "cost", "gradient", "epoch", "mini-batch"),
    *("learning rate", "overfitting", "saddle point", "accuracy", "recall", "ambiguous", "vmap"),
    *("test accuracy", "early stopping", "gradient check", "random key", "safetensors"),
)


def test_the_terms_that_the_pages_cannot_do_without_are_there():
    assert set(TERMS) <= set(GLOSSARY)


@pytest.mark.parametrize("term", GLOSSARY)
def test_a_term_is_explained_in_whole_sentences(term):
    assert GLOSSARY[term].endswith(".")
    assert GLOSSARY[term][0].isupper() or GLOSSARY[term].startswith(("|", "W_"))


def test_the_thresholds_are_those_of_the_code():
    assert f"at least {FIRES:g}, but less than {MARGIN:g} above" in GLOSSARY["ambiguous"]
    assert f"at least {FIRES:g}." in GLOSSARY["threshold"]


def test_what_a_question_mark_says_begins_with_the_term_and_may_add_what_it_does_here():
    assert help_of("epoch", "So many.") == f"**Epoch**: {GLOSSARY['epoch']} So many."
    assert help_of("vmap").startswith("**vmap**: ")


def test_a_part_of_a_longer_term_is_not_explained_by_itself():
    assert explained("Watch the test accuracy.") == help_of("test accuracy")
    assert (
        explained("Accuracies and test accuracies") == f"{help_of('accuracy')}\n\n{help_of('test accuracy')}"
    )


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
