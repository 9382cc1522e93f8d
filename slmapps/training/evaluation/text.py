"""Bits per byte: how well a model foretells text, comparable between any two vocabularies.

Design choices:

* Each document is read alone, behind the end piece, so that nothing leaks from its neighbour.
* Long documents are read in windows that overlap by half. From the second window on only the
  second half counts, so that every piece but the first few hundred has at least half a window
  before it, and each is counted once.
* The sum is over nats and the division by the UTF-8 bytes of the text, never by pieces: a model
  with a small vocabulary is neither helped nor punished.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slmapps.training.evaluation.models import LanguageModel

__all__ = ["WINDOW", "TextFigure", "bits_of", "bits_per_byte"]

WINDOW = 1024
_PIECES = 1024  # pieces in one pass, padding included: past this a CPU gains nothing from more
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class TextFigure:
    """Bits per UTF-8 byte over ``documents`` documents of ``bytes`` bytes in all."""

    file: str
    bits_per_byte: float
    bytes: int
    documents: int


def bits_per_byte(
    model: LanguageModel,
    documents: Sequence[str],
    *,
    file: str = "",
    window: int = WINDOW,
    progress: Progress | None = None,
) -> TextFigure:
    """Measure a model on documents; each is read alone.

    Raises:
        ValueError: no document holds a single byte.
    """
    size = sum(len(each.encode()) for each in documents)
    if not size:
        raise ValueError(f"{file or 'The text'} holds no document. Name a file with text in it.")
    bits = bits_of(model, documents, window=window, progress=progress)
    return TextFigure(file, float(bits.sum()) / size, size, len(documents))


def bits_of(
    model: LanguageModel,
    documents: Sequence[str],
    *,
    window: int = WINDOW,
    progress: Progress | None = None,
) -> npt.NDArray[np.float64]:
    """The bits that each document costs, (documents,), in windows of ``window`` or the context.

    ``progress`` is told the pieces done and the pieces in all.
    """
    window = min(window, model.context)
    rows = [[model.end, *model.encode(each)] for each in documents]
    pieces = sum(len(row) - 1 for row in rows)
    nats = np.zeros(len(rows))
    done = 0
    for batch in _batches(list(_windows([len(row) for row in rows], window))):
        first = batch[0].first
        longest = max(each.stop - each.start for each in batch)
        inputs = np.full((len(batch), longest), model.end, np.int64)
        targets = np.full((len(batch), longest), model.end, np.int64)
        for at, each in enumerate(batch):
            row = rows[each.document]
            inputs[at, : each.stop - each.start] = row[each.start : each.stop]
            targets[at, : each.stop - each.start] = row[each.start + 1 : each.stop + 1]
        costs = model.nats(inputs, targets, first)
        for at, each in enumerate(batch):
            counted = each.stop - each.start - first
            nats[each.document] += costs[at, :counted].sum()
            done += counted
        if progress:
            progress(done, pieces)
    return nats / math.log(2)


@dataclass(frozen=True)
class _Window:
    """Inputs ``start`` to ``stop`` of a document; its targets count from place ``first`` on."""

    document: int
    start: int
    stop: int
    first: int


def _windows(lengths: Sequence[int], window: int) -> Iterator[_Window]:
    half = max(1, window // 2)
    for document, length in enumerate(lengths):
        last = length - 1  # the last piece is only ever a target
        start = 0
        while last > 0:
            stop = min(start + window, last)
            yield _Window(document, start, stop, window - half if start else 0)
            if stop == last:
                break
            start += half


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Windows whose counted parts begin alike, of like length, at most ``_PIECES`` pieces each."""
    batch: list[_Window] = []
    for each in sorted(windows, key=lambda each: (each.first, each.stop - each.start)):
        length = each.stop - each.start
        if batch and (each.first != batch[0].first or (len(batch) + 1) * length > _PIECES):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
