"""How a reading is scored: fields, lines by best one-to-one matching, acceptance, calibration.

Design choices:

* Amounts are equal as Decimals, texts after casefold with blanks collapsed.
* An amount that is not printed and is what the printed ones come to (the total is due, if nothing
  else says what is) counts neither way.
* Lines are matched so that as many as possible are right. A part that is left out is right in
  whatever line; a line of which all that is asked is left out takes one found line with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.pages_cases import Case, value_at
from slmapps.records import Problem, Severity
from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = [
    "AMOUNTS",
    "FIVE",
    "HEADER",
    "LINE",
    "Score",
    "accepted",
    "calibration_bins",
    "calibration_error",
    "count_header",
    "count_lines",
    "like",
    "pairs",
    "same",
    "unclaimed",
]

HEADER = ("number", "issue_date", "seller.name", "currency", "total", "net", "tax", "due")
FIVE = ("number", "issue_date", "total", "net", "tax")
AMOUNTS = ("total", "net", "tax", "due")
LINE = ("description", "quantity", "unit_price", "net")
_LIKE = 0.8


@dataclass(frozen=True)
class Score:
    """Counts of what was right, found and there."""

    right: int = 0
    found: int = 0
    there: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.found + other.found, self.there + other.there)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0..1; nan where there is nothing to count."""
        whole = self.found + self.there
        return 2 * self.right / whole if whole else float("nan")


def tidy(text: str) -> str:
    """Casefold and collapse blanks."""
    return " ".join(text.casefold().split())


def same(truth: Any, found: Any, slack: Decimal = Decimal(0)) -> bool:
    """Tell whether a found value is the true one; amounts may differ by ``slack``."""
    if isinstance(truth, str) and isinstance(found, str):
        return tidy(truth) == tidy(found)
    if isinstance(truth, Decimal) and isinstance(found, Decimal):
        return abs(truth - found) <= slack
    return bool(truth == found)


def like(truth: str, found: str) -> bool:
    """Tell whether two texts share enough words: F1 of their words at least 0.8."""
    one, two = Counter(tidy(truth).split()), Counter(tidy(found).split())
    whole = one.total() + two.total()
    return bool(whole) and 2 * (one & two).total() / whole >= _LIKE


def count_header(case: Case, invoice: Invoice | None) -> dict[str, Score]:
    """The score of each field of HEADER that counts in this document."""
    scores = {}
    for key in HEADER:
        if key in case.left_out:
            continue
        truth = value_at(case.truth, key)
        found = None if invoice is None else value_at(invoice, key)
        if truth is None and invoice and found is not None and unclaimed(case, invoice, key):
            continue
        scores[key] = Score(
            int(truth is not None and found is not None and same(truth, found)),
            int(found is not None),
            int(truth is not None),
        )
    return scores


def unclaimed(case: Case, invoice: Invoice, key: str) -> bool:
    """Tell whether a value that the page does not print is none that could be wrong.

    So is an amount that is what the printed ones come to, wherever it was read, and one without a
    place of which nothing is known.
    """
    truth, found = case.truth, getattr(invoice, key, None)
    if key not in AMOUNTS:
        return False
    after = (truth.rounding or 0) - (truth.paid or 0)
    follows = {
        "due": None if truth.total is None else truth.total + after,
        "net": _together(truth.total, truth.tax, -1),
        "tax": _together(truth.total, truth.net, -1),
        "total": _together(truth.net, truth.tax, 1),
    }[key]
    return found == follows if follows is not None else key not in invoice.places


def _together(one: Decimal | None, two: Decimal | None, sign: int) -> Decimal | None:
    return None if one is None or two is None else one + sign * two


def five_right(scores: dict[str, Score]) -> bool:
    """Tell whether number, date, total, net and tax are right, as far as they count."""
    return all(scores[key].right == scores[key].there for key in FIVE if key in scores)


Judge = Callable[[Case, int, InvoiceLine], bool | None]


def part_right(case: Case, at: int, line: InvoiceLine, part: str) -> bool | None:
    """Tell whether a part of a found line is that of the true line ``at``; None: left out."""
    if f"lines[{at}].{part}" in case.left_out:
        return None
    truth, found = getattr(case.truth.lines[at], part), getattr(line, part)
    return same(truth, found, case.slack if part == "net" else Decimal(0))


def _of_parts(*parts: str, loosely: bool = False) -> Judge:
    def judge(case: Case, at: int, line: InvoiceLine) -> bool | None:
        told = [part_right(case, at, line, part) for part in parts]
        if loosely and told[0] is False:
            told[0] = _alike(case.truth.lines[at], line)
        counting = [one for one in told if one is not None]
        return all(counting) if counting else None

    return judge


def _alike(truth: InvoiceLine, found: InvoiceLine) -> bool:
    whole = f"{found.description} {found.details}"
    return like(truth.description, found.description) or like(truth.description, whole)


MEASURES: dict[str, Judge] = {
    "items": _of_parts(*LINE),
    "items, description loosely": _of_parts(*LINE, loosely=True),
    "name and amount": _of_parts("description", "net"),
    "amounts": _of_parts("net"),
    "descriptions": _of_parts("description"),
    "quantities": _of_parts("quantity"),
    "unit prices": _of_parts("unit_price"),
}


def count_lines(case: Case, invoice: Invoice | None) -> dict[str, Score]:
    """The score of a document's lines by each of MEASURES."""
    found = () if invoice is None else invoice.lines
    return {name: _matched(case, found, judge) for name, judge in MEASURES.items()}


def _matched(case: Case, found: Sequence[InvoiceLine], judge: Judge) -> Score:
    told = [[judge(case, at, line) for line in found] for at in range(len(case.truth.lines))]
    # Whether a line is left out does not hang on what was found.
    blank = InvoiceLine()
    counts = [judge(case, at, blank) is not None for at in range(len(case.truth.lines))]
    rows = [[bool(one) for one in row] for row, counting in zip(told, counts, strict=True)
            if counting]  # fmt: skip
    right = best_matching(rows)
    wild = min(counts.count(False), len(found) - right)
    return Score(right, len(found) - wild, len(rows))


def best_matching(fits: Sequence[Sequence[bool | float]]) -> int:
    """The most pairs (row, column) that fit, each row and column used once."""
    return sum(1 for row, column in assigned(fits) if fits[row][column])


def assigned(worth: Sequence[Sequence[bool | float]]) -> list[tuple[int, int]]:
    """The one-to-one assignment of rows to columns of the greatest worth."""
    from scipy.optimize import linear_sum_assignment

    if not worth or not worth[0]:
        return []
    rows, columns = linear_sum_assignment(np.array(worth, float), maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


def pairs(case: Case, invoice: Invoice) -> list[tuple[int, int]]:
    """Which found line stands for which true one: (true, found), if more than a quantity agrees."""
    worth = [
        [_alikeness(case, at, line) for line in invoice.lines]
        for at in range(len(case.truth.lines))
    ]
    return [(row, column) for row, column in assigned(worth) if worth[row][column] > 0.2]


def _alikeness(case: Case, at: int, line: InvoiceLine) -> float:
    """How much two lines share; a net amount and a description weigh more than a quantity of 1."""
    weights = {"description": 1.0, "quantity": 0.1, "unit_price": 0.5, "net": 1.0}
    worth = sum(
        weight
        for part, weight in weights.items()
        if getattr(line, part) not in (None, "") and part_right(case, at, line, part)
    )
    return worth + 0.4 * _alike(case.truth.lines[at], line)


def accepted(
    invoice: Invoice | None, problems: Iterable[Problem], sure: Iterable[str] | None
) -> bool:
    """Tell whether a document goes by without review.

    So it is where nothing was warned of, a total was read, and every field of the head that was
    read is in ``sure``, the keys that are accepted within the budget.
    """
    if invoice is None or invoice.total is None or sure is None:
        return False
    if any(problem.severity is not Severity.INFO for problem in problems):
        return False
    stated = {key for key in HEADER if value_at(invoice, key) is not None}
    return stated <= set(sure)


def wrong_totals(case: Case, invoice: Invoice | None) -> list[str]:
    """The amounts of the head that were read otherwise than they are."""
    scores = count_header(case, invoice)
    return [
        key
        for key in AMOUNTS
        if key in scores and scores[key].found and scores[key].there and not scores[key].right
    ]


def calibration_bins(
    confidence: npt.ArrayLike, right: npt.ArrayLike, bins: int = 10
) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and count in bins of equal mass, by rising confidence."""
    stated, hits = np.asarray(confidence, float), np.asarray(right, float)
    order = np.argsort(stated, kind="stable")
    return [
        (float(stated[part].mean()), float(hits[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_error(confidence: npt.ArrayLike, right: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass, 0..1 (Nixon et al. 2019)."""
    found = calibration_bins(confidence, right, bins)
    whole = sum(count for _, _, count in found)
    if not whole:
        return float("nan")
    return sum(count * abs(stated - seen) for stated, seen, count in found) / whole
