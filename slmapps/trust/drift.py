"""Whether what comes now is still like what the models learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from slmapps.trust.reliability import checked

__all__ = ["Week", "accuracy_by_week", "psi", "psi_of_shares"]


def psi(before: npt.ArrayLike, now: npt.ArrayLike, bins: int = 10) -> float:
    """Population stability index of a number, such as confidence or an amount.

    ``before`` (n,) and ``now`` (m,) are put into bins that hold equal shares of ``before``. By
    custom 0.1 is a shift worth a look and 0.25 a large one (Siddiqi 2006). nan where one is empty.
    """
    old, new = np.asarray(before, float).ravel(), np.asarray(now, float).ravel()
    if not len(old) or not len(new):
        return float("nan")
    edges = np.unique(np.quantile(old, np.linspace(0, 1, bins + 1)[1:-1]))
    size = len(edges) + 1
    # Right of an edge counts as above it, so that a value held by many is a bin of its own.
    return _index(
        np.bincount(np.searchsorted(edges, old, side="right"), minlength=size),
        np.bincount(np.searchsorted(edges, new, side="right"), minlength=size),
    )


def psi_of_shares(before: Sequence[Hashable], now: Sequence[Hashable]) -> float:
    """Population stability index of a category, such as the account or the seller."""
    if not before or not now:
        return float("nan")
    old, new = Counter(before), Counter(now)
    kinds = list(old | new)
    return _index(np.array([old[kind] for kind in kinds]), np.array([new[kind] for kind in kinds]))


@dataclass(frozen=True)
class Week:
    """Reviewed predictions of the week that began on ``monday``.

    ``accuracy`` is over all of them; ``coverage`` is the share accepted and ``accepted_error`` the
    share of those that was wrong, nan where none was accepted.
    """

    monday: date
    count: int
    accuracy: float
    coverage: float
    accepted_error: float


def accuracy_by_week(
    when: Sequence[date | datetime], correct: npt.ArrayLike, accepted: npt.ArrayLike
) -> list[Week]:
    """Gather reviewed predictions by week, oldest first; weeks without any are left out.

    ``when`` (n,) is the day of each prediction, ``correct`` (n,) and ``accepted`` (n,) are bool.
    """
    taken, right = checked(np.asarray(accepted).astype(float), correct)
    if len(when) != len(right):
        raise ValueError(f"{len(when)} days for {len(right)} outcomes: give one for each")
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in when]
    mondays = [day - timedelta(days=day.weekday()) for day in days]
    order = {monday: n for n, monday in enumerate(sorted(set(mondays)))}
    place = np.fromiter((order[monday] for monday in mondays), np.intp, len(mondays))
    weeks = []
    for monday, n in order.items():
        here = place == n
        kept = here & (taken > 0)
        weeks.append(
            Week(
                monday=monday,
                count=int(here.sum()),
                accuracy=float(right[here].mean()),
                coverage=float(taken[here].mean()),
                accepted_error=float(1 - right[kept].mean()) if kept.any() else float("nan"),
            )
        )
    return weeks


def _index(old: npt.NDArray[np.intp], new: npt.NDArray[np.intp]) -> float:
    # Half a case in each bin keeps an empty one from making the index infinite.
    p = (old + 0.5) / (old.sum() + 0.5 * len(old))
    q = (new + 0.5) / (new.sum() + 0.5 * len(new))
    return float(((q - p) * np.log(q / p)).sum())
