"""Documents as windows of tokens, drawn by a rule that needs no memory.

Design choices:

* What stands in batch ``step`` is a pure function of the seed and the step. A run that is killed
  and resumed reads on exactly where it was, without having stored a position anywhere.
* In each epoch of a source its documents are put in a new order, laid end to end with the end
  piece in front of each, and cut into windows, which are then shuffled: else a short run would see
  a few long documents from end to end, and nothing of the others. Sources are mixed by weight with
  a low-discrepancy sequence, so that even a short run sees the asked shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["Batch", "Packed", "Tokens"]

_GOLDEN = 0.6180339887498949  # the fractional part of the golden ratio: the most even of sequences


@dataclass(frozen=True)
class Tokens:
    """The documents of one source: all their pieces end to end, and where each one begins.

    ``pieces`` (n,) of any integer type; ``starts`` (documents + 1,) with n at the end;
    ``learnt`` (n,) bool, False where a piece is only read and carries no loss; None for all.
    """

    name: str
    pieces: npt.NDArray[np.integer]
    starts: npt.NDArray[np.int64]
    learnt: npt.NDArray[np.bool_] | None = None

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self.starts) - 1


@dataclass(frozen=True)
class Batch:
    """``inputs`` and ``targets`` (size, length) int64; a target of -100 carries no loss."""

    inputs: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]


class Packed:
    """Windows of ``length`` pieces from several sources, mixed by ``weights``.

    ``end`` is the id of the piece that stands in front of each document.

    Raises:
        ValueError: no source, a source that is shorter than one window, or weights that do not fit.
    """

    def __init__(
        self,
        sources: Sequence[Tokens],
        weights: Sequence[float],
        length: int,
        seed: int,
        end: int,
    ) -> None:
        if not sources or len(sources) != len(weights) or min(weights) < 0 or sum(weights) <= 0:
            raise ValueError("Give at least one source, and a weight of 0 or more for each.")
        for source in sources:
            if len(source.pieces) + source.documents <= length:
                raise ValueError(
                    f"{source.name} holds {len(source.pieces)} pieces, less than one window of "
                    f"{length}. Add text, or make the window shorter."
                )
        self.sources = tuple(sources)
        self.shares = np.cumsum(np.asarray(weights, float) / sum(weights))
        self.length, self.seed, self.end = length, seed, end
        self._windows = [(len(s.pieces) + s.documents - 1) // length for s in sources]
        self._laid = lru_cache(maxsize=2 * len(sources))(self._lay)
        self._drawn: list[npt.NDArray[np.int64]] = [np.zeros(len(sources), np.int64)]

    @property
    def windows(self) -> int:
        """Windows in one epoch of everything."""
        return sum(self._windows)

    def batch(self, step: int, size: int) -> Batch:
        """Batch number ``step`` (from 0) of ``size`` windows."""
        inputs = np.empty((size, self.length), np.int64)
        targets = np.empty((size, self.length), np.int64)
        first = step * size
        counts = self._before(first)
        for row in range(size):
            source = self._source(first + row)
            epoch, window = divmod(int(counts[source]), self._windows[source])
            counts[source] += 1
            pieces, learnt, order = self._laid(source, epoch)
            place = int(order[window]) * self.length
            inputs[row] = pieces[place : place + self.length]
            wanted = pieces[place + 1 : place + 1 + self.length].astype(np.int64)
            if learnt is not None:
                wanted[~learnt[place + 1 : place + 1 + self.length]] = -100
            targets[row] = wanted
        return Batch(inputs, targets)

    def _source(self, number: int) -> int:
        place = ((number + 1) * _GOLDEN + self.seed * 0.7548776662466927) % 1.0
        return min(int(np.searchsorted(self.shares, place, side="right")), len(self.sources) - 1)

    def _before(self, number: int) -> npt.NDArray[np.int64]:
        """How many windows of each source were drawn before window ``number``."""
        block = 4096
        while len(self._drawn) <= number // block:
            at = (len(self._drawn) - 1) * block + np.arange(1, block + 1)
            places = (at * _GOLDEN + self.seed * 0.7548776662466927) % 1.0
            drawn = np.minimum(
                np.searchsorted(self.shares, places, side="right"), len(self.sources) - 1
            )
            self._drawn.append(self._drawn[-1] + np.bincount(drawn, minlength=len(self.sources)))
        counts = self._drawn[number // block].copy()
        for earlier in range(number // block * block, number):
            counts[self._source(earlier)] += 1
        return counts

    def _lay(
        self, source: int, epoch: int
    ) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.bool_] | None, npt.NDArray[np.int64]]:
        """One epoch: the pieces end to end, which carry loss, and the order of the windows."""
        tokens = self.sources[source]
        chance = np.random.default_rng([self.seed, source, epoch])
        order = chance.permutation(tokens.documents)
        lengths = np.diff(tokens.starts)[order] + 1
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        shift = np.repeat(tokens.starts[order] - begins - 1, lengths)
        places = np.arange(int(lengths.sum())) + shift
        places[begins] = 0  # overwritten below
        pieces = tokens.pieces[places]
        pieces[begins] = self.end
        learnt = None
        if tokens.learnt is not None:
            learnt = tokens.learnt[places]
            learnt[begins] = True
        return pieces, learnt, chance.permutation(self._windows[source])
