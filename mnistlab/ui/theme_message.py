"""The theme as it goes to the browser: made once, not before every run of every page."""

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def make_theme_once() -> None:
    """Keep what Streamlit makes of the theme's options, which stay the same as long as the server runs.

    It reads all of them before each run, on the thread that speaks to all browsers.
    """
    populate = app_session._populate_theme_msg

    @cache
    def made(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        populate(theme, section)
        return theme

    def put(theme: CustomThemeConfig, section: str = "theme") -> None:
        if made(section).ByteSize():
            theme.MergeFrom(made(section))

    app_session._populate_theme_msg = put
