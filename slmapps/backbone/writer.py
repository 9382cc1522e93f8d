"""The writer: a prompt in, text out, and what a text is worth.

Design choices:

* Rows are independent: each has its own chance, and the kernels are used such that a row's numbers
  do not depend on the other rows. ``generate([a, b], seed=5)`` writes what ``a`` gives with seed 5
  and ``b`` with seed 6.
* Candidates of one prompt share its reading, and so do later calls that begin alike.
* At most sixteen rows are written at a time; rows that have ended make room.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from slmapps.backbone.decoding import (
    Sampling,
    Text,
    contrasted,
    draw,
    log_softmax,
    pieces_in_bytes,
)
from slmapps.backbone.weights import WeightsMissing

__all__ = ["Generated", "Guide", "Precision", "TokenMask", "Writer", "load_writer"]

Precision = Literal["int4", "int8", "fp32"]
_ROWS = 16
_END = "<|endoftext|>"
_DEFAULT = Sampling()


class TokenMask(Protocol):
    """Says which pieces may come next; see :mod:`slmapps.backbone.masks` for ready ones."""

    def allowed(self, written: Sequence[int]) -> npt.NDArray[Any]:
        """(pieces,) bool, or the ids that may follow the pieces written so far."""
        ...


class Guide(Protocol):
    """Makes pieces likelier or less likely; see :class:`slmapps.writing.guides.MustSay`."""

    def bias(self, written: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """(pieces,) nats to add to the logits after the pieces written so far; None for none."""
        ...


@dataclass(frozen=True)
class Generated:
    """What was written: the text, its pieces, and the natural log of their probability.

    ``finished`` is ``stop`` at a stop string, ``end`` where the model ended the text (or a mask
    left nothing else), ``length`` at the limit.
    """

    text: str
    tokens: tuple[int, ...]
    logprob: float
    finished: Literal["stop", "length", "end"]


def load_writer(
    spec: str | Path | None = None,
    *,
    threads: int | None = None,
    precision: Precision | None = None,
    progress: Any = None,
) -> Writer:
    """Give a writer that is ready to write.

    Args:
        spec: a model's folder, a Hub id, or ``writer`` (or None) for the one that is shipped.
        threads: within one product; None for ``OMP_NUM_THREADS``, else the cores at hand.
        precision: how weights are kept while serving; None for ``int8``.
        progress: told about the one export that a new model needs.

    Raises:
        WeightsMissing: no usable weights.
    """
    from slmapps.backbone import writer_loading

    folder = writer_loading.find(spec)
    return Writer(folder, precision or "int8", threads or _threads(), progress)


class Writer:
    """A served decoder. Threads may share it and take turns.

    ``vocabulary_size`` pieces, ``parameters`` in all, ``context`` pieces at most, prompt and text
    together; ``fingerprint`` names weights and tokenizer; ``ends`` are the pieces that end a text,
    of which the first begins one too.
    """

    def __init__(self, folder: Path, precision: Precision, threads: int, progress: Any) -> None:
        from slmapps.backbone import writer_loading
        from slmapps.backbone.model_folder import fingerprint

        served = writer_loading.served(folder, precision, threads, progress)
        self.folder = folder
        self.precision = precision
        self.decoder = served.decoder
        self.tokenizer = served.tokenizer
        self.vocabulary_size = served.decoder.pieces
        self.parameters = served.decoder.parameters
        self.context = served.decoder.context
        self.fingerprint = fingerprint(folder)
        self._session = served.session
        self.ends = served.ends
        self._turn = threading.Lock()

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes that each piece stands for; special pieces stand for none."""
        try:
            return pieces_in_bytes(self.tokenizer)
        except ValueError as error:
            raise WeightsMissing(f"{self.folder}: {error}") from error

    def generate(
        self,
        prompts: str | Sequence[str],
        *,
        max_tokens: int = 120,
        temperature: float = _DEFAULT.temperature,
        top_p: float = _DEFAULT.top_p,
        min_p: float = _DEFAULT.min_p,
        repetition: float = _DEFAULT.repetition,
        no_repeat_ngram: int = _DEFAULT.no_repeat_ngram,
        stop: str | Sequence[str] = (),
        mask: TokenMask | None = None,
        guide: Guide | None = None,
        seed: int | Sequence[int] = 0,
        contrast: float = 0.0,
        against: str | Sequence[str] = "",
    ) -> list[Generated]:
        """Go on from each prompt.

        Args:
            prompts: one or several; several equal ones are candidates and share one reading.
            max_tokens: the most pieces that are written.
            temperature, top_p, min_p, repetition, no_repeat_ngram: see
                :class:`slmapps.backbone.decoding.Sampling`.
            stop: the text ends before the first of these strings.
            mask: which pieces may come.
            guide: which pieces are made likelier, or less likely.
            seed: of the first prompt, the next ones have the numbers after it; or one for each.
            contrast: 0 is plain. Above, what the prompt makes likelier than ``against`` does is
                made likelier still (contrastive decoding with the same model as its amateur;
                Sanchez et al. 2023 call it classifier-free guidance).
            against: one prompt, or one for each; empty for no prompt at all. A prompt without one
                of its orders makes ``contrast`` press that order.

        Raises:
            ValueError: a setting out of its range, or a prompt that leaves no room in the context.
        """
        asked = [prompts] if isinstance(prompts, str) else list(prompts)
        sampling = Sampling(temperature, top_p, min_p, repetition, no_repeat_ngram)
        stops = (stop,) if isinstance(stop, str) else tuple(stop)
        seeds = list(range(seed, seed + len(asked))) if isinstance(seed, int) else list(seed)
        if len(seeds) != len(asked):
            raise ValueError(f"{len(seeds)} seeds for {len(asked)} prompts; give one for each")
        others = [against] * len(asked) if isinstance(against, str) else list(against)
        if len(others) != len(asked):
            raise ValueError(f"{len(others)} prompts to contrast {len(asked)} with; give one each")
        ask = _Ask(sampling, mask, guide, contrast, self._length(max_tokens))
        rows = [
            self._row(prompt, other, each, stops, ask)
            for prompt, other, each in zip(asked, others, seeds, strict=True)
        ]
        with self._turn:
            for start in range(0, len(rows), _ROWS):
                for _ in self._written(rows[start : start + _ROWS], ask):
                    pass
        return [
            Generated(row.text.whole, tuple(row.tokens), row.logprob, row.finished) for row in rows
        ]

    def stream(
        self,
        prompt: str,
        *,
        max_tokens: int = 120,
        temperature: float = _DEFAULT.temperature,
        top_p: float = _DEFAULT.top_p,
        min_p: float = _DEFAULT.min_p,
        repetition: float = _DEFAULT.repetition,
        no_repeat_ngram: int = _DEFAULT.no_repeat_ngram,
        stop: str | Sequence[str] = (),
        mask: TokenMask | None = None,
        guide: Guide | None = None,
        seed: int = 0,
        contrast: float = 0.0,
        against: str = "",
    ) -> Iterator[str]:
        """The same text as :meth:`generate` writes, part by part as it comes.

        Parts are whole characters, and nothing of a stop string is handed out.
        """
        stops = (stop,) if isinstance(stop, str) else tuple(stop)
        sampling = Sampling(temperature, top_p, min_p, repetition, no_repeat_ngram)
        ask = _Ask(sampling, mask, guide, contrast, self._length(max_tokens))
        row = self._row(prompt, against, seed, stops, ask)
        steps = self._written([row], ask)
        while True:
            with self._turn:
                going = next(steps, None) is not None
            part = row.text.ready() if going else row.text.finish()
            if part:
                yield part
            if not going:
                return

    def score(
        self,
        texts: str | Sequence[str],
        context: str | Sequence[str] = "",
        *,
        exact: bool = True,
    ) -> npt.NDArray[np.float64]:
        """The summed natural-log probability of each text, given its context; (texts,).

        One context for all is read once. Texts are cut into pieces apart from their context; a
        context and text that are too long together lose the context's beginning. ``exact`` false
        multiplies as writing does, which with ``int8`` is 2.6 times as quick and good enough to
        rank by.
        """
        given = [texts] if isinstance(texts, str) else list(texts)
        contexts = [context] * len(given) if isinstance(context, str) else list(context)
        if len(contexts) != len(given):
            raise ValueError(f"{len(contexts)} contexts for {len(given)} texts; give one for each")
        ids = [self._encoded(text) for text in given]
        longest = max(map(len, ids), default=0)
        if longest >= self.context:
            raise ValueError(
                f"a text of {longest} pieces is beyond the {self.context} of the model's "
                "context; score it in parts"
            )
        groups: dict[tuple[int, ...], list[int]] = {}
        for number, pieces in enumerate(ids):
            if pieces:
                before = tuple(self._ids(contexts[number], len(pieces)))
                groups.setdefault(before, []).append(number)
        found = np.zeros(len(given))
        with self._turn:
            for before in sorted(groups):  # contexts that begin alike share that part's reading
                members = groups[before]
                found[members] = self._scores(before, [ids[each] for each in members], exact)
        return found

    def logits(self, token_ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float32]:
        """The logits after every piece: (rows, n) ids to (rows, n, pieces)."""
        ids = np.asarray(token_ids, np.int64)
        if ids.ndim != 2 or not 0 < ids.shape[1] <= self.context:
            raise ValueError(f"give ids of the shape (rows, 1 to {self.context})")
        if ids.size and (ids.min() < 0 or ids.max() >= self.vocabulary_size):
            raise ValueError(f"ids go from 0 to {self.vocabulary_size - 1}")
        with self._turn:
            found: npt.NDArray[np.float32] = self._session.logits(ids)
        return found

    def _scores(
        self, before: tuple[int, ...], texts: list[list[int]], exact: bool
    ) -> npt.NDArray[np.float64]:
        """The log probability of each of ``texts`` behind one context."""
        from slmapps.backbone.writer_session import Cache

        context = Cache(self.decoder, 1, len(before))
        first = log_softmax(self._session.read(before, context, [0], exact=exact))
        found = np.array([first[text[0]] for text in texts])
        for number, text in enumerate(texts):
            if len(text) > 1:
                ids = np.asarray(text, np.int64)
                rows = log_softmax(self._session.follow(ids[:-1], context, exact=exact))
                found[number] += rows[np.arange(len(rows)), ids[1:]].sum()
        return found

    def _row(self, prompt: str, against: str, seed: int, stops: tuple[str, ...], ask: _Ask) -> _Row:
        other = self._ids(against, ask.most) if ask.contrast else []
        chance = np.random.default_rng(seed)
        return _Row(self._ids(prompt, ask.most), other, chance, Text(stops))

    def _length(self, max_tokens: int) -> int:
        if not 0 < max_tokens < self.context:
            raise ValueError(
                f"max_tokens is {max_tokens}; the context has {self.context} pieces, so give "
                f"1 to {self.context - 1}"
            )
        return max_tokens

    def _encoded(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _ids(self, prompt: str, room: int) -> list[int]:
        """The prompt's pieces behind the one that begins a text; too long, its end alone."""
        ids = self._encoded(prompt)
        return [self.ends[0], *ids[max(0, len(ids) - (self.context - room - 1)) :]]

    @cached_property
    def _silent(self) -> npt.NDArray[np.int64]:
        """Pieces that stand for no text and end none: they are never written."""
        silent = set(range(self.vocabulary_size)) - set(self.ends)
        silent -= {number for number, piece in enumerate(self.pieces) if piece}
        return np.array(sorted(silent), np.int64)

    def _written(self, rows: list[_Row], ask: _Ask) -> Iterator[bool]:
        """Write on all rows, a piece at each step, until the last has ended."""
        from slmapps.backbone.writer_session import Cache

        twins = 2 if ask.contrast else 1
        room = max(max(len(row.prompt), len(row.against)) for row in rows) + ask.most
        twice = not self._session.steady  # a single row is then written as two
        spare = 1 if twice and len(rows) * twins == 1 else 0
        cache = Cache(self.decoder, len(rows) * twins + spare, room)
        logits = np.empty((len(rows) * twins + spare, self.vocabulary_size), np.float32)
        groups: dict[tuple[int, ...], list[int]] = {}
        for at, row in enumerate(rows):
            groups.setdefault(tuple(row.prompt), []).append(at)
            if ask.contrast:
                groups.setdefault(tuple(row.against), []).append(len(rows) + at)
        if spare:
            groups[tuple(rows[0].prompt)].append(1)
        for prompt, places in groups.items():
            logits[places] = self._session.read(prompt, cache, places)
        live = list(rows)
        while True:
            for at, row in enumerate(live):
                amateur = logits[len(live) + at] if ask.contrast else None
                self._next(row, logits[at], amateur, ask)
            going = [at for at, row in enumerate(live) if row.finished is None]
            if not going:
                return
            yield True
            if len(going) < len(live):
                kept = going + ([len(live) + at for at in going] if ask.contrast else [])
                if twice and len(kept) == 1:
                    kept *= 2
                cache.keep(kept)
                live = [live[at] for at in going]
            ids = np.array([row.tokens[-1] for row in live])
            ids = np.resize(ids, len(cache.lengths))
            logits = self._session.write(ids, cache)

    def _next(self, row: _Row, logits: Any, amateur: Any, ask: _Ask) -> None:
        values = np.array(logits)
        values[self._silent] = -np.inf
        if ask.guide is not None and (bias := ask.guide.bias(row.tokens)) is not None:
            values += bias
        if amateur is not None:
            spoken = np.flatnonzero(values > -np.inf)
            values[spoken] = contrasted(values[spoken], amateur[spoken], ask.contrast)
        allowed = None if ask.mask is None else self._allowed(ask.mask.allowed(row.tokens))
        chosen = draw(values, row.tokens, ask.sampling, row.chance, allowed)
        if chosen is None or chosen in self.ends:
            row.finished = "end"
            return
        row.tokens.append(chosen)
        most = logits.max()
        row.logprob += float(logits[chosen] - most - np.log(np.exp(logits - most).sum()))
        row.text.add(self.pieces[chosen])
        if row.text.stopped:
            row.finished = "stop"
        elif len(row.tokens) >= ask.most:
            row.finished = "length"

    def _allowed(self, found: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        given = np.asarray(found)
        whole = np.zeros(self.vocabulary_size, bool)
        if given.dtype == bool:
            whole[: len(given)] = given
        else:
            whole[given] = True
        return whole


@dataclass(frozen=True)
class _Ask:
    sampling: Sampling
    mask: TokenMask | None
    guide: Guide | None
    contrast: float
    most: int


@dataclass
class _Row:
    prompt: list[int]
    against: list[int]
    chance: np.random.Generator
    text: Text
    tokens: list[int] = field(default_factory=list)
    logprob: float = 0.0
    finished: Any = None


def _threads() -> int:
    named = os.environ.get("OMP_NUM_THREADS", "")
    if named.isdigit() and int(named) > 0:
        return int(named)
    return min(len(os.sched_getaffinity(0)), 8)
