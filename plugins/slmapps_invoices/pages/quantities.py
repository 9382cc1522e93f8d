"""Quantities with their units: "3 Stk", "2,5 h", "x 4", "12 mois"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from slmapps_invoices.pages.amounts import Convention, read_amount
from slmapps_invoices.pages.readings import Reading, ranked, tidy

__all__ = ["Quantity", "read_quantity"]

_TIMES = re.compile(r"\A[x×*]\s*(?=\d)|(?<=\d)\s*[x×*]\Z", re.IGNORECASE)
_COUNTED = re.compile(r"(?P<figures>-?[\d.,' ]*\d)\s*(?P<unit>[^\W\d_][\w²³./°% -]{0,20}|%)?")
_BEFORE = re.compile(r"(?P<unit>[^\W\d_][^\W\d_.]{0,12})\.?\s+(?P<figures>-?\d[\d.,']*)")
_CONFUSED = re.compile(r"[OlISBoi|]{1,2}|[\dOlISBo|.,]*\d[\dOlISBo|.,]*")


class Quantity(NamedTuple):
    """How many, and of what; ``unit`` is "" where none is printed, and as printed otherwise."""

    amount: Decimal
    unit: str = ""


def read_quantity(text: str, convention: Convention | None = None) -> list[Reading[Quantity]]:
    """Read a quantity in every plausible way, the most likely first.

    Quantities have three decimals more often than thousands, so "1.234" weighs both ways the same.
    """
    cleaned = tidy(text)[:60].strip(":;")
    bare = _TIMES.sub("", cleaned).strip()
    match = _COUNTED.fullmatch(bare) or _BEFORE.fullmatch(bare)
    if match is None:
        if not _CONFUSED.fullmatch(bare):
            return []
        figures, unit = bare, ""
    else:
        figures, unit = match["figures"], (match["unit"] or "").strip().rstrip(".")
    found = []
    for one in read_amount(figures, convention) or _letter(figures):
        if one.repaired and match is not None:
            continue  # a whole number is a quantity as it stands
        decimals = -int(one.value.as_tuple().exponent)
        weight = one.weight * (4.0 if decimals == 3 else 1.0)
        found.append(Reading(Quantity(one.value, unit), weight, one.repaired))
    whole = sum(one.weight for one in found)
    return ranked(Reading(one.value, one.weight / max(whole, 1.0), one.repaired) for one in found)


def _letter(figures: str) -> list[Reading[Decimal]]:
    """Read a lone letter that scans take for the digit one: "l" or "I"."""
    if figures in {"l", "I", "|"}:
        return [Reading(Decimal(1), 0.4, repaired=True)]
    return []
