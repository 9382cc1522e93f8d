"""The lines of a record as the coder takes them: one table, one row an item.

An item is named by its place in the record: ``lines[2]`` is the third line, of an invoice as well
as of a list of lines. What a line is booked to is said of that item; what was read off a page is
said of items of its own, ``header`` and ``lines[2].read``. Amounts in the table are floats, for
they are features there; what is booked is read from the record itself, where they are decimal
strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


__all__ = [
    "COLUMNS",
    "as_lines",
    "described",
    "frame_of",
    "is_line",
    "item_name",
    "line_number",
    "lines_of",
    "rows_of",
]

COLUMNS = (
    "date",
    "supplier",
    "text",
    "amount",
    "currency",
    "department",
    "invoice_id",
    "line_id",
    "tax_rate",
)


def item_name(number: int) -> str:
    """Name the item of the line ``number``, which counts from 0."""
    return f"lines[{number}]"


_LINE = re.compile(r"lines\[\d+\]")


def is_line(item: str) -> bool:
    """Tell whether an item is a line to be booked, and not what was read off its page.

    >>> is_line("lines[2]"), is_line("lines[2].read"), is_line("header")
    (True, False, False)
    """
    return _LINE.fullmatch(item) is not None


def line_number(item: str) -> int:
    """Give the number of the line that an item is.

    >>> line_number("lines[2]")
    2
    """
    return int(item.removeprefix("lines[").removesuffix("]"))


def lines_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the lines in a record's data, with :data:`COLUMNS`; missing values are None."""
    invoice = data.get("invoice")
    if invoice is None:
        rows: list[dict[str, Any]] = data.get("lines", [])
        return rows
    return [
        {
            "date": invoice["issue_date"],
            "supplier": invoice["seller"]["name"] or None,
            "text": _wording(line) or None,
            "amount": line["net"],
            "currency": invoice["currency"] or None,
            "department": None,
            "invoice_id": invoice["number"] or None,
            "line_id": line["id"] or None,
            "tax_rate": line["tax_rate"],
        }
        for line in invoice["lines"]
    ]


def _wording(line: dict[str, Any]) -> str:
    """Put what a line says of itself together; names alone are often only an article number."""
    parts = (line["description"], line.get("details", ""), line.get("note", ""))
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def frame_of(lines: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the table that the coder takes: dates as datetime64, amounts as float64, text as str."""
    import pandas as pd

    frame = pd.DataFrame(list(lines), columns=list(COLUMNS), dtype=object)
    frame["date"] = pd.to_datetime(frame["date"], errors="coerce", format="ISO8601")
    for number in ("amount", "tax_rate"):
        frame[number] = pd.to_numeric(frame[number], errors="coerce")
    return frame


def as_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring any table of lines to :data:`COLUMNS` in a form that can be kept as JSON.

    Dates become ISO text, numbers decimal text, everything missing None.
    """
    import pandas as pd

    kept = pd.DataFrame(index=pd.RangeIndex(len(frame)))
    for column in COLUMNS:
        if column in frame.columns:
            values = [_kept(value) for value in frame[column].tolist()]
            kept[column] = pd.Series(values, dtype=object)
        else:
            kept[column] = pd.Series([None] * len(frame), dtype=object)
    return kept


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table by column."""
    return [
        {str(column): value for column, value in row.items()} for row in frame.to_dict("records")
    ]


def _kept(value: Any) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}" if abs(value) < 1e9 else f"{value:.2f}"
    return str(value).replace("\0", "").strip() or None


def described(line: dict[str, Any]) -> dict[str, str]:
    """Give the columns of the review table for a line, as text."""
    names = {"invoice_id": "invoice"}
    shown = ("supplier", "text", "amount", "currency", "date", "invoice_id")
    return {names.get(column, column): line.get(column) or "" for column in shown}
