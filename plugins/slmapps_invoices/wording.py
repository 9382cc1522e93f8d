"""How the syntaxes write the same small things: notes, account numbers, currencies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

__all__ = [
    "account_number",
    "join_lines",
    "looks_like_formula",
    "note_text",
    "price_base",
    "same_currency",
]

_SUBJECT = re.compile(r"\A#[A-Z]{2,3}#")
_FORMULA = re.compile(r"\A\s*(=|[@+-]\s*[A-Za-z_][\w.]*\s*[(!|])")


def account_number(text: str) -> str:
    """Write an IBAN or account number without spaces.

    >>> account_number("XX12 3456 7890")
    'XX1234567890'
    """
    return "".join(text.split())


def note_text(text: str) -> str:
    """Take the subject code off a note, which UBL writes before it and CII beside it.

    >>> note_text("#ADU#Thank you.")
    'Thank you.'
    """
    return _SUBJECT.sub("", text).strip()


def join_lines(texts: Iterable[str]) -> str:
    """Join what stands in several elements, a line each."""
    return "\n".join(text for text in texts if text)


def price_base(quantity: Decimal | None) -> Decimal | None:
    """Leave out a base quantity of one, which is what a price without one is for."""
    return None if quantity == 1 else quantity


def same_currency(stated: str | None, currency: str) -> bool:
    """Tell whether an amount is in the invoice's currency; an amount without one is."""
    return not stated or not currency or stated.strip().upper() == currency.strip().upper()


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run a text as a formula.

    >>> [looks_like_formula(text) for text in ("=cmd()", "-5 % discount", "@SUM(A1)")]
    [True, False, True]
    """
    return bool(_FORMULA.match(text))
