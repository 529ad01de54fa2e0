"""An exception that no page caught: a sentence on the screen, the rest in the log, one reference in both."""

import logging
import secrets
import traceback

import streamlit as st
from streamlit import config
from streamlit.proto.Exception_pb2 import Exception as ExceptionBox
from streamlit.runtime import fragment
from streamlit.runtime.scriptrunner import exec_code

logger = logging.getLogger(__name__)


def report_mishaps() -> None:
    """Say in the lab's words what Streamlit says in its own, where it is configured to show no details.

    It has one handler for the body of a page, for callbacks and for fragments; two of its modules call it.
    """
    if config.get_option("client.showErrorDetails") == "none":
        exec_code.handle_user_script_exception = report
        fragment.handle_user_script_exception = report


def report(error: Exception, _handler: object = None) -> None:
    """Log an exception and tell the person its reference, in the place where it happened.

    The log comes first: drawing may end this run, when another one is already asked for.
    """
    reference = secrets.token_hex(4)
    logger.error("Mishap %s: %s\n%s", reference, in_one_line(error), indented_traceback(error))
    try:
        show(reference)
    except Exception:  # what went wrong is logged; a second mishap must not end the thread that draws
        logger.exception("Mishap %s could not be shown", reference)


def show(reference: str) -> None:
    """Draw the sentence as Streamlit draws exceptions: this is where the tests of pages look for them."""
    st._main._enqueue("exception", ExceptionBox(message=sentence(reference), message_is_markdown=True))


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
