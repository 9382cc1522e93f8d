"""How likely a value that was read off a page is right, from the signs that reading left.

Design choices:

* A sign is a number that reading gives anyhow: what the tagger believes, how near the next best
  value comes, whether the sums prove it, whether it was recognised on a picture. A logistic
  regression for each kind of value weighs them, and what it says is calibrated afterwards on
  documents of layouts that nothing was learnt from (``calibrating``).
* One threshold serves all fields of an error budget. An amount of the head that no sum proves is
  never accepted, whatever its confidence: that is what a person is asked for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.trust import Calibrator, budget_threshold, fit_calibrator

__all__ = ["SIGNS", "Case", "Confidence", "Signs", "fit", "kind_of"]

_NATS = 6.0  # beyond it a sign says no more
_RIDGE = 0.02
_LEAST = 60  # cases of a kind, below which it is weighed together with all others
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a value.

    ``share`` is the tagger's probability times the reading's weight, ``rival`` that of the best
    other value (0 where there is none), ``margin`` by how many nats the sums prefer it (0 for what
    no sum ties), ``proved`` whether an equation over printed values holds with it, ``mended``
    whether it was inferred or repaired, ``checked`` whether its checksum holds, ``sharpness`` the
    least confidence of recognition among its words (1 for text), ``scanned`` whether its page is a
    picture.
    """

    share: float
    rival: float = 0.0
    margin: float = 0.0
    proved: bool = False
    mended: bool = False
    checked: bool = False
    sharpness: float = 1.0
    scanned: bool = False

    def vector(self) -> npt.NDArray[np.float64]:
        """The signs as numbers of about one, (SIGNS,)."""
        ahead = math.log((self.share + 1e-3) / (self.rival + 1e-3))
        return np.array(
            [
                1.0,
                _logit(self.share) / 3,
                min(max(ahead, -_NATS), _NATS) / 3,
                min(self.margin, 4 * _NATS) / 12,
                float(self.proved),
                float(self.mended),
                float(self.checked),
                float(self.scanned),
                float(self.scanned) * _logit(self.sharpness) / 3,
            ]
        )


SIGNS = 9


@dataclass(frozen=True, slots=True)
class Case:
    """A value that was read, by its key in ``Invoice.places``, and whether it was right."""

    key: str
    signs: Signs
    right: bool


@dataclass(frozen=True)
class Confidence:
    """Signs in, probability out. With nothing fitted the tagger's share stands.

    ``weights`` (SIGNS,) and ``calibrators`` go by the kind of a value; ``curve`` holds confidences
    and whether the values were right, of documents that were not weighed, highest first.
    """

    weights: Mapping[str, Sequence[float]] = field(default_factory=dict)
    calibrators: Mapping[str, Calibrator] = field(default_factory=dict)
    curve: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    def of(self, key: str, signs: Signs) -> float:
        """How likely the value of ``key`` is right."""
        kind = kind_of(key)
        if kind not in self.weights:
            kind = _ANY
        if kind not in self.weights:
            return min(max(signs.share, 0.0), 1.0)
        stated = _sigmoid(float(signs.vector() @ np.asarray(self.weights[kind])))
        calibrator = self.calibrators.get(kind)
        return float(calibrator.transform([stated])[0]) if calibrator else stated

    def threshold(self, budget: float) -> float:
        """The confidence from which values are accepted, so that at most ``budget`` are wrong.

        Infinite where nothing was fitted.
        """
        stated, right = self.curve
        if not stated:
            return math.inf
        return budget_threshold(stated, right, budget, delta=None).value

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        data = {
            "weights": {kind: [round(w, 5) for w in ws] for kind, ws in self.weights.items()},
            "calibrators": {kind: one.to_dict() for kind, one in self.calibrators.items()},
            "curve": [[round(each, 5) for each in part] for part in self.curve],
        }
        path.write_text(json.dumps(data) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Confidence:
        """Read what :meth:`save` wrote."""
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        calibrators = {k: Calibrator.from_dict(one) for k, one in data["calibrators"].items()}
        stated, right = (tuple(part) for part in data["curve"])
        return cls(data["weights"], calibrators, (stated, right))


def kind_of(key: str) -> str:
    """The kind of value that a key of ``Invoice.places`` names; values of a kind err alike."""
    head, bracket, rest = key.partition("[")
    part = rest.partition("]")[2].removeprefix(".")
    if head == "taxes":
        return "tax row"
    if bracket:
        return f"line {part}"
    return key


def fit(cases: Iterable[Case], others: Iterable[Case]) -> Confidence:
    """Weigh the signs on ``cases`` and calibrate on ``others``, of other documents.

    Source: Platt 1999; Zadrozny and Elkan 2002 for the second step.
    """
    weighed, apart = list(cases), list(others)
    kinds: dict[str, list[Case]] = {_ANY: weighed}
    for case in weighed:
        kinds.setdefault(kind_of(case.key), []).append(case)
    kinds = {kind: own for kind, own in kinds.items() if len(own) >= _LEAST or kind == _ANY}
    whole = _regression(weighed, np.zeros(SIGNS)) if weighed else np.zeros(SIGNS)
    weights = {
        kind: tuple(float(w) for w in (whole if kind == _ANY else _regression(own, whole)))
        for kind, own in kinds.items()
    }
    raw = Confidence(weights)
    stated: dict[str, tuple[list[float], list[bool]]] = {kind: ([], []) for kind in weights}
    for case in apart:
        kind = kind_of(case.key)
        own = stated[kind if kind in stated else _ANY]
        own[0].append(raw.of(case.key, case.signs))
        own[1].append(case.right)
    calibrators = {kind: fit_calibrator(*own) for kind, own in stated.items() if own[0]}
    ready = Confidence(weights, calibrators)
    return Confidence(weights, calibrators, _curve(ready, apart))


def _curve(ready: Confidence, cases: Sequence[Case]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = sorted(((ready.of(c.key, c.signs), float(c.right)) for c in cases), reverse=True)
    return tuple(p for p, _ in pairs), tuple(r for _, r in pairs)


def _regression(cases: Sequence[Case], centre: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logistic regression by Newton's method, drawn to ``centre``: (SIGNS,)."""
    signs = np.stack([case.signs.vector() for case in cases])
    right = np.array([case.right for case in cases], float)
    precision = np.full(SIGNS, _RIDGE * 50)
    weights = centre.copy()
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(signs @ weights, -30, 30)))
        gradient = signs.T @ (chance - right) + precision * (weights - centre)
        spread = signs.T @ (signs * (chance * (1 - chance))[:, None]) + np.diag(precision)
        step = np.linalg.solve(spread, gradient)
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights


def _logit(share: float) -> float:
    inside = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
