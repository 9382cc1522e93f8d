"""The record of a solved page: its places, and a Problem for all that nobody printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from slmapps.records import Severity, Span
from slmapps_invoices.pages.solver import solve, to_invoice
from slmapps_invoices.pages.sums import Candidate, Candidates, LineCandidate, TaxCandidate


def one(value: str, place: object = None) -> tuple[Candidate, ...]:
    return (Candidate(Decimal(value), -0.1, place or value),)


def line(net: str, quantity: str, price: str) -> LineCandidate:
    return LineCandidate(
        one(quantity, ("q", net)), one(price, ("p", net)), (), one(net, ("n", net)), key=net
    )


PLAIN = Candidates(
    net=one("100.00"),
    tax=one("19.00"),
    total=one("119.00"),
    taxes=(TaxCandidate(one("19"), one("100.00", "base"), one("19.00", "row")),),
    lines=(line("60.00", "2", "30.00"), line("40.00", "1", "40.00")),
)


def test_the_record_holds_places_and_what_else_is_known() -> None:
    span = Span(document="0" * 64, page=0, box=(1.0, 2.0, 3.0, 4.0))
    total = (Candidate(Decimal("119.00"), -0.1, span),)
    solution = solve(replace(PLAIN, total=total, allowance=()))
    made, problems = to_invoice(
        solution,
        {"number": "R-1", "issue_date": date(2025, 3, 1), "currency": "EUR"},
        {"60.00": {"description": "Oak board", "unit": "pcs"}},
    )
    assert problems == []
    assert (made.number, made.currency, made.total) == ("R-1", "EUR", 119)
    assert made.places == {"total": span}
    assert (made.lines[0].description, made.lines[0].net) == ("Oak board", 60)
    assert made.taxes[0].tax == 19


def test_a_tax_that_is_printed_by_its_rates_alone_is_no_guess() -> None:
    rows = (
        TaxCandidate(one("19"), one("80.00", "base"), one("15.20", "row")),
        TaxCandidate(one("7", "r"), one("20.00", "base2"), one("1.40", "row2")),
    )
    parted = Candidates(net=one("100.00"), total=one("116.60"), taxes=rows)
    solution = solve(parted)
    assert (solution.value("tax"), solution.proved) == (Decimal("16.60"), True)
    assert to_invoice(solution)[1] == []
    wrong = solve(replace(parted, total=one("117.60")))
    assert not wrong.proved


def test_lines_priced_with_tax_lose_it_at_the_rate_that_net_and_tax_come_to() -> None:
    gross = Candidates(
        net=one("100.00"),
        tax=one("20.00"),
        total=one("120.00"),
        lines=(line("72.00", "2", "36.00"), line("48.00", "1", "48.00")),
    )
    made, problems = to_invoice(solve(gross))
    assert [each.net for each in made.lines] == [60, 40]
    assert [each.code for each in problems] == ["value-inferred"]


def test_what_was_inferred_or_repaired_goes_to_review() -> None:
    inferred = to_invoice(solve(replace(PLAIN, net=())))[1]
    assert [(own.code, own.severity) for own in inferred] == [("value-inferred", Severity.WARNING)]
    lines = (line("80.00", "2", "30.00"), line("40.00", "1", "40.00"))
    (repaired,) = to_invoice(solve(replace(PLAIN, lines=lines)))[1]
    assert (repaired.code, repaired.severity) == ("digit-repaired", Severity.WARNING)
    assert "80.00" in repaired.message
    assert "60.00" in repaired.message
    wrong = to_invoice(solve(Candidates(net=one("100.00"), tax=one("19.00"), total=one("719.00"))))[
        1
    ]
    assert {own.code for own in wrong} == {"BR-CO-15", "total-unproved"}
