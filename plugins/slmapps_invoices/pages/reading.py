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
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.records import Document, Page, Problem, Span
from slmapps_invoices.pages.addresses import Block, blocks, parted
from slmapps_invoices.pages.amounts import Convention, convention, read_amount, read_rate
from slmapps_invoices.pages.confidence import Confidence, Signs
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
    Source,
    TaxCandidate,
    Verdict,
)
from slmapps_invoices.records import Invoice, Party

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger, Tagged

    Adjust = Callable[[Sequence[Page], Sequence[Tagged]], Sequence[Tagged]]

__all__ = ["PageReading", "read_pages", "read_tagged"]

_NAMES = {"allowance": "allowance_total"}
_EQUATIONS = {"lines": "line", "taxes": "BR-CO-17"}
_TEXTS = {
    "id": "position",
    "seller_item": "item",
    "description": "description",
    "details": "details",
}
_AMOUNTS = ("line_total", "allowance", "net", "tax", "total", "paid", "due")
_RIVALS = 8  # groups of one label that are looked at
_LEAST = 0.01
_ALONE = 0.3  # a text that the tagger believes less is not a value


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


@dataclass(frozen=True)
class _Found:
    value: Any
    share: float
    place: Span
    signs: Signs


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
    return _Reader(document, pages, tagged, confidence or Confidence()).read()


class _Reader:
    """One document on its way from tags to an invoice."""

    def __init__(
        self,
        document: Document,
        pages: Sequence[Page],
        tagged: Sequence[Tagged],
        confidence: Confidence,
    ) -> None:
        self.document, self.pages, self.tagged = document, pages, tagged
        self.confidence = confidence
        self.sharp: dict[Span, float] = {}
        self.scanned = any(word.confidence < 1 for page in self.pages for word in page.words)
        self.rows = [printed_rows(page) for page in self.pages]
        words = [word.text for page in self.pages for word in page.words]
        self.convention: Convention = convention(words)
        self.currency = self._currency(words)
        self.order = day_order(words, currency=self.currency.value if self.currency else "")

    def read(self) -> PageReading:
        header, signs = self._header()
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
                header["places"][f"lines[{at}].{name}"] = self._span(group)
                signs[f"lines[{at}].{name}"] = self._signs(group, group.share)
        further = {key: texts.values for key, (_, texts) in found.items()}
        invoice, problems = to_invoice(solution, header, further)
        signs |= self._signs_of_amounts(solution)
        sure = {key: self.confidence.of(key, one) for key, one in signs.items()}
        invoice = invoice.model_copy(update={"confidences": sure, "syntax": "page"})
        return PageReading(
            invoice,
            tuple(problems),
            signs,
            solution,
            self.document.sha256,
            tuple(self.pages),
        )

    def _groups(self, label: str, least: float = _LEAST, most: int | None = _RIVALS) -> list[Group]:
        found = [
            group
            for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True)
            for group in groups(page, tagged, label, least=least, rows=rows)
        ]
        return sorted(found, key=lambda group: -group.share)[:most]

    def _span(self, group: Group | Block) -> Span:
        return Span(document=self.document.sha256, page=group.page, box=group.box)

    def _sharpness(self, group: Group | Block) -> float:
        """The least confidence of recognition among the words within the group's box."""
        left, top, right, bottom = group.box
        page = next(page for page in self.pages if page.number == group.page)
        return min(
            (
                word.confidence
                for word in page.words
                if left <= (word.box[0] + word.box[2]) / 2 <= right
                and top <= (word.box[1] + word.box[3]) / 2 <= bottom
            ),
            default=1.0,
        )

    def _signs(self, group: Group | Block, share: float, **further: Any) -> Signs:
        sharpness = self._sharpness(group) if self.scanned else 1.0
        return Signs(share, sharpness=sharpness, scanned=self.scanned, **further)

    def _currency(self, words: list[str]) -> Reading[str] | None:
        for group in self._groups("currency", 0.5):
            for reading in read_currency(group.text):
                return reading
        return next(iter(page_currency(words)), None)

    def _best(self, label: str, read: Callable[[str], Iterable[Reading[Any]]]) -> _Found | None:
        """The likeliest reading of a label's groups, by the tagger and by its form."""
        found = [
            (group.share * reading.weight, reading, group)
            for group in self._groups(label, 0.05)
            for reading in read(group.text)
        ]
        if not found:
            return None
        share, best, group = max(found, key=lambda one: one[0])
        others = [each for each, reading, _ in found if reading.value != best.value]
        signs = self._signs(
            group,
            share,
            rival=max(others, default=0.0),
            mended=best.repaired,
            checked=bool(best.checked),
        )
        return _Found(best.value, share, self._span(group), signs)

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
                            share = min(one.share, two.share)
                            signs = self._signs(one, share, checked=True)
                            return _Found(reading.value, share, self._span(one), signs)
        return alone

    def _address(self) -> dict[str, _Found]:
        """The seller's: the likeliest block, before others one whose form says its parts."""
        found = [
            _Found(
                parted(block.text()),
                block.share,
                self._span(block),
                self._signs(block, block.share),
            )
            for block in blocks(self._groups("seller_address", _ALONE, None))
        ]
        best = max(found, key=lambda one: (len(one.value), one.share), default=None)
        if best is None:
            return {}
        return {
            f"seller.{key}": _Found(text, best.share, best.place, best.signs)
            for key, text in best.value.items()
        }

    def _header(self) -> tuple[dict[str, Any], dict[str, Signs]]:
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
            **self._address(),
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
        signs = {key: one.signs for key, one in kept.items()}
        if self.currency:
            signs["currency"] = Signs(self.currency.weight, scanned=self.scanned)
        return header, signs

    def _candidates(
        self, group: Group, read: Callable[..., Iterable[Reading[Decimal]]] = read_amount
    ) -> list[Candidate]:
        return [
            self._candidate(group, reading, reading.value)
            for reading in read(group.text, self.convention)
        ]

    def _candidate(self, group: Group, reading: Reading[Any], value: Decimal) -> Candidate:
        score = min(0.0, math.log(max(group.share, 1e-9)) + reading.score)
        span = self._span(group)
        if self.scanned:
            self.sharp[span] = self._sharpness(group)
        return Candidate(value, score, span, reading.repaired)

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

    def _lines(self) -> dict[Hashable, tuple[LineCandidate, _Texts]]:
        found: dict[Hashable, tuple[LineCandidate, _Texts]] = {}
        for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True):
            for number, item in enumerate(items(page, tagged, rows=rows)):
                key = (page.number, number)
                if not item.share and not item.of("line_net"):
                    if found:
                        next(reversed(found.values()))[1].go_on(item)
                    continue
                line, texts = self._line(item, key)
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
                scanned=self.scanned,
            )
        return found


class _Texts:
    """The texts of a line: ``values`` for the record, and the ``groups`` that they stand in."""

    def __init__(self, item: Item, unit: str) -> None:
        self.values: dict[str, Any] = {"unit": unit} if unit else {}
        self.groups: dict[str, Group] = {}
        for name, label in _TEXTS.items():
            own = item.of(label)
            if own:
                self.values[name] = " ".join(group.text for group in own)
                self.groups[name] = max(own, key=lambda group: len(group.words))

    def go_on(self, item: Item) -> None:
        """Take what stands on the next page before its first line."""
        for name in ("description", "details"):
            more = " ".join(group.text for group in item.of(name))
            if more:
                self.values[name] = f"{self.values.get(name, '')} {more}".strip()


def _plainly(text: str) -> list[Reading[str]]:
    kept = text.strip(" ,;:|•·-")
    return [Reading(kept, 1.0)] if any(sign.isalpha() for sign in kept) else []
