"""What may come next: ready masks over the pieces of a writer.

Each is a function of the pieces written so far, so one mask serves all rows of a batch. What may
follow depends on little of the past (a state of an automaton, the word at the end), and is worked
out once for each such state.

All work on bytes: a piece may hold half a character, and what it may be part of is decided when
the other half comes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from slmapps.backbone.automaton import Automaton

if TYPE_CHECKING:
    from slmapps.backbone.writer import TokenMask, Writer

__all__ = ["AllOf", "AllowedNames", "BannedStrings", "Format"]

Allowed = npt.NDArray[np.bool_]
_OPENERS = frozenset(b'.!?:\n"*([-')
_UPPER = frozenset(range(ord("A"), ord("Z") + 1))


class _Pieces:
    """A writer's pieces as bytes, sorted, and the ids of those that end a text."""

    def __init__(self, writer: Writer) -> None:
        self.bytes = writer.pieces
        self.size = writer.vocabulary_size
        self.ends = list(writer.ends)
        self.full = [number for number, piece in enumerate(self.bytes) if piece]
        self.sorted = sorted((self.bytes[number], number) for number in self.full)

    def text(self, written: Sequence[int]) -> bytes:
        return b"".join(self.bytes[number] for number in written)

    def none(self) -> Allowed:
        return np.zeros(self.size, bool)

    def beginning(self, start: bytes) -> list[int]:
        """The pieces that begin so."""
        at = bisect_left(self.sorted, (start, -1))
        found = []
        while at < len(self.sorted) and self.sorted[at][0].startswith(start):
            found.append(self.sorted[at][1])
            at += 1
        return found


class BannedStrings:
    """None of these strings comes up, wherever pieces begin and end; upper and lower case count."""

    def __init__(self, writer: Writer, strings: Iterable[str]) -> None:
        self._pieces = _Pieces(writer)
        self._banned = sorted({each.encode() for each in strings if each})
        self._longest = max((len(each) for each in self._banned), default=1)
        base = np.ones(self._pieces.size, bool)
        for number in self._pieces.full:
            if any(each in self._pieces.bytes[number] for each in self._banned):
                base[number] = False
        self._base = base
        self._states: dict[bytes, Allowed] = {}

    def allowed(self, written: Sequence[int]) -> Allowed:
        """(pieces,): false for what would complete a banned string."""
        # Pieces have a byte at least, so that many of the last ones are enough.
        tail = self._pieces.text(written[-self._longest :])[-(self._longest - 1) :]
        begun = [
            each[size:]
            for each in self._banned
            for size in range(1, min(len(each) - 1, len(tail)) + 1)
            if tail.endswith(each[:size])
        ]
        if not begun:
            return self._base
        key = b"\0".join(sorted(set(begun)))
        found = self._states.get(key)
        if found is None:
            found = self._base.copy()
            for rest in begun:
                found[self._pieces.beginning(rest)] = False
            self._states[key] = found
        return found


class AllowedNames:
    """No proper names but the listed ones.

    A word with a capital letter must be part of a listed name, or a word of ``common`` that
    stands where a sentence may begin, or one of ``free`` words, which may stand anywhere. Words
    end where letters, apostrophes and hyphens do. Of letters beyond ASCII those from À to Þ count
    as capitals, all others as small ones.
    """

    def __init__(
        self,
        writer: Writer,
        names: Iterable[str],
        *,
        common: Iterable[str] | None = None,
        free: Iterable[str] = ("I", "I'm", "I'd", "I'll", "I've", "OK"),
    ) -> None:
        self._pieces = _Pieces(writer)
        if common is None:
            common = (
                piece[1:].decode("ascii")
                for piece in writer.pieces
                if len(piece) > 1 and piece[:1] == b" " and piece[1:].isalpha() and piece.islower()
            )
        listed = {part.encode() for name in names for part in _words(name)}
        listed |= {word.encode() for word in free}
        listed |= {word + b"'s" for word in listed}
        first = {word.capitalize().encode() for word in common}
        self._anywhere, self._begun = listed, _beginnings(listed)
        self._first, self._begun_first = listed | first, _beginnings(listed | first)
        self._states: dict[tuple[bytes, bool], Allowed] = {}

    def allowed(self, written: Sequence[int]) -> Allowed:
        """(pieces,): false for what would begin or complete another name."""
        word, opening = self._state(self._pieces.text(written[-24:]), begin=len(written) <= 24)
        half = word[-1:] == b"\xc3"  # of a letter that may turn out to be a capital
        key = (word if half or _capital(word) else b"a" if word else b"", opening)
        found = self._states.get(key)
        if found is None:
            found = self._pieces.none()
            for number in self._pieces.full:
                found[number] = self._fits(*key, self._pieces.bytes[number])
            found[self._pieces.ends] = self._complete(*key)
            if len(self._states) > 4096:
                self._states.clear()
            self._states[key] = found
        return found

    @staticmethod
    def _state(text: bytes, *, begin: bool) -> tuple[bytes, bool]:
        """The word at the end, and whether it stands where a sentence may begin."""
        at = len(text)
        while at and _letter(text[at - 1]):
            at -= 1
        word = text[at:]
        while at and text[at - 1 : at] in {b" ", b"'"}:
            at -= 1
        return word, (text[at - 1] in _OPENERS) if at else begin

    def _fits(self, word: bytes, opening: bool, piece: bytes) -> bool:
        if not _capital(word + piece):
            return True
        for byte in piece:
            if _letter(byte):
                word += bytes([byte])
                continue
            if not self._complete(word, opening):
                return False
            if word:
                opening = False
            if byte in _OPENERS:
                opening = True
            elif byte not in b" '":
                opening = False
            word = b""
        if not _capital(word):
            return True
        return word in (self._begun_first if opening else self._begun)

    def _complete(self, word: bytes, opening: bool) -> bool:
        if not _capital(word):
            return True
        bare = word.rstrip(b"'-")
        return bare in (self._first if opening else self._anywhere)


def _letter(byte: int) -> bool:
    return chr(byte).isalpha() or byte >= 128 or byte in b"'-"


def _capital(word: bytes) -> bool:
    # A lone C3 is half a letter, and the other half decides; in UTF-8, À to Þ are C3 80 to C3 9E.
    return any(byte in _UPPER for byte in word) or re.search(rb"\xc3[\x80-\x9e]", word) is not None


def _words(name: str) -> list[str]:
    words, word = [], ""
    for sign in f"{name} ":
        if sign.isalpha() or sign in "'-":
            word += sign
        elif word:
            words.append(word)
            word = ""
    return words


def _beginnings(words: Iterable[bytes]) -> set[bytes]:
    return {word[:size] for word in words for size in range(1, len(word) + 1)}


class Format:
    """The text matches a pattern as a whole; it may end only where the pattern may.

    The pattern is a regular expression of literals, ``.``, ``[...]``, ``( | )``, ``* + ?`` and
    ``{m,n}``; see :mod:`slmapps.backbone.automaton`.

    Raises ``ValueError`` for a pattern that cannot be read, with the place.
    """

    def __init__(self, writer: Writer, pattern: str) -> None:
        self._pieces = _Pieces(writer)
        self._automaton = Automaton(pattern)
        self._states: dict[int, Allowed] = {}

    def allowed(self, written: Sequence[int]) -> Allowed:
        """(pieces,): true for what keeps a match possible."""
        state = self._automaton.run(self._pieces.text(written))
        found = self._states.get(state)
        if found is None:
            found = self._pieces.none()
            if state >= 0:
                # Sorted pieces share their beginnings: each step is taken once.
                path, before = [state], b""
                for piece, number in self._pieces.sorted:
                    same = _common(before, piece)
                    del path[same + 1 :]
                    for byte in piece[len(path) - 1 :]:
                        path.append(self._automaton.step(path[-1], byte))
                        if path[-1] < 0:
                            break
                    before = piece[: len(path) - 1]
                    found[number] = path[-1] >= 0
                found[self._pieces.ends] = self._automaton.accepts(state)
            self._states[state] = found
        return found


def _common(one: bytes, other: bytes) -> int:
    size = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        size += 1
    return size


class AllOf:
    """What every one of several masks allows."""

    def __init__(self, *masks: TokenMask) -> None:
        self._masks = masks

    def allowed(self, written: Sequence[int]) -> Allowed:
        """(pieces,): true where all masks are; they must answer in bools."""
        found: Allowed = np.logical_and.reduce([mask.allowed(written) for mask in self._masks])
        return found
