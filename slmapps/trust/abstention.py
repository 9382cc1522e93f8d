"""From an error budget ("at most 2 wrong in 100") to the confidence from which a program decides.

The promise is about what is accepted: of the predictions at or above the threshold, at most a share
of ``budget`` is wrong. That share does not fall steadily as the threshold rises, so plain conformal
risk control, which needs a monotone loss, is not enough for a promise that holds with a stated
probability. There are two ways, and the caller picks by ``delta``:

* ``delta`` given: Learn then Test (Angelopoulos et al. 2021). For each threshold the hypothesis
  "its error is above the budget" is tested with the exact binomial tail. Several sequences of
  tests start at different coverages, sharing ``delta`` between them; each goes on to lower
  thresholds until a test fails. Whatever was rejected holds at once with probability 1 - delta.
* ``delta=None``: conformal risk control (Angelopoulos et al. 2022) of the loss
  ``(wrong - budget) * accepted``, whose correction for a finite sample amounts to one more accepted
  case, a wrong one: ``(wrong + 1) / (accepted + 1) <= budget``. The promise then holds in the
  mean over histories, to within what choosing among many thresholds adds (a fiftieth of the
  budget on a thousand cases), and accepts more.

Both suppose that what comes is like the history; ``error_report`` sets the promise beside what
happened, and ``drift`` tells when the two part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.trust.reliability import checked

__all__ = ["ErrorReport", "Threshold", "budget_threshold", "error_report"]

_STARTS = 4  # sequences of tests
_GRID = 200  # thresholds that are tested


@dataclass(frozen=True)
class Threshold:
    """Accept at or above ``value``; infinite where the budget cannot be kept.

    ``expected_error`` and ``coverage`` are shares of the ``n`` reviewed cases it was set on.
    """

    value: float
    expected_error: float
    coverage: float
    n: int
    budget: float = 0.0
    delta: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON object; an infinite ``value`` is null there."""
        value = None if math.isinf(self.value) else self.value
        return {**self.__dict__, "value": value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Threshold:
        """The threshold that :meth:`to_dict` wrote."""
        value = math.inf if data["value"] is None else data["value"]
        return cls(**{**data, "value": value})


def budget_threshold(
    confidence: npt.ArrayLike,
    correct: npt.ArrayLike,
    budget: float,
    delta: float | None = 0.05,
) -> Threshold:
    """The lowest threshold that keeps ``budget``, from reviewed history.

    Args:
        confidence: (n,) as stated before the case was learnt; calibrated or not, only order counts.
        correct: (n,) true where the prediction was right.
        budget: the share of accepted predictions that may be wrong, 0 < budget < 1.
        delta: how often over histories the promise may fail; None for the promise in the mean.

    With ``delta`` nothing is accepted below ``log(delta / 4) / log(1 - budget)`` cases (217 at 2 %
    and 0.05), for then no number of right answers would prove the budget kept.
    """
    stated, right = checked(confidence, correct)
    if not 0 < budget < 1:
        raise ValueError(f"a budget is a share between 0 and 1, not {budget}: 0.02 is 2 in 100")
    if delta is not None and not 0 < delta < 1:
        raise ValueError(f"delta is a probability between 0 and 1, not {delta}; or None")
    values, accepted, wrong = _steps(stated, right)
    if delta is None:
        kept = np.flatnonzero((wrong + 1) <= budget * (accepted + 1))
        place = int(kept[-1]) if len(kept) else None
    else:
        place = _tested(accepted, wrong, budget, delta)
    if place is None:
        return Threshold(math.inf, 0.0, 0.0, len(stated), budget, delta)
    return Threshold(
        value=float(values[place]),
        expected_error=float(wrong[place] / accepted[place]),
        coverage=float(accepted[place] / len(stated)),
        n=len(stated),
        budget=budget,
        delta=delta,
    )


@dataclass(frozen=True)
class ErrorReport:
    """What was promised beside what happened, over accepted and then reviewed predictions.

    ``expected_error`` is what the confidences say, ``observed_error`` what a person found, with a
    95 % interval ``low``..``high`` (Clopper-Pearson); nan where nothing was accepted.
    """

    n: int
    accepted: int
    coverage: float
    expected_error: float
    observed_error: float
    low: float
    high: float
    budget: float
    kept: bool


def error_report(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, threshold: float, budget: float
) -> ErrorReport:
    """Set expected and observed error side by side for reviewed predictions, both (n,).

    ``kept`` is false only where the observed error is above the budget by more than chance.
    """
    stated, right = checked(confidence, correct)
    taken = stated >= threshold
    count, wrong = int(taken.sum()), int((1 - right[taken]).sum())
    low, high = _interval(wrong, count)
    return ErrorReport(
        n=len(stated),
        accepted=count,
        coverage=count / len(stated) if len(stated) else math.nan,
        expected_error=float((1 - stated[taken]).mean()) if count else math.nan,
        observed_error=wrong / count if count else math.nan,
        low=low,
        high=high,
        budget=budget,
        kept=not count or low <= budget,
    )


def _steps(
    stated: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Each distinct confidence, falling, with how many are accepted there and how many wrong."""
    order = np.argsort(-stated, kind="stable")
    falling = stated[order]
    wrong = np.cumsum(1 - right[order])
    last = np.flatnonzero(np.append(np.diff(falling) != 0, True)[: len(falling)])
    return falling[last], (last + 1).astype(np.float64), wrong[last]


def _tested(
    accepted: npt.NDArray[np.float64],
    wrong: npt.NDArray[np.float64],
    budget: float,
    delta: float,
) -> int | None:
    from scipy.stats import binom  # slow to import, and wanted only when a threshold is set

    level = delta / _STARTS
    least = math.log(level) / math.log(1 - budget)  # fewer right answers cannot prove it
    able = np.flatnonzero(accepted >= least)
    if not len(able):
        return None
    grid = able[np.unique(np.linspace(0, len(able) - 1, _GRID).astype(int))]
    passed = binom.cdf(wrong[grid], accepted[grid], budget) <= level
    best: int | None = None
    for start in np.linspace(0, len(grid), _STARTS, endpoint=False).astype(int):
        failed = np.flatnonzero(~passed[start:])
        end = start + (int(failed[0]) if len(failed) else len(grid) - start)
        if end > start:
            best = int(grid[end - 1])  # later starts reach at least as far down
    return best


def _interval(wrong: int, count: int) -> tuple[float, float]:
    if not count:
        return math.nan, math.nan
    from scipy.stats import beta

    low = 0.0 if wrong == 0 else float(beta.ppf(0.025, wrong, count - wrong + 1))
    high = 1.0 if wrong == count else float(beta.ppf(0.975, wrong + 1, count - wrong))
    return low, high
