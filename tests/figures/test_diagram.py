"""The diagram of a network: every line and unit says its number, and large layers are sampled."""

import itertools
import json
import re

import numpy as np
import pytest

from mnistlab.engine.network import Layer
from mnistlab.figures.diagram import STRENGTHS, draw_network, drawn_units
from mnistlab.ui.html_figure import sent

RANDOM = np.random.default_rng(2)
SHAPES = [(784, 10), (784, 100, 10), (784, 1024, 512, 256, 10), (784, 64, 32, 16, 8, 4, 2, 10), (784, 1, 10)]


def network(*widths):
    return tuple(
        Layer(RANDOM.normal(size=(n_out, n_in)), RANDOM.normal(size=n_out))
        for n_in, n_out in itertools.pairwise(widths)
    )


def paths(drawn):
    """Each line that is painted: both ends in thousandths, its class and its width."""
    pattern = r'<path class="(\w+)" stroke-width="([\d.]+)" opacity="[\d.]+" d="([^"]*)"'
    for kind, width, strokes in re.findall(pattern, drawn.markup):
        for ends in re.findall(r"M(\d+) (\d+)L(\d+) (\d+)", strokes):
            yield tuple(map(int, ends)), kind, float(width)


@pytest.mark.parametrize("shape", SHAPES)
def test_any_network_is_drawn_by_few_paths_and_is_light(shape):
    drawn = draw_network(network(*shape))
    assert drawn.markup.count("<path") == 2 * len(STRENGTHS) + 1
    assert len(json.dumps(sent(drawn))) < 200_000
    assert "-".join(map(str, shape)) in drawn.alt


@pytest.mark.parametrize("shape", SHAPES)
def test_every_line_has_the_color_of_its_weights_sign_and_says_its_weight(shape):
    params = network(*shape)
    drawn = draw_network(params)
    columns = [drawn_units(width, 0.5) for width in shape]
    painted = list(paths(drawn))
    assert len(painted) == sum(len(a.units) * len(b.units) for a, b in itertools.pairwise(columns))
    kinds = {ends: kind for ends, kind, _ in painted}
    for ends, says in zip(drawn.marks.ends, drawn.marks.says, strict=True):
        found = re.match(r"layer (\d+), to unit (\d+) from \w+ (\d+)", says)
        layer, target, source = map(int, found.groups())
        weight = params[layer - 1].weights[target, source]
        assert says.endswith(f"\nweight {weight:+.6f}".replace("-", "−"))
        assert kinds[tuple(np.round(1000 * ends).astype(int))] == ("negative" if weight < 0 else "positive")


def test_a_line_runs_between_its_units():
    params = network(5, 3)
    drawn = draw_network(params)
    units = re.findall(r'<i style="left:([\d.]+)%;top:([\d.]+)%" data-says="(\w+ \d+)', drawn.markup)
    places = {name + ("" if name.startswith("pixel") else "!"): (float(x), float(y)) for x, y, name in units}
    for ends, says in zip(drawn.marks.ends, drawn.marks.says, strict=True):
        target, source = re.search(r"to unit (\d+) from pixel (\d+)", says).groups()
        expected = [*places[f"pixel {source}"], *places[f"unit {target}!"]]
        assert (100 * ends).tolist() == pytest.approx(expected, abs=1e-3)


def test_a_stronger_weight_is_never_drawn_thinner():
    params = network(6, 4)
    drawn = draw_network(params)
    widths = {ends: width for ends, _, width in paths(drawn)}
    sizes = {
        tuple(np.round(1000 * ends).astype(int)): abs(float(says.rpartition(" ")[2].replace("−", "-")))
        for ends, says in zip(drawn.marks.ends, drawn.marks.says, strict=True)
    }
    ordered = [widths[ends] for ends in sorted(sizes, key=sizes.get)]
    assert ordered == sorted(ordered)
    assert len(ordered) == 24


def test_hovering_over_a_unit_says_its_bias():
    params = network(784, 3, 10)
    bias = f"{params[0].biases[2]:+.6f}".replace("-", "−")
    assert f'data-says="unit 2\nbias {bias}"' in draw_network(params).markup


def test_a_large_layer_is_sampled_evenly_and_the_diagram_says_so():
    column = drawn_units(784, 0.5)
    assert len(column.units) == 14
    assert set(np.diff(column.units)) == {56}
    markup = draw_network(network(784, 10)).markup
    assert "Of layers with more units, 14 are drawn, evenly spaced." in markup
    assert "<b>784</b><br>input" in markup
    assert "⋮" in markup


def test_a_small_network_is_drawn_whole_and_nothing_is_said():
    markup = draw_network(network(6, 4)).markup
    assert "are drawn" not in markup
    assert "⋮" not in markup
