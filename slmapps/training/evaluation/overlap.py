"""The longest stretch that a text shares, character for character, with the training text.

Design choices:

* The samples are indexed, not the training text: that streams by in chunks, so that 100 MB cost
  seconds and the memory of one chunk.
* Every window of ``_SEED`` characters has a hash by Karp and Rabin (1987) modulo 2^64, for a whole
  chunk at once as differences of one running sum. Where a hash of the chunk is one of a sample, the
  characters themselves are compared and followed to the right as far as they agree, so that the
  length is exact and a collision does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["longest_overlaps"]

_SEED = 20  # characters; shorter stretches are everybody's
_CHUNK = 1 << 22  # characters of training text looked at together
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_BITS = 22  # of the table that tells most windows apart before any search

Characters = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]


def longest_overlaps(samples: Sequence[str], sources: Iterable[Iterable[str]]) -> list[int]:
    """The characters of the longest stretch that each sample shares with any document.

    ``sources`` gives the training text: documents, source by source; each source is asked for once
    and may be let go after. A stretch below 20 characters counts as 0.
    """
    joined = _characters("\0".join(samples))  # \0 stands in no text: no stretch passes from one on
    lengths = [len(sample) for sample in samples]
    owner = np.repeat(np.arange(len(samples)), [length + 1 for length in lengths])[: len(joined)]
    best = np.zeros(len(samples), np.int64)
    if len(joined) < _SEED:
        return [0] * len(samples)
    powers = _powers(_CHUNK + max(lengths, default=0) + 2)
    hashes = _hashes(joined, powers)
    order = np.argsort(hashes, kind="stable")
    known, first = np.unique(hashes[order], return_index=True)
    last = np.append(first[1:], len(order))
    table = np.zeros(1 << _BITS, np.bool_)
    table[known >> np.uint64(64 - _BITS)] = True
    for chunk in _chunks(sources, max(lengths)):
        found = _hashes(chunk, powers)
        places = np.flatnonzero(table[found >> np.uint64(64 - _BITS)])
        entry = np.minimum(np.searchsorted(known, found[places]), len(known) - 1)
        hit = known[entry] == found[places]
        places, entry = places[hit], entry[hit]
        counts = last[entry] - first[entry]
        there = np.repeat(places, counts)
        offsets = np.arange(len(there)) - np.repeat(np.cumsum(counts) - counts, counts)
        here = order[np.repeat(first[entry], counts) + offsets]
        # A stretch is followed from its first character only.
        begins = (there == 0) | (here == 0) | (chunk[there - 1] != joined[here - 1])
        there, here = there[begins], here[begins]
        np.maximum.at(best, owner[here], _followed(chunk, there, joined, here))
    return [int(length) if length >= _SEED else 0 for length in best]


def _followed(
    chunk: Characters, there: npt.NDArray[np.int64], joined: Characters, here: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many characters agree from each pair of places on."""
    length = np.zeros(len(there), np.int64)
    active = np.arange(len(there))
    while len(active):
        a, b = there[active] + length[active], here[active] + length[active]
        inside = (a < len(chunk)) & (b < len(joined))
        same = inside.copy()
        same[inside] = chunk[a[inside]] == joined[b[inside]]
        active = active[same]
        length[active] += 1
    return length


def _characters(text: str) -> Characters:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _chunks(sources: Iterable[Iterable[str]], longest: int) -> Iterator[Characters]:
    """Text in pieces of ``_CHUNK`` characters; each begins with the end of the one before it."""
    kept, size = [""], 0
    for source in sources:
        for document in source:
            for start in range(0, max(1, len(document)), _CHUNK):
                part = document[start : start + _CHUNK]
                whole = start + _CHUNK >= len(document)
                if size + len(part) > _CHUNK:
                    text = "".join(kept)
                    yield _characters(text)
                    kept = [text[-longest:]]
                    size = len(kept[0])
                kept += [part, "\1"] if whole else [part]  # no stretch passes into the next one
                size += len(part) + whole
    yield _characters("".join(kept))


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, modulo 2^64."""
    inverse = pow(_BASE, -1, 1 << 64)
    tables = []
    for base in (_BASE, inverse):
        table = np.ones(count, np.uint64)
        table[1:] = np.uint64(base)
        tables.append(np.multiply.accumulate(table))
    return tables[0], tables[1]


def _hashes(text: Characters, powers: tuple[Hashes, Hashes]) -> Hashes:
    """The hash of every window of ``_SEED`` characters: (n - _SEED + 1,)."""
    if len(text) < _SEED:
        return np.empty(0, np.uint64)
    up, down = powers
    if len(text) > len(up):
        up, down = _powers(len(text))
    sums = np.zeros(len(text) + 1, np.uint64)
    np.cumsum((text.astype(np.uint64) + np.uint64(1)) * up[: len(text)], out=sums[1:])
    windows = (sums[_SEED:] - sums[:-_SEED]) * down[: len(text) - _SEED + 1]
    found: Hashes = windows * np.uint64(0xD6E8FEB86659FD93)  # brings low bits up to the table's
    return found
