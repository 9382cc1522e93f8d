"""Fields as a person goes through them, and typed values as they are kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from slmapps_invoices.field_values import Hand, checked
from slmapps_invoices.page_fields import corrected
from slmapps_invoices.page_problems import remaining
from slmapps_invoices.page_views import sums
from slmapps_invoices.records import Invoice, InvoiceLine
from slmapps_invoices.rules import check_arithmetic


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("total", "1.190,00 €", "1190.00"),
        ("total", "1190.00", "1190.00"),
        ("lines[0].quantity", "3 Std.", "3"),
        ("issue_date", "31.03.2025", "2025-03-31"),
        ("due_date", "", ""),
        ("seller.iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("currency", "eur", "EUR"),
        ("seller.name", "  Weir   & Sons ", "Weir & Sons"),
    ],
)
def test_what_is_typed_is_kept_in_one_form(key: str, typed: str, kept: str) -> None:
    hand = Hand.of(["1.234,50", "2,75", "99,10", "14.02.2025"])
    assert checked(key, typed, hand) == kept


def test_the_sums_that_a_person_would_do_are_told() -> None:
    line = InvoiceLine(net=Decimal("100.00"))
    invoice = Invoice(net=Decimal(100), tax=Decimal(20), total=Decimal(121), lines=(line,))
    assert [(each.text, each.holds) for each in sums(invoice)] == [
        ("lines 100.00 = net 100.00", True),
        ("net + tax 120.00 ≠ total 121.00", False),
    ]


def test_a_corrected_field_of_a_line_answers_for_that_line_alone() -> None:
    lines = tuple(
        InvoiceLine(quantity=Decimal(2), unit_price=Decimal("5.00"), net=net)
        for net in (Decimal("10.00"), Decimal("11.00"))
    )
    read = Invoice(syntax="page", line_total=Decimal("20.00"), lines=lines)
    assert [each.code for each in check_arithmetic(read)] == ["BR-CO-10"]
    now = corrected(read, {"lines[1].net": "10.00", "issue_date": "2026-03-02"})
    assert [line.net for line in now.lines] == [Decimal("10.00"), Decimal("10.00")]
    assert now.issue_date == date(2026, 3, 2)
    assert remaining(check_arithmetic(read), read, now, {"lines[1].net", "issue_date"}) == []
