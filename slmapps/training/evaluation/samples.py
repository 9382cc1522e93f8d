"""What a model's samples are like: how they repeat themselves, how rich their words are.

Words and punctuation marks count, lower-cased; equal measures are taken of what a person wrote at
the same place, cut to the same number of words, because distinct-n falls with the amount of text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slmapps.training.evaluation.models import LanguageModel

__all__ = ["Opening", "SampleFigure", "drawn", "likeness", "openings", "words_of"]

_WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
Progress = Callable[[int, int], None]
_BATCH = 16  # samples written together
PROMPT = 32  # pieces of a document that a model is given to go on with


@dataclass(frozen=True)
class Opening:
    """The beginning of a document, and what its author went on with."""

    prompt: str
    followed: str


@dataclass(frozen=True)
class SampleFigure:
    """Measures over ``n`` texts of ``words`` words in all.

    ``repeated_4grams`` is the share of 4-grams that stood earlier in the same text, ``distinct_2``
    the share of different ones among all bigrams (Li et al. 2016, "A Diversity-Promoting Objective
    Function for Neural Conversation Models"), over all texts together.
    """

    n: int
    words: int
    repeated_4grams: float
    distinct_1: float
    distinct_2: float
    distinct_3: float


def words_of(text: str) -> list[str]:
    """The words and punctuation marks of a text, lower-cased."""
    return _WORD.findall(text.lower())


def drawn(
    model: LanguageModel,
    prompts: Sequence[str],
    *,
    tokens: int,
    seed: int = 1,
    progress: Progress | None = None,
) -> list[str]:
    """Draw one sample of at most ``tokens`` pieces behind each prompt, with seeds from ``seed`` on.

    Raises:
        ValueError: the model's context does not hold prompt and sample.
    """
    if PROMPT + tokens >= model.context:
        raise ValueError(
            f"{model.name} reads {model.context} pieces at most, which do not hold an opening and "
            f"{tokens} pieces of sample. Measure a model with a longer context."
        )
    written = []
    for start in range(0, len(prompts), _BATCH):
        batch = prompts[start : start + _BATCH]
        written += model.continuations(batch, tokens=tokens, seed=seed + start)
        if progress:
            progress(len(written), len(prompts))
    return written


def likeness(texts: Sequence[str], words: int | None = None) -> SampleFigure:
    """Measure texts; with ``words`` only so many words, taken evenly from every text.

    Raises:
        ValueError: no text.
    """
    if not texts:
        raise ValueError("There is no sample to measure.")
    rows = [words_of(text) for text in texts]
    if words is not None:
        rows = _cut(rows, words)
    grams = {
        n: [list(zip(*(row[k:] for k in range(n)), strict=False)) for row in rows]
        for n in (1, 2, 3, 4)
    }
    fours = sum(len(row) for row in grams[4])
    repeated = sum(len(row) - len(set(row)) for row in grams[4])

    def distinct(n: int) -> float:
        counted = Counter(gram for row in grams[n] for gram in row)
        return len(counted) / max(1, counted.total())

    return SampleFigure(
        n=len(rows),
        words=sum(len(row) for row in rows),
        repeated_4grams=repeated / max(1, fours),
        distinct_1=distinct(1),
        distinct_2=distinct(2),
        distinct_3=distinct(3),
    )


def _cut(rows: list[list[str]], words: int) -> list[list[str]]:
    """Shorten the longest rows first, until ``words`` words are left in all."""
    least, most = 0, max(len(row) for row in rows)
    while least < most:  # the longest row length that does not pass the budget
        middle = (least + most + 1) // 2
        if sum(min(len(row), middle) for row in rows) <= words:
            least = middle
        else:
            most = middle - 1
    return [row[:least] for row in rows]


def openings(
    model: LanguageModel, documents: Sequence[str], count: int, tokens: int
) -> list[Opening]:
    """Take ``count`` openings from documents that go on for ``tokens`` pieces behind the prompt.

    Documents are taken in their order, and again further on when they run out. What follows is
    cut to the characters that ``tokens`` pieces of this model make of it.

    Raises:
        ValueError: no document is long enough.
    """
    encoded = [each for each in map(model.encode, documents) if len(each) >= PROMPT + tokens]
    found: list[Opening] = []
    start = 0
    while len(found) < count:
        before = len(found)
        for pieces in encoded:
            stop = start + PROMPT + tokens
            if stop <= len(pieces) and len(found) < count:
                middle = start + PROMPT
                found.append(
                    Opening(model.decode(pieces[start:middle]), model.decode(pieces[middle:stop]))
                )
        if len(found) == before:
            break
        start += PROMPT + tokens
    if not found:
        raise ValueError(
            f"No document is as long as {PROMPT + tokens} word pieces, so that there is nothing to "
            "go on from. Name longer texts."
        )
    return found
