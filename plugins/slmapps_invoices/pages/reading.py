"""Pages in, an invoice out: words are tagged, gathered, read in every way, and the sums choose.

Design choices:

* The tagger proposes and never decides alone: each amount keeps its rivals until the equations have
  spoken (``solver``). What no sum ties down (number, dates, names) is the likeliest reading.
* Every value carries its place, and a confidence that says how likely it is as it stands: of an
  amount the margin by which the sums prefer it, of a text the tagger's own share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.records import Document, Problem, Span
from slmapps_invoices.pages.amounts import Convention, convention, read_amount, read_rate
from slmapps_invoices.pages.currencies import page_currency, read_currency
from slmapps_invoices.pages.dates import day_order, read_date
from slmapps_invoices.pages.gather import Group, Item, groups, items, printed_rows
from slmapps_invoices.pages.identifiers import read_bic, read_iban, read_number, read_vat_id
from slmapps_invoices.pages.quantities import read_quantity
from slmapps_invoices.pages.readings import Reading, scaled
from slmapps_invoices.pages.solver import solve, to_invoice
from slmapps_invoices.pages.sums import (
    Candidate,
    Candidates,
    LineCandidate,
    Readings,
    Solution,
    TaxCandidate,
)
from slmapps_invoices.records import Invoice, Party

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger, Tagged
    from slmapps.records import Page

    Adjust = Callable[[Sequence[Page], Sequence[Tagged]], Sequence[Tagged]]

__all__ = ["PageReading", "read_pages"]

_AMOUNTS = ("line_total", "allowance", "net", "tax", "total", "paid", "due")
_RIVALS = 8  # groups of one label that are looked at
_LEAST = 0.01
_ALONE = 0.3  # a text that the tagger believes less is not a value


@dataclass(frozen=True)
class PageReading:
    """What the pages of one document say.

    ``confidences`` by the keys of ``Invoice.places``, within 0..1, not calibrated yet.
    """

    invoice: Invoice
    problems: tuple[Problem, ...]
    confidences: Mapping[str, float]
    solution: Solution


@dataclass(frozen=True)
class _Found:
    value: Any
    share: float
    place: Span


def read_pages(
    document: Document, tagger: PageTagger, adjust: Adjust | None = None
) -> PageReading | None:
    """Read the invoice on a document's pages; None where no page holds a word.

    ``adjust`` may change what the tagger says, by what is known of the seller's other documents.
    """
    if not any(page.words for page in document.pages):
        return None
    tagged = tagger.tag(document.pages)
    if adjust is not None:
        tagged = list(adjust(document.pages, tagged))
    return _Reader(document, tagged).read()


class _Reader:
    """One document on its way from tags to an invoice."""

    def __init__(self, document: Document, tagged: Sequence[Tagged]) -> None:
        self.document, self.pages, self.tagged = document, document.pages, tagged
        self.rows = [printed_rows(page) for page in self.pages]
        words = [word.text for page in self.pages for word in page.words]
        self.convention: Convention = convention(words)
        self.currency = self._currency(words)
        self.order = day_order(words, currency=self.currency.value if self.currency else "")

    def read(self) -> PageReading:
        header, confidences = self._header()
        lines, further = self._lines()
        solution = solve(
            Candidates(
                **{name: self._amounts(name) for name in _AMOUNTS},
                taxes=tuple(self._taxes()),
                lines=tuple(lines),
            )
        )
        invoice, problems = to_invoice(solution, header, further)
        confidences |= self._sure(solution)
        return PageReading(invoice, tuple(problems), confidences, solution)

    def _groups(self, label: str, least: float = _LEAST) -> list[Group]:
        found = [
            group
            for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True)
            for group in groups(page, tagged, label, least=least, rows=rows)
        ]
        return sorted(found, key=lambda group: -group.share)[:_RIVALS]

    def _span(self, group: Group) -> Span:
        return Span(document=self.document.sha256, page=group.page, box=group.box)

    def _currency(self, words: list[str]) -> Reading[str] | None:
        for group in self._groups("currency", 0.5):
            for reading in read_currency(group.text):
                return reading
        return next(iter(page_currency(words)), None)

    def _best(self, label: str, read: Callable[[str], Iterable[Reading[Any]]]) -> _Found | None:
        """The likeliest reading of a label's groups, by the tagger and by its form."""
        found = [
            _Found(reading.value, group.share * reading.weight, self._span(group))
            for group in self._groups(label, 0.05)
            for reading in read(group.text)
        ]
        return max(found, key=lambda one: one.share, default=None)

    def _iban(self) -> _Found | None:
        """An IBAN; in a narrow column it may go on in the next row, and its checksum tells so."""
        alone = self._best("iban", read_iban)
        if alone is not None and alone.share >= _ALONE:
            return alone
        found = self._groups("iban", 0.05)
        for one in found:
            for two in found:
                down = two.box[1] - one.box[1]
                if one.page == two.page and 0 < down < 3 * (one.box[3] - one.box[1]):
                    for reading in read_iban(one.text + two.text):
                        if reading.checked and not reading.repaired:
                            return _Found(reading.value, min(one.share, two.share), self._span(one))
        return alone

    def _header(self) -> tuple[dict[str, Any], dict[str, float]]:
        def days(text: str) -> list[Reading[Any]]:
            # An old invoice is as good as a new one: only the readings of one string compete.
            return scaled(read_date(text.strip(" .,;:"), self.order), 0.97)

        found = {
            "number": self._best("number", read_number),
            "issue_date": self._best("issue_date", days),
            "due_date": self._best("due_date", days),
            "order_reference": self._best("order_reference", read_number),
            "seller.name": self._best("seller_name", _plainly),
            "seller.vat_id": self._best("seller_vat_id", read_vat_id),
            "seller.iban": self._iban(),
            "seller.bic": self._best("bic", read_bic),
            "buyer.name": self._best("buyer_name", _plainly),
            "buyer.vat_id": self._best("buyer_vat_id", read_vat_id),
        }
        kept = {key: one for key, one in found.items() if one is not None and one.share >= _ALONE}
        header: dict[str, Any] = {key: one.value for key, one in kept.items() if "." not in key}
        for party in ("seller", "buyer"):
            parts = {
                key.partition(".")[2]: one.value
                for key, one in kept.items()
                if key.startswith(f"{party}.")
            }
            header[party] = Party(**parts)
        header["currency"] = self.currency.value if self.currency else ""
        header["places"] = {key: one.place for key, one in kept.items()}
        confidences = {key: one.share for key, one in kept.items()}
        if self.currency:
            confidences["currency"] = self.currency.weight
        return header, confidences

    def _candidates(
        self, group: Group, read: Callable[..., Iterable[Reading[Decimal]]] = read_amount
    ) -> list[Candidate]:
        return [
            self._candidate(group, reading, reading.value)
            for reading in read(group.text, self.convention)
        ]

    def _candidate(self, group: Group, reading: Reading[Any], value: Decimal) -> Candidate:
        score = min(0.0, math.log(max(group.share, 1e-9)) + reading.score)
        return Candidate(value, score, self._span(group), reading.repaired)

    def _amounts(self, label: str) -> Readings:
        return tuple(one for group in self._groups(label) for one in self._candidates(group))

    def _taxes(self) -> Iterable[TaxCandidate]:
        """Rows of the breakdown of tax: what stands in one printed row."""
        for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True):
            for row in rows:
                parts = {
                    name: [
                        one
                        for group in groups(page, tagged, label, least=0.2, rows=[row])
                        for one in self._candidates(group, read)
                    ]
                    for name, label, read in (
                        ("rate", "tax_rate", read_rate),
                        ("base", "tax_base", read_amount),
                        ("amount", "tax_amount", read_amount),
                    )
                }
                if parts["rate"] and (parts["amount"] or parts["base"]):
                    yield TaxCandidate(
                        rate=tuple(parts["rate"]),
                        base=tuple(parts["base"]),
                        amount=tuple(parts["amount"]),
                        key=(page.number, row[0]),
                    )

    def _lines(self) -> tuple[list[LineCandidate], dict[Hashable, dict[str, Any]]]:
        found: list[LineCandidate] = []
        further: dict[Hashable, dict[str, Any]] = {}
        for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True):
            for number, item in enumerate(items(page, tagged, rows=rows)):
                key = (page.number, number)
                if not item.share and not item.of("line_net"):
                    continue  # the rest of a line of the page before
                line, texts = self._line(item, key)
                if line.net or texts.get("description"):
                    found.append(line)
                    further[key] = texts
        return found, further

    def _line(self, item: Item, key: Hashable) -> tuple[LineCandidate, dict[str, Any]]:
        def read(
            label: str, way: Callable[..., Iterable[Reading[Decimal]]] = read_amount
        ) -> Readings:
            return tuple(one for group in item.of(label) for one in self._candidates(group, way))

        quantities: list[Candidate] = []
        unit = " ".join(group.text for group in item.of("unit"))
        for group in item.of("quantity"):
            for reading in read_quantity(group.text, self.convention):
                quantities.append(self._candidate(group, reading, reading.value.amount))
                unit = unit or reading.value.unit
        line = LineCandidate(
            quantity=tuple(quantities),
            unit_price=read("unit_price"),
            discount=tuple(self._discounts(item)),
            net=read("line_net"),
            tax_rate=read("line_tax_rate", read_rate),
            score=math.log(min(0.98, max(item.share, 0.02))),
            key=key,
        )
        texts = {
            "id": " ".join(group.text for group in item.of("position")),
            "seller_item": " ".join(group.text for group in item.of("item")),
            "description": " ".join(group.text for group in item.of("description")),
            "details": " ".join(group.text for group in item.of("details")),
            "unit": unit,
        }
        return line, {name: text for name, text in texts.items() if text}

    def _discounts(self, item: Item) -> Iterable[Candidate]:
        for group in item.of("discount"):
            percent = "%" in group.text
            way = read_rate if percent else read_amount
            for one in self._candidates(group, way):
                yield Candidate(abs(one.value), one.score, one.place, one.repaired, percent)

    def _sure(self, solution: Solution) -> dict[str, float]:
        """How sure the amounts are: by margin in the head, by the tagger in lines."""
        found = {}
        for key, chosen in solution.values():
            margin = solution.margins.get(key)
            if margin is not None:
                found[key] = 1 / (1 + math.exp(-min(margin, 30.0)))
            elif chosen.candidate is not None:
                found[key] = math.exp(chosen.candidate.score)
        return found


def _plainly(text: str) -> list[Reading[str]]:
    kept = text.strip(" ,;:|•·-")
    return [Reading(kept, 1.0)] if any(sign.isalpha() for sign in kept) else []
