"""What an invoice becomes in the books, and what is kept out of them."""

from __future__ import annotations

import doctest
import importlib
from datetime import date
from decimal import Decimal

import pytest

from slmapps.records import Status
from slmapps_invoices.export.booking import book, book_all
from slmapps_invoices.export.entries import Entry
from slmapps_invoices.export.shares import share_out
from slmapps_invoices.records import Invoice
from tests.invoices.exporting import SETTINGS, invoice, line


def booked(coded, settings=SETTINGS) -> Entry:
    entry, problems = book(coded, settings)
    assert entry is not None, problems
    return entry


def refused(coded, settings=SETTINGS) -> str:
    entry, problems = book(coded, settings)
    assert entry is None
    assert len(problems) == 1
    assert problems[0].cure
    return problems[0].code


def with_invoice(coded, **changes):
    return coded.model_copy(update={"invoice": coded.invoice.model_copy(update=changes)})


def test_net_and_tax_of_the_postings_add_up_to_what_is_owed():
    entry = booked(invoice([line("Flour", "100.05"), line("Tea", "9.99", "5040", 7)]))
    assert [posting.tax for posting in entry.postings] == [Decimal("19.01"), Decimal("0.70")]
    assert entry.total == Decimal("129.75")
    assert sum(p.net + p.tax for p in entry.postings) == entry.total


def test_tax_is_shared_to_the_cent_where_rounding_each_line_would_miss_it():
    entry = booked(invoice([line(f"Tin {n}", "0.13") for n in range(7)]))
    assert sum(p.tax for p in entry.postings) == Decimal("0.17")
    assert {p.tax for p in entry.postings} == {Decimal("0.02"), Decimal("0.03")}


def test_allowances_and_charges_go_to_accounts_of_their_own_with_their_share_of_tax():
    coded = invoice(
        [line("Flour", "200.00")],
        allowances=[(False, "20.00", 19, "Loyalty"), (True, "5.00", 19, "Pallet")],
    )
    entry = booked(coded)
    assert [(p.kind, p.account, p.net, p.tax) for p in entry.postings] == [
        ("line", "5000", Decimal("200.00"), Decimal("38.00")),
        ("allowance", "5900", Decimal("-20.00"), Decimal("-3.80")),
        ("charge", "5910", Decimal("5.00"), Decimal("0.95")),
    ]


def test_the_rounding_of_the_amount_due_is_booked():
    entry = booked(invoice([line("Flour", "10.01")], rounding="-0.01"))
    assert entry.postings[-1].kind == "rounding"
    assert entry.total == Decimal("11.90")


def test_a_credit_note_turns_every_sign():
    entry = booked(invoice([line("Flour returned", "38.80")], kind="credit_note"))
    assert entry.postings[0].net == Decimal("-38.80")
    assert entry.total == Decimal("-46.17")


def test_a_credit_note_that_states_negative_amounts_is_not_turned_twice():
    entry = booked(invoice([line("Flour returned", "-38.80")], kind="credit_note"))
    assert entry.total == Decimal("-46.17")


def test_a_split_becomes_one_posting_an_account():
    split = line("Paint", "30.00", None, splits=[("5000", "10.00"), ("6200", "20.00")])
    entry = booked(invoice([split]))
    assert [(p.account, p.net, p.kind) for p in entry.postings] == [
        ("5000", Decimal("10.00"), "split"),
        ("6200", Decimal("20.00"), "split"),
    ]
    assert sum(p.tax for p in entry.postings) == Decimal("5.70")


def test_fractions_of_a_cent_are_rounded_and_the_rest_is_booked():
    entry = booked(
        invoice([line("Wire", "0.3333"), line("Wire", "0.3333"), line("Wire", "0.3333")])
    )
    assert [p.net for p in entry.postings] == [Decimal("0.33")] * 3 + [Decimal("0.01")]
    assert entry.postings[-1].kind == "rounding"


def test_a_list_of_lines_without_totals_gets_its_own():
    coded = invoice([line("Diesel", "50.00"), line("Toll", "4.20", "6520", 0)])
    coded = with_invoice(coded, net=None, tax=None, total=None, taxes=())
    assert booked(coded).total == Decimal("63.70")


def test_a_remark_written_as_a_line_is_left_out():
    entry = booked(invoice([line("Flour", "10.00"), line("Delivered on Monday", "0.00", None)]))
    assert len(entry.postings) == 1


@pytest.mark.parametrize(
    ("coded_line", "code"),
    [
        (line("Flour", "1.00", None, status=Status.REFUSED), "export-uncoded"),
        (line("Flour", "1.00", status=Status.REVIEW), "export-unreviewed"),
        (line("Flour", "1.00", "9999"), "export-unknown-account"),
        (line("Flour", "1.00", "6099"), "export-retired-account"),
        (line("Flour", "1.00", splits=[("5000", "0.40"), ("6200", "0.50")]),
         "export-split-unbalanced"),
        (line("Flour", "1.00", splits=[("5000", "0.40"), ("6099", "0.60")]),
         "export-retired-account"),
    ],
)  # fmt: skip
def test_an_invoice_with_one_bad_line_is_held_back_whole(coded_line, code):
    assert refused(invoice([line("Oats", "5.00"), coded_line])) == code


def test_unreviewed_lines_go_out_when_asked_for_but_uncoded_ones_never():
    settings = SETTINGS.model_copy(update={"unreviewed": True})
    assert booked(invoice([line("Flour", "1.00", status=Status.REVIEW)]), settings)
    uncoded = invoice([line("Flour", "1.00", None, status=Status.REFUSED)])
    assert refused(uncoded, settings) == "export-uncoded"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"net": Decimal("9.99")}, "export-unbalanced"),
        ({"total": Decimal("12.00")}, "export-unbalanced"),
        ({"tax": Decimal("1.95"), "total": Decimal("11.95")}, "export-unbalanced"),
        ({"total": Decimal("NaN")}, "export-no-amount"),
        ({"issue_date": None}, "export-no-date"),
        ({"issue_date": date(26, 10, 5)}, "export-no-date"),
        ({"number": "  "}, "export-no-number"),
    ],
)
def test_an_invoice_that_does_not_add_up_or_lacks_its_identity_is_held_back(changes, code):
    assert refused(with_invoice(invoice([line("Flour", "10.00")]), **changes)) == code


def test_the_rate_on_the_invoice_overrules_a_guessed_tax_code():
    wrong = line("Flour", "10.00", rate=7).model_copy(update={"tax_code": "S19"})
    assert booked(invoice([wrong])).postings[0].tax_code == "R7"


def test_a_tax_code_that_contradicts_the_invoice_is_not_guessed_among_several():
    codes = (*SETTINGS.tax_codes, SETTINGS.tax_codes[1].model_copy(update={"code": "R7b"}))
    settings = SETTINGS.model_copy(update={"tax_codes": codes})
    wrong = line("Flour", "10.00", rate=7).model_copy(update={"tax_code": "S19"})
    assert refused(invoice([wrong]), settings) == "export-tax-differs"


def test_tax_withheld_and_money_for_others_are_pointed_out():
    coded = with_invoice(
        invoice([line("Advice", "10.00")]), withheld=Decimal(2), third_party=Decimal(5)
    )
    entry, problems = book(coded, SETTINGS)
    assert entry.total == Decimal("11.90")
    assert [p.code for p in problems] == ["export-withheld", "export-third-party"]


def test_an_invoice_without_lines_is_held_back():
    assert refused(invoice([])) == "export-no-lines"
    bare = with_invoice(invoice([]), net=Decimal(5), tax=Decimal(0), total=Decimal(5))
    assert refused(bare) == "export-no-lines"


def test_the_same_invoice_twice_goes_out_once():
    one = invoice([line("Flour", "10.00")])
    entries, problems = book_all([one, one.model_copy(update={"file": "again.xml"})], SETTINGS)
    assert len(entries) == 1
    assert [(problem.code, problem.file) for problem in problems] == [
        ("export-duplicate", "again.xml")
    ]


def test_equal_numbers_of_two_sellers_are_two_invoices():
    one = invoice([line("Flour", "10.00")])
    entries, problems = book_all([one, one.model_copy(update={"seller_key": "other"})], SETTINGS)
    assert len(entries) == 2
    assert not problems


def test_lines_that_cancel_out_keep_their_tax():
    entry = booked(invoice([line("Tins", "100.00"), line("Tins, returned", "-100.00")]))
    assert [p.tax for p in entry.postings] == [Decimal("19.00"), Decimal("-19.00")]


def test_shares_add_up_whatever_the_weights():
    weights = [Decimal("0.01"), Decimal("-99.99"), Decimal(100), Decimal(0)]
    assert sum(share_out(Decimal("-7.77"), weights)) == Decimal("-7.77")
    assert sum(share_out(Decimal("1.01"), [Decimal(0)] * 3)) == Decimal("1.01")


def test_an_empty_invoice_is_a_problem_not_an_exception():
    coded = invoice([line("Flour", "1.00")]).model_copy(update={"invoice": Invoice()})
    assert refused(coded) == "export-no-number"


@pytest.mark.parametrize(
    "name", ["account_names", "beancount", "cells", "datev", "hledger", "shares"]
)
def test_the_examples_in_the_documentation_of_the_exports_hold(name):
    module = importlib.import_module(f"slmapps_invoices.export.{name}")
    tried = doctest.testmod(module)
    assert tried.attempted
    assert not tried.failed
