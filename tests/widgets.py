"""Widgets of a page as tests find them: by their name, whichever version of their key they have."""

import re


def named(widgets, name: str):
    """Return the widget of a name among those of one kind, such as `app.number_input`."""
    (found,) = [each for each in widgets if re.fullmatch(rf"{name}(_\d+)?", each.key or "")]
    return found
