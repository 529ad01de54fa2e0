"""The theme that the browser gets is the one that Streamlit would have made."""

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from mnistlab.ui.theme_message import make_theme_once

SECTIONS = ("", "light", "dark", "sidebar", "light.sidebar", "dark.sidebar")


def theme() -> CustomThemeConfig:
    """The message as a session puts it together."""
    whole = CustomThemeConfig()
    for section in SECTIONS:
        part = whole
        for name in filter(None, section.split(".")):
            part = getattr(part, name)
        app_session._populate_theme_msg(part, ".".join(filter(None, ("theme", section))))
    return whole


def test_the_theme_is_the_same_and_its_options_are_read_once(monkeypatch):
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    asked = []
    options_of = config.get_options_for_section
    monkeypatch.setattr(
        config, "get_options_for_section", lambda name: (asked.append(name), options_of(name))[1]
    )
    plain = theme()
    assert len(plain.light.chart_categorical_colors) == 10
    assert plain.dark.primary_color != plain.light.primary_color
    make_theme_once()
    assert theme() == plain
    asked.clear()
    assert theme() == plain
    assert asked == []
