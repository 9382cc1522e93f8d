"""What a client's reviewed history says of the coder: how sure it may be, and where to stop.

Every entry is a prediction made before the line was learnt: the newest fifth of a history predicted
from the rest, and each single line that a person reviewed afterwards.
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

__all__ = ["Promise"]

_KEPT = 8000


@dataclass
class Promise:
    """Stated confidences ``(n,)`` beside whether they were right, newest last."""

    ENOUGH = 100
    stated: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    right: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    _calibrator: Calibrator | None = None
    _thresholds: dict[float, float] = field(default_factory=dict)

    def add(self, log_p: NDArray[np.float32], y: NDArray[np.int64]) -> None:
        """Add predictions made before their lines were learnt."""
        best = log_p.argmax(axis=1)
        stated = np.exp(log_p[np.arange(len(y)), best]).astype(np.float64)
        self.stated = np.concatenate([self.stated, np.minimum(stated, 1.0)])[-_KEPT:]
        self.right = np.concatenate([self.right, best == y])[-_KEPT:]
        self._calibrator = None
        self._thresholds = {}

    @property
    def calibrator(self) -> Calibrator:
        """The map from stated confidence to probability, fitted when first asked for."""
        if self._calibrator is None:
            self._calibrator = fit_calibrator(self.stated, self.right)
        return self._calibrator

    def calibrated(self, stated: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities ``(n,)`` for stated confidences."""
        return np.asarray(self.calibrator.transform(np.minimum(stated, 1.0)), dtype=np.float64)

    def threshold(self, budget: float) -> float:
        """The stated confidence from which a prediction is accepted; infinite if none may be."""
        if budget not in self._thresholds:
            found = (
                budget_threshold(self.stated, self.right, budget, None)
                if len(self.stated)
                else None
            )
            self._thresholds[budget] = np.inf if found is None else found.value
        return self._thresholds[budget]

    def why(self, budget: float) -> str:
        """Why a prediction waits for review."""
        if not np.isfinite(self.threshold(budget)):
            return f"too few reviewed lines yet to promise {budget:.1%} wrong at most"
        return f"not sure enough for {budget:.1%} wrong at most"

    def report(self, budget: float) -> dict[str, Any]:
        """Threshold, coverage and errors at ``budget``, and the calibration curve."""
        value = self.threshold(budget)
        accepted = self.stated >= value
        n = int(accepted.sum())
        calibrated = self.calibrated(self.stated) if len(self.stated) else self.stated
        return {
            "n": len(self.stated),
            "budget": budget,
            "threshold": float(self.calibrated(np.array([value]))[0]) if n else float("inf"),
            "coverage": float(accepted.mean()) if len(accepted) else 0.0,
            "expected_error": float(1 - calibrated[accepted].mean()) if n else 0.0,
            "observed_error": float(1 - self.right[accepted].mean()) if n else 0.0,
            "method": self.calibrator.method if len(self.stated) else "none",
            "calibration_error": (
                float(expected_calibration_error(calibrated, self.right))
                if len(self.stated)
                else 0.0
            ),
            "bins": [b.__dict__ for b in reliability_curve(calibrated, self.right)]
            if len(self.stated)
            else [],
        }
