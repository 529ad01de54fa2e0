"""The strokes of hand-written digits: several forms of each, as people of different countries write them.

The points were set down by hand, from how digits are taught and written; no image of a data set was used.
"""

from typing import NamedTuple

import numpy as np


class Template(NamedTuple):
    """One form of a digit.

    name: What tells this form from the others.
    share: How often it is written, relative to the other forms of the digit.
    strokes: The strokes in the order of writing; the points (k, 2) of each are x and y in a square of side 1,
        y down. The pen passes through all of them on a smooth curve; a point given twice is a corner.
    """

    name: str
    share: float
    strokes: tuple[np.ndarray, ...]


def _template(name: str, share: float, points: str) -> Template:
    """Return a template from "x,y x,y | x,y ...": per cent of the height, a bar where the pen is lifted."""
    strokes = [[pair.split(",") for pair in stroke.split()] for stroke in points.split("|")]
    return Template(name, share, tuple(np.array(stroke, dtype=np.float64) / 100 for stroke in strokes))


TEMPLATES: dict[int, tuple[Template, ...]] = {
    0: (
        _template("0 round", 3, "50,0 26,8 12,32 10,60 22,90 48,100 74,90 88,62 87,30 72,7 50,0"),
        _template("0 narrow", 3, "56,1 40,8 28,32 24,62 30,90 46,100 62,92 74,66 76,34 70,8 54,1"),
        _template(
            "0 begun at the right", 2, "72,12 52,0 28,14 14,46 18,82 42,100 70,88 86,56 82,24 66,6 50,6"
        ),
        _template("0 open at the top", 2, "40,4 22,22 12,54 22,88 48,100 76,86 86,54 78,22 58,4"),
        _template(
            "0 with a loop", 1.5, "46,6 24,20 12,54 22,90 50,100 78,84 86,50 74,16 52,2 38,10 50,20 66,12"
        ),
        _template("0 clockwise", 1, "30,14 56,0 80,18 88,52 76,88 48,100 22,86 12,52 22,20 40,4"),
        _template("0 lying", 1, "62,6 36,8 10,36 4,70 24,94 56,94 88,66 98,32 84,8 58,4"),
    ),
    1: (
        _template("1 plain", 6, "50,0 50,34 50,67 50,100"),
        _template("1 leaning", 4, "70,0 57,33 43,67 30,100"),
        _template("1 bent", 1.5, "54,0 48,34 47,67 53,100"),
        _template("1 with a flag", 2.5, "28,24 42,13 54,0 54,0 53,34 52,67 50,100"),
        _template("1 with a long flag", 1, "14,44 38,22 58,0 58,0 57,34 56,67 55,100"),
        _template(
            "1 with a flag and a foot", 1.2, "28,20 42,11 52,0 52,0 51,34 51,67 50,100 | 24,100 50,99 78,99"
        ),
        _template("1 with a foot", 0.5, "50,0 50,34 50,67 50,100 | 26,100 50,99 74,99"),
    ),
    2: (
        _template("2 straight", 3, "14,22 28,4 54,0 76,12 76,34 56,58 32,80 8,99 8,99 48,98 94,95"),
        _template("2 round", 2.5, "12,26 28,6 52,0 76,10 80,32 64,58 40,80 8,96 8,96 36,93 64,97 98,93"),
        _template(
            "2 with a loop", 4, "18,22 32,4 56,0 74,14 70,40 50,68 26,92 6,92 12,76 34,78 62,92 100,90"
        ),
        _template(
            "2 with a wide loop", 3, "14,16 36,2 62,4 72,22 62,50 42,78 18,98 2,88 12,72 40,78 68,94 106,86"
        ),
        _template(
            "2 with a small loop", 2, "16,20 34,2 60,0 76,16 70,42 48,70 22,92 14,86 24,82 52,94 98,98"
        ),
        _template("2 angular", 1.5, "16,10 42,2 74,6 74,6 60,36 36,68 10,98 10,98 48,99 92,97"),
        _template(
            "2 with a hook", 1.5, "28,32 14,24 22,6 48,0 72,8 76,30 60,58 36,82 10,98 10,98 50,98 92,92"
        ),
        _template("2 swan", 1.5, "10,30 20,8 46,0 68,14 64,44 44,74 18,94 28,86 52,86 74,96 102,88"),
        _template("2 with a short base", 1, "12,16 34,0 64,4 78,22 66,50 44,76 22,98 22,98 46,95 70,98"),
    ),
    3: (
        _template("3 round", 4, "18,12 40,0 66,6 74,24 60,42 38,47 38,47 66,52 82,72 70,92 44,100 16,90"),
        _template("3 flat", 1.5, "16,4 46,3 78,2 78,2 60,22 42,42 42,42 70,50 82,70 70,92 42,100 16,92"),
        _template(
            "3 with a loop", 3, "18,14 40,0 68,6 74,26 56,44 38,50 36,44 48,44 72,54 82,76 64,96 36,98 14,86"
        ),
        _template(
            "3 with a small head", 2, "26,10 44,0 64,6 68,22 54,36 38,40 38,40 68,46 84,68 76,90 48,100 16,94"
        ),
        _template(
            "3 with a large head",
            1.5,
            "14,16 36,0 68,4 82,26 66,48 40,56 40,56 66,58 76,76 64,94 40,100 18,94",
        ),
        _template("3 soft", 2, "20,8 46,0 72,10 72,30 56,44 50,50 64,56 78,72 68,92 42,100 14,94"),
    ),
    4: (
        _template("4 open", 5, "22,4 18,26 14,52 14,52 44,52 82,48 | 70,0 66,34 63,67 60,100"),
        _template("4 open and round", 4, "22,6 16,30 20,50 42,54 66,44 | 76,2 70,34 65,68 62,100"),
        _template("4 closed", 2.5, "62,2 40,28 10,62 10,62 46,63 90,62 | 62,2 62,34 61,67 60,100"),
        _template("4 in one stroke", 1.5, "58,100 60,67 62,34 64,0 64,0 38,30 8,64 8,64 46,64 88,62"),
        _template("4 narrow at the top", 2, "44,4 30,26 12,54 12,54 46,54 84,50 | 66,6 63,38 60,70 58,100"),
        _template("4 with a low bar", 1.5, "34,0 24,32 12,66 12,66 46,67 90,64 | 64,24 62,50 60,76 58,100"),
        _template("4 like a chair", 2, "24,2 20,24 18,46 18,46 42,50 70,46 | 78,0 74,24 70,50 66,76 62,100"),
    ),
    5: (
        _template(
            "5 with a bar", 4, "30,4 27,22 24,42 24,42 48,36 72,46 78,70 62,94 36,100 12,90 | 30,4 54,4 82,2"
        ),
        _template(
            "5 in one stroke", 3, "84,4 58,4 34,6 34,6 30,24 26,44 26,44 50,38 72,50 76,72 60,94 36,100 12,92"
        ),
        _template("5 curved", 2.5, "82,2 58,6 38,10 30,28 34,42 56,48 72,60 74,78 58,96 34,100 12,90"),
        _template("5 like an s", 1.5, "86,6 64,2 44,10 36,28 48,44 62,56 66,76 52,94 30,100 8,92"),
        _template(
            "5 small belly",
            1.5,
            "32,6 30,28 28,50 28,50 48,46 66,56 70,76 56,94 34,100 14,94 | 32,6 58,5 90,0",
        ),
        _template(
            "5 wide", 2, "28,10 24,28 18,48 18,48 46,38 76,46 86,68 72,92 42,100 8,92 | 28,10 58,8 92,6"
        ),
    ),
    6: (
        _template("6 curved", 4, "66,0 44,16 26,42 20,68 28,92 48,100 68,92 74,74 64,58 44,58 26,74"),
        _template("6 straight", 3, "58,0 44,26 30,52 22,78 34,98 56,98 72,82 70,64 52,58 34,68 24,82"),
        _template("6 round", 2.5, "78,8 58,0 36,14 20,44 18,76 38,98 64,96 80,78 74,58 52,52 30,62 20,78"),
        _template("6 with a small loop", 2.5, "62,0 42,24 26,54 22,82 38,100 58,92 62,76 48,68 30,76 24,88"),
        _template("6 open", 1.5, "62,0 40,22 24,52 22,82 40,100 62,94 74,76 62,62 46,68"),
        _template("6 curled in", 1.5, "60,0 40,20 22,50 22,84 44,100 70,90 78,70 62,56 42,64 38,80 52,86"),
    ),
    7: (
        _template("7 plain", 5, "14,6 46,5 82,2 82,2 68,34 54,66 42,100"),
        _template("7 with a bar", 2.5, "14,6 46,5 82,2 82,2 68,34 54,66 42,100 | 34,52 56,49 80,46"),
        _template("7 with a serif", 2, "16,24 14,4 14,4 46,5 80,3 80,3 64,34 52,66 44,100"),
        _template("7 curved", 2.5, "12,12 34,4 60,8 80,2 80,2 64,30 52,62 48,100"),
        _template("7 with a round corner", 2.5, "14,8 40,3 70,2 80,12 72,36 60,66 50,100"),
        _template(
            "7 with a serif and a bar",
            1.2,
            "18,20 16,4 16,4 48,6 84,4 84,4 66,32 52,64 42,100 | 32,54 54,50 76,48",
        ),
        _template("7 bent", 1, "14,4 48,4 84,4 84,4 58,30 46,62 42,100"),
    ),
    8: (
        _template(
            "8 in one stroke",
            5,
            "70,12 50,0 30,10 30,30 50,46 70,62 74,86 52,100 28,88 28,66 50,48 70,30 68,12",
        ),
        _template(
            "8 of two rings",
            1.5,
            "50,0 32,10 32,34 50,46 68,36 70,12 50,0 | 50,46 26,60 26,88 50,100 76,88 74,60 50,46",
        ),
        _template(
            "8 slender", 3, "70,8 52,0 36,14 40,34 54,50 64,70 58,92 42,100 30,86 36,66 54,46 70,24 68,8"
        ),
        _template(
            "8 from the middle",
            2,
            "50,48 30,32 32,8 54,0 74,14 66,36 48,50 28,68 28,92 50,100 70,88 68,66 50,48",
        ),
        _template(
            "8 open at the top", 2, "76,8 54,0 32,12 34,34 56,52 70,74 56,98 34,96 24,78 40,58 62,36 80,14"
        ),
        _template(
            "8 with a small head",
            1.5,
            "62,6 48,0 36,10 38,26 54,40 74,60 76,86 50,100 26,86 30,62 50,42 64,24 60,6",
        ),
    ),
    9: (
        _template("9 straight", 4, "72,12 50,2 28,16 26,38 46,50 66,36 74,8 74,8 70,40 66,70 62,100"),
        _template("9 curled", 2.5, "74,12 52,0 28,14 26,38 46,50 66,38 76,10 78,44 72,80 50,100 24,92"),
        _template("9 round", 3, "70,16 54,0 32,8 24,32 42,48 64,36 72,14 72,40 66,70 52,100"),
        _template("9 of two strokes", 2, "66,6 42,2 24,22 32,44 54,42 68,18 68,4 | 72,2 70,36 67,68 64,100"),
        _template("9 open", 1.5, "62,8 40,10 26,28 34,46 56,42 74,20 74,20 68,48 60,76 52,100"),
        _template("9 leaning", 2, "78,10 56,0 34,14 28,36 44,46 66,30 80,6 70,38 56,70 40,100"),
        _template("9 angular", 1, "72,4 40,6 24,28 34,46 70,42 | 74,0 72,36 69,68 66,100"),
    ),
}
