"""Addresses by the thousand: each opens a lab, and the lab's own address opens the same one again.

Network files by the thousand are in `test_checkpoints`, pictures in `test_pictures_fuzz`.
"""

import random
from collections import UserDict
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import pytest

from mnistlab.analysis.experiments import EXPERIMENTS
from mnistlab.engine.config import BOUNDS, MAX_LEARNING_RATE, TrainConfig
from mnistlab.ui import digits, settings
from mnistlab.ui.page_list import TO_LEAVE_OUT
from mnistlab.ui.query_params import CONTROLS, LESSON_NAMES, MAX_NOTE, SETTING_NAMES, as_text
from tests.attacks import addresses
from tests.test_attacks import assert_clear

STRANGE = [*addresses.VALUES.values(), *addresses.NOT_WHOLE.values(), *addresses.WIDTHS.values()]
CHARACTERS = "0123456789.,+-eE_ \t\n\0%&=#<>![]()`$:*é数\u0661\u202e\U0001f600\ufffd"
WORDS = ["sigmoid", "tanh", "relu", "notebook", "scaled", "raw", "unit", "mnist", "generated", "none"]
WORDS += [experiment.slug for experiment in EXPERIMENTS] + [*CONTROLS, *TO_LEAVE_OUT]

CONFIGS = [TrainConfig(), TrainConfig(), *(experiment.config for experiment in EXPERIMENTS)]


class Address(UserDict):
    """What Streamlit shows of an address: parameters with all values that they were given."""

    def __getitem__(self, name):
        return self.data[name][-1]

    def get_all(self, name):
        return list(self.data[name])

    def from_dict(self, values):
        self.data = {
            name: [value] if isinstance(value, str) else list(value) for name, value in values.items()
        }


def fitting(name, order):
    """Return what somebody may have meant by a parameter, often its default."""
    if name == "experiment":
        return order.choice(EXPERIMENTS).slug
    if name in SETTING_NAMES:
        return as_text(getattr(order.choice(CONFIGS), name))
    return order.choice(WORDS)


def value(name, order):
    """Return what could stand behind a parameter: mostly something that could be meant."""
    match order.randrange(20):
        case 0:
            return order.choice(STRANGE)
        case 1:
            return "".join(order.choices(CHARACTERS, k=order.randrange(20)))
        case 2 | 3:
            return order.choice(WORDS)
        case 4:
            return ",".join(order.choices(WORDS, k=order.randrange(5)))
        case 5:
            return ",".join(str(order.randint(1, 1100)) for _ in range(order.randrange(8)))
        case 6:
            return repr(10 ** order.uniform(-12, 4))
        case 7 | 8:
            return str(order.randint(-1, 10 ** order.randrange(1, 12)))
        case _:
            return fitting(name, order)


def query(order):
    """Return the part of an address behind its question mark, sometimes with a few letters damaged."""
    names = [*SETTING_NAMES, *LESSON_NAMES, "experiment", "token", "__class__"]
    chosen = order.choices(names, k=order.randrange(1, 9))
    pairs = [(name, value(name, order)) for name in chosen]
    text = urlencode(pairs)
    for _ in range(order.choice([0, 0, 0, 1, 4])):
        place = order.randrange(len(text) + 1)
        text = text[:place] + order.choice(CHARACTERS) + text[place + order.randrange(3) :]
    return text


def opened(streamlit, given):
    """Return settings, lesson and complaints of a session that begins with these parameters."""
    streamlit.session_state, streamlit.query_params = {}, Address(given)
    config = settings.current_settings()
    return config, settings.current_lesson(), settings.current_setup().complaints


def assert_valid(config, lesson, complaints):
    """Fail unless these are settings within their bounds, a lesson, and clear sentences."""
    assert TrainConfig(**vars(config)) == config
    assert all(low <= getattr(config, name) <= high for name, (low, high) in BOUNDS.items())
    assert 0 < config.learning_rate <= MAX_LEARNING_RATE
    assert 1 <= config.batch_size <= config.train_size
    assert len(config.hidden) <= 6
    assert all(1 <= width <= 1024 for width in config.hidden)
    assert set(lesson.hide) <= set(CONTROLS)
    assert set(lesson.without) <= set(TO_LEAVE_OUT)
    assert len(lesson.note) <= MAX_NOTE
    for sentence in complaints:
        assert_clear(sentence)


def open_many(count, seed, monkeypatch):
    """Open so many addresses and, of each lab, its own; return how many got a complaint."""
    streamlit = SimpleNamespace()
    monkeypatch.setattr(settings, "st", streamlit)
    monkeypatch.setattr(digits, "mnist_is_here", lambda: True)
    order, wrong = random.Random(seed), 0
    for _ in range(count):
        text = query(order)
        config, lesson, complaints = opened(streamlit, parse_qs(text, keep_blank_values=True))
        assert_valid(config, lesson, complaints)
        wrong += bool(complaints)
        settings.keep_settings(config)
        again = opened(streamlit, parse_qs(urlencode(streamlit.query_params.data, doseq=True)))
        assert again == (config, lesson, []), text
    return wrong


def test_five_thousand_addresses_open_a_lab_and_its_own_address_opens_it_again(monkeypatch):
    assert 2_500 < open_many(5_000, 1, monkeypatch) < 4_950


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_fifty_thousand_addresses_open_a_lab_and_its_own_address_opens_it_again(seed, monkeypatch):
    assert open_many(5_000, seed, monkeypatch) < 5_000
