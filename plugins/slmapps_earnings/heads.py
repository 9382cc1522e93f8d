"""The desk's heads: one matrix each on the vector of a sentence, calibrated, in numpy.

All read the same vector, so a sentence is encoded once however much is asked of it. Saved as one
file, bound to the encoder with the desk's adapter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone.binding import load_bound, save_bound

__all__ = ["FLAGS", "Heads"]

Floats = npt.NDArray[np.float32]

FLAGS = ("forward", "uncertain", "guidance")


@dataclass(frozen=True)
class Heads:
    """``weights[name]`` (dimension, outputs) and ``biases[name]`` (outputs,).

    ``sentiment`` has three outputs under a softmax; ``flags`` (:data:`FLAGS`) and ``topics`` have
    one probability each. ``slopes`` sharpen or soften a head's logits so that its probabilities
    hold on sentences that it did not learn from (temperature scaling, Guo et al. 2017); ``shifts``
    (outputs,) move them.
    """

    weights: Mapping[str, Floats]
    biases: Mapping[str, Floats]
    topics: Sequence[str]
    slopes: Mapping[str, Floats] = field(default_factory=dict)
    shifts: Mapping[str, Floats] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)

    def logits(self, name: str, vectors: Floats) -> Floats:
        """Calibrated logits (n, outputs) of one head for ``vectors`` (n, dimension)."""
        raw: Floats = vectors @ self.weights[name] + self.biases[name]
        if name in self.slopes:
            raw = raw * self.slopes[name]
        if name in self.shifts:
            raw = raw + self.shifts[name]
        return raw

    def sentiment(self, vectors: Floats) -> Floats:
        """Probabilities (n, 3) of negative, neutral and positive."""
        return softmax(self.logits("sentiment", vectors))

    def flags(self, vectors: Floats) -> Floats:
        """Probabilities (n, 3) of :data:`FLAGS`."""
        return sigmoid(self.logits("flags", vectors))

    def topic(self, vectors: Floats) -> Floats:
        """Probabilities (n, topics); a sentence may have several or none."""
        return sigmoid(self.logits("topics", vectors))

    def save(self, folder: Path, fingerprint: str) -> None:
        """Write ``heads.safetensors`` and ``heads.json``."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for kind, held in self._parts().items():
            arrays |= {f"{name}|{kind}": np.asarray(v, np.float32) for name, v in held.items()}
        facts = {"kind": "earnings heads", "topics": list(self.topics), "card": dict(self.card)}
        save_bound(folder, "heads", arrays, facts, fingerprint)

    @classmethod
    def load(cls, folder: Path, fingerprint: str | None) -> Heads:
        """Read what :meth:`save` wrote; ``WrongBackbone`` for another encoder's or adapter's."""
        arrays, facts = load_bound(folder, "heads", fingerprint)
        parts: dict[str, dict[str, Floats]] = {
            "weight": {}, "bias": {}, "slope": {}, "shift": {},
        }  # fmt: skip
        for key, value in arrays.items():
            name, _, kind = key.rpartition("|")
            parts[kind][name] = value
        return cls(
            weights=parts["weight"],
            biases=parts["bias"],
            topics=tuple(facts["topics"]),
            slopes=parts["slope"],
            shifts=parts["shift"],
            card=facts.get("card", {}),
        )

    def _parts(self) -> dict[str, Mapping[str, Floats]]:
        return {
            "weight": self.weights,
            "bias": self.biases,
            "slope": self.slopes,
            "shift": self.shifts,
        }


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    raised = np.exp(shifted)
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def sigmoid(logits: Floats) -> Floats:
    """Each logit as a probability of its own."""
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return result
