"""Whether a line does what was asked of it: the words are in it, the speaker keeps to it, the mood.

Design choices:

* Words count up to inflection: ``letter`` is said by "letters", ``leave`` by "leaving".
* The judge of moods is not the rule that made the labels: it is a classifier on the reader's
  encodings, learnt from lines of documents that nothing else has seen. What it gets right of lines
  whose author named the mood is stated beside everything it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MoodJudge", "keeps_to_speaker", "says"]

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "er", "e", "y")
_OTHER_TURN = re.compile(r"\n\s*[A-Z][\w'. -]{0,30}:\s")


def says(text: str, words: Sequence[str]) -> bool:
    """Whether all ``words`` (each one word or several) stand in ``text``, up to inflection."""
    spoken = [_stem(word) for word in _WORD.findall(text.lower())]
    for phrase in words:
        stems = [_stem(word) for word in _WORD.findall(phrase.lower())]
        places = range(len(spoken) - len(stems) + 1)
        if not any(spoken[place : place + len(stems)] == stems for place in places):
            return False
    return True


def keeps_to_speaker(text: str, others: Sequence[str] = ()) -> bool:
    """Whether ``text`` is one speech: something is said, and no other turn or header begins.

    ``others`` are the scene's other speakers, whose turns are known anywhere in the line.
    """
    line = text.strip()
    if not _WORD.search(line) or "[" in line or _OTHER_TURN.search(line):
        return False
    return not any(f"{name}:" in line for name in others)


def _stem(word: str) -> str:
    """A word without its endings; crude, and the same for both sides of a comparison."""
    while True:
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)].rstrip("i")
                break
        else:
            return word


@dataclass(frozen=True)
class MoodJudge:
    """Tells a line's mood from its encoding; ``accuracy`` and ``chance`` are on lines apart.

    ``recall`` is the mean over moods of the share that it knows again: where each mood is ordered
    equally often, lines that their authors would call obedient reach no more than this.
    """

    classifier: Any
    reader: Any
    accuracy: float
    chance: float
    recall: float

    @classmethod
    def fit(
        cls,
        reader: Any,
        lines: Sequence[str],
        moods: Sequence[str],
        apart: Sequence[str],
        truth: Sequence[str],
    ) -> MoodJudge:
        """Learn from ``lines`` and measure on ``apart``, which come from other documents.

        ``chance`` is the share of the mood that is most frequent in ``truth``.

        Raises:
            ValueError: fewer than two moods to tell apart, or nothing to measure on.
        """
        if len(set(moods)) < 2 or not truth:
            raise ValueError("A judge needs lines of at least two moods, and others to measure on.")
        from sklearn.linear_model import LogisticRegression

        classifier = LogisticRegression(C=4.0, max_iter=500, class_weight="balanced")
        classifier.fit(reader.encode(list(lines)), list(moods))
        true = np.asarray(truth)
        right = classifier.predict(reader.encode(list(apart))) == true
        recall = float(np.mean([right[true == mood].mean() for mood in set(truth)]))
        most = max(truth.count(mood) for mood in set(truth)) / len(truth)
        return cls(classifier, reader, float(right.mean()), most, recall)

    def moods(self, lines: Sequence[str]) -> npt.NDArray[np.str_]:
        """The likeliest mood of each line, (n,)."""
        found: npt.NDArray[np.str_] = self.classifier.predict(self.reader.encode(list(lines)))
        return found
