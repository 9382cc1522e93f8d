"""What makes pieces likelier while a line is written: words that have to come up in it.

Design choices:

* A word is not put in by force where it does not fit. What begins it is made likelier at every
  place, the more so the longer the line gets, and the model's own likelihood decides between the
  places; only where the room runs out is it forced (after Pascual et al. 2021, "A plug-and-play
  method for controlled text generation", which raises the likelihood of what is near to a word).
* The line does not end before everything was said. One candidate may so become clumsy: write some
  and take the likeliest (:func:`slmapps.writing.lines.write_lines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from slmapps.writing.obedience import says

if TYPE_CHECKING:
    from slmapps.backbone import Writer

__all__ = ["MustSay"]

_BEGIN, _MORE, _MOST = 1.5, 0.2, 6.0  # nats: at the line's begin, more for each piece, at most
_GO_ON = 6.0  # for the rest of a word that has begun
_FORCED = 1e4
_SPARE = 4  # pieces: with less to spare nothing is left to chance


class MustSay:
    """Every one of ``phrases`` stands in the line, up to inflection, before the line ends.

    ``most`` is the limit that ``generate`` is given: with it near, what is left is forced. The line
    ends at a line break or at the end of the text.

    Raises:
        ValueError: a phrase without a letter, or more phrases than ``most`` pieces can hold.
    """

    def __init__(self, writer: Writer, phrases: Sequence[str], most: int) -> None:
        self._pieces, self._most = writer.pieces, most
        self._words = tuple(" ".join(phrase.split()) for phrase in phrases)
        for phrase in self._words:
            if not any(sign.isalpha() for sign in phrase):
                raise ValueError(f"{phrase!r} holds no letter; ask for a word")
        self._forms = [self._spellings(writer, phrase) for phrase in self._words]
        needed = sum(max(map(len, forms)) for forms in self._forms)
        if needed >= most:
            raise ValueError(f"{needed} pieces must be said in a line of at most {most}; ask less")
        self._endings = np.array(
            [*writer.ends, *(n for n, piece in enumerate(self._pieces) if b"\n" in piece)]
        )
        self._letters = np.array([_letter(piece[:1]) for piece in self._pieces])
        self._size = writer.vocabulary_size

    @staticmethod
    def _spellings(writer: Writer, phrase: str) -> list[list[int]]:
        spelt = {phrase, phrase[0].upper() + phrase[1:]}
        encode = writer.tokenizer.encode
        return [encode(f" {each}", add_special_tokens=False).ids for each in sorted(spelt)]

    def bias(self, written: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """(pieces,) nats; None once all was said and what comes next is free."""
        whole = any(_ends(written, ids) for forms in self._forms for ids in forms)
        text = b"".join(self._pieces[number] for number in written).decode("utf-8", "replace")
        left = [
            forms
            for phrase, forms in zip(self._words, self._forms, strict=True)
            # The stem of a word may stand there while the word is still being written.
            if not says(text, [phrase]) or self._begun(written, [forms])[0] > 1
        ]
        if not left and not whole:
            return None
        values = np.zeros(self._size, np.float32)
        if whole:
            values[self._letters] = -np.inf  # "letter" is not to become "letterhead"
        if not left:
            return values
        room = self._most - len(written) - sum(max(map(len, forms)) for forms in left)
        size, begun = self._begun(written, left)
        if begun:
            values[begun] = _FORCED if size > 1 or room < _SPARE else _GO_ON
        else:
            push = min(_MOST, _BEGIN + _MORE * len(written))
            values[[ids[0] for forms in left for ids in forms]] = (
                push if room >= _SPARE else _FORCED
            )
        values[self._endings] = -np.inf
        return values

    @staticmethod
    def _begun(written: Sequence[int], left: list[list[list[int]]]) -> tuple[int, list[int]]:
        """How many pieces of a phrase stand at the end, and the pieces that go on with it."""
        spellings = [ids for forms in left for ids in forms]
        for size in range(max(map(len, spellings)) - 1, 0, -1):
            following = [i[size] for i in spellings if len(i) > size and _ends(written, i[:size])]
            if following:
                return size, following
        return 0, []


def _letter(byte: bytes) -> bool:
    return byte.isalpha() or byte > b"\x7f"


def _ends(written: Sequence[int], with_: Sequence[int]) -> bool:
    return list(written[-len(with_) :]) == list(with_)
