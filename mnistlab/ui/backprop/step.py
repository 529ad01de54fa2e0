"""One SGD step: predicted and actual change of the cost, and why more images make the step longer."""

from functools import partial

import streamlit as st

from mnistlab.analysis.equations import symbol
from mnistlab.analysis.formatting import numeral, plain, signed
from mnistlab.analysis.sgd_step import (
    Batch,
    Growth,
    SgdStep,
    batch_of,
    gradient_growth,
    slope_of_weight,
    take_step,
)
from mnistlab.figures.cost_slice import plot_growth, plot_step
from mnistlab.ui.backprop.case import Case, computed
from mnistlab.ui.chart import show
from mnistlab.ui.formatting import change_of_cost
from mnistlab.ui.glossary import help_of
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered
from mnistlab.ui.widgets import choose

FOLLOWED = 0  # in place of a number of images
SIZES = (8, 32, 128)
PARTS = {1: "η", 10: "η / 10", 100: "η / 100"}
PREDICTED_CHANGE = r"predicted change, $-\eta\,\lVert g \rVert^2$"
RATIO = (
    "**Actual / predicted**: The change of the cost divided by its first-order prediction. It is the nearer "
    "to 100%, the shorter the step."
)
LEVEL = 0.1  # a curve that ends within a tenth of where it begins is called level


@st.fragment
def draw_step(lab: Lab, case: Case) -> None:
    """Draw the settings of a step, the button that takes it, and what it did."""
    st.subheader("SGD step", anchor=False, help=help_of("SGD"))
    step, prediction = st.columns(2, vertical_alignment="center")
    step.latex(r"\theta \leftarrow \theta - \eta\, g, \qquad g = \sum_{x} \nabla_\theta L_x")
    prediction.latex(
        r"\text{prediction:}\quad L_{\text{after}} - L_{\text{before}} \approx -\eta\, \lVert g \rVert^2"
    )
    st.markdown(
        "The gradients of the images of a mini-batch are added, and all weights and biases $\\theta$ move "
        "against the sum. To first order the cost, summed over the same images, then falls by $\\eta$ "
        "times the squared length of $g$."
    )
    size, number, part = draw_settings(lab, case)
    if size == FOLLOWED:
        made_with: tuple = case.id, part
        batch = Batch(case.followed.activations[0][None], case.followed.target[None])
        whose = f"It takes {case.name} alone, the image that is followed above."
    else:
        made_with, first = (case.network, size, number, part), number * size
        images, labels = (array[first : first + size] for array in lab.dataset.train)
        batch = batch_of(images, labels, case.config.scaling)
        whose = f"It takes training images {first:,} to {first + size - 1:,}, whichever is followed above."

    def taken() -> tuple[SgdStep, Growth]:
        step = take_step(case.params, batch, case.config.learning_rate / part, case.config)
        return step, gradient_growth(case.params, batch, case.config.activation)

    st.caption(f"{whose} The step is taken on a copy; your network stays as it is.")
    result = computed("backprop_step", made_with, "Take the step", "Stepping", taken)
    if result is not None:
        slope = remembered(
            "backprop_step_slope",
            (case.params, *made_with, *case.place),
            lambda: slope_of_weight(case.params, batch, case.config.activation, *case.place),
        )
        st.markdown(words_on_weight(case, result[0].learning_rate, slope))
        draw_outcome(*result)


def words_on_weight(case: Case, learning_rate: float, slope: float) -> str:
    """Return what the step does to the chosen weight, in numbers."""
    layer, unit, source = case.place
    weight = float(case.params[layer - 1].weights[unit, source])
    name, after = symbol("W", *case.place), numeral(weight - learning_rate * slope)
    return (
        f"**The chosen weight** takes the step too: ${name} \\leftarrow {numeral(weight)} - "
        f"{learning_rate:g} \\cdot ({numeral(slope)}) = {after}$."
    )


def draw_settings(lab: Lab, case: Case) -> tuple[int, int, int]:
    """Draw the choice of images and learning rate: how many images, which mini-batch, a part of the rate."""
    most = len(lab.dataset.train.labels)
    own = min(case.config.batch_size, 1024, most)
    sizes = {FOLLOWED: "the followed image"} | {size: str(size) for size in sorted({*SIZES, own})}
    number = 0
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_backprop_step"):
        size = choose("Images in the mini-batch", sizes, FOLLOWED, "backprop_size", persist_state="session")
        if size != FOLLOWED:
            number = st.number_input(
                "Which mini-batch",
                0,
                most // size - 1,
                key="backprop_batch",
                persist_state="session",
                width=150,
            )
        part = choose(
            f"Learning rate, η = {case.config.learning_rate:g}",
            PARTS,
            1,
            "backprop_part",
            persist_state="session",
            help=help_of("learning rate"),
        )
    return size, number, part


def draw_outcome(step: SgdStep, growth: Growth) -> None:
    """Draw the three figures of a step, its way along the gradient, and the growth with the mini-batch."""
    metric = partial(st.metric, border=True, height="stretch")
    with st.container(horizontal=True, key="backprop_outcome"):
        metric("summed cost before", plain(step.before, 5))
        metric("after", plain(step.after, 5), **change_of_cost(step.change))
        metric(PREDICTED_CHANGE, signed(step.predicted), help=help_of("first-order prediction"))
        metric("actual / predicted", actual_to_predicted(step), help=RATIO)
    left, right = st.columns(2, gap="medium")
    with left:
        show(plot_step(step.rates, step.costs, step.learning_rate, step.predicted), "backprop_along")
        st.markdown(words_on(step))
    with right:
        if len(growth.own) > 1:
            show(plot_growth(growth.summed), "backprop_growth")
            st.markdown(words_on_growth(growth))
        else:
            st.markdown("Take more images to see how the step grows with the mini-batch.")


def actual_to_predicted(step: SgdStep) -> str:
    """Return the change as a share of the predicted one."""
    if not step.predicted:
        return "none predicted"
    return f"{step.change / step.predicted:.1%}".replace("-", "−")


def words_on(step: SgdStep) -> str:
    """Return what the step teaches."""
    share = step.change / step.predicted if step.predicted else 1.0
    if step.change > 0:
        return "The step was so long that the cost **rose**: downhill, across the valley, up the other side."
    if share < 0.9:
        return (
            "The cost fell, by less than the tangent predicts, for the cost bends on the way. Take a "
            "tenth or a hundredth of $\\eta$: the prediction gets better and better, and that is what a "
            "derivative means."
        )
    if share > 1.1:
        return "The cost fell more than predicted: here it bends downward, and a longer step would pay."
    return (
        "Change and prediction agree within a tenth: on so short a step the cost is as good as a straight "
        "line."
    )


def words_on_growth(growth: Growth) -> str:
    """Return what the sum has to do with the mean, how long the step is, and why the mean rises or falls."""
    count = len(growth.own)
    return (
        "**The sum and the mean.** The cost is a mean, but the step follows the **sum** of the images' "
        f"gradients: a learning rate $\\eta$ acts like ${count}\\,\\eta$ on the mean. {on_the_sum(growth)} "
        f"{on_the_mean(growth)} If you change the mini-batch, change $\\eta$ the other way."
    )


def on_the_sum(growth: Growth) -> str:
    """Return how long the step is beside that of the first image, and how much of the images' cancels."""
    count, first, total = len(growth.own), growth.own[0], growth.summed[-1]
    if not total:
        return f"Here, with {count} images, there is no step: their gradients add up to 0."
    if not first:
        text = f"The first image alone would move nothing; with {count} images the step has a length."
    else:
        times = plain(total / first, 3)
        text = f"Here, with {count} images, it is {times} times as long as with the first alone."
    kept = total / growth.own.sum()
    return f"{text} Of the lengths of all {count} gradients {kept:.0%} are left in the sum; the rest cancels."


def on_the_mean(growth: Growth) -> str:
    """Return whether the lower curve rises or falls, and the larger of its two reasons."""
    first, average, mean = growth.own[0], growth.own.mean(), growth.averaged[-1]
    if abs(mean - first) <= LEVEL * first:
        return "The lower curve, the mean, ends about as high as it begins."
    if mean > first:
        return "The lower curve, the mean, rises, for the first image's gradient is below the average."
    if mean / average < average / first:
        return "The lower curve, the mean, falls, for what the images disagree on cancels."
    return "The lower curve, the mean, falls, for the first image's gradient is far above the average."
