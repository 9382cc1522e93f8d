"""Multinomial logistic regression that goes on learning, one example at a time.

Design choices:

* AdaGrad (Duchi et al. 2011): each weight has a rate of its own that falls as it is used, so that a
  rare word still learns fast when its first example comes late, and what many examples agreed
  on is not undone by one.
* A class may appear at any time; it starts with no weights and the lowest bias there is.
* One correction is repeated until it is the answer, eight times at most: it is felt at once.
* Features are dense or scipy sparse. Weights are (features, classes) and dense, so keep sparse
  features to some ten thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from slmapps.backbone.binding import load_bound, save_bound

__all__ = ["LinearClassifier"]

Floats = npt.NDArray[np.float32]
_START = 1e-2  # of AdaGrad's sums, so that the first step of a weight is not the largest possible
_BATCH = 64
_REPEATS = 8


class LinearClassifier:
    """A softmax over linear scores, in scikit-learn's shape.

    Args:
        rate: AdaGrad's step.
        decay: pull of each weight towards zero per example and step, relative to its step.
        epochs: passes over the examples in :meth:`fit`; None for more the fewer they are.
        seed: of the order in which :meth:`fit` sees the examples.
    """

    def __init__(
        self,
        rate: float = 1.0,
        decay: float = 1e-5,
        epochs: int | None = None,
        seed: int = 0,
    ) -> None:
        self.rate = rate
        self.decay = decay
        self.epochs = epochs
        self.seed = seed
        self.classes_: npt.NDArray[np.str_] = np.array([], np.str_)
        self.coef_: Floats = np.zeros((0, 0), np.float32)
        """(features, classes)"""
        self.intercept_: Floats = np.zeros(0, np.float32)
        self._place: dict[str, int] = {}
        self._sums: Floats = np.zeros((0, 0), np.float32)
        self._bias_sums: Floats = np.zeros(0, np.float32)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  scikit-learn's shape
        """The constructor's arguments."""
        return {
            "rate": self.rate,
            "decay": self.decay,
            "epochs": self.epochs,
            "seed": self.seed,
        }

    def set_params(self, **params: Any) -> Self:
        """Change constructor arguments by name."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"{name!r} is no parameter; there are {list(self.get_params())}")
            setattr(self, name, value)
        return self

    def fit(self, X: Any, y: Sequence[str], sample_weight: npt.ArrayLike | None = None) -> Self:
        """Forget everything and learn ``X`` (n, features) with the classes ``y`` (n,).

        ``sample_weight`` (n,) counts an example more or less; its mean should be near 1.
        """
        count = X.shape[0]
        _same_length(count, y)
        self.classes_ = np.array([], np.str_)
        self._place = {}
        self.coef_ = self._sums = np.zeros((X.shape[1], 0), np.float32)
        self.intercept_ = self._bias_sums = np.zeros(0, np.float32)
        self._admit(sorted(set(map(str, y))))
        if count == 0:
            return self
        target = self._targets(y)
        weight = np.ones(count) if sample_weight is None else np.asarray(sample_weight, float)
        chance = np.random.default_rng(self.seed)
        epochs = self.epochs or int(np.clip(60_000 // count, 4, 40))
        rows = X.tocsr() if hasattr(X, "tocsr") else np.asarray(X, np.float32)
        for _ in range(epochs):
            order = chance.permutation(count)
            for start in range(0, count, _BATCH):
                part = order[start : start + _BATCH]
                self._step(rows[part], target[part], weight[part])
        return self

    def partial_fit(
        self, X: Any, y: Sequence[str], sample_weight: npt.ArrayLike | None = None
    ) -> Self:
        """Learn a few more examples, new classes among them, until each is the answer.

        At most eight steps, a few milliseconds for one example of 384 features and 500 classes.
        """
        count = X.shape[0]
        _same_length(count, y)
        if not self._place and not self.coef_.shape[0]:
            self.coef_ = self._sums = np.zeros((X.shape[1], 0), np.float32)
        self._admit([label for label in dict.fromkeys(map(str, y)) if label not in self._place])
        target = self._targets(y)
        weight = np.ones(count) if sample_weight is None else np.asarray(sample_weight, float)
        rows = X.tocsr() if hasattr(X, "tocsr") else np.asarray(X, np.float32)
        for start in range(0, count, _BATCH):
            part = slice(start, start + _BATCH)
            for _ in range(_REPEATS):
                if self._step(rows[part], target[part], weight[part]) > 0.5:
                    break
        return self

    def decision_function(self, X: Any) -> Floats:
        """Scores (n, classes)."""
        scores: Floats = np.asarray(X @ self.coef_, np.float32) + self.intercept_
        return scores

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (n, classes), in the order of ``classes_``."""
        return _softmax(self.decision_function(X))

    def predict(self, X: Any) -> npt.NDArray[np.str_]:
        """The likeliest class of each row. Raises ``ValueError`` before anything was learnt."""
        if not len(self.classes_):
            raise ValueError("nothing has been learnt yet: call fit or partial_fit first")
        best: npt.NDArray[np.str_] = self.classes_[self.decision_function(X).argmax(axis=1)]
        return best

    def save(self, folder: Path, fingerprint: str) -> None:
        """Write ``linear.safetensors`` and ``linear.json``, bound to the backbone."""
        arrays = {
            "coef": self.coef_,
            "intercept": self.intercept_,
            "sums": self._sums,
            "bias_sums": self._bias_sums,
        }
        facts = {
            "kind": "linear",
            "classes": self.classes_.tolist(),
            "params": self.get_params(),
        }
        save_bound(folder, "linear", arrays, facts, fingerprint)

    @classmethod
    def load(cls, folder: Path, fingerprint: str | None) -> Self:
        """Read what :meth:`save` wrote; ``WrongBackbone`` for another encoder's head."""
        arrays, facts = load_bound(folder, "linear", fingerprint)
        head = cls(**facts["params"])
        head.classes_ = np.array(facts["classes"], np.str_)
        head._place = {label: n for n, label in enumerate(facts["classes"])}
        head.coef_, head.intercept_ = arrays["coef"], arrays["intercept"]
        head._sums, head._bias_sums = arrays["sums"], arrays["bias_sums"]
        return head

    def _admit(self, labels: Sequence[str]) -> None:
        if not labels:
            return
        features, more = self.coef_.shape[0], len(labels)
        bias = float(self.intercept_.min()) if len(self.intercept_) else 0.0
        start = np.float32(_START)
        self.coef_ = np.hstack([self.coef_, np.zeros((features, more), np.float32)])
        self._sums = np.hstack([self._sums, np.full((features, more), start)])
        self.intercept_ = np.append(self.intercept_, np.full(more, bias, np.float32))
        self._bias_sums = np.append(self._bias_sums, np.full(more, start, np.float32))
        for label in labels:
            self._place[label] = len(self._place)
        self.classes_ = np.array(list(self._place), np.str_)

    def _targets(self, y: Sequence[str]) -> npt.NDArray[np.intp]:
        return np.fromiter((self._place[str(label)] for label in y), np.intp, len(y))

    def _step(self, rows: Any, target: npt.NDArray[np.intp], weight: npt.NDArray[Any]) -> float:
        """One step on a batch; gives the least probability that its right classes had before."""
        count = rows.shape[0]
        error = self.predict_proba(rows)
        each = np.arange(count)
        least = float(error[each, target].min())
        error[each, target] -= 1
        error *= (weight / count).astype(np.float32)[:, None]
        if hasattr(rows, "tocsr"):
            # Only the features that occur are touched; the rest of the weights stays where it is.
            used = np.unique(rows.indices)
            gradient = np.asarray(rows[:, used].T @ error)
            held = self.coef_[used]
            sums = self._sums[used]
            self._moved(held, sums, gradient)
            self.coef_[used], self._sums[used] = held, sums
        else:
            self._moved(self.coef_, self._sums, rows.T @ error)
        bias = error.sum(axis=0)
        self._bias_sums += bias * bias
        self.intercept_ -= self.rate * bias / np.sqrt(self._bias_sums)
        return least

    def _moved(self, weights: Floats, sums: Floats, gradient: Floats) -> None:
        """AdaGrad on ``weights`` and ``sums`` in place."""
        gradient += np.float32(self.decay) * weights
        step = np.square(gradient)
        sums += step
        np.sqrt(sums, out=step)
        np.divide(gradient, step, out=step)
        step *= np.float32(self.rate)
        weights -= step


def _softmax(scores: Floats) -> Floats:
    if not scores.shape[1]:
        return scores
    scores = scores - scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _same_length(count: int, y: Sequence[str]) -> None:
    if count != len(y):
        raise ValueError(f"{count} rows of X for {len(y)} classes y: give one for each")
