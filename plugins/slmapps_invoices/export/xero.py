"""Xero's bill import: the columns of its own template, one row a posting.

Xero joins rows of one contact and number to one bill. Amounts exclude tax; a credit note is a bill
with negative amounts. https://central.xero.com/s/article/Import-bills
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from slmapps.records import Problem, Severity
from slmapps_invoices.export.cells import csv_bytes, formula_free, safe_cell
from slmapps_invoices.export.entries import Batch, Entry, Posting, Written, checked
from slmapps_invoices.export.tax_names import TaxNames

__all__ = ["COLUMNS", "write_xero", "written_date"]

COLUMNS = (
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3",
    "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber",
    "*InvoiceDate", "*DueDate", "Total", "InventoryItemCode", "Description", "*Quantity",
    "*UnitAmount", "*AccountCode", "*TaxType", "TaxAmount", "TrackingName1", "TrackingOption1",
    "TrackingName2", "TrackingOption2", "Currency",
)  # fmt: skip
MOST_BILLS = 500
DECIMALS = -4  # of a unit amount in Xero


def written_date(day: date, batch: Batch) -> str:
    """``day`` with slashes, in the order that the client's organisation uses."""
    if batch.settings.date_order == "month-day-year":
        return f"{day:%m/%d}/{day.year}"
    return f"{day:%d/%m}/{day.year}"


def _quantity(posting: Posting) -> tuple[Decimal, Decimal]:
    """Quantity and unit amount whose product is exactly the posting's net."""
    quantity, price = posting.quantity, posting.unit_price
    if quantity and price is not None and posting.net:
        price = abs(price) if (posting.net > 0) == (quantity > 0) else -abs(price)
        short = all(
            -int(number.normalize().as_tuple().exponent) <= -DECIMALS
            for number in (quantity, price)
        )
        if short and quantity * price == posting.net:
            return quantity, price
    return Decimal(1), posting.net


def _row(entry: Entry, posting: Posting, batch: Batch, taxes: TaxNames) -> list[str]:
    quantity, price = _quantity(posting)
    centre = safe_cell(posting.cost_centre or "", 50)
    return [
        safe_cell(entry.seller, 255),
        safe_cell(entry.seller_email, 255),
        safe_cell(entry.seller_street, 255),
        "", "", "",
        safe_cell(entry.seller_city, 255),
        "",
        safe_cell(entry.seller_postcode, 50),
        safe_cell(entry.seller_country, 50),
        safe_cell(entry.number, 255),
        written_date(entry.date, batch),
        written_date(entry.due_date or entry.date, batch),
        format(entry.total, "f"),
        "",
        safe_cell(posting.text or posting.account_name, 4000),
        format(quantity, "f"),
        format(price, "f"),
        safe_cell(posting.account),
        safe_cell(taxes.name(posting)),
        format(posting.tax, "f"),
        safe_cell(batch.settings.cost_centre_name) if centre else "",
        centre,
        "", "",
        entry.currency,
    ]  # fmt: skip


def _agrees(data: bytes, entries: tuple[Entry, ...]) -> bool:
    """Whether the file, read back, owes what the entries owe and holds no formula."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]
    total = sum(
        (Decimal(row[16]) * Decimal(row[17]) + Decimal(row[20]) for row in rows), Decimal(0)
    )
    return (
        total == sum((entry.total for entry in entries), Decimal(0))
        and all(len(row) == len(COLUMNS) for row in rows)
        and formula_free(rows)
    )


def write_xero(batch: Batch) -> Written:
    """The batch as a bills file; more than 500 bills are more than Xero takes at once."""
    taxes = TaxNames(batch.settings, "xero")
    rows = [
        _row(entry, posting, batch, taxes) for entry in batch.entries for posting in entry.postings
    ]
    data = csv_bytes(COLUMNS, rows)
    problems = taxes.problems()
    if len(batch.entries) > MOST_BILLS:
        problems.append(
            Problem(
                code="export-too-many",
                message=f"Xero takes {MOST_BILLS} bills a file, this one has {len(batch.entries)}",
                cure="export fewer invoices at a time",
                severity=Severity.WARNING,
            )
        )
    return checked(data, "xero-bills.csv", problems, agrees=_agrees(data, batch.entries))
