"""A recognised line cut into words with boxes.

Design choices:

* The recogniser says in which column of its grid each letter peaks. That is right to about half a
  letter, so the edges of words are moved to where the ink ends.
* A word's confidence is that of its least certain letter: an amount is wrong when one digit is.
* Blanks get lost where a scan is poor. They are put back where letters turn into digits, small
  letters into capitals, or a number meets its sign, and the ink has a gap as wide as a blank; not
  within numbers or plain words, where spaced type has such gaps as well.
* The recogniser knows many scripts. Wide forms of Latin signs are written in their usual form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Cut", "cut_line", "plain", "reading_order"]

Box = tuple[float, float, float, float]
Cut = tuple[str, float, Box]

_SIGNS = {0x3000: " ", 0x3002: ".", 0x3001: ",", 0xFFE5: "¥", 0xFFE1: "£", 0xFFE0: "¢"}
_SIGNS |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}


# Places within a word where a blank may have been lost.
_JOINT = re.compile(
    r"(?<=[^\W\d_])(?=\d)|(?<=[^\W\d_][.:])(?=\d)|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])"
    r"|(?<=\d)(?=[€$£])|(?<=[€$£])(?=\d)|(?<=\w)(?=·)|(?<=·)(?=\w)"
)
_BLANK = 0.28  # of the height of the line's ink; a blank is 0.35 or more, gaps of letters 0.2


def plain(text: str) -> str:
    """Write wide forms of Latin letters, digits and signs in their usual form, one for one.

    >>> plain("Ｎｒ．１２：（neu）")
    'Nr.12:(neu)'
    """
    return text.translate(_SIGNS)


def cut_line(
    text: str,
    sure: Sequence[float],
    columns: Sequence[int],
    width_in_columns: float,
    grey: NDArray[np.uint8],
) -> list[Cut]:
    """Give the words of a line: text, confidence, box in pixels of the line's picture.

    ``sure`` holds the confidence of each letter of ``text``, blanks too; ``columns`` the column of
    each letter that is no blank; ``grey`` is the picture of the line.
    """
    height, width = grey.shape
    ink = _ink(grey)
    inked: NDArray[np.bool_] = ink.max(axis=0)
    step = width / max(width_in_columns, 1.0)
    middles = [(column + 0.5) * step for column in columns]
    high = _span(ink.max(axis=1), height)
    widest = _BLANK * (high[1] - high[0])
    words: list[tuple[str, float, float, float]] = []
    at = place = 0
    for spaced in text.split(" "):
        for piece in _split(spaced, middles[at:], inked, widest):
            end = at + len(piece)
            if not piece or end > len(middles):
                continue
            least = min(sure[place : place + len(piece)], default=0.0)
            words.append((piece, float(least), middles[at], middles[end - 1]))
            at, place = end, place + len(piece)
        place += 1
    edges = _edges([(first, last) for _, _, first, last in words], inked, width)
    cuts: list[Cut] = []
    for (word, least, _, _), (left, right) in zip(words, edges, strict=True):
        rows: NDArray[np.bool_] = ink[:, int(left) : max(int(right), int(left) + 1)].max(axis=1)
        top, bottom = _span(rows, height)
        cuts.append((word, least, (left, top, right, bottom)))
    return cuts


def _split(
    word: str, middles: Sequence[float], inked: NDArray[np.bool_], widest: float
) -> list[str]:
    """Part a word where a blank was lost; ``middles`` are those of its letters and what follows."""
    cuts = [0]
    for joint in _JOINT.finditer(word):
        at = joint.start()
        if at < len(middles):
            end, start = _gap(inked, middles[at - 1], middles[at])
            if start - end >= widest:
                cuts.append(at)
    return [word[start:end] for start, end in pairwise([*cuts, len(word)])]


def _ink(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell ink from ground, be it dark on light or light on dark."""
    import numpy as np

    ground = float(np.median(grey))
    apart = np.abs(grey.astype(np.float32) - ground)
    most = float(np.percentile(apart, 99))
    marks: NDArray[np.bool_] = apart > max(20.0, 0.45 * most)
    return marks


def _edges(
    middles: Sequence[tuple[float, float]], inked: NDArray[np.bool_], width: int
) -> list[tuple[float, float]]:
    """Give left and right of each word, from the middles of its first and last letters."""
    left, right = _span(inked, width)
    if not middles:
        return []
    lefts, rights = [min(left, middles[0][0])], []
    for (_, last), (first, _) in pairwise(middles):
        end, start = _gap(inked, last, first)
        rights.append(end)
        lefts.append(start)
    rights.append(max(right, middles[-1][1]))
    return list(zip(lefts, rights, strict=True))


def _gap(inked: NDArray[np.bool_], last: float, first: float) -> tuple[float, float]:
    """Give where the widest gap without ink between two letters begins and ends."""
    start, stop = max(int(last), 0), min(int(first) + 1, len(inked))
    best, run = (0, 0), start
    for x in range(start, stop + 1):
        if x == stop or inked[x]:
            if x - run > best[1] - best[0]:
                best = (run, x)
            run = x + 1
    if best[1] > best[0]:
        return float(best[0]), float(best[1])
    middle = (last + first) / 2
    return middle, middle


def _span(marks: NDArray[np.bool_], whole: int) -> tuple[float, float]:
    import numpy as np

    found = np.flatnonzero(marks)
    return (float(found[0]), float(found[-1] + 1)) if found.size else (0.0, float(whole))


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Give the order in which boxes are read: rows from the top, each from the left."""
    rows: list[tuple[float, float, list[int]]] = []  # middle, height, members
    for index in sorted(range(len(boxes)), key=lambda each: boxes[each][1] + boxes[each][3]):
        _, top, _, bottom = boxes[index]
        middle, height = (top + bottom) / 2, bottom - top
        if rows and middle - rows[-1][0] < 0.5 * min(height, rows[-1][1]):
            before, tall, members = rows[-1]
            count = len(members)
            rows[-1] = (
                (before * count + middle) / (count + 1),
                (tall * count + height) / (count + 1),
                [*members, index],
            )
        else:
            rows.append((middle, height, [index]))
    return [index for _, _, members in rows for index in sorted(members, key=lambda n: boxes[n][0])]
