"""What a session under load plants that nobody else has, and how it is found in what a server sends."""

import base64
import io
import json
import random
import re
import secrets
from typing import NamedTuple

from PIL import Image, ImageDraw

PLANTED = re.compile(rb"mark[0-9a-f]{16}|seed=[0-9]{10}")
SHEET = (280, 306)  # px, width and height, as the Predict page's canvas sends it
PEN = 22  # px
PAPER, INK = "#ffffff", "#000000"
MARGIN = 60  # px
CORNERS = 4  # of a stroke


class Mark(NamedTuple):
    """What is one session's alone: a word for whatever can be typed or drawn, and a setting."""

    word: str
    seed: int  # ten digits

    @property
    def query(self) -> dict[str, str]:
        """The settings of the session's address: its seed, and its word as the teacher's."""
        return {"seed": str(self.seed), "note": self.word}

    def found_in(self, data: bytes) -> tuple[int, set[bytes]]:
        """Return how often this mark is in what was received, and the marks of others in it."""
        found = PLANTED.findall(data)
        mine = {self.word.encode(), f"seed={self.seed}".encode()}
        return sum(mark in mine for mark in found), set(found) - mine


def new_mark() -> Mark:
    """Return a mark that nobody else has."""
    return Mark(f"mark{secrets.token_hex(8)}", 10**9 + secrets.randbelow(10**9))


def drawing(mark: Mark, number: int) -> str:
    """Return the state that the canvas component sends for strokes not sent before.

    Args:
        mark: Goes into the stroke's record, which the server keeps and sends back with the page.
        number: Of the drawing; another number is another stroke.
    """
    chance = random.Random(f"{mark.word}{number}")
    points = [tuple(chance.randint(MARGIN, side - MARGIN) for side in SHEET) for _ in range(CORNERS)]
    picture = Image.new("RGBA", SHEET, PAPER)
    ImageDraw.Draw(picture).line(points, fill=INK, width=PEN, joint="curve")
    file = io.BytesIO()
    picture.save(file, "PNG")
    path = [["M" if place == 0 else "L", *point] for place, point in enumerate(points)]
    stroke = {"type": "path", "path": path, "stroke": INK, "strokeWidth": PEN, "name": mark.word}
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return json.dumps({"drawing": {"raw": {"objects": [stroke]}, "data": address}})
