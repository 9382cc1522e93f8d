"""How far a stated confidence may be believed: reliability curve and calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Bin", "brier", "expected_calibration_error", "log_loss", "reliability_curve"]


@dataclass(frozen=True)
class Bin:
    """Predictions whose confidence lies in ``low``..``high``; ``confidence`` is their mean."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability_curve(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, bins: int = 15
) -> list[Bin]:
    """Stated against observed accuracy in bins of equal width; empty bins are left out.

    Args:
        confidence: (n,) within 0..1.
        correct: (n,) true where the prediction was right.
        bins: how many over 0..1.
    """
    stated, right = checked(confidence, correct)
    place = np.minimum((stated * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    stated_sum = np.bincount(place, stated, bins)
    right_sum = np.bincount(place, right, bins)
    return [
        Bin(
            n / bins,
            (n + 1) / bins,
            int(count[n]),
            float(stated_sum[n] / count[n]),
            float(right_sum[n] / count[n]),
        )
        for n in np.flatnonzero(count)
    ]


def expected_calibration_error(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, bins: int = 15
) -> float:
    """Mean gap between stated and observed accuracy, weighted by count (Naeini et al. 2015).

    Within 0..1; nan where there is nothing to measure.
    """
    curve = reliability_curve(confidence, correct, bins)
    total = sum(bin_.count for bin_ in curve)
    if not total:
        return float("nan")
    return sum(bin_.count * abs(bin_.accuracy - bin_.confidence) for bin_ in curve) / total


def brier(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> float:
    """Mean squared distance of confidence from what happened; 0 is perfect."""
    stated, right = checked(confidence, correct)
    return float(np.square(stated - right).mean())


def log_loss(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> float:
    """Mean negative log likelihood in nats; confidences are kept 1e-6 away from 0 and 1."""
    stated, right = checked(confidence, correct)
    p = np.clip(stated, 1e-6, 1 - 1e-6)
    return float(-(right * np.log(p) + (1 - right) * np.log1p(-p)).mean())


def checked(
    confidence: npt.ArrayLike, correct: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Both as equally long fp64 vectors; ``ValueError`` where they are not what they should be."""
    stated = np.asarray(confidence, np.float64).ravel()
    right = np.asarray(correct).astype(np.float64).ravel()
    if stated.shape != right.shape:
        raise ValueError(f"{len(stated)} confidences for {len(right)} outcomes: give one for each")
    if len(stated) and not (np.isfinite(stated).all() and 0 <= stated.min() <= stated.max() <= 1):
        raise ValueError("confidences must be finite and within 0..1; clip them first")
    return stated, right
