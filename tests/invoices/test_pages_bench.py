"""The bench of pages counts fairly: fields, lines by their best matching, acceptance, honesty."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from benchmarks.pages_calibration import calibration, points
from benchmarks.pages_cases import Case, of_sample, only_pages, value_at
from benchmarks.pages_errors import by_cause, errors
from benchmarks.pages_golden import judged
from benchmarks.pages_reading import Read, stored
from benchmarks.pages_rules import read_by_rules
from benchmarks.pages_scores import (
    Score,
    accepted,
    best_matching,
    calibration_bins,
    calibration_error,
    count_header,
    count_lines,
    five_right,
    wrong_totals,
)
from slmapps.documents import open_document
from slmapps.records import Problem, Severity, Span
from slmapps_invoices.pages import synthetic
from slmapps_invoices.records import Invoice, InvoiceLine, Party, TaxSubtotal
from tests.documents.making import pdf

HERE = Span(document="0" * 64, page=0, box=(0.0, 0.0, 1.0, 1.0))


def line(text: str, quantity: str, price: str, net: str) -> InvoiceLine:
    return InvoiceLine(
        description=text, quantity=Decimal(quantity), unit_price=Decimal(price), net=Decimal(net)
    )


TRUTH = Invoice(
    number="LT-20417",
    issue_date=date(2024, 3, 5),
    seller=Party(name="Larkmoor Timber Ltd"),
    currency="GBP",
    net=Decimal("50.00"),
    tax=Decimal("9.50"),
    total=Decimal("59.50"),
    lines=(line("Oak boards", "2", "20.00", "40.00"), line("Wood glue", "1", "10.00", "10.00")),
)
CASE = Case("a.pdf", b"", TRUTH)


def changed(**values) -> Invoice:
    return TRUTH.model_copy(update=values)


def with_lines(*lines: InvoiceLine) -> Invoice:
    return changed(lines=lines)


def test_what_is_read_as_it_is_printed_counts_however_it_is_written() -> None:
    found = changed(seller=Party(name="LARKMOOR  Timber ltd"), total=Decimal("59.5"))
    scores = count_header(CASE, found)
    assert all(each == Score(1, 1, 1) for key, each in scores.items() if key != "due")
    assert scores["due"] == Score(0, 0, 0)
    assert five_right(scores)


def test_a_wrong_value_is_found_and_missed_a_missing_one_only_missed() -> None:
    wrong = count_header(CASE, changed(number="LT-2O417"))["number"]
    missing = count_header(CASE, changed(number=""))["number"]
    assert (wrong, missing) == (Score(0, 1, 1), Score(0, 0, 1))
    assert (wrong.f1, (missing + Score(1, 1, 1)).f1) == (0.0, pytest.approx(2 / 3))
    assert not five_right(count_header(CASE, changed(tax=None)))
    assert count_header(CASE, None)["total"] == Score(0, 0, 1)


def test_what_the_page_does_not_show_counts_neither_way() -> None:
    case = Case("a.pdf", b"", TRUTH, frozenset({"net", "lines[0].net"}))
    scores = count_header(case, changed(net=Decimal(1)))
    assert "net" not in scores
    assert five_right(scores)
    short = with_lines(line("Oak boards", "2", "20.00", "1.00"), TRUTH.lines[1])
    assert count_lines(case, short)["items"] == Score(2, 2, 2)
    assert count_lines(case, short)["amounts"] == Score(1, 1, 1)
    assert count_lines(case, None)["amounts"] == Score(0, 0, 1)


def test_what_follows_from_the_printed_amounts_is_no_claim_about_the_page() -> None:
    assert "due" not in count_header(CASE, changed(due=Decimal("59.50")))
    assert count_header(CASE, changed(due=Decimal("9.50")))["due"] == Score(0, 1, 0)
    paid = Case("a.pdf", b"", changed(paid=Decimal("50.00")))
    assert "due" not in count_header(paid, changed(due=Decimal("9.50")))
    bare = Case("a.pdf", b"", changed(net=None, tax=None))
    assert {"net", "tax"}.isdisjoint(count_header(bare, TRUTH))
    read = changed(places={"net": HERE})
    assert count_header(bare, read)["net"] == Score(0, 1, 0)


def test_lines_are_matched_whatever_their_order() -> None:
    turned = with_lines(*reversed(TRUTH.lines))
    assert count_lines(CASE, turned)["items"] == Score(2, 2, 2)
    extra = with_lines(*TRUTH.lines, line("Net total", "1", "50.00", "50.00"))
    assert count_lines(CASE, extra)["items"].f1 == pytest.approx(4 / 5)


def test_equal_amounts_are_dealt_out_one_to_one() -> None:
    assert best_matching([[True, True], [True, False]]) == 2
    assert best_matching([[True, True], [False, False]]) == 1
    assert best_matching([]) == 0
    twice = with_lines(TRUTH.lines[0], TRUTH.lines[0])
    assert count_lines(CASE, twice)["amounts"] == Score(1, 2, 2)


def test_a_description_may_be_judged_loosely_and_other_parts_never_are() -> None:
    longer = with_lines(
        TRUTH.lines[0].model_copy(update={"description": "Oak boards planed"}), TRUTH.lines[1]
    )
    counted = count_lines(CASE, longer)
    assert counted["items"].right == 1
    assert counted["items, description loosely"].right == 2
    other = with_lines(line("Oak boards", "3", "20.00", "40.00"), TRUTH.lines[1])
    assert count_lines(CASE, other)["items, description loosely"].right == 1


def test_a_document_goes_by_only_if_all_of_its_head_is_sure_and_nothing_was_warned_of() -> None:
    head = {"number", "issue_date", "seller.name", "currency", "net", "tax", "total"}
    info = Problem(code="page-recognised", message="", severity=Severity.INFO)
    warning = Problem(code="total-unproved", message="", severity=Severity.WARNING)
    assert accepted(TRUTH, [info], head)
    assert not accepted(TRUTH, [warning], head)
    assert not accepted(TRUTH, [], head - {"tax"})
    assert accepted(changed(tax=None), [], head - {"tax"})
    assert not accepted(changed(total=None), [], head)
    assert not accepted(None, [], head)
    assert not accepted(TRUTH, [], None)


def test_a_wrong_total_is_named() -> None:
    assert wrong_totals(CASE, changed(total=Decimal("95.50"))) == ["total"]
    assert wrong_totals(CASE, TRUTH) == []


def test_honest_confidences_have_no_calibration_error() -> None:
    stated = [0.2] * 10 + [0.8] * 10
    right = [True] * 2 + [False] * 8 + [True] * 8 + [False] * 2
    assert calibration_error(stated, right, bins=2) == pytest.approx(0.0)
    assert calibration_error([0.9] * 20, right, bins=1) == pytest.approx(0.4)
    assert [count for _, _, count in calibration_bins(stated, right)] == [2] * 10
    assert math.isnan(calibration_error([], []))


def test_every_value_with_a_confidence_is_a_point_of_the_curve() -> None:
    found = with_lines(TRUTH.lines[1], line("Subtotal", "1", "7.00", "7.00")).model_copy(
        update={
            "total": Decimal("1.00"),
            "confidences": {
                "number": 0.99,
                "total": 0.6,
                "lines[0].net": 0.9,
                "lines[1].net": 0.4,
                "due": 0.5,
            },
        }
    )
    read = Read(found, (), frozenset({"number", "total"}))
    assert {(each.key, each.right, each.accepted) for each in points(CASE, read)} == {
        ("number", True, True),
        ("total", False, True),
        ("lines[].net", True, False),
        ("lines[].net", False, False),
    }
    figures, _ = calibration([(CASE, read)])
    assert figures["observed error among them"] == 0.5
    assert figures["accepted"] == 0.5


def test_each_wrong_field_is_named_with_truth_and_cause() -> None:
    found = with_lines(line("Oak boards", "2", "20.00", "41.00"), line("Sum", "1", "9.00", "8.00"))
    found = found.model_copy(update={"number": "", "confidences": {"lines[0].net": 0.7}})
    rows = errors(CASE, Read(found, (), None), Read(changed(number=""), (), None))
    told = {(row["field"], row["kind"], row["cause"]) for row in rows}
    assert told == {
        ("number", "missing", "after the tags"),
        ("lines[0].net", "wrong", "tagger"),
        ("lines[1]", "missing", "tagger"),
        ("lines[+1]", "extra", "tagger"),
    }
    (wrong,) = [row for row in rows if row["field"] == "lines[0].net"]
    assert (wrong["truth"], wrong["found"], wrong["confidence"]) == ("40.00", "41.00", 0.7)
    assert by_cause(rows * 2)[0][1] == 2


def test_golden_fields_count_whether_our_record_holds_them_or_not() -> None:
    wanted = {
        "issuer": "Larkmoor Timber",
        "amount": 59.5,
        "date": "2024-03-05",
        "invoice_number": "LT-20417",
        "currency": "GBP",
        "telephone": "01 60",
        "lines": [
            {"name": "Oak boards", "qty": 2.0, "price_unit": 20.0, "price_subtotal": 40.0},
            {"line_note": "kept dry"},
            {"name": "Wood glue", "qty": 1.0},
        ],
        "desc": "Invoice from Larkmoor Timber",
    }
    told = judged(wanted, TRUTH)
    assert told["unheld"] == ["telephone"]
    assert told["wrong"] == []
    other = judged(wanted, changed(seller=Party(name="Ottery Joinery"), lines=TRUTH.lines[:1]))
    assert other["wrong"] == ["issuer", "lines", "desc"]
    assert judged(wanted, None)["right"] == []


def test_golden_lines_with_tax_agree_with_net_amounts_that_were_worked_out() -> None:
    wanted = {"lines": [{"name": "Oak boards", "price_subtotal": 48.0, "line_tax_percent": 20}]}
    net = InvoiceLine(description="Oak boards", net=Decimal("40.00"))
    assert judged(wanted, with_lines(net))["right"] == ["lines"]


def test_a_bill_priced_with_tax_is_compared_without_it() -> None:
    for seed in range(40):
        sample = synthetic.make(seed)
        if sample.gross_lines and len(sample.invoice.taxes) == 1 and sample.invoice.lines[0].net:
            break
    case = of_sample(sample, "made.pdf")
    rate = sample.invoice.lines[0].tax_rate or sample.invoice.taxes[0].rate
    assert case.truth.lines[0].net * (1 + rate / 100) == pytest.approx(
        sample.invoice.lines[0].net, abs=Decimal("0.01")
    )
    assert "lines[0].unit_price" in case.left_out


def test_values_are_found_by_the_keys_of_places() -> None:
    taxed = changed(taxes=(TaxSubtotal(rate=Decimal(19)),))
    assert value_at(taxed, "taxes[0].rate") == 19
    assert value_at(taxed, "lines[1].net") == 10
    assert value_at(taxed, "lines[2].net") is None
    assert value_at(taxed, "seller.iban") is None


def test_a_file_of_pages_holds_nothing_of_what_was_attached() -> None:
    import io

    import pikepdf

    document = pikepdf.open(io.BytesIO(pdf([[(20, 100, "Total 59.50")]])))
    document.attachments["factur-x.xml"] = b"<Invoice/>"
    written = io.BytesIO()
    document.save(written)
    assert open_document(written.getvalue())[0].attachments
    bare = open_document(only_pages(written.getvalue()))[0]
    assert (bare.attachments, bare.text) == ({}, "Total 59.50")
    assert b"Invoice" not in only_pages(written.getvalue())


def test_what_was_opened_is_kept_by_its_bytes(tmp_path) -> None:
    data = pdf([[(20, 100, "Total 59.50")]])
    first = stored(data, "a.pdf", tmp_path)
    (kept,) = tmp_path.iterdir()
    assert stored(data, "a.pdf", tmp_path) == first
    kept.write_text(kept.read_text().replace("59.50", "60.50"))
    assert stored(data, "a.pdf", tmp_path)[0].pages[0].text == "Total 60.50"


def test_plain_rules_read_a_plain_invoice() -> None:
    page = [
        (20, 180, "Larkmoor Timber Ltd"),
        (20, 165, "Invoice no: LT-20417"),
        (20, 150, "Invoice date: 2024-03-05"),
        (20, 120, "2 Oak boards"),
        (150, 120, "20.00"),
        (220, 120, "40.00"),
        (20, 105, "1 Wood glue"),
        (150, 105, "10.00"),
        (220, 105, "10.00"),
        (20, 80, "Net total"),
        (220, 80, "50.00"),
        (20, 65, "VAT"),
        (220, 65, "9.50"),
        (20, 50, "Total GBP"),
        (220, 50, "59.50"),
    ]
    found = read_by_rules(open_document(pdf([page]))[0])
    assert (found.number, found.issue_date, found.currency) == (
        "LT-20417", date(2024, 3, 5), "GBP",
    )  # fmt: skip
    assert (found.seller.name, found.net, found.tax, found.total) == (
        "Larkmoor Timber Ltd", 50, Decimal("9.50"), Decimal("59.50"),
    )  # fmt: skip
    assert [each.net for each in found.lines] == [40, 10]
