"""The verdict on ten activations, its words and how often it is right; and the worst mistakes."""

import numpy as np
import pytest

from mnistlab.analysis.decision import (
    FIRES,
    MARGIN,
    Trust,
    explanation,
    headline,
    judged,
    trust,
    trust_sentence,
    verdict,
    worst_mistakes,
)


def outputs(**activations):
    """Ten activations, 0.01 each but those given as d7=0.9."""
    values = np.full(10, 0.01)
    for name, value in activations.items():
        values[int(name[1:])] = value
    return values


def test_one_output_far_above_the_others_is_a_digit_with_its_runner_up():
    found = verdict(outputs(d7=0.95, d1=0.2))
    assert (found.kind, found.digit, found.runner_up) == ("digit", 7, 1)
    assert headline(found) == "It is a 7."
    assert explanation(found) == "Output 7 is at 0.95. The second-highest output is 1, at 0.20."


def test_an_eight_has_its_own_article():
    assert headline(verdict(outputs(d8=0.95))) == "It is an 8."


def test_two_outputs_close_together_are_torn_named_in_order():
    found = verdict(outputs(d9=0.8, d4=0.7))
    assert (found.kind, found.digit, found.runner_up) == ("torn", 9, 4)
    assert headline(found) == "Ambiguous: 4 or 9."
    assert "0.80" in explanation(found)
    assert "0.70" in explanation(found)


def test_where_more_than_two_are_close_it_says_how_many():
    found = verdict(np.linspace(0.85, 0.92, 10))
    assert (found.kind, found.digit, len(found.close)) == ("torn", 9, 10)
    assert headline(found) == "Ambiguous: 10 digits."
    assert explanation(found) == "The largest, output 9, is at 0.92, and 9 others are less than 0.6 below it."
    assert headline(verdict(outputs(d1=0.9, d7=0.8, d2=0.7, d3=0.25))) == "Ambiguous: 3 digits."


def test_no_output_above_the_threshold_is_no_answer():
    found = verdict(outputs(d3=FIRES - 0.01))
    assert found.kind == "none"
    assert headline(found) == "No output above the threshold."


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (FIRES, FIRES - MARGIN, "digit"),
        (FIRES, FIRES - MARGIN + 0.02, "torn"),
        (FIRES - 1e-6, 0.0, "none"),
        (1.0, 1.0, "torn"),
        (1.0, 0.0, "digit"),
    ],
)
def test_the_thresholds_belong_to_the_side_that_they_name(first, second, kind):
    assert verdict(outputs(d0=first, d5=second)).kind == kind


def test_a_blank_network_is_never_sure():
    assert verdict(np.full(10, 0.9)).kind == "torn"
    assert verdict(np.zeros(10)).kind == "none"


def test_activations_that_are_no_numbers_fire_nothing():
    assert verdict(np.full(10, np.nan)).kind == "none"


def test_many_images_are_judged_as_each_by_itself():
    some = np.random.default_rng(0).random((300, 10)) ** 3
    assert judged(some).tolist() == [verdict(one).kind for one in some]
    assert set(judged(some)) == {"digit", "torn", "none"}


def test_trust_counts_what_a_loop_counts():
    rng = np.random.default_rng(1)
    activations, labels = rng.random((400, 10)) ** 3, rng.integers(0, 10, 400)
    counts = dict.fromkeys(Trust._fields, 0)
    for image, label in zip(activations, labels, strict=True):
        found = verdict(image)
        counts["num_images"] += 1
        counts["num_digit"] += found.kind == "digit"
        counts["num_digit_right"] += found.kind == "digit" and found.digit == label
    assert trust(activations, labels) == Trust(**counts)


def test_the_sentence_of_trust_gives_both_shares():
    sentence = trust_sentence(Trust(1000, 800, 784), "MNIST", Trust(0, 0, 0))
    assert "test images (MNIST) it answered 80.0%" in sentence
    assert "98.0%" in sentence


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (Trust(9, 9, 9), "another kind of picture: give 10 of yours"),
        (Trust(10, 8, 7), "Of your own 10 digits it answered 8, and was right in 7 of those."),
        (Trust(12, 0, 0), "Of your own 12 digits it answered none."),
    ],
)
def test_ones_own_figure_stands_beside_from_ten_digits_on(own, words):
    for known in (Trust(1000, 800, 784), Trust(1000, 0, 0)):
        assert words in trust_sentence(known, "MNIST", own)


def test_a_network_that_settles_on_nothing_says_so():
    assert "none of the 1,000" in trust_sentence(Trust(1000, 0, 0), "MNIST", Trust(0, 0, 0))


def test_the_surest_wrong_answers_come_first():
    activations = np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.9], [0.6, 0.5, 0.0], [0.0, 1.0, 0.0]])
    labels = np.array([0, 0, 1, 0])
    assert worst_mistakes(activations, labels, 10).tolist() == [3, 1, 2]
    assert worst_mistakes(activations, labels, 2).tolist() == [3, 1]


def test_they_equal_a_plain_sort():
    rng = np.random.default_rng(0)
    activations, labels = rng.random((500, 10)), rng.integers(0, 10, 500)
    wrong = [index for index in range(500) if activations[index].argmax() != labels[index]]
    by_lead = sorted(wrong, key=lambda i: activations[i][labels[i]] - activations[i].max())
    assert worst_mistakes(activations, labels, 40).tolist() == by_lead[:40]


def test_a_network_without_mistakes_has_none():
    assert worst_mistakes(np.eye(10), np.arange(10), 5).shape == (0,)
    assert worst_mistakes(np.zeros((0, 10)), np.zeros(0, int), 5).shape == (0,)
