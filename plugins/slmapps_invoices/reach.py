"""Which open lines a correction may reach: those of the same seller, or with a word in common.

Predicting thousands of open lines anew takes seconds, and a person waits. The lines that share
neither seller nor word with what was learnt move by fractions of a point; they are looked at again
with every sweep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slmapps_invoices.coding.sellers import seller_key

__all__ = ["marks", "neighbourhood", "reached"]

_WORD = re.compile(r"[^\W\d_]{4,}")
WHOLE, NEAR = 64, 12


def marks(line: Mapping[str, Any]) -> frozenset[str]:
    """Give what a line may share with another: its seller, and the words of its text."""
    seller = seller_key(line["supplier"] or "")
    words = _WORD.findall((line["text"] or "").casefold())
    return frozenset([*words, *([] if seller is None else [f"seller:{seller}"])])


def reached(taught: Sequence[frozenset[str]], line: frozenset[str]) -> bool:
    """Tell whether a line has anything in common with one of those that were learnt."""
    return any(not line.isdisjoint(each) for each in taught)


def neighbourhood(wanted: Sequence[int], count: int) -> list[int]:
    """Give the lines of a record of ``count`` lines that say something of those ``wanted``.

    Lines of one document are predicted with each other in view: the whole of a short one, of a long
    list the dozen before and after.
    """
    if count <= WHOLE:
        return list(range(count))
    near = {
        number
        for place in wanted
        for number in range(max(0, place - NEAR), min(count, place + NEAR + 1))
    }
    return sorted(near)
