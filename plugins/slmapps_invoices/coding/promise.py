"""What a client's reviewed history says of the coder: how sure it may be, and where to stop.

Every entry is a prediction made before its line was learnt: the newer part of a history predicted
from the older, and each single line that a person reviewed afterwards. From a few hundred entries
on a judge is fitted to them, which weighs everything that spoke for a prediction, not its
probability alone (a selector on top of the classifier, as in Geifman and El-Yaniv 2019). What it
says of an entry while the threshold is set comes from the other half of the history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slmapps.trust import (
    Calibrator,
    budget_threshold,
    expected_calibration_error,
    fit_calibrator,
    reliability_curve,
)

__all__ = ["Judge", "Promise"]

Floats = NDArray[np.float64]
_KEPT = 8000
_JUDGED = 600
_GROWTH = 1.05
_STRETCH, _STRETCHES = 150, 6


def _odds(stated: Floats) -> Floats:
    p = np.clip(stated, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(p / (1 - p)))


@dataclass(frozen=True)
class Judge:
    """A logistic model of "is it right?": weights ``(k + 2,)`` over standardised signals."""

    mean: Floats
    scale: Floats
    weights: Floats

    @classmethod
    def fit(cls, inputs: Floats, right: NDArray[np.bool_]) -> Judge:
        """Fit by penalised maximum likelihood (Newton's method), ``inputs`` ``(n, k)``."""
        mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
        x = np.column_stack([np.clip((inputs - mean) / scale, -5, 5), np.ones(len(right))])
        weights = np.zeros(x.shape[1])
        penalty = np.full(x.shape[1], 20.0)
        penalty[-1] = 1e-3
        for _ in range(12):
            p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
            slope = x.T @ (p - right) + penalty * weights
            curve = (x * (p * (1 - p) + 1e-6)[:, None]).T @ x + np.diag(penalty)
            step = np.linalg.solve(curve, slope)
            weights -= step
            if np.abs(step).max() < 1e-4:
                break
        return cls(mean, scale, weights)

    def score(self, inputs: Floats) -> Floats:
        """Probabilities ``(n,)`` that predictions are right."""
        x = np.clip((inputs - self.mean) / self.scale, -5, 5)
        return np.asarray(
            1 / (1 + np.exp(-np.clip(x @ self.weights[:-1] + self.weights[-1], -30, 30)))
        )


@dataclass
class Promise:
    """Stated confidences ``(n,)``, signals ``(n, k)``, and whether they were right, newest last."""

    ENOUGH = 100
    stated: Floats = field(default_factory=lambda: np.zeros(0))
    right: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    signals: NDArray[np.float32] | None = None
    _judge: Judge | None = None
    _judged: Floats = field(default_factory=lambda: np.zeros(0))
    _fitted: int = 0
    _calibrator: Calibrator | None = None
    _thresholds: dict[float, float] = field(default_factory=dict)

    def add(self, stated: Floats, right: NDArray[np.bool_], signals: NDArray[np.float32]) -> None:
        """Add predictions made before their lines were learnt."""
        judged = self.confidence(stated, signals)
        # Kept without an entry, signals have no columns yet.
        none_yet = self.signals is None or not len(self.signals)
        before = signals[:0] if none_yet else self.signals
        self.stated = np.concatenate([self.stated, np.minimum(stated, 1.0)])[-_KEPT:]
        self.right = np.concatenate([self.right, right])[-_KEPT:]
        self.signals = np.concatenate([before, signals])[-_KEPT:]
        self._judged = np.concatenate([self._judged, judged])[-_KEPT:]
        if len(right) > 1 or len(self.stated) > self._fitted * _GROWTH + 4:
            self._fit()

    def _fit(self) -> None:
        n = self._fitted = len(self.stated)
        self._judge, self._judged = None, self.stated.copy()
        if n >= _JUDGED and self.signals is not None and 0.02 < self.right.mean() < 0.998:
            x = self._inputs(self.stated, self.signals)
            half = np.arange(n) < n // 2
            for ours, others in ((half, ~half), (~half, half)):
                self._judged[ours] = Judge.fit(x[others], self.right[others]).score(x[ours])
            self._judge = Judge.fit(x, self.right)
        self._calibrator = fit_calibrator(self._judged, self.right)
        self._thresholds = {}

    @staticmethod
    def _inputs(stated: Floats, signals: NDArray[np.float32]) -> Floats:
        odds = _odds(stated)
        return np.column_stack([signals, odds, odds**2])

    def restored(self) -> Promise:
        """Fit anew to what was kept."""
        if len(self.stated):
            self._fit()
        return self

    def confidence(self, stated: Floats, signals: NDArray[np.float32]) -> Floats:
        """How sure, before calibration, ``(n,)``: the judge's word, else the stated probability."""
        if self._judge is None:
            return np.minimum(stated, 1.0)
        return self._judge.score(self._inputs(stated, signals))

    @property
    def calibrator(self) -> Calibrator:
        """The map from confidence to probability."""
        return self._calibrator or Calibrator()

    def calibrated(self, confidence: Floats) -> Floats:
        """Probabilities ``(n,)`` for confidences."""
        return np.asarray(self.calibrator.transform(confidence), dtype=np.float64)

    def threshold(self, budget: float) -> float:
        """The confidence from which a prediction is accepted; infinite if none may be.

        Conformal risk control supposes that what comes is like the history, and books drift. So
        the budget has to be kept in the rehearsed lines as a whole and in each stretch of them.
        """
        if budget not in self._thresholds:
            n = len(self.stated)
            stretches = int(np.clip(n // _STRETCH, 1, _STRETCHES))
            parts = np.array_split(np.arange(n), stretches)
            values = [np.inf]
            if n:
                # In the mean, since a small client's history could never prove the stronger one.
                values = [
                    budget_threshold(self._judged[part], self.right[part], budget, None).value
                    for part in (np.arange(n), *parts)
                ]
            self._thresholds[budget] = max(values)
        return self._thresholds[budget]

    def why(self, budget: float) -> str:
        """Why a prediction waits for review."""
        if not np.isfinite(self.threshold(budget)):
            return f"too few reviewed lines yet to promise {budget:.1%} wrong at most"
        return f"not sure enough for {budget:.1%} wrong at most"

    def report(self, budget: float) -> dict[str, Any]:
        """Threshold, coverage and errors at ``budget``, the curve over budgets, and calibration."""
        value, n = self.threshold(budget), len(self.stated)
        accepted = self._judged >= value
        calibrated = self.calibrated(self._judged)
        taken = int(accepted.sum())
        return {
            "n": n,
            "budget": budget,
            "threshold": float(self.calibrated(np.array([value]))[0]) if taken else float("inf"),
            "coverage": float(accepted.mean()) if n else 0.0,
            "expected_error": float(1 - calibrated[accepted].mean()) if taken else 0.0,
            "observed_error": float(1 - self.right[accepted].mean()) if taken else 0.0,
            "method": self.calibrator.method if n else "none",
            "judged": self._judge is not None,
            "calibration_error": (
                float(expected_calibration_error(calibrated, self.right)) if n else 0.0
            ),
            "bins": [each.__dict__ for each in reliability_curve(calibrated, self.right)]
            if n
            else [],
        }
