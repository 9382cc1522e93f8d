"""XLSX, streamed row by row, with nothing unpacked before its size is known.

Read straight from the parts of the package (ECMA-376), several times faster than through a library
that makes an object of each cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath

from lxml import etree

from slmapps.documents.delimited import make_table
from slmapps.documents.limits import Deadline, Limits
from slmapps.documents.sheet_parts import rows, shared_texts
from slmapps.records import Problem, Severity, Table

__all__ = ["read_workbook"]

_SHEETS = 20
_PARTS = 2000
_SMALL = 1_000_000  # bytes; a small part may be packed as tightly as it likes
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NO_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|General', re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d{1,3})?", re.IGNORECASE)


@dataclass(frozen=True)
class _Book:
    """What the cells refer to: shared texts, which styles are dates, where day 0 lies."""

    texts: list[str]
    dates: list[bool]
    day_zero: datetime
    sheets: list[tuple[str, str]]


def read_workbook(
    data: bytes, limits: Limits, deadline: Deadline
) -> tuple[tuple[Table, ...], list[Problem]]:
    """Read the visible sheets that hold rows. Formulas give their stored values."""
    tables: list[Table] = []
    problems: list[Problem] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            problem = _danger(archive, limits)
            if problem is not None:
                return (), [problem]
            book = _book(archive)
            for name, part in book.sheets[:_SHEETS]:
                lines = _rows(archive, part, book, limits)
                table, found = make_table(lines, name, limits, deadline)
                problems += found
                if any(one.severity is Severity.ERROR for one in found):
                    break
                if table is not None:
                    tables.append(table)
    except Exception as error:  # a damaged package fails in zlib, zipfile, expat, lxml or here
        problems.append(_broken(error))
    return tuple(tables), problems


def _book(archive: zipfile.ZipFile) -> _Book:
    names = set(archive.namelist())
    workbook = _tree(archive, "xl/workbook.xml")
    targets = {
        link.get("Id", ""): normpath(join("xl", link.get("Target", "")).replace("xl//xl/", "xl/"))
        for link in _tree(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets = []
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        link = next((value for key, value in sheet.attrib.items() if str(key).endswith("}id")), "")
        part = targets.get(str(link), "").removeprefix("/")
        if part in names and sheet.get("state", "visible") == "visible":
            sheets.append((sheet.get("name", ""), part))
    about = workbook.find("{*}workbookPr")
    since_1904 = about is not None and about.get("date1904") in {"1", "true"}
    return _Book(
        texts=_shared_texts(archive) if "xl/sharedStrings.xml" in names else [],
        dates=_date_styles(archive) if "xl/styles.xml" in names else [],
        day_zero=datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30),  # noqa: DTZ001
        sheets=sheets,
    )


def _tree(archive: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(archive.read(part), parser)


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    with archive.open("xl/sharedStrings.xml") as part:
        return list(shared_texts(part))


def _date_styles(archive: zipfile.ZipFile) -> list[bool]:
    styles = _tree(archive, "xl/styles.xml")
    custom = {
        form.get("numFmtId"): bool(
            re.search("[dmyhs]", _NO_DATE.sub("", form.get("formatCode", "")))
        )
        for form in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    dates = []
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        builtin = number.isdigit() and int(number) in _DATE_FORMATS
        dates.append(custom.get(number, builtin))
    return dates


def _rows(archive: zipfile.ZipFile, part: str, book: _Book, limits: Limits) -> Iterator[list[str]]:
    """Give the cells of each row as text; gaps between cells are empty."""
    # A cell far out would fill its row up to it; the limit on columns refuses that row.
    furthest = limits.max_columns + 1
    with archive.open(part) as stream:
        for row in rows(stream):
            cells: list[str] = []
            for column, kind, style, text in row:
                if column > len(cells):
                    cells.extend([""] * (min(column, furthest) - len(cells)))
                cells.append(_cell(kind, style, text, book)[: limits.max_cell])
            while cells and not cells[-1]:
                cells.pop()
            yield cells


def _cell(kind: str, style: str, text: str, book: _Book) -> str:
    if kind == "s":
        at = int(text) if text.isdigit() else -1
        return book.texts[at] if 0 <= at < len(book.texts) else ""
    if kind == "b":
        return "True" if text == "1" else "False"
    if kind != "n" or not text:
        return text
    dated = style.isdigit() and int(style) < len(book.dates) and book.dates[int(style)]
    return _day(text, book.day_zero) if dated else _number(text)


def _number(text: str) -> str:
    """Write a stored number without exponent, in the 15 digits that a spreadsheet keeps.

    More digits are an echo of the binary fraction: 0.30000000000000004.
    """
    if not _NUMBER.fullmatch(text):
        return text
    if len(text) <= 15 and "e" not in text.casefold():
        return text
    try:
        rounded = Decimal(f"{float(text):.15g}")
    except (InvalidOperation, OverflowError, ValueError):
        return text
    return f"{rounded:f}" if -20 < rounded.adjusted() < 30 else text


def _day(text: str, day_zero: datetime) -> str:
    """Write a day number as an ISO date, with the time where it has one."""
    try:
        moment = day_zero + timedelta(days=float(text))
    except (OverflowError, ValueError):
        return text
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.date().isoformat() if not float(text) % 1 else moment.isoformat(sep=" ")


def _danger(archive: zipfile.ZipFile, limits: Limits) -> Problem | None:
    """Say why a workbook must not be unpacked, or None.

    Python's zipfile never reads more of a part than its directory declares, so a bound on the
    declared sizes is a bound on the real ones.
    """
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
        if part.file_size > limits.max_bytes // 2 and "sheets/" not in part.filename:
            return _bomb(f"{part.file_size:,} bytes beside its rows")
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(4096):
                    return _bomb("a document type declaration")
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
