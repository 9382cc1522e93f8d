"""An Excel workbook: every posting, every invoice, every account, with totals as values.

Design choices:

* No formula anywhere, not even for a total: what is in a cell is what was computed here.
* Amounts are numbers, everything else is text, whatever it looks like.
* Totals stand apart for each currency.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from slmapps_invoices.export.cells import safe_cell
from slmapps_invoices.export.entries import Batch, Entry, Written, checked

__all__ = ["write_xlsx"]

Value = str | int | Decimal | date | None
HEAD_FONT = Font(bold=True, color="FFFFFF")
HEAD_FILL = PatternFill("solid", fgColor="2F5D62")
TOTAL_FONT = Font(bold=True)
TOTAL_EDGE = Border(top=Side(style="thin", color="2F5D62"))
LONGEST_CELL = 32_000
LINES = (
    ("Invoice", 18), ("Date", 12), ("Seller", 30), ("Text", 52), ("Account", 10),
    ("Account name", 30), ("Cost centre", 12), ("Tax code", 10), ("Net", 13), ("Tax", 13),
    ("Gross", 13), ("Currency", 10),
)  # fmt: skip
INVOICES = (
    ("Invoice", 18), ("Type", 16), ("Date", 12), ("Due", 12), ("Seller", 34), ("VAT number", 18),
    ("Net", 13), ("Tax", 13), ("Total", 13), ("Currency", 10), ("File", 36),
)  # fmt: skip
ACCOUNTS = (("Account", 12), ("Account name", 36), ("Postings", 10), ("Net", 14), ("Currency", 10))


def _put(sheet: Worksheet, row: int, values: Sequence[Value]) -> None:
    for column, value in enumerate(values, start=1):
        if value is None or value == "":
            continue
        cell = sheet.cell(row, column)
        if isinstance(value, Decimal):
            cell.value = value
            cell.number_format = "#,##0.00;[Red]-#,##0.00"
        elif isinstance(value, int):
            cell.value = value
        elif isinstance(value, date):
            cell.value = value
            cell.number_format = "yyyy-mm-dd"
        else:
            cell.value = safe_cell(value, LONGEST_CELL)
            cell.data_type = "s"
            cell.number_format = "@"


def _sheet(
    sheet: Worksheet, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Value]]
) -> None:
    for number, (title, width) in enumerate(columns, start=1):
        cell = sheet.cell(1, number, title)
        cell.font, cell.fill = HEAD_FONT, HEAD_FILL
        cell.alignment = Alignment(horizontal="left", vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, row in enumerate(rows, start=2):
        _put(sheet, number, row)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(len(rows) + 1, 2)}"
    sheet.row_dimensions[1].height = 20
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _total(sheet: Worksheet, values: Sequence[Value]) -> None:
    row = sheet.max_row + 1
    _put(sheet, row, values)
    for cell in sheet[row]:
        cell.font, cell.border = TOTAL_FONT, TOTAL_EDGE


def _lines(entries: Sequence[Entry]) -> list[tuple[Value, ...]]:
    return [
        (
            entry.number, entry.date, entry.seller, p.text, p.account, p.account_name,
            p.cost_centre, p.tax_code, p.net, p.tax, p.net + p.tax, entry.currency,
        )
        for entry in entries
        for p in entry.postings
    ]  # fmt: skip


def _invoices(entries: Sequence[Entry]) -> list[tuple[Value, ...]]:
    return [
        (
            e.number, e.type.replace("_", " "), e.date, e.due_date, e.seller, e.seller_vat_id,
            e.net, e.tax, e.total, e.currency, e.file,
        )
        for e in entries
    ]  # fmt: skip


def _accounts(entries: Sequence[Entry]) -> list[tuple[Value, ...]]:
    sums: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    for entry in entries:
        for posting in entry.postings:
            key = (posting.account, posting.account_name, entry.currency)
            count, net = sums.get(key, (0, Decimal(0)))
            sums[key] = (count + 1, net + posting.net)
    return [
        (account, name, count, net, currency)
        for (account, name, currency), (count, net) in sorted(sums.items())
    ]


def _agrees(data: bytes, batch: Batch, currencies: Sequence[str]) -> bool:
    """Whether the workbook, read back, has no formula and owes what the entries owe."""
    book = load_workbook(io.BytesIO(data), data_only=False)
    if any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row):
        return False
    sheet = book["Invoices"]
    last = sheet.max_row - len(currencies)
    owed = {currency: Decimal(0) for currency in currencies}
    for row in sheet.iter_rows(min_row=2, max_row=last, values_only=True):
        owed[str(row[9])] += Decimal(str(row[8])).quantize(Decimal("0.01"))
    return all(
        abs(owed[currency] - sum(e.total for e in batch.entries if e.currency == currency))
        <= abs(owed[currency]) * Decimal("1e-14")
        for currency in currencies
    )


def write_xlsx(batch: Batch) -> Written:
    """The batch as a workbook with three sheets: Lines, Invoices, Accounts."""
    book = Workbook()
    book.properties.creator = "slmapps"
    book.properties.title = safe_cell(batch.settings.client, 200)
    book.properties.created = batch.now.replace(tzinfo=None)
    entries = batch.entries
    currencies = sorted({entry.currency for entry in entries})
    lines = book.active
    assert isinstance(lines, Worksheet)
    lines.title = "Lines"
    _sheet(lines, LINES, _lines(entries))
    invoices = book.create_sheet("Invoices")
    _sheet(invoices, INVOICES, _invoices(entries))
    accounts = book.create_sheet("Accounts")
    _sheet(accounts, ACCOUNTS, _accounts(entries))
    for currency in currencies:
        own = [entry for entry in entries if entry.currency == currency]
        tax = sum((p.tax for e in own for p in e.postings), Decimal(0))
        total = sum((e.total for e in own), Decimal(0))
        _total(
            lines,
            ("Total", None, None, None, None, None, None, None, total - tax, tax, total, currency),
        )
        _total(
            invoices,
            ("Total", None, None, None, None, None, total - tax, tax, total, currency, None),
        )
        _total(accounts, ("Total", None, None, total - tax, currency))
    out = io.BytesIO()
    book.save(out)
    agrees = _agrees(out.getvalue(), batch, currencies)
    return checked(out.getvalue(), "invoices.xlsx", (), agrees=agrees)
