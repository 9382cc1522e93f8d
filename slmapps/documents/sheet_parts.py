"""The two large parts of an XLSX package, streamed: rows of cells, and shared texts (ECMA-376).

Design choices:

* Expat with callbacks: a list of 60,000 lines has a million cells, and an object for each costs
  more than all the rest.
* A document type declaration ends the reading, so that there are no entities to expand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

__all__ = ["Cell", "rows", "shared_texts"]

Cell = tuple[int, str, str, str]
"""Column (from 0, or -1 where the cell does not say), type, style number, stored text."""

_CHUNK = 1 << 16
_LETTERS = re.compile(r"[A-Z]{1,3}")


def rows(part: IO[bytes]) -> Iterator[list[Cell]]:
    """Give the cells of each row of a worksheet, in the order of the file."""
    yield from _Rows().read(part)


def shared_texts(part: IO[bytes]) -> Iterator[str]:
    """Give the shared texts of a workbook, in the order of their numbers."""
    yield from _Texts().read(part)


class _Stream:
    """Feeds a part to expat and gives out what the callbacks have finished."""

    def __init__(self) -> None:
        self.finished: list[Any] = []
        self.prefix = ""
        self.taken: list[str] = []
        self.taking = False
        self.phonetic = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._root
        self.parser.CharacterDataHandler = self._text

    def read(self, part: IO[bytes]) -> Iterator[Any]:
        while chunk := part.read(_CHUNK):
            self.parser.Parse(chunk)
            yield from self.finished
            self.finished.clear()
        self.parser.Parse(b"", True)
        yield from self.finished

    def _refuse(self, *_: object) -> None:
        raise ValueError("a document type declaration")

    def _root(self, name: str, _: dict[str, str]) -> None:
        """Learn the prefix that the part uses; most use none."""
        self.prefix = name[: name.find(":") + 1]
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def _text(self, text: str) -> None:
        if self.taking:
            self.taken.append(text)

    def start(self, name: str, about: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError


class _Rows(_Stream):
    def __init__(self) -> None:
        super().__init__()
        self.row: list[Cell] = []
        self.column, self.kind, self.style = -1, "n", "0"
        self.columns: dict[str, int] = {}

    def start(self, name: str, about: dict[str, str]) -> None:
        tag = name.removeprefix(self.prefix)
        if tag == "c":
            self.column = self._column(about.get("r", ""))
            self.kind, self.style = about.get("t", "n"), about.get("s", "0")
        elif tag == "v" or (tag == "t" and not self.phonetic):
            self.taking = True
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "row":
            self.row = []

    def end(self, name: str) -> None:
        tag = name.removeprefix(self.prefix)
        if tag in {"v", "t"}:
            self.taking = False
        elif tag == "c":
            self.row.append((self.column, self.kind, self.style, "".join(self.taken)))
            self.taken.clear()
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "row":
            self.finished.append(self.row)

    def _column(self, reference: str) -> int:
        match = _LETTERS.match(reference)
        if match is None:
            return -1
        letters = match[0]
        if letters not in self.columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self.columns[letters] = number - 1
        return self.columns[letters]


class _Texts(_Stream):
    def start(self, name: str, _: dict[str, str]) -> None:
        tag = name.removeprefix(self.prefix)
        if tag == "t" and not self.phonetic:
            self.taking = True
        elif tag == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        tag = name.removeprefix(self.prefix)
        if tag == "t":
            self.taking = False
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "si":
            self.finished.append("".join(self.taken))
            self.taken.clear()
