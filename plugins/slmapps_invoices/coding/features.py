"""What speaks for each account of a chart, as numbers: the ranker's input.

The order of the columns is part of the shipped ranker: change it and train the ranker again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slmapps_invoices.coding.lines import CONTEXTS, Lines
from slmapps_invoices.coding.memory import Memory

__all__ = ["Labels", "Sources", "candidate_features"]

Floats = NDArray[np.float32]
NEIGHBOURS = 8


@dataclass(frozen=True)
class Labels:
    """The chart's side: encodings of the accounts' names and groups, ``(C, d)``, rows of length 1.

    A row of zeros stands for a missing text. ``centre`` is the mean of the names.
    """

    names: Floats
    groups: Floats

    @property
    def centred(self) -> Floats:
        """Names with what all names share taken out (all-but-the-mean), of length 1."""
        moved = self.names - self.names.mean(axis=0, keepdims=True)
        return np.asarray(moved / (np.linalg.norm(moved, axis=1, keepdims=True) + 1e-6))


@dataclass(frozen=True)
class Sources:
    """Everything that is known of a batch of ``n`` lines besides the memory.

    ``supplier`` and ``text`` are encodings ``(n, d)``; ``own`` and ``unnamed`` the log
    probabilities ``(n, C)`` of the client's classifier with and without the supplier's identity
    (None before there is one); ``similar`` the accounts of the most similar sellers ``(n, C)``.
    """

    supplier: Floats
    text: Floats
    own: Floats | None
    unnamed: Floats | None
    similar: Floats


def _standard(scores: Floats) -> Floats:
    mean, spread = scores.mean(axis=1, keepdims=True), scores.std(axis=1, keepdims=True)
    return np.asarray((scores - mean) / (spread + 1e-4))


def _relative(log_p: Floats) -> Floats:
    return np.asarray(np.maximum(log_p - log_p.max(axis=1, keepdims=True), -12) / 4)


def candidate_features(
    memory: Memory, labels: Labels, lines: Lines, sources: Sources
) -> tuple[Floats, Floats]:
    """Per account ``(n, C, F)`` and per line ``(n, G)``."""
    n, c = len(lines), memory.n_accounts
    counted, by_context = memory.features(lines)
    local = memory.locality(lines)
    names = labels.centred
    centre = labels.names.mean(axis=0)
    supplier = (sources.supplier - centre) @ names.T
    text = (sources.text - centre) @ names.T
    has_text = (np.abs(sources.text).sum(axis=1) > 0).astype(np.float32)
    text *= has_text[:, None]
    own = sources.own if sources.own is not None else np.zeros((n, c), np.float32)
    unnamed = sources.unnamed if sources.unnamed is not None else np.zeros((n, c), np.float32)
    prior = memory.counts(len(CONTEXTS) - 1, 1)
    used = np.zeros(c, np.float32)
    for account, entry in prior.items():
        used[account] = entry[0]
    columns = [
        _relative(own),
        np.exp(own) if sources.own is not None else own,
        _relative(unnamed),
        np.exp(unnamed) if sources.unnamed is not None else unnamed,
        np.zeros((n, c), np.float32),
        np.zeros((n, c), np.float32),
        sources.similar,
        _standard(supplier) / 3,
        _standard(text) / 3 * has_text[:, None],
        (supplier >= supplier.max(axis=1, keepdims=True)).astype(np.float32),
        (text >= text.max(axis=1, keepdims=True)).astype(np.float32) * has_text[:, None],
        np.broadcast_to((used > 0).astype(np.float32), (n, c)),
        np.broadcast_to(np.log1p(used) / 8, (n, c)),
    ]
    by_account = np.concatenate([counted, local, np.stack(columns, axis=2)], axis=2)
    age = np.log1p(np.maximum(lines.date - memory.last_day, 0)) if memory.seen else np.zeros(n)
    by_line = np.column_stack(
        [
            by_context / 4,
            np.full(n, np.log1p(memory.seen) / 8),
            np.full(n, float(sources.own is not None)),
            age / 6,
            has_text,
            [not seller for seller in lines.seller],
            np.zeros(n),
            sources.similar.max(axis=1, initial=0),
            np.exp(own).max(axis=1) if sources.own is not None else np.zeros(n),
            np.exp(unnamed).max(axis=1) if sources.unnamed is not None else np.zeros(n),
        ]
    ).astype(np.float32)
    return by_account.astype(np.float32, copy=False), by_line
