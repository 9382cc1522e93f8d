"""From a correction to an example: on which words the right value stands, and which were taken.

The person's own pointing counts first. Else every place whose words mean the value is found, and
of several the one that the tagger itself believes most in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from slmapps.backbone.weights import WeightsMissing
from slmapps.records import Document, Page, Span
from slmapps_invoices.field_values import AMOUNTS, DATES, LINE_AMOUNTS, Hand, checked
from slmapps_invoices.page_fields import value_of
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.seller_memory import Example, Part, label_of, parts_of, sellers_of
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import Tagged

__all__ = ["lesson", "page_tags", "place_of"]

_LONGEST = 14  # words of one value
_kept: list[tuple[str, list[Tagged]]] = []  # of the document at hand, field after field

Words = tuple[int, tuple[int, ...]]
"""A page's place in the document and words on it."""


def page_tags(document: Document) -> list[Tagged]:
    """Tag a document's pages; the last document's tags are kept."""
    from slmapps_invoices.pages.shipped import load_tagger

    held = next((tags for sha256, tags in list(_kept) if sha256 == document.sha256), None)
    if held is None:
        held = load_tagger().tag(document.pages)
        _kept[:] = [(document.sha256, held)]
    return held


def lesson(
    document: Document,
    invoice: Invoice,
    read: Invoice,
    key: str,
    pointed: Mapping[str, Any] | None = None,
) -> Example | None:
    """Give what a field's right value says of the seller's next document; None if nothing.

    ``invoice`` is as it is now, ``read`` as it was read; ``pointed`` a Span as JSON. Without the
    tagger's weights nothing is learnt, and the correction holds all the same.
    """
    sellers = sellers_of(invoice)
    if not sellers or not document.pages:
        return None
    try:
        tagged = page_tags(document)
    except (WeightsMissing, OSError):
        return None
    label = label_of(key)
    right: Words | None = None
    if pointed is not None:
        right = _inside(document, Span.model_validate(pointed))
    elif value := value_of(invoice, key):
        same = value == value_of(read, key)
        right = _inside(document, read.places.get(key)) if same else None
        right = right or _believed(document, tagged, label, _places(document, key, value))
    wrong = _inside(document, read.places.get(key))
    if wrong is not None and right is not None and wrong[0] == right[0]:
        left = tuple(at for at in wrong[1] if at not in right[1])
        wrong = (wrong[0], left) if left else None
    if right is None and wrong is None:
        return None
    return Example(
        sellers,
        document.sha256,
        label,
        _parts(document, tagged, right),
        _parts(document, tagged, wrong),
    )


def place_of(document: Document, parts: Sequence[Part]) -> Span | None:
    """Give the place of words; None where there are none."""
    pages = [page for page in document.pages if parts and page.number == parts[0].page]
    if not pages:
        return None
    boxes = [pages[0].words[part.word].box for part in parts]
    box = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return Span(document=document.sha256, page=pages[0].number, box=box)


def _parts(document: Document, tagged: Sequence[Tagged], words: Words | None) -> tuple[Part, ...]:
    if words is None:
        return ()
    place, ats = words
    found = parts_of(document.pages[place], tagged[place], ats)
    return tuple(found[at] for at in ats)


def _inside(document: Document, span: Span | None) -> Words | None:
    """Give the words in a place's box."""
    if span is None or span.page is None or span.box is None:
        return None
    left, top, right, bottom = span.box
    for place, page in enumerate(document.pages):
        if page.number != span.page:
            continue
        ats = tuple(
            at
            for at, word in enumerate(page.words)
            if left <= (word.box[0] + word.box[2]) / 2 <= right
            and top <= (word.box[1] + word.box[3]) / 2 <= bottom
        )
        return (place, ats) if ats else None
    return None


def _places(document: Document, key: str, value: str) -> Iterator[Words]:
    """Give every run of words in a printed row that means the value."""
    words = [word.text for page in document.pages for word in page.words]
    means = _meaning(key, value, Hand.of(words))
    for place, page in enumerate(document.pages):
        for row in printed_rows(page):
            yield from ((place, run) for run in _runs(page, row) if means(_text(page, run)))


def _meaning(key: str, value: str, hand: Hand) -> Any:
    """Give what tells whether a text means the value."""
    field = key.rpartition("].")[2]
    figures = field in (DATES | (LINE_AMOUNTS if key.startswith("lines[") else AMOUNTS))
    wanted = _packed(value)

    def means(text: str) -> bool:
        if not figures:
            return _packed(text) == wanted
        if not any(char.isdigit() for char in text) or len(text) > 40:
            return False
        try:
            found = checked(key, text, hand)
        except ValueError:
            return False
        return found == value or (field not in DATES and float(found) == float(value))

    return means


def _packed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _text(page: Page, run: Sequence[int]) -> str:
    return " ".join(page.words[at].text for at in run)


def _runs(page: Page, row: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Give runs of words that stand close; the shorter first, so that a value has no words more."""
    for length in range(1, _LONGEST + 1):
        for start in range(len(row) - length + 1):
            run = tuple(row[start : start + length])
            boxes = [page.words[at].box for at in run]
            height = max(box[3] - box[1] for box in boxes)
            gaps = [two[0] - one[2] for one, two in pairwise(boxes)]
            if all(gap <= 1.5 * height for gap in gaps):
                yield run


def _believed(
    document: Document, tagged: Sequence[Tagged], label: str, places: Iterator[Words]
) -> Words | None:
    """Give the place that the tagger believes most in; of equal ones the last, where sums stand."""
    best: tuple[float, float, Words] | None = None
    for place, run in places:
        column = tagged[place].labels.index(label)
        shares = np.log(np.maximum(tagged[place].shares[list(run), column], 1e-6))
        lower = document.pages[place].words[run[0]].box[1] + 1e5 * place
        # Words more than the value needs, such as a currency's sign, add nothing.
        found = (round(float(shares.mean()), 3), lower, (place, run))
        if best is None or found[:2] > best[:2]:
            best = found
    return None if best is None else best[2]
