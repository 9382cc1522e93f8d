"""What recognising a scan does to words, without drawing or recognising anything.

Design choices:

* The rates are those measured on made invoices that were drawn, degraded and recognised; at
  ``strength`` 1 a page comes out as such a page does on average. Bad pages are worse in all
  faults at once, so a caller draws one strength for a page.
* Labels follow the words. A word put together of two has the label of the value in it, as where
  words are matched to what was drawn; parts of a word have its label.
* A page that was turned is put straight by the reader of scans, all but for half a degree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TypeVar

from slmapps.records import Page, Word
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import OTHER

if TYPE_CHECKING:
    import numpy as np

__all__ = ["noisy"]

# Shares at strength 1, from 24 such pages of 3588 words: of words misread, split, and lost; marks
# for a word that is there. Signs and letters that stand alone are lost far more often than words.
_MISREAD, _SPLIT, _MARKS = 0.01, 0.001, 0.003
_LOST, _LOST_ALONE = 0.0015, 0.04
# Of gaps between words that are no wider than ``_NARROW`` heights, how many close.
_NARROW = 0.9
_ALONE, _DIGITS, _AT_SIGN, _LETTERS = 0.12, 0.06, 0.03, 0.003
_SHAKEN = 0.04  # of the height: how far an edge moves
_SCALED = 0.01
_TURNED = 0.5  # degrees at most
_ALIKE = {
    "0": "Oo", "O": "0", "o": "0", "1": "lI", "l": "1I|", "I": "l1|", "5": "S", "S": "5",
    "8": "B", "B": "8", "6": "b", "2": "Z", "Z": "2", "9": "g", "q": "g", "u": "v", "c": "e",
    ",": ".", ".": ",", ":": ".;", ";": ":", "rn": "m", "m": "rn", "ii": "ü", "cl": "d",
    "ä": "a", "ö": "o", "ü": "u", "é": "e", "è": "e", "ê": "e", "à": "a", "ç": "c", "ß": "B",
    "É": "E", "Ä": "A", "Ö": "O", "Ü": "U", "€": "EC", "'": "", "/": "I1", "–": "-~",
    "%": "8$", "x": "×", "£": "€E", "°": "º",
}  # fmt: skip
_SPOTS = (".", ",", "-", "'", "|", "/", ":", "_", "~", "l", "·", "*")
_PLACES = re.compile("|".join(sorted(map(re.escape, _ALIKE), key=len, reverse=True)))
_JOINT = re.compile(r"(?<=[.,:/-])(?=\w)|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


class _LabelledPage(Protocol):
    """What a page has to have; :class:`slmapps_invoices.pages.synthetic.LabelledPage` has."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def words(self) -> tuple[Word, ...]: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def lines(self) -> tuple[int, ...]: ...


Made = TypeVar("Made", bound=_LabelledPage)


@dataclass(frozen=True)
class _Labelled:
    word: Word
    label: str
    line: int


def noisy(page: Made, dice: np.random.Generator, strength: float = 1.0) -> Made:
    """Give the page as recognition might read it from a scan.

    Args:
        page: a dataclass with words and, for each, a label and the number of its line.
        dice: what is drawn from; the same dice give the same page.
        strength: by which all rates are multiplied; 0 leaves every word as it is.
    """
    words = [_Labelled(*parts) for parts in zip(page.words, page.labels, page.lines, strict=True)]
    words = list(_closed(words, dice, strength))
    words = [part for one in words for part in _split(one, dice, _SPLIT * strength)]
    words = [one for one in words if dice.random() >= _lost(one.word.text) * strength]
    words = [_misread(one, dice, _MISREAD * strength) for one in words]
    words += _spots(page, words, dice, _MARKS * strength)
    words = _moved(page, words, dice, min(strength, 2.0))
    return replace(  # type: ignore[type-var]
        page,
        words=tuple(one.word for one in words),
        labels=tuple(one.label for one in words),
        lines=tuple(one.line for one in words),
    )


def _lost(text: str) -> float:
    return _LOST_ALONE if len(set(text)) == 1 else _LOST


def _closed(
    words: list[_Labelled], dice: np.random.Generator, strength: float
) -> Iterator[_Labelled]:
    """Join words of a row over narrow gaps."""
    page = Page(number=0, width=1, height=1, words=tuple(one.word for one in words))
    after = {
        left: right
        for row in printed_rows(page)
        for left, right in pairwise(row)
        if dice.random() < strength * _closes(words[left].word, words[right].word)
    }
    inner = set(after.values())
    for at, whole in enumerate(words):
        if at in inner:
            continue
        made, to = whole, at
        while to in after:
            to = after[to]
            made = _joined(made, words[to])
        yield made


def _closes(one: Word, two: Word) -> float:
    """How often the gap between two words of a row is not seen, at strength 1."""
    if two.box[0] - one.box[2] > _NARROW * max(_height(one), _height(two)):
        return 0.0
    ends = one.text[-1:] + two.text[:1]
    if ends.isdigit():
        return _DIGITS
    if len(one.text) == 1 or len(two.text) == 1:
        return _ALONE
    return _LETTERS if ends.isalnum() else _AT_SIGN


def _joined(one: _Labelled, two: _Labelled) -> _Labelled:
    a, b = one.word.box, two.word.box
    box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    word = one.word.model_copy(update={"text": one.word.text + two.word.text, "box": box})
    longer = two if len(two.word.text) > len(one.word.text) else one
    kept = one if two.label == OTHER else two if one.label == OTHER else longer
    return _Labelled(word, kept.label, kept.line)


def _split(one: _Labelled, dice: np.random.Generator, rate: float) -> list[_Labelled]:
    text = one.word.text
    if len(text) < 3 or dice.random() >= rate:
        return [one]
    joints = [found.start() for found in _JOINT.finditer(text)] or [*range(1, len(text))]
    at = joints[int(dice.integers(len(joints)))]
    left, top, right, bottom = one.word.box
    middle = left + (right - left) * at / len(text)
    edge = 0.1 * (bottom - top)
    boxes = ((left, top, middle - edge, bottom), (middle + edge, top, right, bottom))
    parts = zip((text[:at], text[at:]), boxes, strict=True)
    return [
        replace(one, word=one.word.model_copy(update={"text": part, "box": box}))
        for part, box in parts
    ]


def _misread(one: _Labelled, dice: np.random.Generator, rate: float) -> _Labelled:
    text = one.word.text
    if dice.random() >= rate:
        return one
    places = list(_PLACES.finditer(text))
    if not places or dice.random() < 0.15:
        at = int(dice.integers(len(text)))
        changed = text[:at] + text[at + 1 :]  # a letter lost
    else:
        place = places[int(dice.integers(len(places)))]
        changed = text[: place.start()] + _read_as(place[0], dice) + text[place.end() :]
    if not changed.strip():
        return one
    return replace(one, word=one.word.model_copy(update={"text": changed}))


def _read_as(signs: str, dice: np.random.Generator) -> str:
    alike = _ALIKE[signs]
    if len(signs) > 1 or signs == "m" or not alike:
        return alike
    return alike[int(dice.integers(len(alike)))]


def _spots(
    page: _LabelledPage, words: list[_Labelled], dice: np.random.Generator, rate: float
) -> list[_Labelled]:
    """Marks that are read where nothing is written."""
    found = []
    for _ in range(int(dice.poisson(rate * len(words)))):
        like = words[int(dice.integers(len(words)))].word
        size = _height(like)
        # Rules and smudges lie beside words as often as anywhere.
        beside = dice.random() < 0.5
        x = like.box[2] + size * dice.random() if beside else page.width * dice.random()
        y = like.box[1] if beside else page.height * dice.random()
        text = _SPOTS[int(dice.integers(len(_SPOTS)))]
        box = (x, y, x + size * (0.2 + 0.4 * dice.random()), y + size * (0.3 + 0.7 * dice.random()))
        found.append(_Labelled(Word(text=text, box=box), OTHER, -1))
    return found


def _moved(
    page: _LabelledPage, words: list[_Labelled], dice: np.random.Generator, strength: float
) -> list[_Labelled]:
    """Scale and turn the page about its middle, and shake each edge."""
    scale = 1 + strength * _SCALED * float(dice.normal())
    most = math.radians(_TURNED)
    turn = max(-most, min(most, strength * float(dice.normal()) * most / 3))
    middle = (page.width / 2, page.height / 2)
    found = []
    for one in words:
        left, top, right, bottom = one.word.box
        across, down = (left + right) / 2 - middle[0], (top + bottom) / 2 - middle[1]
        x = middle[0] + scale * (across - turn * down)
        y = middle[1] + scale * (down + turn * across)
        wide, tall = scale * (right - left) / 2, scale * (bottom - top) / 2
        edges = dice.normal(0.0, strength * _SHAKEN * (bottom - top), 4).tolist()
        box = (
            x - wide + edges[0],
            y - tall + edges[1],
            max(x + wide + edges[2], x - wide + edges[0] + 0.1),
            max(y + tall + edges[3], y - tall + edges[1] + 0.1),
        )
        found.append(replace(one, word=one.word.model_copy(update={"box": box})))
    return found


def _height(word: Word) -> float:
    return max(0.1, word.box[3] - word.box[1])
