"""What a browser may send in the place of a drawing; Streamlit hands it on as it comes."""

import base64

from PIL import Image

from tests.attacks.pictures import SVG, as_file, png_declaring, seven, whole_bomb

WIDTH, HEIGHT = 280, 306  # of the sheet, px


def address_of(data, kind="image/png"):
    """Return bytes as an address that holds them."""
    return f"data:{kind};base64," + base64.b64encode(data).decode()


def sheet(*size):
    """Return a blank picture of a size, as an address."""
    return address_of(as_file(Image.new("RGBA", size)))


def state(data, raw=None):
    """Return what Streamlit keeps of a canvas that sent this."""
    return {"drawing": {"raw": raw if raw is not None else {"objects": [{"type": "path"}]}, "data": data}}


PICTURES = {
    "words": lambda: "hello",
    "no bytes": lambda: "data:image/png;base64,",
    "no base64": lambda: "data:image/png;base64,!!!!",
    "letters of other scripts": lambda: "data:image/png;base64,Ä",
    "no picture": lambda: address_of(b"hello"),
    "a JPEG": lambda: address_of(as_file(seven(), "JPEG"), "image/jpeg"),
    "an SVG": lambda: address_of(SVG, "image/svg+xml"),
    "an SVG called a PNG": lambda: address_of(SVG),
    "an address elsewhere": lambda: "http://127.0.0.1/picture.png",
    "a file of the server": lambda: "file:///etc/passwd",
    "a picture cut short": lambda: sheet(WIDTH, HEIGHT)[:100],
    "one pixel": lambda: sheet(1, 1),
    "without the hidden edge": lambda: sheet(280, 280),
    "turned": lambda: sheet(HEIGHT, WIDTH),
    "one row more": lambda: sheet(WIDTH, HEIGHT + 1),
    "3.6 gigapixels": lambda: address_of(png_declaring(60_000, 60_000)),
    "400 megapixels in 50 kB": lambda: address_of(whole_bomb()),
    "3 MB": lambda: "data:image/png;base64," + "A" * 3_000_000,
}
REFUSED = {f"a canvas: {kind}": build for kind, build in PICTURES.items()}

# Not even the form of a drawing: nothing is kept.
IGNORED = {
    "nothing": lambda: None,
    "a list": lambda: [1, 2],
    "a text": lambda: "drawing",
    "no drawing": lambda: {},
    "a drawing that is a list": lambda: {"drawing": [1]},
    "a picture that is a number": lambda: state(7),
    "a picture that is a record": lambda: state({"data": "x"}),
    "no picture": lambda: state(None),
    "an empty picture": lambda: state(""),
}

# A good picture, and in the place of its strokes something else.
STROKES = {
    "a number": lambda: 5,
    "a text": lambda: "path",
    "objects a record": lambda: {"objects": {"type": "path"}},
    "objects of all kinds": lambda: {"objects": [None, 1, "path", [], {"type": None}, {}]},
    "a picture from elsewhere": lambda: {"objects": [{"type": "image", "src": "http://127.0.0.1/x.png"}]},
    "100,000 strokes": lambda: {"objects": [{"type": "path"}] * 100_000},
}
