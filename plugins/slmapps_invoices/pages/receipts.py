"""Scanned receipts that people have read (ICDAR 2019 SROIE): learnt from, and measured on.

Design choices:

* The data are recognised segments with boxes and four true values; which words they are is not
  said. A value is found where its letters and digits stand in a row of words; what is nearly the
  same is taken as well, since either the recognition or the person mistyped.
* An amount equal to the total is the total where it stands beside a word for it, and is not asked
  for elsewhere: cash paid and a single line are equal to it by chance.
* What the four values do not say is not known to the tagger of invoices: a receipt has lines, tax
  and numbers, too. Its label is then -1. For the four alone all else is ``other``.
* The paper is the page: a photograph's edges are cut away.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from slmapps.heads.pages.features import page_features
from slmapps.records import Page, Word
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import LABELS, OTHER

if TYPE_CHECKING:
    from slmapps.heads.pages.training import Labelled

__all__ = [
    "ENTITIES",
    "Receipt",
    "labelled_receipt",
    "labelled_receipts",
    "mark_before",
    "money",
    "read_receipts",
    "receipt_page",
    "squeezed",
]

Box = tuple[float, float, float, float]
ENTITIES = {
    "company": "seller_name",
    "address": "seller_address",
    "date": "issue_date",
    "total": "total",
}
UNKNOWN = ""
_NEARLY = 0.86  # likeness of a truth and the words that stand for it
_MARGIN = 0.03  # of the text's width, left around it
# Where a word is cut although no blank is printed: before a bracket, between label and value.
_CUTS = re.compile(
    r"\s+|(?<=[^\W\d_])(?=\()|(?<=[^\W\d_]:)(?=\d)|(?<=\d{8})(?=/\d{6})|(?<=\d)(?=[A-Z]{3,}:)"
)
_MONEY = re.compile(r"(?:RM|MYR|\$)?-?([\d,]+\.\d{1,2})")
_TOTAL = re.compile(r"TOTAL|AMOUNT|DUE|PAYABLE|NETT?|ROUND", re.IGNORECASE)
_NO_TOTAL = re.compile(
    r"SUB|CASH|CHANGE|TENDER|PAID|PAYMENT|VISA|MASTER|CARD|EXCL|TAXABLE|QTY|DISC|BEFORE",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"TEL|FAX|TOTAL|CASH|CHANGE|DATE|TIME|INVOICE|GST|NO|REG|TAX|QTY|ITEM|AMOUNT|PRICE|ROUNDING|"
    r"ROUND|SUBTOTAL|CASHIER|THANK|YOU|COME|AGAIN|GOODS|SOLD|ARE|NOT|RETURNABLE|SUMMARY|DISC",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Receipt:
    """A receipt: its page, what is true of it, and for each word its label; "" is not asked for."""

    id: str
    page: Page
    truth: Mapping[str, str]
    labels: tuple[str, ...]


def read_receipts(path: Path) -> Iterator[Receipt]:
    """Read JSON lines with ``id``, ``words``, ``boxes`` and ``entities``, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            page = receipt_page(row["words"], row["boxes"])
            truth = {name: text for name, text in row["entities"].items() if text}
            yield Receipt(row["id"], page, truth, _labels(page, truth))


def labelled_receipts(
    path: Path, tokenizer: Any, labels: Sequence[str] = LABELS
) -> list[tuple[str, list[Labelled]]]:
    """The receipts as a tagger learns from them, with their ids.

    With the invoices' ``labels`` what is neither one of the four values nor surely something else
    is not asked for; with any others all that is none of the four is ``other``.
    """
    return [
        (receipt.id, [labelled_receipt(receipt, tokenizer, labels)])
        for receipt in read_receipts(path)
    ]


def labelled_receipt(receipt: Receipt, tokenizer: Any, labels: Sequence[str]) -> Labelled:
    """One receipt as a tagger learns from it."""
    from slmapps.heads.pages.training import Labelled

    careful = tuple(labels) == LABELS
    numbers = [
        -1
        if label == UNKNOWN or (careful and not _certain(label, word.text))
        else labels.index(label)
        for label, word in zip(receipt.labels, receipt.page.words, strict=True)
    ]
    features = page_features(receipt.page, tokenizer)
    unasked = np.full(len(numbers), -1, np.int64)
    return Labelled(features, np.array(numbers, np.int64), unasked)


def receipt_page(segments: Sequence[str], boxes: Sequence[Sequence[float]]) -> Page:
    """Give the words of recognised segments as a page that ends where the text does."""
    left = min((box[0] for box in boxes), default=0.0)
    top = min((box[1] for box in boxes), default=0.0)
    right = max((box[2] for box in boxes), default=1.0)
    bottom = max((box[3] for box in boxes), default=1.0)
    edge = _MARGIN * (right - left)
    words = [
        Word(
            text=text,
            box=(x0 - left + edge, y0 - top + edge, x1 - left + edge, y1 - top + edge),
        )
        for segment, box in zip(segments, boxes, strict=True)
        for text, (x0, y0, x1, y1) in _cut(segment, box)
    ]
    width, height = right - left + 2 * edge, bottom - top + 2 * edge
    return Page(number=0, width=width, height=height, words=tuple(words))


def _cut(segment: str, box: Sequence[float]) -> Iterator[tuple[str, Box]]:
    """Words of a segment, its box parted by the share of characters."""
    step = (box[2] - box[0]) / max(1, len(segment))
    start = 0
    for cut in [*_CUTS.finditer(segment), None]:
        end = cut.start() if cut else len(segment)
        if end > start:
            x0, x1 = box[0] + step * start, box[0] + step * end
            yield segment[start:end], (x0, box[1], x1, box[3])
        start = cut.end() if cut else end


def squeezed(text: str) -> str:
    """Give letters and digits alone, in capitals: what is compared.

    >>> squeezed("No. 7, Mill-Lane")
    'NO7MILLLANE'
    """
    return re.sub(r"[\W_]", "", text).upper()


def _certain(label: str, text: str) -> bool:
    """Whether a tagger of invoices would label the word so, too."""
    if label == OTHER:
        return text.endswith(":") or _SAYING.fullmatch(text.strip(".:#*()-!,")) is not None
    return label != ENTITIES["total"] or bool(money(text))


def _labels(page: Page, truth: Mapping[str, str]) -> tuple[str, ...]:
    labels = [OTHER] * len(page.words)
    for name in ("company", "address", "date"):
        for at in _places(page, truth.get(name, ""), nearly=name != "date"):
            labels[at] = ENTITIES[name]
    total = truth.get("total", "")
    for at, beside in _totals(page, total):
        labels[at] = ENTITIES["total"] if beside else UNKNOWN
        mark = mark_before(page, at)
        if mark is not None and beside and total.startswith("RM"):
            labels[mark] = ENTITIES["total"]
    return tuple(labels)


def _places(page: Page, text: str, *, nearly: bool) -> set[int]:
    """The words that spell a text: exactly wherever it stands, else the likest run of rows."""
    wanted = squeezed(text)
    if not wanted:
        return set()
    for order in (range(len(page.words)), [at for row in printed_rows(page) for at in row]):
        found = set(_spelling(page, order, wanted))
        if found:
            return found
    return _likest(page, wanted) if nearly else set()


def _spelling(page: Page, order: Iterable[int], wanted: str) -> Iterator[int]:
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    places = list(order)
    text = ""
    for number, at in enumerate(places):
        part = squeezed(page.words[at].text)
        if part:
            starts[len(text)] = number
        text += part
        if part:
            ends[len(text)] = number
    found = text.find(wanted)
    while found >= 0:
        first, last = starts.get(found), ends.get(found + len(wanted))
        if first is not None and last is not None:
            yield from places[first : last + 1]
        found = text.find(wanted, found + 1)


def _likest(page: Page, wanted: str) -> set[int]:
    rows = printed_rows(page)
    texts = [squeezed("".join(page.words[at].text for at in row)) for row in rows]
    best, places = _NEARLY, set[int]()
    for first in range(min(len(rows), 25)):
        whole = ""
        for last in range(first, min(len(rows), first + 6)):
            whole += texts[last]
            if len(whole) > 1.3 * len(wanted):
                break
            like = SequenceMatcher(None, whole, wanted, autojunk=False).ratio()
            if like > best:
                best, places = like, {at for row in rows[first : last + 1] for at in row}
    return places


def money(text: str) -> str:
    """Give the amount in a word with two places, "" where it is none.

    >>> money("RM1,234.5")
    '1234.50'
    """
    found = _MONEY.fullmatch(text.strip("*:()="))
    return f"{float(found[1].replace(',', '')):.2f}" if found else ""


def _totals(page: Page, text: str) -> Iterator[tuple[int, bool]]:
    """The words that are the total's amount, and whether each stands beside a word for it."""
    wanted = money(text.replace(" ", ""))
    if not wanted:
        return
    equal = [at for at, word in enumerate(page.words) if money(word.text) == wanted]
    beside = [at for at in equal if _beside_total(page, at)]
    for at in equal:
        yield at, at in (beside or equal)


def mark_before(page: Page, at: int) -> int | None:
    """The word of the currency that stands just before an amount."""
    left, top, _, bottom = page.words[at].box
    height = bottom - top
    for number, word in enumerate(page.words):
        near = -height < left - word.box[2] < height and abs(word.box[1] - top) < 0.3 * height
        if near and word.text.strip(":") in {"RM", "MYR", "$"}:
            return number
    return None


def _beside_total(page: Page, at: int) -> bool:
    box = page.words[at].box
    height, middle = box[3] - box[1], (box[1] + box[3]) / 2
    row = [
        word.text
        for word in page.words
        if word.box[0] < box[0] and abs((word.box[1] + word.box[3]) / 2 - middle) < 0.7 * height
    ]
    text = " ".join(row)
    return _TOTAL.search(text) is not None and _NO_TOTAL.search(text) is None
