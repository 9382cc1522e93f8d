"""The baseline: plain rules on the words of a page, as one writes them in an afternoon.

Design choices:

* Label words say what stands after them in the row or under them; a + b = c, as large as can be,
  among the amounts says total, net and tax; a row that ends in an amount is a line.
* Single values are parsed by the same functions as the product's, so that the difference between
  the two is what finds them.
* The label words are those of English, German, French, Dutch and Italian bills.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from slmapps.records import Document, Page, Word
from slmapps_invoices.pages.amounts import Convention, convention, read_amount
from slmapps_invoices.pages.currencies import page_currency
from slmapps_invoices.pages.dates import DayOrder, day_order, read_date
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.records import Invoice, InvoiceLine, Party

__all__ = ["read_by_rules"]

_NUMBER = re.compile(
    r"(?:invoice|credit note|rechnungs?|rechn?|re|rg|beleg|gutschrifts?|facture|avoir|factuur|"
    r"fattura|document|bill|tax invoice|dokument)[\s.-]*(?:no|nr|num|number|nummer|n°|nº|n|#|"
    r"numéro|numero|id|ref)?\s*[.:°#-]*",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"invoice date|date of issue|issue date|rechnungsdatum|belegdatum|rg\.-datum|datum|date|data|"
    r"dated|vom|issued|émise?|du",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"due|deliver|liefer|leistung|order|fällig|échéance|bestell|livr|verval", re.IGNORECASE
)
_DUE = re.compile(
    r"amount due|balance due|zahlbetrag|zu zahlen|fälliger|offener|restbetrag|net à payer|"
    r"reste à payer|te betalen|to pay|payable",
    re.IGNORECASE,
)
_TOTALS = re.compile(
    r"\b(?:sub-?total|total|summe|zwischensumme|gesamt\w*|netto\w*|net amount|sous-total|montant|"
    r"subtotaal|totaal|imponibile|totale|vat|mwst|ust|tva|btw|iva)\b",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\b(?:gmbh|ag|kg|ug|ohg|e\.?k|inh|ltd|limited|llc|inc|plc|llp|corp|sarl|sas|sa|eurl|bv|b\.v|nv|srl|"
    r"s\.?p\.?a|dac|pty)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[-(]?\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2}[-)]?")
_CODE = re.compile(r"[#A-Z0-9][\w/.#-]*\d[\w/.-]*", re.IGNORECASE)
_MOST = 60  # amounts that are tried against each other


@dataclass(frozen=True)
class _Row:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def read_by_rules(document: Document) -> Invoice:
    """Read the invoice on a document's pages by plain rules."""
    rows = [row for page in document.pages for row in _rows(page)]
    texts = [word.text for row in rows for word in row.words]
    known = convention(texts)
    currency = next((one.value for one in page_currency(texts)), "")
    end = next((at for at, row in enumerate(rows) if _closes(row, known)), len(rows))
    total, net, tax = _sums([one for row in rows for one in _amounts(row, known)])
    return Invoice(
        number=_number(rows),
        issue_date=_date(rows, day_order(texts, currency=currency)),
        currency=currency,
        seller=Party(name=_seller(rows)),
        total=total,
        net=net,
        tax=tax,
        due=_labelled(rows, _DUE, known) or total,
        lines=tuple(_lines(rows[:end], known)),
        syntax="page",
    )


def _rows(page: Page) -> list[_Row]:
    return [_Row(tuple(page.words[at] for at in row)) for row in printed_rows(page)]


def _under(rows: Sequence[_Row], at: int, left: float, right: float) -> str:
    """What stands in the next row below a place."""
    if at + 1 == len(rows):
        return ""
    return " ".join(
        word.text
        for word in rows[at + 1].words
        if word.box[0] < right + 20 and word.box[2] > left - 20
    )


def _after(rows: Sequence[_Row], label: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """What stands behind and under each label: (label's row, text)."""
    for at, row in enumerate(rows):
        for match in label.finditer(row.text):
            yield row.text, row.text[match.end() :].strip(" :#")
            first = row.text[: match.start()].count(" ")
            last = row.text[: match.end()].rstrip().count(" ")
            boxes = [word.box for word in row.words[first : last + 1]]
            if boxes:
                yield row.text, _under(rows, at, boxes[0][0], boxes[-1][2])


def _number(rows: Sequence[_Row]) -> str:
    for _, text in _after(rows, _NUMBER):
        first = text.split(" ")[0].strip(" .,:;")
        if _CODE.fullmatch(first) and not read_date(first):
            return first
    return ""


def _date(rows: Sequence[_Row], order: DayOrder) -> date | None:
    def first(text: str) -> date | None:
        words = text.split()
        for width in (1, 3, 2, 4):
            readings = read_date(" ".join(words[:width]), order)
            if readings:
                return readings[0].value
        return None

    for row, text in _after(rows, _DATED):
        found = first(text)
        if found and not _LATER.search(row):
            return found
    words = [word.text for row in rows for word in row.words]
    every = (first(" ".join(words[at : at + 4])) for at in range(len(words)))
    return next((found for found in every if found), None)


def _seller(rows: Sequence[_Row]) -> str:
    for row in rows[:12]:
        if match := _FIRM.search(row.text):
            text = row.text[: match.end()]
            return re.split(r"\s[·|•,-]\s", text)[-1].strip()
    return rows[0].text if rows else ""


def _amounts(row: _Row, known: Convention) -> list[Decimal]:
    found = []
    for match in _AMOUNT.finditer(row.text):
        readings = read_amount(match[0], known)
        if readings:
            found.append(readings[0].value)
    return found


def _sums(amounts: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Total, net and tax: the largest a + b = c with a >= b > 0."""
    distinct = sorted({one for one in amounts if one > 0}, reverse=True)[:_MOST]
    there = set(distinct)
    for total in distinct:
        for net in distinct:
            if total / 2 <= net < total and total - net in there:
                return total, net, total - net
    return (distinct[0] if distinct else None), None, None


def _labelled(rows: Sequence[_Row], label: re.Pattern[str], known: Convention) -> Decimal | None:
    for row in rows:
        if label.search(row.text) and (amounts := _amounts(row, known)):
            return amounts[-1]
    return None


def _closes(row: _Row, known: Convention) -> bool:
    return bool(_TOTALS.search(row.text) and _amounts(row, known))


def _lines(rows: Sequence[_Row], known: Convention) -> Iterator[InvoiceLine]:
    for row in rows:
        text = re.sub(r"\s*(?:€|EUR|USD|GBP|CHF|\$|£)\s*$", "", row.text)
        last = list(_AMOUNT.finditer(text))
        if not last or last[-1].end() < len(text):
            continue
        amounts = _amounts(_Row(row.words), known)
        words = text[: last[0].start()].split()
        if words and re.fullmatch(r"\d{1,3}\.?", words[0]) and len(words) > 1:
            words = words[1:]  # the position
        counts = [one for one in words if re.fullmatch(r"\d+(?:[.,]\d+)?", one)]
        readings = read_amount(counts[-1], known) if counts else []
        name = " ".join(one for one in words if one not in counts[-1:])
        if not any(sign.isalpha() for sign in name):
            continue
        yield InvoiceLine(
            description=name,
            quantity=readings[0].value if readings else None,
            unit_price=amounts[-2] if len(amounts) > 1 else None,
            net=amounts[-1],
        )
