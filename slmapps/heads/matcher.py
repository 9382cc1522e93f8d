"""Candidates scored by their own text: right from the first line, better with each example.

Design choices:

* With no example a label's score is the cosine of the text and of the label's own text.
* Examples teach a linear map from texts to label texts, by ridge regression that starts from
  "change nothing" (Romera-Paredes and Torr 2015). What it learns from one label holds for labels
  that have no example yet.
* A label with examples has their mean as well, and leans on it the more of them there are.
* Everything is a running sum: one example costs one rank-1 update, no other is looked at again.
* How sharp the scores are is fitted to scores that leave each example out of its own answer, which
  both parts give in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from slmapps.backbone.binding import load_bound, save_bound

__all__ = ["Matcher", "TextReader"]

Floats = npt.NDArray[np.float32]
_RIDGE = 10.0  # examples that "change nothing" counts for, in each direction
_LEAN = 2.0  # examples at which a label's own mean counts as much as its text
_SHARPNESS = (5.0, 8.0, 12.0, 18.0, 27.0, 40.0, 60.0)
_FREQUENCY = (0.0, 0.3, 0.6, 1.0)


class TextReader(Protocol):
    """What turns texts into vectors of length 1; ``slmapps.backbone.Reader`` is one."""

    fingerprint: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode ``texts``: (n, dimension)."""
        ...


class Matcher:
    """Scores every label of a list for a text, in scikit-learn's shape.

    Args:
        labels: what may be answered, each once.
        texts: what each label says of itself: a name, a description.
        reader: turns texts into vectors.
    """

    def __init__(self, labels: Sequence[str], texts: Sequence[str], reader: TextReader) -> None:
        if len(labels) != len(texts) or len(set(labels)) != len(labels):
            raise ValueError("give each label once, and one text for each")
        self.labels = list(labels)
        self.texts = list(texts)
        self.reader = reader
        self._place = {label: n for n, label in enumerate(self.labels)}
        self._targets = reader.encode(self.texts)
        self._map: Floats
        self._sums: Floats
        self._counts: npt.NDArray[np.float64]
        self._inverse: npt.NDArray[Any]
        self._blank()

    @property
    def classes_(self) -> npt.NDArray[np.str_]:
        """The labels, in the order of ``predict_proba``'s columns."""
        return np.array(self.labels, np.str_)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  scikit-learn's shape
        """The constructor's arguments."""
        return {"labels": self.labels, "texts": self.texts, "reader": self.reader}

    def admit(self, labels: Sequence[str], texts: Sequence[str]) -> Self:
        """Add labels that were not known before."""
        if len(labels) != len(texts) or set(labels) & set(self._place):
            raise ValueError("give new labels only, and one text for each")
        self.labels += labels
        self.texts += texts
        self._place = {label: n for n, label in enumerate(self.labels)}
        self._targets = np.vstack([self._targets, self.reader.encode(list(texts))])
        more = len(labels)
        self._sums = np.vstack([self._sums, np.zeros((more, self.reader.dimension), np.float32)])
        self._counts = np.append(self._counts, np.zeros(more))
        return self

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Forget the examples seen so far and learn these; sharpness is fitted as well."""
        self._blank()
        if not len(texts):
            return self
        vectors, places = self._checked(texts, labels)
        dimension = self.reader.dimension
        gram = _RIDGE * np.eye(dimension) + vectors.T.astype(np.float64) @ vectors
        self._inverse = np.linalg.inv(gram)
        cross = _RIDGE * np.eye(dimension) + vectors.T @ self._targets[places]
        self._map = (self._inverse @ cross).astype(np.float32)
        np.add.at(self._sums, places, vectors)
        self._counts += np.bincount(places, minlength=len(self.labels))
        self._sharpen(vectors, places)
        return self

    def partial_fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Learn more examples; each is a rank-1 update."""
        vectors, places = self._checked(texts, labels)
        for vector, place in zip(vectors, places, strict=True):
            lever = self._inverse @ vector
            gain = lever / (1 + vector @ lever)
            missed = self._targets[place] - vector @ self._map
            self._map += np.outer(gain, missed).astype(np.float32)
            self._inverse -= np.outer(gain, lever)
            self._sums[place] += vector
            self._counts[place] += 1
        return self

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities (n, labels), in the order of ``classes_``."""
        vectors = self.reader.encode(texts)
        return self._softmax(
            self._blended(_unit(vectors @ self._map) @ self._targets.T, vectors @ self._means().T)
        )

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.str_]:
        """The likeliest label of each text."""
        best: npt.NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return best

    def save(self, folder: Path) -> None:
        """Write ``matcher.safetensors`` and ``matcher.json``, bound to the reader."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "inverse": self._inverse,
            "map": self._map,
            "sums": self._sums,
            "counts": self._counts,
        }
        facts = {
            "kind": "matcher",
            "labels": self.labels,
            "texts": self.texts,
            "sharpness": self._sharpness,
            "frequency": self._frequency,
        }
        save_bound(folder, "matcher", arrays, facts, self.reader.fingerprint)

    @classmethod
    def load(cls, folder: Path, reader: TextReader) -> Self:
        """Read what :meth:`save` wrote; ``WrongBackbone`` for another reader's matcher."""
        arrays, facts = load_bound(folder, "matcher", reader.fingerprint)
        head = cls(facts["labels"], facts["texts"], reader)
        head._inverse, head._map = arrays["inverse"], arrays["map"]
        head._sums, head._counts = arrays["sums"], arrays["counts"]
        head._sharpness = float(facts["sharpness"])
        head._frequency = float(facts["frequency"])
        return head

    def _blank(self) -> None:
        dimension = self.reader.dimension
        self._inverse = np.eye(dimension) / _RIDGE
        self._map = np.eye(dimension, dtype=np.float32)
        self._sums = np.zeros((len(self.labels), dimension), np.float32)
        self._counts = np.zeros(len(self.labels))
        self._sharpness, self._frequency = 18.0, 0.3

    def _checked(
        self, texts: Sequence[str], labels: Sequence[str]
    ) -> tuple[Floats, npt.NDArray[np.intp]]:
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts for {len(labels)} labels: give one for each")
        unknown = sorted({label for label in labels if label not in self._place})
        if unknown:
            raise ValueError(f"labels without a text of their own: {unknown[:5]}; admit them first")
        places = np.fromiter((self._place[label] for label in labels), np.intp, len(labels))
        return self.reader.encode(texts), places

    def _means(self) -> Floats:
        return _unit(self._sums)

    def _blended(
        self, by_text: Floats, by_mean: Floats, counts: npt.NDArray[np.float64] | None = None
    ) -> Floats:
        counts = self._counts if counts is None else counts
        lean = (counts / (counts + _LEAN)).astype(np.float32)
        blended: Floats = by_text * (1 - lean) + by_mean * lean
        return blended

    def _softmax(self, scores: Floats) -> Floats:
        often = np.log((self._counts + 1) / (self._counts.sum() + len(self._counts)))
        z = self._sharpness * scores + (self._frequency * often).astype(np.float32)
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        result: Floats = z / z.sum(axis=1, keepdims=True)
        return result

    def _sharpen(self, vectors: Floats, places: npt.NDArray[np.intp]) -> None:
        """Fit sharpness and the weight of frequency to scores that leave their own example out."""
        if len(vectors) > 2000:
            taken = np.random.default_rng(0).choice(len(vectors), 2000, replace=False)
            vectors, places = vectors[taken], places[taken]
        each = np.arange(len(vectors))
        # Ridge regression without its own case: (xM - h t) / (1 - h), h the case's leverage.
        lever = ((vectors @ self._inverse) * vectors).sum(axis=1).astype(np.float32)[:, None]
        mapped = (vectors @ self._map - lever * self._targets[places]) / (1 - lever)
        by_mean = vectors @ self._means().T
        own = self._sums[places] - vectors
        by_mean[each, places] = (_unit(own) * vectors).sum(axis=1)
        by_text = _unit(mapped) @ self._targets.T
        scores = self._blended(by_text, by_mean)
        less = self._counts[places] - 1
        lean = (less / (less + _LEAN)).astype(np.float32)
        scores[each, places] = by_text[each, places] * (1 - lean) + by_mean[each, places] * lean
        best = np.inf
        chosen = (self._sharpness, self._frequency)
        for sharpness in _SHARPNESS:
            for frequency in _FREQUENCY:
                self._sharpness, self._frequency = sharpness, frequency
                right = self._softmax(scores)[each, places]
                loss = float(-np.log(np.maximum(right, 1e-9)).mean())
                if loss < best:
                    best, chosen = loss, (sharpness, frequency)
        self._sharpness, self._frequency = chosen


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return result
