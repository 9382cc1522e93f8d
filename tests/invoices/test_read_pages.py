"""The page and the data inside must agree on number, date and total."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from slmapps_invoices.page_check import says_amount, says_date, says_number
from slmapps_invoices.read import read_invoice
from tests.invoices.einvoices import CASE, cii, pdf


def differing(lines: list[str], case=CASE) -> list[str]:
    invoice, problems = read_invoice(pdf(lines, {"factur-x.xml": cii(case)}))
    assert invoice is not None
    assert {problem.code for problem in problems} <= {"page-differs"}
    names = ("number", "date", "total")
    return [name for problem in problems for name in names if f"the {name} " in problem.message]


RIGHT = ["Rechnung HW-2025/0417", "vom 31.03.2025", "Summe 166,60 EUR", "Danke"]


def test_a_page_that_agrees_raises_nothing() -> None:
    assert differing(RIGHT) == []


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Rechnung HW-2025/0418", *RIGHT[1:]], "number"),
        ([RIGHT[0], "vom 30.03.2025", *RIGHT[2:]], "date"),
        ([*RIGHT[:2], "Summe 1.166,60 EUR", "Danke"], "total"),
    ],
)
def test_each_value_that_differs_is_named(lines, name) -> None:
    assert differing(lines) == [name]


def test_a_page_without_text_is_not_compared() -> None:
    assert differing([""]) == []


@pytest.mark.parametrize(
    "text",
    ["31.03.2025", "31.3.25", "03/31/2025", "2025-03-31", "20250331", "31. März 2025", "31 mars 2025",
     "March 31st, 2025", "31-Mar-2025", "31 de marzo de 2025", "31 marzo 2025", "31 . 03 . 2025"],
)  # fmt: skip
def test_a_day_is_found_in_every_usual_notation(text) -> None:
    assert says_date(f"Datum: {text} Seite 1", date(2025, 3, 31))


@pytest.mark.parametrize(
    "text", ["30.03.2025", "31.03.2024", "131.03.2025", "31.03.20251", "31 May 2025"]
)
def test_another_day_is_not_taken_for_it(text) -> None:
    assert not says_date(text, date(2025, 3, 31))


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1.234,50", "1234.5"), ("1,234.50 EUR", "1234.50"), ("1 234,50", "1234.5"), ("1'234.50", "1234.5"),
     ("EUR 1234.5", "1234.50"), ("120,00", "120"), ("120,-", "120"), ("12.345.678,90", "12345678.9"),
     ("-99,00", "-99"), ("99.00-", "-99"), ("0,1234", "0.1234"), ("Total €1,000", "1000")],
)  # fmt: skip
def test_an_amount_is_found_in_every_usual_notation(text, amount) -> None:
    assert says_amount(f"sum {text} net", Decimal(amount))


@pytest.mark.parametrize(
    ("text", "amount"), [("1.234,50", "234.5"), ("120,05", "120"), ("1200", "120"), ("2 00", "3")]
)
def test_a_part_of_another_amount_is_not_taken_for_it(text, amount) -> None:
    assert not says_amount(text, Decimal(amount))


def test_an_invoice_number_is_found_however_it_is_spaced() -> None:
    assert says_number("Nr. RE 2025 / 17", "RE2025/17")
    assert says_number("Invoice No.4711", "4711")
    assert not says_number("Invoice No. 14711", "4711")
