"""Why a model said what it said: the words that decided, and the past cases nearest to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slmapps.records import Evidence, EvidenceKind, Span

__all__ = [
    "DecidingWord",
    "PastCase",
    "deciding_words",
    "nearest_cases",
    "words_as_evidence",
]

_WORD = re.compile(r"\w+(?:['’.&/-]\w+)*")
_MOST = 40


@dataclass(frozen=True)
class DecidingWord:
    """A word of the text at characters ``start``..``end``.

    ``weight`` is by how much the score falls when the word is left out; below 0 it speaks against.
    """

    word: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class PastCase:
    """A row of the past and the cosine of its vector with the one at hand."""

    row: int
    similarity: float


def deciding_words(
    text: str, score: Callable[[Sequence[str]], npt.ArrayLike], most: int = 5
) -> list[DecidingWord]:
    """The words whose absence changes the score most, strongest first (leave one out).

    Args:
        text: what was decided on; of a long one the first 40 words are tried.
        score: of what was decided, for many texts at once: (n,). It is called once.
        most: how many words to give.
    """
    found = list(_WORD.finditer(text))[:_MOST]
    if not found:
        return []
    without = [text[: match.start()] + text[match.end() :] for match in found]
    scores = np.asarray(score([text, *(" ".join(rest.split()) for rest in without)]), float)
    words = [
        DecidingWord(match.group(), match.start(), match.end(), float(scores[0] - fallen))
        for match, fallen in zip(found, scores[1:], strict=True)
    ]
    return sorted(words, key=lambda word: -abs(word.weight))[:most]


def words_as_evidence(
    words: Sequence[DecidingWord], document: str | None = None
) -> tuple[Evidence, ...]:
    """The words that speak for the decision, with weights that sum to 1.

    ``document`` is the sha256 of the Document whose text was decided on, if there is one.
    """
    speaking = [word for word in words if word.weight > 0]
    total = sum(word.weight for word in speaking)
    return tuple(
        Evidence(
            kind=EvidenceKind.WORDS,
            text=word.word,
            weight=word.weight / total,
            span=Span(document=document, start=word.start, end=word.end) if document else None,
        )
        for word in speaking
    )


def nearest_cases(
    vector: npt.NDArray[np.float32], past: npt.NDArray[np.float32], most: int = 3
) -> list[PastCase]:
    """The rows of ``past`` (n, d) nearest to ``vector`` (d,), both of length 1, nearest first."""
    if not len(past):
        return []
    similarity = past @ vector
    count = min(most, len(past))
    near = np.argpartition(-similarity, count - 1)[:count]
    near = near[np.argsort(-similarity[near], kind="stable")]
    return [PastCase(int(row), float(similarity[row])) for row in near]
