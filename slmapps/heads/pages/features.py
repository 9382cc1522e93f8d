"""A page's words as numbers: what they say, how they look, and where they stand.

Design choices:

* A word is known in three ways: by the reader's own vectors of its pieces, which know what
  "Rechnungsnummer" has to do with "invoice number"; by its letters in threes, for names and codes
  that no vocabulary holds; and by its form ("9,999.99", "Xx-999").
* Digits are all one digit to the letters in threes: what an amount is cannot hang on its figures.
* Places are shares of the page, so that paper sizes and resolutions are one; heights are set
  against the page's median, so that small type is small anywhere.
* How two words lie to each other is worked out from their boxes alone: how far, in which direction,
  in one row or not, with one edge in common or not. That is what columns and labels are made of.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.records import Page

__all__ = [
    "GRAMS",
    "LOOKS",
    "OFFSETS",
    "PIECES",
    "RELATIONS",
    "ROWS",
    "SHAPES",
    "STEPS",
    "Features",
    "page_features",
    "relations",
]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

PIECES = 6  # pieces of a word that are looked at
_TRIPLES = 14  # letters in threes of a word that are looked at
GRAMS, SHAPES = 8192, 2048  # how many kinds are told apart, by hash
LOOKS = 20  # numbers that tell how a word looks and where it stands
STEPS = (0.004, 0.012, 0.03, 0.07, 0.15, 0.3, 0.6)  # of the page's width
ROWS = (0.35, 0.8, 1.6, 2.6, 4.5, 9.0, 20.0)  # of the median height of words
OFFSETS = (2 * len(STEPS) + 1) * (2 * len(ROWS) + 1)
RELATIONS = 12  # edges in common (none, left, right, both) by above, beside, below

_AMOUNT = re.compile(r"[-+(]?[€$£]?\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2}[)€$£-]?")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Features:
    """A page of n words as numbers.

    ``pieces`` (n, 6) ids of the reader's vocabulary, ``grams`` (n, 14) and ``shapes`` (n,) hashes,
    0 where there is none; ``looks`` (n, 20); ``boxes`` (n, 4) in shares of the page's width, and
    ``height`` the median height of its words in the same measure.
    """

    pieces: Ints
    grams: Ints
    shapes: Ints
    looks: Floats
    boxes: Floats
    height: float

    def __len__(self) -> int:
        """How many words."""
        return len(self.shapes)


def page_features(page: Page, tokenizer: Any, *, first: bool = True, last: bool = True) -> Features:
    """The features of one page of a document.

    Args:
        page: with its words in reading order.
        tokenizer: the reader's (`tokenizers.Tokenizer`).
        first: whether it is the document's first page.
        last: whether it is its last.
    """
    texts = [word.text for word in page.words]
    count = len(texts)
    if not count:
        return _laid([], [], [], np.zeros((0, LOOKS)), np.zeros((0, 4)), 0.01)
    found = tokenizer.encode_batch(texts, add_special_tokens=False)
    boxes = np.array([word.box for word in page.words], np.float32)
    boxes /= np.float32(page.width or 1)
    heights = boxes[:, 3] - boxes[:, 1]
    median = float(np.median(heights))
    tall = page.height / (page.width or 1) or 1.0
    looks = np.column_stack(
        [
            boxes[:, 0],
            boxes[:, 2],
            (boxes[:, 1] + boxes[:, 3]) / 2 / tall,
            boxes[:, 2] - boxes[:, 0],
            heights / max(median, 1e-4),
            np.full(count, float(first)),
            np.full(count, float(last)),
            np.array([_looks(text) for text in texts]),
        ]
    )
    ids = [each.ids for each in found]
    return _laid(ids, [*map(_triples, texts)], [*map(_shape, texts)], looks, boxes, median)


def _laid(
    pieces: Sequence[Sequence[int]],
    grams: Sequence[Sequence[int]],
    shapes: Sequence[int],
    looks: npt.NDArray[Any],
    boxes: npt.NDArray[Any],
    median: float,
) -> Features:
    return Features(
        _filled(pieces, PIECES),
        _filled(grams, _TRIPLES),
        np.asarray(shapes, np.int32),
        np.asarray(looks, np.float32).reshape(-1, LOOKS),
        np.asarray(boxes, np.float32).reshape(-1, 4),
        max(median, 1e-4),
    )


def _filled(rows: Sequence[Sequence[int]], width: int) -> Ints:
    """Rows of at most ``width`` numbers, behind them noughts: (rows, width)."""
    return np.array([(*row[:width], *(0,) * (width - len(row))) for row in rows], np.int32).reshape(
        -1, width
    )


def relations(
    boxes: Floats, height: float, *, others: Floats | None = None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """How words lie to each other, (n, m) each: the offset's kind, and the edges in common.

    ``boxes`` (n, 4) are the words that look, ``others`` (m, 4) those looked at; the same if None.
    """
    seen = boxes if others is None else others
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    seen_x, seen_y = (seen[:, 0] + seen[:, 2]) / 2, (seen[:, 1] + seen[:, 3]) / 2
    across = seen_x[None] - middle_x[:, None]
    down = (seen_y[None] - middle_y[:, None]) / np.float32(height)
    offset = _signed(across, STEPS) * (2 * len(ROWS) + 1) + _signed(down, ROWS)
    near = np.float32(0.4 * height)
    left = np.abs(seen[None, :, 0] - boxes[:, None, 0]) < near
    right = np.abs(seen[None, :, 2] - boxes[:, None, 2]) < near
    side = np.digitize(down, (-0.6, 0.6))
    edges = (left + 2 * right) * 3 + side
    return offset.astype(np.uint8), edges.astype(np.uint8)


def _signed(values: npt.NDArray[Any], steps: Sequence[float]) -> npt.NDArray[np.intp]:
    """The step that each value falls on, from far below nought to far above."""
    size = np.digitize(np.abs(values), steps)
    found: npt.NDArray[np.intp] = len(steps) + np.where(values < 0, -size, size)
    return found


@lru_cache(maxsize=1 << 16)
def _triples(text: str) -> tuple[int, ...]:
    plain = re.sub(r"\d", "0", text[:40])
    framed = f"^{plain}$"
    found = (framed[at : at + 3] for at in range(max(1, len(framed) - 2)))
    return tuple(_hash(each, GRAMS) for each in dict.fromkeys(found))[:_TRIPLES]


@lru_cache(maxsize=1 << 16)
def _shape(text: str) -> int:
    form = re.sub(r"[^\W\d_]", lambda sign: "X" if sign[0].isupper() else "x", text[:40])
    form = re.sub(r"\d", "9", form)
    form = re.sub(r"(x)x+", r"\1", form)
    form = re.sub(r"(X{3})X+", r"\1", form)
    return _hash(re.sub(r"(9{5})9+", r"\1", form), SHAPES)


def _hash(text: str, kinds: int) -> int:
    return zlib.crc32(text.encode("utf-8", "replace")) % (kinds - 1) + 1


@lru_cache(maxsize=1 << 16)
def _looks(text: str) -> tuple[float, ...]:
    digits = sum(sign.isdigit() for sign in text)
    letters = sum(sign.isalpha() for sign in text)
    upper = sum(sign.isupper() for sign in text)
    length = len(text) or 1
    value = int(re.sub(r"\D", "", text)[:12] or 0)
    return (
        min(length, 30) / 10,
        digits / length,
        letters / length,
        upper / length,
        float(text[:1].isupper()),
        float(_AMOUNT.fullmatch(text) is not None),
        float(_DATE.search(text) is not None),
        float(_CURRENCY.search(text) is not None),
        float("%" in text),
        float(text.endswith(":")),
        float(digits > 0 and letters > 0),
        float(np.log10(value + 1)) / 6,
        float(digits == length),
    )
