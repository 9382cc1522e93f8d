"""What a model has to beat: an n-gram over word pieces, and a packer.

The n-gram is interpolated modified Kneser-Ney (Chen and Goodman 1999, "An Empirical Study of
Smoothing Techniques for Language Modeling"). Everything is arrays: an n-gram has a number, which
is found from the number of its last n - 1 pieces and the piece before them, so that any order fits
into 64 bits and nothing is hashed away. 25 million pieces at order 5 take some minutes and 4 GB.
"""

from __future__ import annotations

import lzma
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["NGram", "packed_behind", "packed_bits"]

Pieces = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Level:
    """All n-grams of one order, and all their contexts, which are one piece shorter.

    ``keys`` (sorted) number the n-grams, ``contexts`` (sorted) the contexts; ``discounted`` (by
    n-gram) is the count less its discount, ``totals`` and ``left`` (by context) are the sum of
    counts and the share that is left to the next lower order.
    """

    keys: Keys
    contexts: Keys
    discounted: npt.NDArray[np.float32]
    totals: npt.NDArray[np.float64]
    left: npt.NDArray[np.float64]


class NGram:
    """An n-gram model of ``order`` over pieces 0 to ``vocabulary`` - 1.

    Documents are foretold from their first piece on; their end is not.
    """

    def __init__(self, order: int, vocabulary: int) -> None:
        if order < 1 or vocabulary < 1:
            raise ValueError("An n-gram needs an order and a vocabulary of at least 1.")
        self.order, self.vocabulary = order, vocabulary
        self._levels: list[_Level] = []

    def fit(self, documents: Iterable[Sequence[int]]) -> NGram:
        """Count the n-grams of tokenised documents.

        Raises:
            ValueError: not one piece.
        """
        text, places = self._laid(documents)
        if not len(places):
            raise ValueError("There is no text to count. Give at least one document.")
        # Bottom up: the number of each place's n-gram and context in every order.
        grams = np.zeros(len(places), np.int64)
        within = np.zeros(len(places), np.int64)
        keys, contexts, owners, raw = [], [], [], []
        for n in range(1, self.order + 1):
            found, grams = _numbered(self._key(grams, text[places - n + 1]))
            if n == 1:
                above = np.zeros(1, np.uint64)
            else:
                above, within = _numbered(self._key(within, text[places - n + 1]))
            owner = np.empty(len(found), np.int64)
            owner[grams] = within
            keys.append(found)
            contexts.append(above)
            owners.append(owner)
            raw.append(np.bincount(grams, minlength=len(found)))
        self._levels = []
        for n in range(self.order):
            counts = raw[n]
            if n + 1 < self.order:
                # In how many contexts an n-gram is seen; none can stand before a beginning.
                suffixes = (keys[n + 1] // np.uint64(self.vocabulary + 1)).astype(np.int64)
                spread = np.bincount(suffixes, minlength=len(counts))
                begins = keys[n] % np.uint64(self.vocabulary + 1) == self.vocabulary
                counts = np.where(begins, counts, spread)
            self._levels.append(_level(keys[n], contexts[n], owners[n], counts))
        return self

    def bits(self, documents: Sequence[Sequence[int]]) -> npt.NDArray[np.float64]:
        """The bits that each document costs: (documents,).

        Raises:
            ValueError: nothing has been counted yet.
        """
        if not self._levels:
            raise ValueError("The n-gram has counted nothing: call fit first.")
        text, places = self._laid(documents)
        owner = np.repeat(np.arange(len(documents)), [len(each) for each in documents])
        chance = np.full(len(places), 1 / self.vocabulary)
        grams = np.zeros(len(places), np.int64)
        within = np.zeros(len(places), np.int64)
        for n, level in enumerate(self._levels, 1):
            before = text[places - n + 1]
            grams = _found(level.keys, self._key(grams, before), grams)
            if n > 1:
                within = _found(level.contexts, self._key(within, before), within)
            known = within >= 0
            context = within[known]
            own = np.where(grams[known] >= 0, level.discounted[grams[known]], 0.0)
            chance[known] = own / level.totals[context] + level.left[context] * chance[known]
        bits = np.bincount(owner, -np.log2(chance), minlength=len(documents))
        return bits.astype(np.float64)

    def _laid(self, documents: Iterable[Sequence[int]]) -> tuple[Pieces, Pieces]:
        """Documents end to end, each behind ``order`` - 1 marks; and the places of real pieces."""
        mark = np.full(self.order - 1, self.vocabulary, np.int64)
        parts = []
        for each in documents:
            parts += [mark, np.asarray(each, np.int64)]
        text = np.concatenate([mark, *parts]) if parts else mark
        return text, np.flatnonzero(text < self.vocabulary)

    def _key(self, numbers: Pieces, before: Pieces) -> Keys:
        return (numbers * (self.vocabulary + 1) + before).astype(np.uint64)


def _numbered(keys: Keys) -> tuple[Keys, Pieces]:
    found, numbers = np.unique(keys, return_inverse=True)
    return found, numbers.astype(np.int64)


def _found(known: Keys, keys: Keys, shorter: Pieces) -> Pieces:
    """The number of each key; -1 where it was never seen, or what it grew from was not."""
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    seen = (shorter >= 0) & (known[at] == keys)
    return np.where(seen, at, -1)


def _level(keys: Keys, contexts: Keys, owner: Pieces, counts: Pieces) -> _Level:
    once, twice, thrice, often = (max(1, int((counts == k).sum())) for k in (1, 2, 3, 4))
    y = once / (once + 2 * twice)
    steps = (1 - 2 * y * twice / once, 2 - 3 * y * thrice / twice, 3 - 4 * y * often / thrice)
    # Text too short for these estimates must still leave something to the lower order.
    discounts = np.array([0.0, *(min(max(d, 0.1), k) for k, d in enumerate(steps, 1))])
    taken = discounts[np.minimum(counts, 3)]
    totals = np.bincount(owner, counts, minlength=len(contexts)).astype(np.float64)
    left = np.bincount(owner, np.minimum(taken, counts), minlength=len(contexts)) / totals
    discounted = np.maximum(counts - taken, 0).astype(np.float32)
    return _Level(keys, contexts, discounted, totals, left)


def packed_bits(documents: Iterable[str]) -> float:
    """The bits of documents packed by xz, each alone: what needs no training."""
    return sum(8.0 * _packed(document.encode()) for document in documents)


def packed_behind(training: str, documents: Sequence[str]) -> float:
    """The bits that documents add to the training text when xz packs them behind it.

    xz looks back over all of the training text and over the documents before.
    """
    known = training.encode()
    size = 1 << max(16, math.ceil(math.log2(len(known) + sum(len(d) * 4 for d in documents) + 1)))
    both = known + "".join(documents).encode()
    return 8.0 * (_packed(both, size) - _packed(known, size))


def _packed(data: bytes, dictionary: int = 1 << 20) -> int:
    """Bytes of raw LZMA2, without the container's header."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": min(dictionary, 1 << 29)}]
    return len(lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters))
