"""The worst mistakes, against a plain sort."""

import numpy as np

from mnistlab.explaining.mistakes import worst_mistakes


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
