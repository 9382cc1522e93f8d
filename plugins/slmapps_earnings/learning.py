"""What a person's word on one sentence says of others that are like it.

The reader's encodings stay as they are; over them lies a kernel average of the sentences that
people have judged (Nadaraya 1964, Watson 1964), with the model's own probabilities as one more case
of weight :data:`PRIOR`. So it is learnt the moment it is said, taking it back leaves no trace, a
sentence like no other keeps what the model said, and however many cases there are, the model keeps
a share of at least ``PRIOR / (PRIOR + MOST)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MOST", "NEAR", "PRIOR", "blended", "weights"]

Floats = npt.NDArray[np.float64]

NEAR = 0.55
"""The cosine from which on two sentences count as alike."""

PRIOR = 0.5
"""The weight of the model's own word; the very same sentence, judged once, has 1."""

MOST = 4.0
"""The weight that all cases together can have."""


def weights(vectors: npt.NDArray[Any], cases: npt.NDArray[Any]) -> Floats:
    """How much each case speaks for each sentence: (n, m), rows sum to at most :data:`MOST`.

    Args:
        vectors: of the sentences, (n, d), of length 1.
        cases: of the judged sentences, (m, d), of length 1.
    """
    cosine = np.asarray(vectors, np.float64) @ np.asarray(cases, np.float64).T
    near: Floats = np.clip((cosine - NEAR) / (1 - NEAR), 0.0, 1.0) ** 2
    whole = near.sum(axis=1, keepdims=True)
    return near * np.minimum(1.0, MOST / np.maximum(whole, MOST))


def blended(said: npt.NDArray[Any], near: Floats, right: npt.NDArray[Any]) -> Floats:
    """Probabilities (n, k) after ``near`` (n, m) cases, whose right classes are ``right`` (m, k).

    ``said`` (n, k) are the model's; rows that sum to 1 still do.
    """
    mixed: Floats = (PRIOR * np.asarray(said, np.float64) + near @ right) / (
        PRIOR + near.sum(axis=1, keepdims=True)
    )
    return mixed
