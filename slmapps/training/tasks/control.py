"""Whether a line has the mood that was asked of it.

Design choices:

* The judge of moods is not the rule that made the labels: it sees the line alone, and has learnt
  from others. A line seldom tells its mood without its scene: of lines whose author named the mood
  the judge gets two or three in ten of seven moods. So this is stated beside everything it says,
  with how well it separates lines that were asked in different moods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MoodJudge"]

_SIGNS = r"\w+|[!?.,—]+"  # for a mood, punctuation is words


@dataclass(frozen=True)
class MoodJudge:
    """Tells a line's mood by two classifiers, on its encoding and on its words, of equal weight.

    ``accuracy`` and ``separation`` are those on lines apart, which nobody was asked for; they are
    what the best of writers could reach. ``chance`` is the share of their most frequent mood, and
    ``recall`` the mean over moods of the share that is known again: where each mood is ordered
    equally often, lines that their authors would call obedient reach no more than this.
    """

    classifiers: tuple[Any, Any]
    reader: Any
    accuracy: float
    separation: float
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

        Raises:
            ValueError: fewer than two moods to tell apart, or nothing to measure on.
        """
        if len(set(moods)) < 2 or not truth:
            raise ValueError("A judge needs lines of at least two moods, and others to measure on.")
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        words = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_SIGNS),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        )
        by_reader, plain = (
            LogisticRegression(C=each, max_iter=200, class_weight="balanced") for each in (2.0, 3.0)
        )
        by_reader.fit(reader.encode(list(lines)), list(moods))
        by_words = make_pipeline(words, plain).fit(list(lines), list(moods))
        learnt = cls((by_reader, by_words), reader, *[float("nan")] * 4)
        true = np.asarray(truth)
        right = learnt.moods(apart) == true
        most = max(truth.count(mood) for mood in set(truth)) / len(truth)
        return replace(
            learnt,
            accuracy=float(right.mean()),
            separation=learnt.separated(apart, truth),
            chance=most,
            recall=float(np.mean([right[true == mood].mean() for mood in set(truth)])),
        )

    def shares(self, lines: Sequence[str]) -> npt.NDArray[np.float64]:
        """How likely each mood is in each line, (n, moods); the order of moods is ``names``."""
        by_reader, by_words = self.classifiers
        found: npt.NDArray[np.float64] = (
            by_reader.predict_proba(self.reader.encode(list(lines)))
            + by_words.predict_proba(list(lines))
        ) / 2
        return found

    @property
    def names(self) -> npt.NDArray[np.str_]:
        """The moods that are told apart."""
        found: npt.NDArray[np.str_] = self.classifiers[0].classes_
        return found

    def moods(self, lines: Sequence[str]) -> npt.NDArray[np.str_]:
        """The likeliest mood of each line, (n,)."""
        found: npt.NDArray[np.str_] = self.names[self.shares(lines).argmax(axis=1)]
        return found

    def separated(self, lines: Sequence[str], asked: Sequence[str]) -> float:
        """How often a line asked in a mood looks more like it than one asked in another mood does.

        The area under the ROC curve, mean over the moods; one half is chance. Not a number where
        fewer than two moods were asked for.
        """
        from sklearn.metrics import roc_auc_score

        shares = self.shares(lines)
        wanted = np.asarray(asked)
        areas = [
            roc_auc_score(wanted == name, shares[:, place])
            for place, name in enumerate(self.names)
            if 0 < (wanted == name).sum() < len(wanted)
        ]
        return float(np.mean(areas)) if areas else float("nan")
