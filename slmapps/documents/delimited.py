"""CSV and its relatives: which sign separates the cells, and the rows under their header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from slmapps.documents.headers import header_row, unique_names
from slmapps.documents.limits import Deadline, Limits
from slmapps.records import Problem, Severity, Table

__all__ = ["delimiter", "has_long_line", "make_table", "read_delimited"]

_DELIMITERS = (";", "\t", ",", "|")


def delimiter(text: str) -> str | None:
    """Find the sign that splits the first lines into equally many (two or more) cells, or None."""
    sample = text[:65536]
    best: tuple[float, int] = (0.0, 0)
    found: str | None = None
    for sign in _DELIMITERS:
        if sign not in sample:
            continue
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))[:60]
        except csv.Error:
            continue
        widths = [len(row) for row in rows[: -1 if len(text) > len(sample) else None] if row]
        if not widths:
            continue
        (usual, times), *_ = Counter(widths).most_common(1)
        wide = sum(1 for width in widths if width >= 2)
        if usual < 2:
            # A long preamble of single cells above a short list.
            usual, times = max(widths), wide
        if usual < 2 or (wide < 2 and len(widths) > 1):
            continue
        score = (times / len(widths), usual)
        if score > best:
            best, found = score, sign
    return found if best[0] >= 0.4 else None


def has_long_line(data: bytes, most: int) -> bool:
    """Tell whether a line is longer than ``most`` bytes, in steps of that many bytes."""
    ends = b"\n" if b"\n" in data else b"\r"
    start = 0
    while len(data) - start > most:
        end = data.rfind(ends, start, start + most + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def read_delimited(
    text: str, sign: str, limits: Limits, deadline: Deadline
) -> tuple[Table | None, list[Problem]]:
    """Give the rows of a delimited text under their header."""
    previous = csv.field_size_limit(limits.max_cell)
    try:
        table, problems = make_table(
            csv.reader(io.StringIO(text, newline=""), delimiter=sign), "", limits, deadline
        )
    except csv.Error as error:
        return None, [
            Problem(
                code="cell-too-long",
                message=f"A cell is too long or a quotation mark is never closed ({error}).",
                cure="Look for a lone quotation mark, or save the list again from a spreadsheet.",
            )
        ]
    finally:
        csv.field_size_limit(previous)
    if table is not None and table.rows and _swallows(table.rows[-1], sign):
        problems.append(
            Problem(
                code="quote-open",
                message="A quotation mark in the list is never closed; the last row holds all"
                f" that follows it: '{table.rows[-1][0][:40]}'.",
                cure="Look for a lone quotation mark about there, and double it or remove it.",
                severity=Severity.WARNING,
            )
        )
    return table, problems


def _swallows(row: Sequence[str], sign: str) -> bool:
    """Tell whether the last filled cell of a list goes on over lines that look like rows."""
    last = next((cell for cell in reversed(row) if cell), "")
    beneath = last.split("\n")[1:]
    return bool(beneath) and all(sign in line for line in beneath if line.strip())


def make_table(
    source: Iterable[list[str]], name: str, limits: Limits, deadline: Deadline
) -> tuple[Table | None, list[Problem]]:
    """Turn rows into a Table: header found, empty rows left out, equal cells shared."""
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    shared: dict[str, str] = {}
    problems: list[Problem] = []
    for number, row in enumerate(source, start=1):
        if not number % 1000 and deadline.passed:
            return None, [
                Problem(
                    code="took-too-long",
                    message=f"Reading the list took more than {limits.max_seconds:g} seconds.",
                    cure="Split it into smaller files.",
                )
            ]
        if len(row) > limits.max_columns:
            return None, [
                Problem(
                    code="too-many-columns",
                    message=f"Row {number} has {len(row):,} cells; {limits.max_columns} are read.",
                    cure="Remove empty columns, or check which sign separates the cells.",
                )
            ]
        cells = tuple(shared.setdefault(cell, cell) for cell in map(str.strip, row))
        if not any(cells):
            continue
        if len(rows) > limits.max_rows:
            return None, [
                Problem(
                    code="too-many-rows",
                    message=f"The list has more than {limits.max_rows:,} rows.",
                    cure="Split it into smaller files.",
                )
            ]
        rows.append(cells)
        numbers.append(number)
    if not rows:
        return None, []
    top = header_row(rows)
    width = max(len(row) for row in rows[top or 0 :])
    if top is None:
        problems.append(
            Problem(
                code="no-header",
                message="No row names the columns.",
                cure="Put a row with the columns' names (date, supplier, text, amount) on top.",
                severity=Severity.WARNING,
            )
        )
        names, body, first = unique_names((), width), rows, numbers[0]
    else:
        names, body = unique_names(rows[top], width), rows[top + 1 :]
        first = numbers[top + 1] if top + 1 < len(numbers) else numbers[top] + 1
    full = tuple(row if len(row) == width else row + ("",) * (width - len(row)) for row in body)
    return Table.model_construct(name=name, columns=names, rows=full, first_row=first), problems
