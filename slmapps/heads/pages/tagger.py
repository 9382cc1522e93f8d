"""The page tagger as it is served: numpy alone, and the reader's table of pieces.

Design choices:

* A page is one product after another of some hundred rows: numpy does that in a tenth of a second,
  and nothing has to be exported or compiled.
* What is not a page's whole text is not cut: a page of more words than ``most`` is read in bands
  from top to bottom that overlap, and each word counts in the band in which it lies deepest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from slmapps.heads.pages.features import Features, page_features, relations
from slmapps.records import Page

__all__ = ["PageTagger", "Tagged", "known"]

Floats = npt.NDArray[np.float32]
_MOST = 700  # words that are read at once
_OVERLAP = 0.5


@dataclass(frozen=True)
class Tagged:
    """What a page's n words are: ``shares`` (n, labels) sums to 1; ``begins`` (n,) in 0..1.

    ``begins`` says how likely the printed row that a word stands in begins an item. ``states``
    (n, width) are the network's last states of the words, of length 1: two words that play the
    same part on two pages of one layout lie close.
    """

    shares: Floats
    begins: Floats
    labels: tuple[str, ...]
    states: Floats | None = None

    @property
    def best(self) -> list[str]:
        """The likeliest label of each word."""
        return [self.labels[at] for at in self.shares.argmax(1)]


class PageTagger:
    """A trained tagger.

    Args:
        weights: by the names of :class:`slmapps.heads.pages.network.Network`.
        labels: in the order of its outputs.
        heads: of each block.
        table: the reader's vectors of its pieces, (pieces, known).
        tokenizer: the reader's.
        temperature: by which logits are divided, so that shares are honest.
    """

    def __init__(
        self,
        weights: Mapping[str, npt.NDArray[Any]],
        labels: Sequence[str],
        heads: int,
        table: npt.NDArray[Any],
        tokenizer: Any,
        temperature: float = 1.0,
    ) -> None:
        self.weights = {name: np.array(value, np.float32) for name, value in weights.items()}
        self.weights["grams.weight"][0] = 0.0  # none is nothing
        self.labels = tuple(labels)
        self.heads, self.table, self.tokenizer = heads, table, tokenizer
        self.temperature = temperature
        self.layers = 1 + max(int(n.split(".")[1]) for n in self.weights if n.startswith("blocks."))

    @classmethod
    def load(cls, folder: Path, table: npt.NDArray[Any], tokenizer: Any) -> PageTagger:
        """Read what :meth:`save` wrote."""
        about = json.loads((folder / "tagger.json").read_text("utf-8"))
        weights = load_file(folder / "tagger.safetensors")
        return cls(weights, about["labels"], about["heads"], table, tokenizer, about["temperature"])

    def save(self, folder: Path) -> None:
        """Write ``tagger.json`` and ``tagger.safetensors`` (float16)."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {"labels": self.labels, "heads": self.heads, "temperature": self.temperature}
        (folder / "tagger.json").write_text(json.dumps(about, indent=1), "utf-8")
        small = {name: value.astype(np.float16) for name, value in self.weights.items()}
        save_file(small, folder / "tagger.safetensors")

    def tag(self, pages: Sequence[Page]) -> list[Tagged]:
        """What the words of a document's pages are."""
        found = []
        for number, page in enumerate(pages):
            edge = {"first": number == 0, "last": number == len(pages) - 1}
            found.append(self.read(page_features(page, self.tokenizer, **edge)))
        return found

    def read(self, page: Features) -> Tagged:
        """What the words of one page are."""
        shares = np.zeros((len(page), len(self.labels)), np.float32)
        begins = np.zeros(len(page), np.float32)
        states = np.zeros((len(page), self.weights["last.weight"].shape[0]), np.float32)
        for inside, counted in _bands(page):
            logits, begin, state = self._logits(_part(page, inside))
            states[inside[counted]] = state[counted]
            shares[inside[counted]] = _softmax(logits[counted] / self.temperature)
            begins[inside[counted]] = 1 / (1 + np.exp(-begin[counted]))
        return Tagged(shares, begins, self.labels, states)

    def _logits(self, page: Features) -> tuple[Floats, Floats, Floats]:
        weights = self.weights
        state = known(self.table, page.pieces) @ weights["known.weight"].T + weights["known.bias"]
        state += weights["grams.weight"][page.grams].sum(1)
        state += weights["shapes.weight"][page.shapes]
        state += page.looks @ weights["looks.weight"].T + weights["looks.bias"]
        offsets, edges = relations(page.boxes, page.height)
        bias = weights["offsets.weight"].T[:, offsets] + weights["edges.weight"].T[:, edges]
        for number in range(self.layers):
            state = self._block(f"blocks.{number}", state, bias)
        state = self._normed("last", state)
        size = np.maximum(np.linalg.norm(state, axis=1, keepdims=True), np.float32(1e-6))
        return self._linear("label", state), self._linear("begin", state)[:, 0], state / size

    def _block(self, name: str, state: Floats, bias: Floats) -> Floats:
        words, width = state.shape
        size = width // self.heads
        asked = self._linear(f"{name}.asked", self._normed(f"{name}.before", state))
        query, key, value = asked.reshape(words, 3, self.heads, size).transpose(1, 2, 0, 3)
        weights = _softmax(query @ key.transpose(0, 2, 1) * np.float32(size**-0.5) + bias)
        mixed = (weights @ value).transpose(1, 0, 2).reshape(words, width)
        state = state + self._linear(f"{name}.heard", mixed)
        inner = self._linear(f"{name}.wide", self._normed(f"{name}.between", state))
        return state + self._linear(f"{name}.narrow", _gelu(inner))

    def _linear(self, name: str, state: Floats) -> Floats:
        found: Floats = state @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return found

    def _normed(self, name: str, state: Floats) -> Floats:
        middle = state - state.mean(1, keepdims=True)
        spread = np.sqrt((middle**2).mean(1, keepdims=True) + np.float32(1e-5))
        found: Floats = (
            middle / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        )
        return found


def known(table: npt.NDArray[Any], pieces: npt.NDArray[np.int32]) -> Floats:
    """The mean of the reader's vectors of each word's pieces, (n, known).

    ``table`` (pieces, known) as :func:`slmapps.heads.pages.pieces.reader_pieces` gives it;
    ``pieces`` (n, 6), 0 for none.
    """
    there = pieces > 0
    sums = (table[pieces].astype(np.float32) * there[..., None]).sum(1)
    found: Floats = sums / np.maximum(there.sum(1), 1)[:, None].astype(np.float32)
    return found


def _gelu(values: Floats) -> Floats:
    inner = np.float32(0.7978845608) * (values + np.float32(0.044715) * values**3)
    found: Floats = np.float32(0.5) * values * (1 + np.tanh(inner))
    return found


def _softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max(-1, keepdims=True))
    found: Floats = raised / raised.sum(-1, keepdims=True)
    return found


def _part(page: Features, inside: npt.NDArray[np.intp]) -> Features:
    if len(inside) == len(page):
        return page
    return Features(
        page.pieces[inside],
        page.grams[inside],
        page.shapes[inside],
        page.looks[inside],
        page.boxes[inside],
        page.height,
    )


def _bands(page: Features) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]]:
    """Places of words that are read together, and which of them count there."""
    count = len(page)
    if count <= _MOST:
        return [(np.arange(count), np.ones(count, bool))] if count else []
    order = np.argsort((page.boxes[:, 1] + page.boxes[:, 3]) / 2, kind="stable")
    step = int(_MOST * (1 - _OVERLAP))
    starts = [*range(0, count - _MOST, step), count - _MOST]
    middles = np.array([start + _MOST / 2 for start in starts])
    nearest = np.abs(np.arange(count)[:, None] - middles[None]).argmin(1)
    return [
        (order[start : start + _MOST], nearest[start : start + _MOST] == number)
        for number, start in enumerate(starts)
    ]
