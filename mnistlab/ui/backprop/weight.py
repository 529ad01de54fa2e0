"""One weight: first a guess, then the four equations with its numbers, and the costs as a check."""

import streamlit as st

from mnistlab.analysis.equations import Equation, symbol, worked_weight
from mnistlab.analysis.formatting import aligned, numeral, plain
from mnistlab.analysis.gradient_check import moved, nudge
from mnistlab.ui.backprop.case import Case, answer_given, draw_answers, praise
from mnistlab.ui.formatting import Change, change_of_cost
from mnistlab.ui.glossary import help_of

GUESS = "backprop_guess"  # the question
ANSWERS = {"raise": "Raise it", "lower": "Lower it", "same": "No difference"}
SYMBOLS = ("slope", "BP1", "BP2", "BP4")
TITLES = {
    "sum": "its sum",
    "activation": "its activation",
    "slope": "how steep $\\sigma$ is there",
    "BP1": "(BP1) the error of output {unit}",
    "BP2": "(BP2) carried back to unit {unit} of layer {layer}",
    "BP3": "(BP3) the slope of the unit's bias",
    "BP4": "(BP4) the slope of the weight",
}
LITTLE = 1000  # nudges that make a small change one can see in the cost


def draw_weight(case: Case) -> None:
    """Draw the question, and after the answer the equations."""
    st.subheader("One weight: the four equations", anchor=False, help=help_of("weight"))
    st.toggle("Guess first", key=f"{GUESS}_first", persist_state="session", value=True)
    equations = worked_weight(case.followed, case.place)
    answer = answer_given(GUESS, case.weight_id)
    if answer is None:
        draw_question(case, equations)
    else:
        draw_verdict(case, answer)
        draw_equations(case, equations)


def draw_question(case: Case, equations: tuple[Equation, ...]) -> None:
    """Ask which way the weight should go, with what one may know for the guess beside it."""
    name, value = symbol("W", *case.place), numeral(case.followed.weight(case.place))
    with st.container(border=True, key="backprop_question"):
        question, formulas = st.columns([1.15, 1], gap="large", vertical_alignment="center")
        with question:
            st.markdown(
                f"The weight is ${name} = {value}$. **To lower the cost of this image, should it be raised "
                "or lowered?**"
            )
            st.markdown("What you know:\n" + "".join(f"\n- {clue}" for clue in clues(case, equations)))
            draw_answers(GUESS, case.weight_id, ANSWERS)
        symbols = [equation.lines[0] for equation in unique(equations) if equation.name in SYMBOLS]
        formulas.latex(r"\begin{aligned}" + r" \\[6pt] ".join(symbols) + r"\end{aligned}")


def unique(equations: tuple[Equation, ...]) -> list[Equation]:
    """Return one equation of each name: the last, which speaks of the unit itself."""
    return list({equation.name: equation for equation in equations}.values())


def clues(case: Case, equations: tuple[Equation, ...]) -> list[str]:
    """Return what the sign of the gradient follows from, short of the sign itself."""
    followed, (layer, unit, source) = case.followed, case.place
    carried = followed.activations[layer - 1][source]
    known = [f"it carries ${symbol('a', layer - 1, source)} = {numeral(float(carried))}$"]
    if layer == followed.depth:
        a, y = float(followed.activations[layer][unit]), int(followed.target[unit])
        known.append(f"output {unit} says {plain(a)} and should say {y}")
        return known
    total = next(e for e in reversed(equations) if e.name == "BP2").terms
    loudest = sorted(total.written, key=lambda term: -abs(term.product))[:3]
    known += [
        f"unit {term.number} above listens with {plain(term.weight, 3)} and has $\\Delta = "
        f"{numeral(term.carried, 3)}$"
        for term in loudest
    ]
    return known


def draw_verdict(case: Case, answer: str) -> None:
    """Say which way lowers the cost, and check it with three costs."""
    slope, name = case.followed.slope_of(case.place), symbol("W", *case.place)
    right = "same" if slope == 0 else "raise" if slope < 0 else "lower"
    because = {
        "raise": f"Raise it: the slope $\\partial L / \\partial {name} = {numeral(slope)}$ is negative, "
        "so a larger weight gives a lower cost.",
        "lower": f"Lower it: the slope $\\partial L / \\partial {name} = {numeral(slope)}$ is positive, "
        "so a smaller weight gives a lower cost.",
        "same": "It makes no difference: what this weight carries is 0, or the error at its end is, and "
        "the product with them.",
    }
    st.markdown(
        f"{praise(answer, right)}{because[right]} Here is a check, computed afresh in double precision:"
    )
    h, weight = LITTLE * nudge(case.followed, case.place), case.followed.weight(case.place)
    costs = moved(case.followed, case.place, (weight - h, weight, weight + h)).costs
    with st.container(horizontal=True, key="backprop_proof"):
        labels = ("a little lower", "as it is", "a little higher")
        for label, cost, text in zip(labels, costs, aligned(costs.tolist(), 8), strict=True):
            change: Change = {} if label == "as it is" else change_of_cost(cost - costs[1], 3)
            st.metric(
                f"$L$, the weight {label}",
                text,
                **change,
                border=True,
                height="stretch",
                help=help_of("cost", f"Here the weight is moved by {plain(h, 3)}." if change else ""),
            )


def draw_equations(case: Case, equations: tuple[Equation, ...]) -> None:
    """Draw the way forward above the way back, each equation with its numbers."""
    total, activation, slope, *backward = equations
    with st.container(border=True, key="backprop_equations_forward"):
        st.markdown(f"**Forward**: unit {case.place.unit} of layer {case.place.layer}")
        left, right = st.columns(2, gap="medium")
        draw_titled(left, total)
        draw_titled(right, activation, slope)
        st.caption(note_on_sum(total, case.place.layer))
    with st.container(border=True, key="backprop_equations_backward"):
        st.markdown("**Backward**: from the output to the weight")
        for start in range(0, len(backward), 2):
            for column, equation in zip(
                st.columns(2, gap="medium"), backward[start : start + 2], strict=False
            ):
                draw_titled(column, equation)
        through = any(equation.name == "BP2" for equation in backward)
        st.caption(
            "Numbers are rounded to four digits; nothing was computed with rounded ones."
            + (" In (BP2) a box marks the largest share of the error." if through else "")
        )


def draw_titled(column, *equations: Equation) -> None:
    """Draw equations under each other, each under its name in words."""
    for equation in equations:
        layer, unit, _ = equation.place
        column.caption(TITLES[equation.name].format(layer=layer, unit=unit))
        column.latex(equation.latex)


def note_on_sum(equation: Equation, layer: int) -> str:
    """Return what is not written out of the sum, in words."""
    total = equation.terms
    sentence = "A box marks your weight."
    if total.num_rest:
        sentence += f" The {total.num_rest:,} terms that are not written are added up under the brace."
    if total.num_zero:
        things = "pixels are white and add" if layer == 1 else "units are silent and add"
        sentence += f" {total.num_zero:,} {things} exactly 0."
    return sentence
