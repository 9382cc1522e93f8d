"""Fitting slopes and shifts of the heads on sentences that they did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from slmapps_earnings.heads import Heads, sigmoid, softmax

__all__ = ["calibrated"]

Floats = npt.NDArray[np.float32]
_FIRM = 20.0  # cases that "change nothing" counts for
_FEW = 12  # positives below which a topic keeps the common slope and shift


def calibrated(
    heads: Heads,
    vectors: Floats,
    sentiment: npt.NDArray[np.int64],
    flagged: Floats,
    flags: npt.NDArray[np.bool_],
    topics: npt.NDArray[np.bool_],
) -> Heads:
    """The heads with a slope and shifts that make their probabilities hold.

    Args:
        heads: as trained.
        vectors: (n, d) of development sentences, from the encoder as it is served.
        sentiment: (n,) their classes.
        flagged: (m, d) vectors of those sentences that have flags and topics.
        flags: (m, 3).
        topics: (m, T).
    """
    slopes, shifts = {}, {}
    slope, shift = _softmax_fit(heads.logits("sentiment", vectors), sentiment)
    slopes["sentiment"], shifts["sentiment"] = np.array([slope], np.float32), shift
    for name, wanted in (("flags", flags), ("topics", topics)):
        logits = heads.logits(name, flagged)
        common = _sigmoid_fit(logits.ravel(), wanted.ravel())
        pairs = [
            _sigmoid_fit(logits[:, n], wanted[:, n]) if wanted[:, n].sum() >= _FEW else common
            for n in range(wanted.shape[1])
        ]
        slopes[name] = np.array([pair[0] for pair in pairs], np.float32)
        shifts[name] = np.array([pair[1] for pair in pairs], np.float32)
    return replace(heads, slopes=slopes, shifts=shifts)


def _softmax_fit(logits: Floats, classes: npt.NDArray[np.int64]) -> tuple[float, Floats]:
    from scipy.optimize import minimize

    each = np.arange(len(classes))

    def cost(theta: npt.NDArray[np.float64]) -> float:
        found = softmax((logits * theta[0] + theta[1:]).astype(np.float64))
        likelihood = -np.log(np.maximum(found[each, classes], 1e-9)).sum()
        return float(likelihood + _FIRM * ((theta[0] - 1) ** 2 + (theta[1:] ** 2).sum()) / 2)

    best = minimize(cost, np.array([1.0, 0.0, 0.0, 0.0]), method="L-BFGS-B")
    return float(best.x[0]), best.x[1:].astype(np.float32)


def _sigmoid_fit(
    logits: Floats | Sequence[float], wanted: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    from scipy.optimize import minimize

    values, truth = np.asarray(logits, np.float64), np.asarray(wanted, np.float64)

    def cost(theta: npt.NDArray[np.float64]) -> float:
        p = np.clip(sigmoid((values * theta[0] + theta[1]).astype(np.float32)), 1e-7, 1 - 1e-7)
        likelihood = -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).sum()
        return float(likelihood + _FIRM * ((theta[0] - 1) ** 2 + theta[1] ** 2) / 2)

    best = minimize(cost, np.array([1.0, 0.0]), method="Nelder-Mead")
    return max(float(best.x[0]), 0.05), float(best.x[1])
