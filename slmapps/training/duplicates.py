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
_WORDS = re.compile(r"\w+")
_MOST = 4_000  # shingles looked at in one document; a sample by hash, the same in every document


class Seen:
    """Remembers documents, and says of each new one whether it was there before."""

    def __init__(self) -> None:
        chance = np.random.default_rng(20)
        self._factors = chance.integers(1, 2**32, _HASHES, dtype=np.uint64) | np.uint64(1)
        self._terms = chance.integers(0, 2**32, _HASHES, dtype=np.uint64)
        self._exact: set[bytes] = set()
        self._bands: dict[bytes, list[int]] = {}
        self._signatures: list[npt.NDArray[np.uint32]] = []

    def exact(self, document: str) -> bool:
        """Whether the same text, give or take white space, was there; it is remembered."""
        digest = hashlib.blake2b(" ".join(document.split()).encode(), digest_size=12).digest()
        if digest in self._exact:
            return True
        self._exact.add(digest)
        return False

    def near(self, document: str) -> bool:
        """Whether nearly the same was there; it is remembered if not."""
        signature = self._signature(document)
        if signature is None:  # too short to tell
            return False
        keys = [
            bytes([band]) + signature[band * 4 : band * 4 + 4].tobytes() for band in range(_BANDS)
        ]
        candidates = {number for key in keys for number in self._bands.get(key, ())}
        for number in candidates:
            if float((self._signatures[number] == signature).mean()) >= LIKENESS:
                return True
        for key in keys:
            self._bands.setdefault(key, []).append(len(self._signatures))
        self._signatures.append(signature)
        return False

    def _signature(self, document: str) -> npt.NDArray[np.uint32] | None:
        words = _WORDS.findall(document.lower())
        if len(words) < 12:
            return None
        codes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
        shingles = codes[:-4].copy()
        for shift in range(1, 5):
            shingles = shingles * np.uint64(1_000_003) + codes[shift : len(codes) - 4 + shift]
        shingles = np.unique((shingles ^ (shingles >> np.uint64(29))) & np.uint64(0xFFFFFFFF))
        shingles = shingles[:_MOST]
        mixed = shingles[:, None] * self._factors[None] + self._terms[None]
        signature: npt.NDArray[np.uint32] = (mixed >> np.uint64(32)).astype(np.uint32).min(0)
        return signature
