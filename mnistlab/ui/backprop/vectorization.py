"""vmap and keys: how the code for one image becomes that for a mini-batch; where random numbers come from."""

from dataclasses import replace

import streamlit as st

from mnistlab.analysis.equations import symbol
from mnistlab.analysis.formatting import numeral, plain
from mnistlab.analysis.random_keys import first_images, splits
from mnistlab.analysis.sgd_step import batch_of
from mnistlab.analysis.vectorization import Comparison, Operation, compare, lifted_shapes, step_operations
from mnistlab.engine.config import BOUNDS
from mnistlab.engine.training import initial_params
from mnistlab.figures.key_tree import draw_key_tree
from mnistlab.ui.backprop.case import Case, computed
from mnistlab.ui.formatting import count
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import gallery, show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SPLITS = 4  # shown of the tree
EPOCHS, IMAGES = 3, 8  # shown of the orders
FOR_ONE = """\
def for_one(params, image, target):        # shapes: (784,) and (10,)
    passed = forward(params, image)
    return passed, backward(params, passed, target)

for_batch = jax.vmap(for_one, in_axes=(None, 0, 0))   # (batch, 784) and (batch, 10)
"""
SAME_SEED = "The same seed twice gives the same weights and the same order."
OTHER_SEED = "Another seed gives others."


@st.fragment
def draw_vectorization(lab: Lab, case: Case) -> None:
    """Draw both halves of the tab."""
    draw_vmap(lab, case)
    draw_keys(lab, case)


def draw_vmap(lab: Lab, case: Case) -> None:
    """Draw how one image becomes a mini-batch, and what a step then carries out."""
    st.subheader("Vectorization with vmap", anchor=False, help=help_of("vmap"))
    st.markdown(
        "Forward and backward pass are written for **one** image. `jax.vmap` makes of them the same for a "
        "mini-batch: `in_axes` says that the parameters are shared (`None`) and that images and targets are "
        "numbered by their first axis (`0`). No formula changes, every value only gets a batch axis in front."
    )
    st.code(FOR_ONE, language="python")
    size = st.select_slider("Images in the mini-batch", SIZES, 32, key="backprop_vmap_size")
    left, right = st.columns(2, gap="medium")
    with left:
        draw_shapes(case, size)

    def both_ways() -> tuple[Comparison, tuple[Operation, ...]]:
        images, labels = (array[:size] for array in lab.dataset.train)
        batch = batch_of(images, labels, case.config.scaling)
        comparison = compare(case.params, *batch, case.config.activation)
        return comparison, step_operations(case.params, *batch, case.config)

    with right:
        result = computed(
            "backprop_vmap",
            (case.network, size),
            "Compute it both ways",
            "Looping, then vectorized",
            both_ways,
        )
        if result is None:
            st.caption("The gradient of the first images of the training set: by a Python loop, and by vmap.")
            return
        comparison, operations = result
        draw_comparison(comparison)
    draw_operations(operations)


def draw_shapes(case: Case, size: int) -> None:
    """Draw the shape of every value, before and after vmap."""
    lifted = lifted_shapes(case.params, size)
    st.table(
        {
            "value": [f"${value.name}$" for value in lifted],
            "one image": [str(value.one) for value in lifted],
            "with vmap": [str(value.batch) for value in lifted],
        },
        border="horizontal",
        hide_index=True,
    )


def draw_comparison(comparison: Comparison) -> None:
    """Draw both times, and how far the two gradients are apart."""
    loop, vmap = 1000 * comparison.loop_seconds, 1000 * comparison.vmap_seconds
    with st.container(horizontal=True):
        st.metric("Python loop", f"{loop:.2f} ms")
        st.metric("vmap", f"{vmap:.2f} ms")
        st.metric("Speedup", f"{loop / vmap:.1f}×")
    st.markdown(
        f"The same gradient of {count(comparison.size, 'image')}, up to rounding: largest difference "
        f"{plain(comparison.disagreement, 2)} of the largest gradient. The loop asks for every operation "
        "once per image, vmap once for all of them."
    )


def draw_operations(operations: tuple[Operation, ...]) -> None:
    """Draw what one step of training carries out, one operation after the other."""
    st.markdown(
        "**One SGD step, operation by operation.** Nothing is compiled as a whole (no `jit`): JAX traces the "
        f"vectorized step once, and training walks along this list of {len(operations)} operations. This "
        "list *is* what runs, and each result can be looked at:"
    )
    st.dataframe(
        {
            "operation": [each.name for each in operations],
            "operands": [", ".join(map(str, each.operands)) for each in operations],
            "result": [str(each.result) for each in operations],
            "smallest": [f"{each.smallest:.4g}" for each in operations],
            "largest": [f"{each.largest:.4g}" for each in operations],
        },
        height=320,
        alt=f"{len(operations)} operations of a step, with the shapes of their operands and results",
    )


def draw_keys(lab: Lab, case: Case) -> None:
    """Draw the tree of random keys, and the orders that come of it."""
    config = case.config
    st.subheader("Random keys", anchor=False, help=help_of("random key"))
    st.markdown(
        "JAX has no hidden random state. A **key**, two numbers, decides what is drawn, and `split` makes "
        "two new keys of one. So the same seed gives the same network and the same order of the images."
    )
    depth = len(config.dimensions) - 1
    weights = [f"weights of layer {number}" if number <= depth else "" for number in range(1, SPLITS + 1)]
    orders = [f"order of epoch {number}" for number in range(1, SPLITS + 1)]
    none, trees = [""] * SPLITS, [(config.seed, weights, orders)]
    if config.seed_of_order != config.seed:  # of a sweep: networks that differ in their seed share the order
        trees = [(config.seed, weights, none), (config.seed_of_order, none, orders)]
    for number, (seed, carried, other) in enumerate(trees):
        tree = draw_key_tree(splits(seed, SPLITS), seed, carried, other)
        show_sketch(tree, f"backprop_keys{number or ''}")
    low, high = BOUNDS["seed"]
    next_seed = min(config.seed_of_order + 1, high)
    another = st.number_input("Another seed", low, high, next_seed, key="backprop_other_seed", width=220)
    left, right = st.columns(2, gap="medium")
    with left:
        draw_order(lab, case, config.seed_of_order, SAME_SEED, "own")
    with right:
        is_same = another == config.seed_of_order
        draw_order(lab, case, int(another), SAME_SEED if is_same else OTHER_SEED, "other")


def draw_order(lab: Lab, case: Case, seed: int, sentence: str, side: str) -> None:
    """Draw the chosen weight as a seed begins it, and the first images of the first epochs."""
    config, (layer, unit, source) = replace(case.config, seed=seed), case.place
    weight = remembered(
        f"backprop_first_weight_{side}",
        (str(config), *case.place),
        lambda: float(initial_params(config)[layer - 1].weights[unit, source]),
    )
    st.markdown(f"**Seed {seed}.** {sentence}")
    if case.config.seed_of_order == case.config.seed:  # else the weights of a sweep's network have their own
        st.markdown(f"${symbol('W', *case.place)}$ begins at ${numeral(weight)}$.")
    images, labels = lab.dataset.train
    size = min(case.config.train_size, len(labels))
    for epoch in range(1, EPOCHS + 1):
        places = first_images(seed, epoch, size, IMAGES)
        says = [f"training image {place}, a {labels[place]}" for place in places]
        st.caption(f"Epoch {epoch} begins with")
        st.html(gallery(images[places], says, size=34))
