"""The breakdown of tax by rate: which rows are meant, and how they fit net and tax."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from slmapps_invoices.pages.sums import (
    HOLDS,
    MISREAD,
    Candidate,
    Candidates,
    Readings,
    TaxCandidate,
    cents,
    choices,
    evidence,
    one_digit_off,
)

__all__ = [
    "COMMON",
    "RowOption",
    "TaxChoice",
    "at_common_rate",
    "common_rate",
    "row_holds",
    "tax_choices",
    "too_steep",
]

FAILS = math.log(0.03)
_CENT = Decimal("0.01")
_READINGS = 3
_OPTIONS = 6
_CHOICES = 100
_FAR = 30.0  # nats; no sums make up for more
_MOST_ROWS = 12
# Rates of VAT and GST in force somewhere, in tenths of a per cent.
_RATES = (
    25, 26, 38, 50, 55, 60, 70, 77, 80, 81, 85, 90, 100, 120, 125, 130, 135, 140, 150, 160, 170,
    180, 190, 200, 210, 220, 230, 240, 250, 255, 270, 280,
)  # fmt: skip
_STEEPEST = Decimal("0.31")
# What has to be taken off the evidence of a rate nobody printed: any of them would have done.
COMMON = math.log(len(_RATES))


@dataclass(frozen=True, slots=True)
class RowOption:
    """One choice for one row; ``taken`` is False for the choice to leave it out.

    ``dropped``: its base or amount has readings, and none of them is taken.
    """

    score: float
    taken: bool = True
    rate: Candidate | None = None
    base: Candidate | None = None
    amount: Candidate | None = None
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class TaxChoice:
    """A choice for every row. ``tax`` and ``base`` are sums in cents, None where a part lacks.

    ``single``: one row is taken.
    """

    score: float
    rows: tuple[RowOption, ...]
    tax: int | None
    base: int | None
    single: bool = False

    def judged(self, net: int | None, tax: int | None) -> float:
        """Give the score with what the sums of the rows say about net and tax of the document."""
        score = self.score
        if self.tax is not None and tax is not None:
            score += _fits(self.tax, tax, twice=self.single)
        if self.base is not None and net is not None:
            score += _fits(self.base, net, twice=self.single)
        row = next((row for row in self.rows if row.taken), None)
        alone = self.single and row is not None and row.base is None and not row.dropped
        if alone and row is not None and row.rate is not None:
            amount = tax if row.amount is None else cents(row.amount.value)
            if net is not None and amount is not None:
                holds = row_holds(row.rate.value, net, amount)
                score += HOLDS + evidence((amount,)) if holds else FAILS
        return score


def row_holds(rate: Decimal, base: int, amount: int, slack: int = 2) -> bool:
    """Tell whether base times rate is the tax, in cents; ``slack`` is for rounding line by line."""
    return abs(cents(Decimal(base).scaleb(-2) * rate / 100) - amount) <= slack


def at_common_rate(net: int, tax: int) -> bool:
    """Tell whether tax is net times some rate in force, both in cents."""
    return any(_comes_to(net, rate, tax) for rate in _RATES)


def common_rate(net: int, tax: int) -> Decimal | None:
    """Give the one rate in force, in per cent, at which net bears tax; None for none or several."""
    found = [rate for rate in _RATES if _comes_to(net, rate, tax)]
    return Decimal(found[0]) / 10 if len(found) == 1 else None


def _comes_to(net: int, rate: int, tax: int) -> bool:
    return abs(net * rate - tax * 1000) <= 1000


def too_steep(net: int, tax: int) -> bool:
    """Tell whether tax is more of net than any rate in force, or less than nothing of it."""
    return tax != 0 and (net == 0 or not 0 < Decimal(tax) / net < _STEEPEST)


def tax_choices(candidates: Candidates) -> list[TaxChoice]:
    """Give the likeliest choices for all rows together, the best first; at least one."""
    found: list[tuple[float, tuple[RowOption, ...]]] = [(0.0, ())]
    for row in candidates.taxes[:_MOST_ROWS]:
        options = _options(row, candidates.net if len(candidates.taxes) == 1 else ())
        found = sorted(
            ((score + one.score, (*rows, one)) for score, rows in found for one in options),
            key=lambda item: -item[0],
        )[:_CHOICES]
    return [_summed(score, rows) for score, rows in found if score > found[0][0] - _FAR]


def _options(row: TaxCandidate, nets: Readings) -> list[RowOption]:
    likely = min(row.score, -1e-4)
    out = RowOption(max(math.log(-math.expm1(likely)), -7.0), taken=False)
    parts = [
        choices(sorted(own, key=lambda one: -one.score)[:_READINGS], own)
        for own in (row.rate, row.base, row.amount)
    ]
    found: list[RowOption] = []
    repaired: list[RowOption] = []
    for chosen in product(*parts):
        rate, base, amount = (one for one, _ in chosen)
        if rate is base is amount is None:
            continue
        score = likely + sum(own for _, own in chosen)
        if rate is not None and base is not None and amount is not None:
            based, taxed = cents(base.value), cents(amount.value)
            holds = row_holds(rate.value, based, taxed)
            if not holds:
                repaired.extend(_repaired(score, rate, base, amount, nets))
            score += HOLDS + evidence((taxed, based)) if holds else FAILS
        dropped = bool((row.base and base is None) or (row.amount and amount is None))
        found.append(RowOption(score, True, rate, base, amount, dropped))
    for options, most in ((found, _OPTIONS), (repaired, 2)):
        options.sort(key=lambda one: -one.score)
        del options[most:]
    return [*found, *repaired, out]


def _repaired(
    score: float, rate: Candidate, base: Candidate, amount: Candidate, nets: Readings
) -> Iterator[RowOption]:
    """Give the row with one digit changed so that base times rate is the tax.

    It costs more than a row that fails: only the sums over all rows can make up for that. The base
    is changed to the net of the document alone, where there is but one row.
    """
    right = (base.value * rate.value / 100).quantize(_CENT, ROUND_HALF_UP)
    if one_digit_off(amount.value, right):
        mended = replace(amount, value=right, printed=amount.value)
        yield RowOption(score + MISREAD, True, rate, base, mended)
    for net in nets:
        fits = row_holds(rate.value, cents(net.value), cents(amount.value))
        if fits and one_digit_off(base.value, net.value):
            mended = replace(base, value=net.value, printed=base.value)
            yield RowOption(score + MISREAD, True, rate, mended, amount)


def _summed(score: float, rows: tuple[RowOption, ...]) -> TaxChoice:
    taken = [row for row in rows if row.taken]
    amounts = [cents(row.amount.value) for row in taken if row.amount is not None]
    bases = [cents(row.base.value) for row in taken if row.base is not None]
    return TaxChoice(
        score,
        rows,
        sum(amounts) if taken and len(amounts) == len(taken) else None,
        sum(bases) if taken and len(bases) == len(taken) else None,
        len(taken) == 1,
    )


def _fits(part: int, whole: int, *, twice: bool) -> float:
    return HOLDS + evidence((part, whole), twice=twice) if part == whole else FAILS
