"""Lines of a list are exported as the bills they stand for."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from slmapps.records import Status
from slmapps_invoices.coded import CodedLine
from slmapps_invoices.export import export
from slmapps_invoices.export.listed import invoice_line, listed_invoices
from tests.invoices.exporting import NOW, SETTINGS


def row(supplier, text, amount, rate, number="", line_id="", day="2026-10-06"):
    data = {"supplier": supplier, "text": text, "amount": amount, "tax_rate": rate, "date": day,
            "invoice_id": number or None, "line_id": line_id or None, "currency": None}  # fmt: skip
    coding = CodedLine(line=invoice_line(data), account="6520", status=Status.ACCEPTED)
    return data, coding


def test_lines_of_one_number_are_one_bill_with_its_tax():
    invoices = listed_invoices(
        [
            row("TILL APP", "Licence", "69.00", "19", "C-2205"),
            row("TILL APP", "Fees", "71.18", "19", "C-2205"),
            row("FLORIST", "Dahlias", "28.50", "7", line_id="L9"),
            row("FLORIST", "Returned", "-8.50", "7"),
        ],
        record_id=4,
    )
    assert [invoice.invoice.number for invoice in invoices] == ["C-2205", "L9", "4-4"]
    data, _, problems = export(invoices, "xero", settings=SETTINGS, now=NOW)
    assert not problems
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [line["Total"] for line in rows] == ["166.81", "166.81", "30.50", "-9.10"]
    assert sum(Decimal(line["TaxAmount"]) for line in rows[:2]) == Decimal("26.63")


def test_a_line_without_amount_or_date_is_held_back_and_the_rest_goes_out():
    invoices = listed_invoices(
        [row("A", "No amount", "n/a", "19", "1"), row("B", "No day", "1.00", "19", "2", day=""),
         row("C", "Good", "1.00", None, "3")]
    )  # fmt: skip
    data, _, problems = export(invoices, "json", settings=SETTINGS, now=NOW)
    assert [problem.code for problem in problems] == ["export-no-amount", "export-no-date"]
    assert b'"total": "1.00"' in data
