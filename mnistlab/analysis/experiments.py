"""The experiments: settings with a question to answer first, and what was seen to happen.

Each promise was seen on real MNIST and on the generated digits; a test runs them all again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mnistlab.engine.config import TrainConfig
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
    question: str
    options: tuple[str, ...]
    answer: int  # index of the right option
    because: str  # why, after the reveal
    formula_name: str
    formula: str  # LaTeX
    config: TrainConfig
    outcome: Callable[[History], Outcome]


def percent(share: float) -> str:
    """Return a share of 1 as it is written on the screen."""
    return f"{100 * share:.1f}%"


def reads_most(history: History) -> Outcome:
    """Nine of ten test images, and most of it in the first epoch."""
    first, last = history[1].test.accuracy, history[-1].test.accuracy
    return Outcome(
        last >= 0.9 and first > 0.7,
        f"After one epoch the test accuracy was {percent(first)}, in the end {percent(last)}.",
    )


def stays_awake(history: History) -> Outcome:
    """A first layer that is mostly not saturated, and a better network for it."""
    saturated, last = history[-1].saturation[0], history[-1].test.accuracy
    return Outcome(
        saturated < 0.5 and last > 0.93,
        f"After training {percent(saturated)} of the pre-activations z of the first layer lie beyond 5 in "
        f"size; the test accuracy is {percent(last)}.",
    )


def barely_moves(history: History) -> Outcome:
    """Most of the digits still unread."""
    last = history[-1].test
    return Outcome(
        last.accuracy < 0.6,
        f"After {history[-1].epoch} epochs the test accuracy is {percent(last.accuracy)}, the test cost "
        f"{last.cost:.3f}.",
    )


def falls_silent(history: History) -> Outcome:
    """The cost stands still at 1 and the answers are worth no more than chance."""
    first, last = history[1].test, history[-1].test
    return Outcome(
        abs(last.cost - first.cost) < 0.01 and last.accuracy < 0.2,
        f"The test cost stands at {last.cost:.3f} from the first epoch on; the test accuracy is "
        f"{percent(last.accuracy)}.",
    )


def does_without_hidden(history: History) -> Outcome:
    """Far better than chance, and short of what a hidden layer reaches."""
    last = history[-1].test.accuracy
    return Outcome(0.85 < last < 0.94, f"Without a hidden layer the test accuracy is {percent(last)}.")


def squeezes_through(history: History) -> Outcome:
    """Three units let more than a third and less than nearly all of the digits through."""
    last = history[-1].test
    worst = min(range(10), key=lambda digit: last.recall[digit])
    return Outcome(
        0.3 < last.accuracy < 0.9,
        f"With three units the test accuracy is {percent(last.accuracy)}; worst off is the {worst}, "
        f"with a recall of {percent(last.recall[worst])}.",
    )


def vanishes(history: History) -> Outcome:
    """A first gradient under a hundredth of the last layer's, and no learning."""
    norms, last = history[0].gradient_norms, history[-1].test.accuracy
    return Outcome(
        norms[0] < norms[-1] / 100 and last < 0.2,
        f"Before training the gradient of the first layer is {norms[-1] / norms[0]:,.0f} times smaller "
        f"than that of the last; after {history[-1].epoch} epochs the test accuracy is {percent(last)}.",
    )


def learns_by_heart(history: History) -> Outcome:
    """The training images right, the test images not."""
    last = history[-1]
    return Outcome(
        last.train.accuracy > 0.97 and last.train.accuracy - last.test.accuracy > 0.05,
        f"The training accuracy is {percent(last.train.accuracy)}, the test accuracy "
        f"{percent(last.test.accuracy)}.",
    )


def leaves_one_out(history: History) -> Outcome:
    """At least one digit that is never read, after every epoch."""
    never = [digit for digit in range(10) if history[-1].test.recall[digit] < 0.01]
    named = ", ".join(map(str, never)) or "none"
    return Outcome(
        bool(never),
        f"Never predicted: {named}. The test accuracy is {percent(history[-1].test.accuracy)}.",
    )


UNIT = TrainConfig(scaling="unit", initialization="scaled")

EXPERIMENTS = (
    Experiment(
        slug="notebook",
        title="The notebook",
        watch="Watch how much of the accuracy comes in the first epoch.",
        question="100 hidden units, raw pixels, ten epochs. How many of 100 test digits will it read?",
        options=("about 70", "about 92", "about 99"),
        answer=1,
        because="Most of it is learned in the first epoch. The rest is slow, because raw pixels saturate "
        "the first layer.",
        formula_name="Every step of training",
        formula=r"\theta \leftarrow \theta - \eta \sum_{x \in B} \nabla_\theta L_x",
        config=TrainConfig(),
        outcome=reads_most,
    ),
    Experiment(
        slug="unit-pixels",
        title="Input scaling 1/255",
        watch="Watch the accuracy, and compare it with that of the experiment before.",
        question="Fed with raw pixels, the first layer ends up saturated: nearly every pre-activation z is "
        "beyond 5 in size. How many will be when the pixels go from 0 to 1?",
        options=("just as many", "fewer than half", "none at all"),
        answer=1,
        because="Smaller inputs make smaller sums, σ'(z) stays away from 0 and Δ gets through. "
        "So η can be ten times larger.",
        formula_name="How the error gets back to a layer",
        formula=r"\Delta^{(l)} = W^{(l+1)T} \Delta^{(l+1)} \odot \sigma'(z^{(l)})",
        config=TrainConfig(scaling="unit", learning_rate=0.01),
        outcome=stays_awake,
    ),
    Experiment(
        slug="too-slow",
        title="Learning rate 100 times too small",
        watch="Watch how far the cost comes down in five epochs.",
        question="With η = 0.00001 instead of 0.001, how many of 100 test digits will the network read after "
        "five epochs?",
        options=(
            "fewer than 60 of 100",
            "about 80 of 100",
            "more than with η = 0.001, because small steps are careful steps",
        ),
        answer=0,
        because="Each step is a hundredth as long. The direction is right; it would take a hundred times "
        "as many.",
        formula_name="The length of a step",
        formula=r"\theta \leftarrow \theta - \eta \, \nabla_\theta L",
        config=TrainConfig(learning_rate=1e-5, num_epochs=5),
        outcome=barely_moves,
    ),
    Experiment(
        slug="too-fast",
        title="Learning rate 100 times too large",
        watch="Watch the cost in the first epoch, and in those after it.",
        question="With η = 0.1 instead of 0.001, what happens?",
        options=(
            "it learns faster",
            "the cost swings up and down",
            "the outputs fall silent for good",
        ),
        answer=2,
        because="The first steps throw the outputs so far below 0 that σ gives 0 for every image. Then the "
        "cost is 1, the one digit that should have fired, and σ'(z) = 0 lets no error back.",
        formula_name="The error of the outputs",
        formula=r"\Delta^{(D)} = 2\,(a^{(D)} - y)\,\sigma'(z^{(D)}) \approx 0",
        config=TrainConfig(learning_rate=0.1, num_epochs=5),
        outcome=falls_silent,
    ),
    Experiment(
        slug="no-hidden-layer",
        title="No hidden layer",
        watch="Watch the weights: each output learns one picture.",
        question="Ten outputs that weigh the pixels directly: how many of 100 test digits will they read?",
        options=("about 50 of 100", "about 92 of 100", "about 98 of 100"),
        answer=1,
        because="One weighted sum per digit is a template, and templates go far. What a hidden layer adds is "
        "the last few percent.",
        formula_name="The whole network",
        formula=r"a = \sigma(W x + b), \quad W \in \mathbb{R}^{10 \times 784}",
        config=replace(UNIT, hidden=(), learning_rate=0.01),
        outcome=does_without_hidden,
    ),
    Experiment(
        slug="narrow",
        title="One narrow layer",
        watch="Watch the recall of each digit: is the network equally good at all of them?",
        question="784-3-10: three activations must tell ten digits apart. Will it work?",
        options=("for none of them", "for some of them", "as well as with 100 units"),
        answer=1,
        because="Three activations between 0 and 1 are a point in a small cube. Ten digits look for a corner "
        "of it each, and there are only eight.",
        formula_name="What the network has to squeeze through",
        formula=r"\mathbb{R}^{784} \to [0, 1]^3 \to [0, 1]^{10}",
        config=replace(UNIT, hidden=(3,), learning_rate=0.01),
        outcome=squeezes_through,
    ),
    Experiment(
        slug="vanishing",
        title="Five sigmoid layers",
        watch="Watch the size of the gradient, layer by layer.",
        question="Five hidden layers of 30 sigmoid units instead of one layer: is the network better for it?",
        options=("yes, it is better", "it is about as good", "no, it does not learn at all"),
        answer=2,
        because="σ' is at most 1/4, and each layer multiplies Δ by it once more: little is left at the "
        "first. Try tanh in the hidden layers, and the same network learns.",
        formula_name="What is left of the error at the first layer",
        formula=r"\Delta^{(1)} \propto \prod_{l=1}^{D-1} \sigma'(z^{(l)}) \leq 4^{-(D-1)}",
        config=replace(UNIT, hidden=(30,) * 5, learning_rate=0.01, num_epochs=8),
        outcome=vanishes,
    ),
    Experiment(
        slug="by-heart",
        title="Overfitting 500 images",
        watch="Watch the accuracy on the training images and that on the test images.",
        question="Trained on only 500 images, 40 times over: how well does it read those 500, and how well "
        "new ones?",
        options=("both about 86%", "both about 99%", "the 500 at about 99%, new ones far less well"),
        answer=2,
        because="It has 79,510 weights and biases for 500 images: enough to learn them by heart.",
        formula_name="Overfitting",
        formula=r"L_{\text{train}} \to 0, \quad L_{\text{test}} \not\to 0",
        config=replace(UNIT, train_size=500, batch_size=10, learning_rate=0.1, num_epochs=40),
        outcome=learns_by_heart,
    ),
    Experiment(
        slug="silent-output",
        title="The unlucky seed",
        watch="Watch the recall of each digit, one line for each.",
        question="All settings are good ones, only η is a little bold. What can go wrong with an output?",
        options=("it always fires", "it never fires", "nothing can"),
        answer=1,
        because="Silence is right for nine images of ten, so an output that is pushed far down early costs "
        "little and has σ'(z) ≈ 0: it cannot find its way back. With another seed another output is lost, "
        "or none.",
        formula_name="The slope of a silent output",
        formula=r"a_r \approx 0 \;\Rightarrow\; \sigma'(z_r) = a_r (1 - a_r) \approx 0",
        config=replace(UNIT, learning_rate=0.014, num_epochs=5, seed=3),
        outcome=leaves_one_out,
    ),
)
