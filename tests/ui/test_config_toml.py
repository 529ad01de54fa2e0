"""The server's settings exist in this Streamlit, and the theme can be read by everybody."""

import itertools
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from streamlit import config

from mnistlab.figures.ink import INK_COLOR, PAPER
from mnistlab.figures.theme import RIGHT, WRONG
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES

FILE = Path(__file__).parents[2] / ".streamlit" / "config.toml"
SETTINGS = tomllib.loads(FILE.read_text())
THEMES = ("light", "dark")
CAPTION_OPACITY = 0.6  # Streamlit writes captions in the text color with this opacity
# Linear RGB as dichromats see it; Machado, Oliveira, Fernandes, 2009, severity 1.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def rgb(color):
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255


def linear(color):
    values = rgb(color)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """WCAG 2.2, 1.4.3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blended(color, ground, opacity):
    mixed = (rgb(color) * opacity + rgb(ground) * (1 - opacity)) * 255
    return "#" + "".join(f"{round(value):02X}" for value in mixed)


def oklab(color, vision):
    """B. Ottosson, A perceptual color space for image processing, 2020."""
    seen = np.clip(VISION[vision] @ linear(color), 0, 1)
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.793617785, -0.0040720468],
            [1.9779984951, -2.428592205, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.808675766],
        ]
    )
    return opponents @ np.cbrt(cones @ seen)


def distance(one, other, vision):
    return float(np.linalg.norm(oklab(one, vision) - oklab(other, vision)))


def theme(name):
    return SETTINGS["theme"][name]


def flat(settings, path=""):
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{key}.")
        else:
            yield path + key, value


def test_every_option_is_known_to_this_streamlit():
    config.get_config_options()
    unknown = [name for name, _ in flat(SETTINGS) if name not in config._config_options_template]
    assert unknown == []


def test_every_option_differs_from_the_default():
    config.get_config_options()
    same = [k for k, v in flat(SETTINGS) if config._config_options_template[k].default_val == v]
    assert same == ["browser.serverAddress"]  # that it was chosen is what counts


def test_streamlit_takes_the_hidden_option_that_saves_a_tenth_of_a_second_per_run():
    config.get_config_options(force_reparse=True)
    assert config.get_option("runner.postScriptGC") is False


def test_no_message_is_left_to_the_memory_of_a_browser():
    config.get_config_options(force_reparse=True)
    assert config.get_option("global.minCachedMessageSize") > 2**31


def test_the_server_neither_reports_nor_shows_stack_traces_nor_takes_large_files():
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["client"]["showErrorDetails"] == "none"
    assert SETTINGS["client"]["showErrorLinks"] is False
    assert SETTINGS["server"]["maxUploadSize"] * 2**20 >= MAX_FILE_BYTES, (
        "a network could not be brought back"
    )
    assert SETTINGS["server"]["maxUploadSize"] < 50
    assert "enableCORS" not in SETTINGS["server"]
    assert "enableXsrfProtection" not in SETTINGS["server"]


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_on_every_surface(name):
    colors, sidebar = theme(name), theme(name)["sidebar"]
    surfaces = [
        colors["backgroundColor"],
        colors["secondaryBackgroundColor"],
        sidebar["backgroundColor"],
        sidebar["secondaryBackgroundColor"],
    ]
    for surface in surfaces:
        assert contrast(colors["textColor"], surface) >= 7
        assert contrast(colors["linkColor"], surface) >= 4.5
        assert contrast(blended(colors["textColor"], surface, CAPTION_OPACITY), surface) >= 4.5
    assert contrast(colors["codeTextColor"], colors["codeBackgroundColor"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_white_can_be_read_on_the_primary_button(name):
    assert contrast("#FFFFFF", theme(name)["primaryColor"]) >= 4.5
    assert contrast(theme(name)["primaryColor"], theme(name)["backgroundColor"]) >= 3


@pytest.mark.parametrize("name", THEMES)
def test_the_text_of_figures_can_be_read(name):
    """Streamlit writes these two grays for the names that the figures use for text."""
    ground = theme(name)["backgroundColor"]
    text = {"light": "#262730", "dark": "#FAFAFA"}[name]
    assert contrast(text, ground) >= 7
    assert contrast(blended(text, ground, 0xB8 / 255), ground) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_charts_have_ten_colors_of_each_kind(name):
    for kind in ("Categorical", "Sequential", "Diverging"):
        colors = theme(name)[f"chart{kind}Colors"]
        assert len(colors) == 10
        assert all(re.fullmatch("#[0-9A-F]{6}", color) for color in colors)


@pytest.mark.parametrize("name", THEMES)
def test_the_digits_colors_stand_out_from_the_page(name):
    for color in theme(name)["chartCategoricalColors"]:
        assert contrast(color, theme(name)["backgroundColor"]) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", THEMES)
def test_the_digits_colors_differ_for_every_kind_of_vision(name, vision):
    pairs = itertools.combinations(theme(name)["chartCategoricalColors"], 2)
    assert min(distance(one, other, vision) for one, other in pairs) >= 0.075


@pytest.mark.parametrize("name", THEMES)
def test_right_and_wrong_stand_out_on_both_themes(name):
    for color in (RIGHT, WRONG):
        assert contrast(color, theme(name)["backgroundColor"]) >= 3


@pytest.mark.parametrize("vision", VISION)
def test_right_and_wrong_differ_for_every_kind_of_vision(vision):
    assert distance(RIGHT, WRONG, vision) >= 0.15


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", THEMES)
def test_negative_and_positive_differ_for_every_kind_of_vision(name, vision):
    colors = theme(name)["chartDivergingColors"]
    for step in range(4):
        assert distance(colors[step], colors[9 - step], vision) >= 0.12


@pytest.mark.parametrize("name", THEMES)
def test_the_scales_run_from_the_page_to_the_strongest_color(name):
    ground = theme(name)["backgroundColor"]
    much = [contrast(color, ground) for color in theme(name)["chartSequentialColors"]]
    assert much == sorted(much)
    assert much[0] < 1.3
    assert much[-1] > 10
    signed = [contrast(color, ground) for color in theme(name)["chartDivergingColors"]]
    assert signed[:5] == sorted(signed[:5], reverse=True)
    assert signed[5:] == sorted(signed[5:])


def test_ink_stands_out_from_paper():
    assert contrast(INK_COLOR, PAPER) >= 12
