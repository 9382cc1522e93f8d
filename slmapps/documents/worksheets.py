"""XLSX, with nothing unpacked before its size is known."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from slmapps.documents.delimited import make_table
from slmapps.documents.limits import Deadline, Limits
from slmapps.records import Problem, Severity, Table

__all__ = ["cell_text", "read_workbook"]

_SHEETS = 20
_PARTS = 2000
_SMALL = 1_000_000  # bytes; a small part may be packed as tightly as it likes


def read_workbook(
    data: bytes, limits: Limits, deadline: Deadline
) -> tuple[tuple[Table, ...], list[Problem]]:
    """Read the visible sheets that hold rows. Formulas give their stored values."""
    problem = _danger(data, limits)
    if problem is not None:
        return (), [problem]
    # openpyxl is slow to import and few files are workbooks.
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever a damaged part makes it stumble over
        return (), [_broken(error)]
    tables: list[Table] = []
    problems: list[Problem] = []
    try:
        for sheet in book.worksheets[:_SHEETS]:
            if sheet.sheet_state != "visible":
                continue
            # The stated size may be a lie, and rows would be filled up to it.
            sheet.reset_dimensions()
            table, found = make_table(_rows(sheet, limits), sheet.title, limits, deadline)
            problems += found
            if any(one.severity is Severity.ERROR for one in found):
                break
            if table is not None:
                tables.append(table)
    except Exception as error:  # as above: the sheets are parsed only now
        problems.append(_broken(error))
    finally:
        book.close()
    return tuple(tables), problems


def _rows(sheet: Any, limits: Limits) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        width = max((at for at, value in enumerate(row, start=1) if value is not None), default=0)
        yield [cell_text(value)[: limits.max_cell] for value in row[:width]]


def cell_text(value: object) -> str:
    """Write a cell as text: dates in ISO notation, numbers with a decimal point and no exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        # 15 digits are what a spreadsheet keeps; more are an echo of the binary fraction.
        number = Decimal(f"{value:.15g}")
        return f"{number.normalize():f}" if number.is_finite() else ""
    if isinstance(value, datetime):
        plain = value.hour == value.minute == value.second == 0
        return value.date().isoformat() if plain else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _danger(data: bytes, limits: Limits) -> Problem | None:
    """Say why a workbook must not be unpacked, or None.

    Python's zipfile never reads more of a part than its directory declares, so a bound on the
    declared sizes is a bound on the real ones.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS:
                return _bomb(f"{len(parts):,} parts")
            if any(part.flag_bits & 1 for part in parts):
                return Problem(
                    code="workbook-encrypted",
                    message="The workbook is locked with a password.",
                    cure="Save it without a password.",
                )
            total = sum(part.file_size for part in parts)
            if total > 2 * limits.max_bytes:
                return _bomb(f"{total:,} bytes when unpacked")
            for part in parts:
                ratio = part.file_size / max(1, part.compress_size)
                if part.file_size > _SMALL and ratio > limits.max_ratio:
                    return _bomb(f"a part that unpacks to {ratio:,.0f} times its size")
                if part.file_size > limits.max_bytes // 2 and "sharedStrings" in part.filename:
                    return _bomb(f"{part.file_size:,} bytes of text")
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(4096):
                            return _bomb("a document type declaration")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        return _broken(error)
    except Exception as error:  # zlib.error and its like, from a damaged part
        return _broken(error)
    return None


def _bomb(what: str) -> Problem:
    return Problem(
        code="workbook-too-large",
        message=f"The workbook has {what}, which no honest list needs; it was not unpacked.",
        cure="Save the sheet with the lines alone as CSV and send that.",
    )


def _broken(error: Exception) -> Problem:
    return Problem(
        code="workbook-broken",
        message=f"The workbook is damaged or cut short ({type(error).__name__}).",
        cure="Open it in a spreadsheet program, save it again, and send that.",
    )
