"""How a question was answered: the six dimensions of SubjECTive-QA (Pardawala et al. 2024).

Three linear models look at an answer: one at its words, one at the vectors of its sentences and of
the question's, one at plain facts (how long, how many figures, how many hedges, how near to the
question). Their mean is better than each, and all of it is a few matrices. The rare levels are
lifted by a power of their frequency, for a model of rare levels that goes by probability alone
never says them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone.binding import load_bound, save_bound
from slmapps_earnings.heads import Heads, softmax

__all__ = ["Answering", "Row", "features", "terms"]

Floats = npt.NDArray[np.float32]

_HEDGES = re.compile(
    r"\b(?:may|might|could|perhaps|probably|possibly|roughly|about|around|sort of|kind of|think"
    r"|believe|hope|likely|maybe|guess|seems?|somewhat|depends?|hard to|difficult to|we'll see"
    r"|not sure|would)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:absolutely|definitely|certainly|clearly|very|will|strong|great|confident|exactly"
    r"|no question|sure|yes|always|never|really|significant(?:ly)?)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|don't|can't|won't|cannot|no|nor|isn't|haven't|didn't)\b", re.IGNORECASE
)
_WORD = re.compile(r"(?u)\b\w\w+\b")
_HANDS_OVER = re.compile(
    r"\b(?:let me (?:ask|turn)|want to (?:take|add|comment)|hand (?:it|that) (?:over )?to|do you want)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """An answer as the models see it: ``facts`` (f,) and ``vectors`` (v,)."""

    facts: Floats
    vectors: Floats


def features(question: str, answer: str, asked: Floats, said: Floats, heads: Heads) -> Row:
    """Facts and vectors of one answer.

    Args:
        question: its text.
        answer: its text.
        asked: vectors (sentences of the question, 384).
        said: vectors (sentences of the answer, 384).
        heads: what they say of the answer's sentences becomes facts, too.
    """
    words, asked_words = max(1, len(answer.split())), max(1, len(question.split()))
    near = said @ asked.T
    hedges, strong, nots = (len(pattern.findall(answer)) for pattern in (_HEDGES, _STRONG, _NOT))
    tone = heads.sentiment(said)
    flags = heads.flags(said)
    slant = tone[:, 2] - tone[:, 0]
    facts = [
        np.log1p(words), np.log1p(asked_words), np.log(words / asked_words),
        sum(c.isdigit() for c in answer) / len(answer or " ") * 20,
        np.log1p(len(re.findall(r"\d[\d.,]*", answer))),
        hedges / words * 10, np.log1p(hedges), strong / words * 10, np.log1p(strong),
        nots / words * 10, np.log1p(nots), float("?" in answer), question.count("?"),
        near.max(), near.mean(), float(said[0] @ asked[-1]), float(said[0] @ asked[0]),
        words < 12, words < 25, words < 60, words > 200,
        bool(_HANDS_OVER.search(answer)), len(said),
        slant.mean(), slant.max(), slant.min(), slant[0], tone[:, 2].mean(), tone[:, 0].mean(),
        *flags.mean(axis=0), *flags.max(axis=0),
    ]  # fmt: skip
    vectors = np.concatenate([said.mean(axis=0), said[0], asked.mean(axis=0)])
    return Row(np.array(facts, np.float32), vectors.astype(np.float32))


def terms(text: str) -> list[str]:
    """Words and pairs of neighbouring words, in lower case."""
    words = _WORD.findall(text.lower())
    return words + [f"{a} {b}" for a, b in zip(words, words[1:], strict=False)]


@dataclass(frozen=True)
class Answering:
    """Three linear models, each (features, 18) with a bias (18,): six dimensions of three levels.

    ``lift`` (6, 3) multiplies the mean of their probabilities before it is scaled to one.
    """

    vocabulary: Sequence[str]
    rarity: Floats
    weights: Mapping[str, Floats]
    biases: Mapping[str, Floats]
    centre: Floats
    spread: Floats
    lift: Floats
    card: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each term stands in the vocabulary."""
        return {term: place for place, term in enumerate(self.vocabulary)}

    def probabilities(self, rows: Sequence[Row], answers: Sequence[str]) -> Floats:
        """Levels' probabilities (n, 6, 3) of n answers, whose words are ``answers``."""
        if not rows:
            return np.zeros((0, 6, 3), np.float32)
        facts = (np.stack([row.facts for row in rows]) - self.centre) / self.spread
        facts = np.clip(facts, -5, 5)
        vectors = np.stack([row.vectors for row in rows])
        logits = {
            "words": np.stack([self._by_words(answer) for answer in answers]),
            "vectors": np.hstack([vectors, facts]) @ self.weights["vectors"],
            "facts": facts @ self.weights["facts"],
        }
        each = [
            softmax((values + self.biases[name]).reshape(len(rows), 6, 3))
            for name, values in logits.items()
        ]
        lifted = np.mean(each, axis=0) * self.lift
        result: Floats = (lifted / lifted.sum(axis=2, keepdims=True)).astype(np.float32)
        return result

    def _by_words(self, answer: str) -> Floats:
        """Logits of the words: sublinear counts times rarity, scaled to length 1."""
        counts: dict[int, int] = {}
        for term in terms(answer):
            place = self.places.get(term)
            if place is not None:
                counts[place] = counts.get(place, 0) + 1
        if not counts:
            return np.zeros(18, np.float32)
        used = np.fromiter(counts, np.int64, len(counts))
        often = np.fromiter(counts.values(), np.float32, len(counts))
        weight = (1 + np.log(often)) * self.rarity[used]
        weight /= np.linalg.norm(weight)
        result: Floats = weight @ self.weights["words"][used].astype(np.float32)
        return result

    def save(self, folder: Path, fingerprint: str) -> None:
        """Write ``answers.safetensors`` and ``answers.json``."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "rarity": self.rarity,
            "centre": self.centre,
            "spread": self.spread,
            "lift": self.lift,
        }
        for name, weight in self.weights.items():
            arrays[f"{name}.weight"] = weight.astype(np.float16 if name == "words" else np.float32)
            arrays[f"{name}.bias"] = self.biases[name]
        facts = {
            "kind": "answers",
            "vocabulary": list(self.vocabulary),
            "card": dict(self.card),
        }
        save_bound(folder, "answers", arrays, facts, fingerprint)

    @classmethod
    def load(cls, folder: Path, fingerprint: str | None) -> Answering:
        """Read what :meth:`save` wrote; ``WrongBackbone`` for another encoder's or adapter's."""
        arrays, facts = load_bound(folder, "answers", fingerprint)
        names = ("words", "vectors", "facts")
        return cls(
            vocabulary=facts["vocabulary"],
            rarity=arrays["rarity"],
            weights={name: arrays[f"{name}.weight"] for name in names},
            biases={name: arrays[f"{name}.bias"] for name in names},
            centre=arrays["centre"],
            spread=arrays["spread"],
            lift=arrays["lift"],
            card=facts.get("card", {}),
        )
