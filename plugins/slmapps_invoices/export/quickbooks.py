"""QuickBooks Online's bill import (outside the United States), one row a posting.

Rows of one bill number are one bill. Accounts are matched by name, amounts exclude tax. The import
takes no supplier credits and no cost centres: the first are held back, the second left out.
https://quickbooks.intuit.com/learn-support (Import bills)
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from slmapps.records import Problem, Severity
from slmapps_invoices.export.cells import csv_bytes, formula_free, safe_cell
from slmapps_invoices.export.entries import Batch, Entry, Posting, Written, checked
from slmapps_invoices.export.tax_names import TaxNames
from slmapps_invoices.export.xero import written_date

__all__ = ["COLUMNS", "write_quickbooks"]

COLUMNS = (
    "*BillNo", "*Supplier", "*BillDate", "*DueDate", "Terms", "Location", "Memo", "*Account",
    "LineDescription", "*LineAmount", "*LineTaxCode", "LineTaxAmount", "Currency",
)  # fmt: skip
MOST_BILLS = 100
MOST_ROWS = 1000
NUMBER_LENGTH = 21
NAME = "quickbooks-bills.csv"


def _numbers(entries: tuple[Entry, ...]) -> tuple[list[str], list[Problem]]:
    """A bill number of at most 21 characters for each entry, no two alike (rows join)."""
    numbers: list[str] = []
    problems: list[Problem] = []
    for entry in entries:
        number = short = safe_cell(entry.number)[-NUMBER_LENGTH:]
        if number[:1] in "=+-@":
            number = short = number.lstrip("=+-@") or "bill"
        turn = 1
        while number in numbers:
            turn += 1
            number = f"{short[: NUMBER_LENGTH - 1 - len(str(turn))]}~{turn}"
        if number != entry.number:
            problems.append(
                Problem(
                    code="export-number-changed",
                    message=f"{entry.number} is called {number} in the file, because QuickBooks "
                    f"takes {NUMBER_LENGTH} characters and joins bills of one number",
                    cure="nothing, unless you look the bill up by its number",
                    severity=Severity.INFO,
                    file=entry.file or None,
                )
            )
        numbers.append(number)
    return numbers, problems


def _row(number: str, entry: Entry, posting: Posting, batch: Batch, taxes: TaxNames) -> list[str]:
    return [
        number,
        safe_cell(entry.seller, 100),
        written_date(entry.date, batch),
        written_date(entry.due_date or entry.date, batch),
        "",
        "",
        safe_cell(entry.order_reference, 1000),
        safe_cell(posting.account_name or posting.account, 100),
        safe_cell(posting.text, 1000),
        format(posting.net, "f"),
        safe_cell(taxes.name(posting)),
        format(posting.tax, "f"),
        entry.currency,
    ]


def _agrees(data: bytes, entries: tuple[Entry, ...]) -> bool:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]
    total = sum((Decimal(row[9]) + Decimal(row[11]) for row in rows), Decimal(0))
    return (
        total == sum((entry.total for entry in entries), Decimal(0))
        and all(len(row) == len(COLUMNS) for row in rows)
        and formula_free(rows)
    )


def write_quickbooks(batch: Batch) -> Written:
    """The batch as a bills file."""
    taxes = TaxNames(batch.settings, "quickbooks")
    credits_ = [entry for entry in batch.entries if entry.total < 0]
    entries = tuple(entry for entry in batch.entries if entry.total >= 0)
    problems = [
        Problem(
            code="quickbooks-credit",
            message=f"{entry.number} is a credit, which QuickBooks' bill import does not take; "
            "it is held back",
            cure="enter it in QuickBooks as a supplier credit",
            severity=Severity.WARNING,
            file=entry.file or None,
        )
        for entry in credits_
    ]
    if not entries:
        return Written(b"", NAME, tuple(problems))
    numbers, changed = _numbers(entries)
    rows = [
        _row(number, entry, posting, batch, taxes)
        for number, entry in zip(numbers, entries, strict=True)
        for posting in entry.postings
    ]
    data = csv_bytes(COLUMNS, rows)
    problems += [*changed, *taxes.problems()]
    if len(entries) > MOST_BILLS or len(rows) > MOST_ROWS:
        problems.append(
            Problem(
                code="export-too-many",
                message=f"QuickBooks takes {MOST_BILLS} bills and {MOST_ROWS} rows a file, "
                f"this one has {len(entries)} and {len(rows)}",
                cure="export fewer invoices at a time",
                severity=Severity.WARNING,
            )
        )
    return checked(data, NAME, problems, agrees=_agrees(data, entries))
