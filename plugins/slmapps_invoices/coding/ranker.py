"""Which account of a chart a line belongs to: candidates scored by what speaks for each.

Design choices:

* The ranker never sees which account a candidate is, only how it relates to the line: how often
  the seller was booked there, what the client's own classifier says, how near the account's name
  is to the words of the line. So the same few thousand weights serve a chart never seen, with an
  empty history or with 60,000 lines (listwise softmax, Cao et al. 2007, "Learning to rank").
* A second pass looks at the lines around: lines that lie next to each other in a list, or that
  come from one seller, tend to belong together, and what is certain of one speaks for the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from slmapps_invoices.coding.lines import Lines

__all__ = ["CONTEXT_ACCOUNT", "CONTEXT_LINE", "Around", "Perceptron", "Ranker", "log_softmax"]

Floats = NDArray[np.float32]


def log_softmax(logits: Floats) -> Floats:
    """Log probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


@dataclass(frozen=True)
class Perceptron:
    """Two hidden layers over the features of a candidate and of its line.

    ``weights``: account ``(F, h)``, line ``(G, h)``, bias1 ``(h,)``, hidden ``(h, k)``, bias2
    ``(k,)``, out ``(k,)``, direct ``(F,)``.
    """

    weights: dict[str, Floats]

    def logits(self, by_account: Floats, by_line: Floats) -> Floats:
        """Scores ``(n, C)`` of ``by_account`` ``(n, C, F)`` and ``by_line`` ``(n, G)``."""
        w = self.weights
        hidden = by_account @ w["account"]
        hidden += (by_line @ w["line"] + w["bias1"])[:, None, :]
        np.maximum(hidden, 0, out=hidden)
        hidden = hidden @ w["hidden"] + w["bias2"]
        np.maximum(hidden, 0, out=hidden)
        return np.asarray(hidden @ w["out"] + by_account @ w["direct"])


@dataclass(frozen=True)
class Ranker:
    """The two passes as shipped: ``alone`` for a line by itself, ``among`` for a line in a list."""

    alone: Perceptron
    among: Perceptron
    about: dict[str, object]

    def save(self, folder: Path) -> None:
        """Write ``ranker.safetensors`` and ``ranker.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"alone.{k}": v for k, v in self.alone.weights.items()}
        tensors |= {f"among.{k}": v for k, v in self.among.weights.items()}
        save_file(
            {k: np.ascontiguousarray(v) for k, v in tensors.items()}, folder / "ranker.safetensors"
        )
        (folder / "ranker.json").write_text(json.dumps(self.about, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what :meth:`save` wrote."""
        tensors = load_file(folder / "ranker.safetensors")
        parts: dict[str, dict[str, Floats]] = {"alone": {}, "among": {}}
        for name, value in tensors.items():
            part, key = name.split(".", 1)
            parts[part][key] = value
        about = json.loads((folder / "ranker.json").read_text())
        return cls(Perceptron(parts["alone"]), Perceptron(parts["among"]), about)


_REACH = 6
_WINDOWS = 5
CONTEXT_ACCOUNT, CONTEXT_LINE = 10, 8
"""Columns by account and by line that :meth:`Around.rows` gives."""


def _pooled(log_p: Floats, keys: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Mean of ``log_p`` over the *other* lines of the same key ``(n, C)``, and log(1 + n)."""
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    group = np.array([index[key] for key in keys])
    count = np.bincount(group, minlength=len(index)).astype(np.float32)
    blank = np.array([not key for key in index])
    order = np.argsort(group, kind="stable")
    starts = np.concatenate([[0], np.cumsum(count[:-1]).astype(np.int64)])
    total = np.add.reduceat(log_p[order], starts, axis=0)
    mean = (total[group] - log_p) / np.maximum(count[group] - 1, 1)[:, None]
    lonely = (count[group] < 2) | blank[group]
    mean[lonely] = 0.0
    return mean, np.where(lonely, 0.0, np.log1p(count[group] - 1)).astype(np.float32)


class Around:
    """What the other lines of a list say of each line; ``log_p`` ``(n, C)`` in the list's order."""

    def __init__(self, log_p: Floats, lines: Lines) -> None:
        self.log_p, self.lines = log_p, lines
        floored = np.maximum(log_p, -8)
        self.by_seller, self.sellers = _pooled(floored, lines.seller)
        invoices = tuple(
            f"{seller}|{number}" if number else ""
            for seller, number in zip(lines.seller, lines.invoice, strict=True)
        )
        self.by_invoice, self.invoices = _pooled(floored, invoices)
        index: dict[str, int] = {}
        self.seller = np.array([index.setdefault(name, len(index)) for name in lines.seller])
        self.department = np.array(
            [index.setdefault(name, len(index)) for name in lines.department]
        )

    def rows(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """By account ``(stop - start, C, 10)`` and by line ``(stop - start, 8)``."""
        n, c = self.log_p.shape
        log_p = self.log_p[start:stop]
        out = np.zeros((stop - start, c, CONTEXT_ACCOUNT), np.float32)
        out[:, :, 0] = np.maximum(log_p, -12) / 4
        out[:, :, 1] = np.exp(log_p)
        seen = np.zeros((stop - start, 3), np.float32)
        for offset in range(-_REACH, _REACH + 1):
            low, high = max(start, -offset), min(stop, n - offset)
            if offset == 0 or low >= high:
                continue
            here, there = slice(low - start, high - start), slice(low + offset, high + offset)
            p = np.exp(self.log_p[there])
            same = (self.department[low:high] == self.department[there]).astype(np.float32)
            other = (self.seller[low:high] != self.seller[there]).astype(np.float32)
            for at, mask in enumerate((same, other * same, other * np.float32(0.7 ** abs(offset)))):
                out[here, :, 2 + at] += mask[:, None] * p
                seen[here, at] += mask
            if abs(offset) == 1:
                out[here, :, 5 if offset < 0 else 6] = other[:, None] * p
        out[:, :, 2:_WINDOWS] /= seen[:, None, :] + 0.5
        out[:, :, 7] = self.by_seller[start:stop] / 4
        out[:, :, 8] = self.by_invoice[start:stop] / 4
        best = out[:, :, 2] + out[:, :, 3]
        top = best.max(axis=1, keepdims=True)
        out[:, :, 9] = np.where(top > 0, best / (top + 1e-6), 0)
        by_line = np.column_stack(
            [
                out[:, :, 1].max(axis=1),
                seen / _REACH,
                self.sellers[start:stop],
                self.invoices[start:stop],
                [not name for name in self.lines.seller[start:stop]],
                out[:, :, 3].max(axis=1),
            ]
        ).astype(np.float32)
        return out, by_line
