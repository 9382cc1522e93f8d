"""A reading against those before it: change since the prior call and the year-ago call, and z.

Design choices:

* A call sees only what was known before it began. Nothing here looks at the whole sample, so a
  row never changes when later calls come in.
* The prior call is the one before it in time, even across a gap; the gap is told.
* The year-ago call is the same quarter of the year before. Where a fiscal period is missing it is
  the call nearest to 365 days back, within 45.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum, isfinite, nan, sqrt

__all__ = ["MINIMUM", "Comparison", "Dated", "compare", "past_of", "z_score"]

MINIMUM = 4
"""So many past calls a z-score needs."""

_YEAR = timedelta(days=365)
_TOLERANCE = timedelta(days=45)
_FLAT = 1e-12


@dataclass(frozen=True)
class Dated:
    """A reading with its place in time; ``value`` is NaN where the call has none."""

    start: datetime
    known: datetime
    value: float
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Comparison:
    """A reading against its past; NaN where there is nothing to compare with.

    ``prior`` and ``year_ago`` are keys of past readings; ``skipped`` counts the quarters missing
    between the prior call and this one, and ``n_past`` the past readings behind ``z``.
    """

    z: float
    n_past: int
    change: float
    prior: str | None
    skipped: int
    change_year: float
    year_ago: str | None


def z_score(value: float, past: Sequence[float], *, minimum: int = MINIMUM) -> float:
    """How many standard deviations (n - 1) ``value`` lies above the mean of ``past``.

    NaN below ``minimum`` past values, and where they never moved.
    """
    held = [each for each in past if isfinite(each)]
    if len(held) < minimum or not isfinite(value):
        return nan
    mean = fsum(held) / len(held)
    deviation = sqrt(fsum((each - mean) ** 2 for each in held) / (len(held) - 1))
    return (value - mean) / deviation if deviation > _FLAT else nan


def past_of(now: Dated, series: Sequence[Dated]) -> list[Dated]:
    """What of ``series`` was known before ``now`` began, oldest first, one a day.

    Two texts of one call on one day would count it twice: the first by key stands.
    """
    before = sorted(
        (each for each in series if each.known <= now.start and each.start < now.start),
        key=lambda each: (each.start, each.key),
    )
    days: dict[object, Dated] = {}
    for each in before:
        days.setdefault(each.start.date(), each)
    return list(days.values())


def _skipped(now: Dated, prior: Dated) -> int:
    if None not in {now.fiscal_year, now.fiscal_quarter, prior.fiscal_year, prior.fiscal_quarter}:
        quarters = [
            4 * (each.fiscal_year or 0) + (each.fiscal_quarter or 0) for each in (now, prior)
        ]
        return max(quarters[0] - quarters[1] - 1, 0)
    return max(round((now.start - prior.start) / (_YEAR / 4)) - 1, 0)


def _year_ago(now: Dated, past: Sequence[Dated]) -> Dated | None:
    dated_by_day = []
    for each in reversed(past):
        if now.fiscal_year is None or each.fiscal_year is None:
            dated_by_day.append(each)
        elif (each.fiscal_year, each.fiscal_quarter) == (now.fiscal_year - 1, now.fiscal_quarter):
            return each
    near = [
        (abs(now.start - each.start - _YEAR), each)
        for each in dated_by_day
        if abs(now.start - each.start - _YEAR) <= _TOLERANCE
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def compare(now: Dated, series: Sequence[Dated]) -> Comparison:
    """Set ``now`` against those of ``series`` (one firm's or one speaker's) that came before it."""
    past = past_of(now, series)
    prior = past[-1] if past else None
    year_ago = _year_ago(now, past)
    values = [each.value for each in past]
    return Comparison(
        z=z_score(now.value, values),
        n_past=sum(map(isfinite, values)),
        change=now.value - prior.value if prior else nan,
        prior=prior.key if prior else None,
        skipped=_skipped(now, prior) if prior else 0,
        change_year=now.value - year_ago.value if year_ago else nan,
        year_ago=year_ago.key if year_ago else None,
    )
