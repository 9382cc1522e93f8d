"""Pages in, an invoice out: words are tagged, gathered, read in every way, and the sums choose.

Design choices:

* The tagger proposes and never decides alone: each amount keeps its rivals until the equations have
  spoken (``solver``). What no sum ties down (number, dates, names) is the likeliest reading.
* Every value carries its place, and the signs that speak for it, from which ``confidence`` says how
  likely it is right.
* What stands on the next page before its first line goes on with the last line of the page before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.records import Document, Page, Problem, Span
from slmapps_invoices.pages.amounts import Convention, convention, read_amount, read_rate
from slmapps_invoices.pages.confidence import Confidence, Signs
from slmapps_invoices.pages.currencies import page_currency, read_currency
from slmapps_invoices.pages.dates import day_order
from slmapps_invoices.pages.gather import Group, Item, groups, items
from slmapps_invoices.pages.heading import read_heading
from slmapps_invoices.pages.quantities import read_quantity
from slmapps_invoices.pages.readings import Reading
from slmapps_invoices.pages.solver import solve, to_invoice
from slmapps_invoices.pages.sums import (
    Candidate,
    Candidates,
    LineCandidate,
    Readings,
    Solution,
    Source,
    TaxCandidate,
    Verdict,
)
from slmapps_invoices.pages.tagged_pages import TaggedPages
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger, Tagged

    Adjust = Callable[[Sequence[Page], Sequence[Tagged]], Sequence[Tagged]]

__all__ = ["PageReading", "read_pages", "read_tagged"]

_NAMES = {"allowance": "allowance_total", "charge": "charge_total"}
_EQUATIONS = {"lines": "line", "taxes": "BR-CO-17"}
_TEXTS = {
    "id": "position",
    "seller_item": "item",
    "description": "description",
    "details": "details",
}
_TAX_ALONE = re.compile(
    r"(?:\W|\d|umsatzsteuer|mehrwertsteuer|m\.?w\.?st|u\.?st|vat|tax|t\.?v\.?a|gst|steuer|\b[a-z]\b)+\Z",
    re.IGNORECASE,
)
_AMOUNTS = ("line_total", "allowance", "net", "tax", "total", "paid", "due")


@dataclass(frozen=True)
class PageReading:
    """What the pages of one invoice say.

    ``signs`` go by the keys of ``Invoice.places``; ``document`` is its Document's sha256.
    """

    invoice: Invoice
    problems: tuple[Problem, ...]
    signs: Mapping[str, Signs]
    solution: Solution
    document: str
    pages: tuple[Page, ...]

    @property
    def confidences(self) -> Mapping[str, float]:
        """How likely each value is right, by the keys of ``Invoice.places``."""
        return self.invoice.confidences


def read_pages(
    document: Document,
    tagger: PageTagger,
    adjust: Adjust | None = None,
    confidence: Confidence | None = None,
) -> PageReading | None:
    """Read the invoice on a document's pages; None where no page holds a word.

    ``adjust`` may change what the tagger says, by what is known of the seller's other documents;
    ``confidence`` turns signs into probabilities, without it the tagger's shares stand.
    """
    if not any(page.words for page in document.pages):
        return None
    tagged = tagger.tag(document.pages)
    if adjust is not None:
        tagged = list(adjust(document.pages, tagged))
    return read_tagged(document, document.pages, tagged, confidence)


def read_tagged(
    document: Document,
    pages: Sequence[Page],
    tagged: Sequence[Tagged],
    confidence: Confidence | None = None,
) -> PageReading:
    """Read the one invoice that stands on ``pages`` of ``document``, tagged already."""
    tags = TaggedPages(document.sha256, pages, tagged)
    return _Reader(tags, confidence or Confidence()).read()


class _Reader:
    """One document on its way from tags to an invoice."""

    def __init__(self, tags: TaggedPages, confidence: Confidence) -> None:
        self.tags, self.confidence = tags, confidence
        self.sharp: dict[Span, float] = {}
        self.convention: Convention = convention(tags.words)

    def read(self) -> PageReading:
        tags = self.tags
        currency = _currency(tags)
        order = day_order(tags.words, currency=currency.value if currency else "")
        header, signs = read_heading(tags, order, currency)
        found = self._lines()
        solution = solve(
            Candidates(
                **{name: self._amounts(name) for name in _AMOUNTS},
                taxes=tuple(self._taxes()),
                lines=tuple(line for line, _ in found.values()),
            )
        )
        for at, solved in enumerate(solution.lines):
            for name, group in found[solved.key][1].groups.items():
                header["places"][f"lines[{at}].{name}"] = self.tags.span(group)
                signs[f"lines[{at}].{name}"] = self.tags.signs(group, group.share)
        further = {key: texts.values for key, (_, texts) in found.items()}
        invoice, problems = to_invoice(solution, header, further)
        signs |= self._signs_of_amounts(solution)
        invoice = _asked_in_full(invoice, signs)
        sure = {key: self.confidence.of(key, one) for key, one in signs.items()}
        invoice = invoice.model_copy(update={"confidences": sure, "syntax": "page"})
        return PageReading(
            invoice,
            tuple(problems),
            signs,
            solution,
            self.tags.sha256,
            tuple(self.tags.pages),
        )

    def _sheets(self) -> Iterable[tuple[Page, Tagged, list[list[int]]]]:
        return zip(self.tags.pages, self.tags.tagged, self.tags.rows, strict=True)

    def _candidates(
        self, group: Group, read: Callable[..., Iterable[Reading[Decimal]]] = read_amount
    ) -> list[Candidate]:
        return [
            self._candidate(group, reading, reading.value)
            for reading in read(group.text, self.convention)
        ]

    def _candidate(self, group: Group, reading: Reading[Any], value: Decimal) -> Candidate:
        score = min(0.0, math.log(max(group.share, 1e-9)) + reading.score)
        span = self.tags.span(group)
        if self.tags.scanned:
            self.sharp[span] = self.tags.sharpness(group)
        return Candidate(value, score, span, reading.repaired)

    def _amounts(self, label: str) -> Readings:
        return tuple(one for group in self.tags.groups(label) for one in self._candidates(group))

    def _taxes(self) -> Iterable[TaxCandidate]:
        """Rows of the breakdown of tax: what stands in one printed row."""
        for page, tagged, rows in self._sheets():
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

    def _lines(self) -> dict[Hashable, tuple[LineCandidate, _Texts]]:
        found: dict[Hashable, tuple[LineCandidate, _Texts]] = {}
        for page, tagged, rows in self._sheets():
            for number, item in enumerate(items(page, tagged, rows=rows)):
                key = (page.number, number)
                if not item.share and not item.of("line_net"):
                    if found:
                        next(reversed(found.values()))[1].go_on(item)
                    continue
                line, texts = self._line(item, key)
                if not line.quantity and _TAX_ALONE.match(texts.values.get("description", "")):
                    continue  # a row of the breakdown of tax, which stands in a table, too
                if line.net or "description" in texts.values:
                    found[key] = line, texts
        return found

    def _line(self, item: Item, key: Hashable) -> tuple[LineCandidate, _Texts]:
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
        return line, _Texts(item, unit)

    def _discounts(self, item: Item) -> Iterable[Candidate]:
        for group in item.of("discount"):
            percent = "%" in group.text
            way = read_rate if percent else read_amount
            for one in self._candidates(group, way):
                yield Candidate(abs(one.value), one.score, one.place, one.repaired, percent)

    def _signs_of_amounts(self, solution: Solution) -> dict[str, Signs]:
        """Of the head by what the sums prefer, of lines by whether the line's own sum holds."""
        found = {}
        whole = solution.equations.get("BR-CO-10") is Verdict.HOLDS
        for key, chosen in solution.values():
            group, _, rest = key.partition("[")
            number, _, part = rest.partition("].")
            holds = solution.equations.get(f"{_EQUATIONS.get(group, '')}[{number}]")
            one = chosen.candidate
            place = one.place if one is not None else None
            found[_NAMES.get(key, key)] = Signs(
                math.exp(one.score) if one is not None else 0.5,
                margin=solution.margins.get(key, 0.0),
                proved=holds is Verdict.HOLDS if rest else solution.proved,
                mended=chosen.source is not Source.READ or bool(one and one.repaired),
                checked=whole and part == "net",
                sharpness=self.sharp.get(place, 1.0) if isinstance(place, Span) else 1.0,
                scanned=self.tags.scanned,
            )
        return found


def _currency(tags: TaggedPages) -> Reading[str] | None:
    for group in tags.groups("currency", 0.5):
        for reading in read_currency(group.text):
            return reading
    return next(iter(page_currency(tags.words)), None)


def _asked_in_full(invoice: Invoice, signs: dict[str, Signs]) -> Invoice:
    """Where a page says neither what is due nor what was paid, it asks for the total."""
    if invoice.total is None or invoice.due is not None or invoice.paid is not None:
        return invoice
    if "total" in signs:
        signs["due"] = signs["total"]
    places = dict(invoice.places)
    if "total" in places:
        places["due"] = places["total"]
    return invoice.model_copy(update={"due": invoice.total, "places": places})


class _Texts:
    """The texts of a line: ``values`` for the record, and the ``groups`` that they stand in."""

    def __init__(self, item: Item, unit: str) -> None:
        self.values: dict[str, Any] = {"unit": unit} if unit else {}
        self.groups: dict[str, Group] = {}
        for name, label in _TEXTS.items():
            own = item.of(label)
            if own:
                self.values[name] = " ".join(group.text for group in own).strip(" :;,|•·-")
                self.groups[name] = max(own, key=lambda group: len(group.words))

    def go_on(self, item: Item) -> None:
        """Take what stands on the next page before its first line."""
        for name in ("description", "details"):
            more = " ".join(group.text for group in item.of(name))
            if more:
                self.values[name] = f"{self.values.get(name, '')} {more}".strip()
