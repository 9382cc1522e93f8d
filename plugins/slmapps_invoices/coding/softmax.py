"""A client's own classifier: hashed words and encodings through a narrow layer to the accounts.

The form of fastText (Joulin et al. 2016, "Bag of tricks for efficient text classification") with
the reader's encodings beside the hashed features, trained by Adagrad in numpy so that learning
needs no torch. Half of the training lines hide who the supplier is, so that the same weights
serve suppliers never seen.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from slmapps_invoices.coding.lines import Lines, size_of

__all__ = ["BUCKETS", "LineFeatures", "Softmax", "line_features"]

BUCKETS = 1 << 16

Floats = NDArray[np.float32]


def _slot(feature: str) -> int:
    return zlib.crc32(feature.encode()) % BUCKETS


@lru_cache(maxsize=200_000)
def _pieces(text: str, tag: str) -> tuple[int, ...]:
    words = re.sub(r"[^\w&]+", " ", text).split()[:16]
    found = [f"{tag}w{word}" for word in words]
    found += [f"{tag}b{a}_{b}" for a, b in pairwise(words)]
    for word in words:
        edged = f"<{word}>"
        found += [f"{tag}{edged[i : i + n]}" for n in (3, 4) for i in range(len(edged) - n + 1)]
    return tuple(_slot(feature) for feature in found)


@dataclass(frozen=True)
class LineFeatures:
    """``sparse`` ``(n, BUCKETS)`` in two parts and ``dense`` ``(n, d)`` encodings.

    ``identity`` holds the features that name the supplier as a whole, ``general`` the others.
    """

    identity: csr_matrix
    general: csr_matrix
    dense: Floats | NDArray[np.float16]

    def take(self, rows: NDArray[np.int64]) -> LineFeatures:
        """The features of some rows."""
        return LineFeatures(self.identity[rows], self.general[rows], self.dense[rows])


class _Rows:
    """A sparse matrix in the making; flat arrays, since millions of pairs would fill the memory."""

    def __init__(self) -> None:
        self.slots, self.values, self.ends = array("i"), array("f"), array("i", [0])

    def add(self, slots: Sequence[int], value: float) -> None:
        self.slots.extend(slots)
        self.values.extend([value] * len(slots))

    def end(self) -> None:
        self.ends.append(len(self.slots))

    def matrix(self) -> csr_matrix:
        parts = (np.array(self.values), np.array(self.slots), np.array(self.ends))
        matrix = csr_matrix(parts, shape=(len(self.ends) - 1, BUCKETS))
        matrix.sum_duplicates()
        return matrix


def line_features(lines: Lines, dense: Floats | NDArray[np.float16]) -> LineFeatures:
    """Features of ``n`` lines; ``dense`` are encodings of supplier and text, ``(n, d)``."""
    identity, general = _Rows(), _Rows()
    months = (
        (lines.date.astype("datetime64[D]").astype("datetime64[M]").astype(int)) % 12
    ).tolist()
    for row in range(len(lines)):
        seller, shape = lines.seller[row], lines.shape[row]
        department, series = lines.department[row], lines.series[row]
        amount = float(lines.amount[row])
        size = size_of(amount)
        known = [f"S{seller}", f"SD{seller}|{department}", f"SZ{seller}|{size}"] if seller else []
        known += [f"SN{seller}|{series}"] if seller and series else []
        identity.add([_slot(feature) for feature in known], 0.5)
        identity.end()
        supplier = _pieces(lines.supplier[row], "s") if seller else (_slot("redacted"),)
        text = _pieces(shape, "t")
        common = [f"D{department}", f"Z{size}", f"DZ{department}|{size}", f"M{months[row]}"]
        common += [f"N{series}", f"DN{department}|{series}"] if series else []
        common += [f"T{shape}", f"TD{shape}|{department}"] if shape else ["T"]
        common += ["R10"] if abs(amount) % 10 < 0.005 else []
        common += [f"W{seller.split(' ', 1)[0]}|{department}"] if seller else []
        general.add([_slot(feature) for feature in common], 0.5)
        for slots in (supplier, text):
            general.add(slots, 1.5 / max(len(slots), 1) ** 0.7)
        general.end()
    return LineFeatures(identity.matrix(), general.matrix(), dense)


@lru_cache(maxsize=1)
def _first_bag(width: int, seed: int) -> Floats:
    start = np.random.default_rng(seed).standard_normal((BUCKETS, width), dtype=np.float32)
    return np.asarray(start * (0.3 / np.sqrt(width)), dtype=np.float32)


class Softmax:
    """Multinomial classifier of width ``width`` over ``n_accounts`` accounts."""

    def __init__(self, n_accounts: int, dense: int, *, width: int = 64, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.bag = _first_bag(width, seed).copy()
        self.project = self.rng.normal(0, 1.0 / np.sqrt(dense), (dense, width)).astype(np.float32)
        self.out = np.zeros((width, n_accounts), dtype=np.float32)
        self.bias = np.zeros(n_accounts, dtype=np.float32)
        self._bag2 = np.full((BUCKETS, 1), 1e-6, dtype=np.float32)
        self._project2 = np.full_like(self.project, 1e-6)
        self._out2 = np.full_like(self.out, 1e-6)
        self._bias2 = np.full_like(self.bias, 1e-6)

    @classmethod
    def empty(cls, n_accounts: int, dense: int) -> Softmax:
        """A classifier whose weights are to be restored."""
        return cls(n_accounts, dense)

    def _hidden(self, sparse: csr_matrix, dense: Floats) -> Floats:
        return np.asarray(sparse @ self.bag + dense @ self.project, dtype=np.float32)

    def log_proba(self, features: LineFeatures, *, named: bool = True) -> Floats:
        """Log probabilities ``(n, n_accounts)``; ``named=False`` hides who the supplier is."""
        sparse = features.general + features.identity if named else features.general
        dense = features.dense.astype(np.float32, copy=False)
        logits = self._hidden(sparse, dense) @ self.out + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))

    def fit(
        self,
        features: LineFeatures,
        y: NDArray[np.int64],
        weight: Floats,
        *,
        passes: int = 8,
        batch: int = 256,
        rate: float = 0.15,
    ) -> Softmax:
        """Train from where the weights stand; the rate falls to zero over the passes.

        Args:
            features: of ``n`` lines.
            y: accounts ``(n,)``, as indices.
            weight: how much each line counts, ``(n,)``.
            passes: over all lines.
            batch: lines a step.
            rate: Adagrad's first rate.
        """
        n = len(y)
        # Rows 0..n-1 name the supplier, rows n..2n-1 hide it; only the columns in use take part.
        both = vstack([features.general + features.identity, features.general]).tocsr()
        used, both.indices = np.unique(both.indices, return_inverse=True)
        both = csr_matrix(
            (both.data, both.indices.astype(np.int32), both.indptr), (2 * n, len(used))
        )
        bag, bag2 = self.bag[used], self._bag2[used]
        steps, done = passes * -(-n // batch), 0
        for _ in range(passes):
            order = self.rng.permutation(n)
            for start in range(0, n, batch):
                rows = order[start : start + batch]
                sparse = both[rows + n * (self.rng.random(len(rows)) < 0.5)]
                target, share = y[rows], weight[rows]
                dense = features.dense[rows].astype(np.float32)
                self._step(sparse, bag, bag2, dense, target, share, rate * (1 - done / steps))
                done += 1
        self.bag[used], self._bag2[used] = bag, bag2
        return self

    def _step(
        self,
        sparse: csr_matrix,
        bag: Floats,
        bag2: Floats,
        dense: Floats,
        y: NDArray[np.int64],
        weight: Floats,
        rate: float,
    ) -> None:
        n = len(y)
        mask = ((self.rng.random((n, self.out.shape[0])) > 0.2) / 0.8).astype(np.float32)
        hidden = np.asarray(sparse @ bag + dense @ self.project) * mask
        p = hidden @ self.out + self.bias
        p -= p.max(axis=1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(n), y] -= 1.0
        p *= (weight / weight.sum())[:, None]
        back = (p @ self.out.T) * mask
        for values, squares, gradient, pace in (
            (self.out, self._out2, hidden.T @ p, rate),
            (self.bias, self._bias2, p.sum(axis=0), rate),
            (self.project, self._project2, dense.T @ back, rate / 2),
        ):
            np.add(squares, gradient**2, out=squares)
            np.subtract(values, pace * gradient / np.sqrt(squares), out=values)
        columns = sparse.T.tocsr()
        active = np.flatnonzero(np.diff(columns.indptr))
        gradient = columns[active] @ back
        bag2[active] += (gradient**2).mean(axis=1, keepdims=True)
        bag[active] -= rate * gradient / np.sqrt(bag2[active])

    def widen(self, n_accounts: int) -> None:
        """Make room for labels that were not known before."""
        more = n_accounts - len(self.bias)
        self.out = np.pad(self.out, ((0, 0), (0, more)))
        self._out2 = np.pad(self._out2, ((0, 0), (0, more)), constant_values=1e-6)
        self.bias = np.pad(self.bias, (0, more))
        self._bias2 = np.pad(self._bias2, (0, more), constant_values=1e-6)

    def words(self, lines: Lines, row: int, label: int) -> list[tuple[str, float]]:
        """How much each word of supplier and text speaks for ``label`` over the mean label."""
        direction = self.out[:, label] - self.out.mean(axis=1)
        found: list[tuple[str, float]] = []
        sources = ((lines.supplier[row], "s"), (lines.shape[row], "t"))
        for text, tag in sources:
            if tag == "s" and not lines.seller[row]:
                continue
            every = _pieces(text, tag)
            for word in dict.fromkeys(re.sub(r"[^\w&]+", " ", text).split()[:16]):
                slots = list(_pieces(word, tag))
                value = float((self.bag[slots] @ direction).sum()) * 1.5 / len(every) ** 0.7
                found.append((word, value))
        return found

    def state(self) -> dict[str, Floats]:
        """Weights and step sizes, for keeping."""
        names = ("bag", "project", "out", "bias", "_bag2", "_project2", "_out2", "_bias2")
        return {name.lstrip("_"): getattr(self, name) for name in names}

    def restore(self, state: dict[str, Floats]) -> None:
        """Take back what :meth:`state` gave."""
        for name, value in state.items():
            setattr(self, f"_{name}" if name.endswith("2") else name, np.array(value))
