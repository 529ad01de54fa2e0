"""The experiments: settings with a question to answer first, and what was seen to happen.

Their texts and settings stand in `experiments.toml`, what each promises stands here. Each promise was seen on
real MNIST and on the generated digits; a test runs them all again.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from mnistlab.data.datasets import COMBINED
from mnistlab.engine.config import TrainConfig, config_from
from mnistlab.engine.evaluation import EpochMetrics

History = Sequence[EpochMetrics]


class Outcome(NamedTuple):
    """What happened in a run, held against what was promised."""

    kept: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A card on the first page."""

    slug: str  # its name in a link
    title: str
    watch: str  # what to look at while it runs
    curve: str  # which of the curves shows it: cost, accuracy, recall or gradients
    question: str
    options: tuple[str, ...]
    answer: int  # index of the right option
    because: str  # why, after the reveal
    formula_name: str
    formula: str  # LaTeX
    config: TrainConfig
    outcome: Callable[[History], Outcome]

    def config_on(self, dataset: str) -> TrainConfig:
        """Return its settings on the data in use; one about the mixture keeps that."""
        return self.config if self.needs_mnist else replace(self.config, dataset=dataset)

    @property
    def needs_mnist(self) -> bool:
        """Whether it can only be done where MNIST is."""
        return self.config.dataset == COMBINED


def reads_most(history: History) -> Outcome:
    """Nine of ten test images, and most of it in the first epoch."""
    first, last = history[1].test.accuracy, history[-1].test.accuracy
    return Outcome(
        last >= 0.9 and first > 0.7,
        f"After one epoch the test accuracy was {first:.1%}, in the end {last:.1%}.",
    )


def stays_awake(history: History) -> Outcome:
    """A first layer that is mostly not saturated, and a better network for it."""
    saturated, last = history[-1].saturation[0], history[-1].test.accuracy
    return Outcome(
        saturated < 0.5 and last > 0.93,
        f"After training {saturated:.1%} of the pre-activations z of the first layer lie beyond 5 in "
        f"size; the test accuracy is {last:.1%}.",
    )


def barely_moves(history: History) -> Outcome:
    """Most of the digits still unread."""
    last = history[-1].test
    return Outcome(
        last.accuracy < 0.6,
        f"After {history[-1].epoch} epochs the test accuracy is {last.accuracy:.1%}, the test cost "
        f"{last.cost:.3f}.",
    )


def falls_silent(history: History) -> Outcome:
    """The cost stands still at 1 and the answers are worth no more than chance."""
    first, last = history[1].test, history[-1].test
    return Outcome(
        abs(last.cost - first.cost) < 0.01 and last.accuracy < 0.2,
        f"The test cost stands at {last.cost:.3f} from the first epoch on; the test accuracy is "
        f"{last.accuracy:.1%}.",
    )


def does_without_hidden(history: History) -> Outcome:
    """Far better than chance, and short of what a hidden layer reaches."""
    last = history[-1].test.accuracy
    return Outcome(0.85 < last < 0.94, f"Without a hidden layer the test accuracy is {last:.1%}.")


def squeezes_through(history: History) -> Outcome:
    """Three units let more than a third and less than nearly all of the digits through."""
    last = history[-1].test
    worst = min(range(10), key=lambda digit: last.recall[digit])
    return Outcome(
        0.3 < last.accuracy < 0.9,
        f"With three units the test accuracy is {last.accuracy:.1%}; worst off is the {worst}, "
        f"with a recall of {last.recall[worst]:.1%}.",
    )


def vanishes(history: History) -> Outcome:
    """A first gradient under a hundredth of the last layer's, and no learning."""
    norms, last = history[0].gradient_norms, history[-1].test.accuracy
    return Outcome(
        norms[0] < norms[-1] / 100 and last < 0.2,
        f"Before training the gradient of the first layer is {norms[-1] / norms[0]:,.0f} times smaller "
        f"than that of the last; after {history[-1].epoch} epochs the test accuracy is {last:.1%}.",
    )


def turns_up(history: History) -> Outcome:
    """A test cost above its lowest for good, and a training cost that went on falling."""
    lowest = min(history, key=lambda metrics: metrics.test.cost)
    last = history[-1]
    late = min(metrics.test.cost for metrics in history[-5:])
    return Outcome(
        late > 1.01 * lowest.test.cost and last.train.cost < lowest.train.cost,
        f"The test cost was lowest after epoch {lowest.epoch}: {lowest.test.cost:.4f}; now it is "
        f"{last.test.cost:.4f}. The training accuracy is {last.train.accuracy:.1%}, the test accuracy "
        f"{last.test.accuracy:.1%}.",
    )


def leaves_one_out(history: History) -> Outcome:
    """At least one digit that is never read, after every epoch."""
    never = [digit for digit in range(10) if history[-1].test.recall[digit] < 0.01]
    named = ", ".join(map(str, never)) or "none"
    return Outcome(
        bool(never),
        f"Never predicted: {named}. The test accuracy is {history[-1].test.accuracy:.1%}.",
    )


def reads_other_hands(history: History) -> Outcome:
    """As good as ever on MNIST's test images, and nearly as good on digits in other hands."""
    test, others = history[-1].test.accuracy, history[-1].generated
    if others is None:
        return Outcome(False, f"The test accuracy is {test:.1%}; there were no generated digits beside.")
    return Outcome(
        test > 0.975 and others.accuracy > 0.97,
        f"The test accuracy is {test:.1%}, and {others.accuracy:.1%} of generated digits, in other hands "
        "than MNIST's, are predicted right. Now draw some on the Predict page, and correct what it misreads.",
    )


PROMISES: dict[str, Callable[[History], Outcome]] = {
    "notebook": reads_most,
    "unit-pixels": stays_awake,
    "too-slow": barely_moves,
    "too-fast": falls_silent,
    "no-hidden-layer": does_without_hidden,
    "narrow": squeezes_through,
    "vanishing": vanishes,
    "by-heart": turns_up,
    "silent-output": leaves_one_out,
    "other-hands": reads_other_hands,
}


def read_experiment(slug: str, options: list[str], config: dict[str, Any], **texts: Any) -> Experiment:
    """Return an experiment as it stands in the file, with its promise."""
    return Experiment(
        slug=slug, options=tuple(options), config=config_from(config), outcome=PROMISES[slug], **texts
    )


_FILE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
EXPERIMENTS = tuple(read_experiment(**entry) for entry in _FILE["experiments"])
