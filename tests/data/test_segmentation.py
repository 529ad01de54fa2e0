"""A digit is found in a photograph as the same digit is found by itself on white paper."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from mnistlab.data.framing import all_stages, frame
from mnistlab.data.ruled_lines import without_ruled_lines
from mnistlab.data.segmentation import NO_INK, NO_STROKES, TEXT, segmented
from mnistlab.data.synthetic.handwriting import variations

SIDE, SIZE = 280, 420  # of the digit and of the picture, in pixels
PAPER, INK = np.array([224.0, 216, 196]), np.array([40.0, 45, 110])
ROWS, COLUMNS = np.indices((SIZE, SIZE))


def written(digit, seed=0):
    """A generated digit in black and white, 1 = ink, (280, 280)."""
    image = Image.fromarray(variations(digit, 0, 1, seed)[0]).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return ndimage.gaussian_filter((np.asarray(image) > 110).astype(float), 0.8)


def on_paper(ink, paper=PAPER, light=1.0, ink_color=INK, place=70):
    """Ink on paper of some color, which may differ from place to place, and in some light."""
    share = np.zeros((SIZE, SIZE, 1))
    share[place : place + ink.shape[0], place : place + ink.shape[1], 0] = ink
    return (paper * (1 - share) + ink_color * share) * light


def as_picture(colors):
    """Colors as the pixels of a picture."""
    return np.clip(colors, 0, 255).astype(np.uint8)


def alike(one, other):
    """Correlation of two digits, at the shift of at most a pixel that makes it largest."""
    moved = (np.roll(other, (rows, columns), (0, 1)) for rows in (-1, 0, 1) for columns in (-1, 0, 1))
    return max(np.corrcoef(one.ravel(), each.ravel())[0, 1] for each in moved)


def light_from_the_left():
    return (1.15 - 0.5 * COLUMNS / SIZE)[..., None]


def shadow():
    return (1 - 0.35 / (1 + np.exp(-(COLUMNS + 0.5 * ROWS - 320) / 12)))[..., None]


def uneven(ink, rng):
    return on_paper(ink, light=light_from_the_left())


def shaded(ink, rng):
    return on_paper(ink, light=shadow())


def noisy(ink, rng):
    return on_paper(ink, light=light_from_the_left()) + rng.normal(0, 6, (SIZE, SIZE, 3))


def squared(ink, rng):
    lines = ((ROWS % 32 < 2) | (COLUMNS % 32 < 2))[..., None]
    return on_paper(ink, PAPER - 70 * lines, light_from_the_left())


def lined_askew(ink, rng):
    lines = ((ROWS + 0.02 * COLUMNS) % 40 < 2)[..., None]
    return on_paper(ink, PAPER - 110 * lines)


def framed(ink, rng):
    colors = on_paper(ink)
    for edge in (slice(12, 16), slice(-16, -12)):
        colors[edge, 12:-12] = colors[12:-12, edge] = 30
    return colors


def in_a_frame_of_the_ink(ink, rng):
    colors = on_paper(ink)
    colors[:8] = colors[-8:] = colors[:, :8] = colors[:, -8:] = INK
    return colors


def patched(ink, rng):
    paper = np.full((SIZE, SIZE, 3), 255.0)
    paper[50:370, 50:370] = 214
    return on_paper(ink, paper)


def with_specks(ink, rng):
    colors = on_paper(ink)
    for row, column in ((15, 20), (400, 60), (30, 390), (395, 400)):
        colors[row : row + 6, column : column + 6] = 60
    return colors


def beside_a_neighbor(ink, rng):
    colors = on_paper(ink)
    colors[90:330, :14] = INK
    return colors


def on_a_table(ink, rng):
    colors = uneven(ink, rng)
    colors[-34:] = (96, 66, 40)
    return colors


def in_a_plot(ink, rng):
    """White on black between the marks and numbers of two scales, under a title, as Matplotlib draws it."""
    page = Image.new("L", (SIZE, SIZE), 255)
    brush = ImageDraw.Draw(page)
    for step in range(6):
        brush.text((30, 85 + 48 * step), f"{5 * step}", fill=0)
        brush.text((85 + 48 * step, 360), f"{5 * step}", fill=0)
        brush.line((64, 90 + 48 * step, 70, 90 + 48 * step), fill=0)
        brush.line((90 + 48 * step, 350, 90 + 48 * step, 356), fill=0)
    brush.text((120, 40), "Handwritten image", fill=0, font_size=20)
    colors = np.repeat(np.asarray(page, float)[..., None], 3, 2)
    colors[70:350, 70:350] = 255 * ink[..., None]
    return colors


def inverse(ink, rng):
    return on_paper(ink, np.array([22.0, 44, 30]), light_from_the_left(), np.array([236.0, 236, 226]))


SCENES = (
    *(uneven, shaded, noisy, squared, lined_askew, framed, in_a_frame_of_the_ink),
    *(patched, with_specks, beside_a_neighbor, on_a_table, inverse, in_a_plot),
)


@pytest.mark.parametrize("scene", SCENES)
def test_a_digit_is_framed_as_by_itself_on_white(scene):
    rng = np.random.default_rng(1)
    for digit in range(10):
        ink = written(digit)
        clean = frame(as_picture(255 * (1 - np.pad(ink, 70))))
        found = frame(as_picture(scene(ink, rng)))
        assert found is not None, digit
        assert alike(clean, found) > 0.94, digit


def test_faint_ringing_of_jpeg_sets_no_box():
    small = Image.fromarray(variations(3, 0, 1, 0)[0]).point(lambda ink: 255 - ink)
    file = io.BytesIO()
    paper = Image.new("L", (44, 44), 255)
    paper.paste(small, (8, 8))
    paper.save(file, "JPEG", quality=40)
    assert alike(frame(np.asarray(paper)), frame(np.asarray(Image.open(file)))) > 0.9


def strokes(*lines, width=20, size=280):
    """Strokes on white paper."""
    picture = Image.new("L", (size, size), 255)
    for line in lines:
        ImageDraw.Draw(picture).line(line, fill=0, width=width, joint="curve")
    return np.asarray(picture)


LOOSE_FIVE = ((110, 70), (200, 66)), ((90, 100), (86, 140), (150, 135), (180, 180), (140, 225), (80, 215))
OPEN_FOUR = ((90, 60), (80, 150), (150, 152)), ((178, 50), (172, 230))


@pytest.mark.parametrize("lines", [LOOSE_FIVE, OPEN_FOUR])
def test_nothing_is_lost_of_a_digit_of_several_pieces(lines):
    picture = strokes(*lines)
    (found,), reason = all_stages(picture)
    assert reason == ""
    np.testing.assert_array_equal(found.ink > 0, picture < 255)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_thin_stroke_stays_whole(width):
    line = (60, 70), (130, 50), (200, 90), (150, 150), (210, 200), (120, 240)
    found = frame(strokes(line, width=width))
    assert ndimage.label(found > 0, np.ones((3, 3)))[1] == 1
    assert alike(frame(strokes(line, width=20)), found) > 0.8


def test_two_digits_are_two_the_larger_first():
    paper = np.full((SIZE, 2 * SIZE), 255, np.uint8)
    two, four = (Image.fromarray(as_picture(255 * (1 - written(digit)))) for digit in (2, 4))
    paper[70:350, 60:340] = np.asarray(two)
    paper[120:330, 520:730] = np.asarray(four.resize((210, 210)))
    digits, _ = all_stages(paper)
    assert len(digits) == 2
    for found, digit in zip(digits, (2, 4), strict=True):
        clean = frame(as_picture(255 * (1 - np.pad(written(digit), 70))))
        assert alike(clean, found.framed) > 0.94


def page_of_writing():
    picture = Image.new("RGB", (600, 400), (244, 241, 232))
    for row in range(8):
        words = "forty years of reading digits"
        ImageDraw.Draw(picture).text(
            (30, 30 + 42 * row), words, (40, 40, 40), ImageFont.load_default(size=28)
        )
    return np.asarray(picture)


def car():
    picture = Image.new("RGB", (640, 420), (190, 215, 235))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 300, 640, 420), fill=(95, 95, 100))
    brush.polygon([(90, 280), (210, 200), (400, 200), (560, 285), (560, 330), (90, 330)], fill=(180, 30, 35))
    for x in (180, 460):
        brush.ellipse((x - 42, 290, x + 42, 374), fill=(25, 25, 25))
    return np.asarray(picture)


def blot():
    picture = Image.new("L", (300, 300), 240)
    ImageDraw.Draw(picture).ellipse((60, 70, 240, 230), fill=20)
    return np.asarray(picture)


def thing(draw, size=(480, 400)):
    """What somebody drew with a pen."""
    picture = Image.new("RGB", size, (244, 242, 236))
    draw(ImageDraw.Draw(picture))
    return np.asarray(picture)


def face(brush):
    brush.ellipse((90, 20, 390, 380), outline=40, width=14)
    for x in (185, 295):
        brush.ellipse((x - 18, 130, x + 18, 166), fill=40)
    brush.arc((165, 180, 315, 310), 20, 160, fill=40, width=14)


def bar_chart(brush):
    brush.line([(60, 30), (60, 350), (460, 350)], fill=40, width=5)
    for place, height in enumerate((120, 250, 180, 290)):
        brush.rectangle((90 + 90 * place, 350 - height, 140 + 90 * place, 350), fill=(60, 110, 190))


def line_chart(brush):
    brush.line([(60, 30), (60, 350), (460, 350)], fill=40, width=4)
    brush.line(
        [(60, 330), (130, 200), (200, 240), (270, 120), (340, 160), (440, 70)], fill=(200, 60, 40), width=7
    )
    for number in range(7):
        brush.text((70 + 55 * number, 358), str(number), 40, font_size=22)
        brush.text((30, 320 - 45 * number), str(number), 40, font_size=22)


def tree(brush):
    brush.rectangle((215, 250, 265, 395), fill=(100, 70, 40))
    brush.ellipse((110, 30, 370, 280), fill=(50, 120, 50))


def small_print(brush):
    for row in range(18):
        brush.text((40, 20 + 20 * row), "the quick brown fox jumps over the lazy dog", 40, font_size=15)


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (page_of_writing(), TEXT),
        (thing(small_print), TEXT),
        (thing(line_chart), TEXT),
        (thing(face), NO_STROKES),
        (thing(bar_chart), NO_STROKES),
        (thing(tree), NO_STROKES),
        (car(), NO_STROKES),
        (blot(), NO_STROKES),
        (np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8), NO_INK),
        (as_picture(PAPER * light_from_the_left()), NO_INK),
    ],
)
def test_what_is_no_digit_gets_none_and_a_reason(picture, reason):
    digits, said = all_stages(picture)
    assert (digits, said) == ([], reason)


EIGHT = (
    (90, 50),
    (60, 110),
    (210, 180),
    (170, 250),
    (90, 250),
    (70, 210),
    (150, 150),
    (220, 65),
    (140, 40),
    (75, 75),
)
DOTTED_ZERO = (
    ((140, 40), (70, 90), (70, 190), (140, 240), (210, 190), (210, 90), (140, 40)),
    ((139, 140), (145, 140)),
)


@pytest.mark.parametrize("lines", [[EIGHT], DOTTED_ZERO])
def test_a_digit_whose_ends_overlap_or_with_a_dot_is_one(lines):
    digits, reason = all_stages(strokes(*lines, width=8))
    assert (len(digits), reason) == (1, "")


def test_a_drawing_without_lines_keeps_every_pixel():
    ink = segmented(strokes(*LOOSE_FIVE)).contrast
    np.testing.assert_array_equal(without_ruled_lines(ink, 0.2), ink)
