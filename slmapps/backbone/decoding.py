"""From logits to the next piece: how boldly, what not again, and where to stop.

Everything here is numpy on one row at a time, and each row has its own source of chance, so that
a text comes out the same alone and in any company.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Sampling", "Text", "contrasted", "draw", "log_softmax", "pieces_in_bytes"]

Row = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Sampling:
    """How the next piece is drawn.

    ``temperature`` 0 takes the likeliest. ``top_p`` keeps the likeliest pieces that together have
    that much probability (Holtzman et al. 2020), ``min_p`` those with at least that share of the
    likeliest one's (Nguyen et al. 2024). ``repetition`` above 1 makes pieces that were written
    before less likely (Keskar et al. 2019); ``no_repeat_ngram`` n > 0 forbids to write n pieces
    again that were written in this order. Both look at what is being written, not at the prompt,
    whose names must be free to come again. With the defaults the shipped writer repeats runs of
    four words twice as often as people do; with ``min_p`` 0.02 and no penalty, thirteen times.
    """

    temperature: float = 0.9
    top_p: float = 0.96
    min_p: float = 0.0
    repetition: float = 1.15
    no_repeat_ngram: int = 0

    def __post_init__(self) -> None:
        for name, good, cure in (
            ("temperature", self.temperature >= 0, "0 or more"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("min_p", 0 <= self.min_p < 1, "0 or more and below 1"),
            ("repetition", self.repetition > 0, "above 0; 1 leaves things as they are"),
            ("no_repeat_ngram", self.no_repeat_ngram >= 0, "0 or more"),
        ):
            if not good:
                raise ValueError(f"{name} is {getattr(self, name)}; give {cure}")


def log_softmax(logits: Row) -> npt.NDArray[np.float64]:
    """Natural-log probabilities of logits (…, pieces)."""
    values = logits.astype(np.float64)
    values -= values.max(axis=-1, keepdims=True)
    values -= np.log(np.exp(values).sum(axis=-1, keepdims=True))
    return values


def contrasted(expert: Row, amateur: Row, strength: float) -> npt.NDArray[np.float64]:
    """Contrastive decoding (Li et al. 2022): what the expert knows beyond the amateur.

    Pieces with less than a tenth of the expert's likeliest one's probability are ruled out, so that
    the amateur's dislike cannot bring up nonsense.
    """
    known, guessed = log_softmax(expert), log_softmax(amateur)
    values = (1 + strength) * known - strength * guessed
    values[known < known.max() + np.log(0.1)] = -np.inf
    return values


def draw(
    logits: Row,
    written: Sequence[int],
    sampling: Sampling,
    chance: np.random.Generator,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> int | None:
    """The next piece, or None where nothing is allowed.

    Args:
        logits: (pieces,) of one row.
        written: the row's pieces so far, the prompt left out.
        sampling: how.
        chance: the row's own; one number is taken from it whatever the settings.
        allowed: (pieces,), false for what must not come.
    """
    luck = chance.random()
    values = np.array(logits)  # a copy: penalties are written into it
    if sampling.repetition != 1 and written:
        seen = np.unique(np.asarray(written))
        level = values.max()
        below = values[seen] - level  # the penalty is for the distance, whatever the logits' origin
        values[seen] = level + below * sampling.repetition - np.log(sampling.repetition)
    if sampling.no_repeat_ngram:
        values[_again(written, sampling.no_repeat_ngram)] = -np.inf
    if allowed is not None:
        values[~allowed] = -np.inf
    most = values.max()
    if not np.isfinite(most):
        return None
    if sampling.temperature == 0:
        return int(values.argmax())
    # Most pieces are far below what may be drawn: they are left out before anything is worked out.
    least = np.log(sampling.min_p) if sampling.min_p else -60.0
    likely = np.flatnonzero(values >= most + least * sampling.temperature)
    shares = np.exp((values[likely].astype(np.float64) - most) / sampling.temperature)
    order = np.argsort(-shares, kind="stable")
    likely, shares = likely[order], shares[order]
    running = np.cumsum(shares)
    cut = int(np.searchsorted(running, sampling.top_p * running[-1])) + 1
    running = running[:cut]
    chosen = int(np.searchsorted(running, luck * running[-1], side="right"))
    return int(likely[min(chosen, len(running) - 1)])


def _again(written: Sequence[int], n: int) -> list[int]:
    """Pieces that would complete a sequence of n which stands there already."""
    if n == 1:
        return sorted(set(written))
    tail = tuple(written[len(written) - n + 1 :])
    if len(tail) < n - 1:
        return []
    return [
        written[at + n - 1]
        for at in range(len(written) - n + 1)
        if tuple(written[at : at + n - 1]) == tail
    ]


def pieces_in_bytes(tokenizer: Any) -> list[bytes]:
    """What each piece of a byte-level tokenizer stands for; special pieces stand for nothing.

    Raises ``ValueError`` for tokenizers of another kind.
    """
    import json

    kinds = json.loads(tokenizer.to_str())
    decoder = kinds.get("decoder") or {}
    names = [decoder.get("type"), *(each.get("type") for each in decoder.get("decoders", []))]
    if "ByteLevel" not in names:
        raise ValueError("the tokenizer is not byte-level; train or name a model with one that is")
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {chr(byte): byte for byte in printable}
    alphabet |= {chr(256 + number): byte for number, byte in enumerate(others)}
    added = {each["id"]: each for each in kinds.get("added_tokens", [])}
    pieces = []
    for number in range(tokenizer.get_vocab_size()):
        text = tokenizer.id_to_token(number) or ""
        if number in added:
            pieces.append(b"" if added[number]["special"] else text.encode())
        else:
            pieces.append(bytes(alphabet[sign] for sign in text if sign in alphabet))
    return pieces


class Text:
    """A text that grows piece by piece and ends before a stop string.

    ``ready`` hands out what is certain: no half of a character, and nothing that may turn out to
    be the beginning of a stop string, wherever pieces begin and end.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self.stopped = False
        self._stop = [each for each in stop if each]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._given = 0

    def add(self, piece: bytes) -> None:
        """Go on with a piece; ``stopped`` is true once a stop string is complete."""
        # A stop string can begin as far back as its own length before the new signs.
        before = max(0, len(self._text) - max(map(len, self._stop), default=0))
        self._text += self._decoder.decode(piece)
        found = [at for at in (self._text.find(each, before) for each in self._stop) if at >= 0]
        if found:
            self._text = self._text[: min(found)]
            self.stopped = True

    def ready(self) -> str:
        """What is certain and was not handed out before."""
        sure = len(self._text)
        if not self.stopped:
            for each in self._stop:
                longest = min(len(each) - 1, len(self._text) - self._given)
                for size in range(longest, 0, -1):
                    if self._text.endswith(each[:size]):
                        sure = min(sure, len(self._text) - size)
                        break
        part = self._text[self._given : sure]
        self._given = max(sure, self._given)
        return part

    def finish(self) -> str:
        """All that was not handed out before; half a character at the end is left out."""
        part = self._text[self._given :]
        self._given = len(self._text)
        return part

    @property
    def whole(self) -> str:
        """The text so far, without the half of a character at its end."""
        return self._text
