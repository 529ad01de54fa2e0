"""An exception that no page caught: a sentence on the screen, the rest in the log, one reference in both."""

import logging
import secrets
import traceback

import streamlit as st

logger = logging.getLogger(__name__)


def report(error: Exception) -> bool:
    """Log an exception and tell the person its reference, in the place where it happened.

    The log comes first: drawing may end this run, when another one is already asked for.

    Returns:
        True: Streamlit has nothing to add.
    """
    reference = secrets.token_hex(4)
    logger.error("Error %s: %s\n%s", reference, in_one_line(error), indented_traceback(error))
    st.error(sentence(reference))
    return True


def sentence(reference: str) -> str:
    """Return what the person is told."""
    return (
        "Something went wrong on this page. Your networks are safe, and the other pages work. "
        f"Reload; if it happens again, tell whoever runs this lab: reference `{reference}`."
    )


def in_one_line(error: Exception) -> str:
    """Return the type and the message of an exception, also of one whose message cannot be had."""
    return printable("".join(traceback.format_exception_only(error)).strip())


def indented_traceback(error: Exception) -> str:
    """Return the traceback; it quotes the message, and indented no line of that passes for one of the log."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(f"    {printable(line)}" for line in lines)


def printable(text: str) -> str:
    """Return a text without line breaks and whatever else steers a terminal; it may be a stranger's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
