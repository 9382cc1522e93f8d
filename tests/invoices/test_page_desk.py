"""What was read off a page waits field by field, is put right, and teaches the seller's next page."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from slmapps.records import Correction, EvidenceKind, Prediction, Span, Status
from slmapps.workspace import Workspace
from slmapps_invoices import desk
from slmapps_invoices.coder import Coder
from slmapps_invoices.line_items import is_line
from slmapps_invoices.page_fields import printed
from tests.invoices.bills import CHART, CLIENT
from tests.invoices.page_files import Stub, drawn, reads_with

OTHER = {"seller": "Harrow Print Works", "vat": "GB727255821"}


@pytest.fixture
def workspace(tmp_path: Path):
    with Workspace.open(f"sqlite:///{tmp_path / 'workspace.db'}") as opened:
        yield opened


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path):
    """Put a PDF in; gives its record's id."""
    count = 0

    def _take(data: bytes) -> int:
        nonlocal count
        count += 1
        path = tmp_path / f"page-{count}.pdf"
        path.write_bytes(data)
        [result] = desk.process_files(workspace, CLIENT, [path])
        assert result.record_id is not None, result.problems
        return result.record_id

    return _take


def fields(workspace: Workspace, record_id: int) -> dict[str, object]:
    """The standing predictions of a record's fields, by item and field."""
    rows = workspace.predictions(record_id=record_id, open_only=False)
    return {
        row.prediction.field if row.item == "header" else f"{row.item} {row.prediction.field}": row
        for row in rows
        if row.superseded_by is None and not is_line(row.item)
    }


def said(row, value: str, **more) -> Correction:
    return Correction(
        prediction_id=row.id, field=row.prediction.field, value=value, who="ada", **more
    )


def invoice(workspace: Workspace, record_id: int) -> dict[str, object]:
    return workspace.record(record_id).data["invoice"]


def codes(workspace: Workspace, record_id: int) -> set[str]:
    return {each.code for each in workspace.record(record_id).problems}


def test_each_field_of_a_page_is_a_prediction_with_its_place(workspace, take, monkeypatch) -> None:
    reads_with(monkeypatch, Stub())
    record = take(drawn())
    found = fields(workspace, record)
    assert set(found) == {
        "number", "issue_date", "seller.name", "seller.vat_id", "buyer.name", "currency", "net",
        "tax", "total", "due", "lines[0].read description", "lines[0].read net",
    }  # fmt: skip
    total = found["total"].prediction
    assert (total.value, total.status) == ("120.00", Status.ACCEPTED)
    [evidence] = total.evidence
    assert (evidence.kind, evidence.text) == (EvidenceKind.SPAN, "120.00")
    assert evidence.span.page == 0
    assert found["issue_date"].prediction.value == "2026-03-02"
    assert found["number"].prediction.status is Status.REVIEW
    assert desk.describe(workspace, found["total"])["text"] == "Total 120.00"


def test_what_an_invoice_must_have_and_the_page_has_not_is_refused_and_can_be_said(
    workspace, take, monkeypatch
) -> None:
    reads_with(monkeypatch, Stub())
    record = take(drawn(number=""))
    number = fields(workspace, record)["number"]
    assert (number.prediction.value, number.prediction.status) == (None, Status.REFUSED)
    assert number.prediction.reason
    assert "BR-02" in codes(workspace, record)
    desk.correct(workspace, [said(number, "R-1")])
    assert invoice(workspace, record)["number"] == "R-1"
    assert "BR-02" not in codes(workspace, record)


def test_a_corrected_total_changes_the_record_and_its_sums_and_is_undone(
    workspace, take, monkeypatch
) -> None:
    reads_with(monkeypatch, Stub("total"))
    record = take(drawn())
    assert invoice(workspace, record)["total"] == "975.31"
    assert {"BR-CO-15", "total-unproved"} <= codes(workspace, record)
    row = fields(workspace, record)["total"]
    told = desk.preview(workspace, said(row, "120.00"))
    before = workspace.record(record)
    changes = desk.correct(workspace, [said(row, "120,00")])
    assert {(each.item, each.field, each.after) for each in changes} == {
        ("header", "net", "100.00"), ("header", "tax", "20.00"), ("header", "due", "120.00"),
    }  # fmt: skip
    assert [(c.item, c.field, c.after) for c in told] == [
        (c.item, c.field, c.after) for c in changes
    ]
    assert invoice(workspace, record)["total"] == "120.00"
    document = workspace.document(workspace.record(record).document)
    place = Span.model_validate(invoice(workspace, record)["places"]["total"])
    assert printed(document, place) == "120.00", "it stands where the page says so"
    assert not {"BR-CO-15", "total-unproved"} & codes(workspace, record)
    now = fields(workspace, record)["total"]
    assert (now.corrected, now.prediction.value) == ("120.00", "975.31")
    [coded] = desk.coded_invoices(workspace, CLIENT)
    assert coded.invoice.total == Decimal("120.00")
    assert {"corrected", "record revised"} <= {each.action for each in workspace.audit(10)}
    [correction] = workspace.corrections("invoices", CLIENT)
    desk.undo(workspace, correction.id, "ben")
    after = workspace.record(record)
    assert after.data["invoice"] == before.data["invoice"]
    assert set(after.problems) == set(before.problems)
    assert fields(workspace, record)["net"].prediction.status is Status.REVIEW


def test_preview_keeps_nothing(workspace, take, monkeypatch) -> None:
    reads_with(monkeypatch, Stub("total"))
    record = take(drawn())
    before = (workspace.record(record), workspace.audit(100))
    desk.preview(workspace, said(fields(workspace, record)["total"], "120.00"))
    assert (workspace.record(record), workspace.audit(100)) == before
    row = fields(workspace, record)["seller.name"]
    assert desk.describe(workspace, row)["supplier"] == "Quillon Facilities"


@pytest.mark.parametrize(
    ("field", "value", "cure"),
    [
        ("issue_date", "soon", "2025-03-31"),
        ("total", "a lot", "1190.00"),
        ("seller.vat_id", "GB980780685", "letter by letter"),
        ("currency", "money", "EUR"),
        ("number", "  ", "must have"),
    ],
)
def test_what_cannot_be_right_is_refused_with_the_cure(
    workspace, take, monkeypatch, field: str, value: str, cure: str
) -> None:
    reads_with(monkeypatch, Stub())
    record = take(drawn())
    row = fields(workspace, record)[field]
    with pytest.raises(ValueError, match=cure):
        desk.correct(workspace, [said(row, value)])
    assert workspace.corrections("invoices", CLIENT) == []


def test_a_confirmed_field_waits_no_longer(workspace, take, monkeypatch) -> None:
    reads_with(monkeypatch, Stub())
    record = take(drawn())
    assert "unsure" in codes(workspace, record)
    row = fields(workspace, record)["number"]
    assert row.prediction.status is Status.REVIEW
    desk.correct(workspace, [workspace.agreement(row.id, "ada")])
    assert invoice(workspace, record)["number"] == "R-1"
    assert "unsure" not in codes(workspace, record)


def test_lines_wait_for_the_page_they_stand_on_and_follow_its_values(
    workspace, take, monkeypatch
) -> None:
    reads_with(monkeypatch, Stub())
    desk.import_chart(workspace, CLIENT, CHART)
    sure = Prediction(field="account", value="6100", confidence=0.99, status=Status.ACCEPTED)
    monkeypatch.setattr(
        Coder,
        "predict_all",
        lambda self, frame, evidence=True: [{"account": sure} for _ in frame.index],
    )
    record = take(drawn(number="R-99", lines=(("Electricity", "100.00"),)))
    [line] = workspace.predictions(record_id=record, field="account")
    assert line.prediction.status is Status.REVIEW
    assert "Invoice number" in line.prediction.reason
    number = fields(workspace, record)["number"]
    changes = desk.correct(workspace, [workspace.agreement(number.id)])
    assert [(each.item, each.field) for each in changes] == [("lines[0]", "account")]
    [line] = workspace.predictions(record_id=record, field="account")
    assert line.prediction.status is Status.ACCEPTED
    text = fields(workspace, record)["lines[0].read description"]
    desk.correct(workspace, [said(text, "Window cleaning")])
    assert desk.describe(workspace, line)["text"] == "Window cleaning"


def test_a_field_that_the_page_seems_not_to_have_can_be_added(workspace, take, monkeypatch) -> None:
    reads_with(monkeypatch, Stub())
    record = take(drawn())
    desk.add_field(workspace, record, "due_date", "1 April 2026", who="ada")
    assert invoice(workspace, record)["due_date"] == "2026-04-01"
    [correction] = workspace.corrections("invoices", CLIENT)
    desk.undo(workspace, correction.id, "ada")
    assert invoice(workspace, record)["due_date"] is None
    assert fields(workspace, record)["due_date"].prediction.status is Status.ACCEPTED
    with pytest.raises(ValueError, match="correct what is there"):
        desk.add_field(workspace, record, "total", "1.00")


def test_a_number_put_right_is_looked_up_among_the_invoices_there_are(
    workspace, take, monkeypatch
) -> None:
    reads_with(monkeypatch, Stub())
    take(drawn(number="R-1"))
    record = take(drawn(number="R-7", issued="3 March 2026"))
    assert "duplicate-invoice" not in codes(workspace, record)
    desk.correct(workspace, [said(fields(workspace, record)["number"], "R-1")])
    assert "duplicate-invoice" in codes(workspace, record)
    desk.correct(workspace, [said(fields(workspace, record)["number"], "R-8")])
    assert "duplicate-invoice" not in codes(workspace, record)


def test_one_correction_puts_the_sellers_next_document_right_and_no_others(
    workspace, take, monkeypatch
) -> None:
    reads_with(monkeypatch, Stub("total"))
    first = take(drawn(number="R-1"))
    assert invoice(workspace, first)["total"] == "975.31"
    desk.correct(workspace, [said(fields(workspace, first)["total"], "120.00")])
    two = (("Window cleaning", "40.00"), ("Gutters", "60.00"), ("Lamps", "10.00"))
    second = take(drawn(number="R-2", lines=two, total="132.00"))
    assert invoice(workspace, second)["total"] == "132.00"
    other = take(drawn(number="H-1", **OTHER))
    assert invoice(workspace, other)["total"] == "975.31"
    [correction] = workspace.corrections("invoices", CLIENT)
    assert correction.correction.note["layout"]["document"] == workspace.record(first).document
    desk.undo(workspace, correction.id, "ada")
    third = take(drawn(number="R-3", lines=two, total="132.00"))
    assert invoice(workspace, third)["total"] == "975.31"


def test_another_client_learns_apart(workspace, take, monkeypatch, tmp_path) -> None:
    reads_with(monkeypatch, Stub("total"))
    first = take(drawn(number="R-1"))
    desk.correct(workspace, [said(fields(workspace, first)["total"], "120.00")])
    path = tmp_path / "elsewhere.pdf"
    path.write_bytes(drawn(number="R-2"))
    [result] = desk.process_files(workspace, "elsewhere", [path])
    assert result.invoice.total == Decimal("975.31")
