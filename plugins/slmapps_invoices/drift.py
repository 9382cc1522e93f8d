"""Whether the lines that come now are still like those that were learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from slmapps.trust.drift import psi, psi_of_shares
from slmapps_invoices.coding.sellers import seller_key

__all__ = ["drift"]

FEWEST, NEWEST, FREQUENT = 300, 2000, 20
LEVELS = ((0.25, "strong"), (0.10, "some"))

Lines = Sequence[Mapping[str, Any]]


def drift(learnt: Lines, new: Lines) -> dict[str, Any] | None:
    """Compare lines by seller, department and amount: the population stability index of each.

    None where either side has fewer than 300 lines, for chance alone moves the index then.
    ``value`` is the largest index, ``level`` is
    "stable" below 0.10, "some" below 0.25, else "strong" (Siddiqi 2006); ``since`` is the
    earliest date among the newest 2,000 lines, which are those compared.
    """
    new = new[-NEWEST:]
    if len(learnt) < FEWEST or len(new) < FEWEST:
        return None
    sellers = [_sellers(learnt), _sellers(new)]
    usual = {seller for seller, _ in Counter(sellers[0]).most_common(FREQUENT)}
    columns = {
        "supplier": psi_of_shares(
            *([seller if seller in usual else "another" for seller in side] for side in sellers)
        ),
        "amount": psi(_amounts(learnt), _amounts(new)),
    }
    departments = [
        [line["department"] for line in side if line.get("department")] for side in (learnt, new)
    ]  # an e-invoice knows of no department, a list of lines often does
    if all(len(side) >= FEWEST for side in departments):
        columns["department"] = psi_of_shares(*departments)
    columns = {name: round(index, 4) for name, index in columns.items() if not isnan(index)}
    value = max(columns.values(), default=0.0)
    dates = sorted(str(line["date"]) for line in new if line.get("date"))
    return {
        "value": value,
        "level": next((level for least, level in LEVELS if value >= least), "stable"),
        "since": dates[0] if dates else None,
        "columns": columns,
    }


def _sellers(lines: Lines) -> list[str]:
    return [seller_key(str(line.get("supplier") or "")) or "nobody" for line in lines]


def _amounts(lines: Lines) -> list[float]:
    return [float(line["amount"]) for line in lines if line.get("amount") not in (None, "")]
