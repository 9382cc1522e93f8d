"""A list of invoice lines under any headers, to the columns that coding knows.

``lines_frame`` gives one row for each row of the list, in its order, with the columns

=============  ==================================================================================
date           ISO text (2025-01-31), None where missing
supplier       text
text           text
amount         ``decimal.Decimal``; debits positive, credits negative
currency       text, upper case
department     text
invoice_id     text
line_id        text
tax_rate       ``decimal.Decimal``, per cent
=============  ==================================================================================

then the list's own columns as text, but for those of the same name. A column that the list does not
have is None throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import pandas as pd

from slmapps.records import Problem, Severity, Span, Table
from slmapps_invoices.cell_values import Reading, read_amounts, read_days
from slmapps_invoices.column_names import find_columns
from slmapps_invoices.line_items import COLUMNS
from slmapps_invoices.wording import looks_like_formula

__all__ = ["COLUMNS", "lines_frame"]

_TEXTS = ("supplier", "text", "currency", "department", "invoice_id", "line_id")
_ENOUGH = 0.5  # of a column's filled cells must be dates, or amounts, for it to be one
_CREDITS = {"h", "c", "cr", "credit", "haben", "avere"}
_SIGNS = _CREDITS | {"s", "d", "dr", "debit", "soll", "dare"}
_SHOWN = 5


def lines_frame(tables: Sequence[Table]) -> tuple[pd.DataFrame, list[Problem]]:
    """Give the lines of the longest of ``tables``; Problems say what is unclear or unreadable."""
    filled = [table for table in tables if table.rows]
    if not filled:
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
        return empty, [
            Problem(
                code="no-lines", message="The list has no lines.", cure="Check that it is the one."
            )
        ]
    table = max(filled, key=lambda each: len(each.rows))
    return _Lines(table).frame()


class _Lines:
    """One list while it is being read: which column is which, and what was unclear."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells = [list(column) for column in zip(*table.rows, strict=True)]
        self.candidates = find_columns(table.columns)
        self.taken: set[int] = set()
        self.problems: list[Problem] = []

    def frame(self) -> tuple[pd.DataFrame, list[Problem]]:
        """Read every field, the surest first, so that no column serves twice."""
        values: dict[str, list[object]] = {}
        values["date"] = [day and day.isoformat() for day in self._days()]
        values["amount"] = list(self._amounts())
        values["tax_rate"] = list(self._rates())
        for name in _TEXTS:
            values[name] = list(self._texts(name))
        values["currency"] = [text and str(text).upper() for text in values["currency"]]
        columns = {name: pd.Series(values[name], dtype=object) for name in COLUMNS}
        for at, name in enumerate(self.table.columns):
            if name not in columns:
                columns[name] = pd.Series(self.cells[at], dtype=object)
        self._check(values)
        return pd.DataFrame(columns), self.problems

    def _days(self) -> list[date | None]:
        for at in self._open("date"):
            reading = read_days(self.cells[at])
            if self._fits(at, reading):
                self.taken.add(at)
                self._report(at, reading, "dates", "Write the dates as 2025-01-31.")
                return reading.found
        self._absent("date", "date")
        return [None] * len(self.table.rows)

    def _amounts(self) -> list[Decimal | None]:
        debits, credited = self._column("debit"), self._column("credit")
        if debits is not None and credited is not None:
            return [
                None if debit is None and credit is None else (debit or _ZERO) - _size(credit)
                for debit, credit in zip(debits, credited, strict=True)
            ]
        amounts = self._column("amount")
        if amounts is None:
            amounts = debits
        if amounts is None:
            self._absent("amount", "amount")
            return [None] * len(self.table.rows)
        return self._signed(amounts)

    def _column(self, field: str) -> list[Decimal | None] | None:
        fitting = []
        for at in self._open(field):
            reading = read_amounts(self.cells[at])
            if self._fits(at, reading) or (field in {"debit", "credit"} and not reading.unreadable):
                fitting.append((at, reading))
        if not fitting:
            return None
        at, reading = fitting[0]
        self.taken.add(at)
        self._report(at, reading, "amounts", "Write amounts as 1234.56.")
        if field == "amount" and len(fitting) > 1:
            others = ", ".join(f"'{self.table.columns[other]}'" for other, _ in fitting[1:_SHOWN])
            self.problems.append(
                Problem(
                    code="several-amounts",
                    message=f"Amounts were taken from '{self.table.columns[at]}', not {others}.",
                    cure="Name the column with the net amounts 'amount', if it is another.",
                    severity=Severity.INFO,
                )
            )
        return reading.found

    def _signed(self, amounts: list[Decimal | None]) -> list[Decimal | None]:
        """Turn the sign of credits, where a column tells debits from credits."""
        for at in self._open("sign"):
            marks = [cell.strip().casefold() for cell in self.cells[at]]
            if marks and set(marks) <= _SIGNS | {""}:
                self.taken.add(at)
                return [
                    -amount if amount is not None and mark in _CREDITS else amount
                    for amount, mark in zip(amounts, marks, strict=True)
                ]
        return amounts

    def _rates(self) -> list[Decimal | None]:
        for at in self._open("tax_rate"):
            reading = read_amounts(self.cells[at])
            known = [value for value in reading.found if value is not None]
            if known and not reading.unreadable and all(0 <= value <= 60 for value in known):
                self.taken.add(at)
                # A spreadsheet keeps 19 % as 0.19.
                small = all(value < 1 for value in known) and any(known)
                return [value * 100 if value and small else value for value in reading.found]
        return [None] * len(self.table.rows)

    def _texts(self, field: str) -> list[str | None]:
        for at in self._open(field):
            self.taken.add(at)
            return [cell or None for cell in self.cells[at]]
        if field == "supplier":
            self._absent("supplier", "supplier")
        return [None] * len(self.table.rows)

    def _open(self, field: str) -> Iterable[int]:
        return [at for at in self.candidates[field] if at not in self.taken]

    def _fits(self, at: int, reading: Reading[date] | Reading[Decimal]) -> bool:
        filled = sum(1 for cell in self.cells[at] if cell.strip())
        known = sum(1 for value in reading.found if value is not None)
        return known > 0 and known >= _ENOUGH * filled

    def _report(
        self, at: int, reading: Reading[date] | Reading[Decimal], what: str, cure: str
    ) -> None:
        column = self.table.columns[at]
        if reading.ambiguous:
            self._warn(
                f"{what}-ambiguous",
                f"The {what} in '{column}' can be read in two ways; "
                + (
                    "the day was taken to come first."
                    if what == "dates"
                    else "three digits after the only sign were taken as thousands."
                ),
                cure,
            )
        if reading.mixed:
            self._warn(f"{what}-mixed", f"The {what} in '{column}' are written in two ways.", cure)
        if reading.unreadable:
            rows = ", ".join(str(self.table.first_row + row) for row in reading.unreadable[:_SHOWN])
            self._warn(
                f"{what}-unreadable",
                f"{len(reading.unreadable)} of the {what} in '{column}' cannot be read "
                f"(about row {rows}); they are left out.",
                cure,
                row=reading.unreadable[0],
                column=column,
            )

    def _absent(self, field: str, name: str) -> None:
        named = [self.table.columns[at] for at in self._open(field)]
        filled = any(cell.strip() for at in self._open(field) for cell in self.cells[at])
        if named and not filled:
            self._warn(
                f"no-{field}-column",
                f"The column '{named[0]}' is empty.",
                f"Fill it in where the {name} is known.",
            )
            return
        if field in {"date", "amount"} and named:
            cure = "2025-01-31" if field == "date" else "1234.56"
            self._warn(
                f"{field}s-unreadable",
                f"The column '{named[0]}' holds no {name}s that can be read; it is left out.",
                f"Write each {name} as {cure}.",
            )
            return
        there = ", ".join(self.table.columns[:20])
        self._warn(
            f"no-{field}-column",
            f"No column holds the {name}; there are: {there}.",
            f"Name that column '{name}'.",
        )

    def _check(self, values: dict[str, list[object]]) -> None:
        for field in ("supplier", "text", "invoice_id"):
            for row, text in enumerate(values[field]):
                if text and looks_like_formula(str(text)):
                    self._warn(
                        "formula-in-text",
                        f"A {field.replace('_', ' ')} reads like a spreadsheet formula: "
                        f"'{str(text)[:40]}'.",
                        "It is kept as text; check who made the list.",
                        row=row,
                        column=field,
                    )
                    break
        for row in range(len(self.table.rows) - 1, max(-1, len(self.table.rows) - 4), -1):
            first = next((cell for cell in self.table.rows[row] if cell), "").casefold()
            if first.rstrip(":").split(" ")[0] in _TOTALS and values["date"][row] is None:
                self._warn(
                    "total-row",
                    f"Row {self.table.first_row + row} looks like a total, not a line.",
                    "Take it out of the list.",
                    row=row,
                    column=None,
                )

    def _warn(
        self, code: str, message: str, cure: str, row: int | None = None, column: str | None = None
    ) -> None:
        where = None if row is None else Span(document="", table=0, row=row, column=column)
        self.problems.append(
            Problem(code=code, message=message, cure=cure, severity=Severity.WARNING, where=where)
        )


_ZERO = Decimal(0)
_TOTALS = {"total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "totale", "somme", "saldo",
           "balance", "endsumme"}  # fmt: skip


def _size(amount: Decimal | None) -> Decimal:
    """Give a credit's size; some programs write credits with a minus already."""
    return abs(amount) if amount else _ZERO
