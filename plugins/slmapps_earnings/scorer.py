"""The model of the desk: the shared reader with the desk's adapter, and the heads on its vectors.

One encoding of a sentence serves every head. The vectors are kept in the reader's cache on disk,
so a call that was read once is scored again in no time, and a topic that is taught later goes
over all past calls without encoding anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from slmapps.backbone import Reader, load_reader
from slmapps.backbone.serving import Progress
from slmapps_earnings.aiming import aimed
from slmapps_earnings.answering import Answering, features
from slmapps_earnings.figures import marked
from slmapps_earnings.heads import FLAGS, Heads

__all__ = ["MODEL", "Scorer", "Scores", "load_scorer"]

Floats = npt.NDArray[np.float32]
MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True)
class Scores:
    """What the heads say of n texts; every number but the vectors' is a calibrated probability.

    ``vectors`` (n, 384) of length 1; ``sentiment`` (n, 3) negative, neutral, positive;
    ``forward``, ``uncertain``, ``guidance`` (n,); ``topics`` (n, T) for ``topic_names``.
    """

    vectors: Floats
    sentiment: Floats
    forward: Floats
    uncertain: Floats
    guidance: Floats
    topics: Floats
    topic_names: tuple[str, ...]


class Scorer:
    """Scores sentences; safe to share between threads.

    ``version`` names the shipped numbers, ``fingerprint`` the encoder with its adapter.
    """

    def __init__(self, folder: Path = MODEL, *, threads: int | None = None) -> None:
        self.folder = folder
        self.reader: Reader = load_reader(adapter=folder, threads=threads)
        self.fingerprint = self.reader.fingerprint
        self.heads = Heads.load(folder, self.fingerprint)

    @cached_property
    def version(self) -> str:
        """A short name of the heads' and the adapter's numbers."""
        digests = [
            json.loads((self.folder / f"{name}.json").read_text("utf-8"))["sha256"]
            for name in ("adapter", "heads", "answers")
        ]
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]

    @cached_property
    def answering(self) -> Answering:
        """The head that judges answers; loaded when the first one comes."""
        return Answering.load(self.folder, self.fingerprint)

    def score(self, texts: Sequence[str], *, progress: Progress | None = None) -> Scores:
        """Read ``texts`` (n sentences) once and ask every head; the empty text is neutral."""
        vectors = self.reader.encode([marked(text) for text in texts], progress=progress)
        return self.scores_of(vectors)

    def scores_of(self, vectors: Floats) -> Scores:
        """Ask every head about ``vectors`` (n, 384) that this scorer's reader gave."""
        flags = self.heads.flags(vectors)
        by_flag = {name: flags[:, place] for place, name in enumerate(FLAGS)}
        return Scores(
            vectors=vectors,
            sentiment=self.heads.sentiment(vectors),
            topics=self.heads.topic(vectors),
            topic_names=tuple(self.heads.topics),
            **by_flag,
        )

    def targets(self, texts: Sequence[str], names: Sequence[str]) -> Floats:
        """Sentiment (n, 3) of each text towards the one named beside it."""
        aims = [aimed(marked(text), name) for text, name in zip(texts, names, strict=True)]
        return self.heads.sentiment(self.reader.encode(aims))

    def answers(self, questions: Sequence[str], answers: Sequence[str]) -> Floats:
        """Probabilities (n, 6, 3) of levels 0, 1, 2 of the six dimensions of each answer."""
        from slmapps_earnings.sentences import sentences_of

        parts = [sentences_of(text) for text in (*questions, *answers)]
        sizes = [len(part) for part in parts]
        flat = [text for part in parts for text in part]
        found = np.split(self.reader.encode([marked(text) for text in flat]), np.cumsum(sizes)[:-1])
        count = len(questions)
        return self.answers_of(questions, answers, found[:count], found[count:])

    def answers_of(
        self,
        questions: Sequence[str],
        answers: Sequence[str],
        question_vectors: Sequence[Floats],
        answer_vectors: Sequence[Floats],
    ) -> Floats:
        """:meth:`answers` where the vectors of the sentences are at hand."""
        rows = [
            features(question, answer, asked, said, self.heads)
            for question, answer, asked, said in zip(
                questions, answers, question_vectors, answer_vectors, strict=True
            )
        ]
        return self.answering.probabilities(rows, answers)


@lru_cache(maxsize=2)
def load_scorer(*, threads: int | None = None) -> Scorer:
    """The shipped model; loaded once in a process.

    Raises ``WeightsMissing`` without the reader's weights, ``WrongBackbone`` where another encoder
    is at hand than the one the adapter was made for.
    """
    return Scorer(threads=threads)
