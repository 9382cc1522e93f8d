"""Turning a model's confidence into a probability, from history that a person has reviewed.

Design choices:

* Two methods: a temperature with a shift, which needs few cases, and isotonic regression, which
  bends where the model does and needs many. Cross-validated log loss picks between them.
* Both lean on the model's own confidence as a prior, so that ten reviewed cases move it a little,
  a thousand decide, and nothing ever becomes exactly 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from slmapps.trust.reliability import checked, log_loss

__all__ = ["Calibrator", "Method", "fit_calibrator"]

Method = Literal["temperature", "isotonic"]
Floats = npt.NDArray[np.float64]

_FOLDS = 5
_ENOUGH = 100  # below it, isotonic regression is not even tried
_PRIOR = 4.0  # cases that the model's own confidence counts for, in each step of the isotonic curve
_EDGE = 1e-4


@dataclass(frozen=True)
class Calibrator:
    """A monotone map from stated confidence to probability.

    ``method`` is how it was made: for ``temperature`` the map is
    ``sigmoid(slope * logit(c) + shift)``, for ``isotonic`` the line through ``x`` and ``y``. ``n``
    is how many reviewed cases it rests on; with none it changes nothing.
    """

    method: Method = "temperature"
    slope: float = 1.0
    shift: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    n: int = 0

    def transform(self, confidence: npt.ArrayLike) -> Floats:
        """Probabilities (n,) for confidences (n,); order is kept, though ties may arise."""
        stated = np.asarray(confidence, np.float64)
        if self.n == 0:
            return stated.copy()
        if self.method == "isotonic":
            mapped: Floats = np.interp(stated, self.x, self.y)
            return mapped
        return _sigmoid(self.slope * _logit(stated) + self.shift)

    def to_dict(self) -> dict[str, Any]:
        """A JSON object that :meth:`from_dict` reads."""
        return {
            "method": self.method,
            "slope": self.slope,
            "shift": self.shift,
            "x": list(self.x),
            "y": list(self.y),
            "n": self.n,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Calibrator:
        """The calibrator that :meth:`to_dict` wrote."""
        return cls(**{**data, "x": tuple(data["x"]), "y": tuple(data["y"])})


def fit_calibrator(
    confidence: npt.ArrayLike,
    correct: npt.ArrayLike,
    method: Literal["best", "temperature", "isotonic"] = "best",
) -> Calibrator:
    """Fit to reviewed history: ``confidence`` (n,) as the model stated it, ``correct`` (n,) bool.

    The confidences must be those the model had *before* it learnt these cases. ``best`` takes
    whichever method has the lower cross-validated log loss, and temperature below 100 cases.

    Sources: Guo et al. 2017 (temperature), Zadrozny and Elkan 2002 (isotonic).
    """
    stated, right = checked(confidence, correct)
    if len(stated) == 0:
        return Calibrator()
    if method == "best":
        method = _better(stated, right)
    return _isotonic(stated, right) if method == "isotonic" else _temperature(stated, right)


def _better(stated: Floats, right: Floats) -> Method:
    if len(stated) < _ENOUGH:
        return "temperature"
    fold = np.random.default_rng(0).permutation(len(stated)) % _FOLDS
    held = np.zeros((2, len(stated)))
    for n in range(_FOLDS):
        rest, part = fold != n, fold == n
        held[0, part] = _temperature(stated[rest], right[rest]).transform(stated[part])
        held[1, part] = _isotonic(stated[rest], right[rest]).transform(stated[part])
    # The simpler one wins a tie: isotonic must be better by more than chance would give it.
    gain = log_loss(held[0], right) - log_loss(held[1], right)
    return "isotonic" if gain > 1.0 / len(stated) else "temperature"


def _temperature(stated: Floats, right: Floats) -> Calibrator:
    """Slope and shift by Newton's method on a penalised likelihood.

    The prior has slope 1 ± 0.5 and shift 0 ± 1, hence the convex problem has one minimum, even
    where every case was right.
    """
    z = _logit(stated)
    design = np.stack([z, np.ones_like(z)], axis=1)
    centre, precision = np.array([1.0, 0.0]), np.diag([1 / 0.5**2, 1 / 1.0**2])
    theta = centre.copy()
    best = _penalised(theta, design, right, centre, precision)
    for _ in range(50):
        p = _sigmoid(design @ theta)
        gradient = design.T @ (p - right) + precision @ (theta - centre)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + precision
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while size > 1e-6:
            tried = theta - size * step
            value = _penalised(tried, design, right, centre, precision)
            if value <= best:
                break
            size /= 2
        if size <= 1e-6 or best - value < 1e-10 * max(1.0, abs(best)):
            break
        theta, best = tried, value
    # A falling map would put the sure cases last; keep a hair of the order instead.
    return Calibrator("temperature", max(float(theta[0]), 0.01), float(theta[1]), n=len(z))


def _penalised(
    theta: Floats, design: Floats, right: Floats, centre: Floats, precision: Floats
) -> float:
    score = design @ theta
    likelihood = np.logaddexp(0, score) - right * score
    away = theta - centre
    return float(likelihood.sum() + 0.5 * away @ precision @ away)


def _isotonic(stated: Floats, right: Floats) -> Calibrator:
    order = np.argsort(stated, kind="stable")
    x, start, count = np.unique(stated[order], return_index=True, return_counts=True)
    hits = np.add.reduceat(right[order], start)
    means, weights, centres = _pooled(x, hits, count.astype(np.float64))
    # Each step leans on the model's own confidence by a few cases, then is made monotone again.
    leaned = (means * weights + centres * _PRIOR) / (weights + _PRIOR)
    values, _, middles = _pooled(centres, leaned * weights, weights)
    y = np.clip(values, _EDGE, 1 - _EDGE)
    return Calibrator("isotonic", x=tuple(middles.tolist()), y=tuple(y.tolist()), n=len(stated))


def _pooled(x: Floats, hits: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Pool adjacent violators: means, weights and centres of steps whose means never fall."""
    sums: list[float] = []
    sizes: list[float] = []
    middles: list[float] = []
    for place, hit, size in zip(x.tolist(), hits.tolist(), weight.tolist(), strict=True):
        total, held, middle = hit, size, place * size
        while sums and sums[-1] * held >= total * sizes[-1]:
            total += sums.pop()
            held += sizes.pop()
            middle += middles.pop()
        sums.append(total)
        sizes.append(held)
        middles.append(middle)
    weights = np.array(sizes)
    return np.array(sums) / weights, weights, np.array(middles) / weights


def _logit(p: Floats) -> Floats:
    inside = np.clip(p, 1e-6, 1 - 1e-6)
    result: Floats = np.log(inside) - np.log1p(-inside)
    return result


def _sigmoid(z: Floats) -> Floats:
    result: Floats = np.clip(1 / (1 + np.exp(-np.clip(z, -50, 50))), _EDGE, 1 - _EDGE)
    return result
