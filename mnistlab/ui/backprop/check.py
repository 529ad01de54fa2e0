"""The gradient check: three routes to the same numbers."""

import streamlit as st

from mnistlab.analysis.formatting import numeral, plain
from mnistlab.analysis.gradient_check import BOUND, against_differences, against_jax, random_places
from mnistlab.figures.gradients import plot_agreement
from mnistlab.ui.backprop.case import Case, computed
from mnistlab.ui.chart import show
from mnistlab.ui.glossary import help_of

RANDOM = 50
JAX = r"g_{\text{jax}}"  # on every other tab a prime is a derivative


@st.fragment
def draw_check(case: Case) -> None:
    """Draw the button that checks, and what came out."""
    st.subheader("Gradient check", anchor=False, help=help_of("gradient check"))
    st.markdown(
        "Is the gradient right? A slip in the backward pass still gives numbers, and often a network that "
        "learns a little. So compare with two routes that share no line of the way back: `jax.grad`, which "
        "derives the gradient of **every** weight by itself, and the **definition** of a slope, two costs "
        "a little apart, for this weight and fifty others. It is a check, not a proof."
    )
    checks = computed(
        "backprop_check",
        case.weight_id,
        "Check this image",
        "Going the three routes",
        lambda: (
            against_jax(case.followed),
            against_differences(case.followed, (case.place, *random_places(case.followed, RANDOM))),
        ),
    )
    if checks is None:
        st.caption("It is made for the image, the network and the weight that are chosen above.")
        return
    arrays, weights = checks
    left, right = st.columns(2, gap="medium")
    with left:
        draw_arrays(arrays)
    with right:
        draw_weights(weights)


def draw_arrays(arrays) -> None:
    """Draw the agreement with `jax.grad`, array by array."""
    worst = max(check.disagreement for check in arrays)
    count = f"{sum(check.size for check in arrays):,}"
    if worst == 0:
        verdict = f"All {count} slopes are the same **to the last bit**."
    else:
        word = "They agree" if worst <= BOUND else "They do **not** agree"
        verdict = (
            f"{word}: over all {count} slopes the largest difference is {plain(worst, 2)} of the largest "
            "gradient of its array."
        )
    st.markdown(
        f"**Backpropagation against `jax.grad`.** {verdict} Single precision allows {plain(BOUND)}. "
        f"Backpropagation gives $g$, `jax.grad` gives ${JAX}$; compared is, array by array, "
        f"$\\max |g - {JAX}| \\,/\\, \\max |{JAX}|$."
    )
    st.table(
        {
            "array": [f"$\\partial L / \\partial {check.kind}^{{({check.layer})}}$" for check in arrays],
            "slopes": [f"{check.size:,}" for check in arrays],
            f"largest $|{JAX}|$": [plain(check.largest, 4) for check in arrays],
            "largest difference / largest gradient": [plain(check.disagreement, 2) for check in arrays],
        },
        border="horizontal",
        hide_index=True,
    )


def draw_weights(weights) -> None:
    """Draw the agreement with central differences, weight by weight."""
    first = weights[0]
    worst = max(check.disagreement for check in weights)
    verdict = "They agree" if worst <= BOUND else "They do **not** agree"
    st.markdown(
        f"**Backpropagation against central differences.** {verdict}, to {plain(worst, 2)} of the largest "
        "slope of the layer (double precision). This weight:"
    )
    st.latex(
        r"\begin{aligned} \frac{\partial L}{\partial W} &= "
        rf"{numeral(first.by_hand, 9)} \\[8pt] \frac{{L(W + h) - L(W - h)}}{{2h}} &= "
        rf"{numeral(first.difference, 9)} \end{{aligned}}"
    )
    if first.by_hand:
        relative = abs(first.by_hand - first.difference) / abs(first.by_hand)
        st.markdown(f"Relative difference of the two: {plain(relative, 2)}.")
    names = [f"layer {p.layer}, to unit {p.unit} from {p.source}" for p in (check.place for check in weights)]
    show(
        plot_agreement([check.by_hand for check in weights], [check.difference for check in weights], names),
        "backprop_agreement",
    )
    unseen = sum(check.by_hand == 0 or check.difference == 0 for check in weights)
    st.caption(
        "The large dot is this weight. The others were drawn at random among those that carry something."
        + (
            f" {unseen} are not shown: so flat that two costs with sixteen digits are equal."
            if unseen
            else ""
        )
    )
