"""A table that a person hands in to be scored row by row: CSV, TSV, XLSX, JSON lines; gzip.

Design choices:

* Every row counts. In the lists that ``documents`` reads, preambles and rows of empty cells are
  left out; here a row is answered by a row, those of empty cells too.
* The column is named, so the sign between the cells is the one under which the first row holds
  that name. Nothing is guessed from the rows.
* Cells are handed through as they are.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slmapps.documents import Limits, open_document
from slmapps.documents.decoding import decode
from slmapps.documents.gzipped import unpack
from slmapps.documents.sniff import GZIP, NAMES, TEXT, XLSX, media_type
from slmapps.records import Problem, Severity

__all__ = ["GivenTable", "read_given"]

LIMITS = Limits(max_bytes=1_000_000_000, max_rows=5_000_000, max_cell=10_000_000, max_seconds=600.0)
_SIGNS = (",", "\t", ";", "|")
_NO_SIGN = "\x1f"
_NAMED = 12

Read = tuple["GivenTable | None", list[Problem]]


@dataclass(frozen=True)
class GivenTable:
    """The rows (n) as text, and where the columns that were asked for stand."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    wanted: tuple[int, ...]

    def column(self, place: int) -> list[str]:
        """Give the cells (n,) of the ``place``-th column that was asked for."""
        at = self.wanted[place]
        return [row[at] for row in self.rows]


def read_given(path: Path, wanted: Sequence[str]) -> Read:
    """Read the table in ``path`` that has the columns ``wanted``; None and why where it hasn't."""
    table, problems = _read(path, wanted)
    return table, [each.model_copy(update={"file": each.file or path.name}) for each in problems]


def _read(path: Path, wanted: Sequence[str]) -> Read:
    try:
        if not path.is_file():
            raise IsADirectoryError(f"'{path.name}' is no file")
        with path.open("rb") as stream:
            data = stream.read(LIMITS.max_bytes + 1)
    except (OSError, ValueError) as error:
        return None, [_unreadable(getattr(error, "strerror", None) or str(error))]
    if len(data) > LIMITS.max_bytes:
        return None, [_too_large()]
    if media_type(data) == GZIP:
        unpacked, problems = unpack(data, LIMITS)
        if unpacked is None:
            return None, problems
        data = unpacked
    if not data.strip():
        return None, [_empty()]
    kind = media_type(data)
    if kind == XLSX:
        return _workbook(data, path.name, wanted)
    if kind != TEXT:
        return None, [_other(NAMES.get(kind, kind))]
    text, problems = decode(data)
    if text is None:
        return None, problems
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        table, found = _objects(text, wanted, whole=start == "[")
    else:
        table, found = _delimited(text, wanted)
    return table, problems + found


def _delimited(text: str, wanted: Sequence[str]) -> Read:
    headers: list[list[str]] = []
    with _long_cells():
        try:
            for sign in _SIGNS:
                header = next(_rows(text, sign), [])
                headers.append(header)
                if (places := _places(header, wanted)) is not None:
                    # A column by itself: nothing separates cells, whatever its texts hold.
                    rows = list(_rows(text, sign if len(header) > 1 else _NO_SIGN))
                    return _made(rows[0], rows[1:], places)
        except csv.Error as error:
            return None, [_quotation(str(error))]
    return None, [_no_column(wanted, max(headers, key=len))]


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(LIMITS.max_cell)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(text: str, sign: str) -> Iterator[list[str]]:
    """Give the rows; a line without anything is none, as everywhere in CSV."""
    return (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row)


def _made(header: Sequence[str], rows: list[list[str]], places: tuple[int, ...]) -> Read:
    problems: list[Problem] = []
    width = max([len(header), *map(len, rows)], default=0)
    columns = [*header, *(f"column_{n + 1}" for n in range(len(header), width))]
    ragged = sum(len(row) != len(header) for row in rows)
    if ragged:
        problems.append(_ragged(ragged, len(header)))
    names = [name.strip() for name in columns]
    twice = [columns[at] for at in places if names.count(names[at]) > 1]
    problems += [_twice(name) for name in twice]
    full = [row + [""] * (width - len(row)) for row in rows]
    return GivenTable(tuple(columns), full, places), problems


def _places(header: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...] | None:
    """Find the columns by name, or by name whatever its case; None where one is missing."""
    exact = [name.strip() for name in header]
    folded = [name.casefold() for name in exact]
    found = []
    for name in wanted:
        if name.strip() in exact:
            found.append(exact.index(name.strip()))
        elif name.strip().casefold() in folded:
            found.append(folded.index(name.strip().casefold()))
        else:
            return None
    return tuple(found)


def _workbook(data: bytes, name: str, wanted: Sequence[str]) -> Read:
    document, problems = open_document(data, name=name, limits=LIMITS)
    if document is None:
        return None, problems
    for table in document.tables:
        lines = [list(table.columns), *map(list, table.rows)]
        for number, row in enumerate(lines[:2]):  # the names may have been taken for a row
            if (places := _places(row, wanted)) is not None:
                found, more = _made(row, lines[number + 1 :], places)
                return found, [*(p for p in problems if p.code != "no-header"), *more]
    columns = document.tables[0].columns if document.tables else ()
    return None, [_no_column(wanted, columns)]


def _objects(text: str, wanted: Sequence[str], *, whole: bool) -> Read:
    """Read JSON lines, or an array of objects; a line that is no object is a row without cells."""
    objects: list[Any] = []
    broken = 0
    if whole:
        try:
            objects = json.loads(text)
        except ValueError as error:
            return None, [_no_json(str(error))]
    else:
        for line in text.splitlines():
            if line.strip():
                try:
                    objects.append(json.loads(line))
                except (ValueError, RecursionError):
                    objects.append(None)
    rows = [each if isinstance(each, dict) else {} for each in objects]
    broken = sum(not isinstance(each, dict) for each in objects)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    places = _places(columns, wanted)
    if places is None:
        return None, [_no_column(wanted, columns)]
    problems = [_broken_lines(broken)] if broken else []
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    table, more = _made(columns, cells, places)
    return table, problems + more


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _no_column(wanted: Sequence[str], columns: Sequence[str]) -> Problem:
    there = ", ".join(repr(name.strip()[:40]) for name in columns[:_NAMED])
    names = " and ".join(repr(name) for name in wanted)
    return Problem(
        code="no-column",
        message=f"The table has no column {names}.",
        cure=f"Name one of its columns: {there or 'it has none'}.",
    )


def _twice(name: str) -> Problem:
    return Problem(
        code="column-twice",
        message=f"Two columns are called {name.strip()!r}; the first one was taken.",
        cure="Give the columns different names if another one is meant.",
        severity=Severity.WARNING,
    )


def _quotation(reason: str) -> Problem:
    return Problem(
        code="cell-too-long",
        message=f"A cell is too long or a quotation mark is never closed ({reason}).",
        cure="Look for a lone quotation mark, or save the table again from a spreadsheet.",
    )


def _ragged(count: int, width: int) -> Problem:
    return Problem(
        code="row-width",
        message=f"{count:,} rows do not have {width} cells like the header.",
        cure="Look for a lone quotation mark, or texts with commas that are not quoted.",
        severity=Severity.WARNING,
    )


def _broken_lines(count: int) -> Problem:
    return Problem(
        code="line-broken",
        message=f"{count:,} lines are no JSON object; their rows are empty.",
        cure="Write one object a line.",
        severity=Severity.WARNING,
    )


def _unreadable(reason: str) -> Problem:
    return Problem(
        code="file-unreadable",
        message=f"The file cannot be opened: {reason}.",
        cure="Check the path, and who may read the file.",
    )


def _too_large() -> Problem:
    return Problem(
        code="file-too-large",
        message=f"The file is larger than {LIMITS.max_bytes:,} bytes.",
        cure="Split it.",
    )


def _empty() -> Problem:
    return Problem(
        code="file-empty",
        message="The file is empty.",
        cure="Give a table with a row of column names on top.",
    )


def _other(kind: str) -> Problem:
    return Problem(
        code="file-kind",
        message=f"The file is {kind}, which is no table.",
        cure="Give CSV, TSV, XLSX or JSON lines, packed with gzip or not.",
    )


def _no_json(reason: str) -> Problem:
    return Problem(
        code="json-broken",
        message=f"The file starts like JSON and is none: {reason}.",
        cure="Give an array of objects, or one object a line.",
    )
