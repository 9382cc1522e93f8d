"""Documents that are there twice, or nearly: found by MinHash.

A document goes when an earlier one has at least ``LIKENESS`` of its five-word shingles in common
with it (Jaccard). Candidates come from locality-sensitive hashing of MinHash signatures (Broder
1997; the bands of Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3) and are
then compared by their signatures.
"""

from __future__ import annotations

import hashlib
import re
import zlib

import numpy as np
import numpy.typing as npt

__all__ = ["LIKENESS", "Seen"]

LIKENESS = 0.7
_HASHES, _BANDS = 64, 16  # 16 bands of 4: two texts that share 0.7 meet with 98.8 % chance
_ROWS = _HASHES // _BANDS
_WORDS = re.compile(r"\w+")
_FEWEST = 12  # words; in a shorter text one word more or less is another text
_BLOCK = 512  # shingles hashed at once: 256 KiB, which stays in the processor's cache
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Seen:
    """Remembers documents, and says of each new one whether it was there before."""

    def __init__(self) -> None:
        chance = np.random.default_rng(20)
        # Multiply-shift (Dietzfelbinger 1996): the factors need all 64 bits. With 32 the product
        # never wraps, every hash keeps the order of the shingles, and all 64 are one.
        self._factors = chance.integers(1, 2**64, _HASHES, dtype=np.uint64) | np.uint64(1)
        self._terms = chance.integers(0, 2**64, _HASHES, dtype=np.uint64)
        self._exact: set[bytes] = set()
        self._bands: dict[bytes, list[int]] = {}
        self._signatures = np.empty((1024, _HASHES), np.uint32)
        self._count = 0

    def exact(self, document: str) -> bool:
        """Whether the same text, give or take white space, was there; it is remembered."""
        digest = hashlib.blake2b(" ".join(document.split()).encode(), digest_size=12).digest()
        if digest in self._exact:
            return True
        self._exact.add(digest)
        return False

    def near(self, document: str) -> bool:
        """Whether nearly the same was there; it is remembered if not.

        A text of fewer than 12 words is never near another.
        """
        words = _WORDS.findall(document.lower())
        if len(words) < _FEWEST:
            return False
        signature = self._signature(words)
        parts = signature.reshape(_BANDS, _ROWS)
        keys = [bytes([band]) + part.tobytes() for band, part in enumerate(parts)]
        met = sorted({number for key in keys for number in self._bands.get(key, ())})
        if met and ((self._signatures[met] == signature).mean(1) >= LIKENESS).any():
            return True
        for key in keys:
            self._bands.setdefault(key, []).append(self._count)
        self._remember(signature)
        return False

    def _remember(self, signature: npt.NDArray[np.uint32]) -> None:
        if self._count == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._signatures[self._count] = signature
        self._count += 1

    def _signature(self, words: list[str]) -> npt.NDArray[np.uint32]:
        """The least value (64,) of each hash over all runs of five words."""
        codes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
        shingles = codes[:-4].copy()
        for shift in range(1, 5):
            shingles = shingles * np.uint64(1_000_003) + codes[shift : len(codes) - 4 + shift]
        shingles = (shingles * _MIX) >> np.uint64(32)
        least = np.full(_HASHES, np.iinfo(np.uint64).max, np.uint64)
        for first in range(0, len(shingles), _BLOCK):
            mixed = shingles[first : first + _BLOCK, None] * self._factors
            mixed += self._terms
            np.minimum(least, mixed.min(0), out=least)
        return (least >> np.uint64(32)).astype(np.uint32)
