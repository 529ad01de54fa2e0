"""What is told of an exception that no page catches; what a browser shows of it is in test_browser_errors."""

import re

from mnistlab.ui import log


class Mute(Exception):
    def __str__(self):
        raise ValueError


def test_an_error_whose_message_cannot_be_had_is_reported_too(caplog, monkeypatch):
    told = []
    monkeypatch.setattr(log.st, "error", told.append)
    assert log.report(Mute())
    reference = re.search(r"`(\w+)`", told[0])[1]
    assert caplog.messages[0].startswith(f"Error {reference}: ")
    assert "Mute" in caplog.messages[0]
