"""What people put right on a seller's pages, so that the seller's next document is read right.

Design choices:

* No template is written: an example keeps the words of the right value and those that were taken
  for it, each with the tagger's state, its place and the words to its left and above. On the next
  document a word plays the same part where its state is alike, the more so where it stands at the
  same place, or under or beside the same words.
* It changes only shares, and only on documents that name the seller. What the sums, the checksums
  and the readings say of the words still decides.
* An example is JSON within the note of the correction that it comes from, with the document's
  sha256 and the words' numbers: what holds is what people's corrections hold, undoing one takes its
  example back, and the tagger can be trained on them later.
"""

from __future__ import annotations

import base64
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.heads.pages import Tagged
from slmapps.records import Page
from slmapps_invoices.coding.sellers import seller_key
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import LINE, OTHER
from slmapps_invoices.records import Invoice

__all__ = ["NOTE", "Example", "Part", "SellerMemory", "label_of", "parts_of", "sellers_of"]

NOTE = "layout"
"""The note of a correction that holds an Example."""

_LABELS = {
    "seller.name": "seller_name",
    "seller.vat_id": "seller_vat_id",
    "seller.iban": "iban",
    "buyer.name": "buyer_name",
    "net": "line_net",  # of a line; the head's is of its own name
}
_MOST = 200  # examples of one seller, the newest
# On made invoices of one layout, the cosine of words that play one part is above 0.83 in 95 of 100
# cases, that of others below 0.43 in 99.
_ALIKE = (0.5, 0.85)  # cosine from which states begin to be alike, and are
_AROUND = 0.4  # what place and words around count beside the state
_NEAR = 0.015  # of the page's width and height
_PLAYS = 0.5  # strength from which a word plays the part
_BEST = 0.85  # of the strongest: words of one value play it about alike
_RAISED, _LEFT_OVER = 0.97, 0.03
_WORDS = 3  # to the left and above
_SHORTEST = 4  # letters of a name that says who the seller is

Floats = npt.NDArray[np.float32]


def label_of(key: str) -> str:
    """Give the tagger's label of a field's key.

    >>> label_of("seller.iban"), label_of("net"), label_of("lines[3].net")
    ('iban', 'net', 'line_net')
    """
    _, line, field = key.rpartition("].")
    return _LABELS.get(field, field) if line or "." in field else field


@dataclass(frozen=True)
class Part:
    """A word in its part: where it stands, and beside what.

    ``at`` is its middle by the page's width and height; ``state`` the tagger's, of length 1.
    """

    page: int
    word: int
    at: tuple[float, float]
    left: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    state: Floats | None = None

    def likeness(self, other: Part, *, column: bool) -> float:
        """How much the other plays this part, within 0..1; of a ``column`` no row counts."""
        same = (self.left and self.left == other.left and not column) or (
            self.above and self.above == other.above
        )
        across, down = (abs(a - b) / _NEAR for a, b in zip(self.at, other.at, strict=True))
        around = 1.0 if same else math.exp(-(across**2 + (0 if column else down**2)) / 2)
        if self.state is None or other.state is None:
            return around
        low, high = _ALIKE
        alike = min(1.0, max(0.0, (float(self.state @ other.state) - low) / (high - low)))
        return alike * (1 - _AROUND + _AROUND * around)

    def kept(self) -> dict[str, Any]:
        """As JSON; the state as base64 of float16."""
        state = None
        if self.state is not None:
            state = base64.b64encode(self.state.astype("<f2").tobytes()).decode("ascii")
        return {
            "page": self.page,
            "word": self.word,
            "at": [round(each, 5) for each in self.at],
            "left": list(self.left),
            "above": list(self.above),
            "state": state,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Part:
        """Read what :meth:`kept` gave."""
        state = None
        if kept["state"] is not None:
            raw = np.frombuffer(base64.b64decode(kept["state"]), "<f2").astype(np.float32)
            state = raw / max(float(np.linalg.norm(raw)), 1e-6)
        x, y = kept["at"]
        return cls(
            kept["page"], kept["word"], (x, y), tuple(kept["left"]), tuple(kept["above"]), state
        )


@dataclass(frozen=True)
class Example:
    """A value that a person put right: the words it stands on, and those taken for it."""

    sellers: tuple[str, ...]
    document: str
    label: str
    right: tuple[Part, ...]
    wrong: tuple[Part, ...]

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "sellers": list(self.sellers),
            "document": self.document,
            "label": self.label,
            "right": [part.kept() for part in self.right],
            "wrong": [part.kept() for part in self.wrong],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Example:
        """Read what :meth:`kept` gave."""
        return cls(
            tuple(kept["sellers"]),
            kept["document"],
            kept["label"],
            tuple(Part.of(each) for each in kept["right"]),
            tuple(Part.of(each) for each in kept["wrong"]),
        )


# Who the seller is


def sellers_of(invoice: Invoice) -> tuple[str, ...]:
    """Give what the seller is known by on a page: VAT number and IBAN, else the name.

    A name may be the buyer's, read wrongly, and stand on everybody's pages; numbers do not.

    >>> sellers_of(Invoice(seller={"name": "Weir & Sons Ltd", "vat_id": "DE136695976"}))
    ('vat:de136695976',)
    >>> sellers_of(Invoice(seller={"name": "Weir & Sons Ltd"}))
    ('name:weir sons',)
    """
    seller, buyer = invoice.seller, invoice.buyer
    known = []
    if seller.vat_id and _packed(seller.vat_id) != _packed(buyer.vat_id):
        known.append(f"vat:{_packed(seller.vat_id)}")
    if seller.iban:
        known.append(f"iban:{_packed(seller.iban)}")
    name = _tokens(seller_key(seller.name) or "")
    if known:
        return tuple(known)
    if sum(map(len, name)) >= _SHORTEST and seller_key(seller.name) != seller_key(buyer.name):
        known.append(f"name:{' '.join(name)}")
    return tuple(known)


def _packed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in folded if not unicodedata.combining(c)))


class _Named:
    """Which sellers a document's pages name."""

    def __init__(self, pages: Sequence[Page]) -> None:
        words = [word.text for page in pages for word in page.words]
        self.packed = _packed("".join(words))
        self.tokens = f" {' '.join(token for word in words for token in _tokens(word))} "

    def __contains__(self, seller: str) -> bool:
        kind, _, value = seller.partition(":")
        return f" {value} " in self.tokens if kind == "name" else value in self.packed


# Which part a word plays


def parts_of(page: Page, tagged: Tagged, words: Iterable[int] | None = None) -> dict[int, Part]:
    """Give the part of each word of a page (of ``words`` alone), by its number."""
    wanted = None if words is None else set(words)
    rows = printed_rows(page)
    found: dict[int, Part] = {}
    for number, row in enumerate(rows):
        for place, at in enumerate(row):
            if wanted is not None and at not in wanted:
                continue
            box = page.words[at].box
            found[at] = Part(
                page.number,
                at,
                (
                    (box[0] + box[2]) / 2 / max(page.width, 1.0),
                    (box[1] + box[3]) / 2 / max(page.height, 1.0),
                ),
                _spoken(page, reversed(row[:place])),
                _above(page, rows[:number], box),
                None if tagged.states is None else tagged.states[at],
            )
    return found


def _spoken(page: Page, words: Iterable[int]) -> tuple[str, ...]:
    """Give the nearest words that are words; figures differ from one document to the next."""
    said: list[str] = []
    for at in words:
        text = "".join(_tokens(page.words[at].text))
        if text and not any(char.isdigit() for char in text):
            said.append(text)
        if len(said) == _WORDS:
            break
    return tuple(said)


def _above(
    page: Page, rows: Sequence[Sequence[int]], box: tuple[float, float, float, float]
) -> tuple[str, ...]:
    """Give the words of the nearest row that has any over this one."""
    for row in reversed(rows):
        over = [
            at for at in row if page.words[at].box[0] < box[2] and page.words[at].box[2] > box[0]
        ]
        if said := _spoken(page, over):
            return said
    return ()


# The memory


class SellerMemory:
    """The examples of one client, as they were made; ``adjust`` is for ``read_pages``."""

    def __init__(self, examples: Iterable[Example] = ()) -> None:
        self.examples = tuple(examples)

    @classmethod
    def of(cls, notes: Iterable[Mapping[str, Any]]) -> SellerMemory:
        """Make it of the notes of corrections, in their order."""
        return cls(Example.of(note[NOTE]) for note in notes if note.get(NOTE))

    def adjust(self, pages: Sequence[Page], tagged: Sequence[Tagged]) -> Sequence[Tagged]:
        """Give the tags as what was put right on the seller's other documents speaks for."""
        if not self.examples:
            return tagged
        named = _Named(pages)
        mine = [each for each in self.examples if any(one in named for one in each.sellers)]
        if not mine:
            return tagged
        parts = [parts_of(page, tags) for page, tags in zip(pages, tagged, strict=True)]
        shares = [tags.shares.copy() for tags in tagged]
        by_label: dict[str, list[Example]] = {}
        for example in mine[-_MOST:]:
            by_label.setdefault(example.label, []).append(example)
        for label, examples in by_label.items():
            if label in tagged[0].labels:
                _adjust(label, examples, parts, shares, tagged[0].labels)
        return [replace(tags, shares=changed) for tags, changed in zip(tagged, shares, strict=True)]


def _adjust(
    label: str,
    examples: Sequence[Example],
    parts: Sequence[Mapping[int, Part]],
    shares: Sequence[Floats],
    labels: Sequence[str],
) -> None:
    """Raise and lower a label's shares, in place."""
    column = label in LINE
    plays = {
        (page, at): (_strength(part, examples, right=True, column=column),
                     _strength(part, examples, right=False, column=column))
        for page, of_page in enumerate(parts)
        for at, part in of_page.items()
    }  # fmt: skip
    least = _PLAYS
    if not column:  # a field of the head has one value
        least = max(_PLAYS, _BEST * max((up for (up, _), _ in plays.values()), default=0.0))
    for (page, at), ((up, up_age), (down, down_age)) in plays.items():
        if up >= least and (up, up_age) >= (down, down_age):
            _raise(shares[page][at], labels.index(label), up)
        elif down >= _PLAYS and (down, down_age) > (up, up_age):
            _lower(shares[page][at], labels.index(label), labels.index(OTHER), down)


def _strength(
    part: Part, examples: Sequence[Example], *, right: bool, column: bool
) -> tuple[float, int]:
    """Give how much a word plays a part of the examples, and the newest one of which it does."""
    best = (0.0, -1)
    for age, example in enumerate(examples):
        for one in example.right if right else example.wrong:
            best = max(best, (round(one.likeness(part, column=column), 3), age))
    return best


def _raise(shares: Floats, label: int, strength: float) -> None:
    old = float(shares[label])
    new = old + max(0.0, _RAISED - old) * strength
    shares *= np.float32((1 - new) / max(1 - old, 1e-6))
    shares[label] = new


def _lower(shares: Floats, label: int, other: int, strength: float) -> None:
    old = float(shares[label])
    new = old * (1 - (1 - _LEFT_OVER) * strength)
    shares[label] = new
    shares[other] += old - new
