"""One field of a line (account, tax code, cost centre) as one client books it: learn and score."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slmapps_invoices.coding.features import NEIGHBOURS, Labels, Sources, candidate_features
from slmapps_invoices.coding.flat import Flat
from slmapps_invoices.coding.lines import Lines, seller_context
from slmapps_invoices.coding.memory import Memory
from slmapps_invoices.coding.ranker import (
    CONTEXT_ACCOUNT,
    CONTEXT_LINE,
    Around,
    Ranker,
    log_softmax,
)
from slmapps_invoices.coding.softmax import LineFeatures, Softmax, line_features

__all__ = ["Encode", "FieldModel"]

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
_CHUNK = 256
_ENCODED = 4096
LONG = 6000
"""Lines at once from which a second classifier is trained beside the first."""
CONTEXT = CONTEXT_ACCOUNT + CONTEXT_LINE
LOCALITY = slice(30, 34)
NEAR = 0.3
FIRST = 24
"""Reviewed lines before the client's own classifier is worth asking."""


@dataclass
class FieldModel:
    """Scores every label of one field for lines; learns lines one at a time or in thousands."""

    names: list[str]
    groups: list[str]
    encode: Encode
    ranker: Ranker | None = None
    seed: int = 0
    parts: list[Lines] = field(default_factory=list)
    labels_seen: list[NDArray[np.int64]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Encode the chart; nothing is learnt yet."""
        self.memory = Memory(len(self.names))
        self.own: Softmax | None = None
        self.flat: Flat | None = None
        self._encode_labels()
        self.sellers: dict[str, int] = {}
        self.past: dict[tuple[str, int], tuple[str, ...]] = {}
        self._near: dict[str, tuple[tuple[int, float], ...]] = {}
        self.vectors = np.zeros((256, self.labels.names.shape[1]), np.float32)

    def _encode_labels(self) -> None:
        self.labels = Labels(self._texts(self.names), self._texts(self.groups))

    def _texts(self, texts: Sequence[str]) -> Floats:
        found = self.encode(list(texts))
        blank = np.array([not text for text in texts])
        if blank.any():
            found = found.copy()
            found[blank] = 0
        return found

    def _dense(self, lines: Lines) -> tuple[Floats, Floats]:
        names = [
            name if seller else ""
            for name, seller in zip(lines.supplier, lines.seller, strict=True)
        ]
        return self._texts(names), self._texts(lines.text)

    # learning -------------------------------------------------------------------------------
    def learn(self, lines: Lines, accounts: NDArray[np.int64]) -> None:
        """Learn reviewed lines, in their order; a long list trains the classifier anew."""
        self.memory.learn(lines, accounts)
        width = self.labels.names.shape[1]
        # Half precision, as the cache keeps them: 60,000 lines would take 400 MB and more in full.
        dense = np.empty((len(lines), 2 * width), np.float16)
        for start in range(0, len(lines), _ENCODED):
            rows = slice(start, start + _ENCODED)
            part = lines.take(rows)
            supplier, text = self._dense(part)
            dense[rows, :width], dense[rows, width:] = supplier, text
            self._meet(part, supplier, accounts[rows])
        self.parts.append(lines)
        self.labels_seen.append(accounts)
        features = line_features(lines, dense)
        if self.own is None:
            self.own = Softmax(len(self.names), features.dense.shape[1], seed=self.seed)
        weight = self._weights(lines)
        n = len(accounts)
        batch = int(np.clip(n // 8, 32, 256))
        rounds, rate = int(np.clip(5_000 / n, 6, 20)), 0.15
        if n < 32:
            # One line must move the lines like it and no others, the less the more is known.
            rounds, rate = 3, 0.1 if self.memory.seen < 200 else 0.03
        self.own.fit(features, accounts, weight, passes=rounds, batch=batch, rate=rate)
        if n >= LONG:
            self.flat = Flat.fit(features, accounts)

    def _weights(self, lines: Lines) -> Floats:
        counts: dict[str, int] = {}
        for seller in lines.seller:
            counts[seller] = counts.get(seller, 0) + 1
        return np.array([counts[seller] ** -0.3 for seller in lines.seller], np.float32)

    def _meet(self, lines: Lines, supplier: Floats, accounts: NDArray[np.int64]) -> None:
        self.forget_nearest()
        for row, account in enumerate(accounts.tolist()):
            seller = lines.seller[row]
            if not seller:
                continue
            if seller not in self.sellers:
                at = len(self.sellers)
                if at == len(self.vectors):
                    self.vectors = np.vstack([self.vectors, np.zeros_like(self.vectors)])
                self.vectors[at] = supplier[row]
                self.sellers[seller] = at
            day = np.datetime64(int(lines.date[row]), "D") if lines.date[row] else "no date"
            words = f"{lines.supplier[row]}: {lines.text[row]}".rstrip(": ")
            kept = self.past.get((seller, account), ())
            self.past[seller, account] = (*kept[-2:], f"{day} {words} {lines.amount[row]:.2f}")

    # copies -----------------------------------------------------------------------------------
    def fresh(self) -> FieldModel:
        """The same field with nothing learnt."""
        return FieldModel(self.names, self.groups, self.encode, self.ranker, self.seed)

    def fork(self) -> FieldModel:
        """A model that knows what this one knows and learns without changing it."""
        other = copy.copy(self)
        other.parts, other.labels_seen = list(self.parts), list(self.labels_seen)
        other.memory = self.memory.fork()
        other.own = copy.deepcopy(self.own)
        other.sellers, other.past = dict(self.sellers), dict(self.past)
        other.vectors = self.vectors.copy()
        other.forget_nearest()
        return other

    def widen(self, names: Sequence[str]) -> None:
        """Take in labels that were not known before."""
        self.names = [*self.names, *names]
        self.groups = [*self.groups, *("" for _ in names)]
        self._encode_labels()
        self.memory.n_accounts = len(self.names)
        if self.own is not None:
            self.own.widen(len(self.names))

    def forget_nearest(self) -> None:
        """Look for similar sellers anew: more are known."""
        self._near = {}

    # scoring --------------------------------------------------------------------------------
    def _nearest(self, seller: str, vector: Floats) -> tuple[tuple[int, float], ...]:
        if seller not in self._near:
            cosine = self.vectors[: len(self.sellers)] @ vector
            if seller in self.sellers:
                cosine[self.sellers[seller]] = -1
            near = np.argpartition(-cosine, min(NEIGHBOURS, len(cosine) - 1))[:NEIGHBOURS]
            found = [(at, float(cosine[at])) for at in near.tolist() if cosine[at] >= NEAR]
            self._near[seller] = tuple(sorted(found, key=lambda pair: -pair[1]))
        return self._near[seller]

    def _similar(self, lines: Lines, supplier: Floats) -> Floats:
        """Accounts of the most similar sellers, weighted by cosine; ``(n, C)``."""
        out = np.zeros((len(lines), len(self.names)), np.float32)
        if not self.sellers:
            return out
        order = list(self.sellers)
        rows: dict[str, Floats] = {"": out[0] * 0}
        for row, seller in enumerate(lines.seller):
            if seller not in rows:
                mixed = np.zeros(len(self.names), np.float32)
                for at, strength in self._nearest(seller, supplier[row]):
                    counts = self.memory.counts(0, seller_context(order[at]))
                    total = sum(entry[0] for entry in counts.values()) or 1.0
                    for account, entry in counts.items():
                        mixed[account] += np.exp(8 * (strength - 1)) * entry[0] / total
                rows[seller] = mixed / (mixed.sum() + 0.05)
            out[row] = rows[seller]
        return out

    def alike(self, lines: Lines, row: int, label: int) -> list[tuple[str, float]]:
        """Known sellers most like the line's that were booked to ``label``, with their cosine."""
        if not self.sellers or not lines.seller[row]:
            return []
        order = list(self.sellers)
        vector = self._texts([lines.supplier[row]])[0]
        return [
            (order[at], strength)
            for at, strength in self._nearest(lines.seller[row], vector)
            if (order[at], label) in self.past
        ]

    def words(self, lines: Lines, row: int, label: int) -> list[tuple[str, float]]:
        """The words that speak for ``label`` in the client's own classifier, strongest first."""
        if self.own is None or self.memory.seen < FIRST:
            return []
        found = self.own.words(lines, row, label)
        return sorted((pair for pair in found if pair[1] > 0.02), key=lambda pair: -pair[1])[:4]

    def nearness(self, lines: Lines, row: int, label: int) -> float:
        """Cosine of the account's name with the supplier or the text, the nearer of both."""
        texts = [lines.supplier[row] if lines.seller[row] else "", lines.text[row]]
        return float((self._texts(texts) @ self.labels.names[label]).max())

    def sources(self, lines: Lines) -> Sources:
        """What is known of lines besides the memory."""
        supplier, text = self._dense(lines)
        own = unnamed = None
        if self.own is not None and self.memory.seen >= FIRST:
            features = line_features(lines, np.hstack([supplier, text]))
            own = self._both(features, named=True)
            unnamed = self._both(features, named=False)
        return Sources(supplier, text, own, unnamed, self._similar(lines, supplier))

    def _both(self, features: LineFeatures, *, named: bool) -> Floats:
        """What the client's classifiers say together, a product of experts."""
        if self.own is None:
            raise RuntimeError("nothing has been learnt yet: there is no classifier to ask")
        narrow = self.own.log_proba(features, named=named)
        if self.flat is None:
            return narrow
        return log_softmax(
            (narrow + self.flat.log_proba(features, len(self.names), named=named)) / 1.5
        )

    def log_proba(self, lines: Lines, allowed: NDArray[np.bool_] | None = None) -> Floats:
        """Log probabilities ``(n, C)`` of a list of lines in its order; 0 outside ``allowed``."""
        return self.judged(lines, allowed)[0]

    def judged(
        self, lines: Lines, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Floats, Floats]:
        """Log probabilities ``(n, C)``, and what spoke for the best of each line, ``(n, k)``."""
        n = len(lines)
        first = np.empty((n, len(self.names)), np.float32)
        signals = []
        for start in range(0, n, _CHUNK):
            rows = slice(start, min(n, start + _CHUNK))
            by_account, by_line = self._features(lines.take(rows), start)
            logits = self._first(by_account, by_line)
            if allowed is not None:
                logits[:, ~allowed] = -30
            first[rows] = log_softmax(logits)
            best = first[rows].argmax(axis=1)
            signals.append(np.hstack([by_account[np.arange(len(best)), best], by_line]))
        alone = np.hstack([np.concatenate(signals), _top_two(first)])
        if n == 1 or self.ranker is None:
            return first, np.hstack(
                [alone, _top_two(first), np.zeros((n, 1 + CONTEXT), np.float32)]
            )
        others = Around(first, lines)
        out, around = np.empty_like(first), np.empty((n, CONTEXT), np.float32)
        for start in range(0, n, _CHUNK):
            stop = min(n, start + _CHUNK)
            by_account, by_line = others.rows(start, stop)
            # Half of each pass: lines around are a hint, and what a line says itself still counts.
            among = log_softmax(self.ranker.among.logits(by_account, by_line))
            out[start:stop] = (among + first[start:stop]) / 2
            if allowed is not None:
                out[start:stop, ~allowed] = -30
            best = out[start:stop].argmax(axis=1)
            around[start:stop] = np.hstack([by_account[np.arange(len(best)), best], by_line])
        out = log_softmax(out)
        moved = (out.argmax(axis=1) != first.argmax(axis=1)).astype(np.float32)[:, None]
        return out, np.hstack([alone, _top_two(out), moved, around])

    def alone(self, lines: Lines, start: int) -> Floats:
        """First-pass scores ``(n, C)`` of lines that begin at place ``start`` of their list."""
        return self._first(*self._features(lines, start))

    def _features(self, lines: Lines, start: int) -> tuple[Floats, Floats]:
        sources = self.sources(lines)
        by_account, by_line = candidate_features(self.memory, self.labels, lines, sources)
        if start:  # only the first lines of a list come right after what was learnt
            by_account[:, :, LOCALITY] = 0
        return by_account, by_line

    def _first(self, by_account: Floats, by_line: Floats) -> Floats:
        if self.ranker is not None:
            return self.ranker.alone.logits(by_account, by_line)
        mixed = 0.35 * by_account[:, :, 1] + 0.25 * by_account[:, :, 0]
        mixed += 0.05 * by_account[:, :, 16] + 0.1 * by_account[:, :, 40]
        mixed += 0.02 * np.exp(by_account[:, :, 41] * 2) + 0.6 * by_account[:, :, 35]
        return np.asarray(np.log(np.maximum(mixed, 0) + 1e-6), dtype=np.float32)


def _top_two(log_p: Floats) -> Floats:
    """Log probability of the best and its lead over the second, ``(n, 2)``."""
    if log_p.shape[1] < 2:
        return np.zeros((len(log_p), 2), np.float32)
    top = -np.partition(-log_p, 1, axis=1)[:, :2]
    return np.column_stack([top[:, 0], np.minimum(top[:, 0] - top[:, 1], 12)]).astype(np.float32)
