"""Which unit of a layer matters most: each is silenced by itself, and the accuracy falls more or less."""

import streamlit as st

from mnistlab.analysis.ablation import Damage
from mnistlab.engine.evaluation import Score
from mnistlab.ui.backprop.case import Case
from mnistlab.ui.backprop.damage import CONTROLS, RANKED, hardest_hit, measured, silence_alone
from mnistlab.ui.formatting import percent
from mnistlab.ui.widgets import choose, widget_key

ASKED = "backprop_ranking_asked"  # session state: network and layer whose units are to be ranked
SHOWN = 10  # units of the ranking


def draw_ranking(case: Case, damage: Damage) -> None:
    """Draw the offer to silence each unit of a layer by itself and, once that is done, which matter most."""
    st.markdown("#### Which unit matters most?")
    widths = case.config.hidden
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_backprop_rank"):
        names = {layer: str(layer) for layer in range(1, len(widths) + 1)}
        layer = choose("Layer", names, 1, "backprop_rank_layer") if len(widths) > 1 else 1
        asked = case.network, layer
        is_asked = st.session_state.get(ASKED) == asked
        st.button(
            "Silence every unit, one at a time",
            key="backprop_rank",
            on_click=lambda: st.session_state.update({ASKED: asked}),
            disabled=is_asked,
        )
    if not is_asked:
        st.caption("Each time only that unit is silent, and the copy reads the test images.")
        return
    silenced = [Damage(silenced=((layer, unit),)) for unit in range(widths[layer - 1])]
    ranking = measured(RANKED, case, (Damage(), *silenced))
    if not ranking.scores:
        st.markdown(ranking.error or f"The {len(silenced):,} units of layer {layer} are silenced in turn ...")
    else:
        draw_ranked(case, damage, layer, *ranking.scores)


def draw_ranked(case: Case, damage: Damage, layer: int, whole: Score, *without: Score) -> None:
    """Draw the units whose loss costs most; a click on one silences it."""
    units = sorted(range(len(without)), key=lambda unit: without[unit].accuracy)[:SHOWN]
    copies, images = [without[unit] for unit in units], f"{whole.num_images:,} test images"
    if copies[0].num_correct < whole.num_correct:
        st.markdown(
            f"Without **unit {units[0]}** the accuracy on {images} falls most, from "
            f"{percent(whole.accuracy)} to {percent(copies[0].accuracy)}. Of {len(without):,} units these "
            "cost most: tick one, and above you see the network without it."
        )
    else:
        st.markdown(f"It can spare any one of them: on {images} none costs accuracy.")
    key = widget_key("backprop_ranked_units", CONTROLS)
    chosen = [row for row, unit in enumerate(units) if damage.silenced == ((layer, unit),)]
    st.dataframe(
        {
            "unit": units,
            "points lost": [100 * (whole.accuracy - copy.accuracy) for copy in copies],
            "accuracy after": [100 * copy.accuracy for copy in copies],
            "hit hardest": [hardest_hit(whole, copy) for copy in copies],
        },
        key=key,
        on_select=lambda: silence_alone(
            case, [(layer, units[row]) for row in st.session_state[key]["selection"]["rows"]]
        ),
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen}},
        hide_index=True,
        column_config={
            "points lost": st.column_config.NumberColumn(format="%.2f"),
            "accuracy after": st.column_config.NumberColumn(format="%.2f%%"),
        },
        alt=f"The {len(units)} units of layer {layer} whose loss costs most accuracy",
    )
