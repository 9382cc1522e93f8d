"""What a person types for a field of an invoice, checked and brought to the form that is kept.

Design choices:

* A value is text: a day as ISO 8601, an amount as a decimal string, the rest as it is.
* What is typed may be what the page prints ("31.03.2025", "1.190,00"), for a click on a word puts
  just that in; the document's own way of writing decides between its readings.
* What cannot be right is refused with the cure, here and not when it is exported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from slmapps_invoices.pages.amounts import Convention, convention, read_amount
from slmapps_invoices.pages.currencies import CODES, read_currency
from slmapps_invoices.pages.dates import DayOrder, day_order, read_date
from slmapps_invoices.pages.identifiers import read_iban, read_vat_id
from slmapps_invoices.pages.quantities import read_quantity
from slmapps_invoices.pages.readings import Reading

__all__ = ["AMOUNTS", "DATES", "LINE_AMOUNTS", "NEEDED", "Hand", "checked"]

NEEDED = ("number", "issue_date", "seller.name", "currency", "total")
"""What an invoice must have; these cannot be emptied."""

DATES = frozenset({"issue_date", "due_date"})
AMOUNTS = frozenset({"net", "tax", "total", "paid", "due"})
LINE_AMOUNTS = frozenset({"quantity", "unit_price", "net"})

_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,8})?")
_LONGEST = 300


@dataclass(frozen=True)
class Hand:
    """How a document writes numbers and days."""

    numbers: Convention | None = None
    days: DayOrder | None = None

    @classmethod
    def of(cls, words: Iterable[str], currency: str = "") -> Hand:
        """Infer it from the document's words."""
        texts = list(words)
        return cls(convention(texts), day_order(texts, currency=currency))


def checked(key: str, text: str, hand: Hand | None = None) -> str:
    """Give the value of the field ``key`` that ``text`` means; "" means that there is none.

    Raises ``ValueError`` with the cure where the text cannot be that field's value.
    """
    text = " ".join(text.split())[:_LONGEST]
    hand = hand or Hand()
    name = key.rpartition("].")[2]
    if not text:
        if key in NEEDED:
            raise ValueError(f"an invoice must have {_called(name)}: type what the page says")
        return ""
    if name in DATES:
        return _day(text, hand)
    if name in (LINE_AMOUNTS if key.startswith("lines[") else AMOUNTS):
        return _amount(text, hand, quantity=name == "quantity")
    if name == "seller.vat_id":
        return _identifier(text, read_vat_id(text), "VAT number", "check digit does")
    if name == "seller.iban":
        return _identifier(text, read_iban(text), "IBAN", "check digits do")
    if name == "currency":
        return _currency(text)
    return text


def _called(name: str) -> str:
    return {"issue_date": "a date", "seller.name": "a seller", "number": "a number"}.get(
        name, f"a {name}"
    )


def _day(text: str, hand: Hand) -> str:
    found = read_date(text, hand.days)
    if not found or found[0].repaired:
        raise ValueError(f"{text!r} is no date: type it as 2025-03-31 or as the page prints it")
    return found[0].value.isoformat()


def _amount(text: str, hand: Hand, *, quantity: bool) -> str:
    if _PLAIN.fullmatch(text):  # as this program itself writes amounts
        return f"{Decimal(text):f}"
    found: list[tuple[Decimal, bool]] = [
        (one.value, one.repaired) for one in read_amount(text, hand.numbers)
    ]
    if quantity:
        found = [
            (one.value.amount, one.repaired) for one in read_quantity(text, hand.numbers)
        ] or found
    plain = [value for value, repaired in found if not repaired]
    if not plain or sum(char.isalpha() for char in text) > len(text) / 2:
        what = "number" if quantity else "amount"
        raise ValueError(f"{text!r} is no {what}: type it as 1190.00 or as the page prints it")
    return f"{plain[0]:f}"


def _identifier(text: str, readings: Sequence[Reading[str]], what: str, digits: str) -> str:
    found = [one.value for one in readings if one.checked and not one.repaired]
    if not found:
        raise ValueError(
            f"{text!r} is no {what}: its {digits} not hold; compare it with the page letter by"
            " letter"
        )
    return found[0]


def _currency(text: str) -> str:
    code = text.upper()
    if code in CODES:
        return code
    for one in read_currency(text):
        return one.value
    raise ValueError(f"{text!r} is no currency: type its code of three letters, such as EUR")
