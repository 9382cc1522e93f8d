"""Several invoices in one file: on which pages each of them stands.

Design choices:

* A page begins an invoice where it says so ("page 1 of 2"), or shows another invoice number than
  the page before, or totals of its own beside a date of its own. In doubt it goes on with the one
  before: two invoices in one record are noticed by the sums, half an invoice is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from slmapps.records import Page
from slmapps_invoices.pages.gather import groups, printed_rows
from slmapps_invoices.pages.identifiers import read_number

if TYPE_CHECKING:
    from slmapps.heads.pages import Tagged

__all__ = ["parts"]

_SURE = 0.6
_OF = re.compile(
    r"(?:(?:page|seite|pagina|página|sheet|blatt|p\.|s\.)\s*:?\s*(\d{1,3})\s*(?:/|of|von|sur|de|di|"
    r"van)\s*\d{1,3})",
    re.IGNORECASE,
)


def parts(pages: Sequence[Page], tagged: Sequence[Tagged]) -> list[range]:
    """The places in ``pages`` of each invoice, in order; together they are all of ``pages``."""
    starts = [0]
    for at in range(1, len(pages)):
        if _begins(pages, tagged, starts[-1], at):
            starts.append(at)
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(pages)], strict=True)]


def _begins(pages: Sequence[Page], tagged: Sequence[Tagged], start: int, at: int) -> bool:
    said = _OF.search(pages[at].text)
    if said is not None:
        return int(said[1]) == 1
    number = _value(pages[at], tagged[at], "number")
    before = [_value(pages[n], tagged[n], "number") for n in range(start, at)]
    if number:
        return bool(any(before)) and number not in before
    closed = any(_has(tagged[n], "total") for n in range(start, at))
    own = all(_has(tagged[at], name) for name in ("total", "issue_date", "seller_name"))
    return closed and own


def _value(page: Page, tagged: Tagged, label: str) -> str:
    rows = printed_rows(page)
    for group in groups(page, tagged, label, least=_SURE, rows=rows)[:1]:
        for reading in read_number(group.text)[:1]:
            return "".join(reading.value.split()).casefold()
    return ""


def _has(tagged: Tagged, label: str) -> bool:
    column = tagged.labels.index(label)
    return bool((tagged.shares[:, column] >= _SURE).any())
