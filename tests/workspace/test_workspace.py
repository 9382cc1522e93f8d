from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from slmapps.records import Correction, Document, Page, Prediction, Problem, Status, Word
from slmapps.workspace import Workspace

APP, CLIENT = "invoices", "harbour-bakery"


def said(value: str | None, confidence: float, status: Status = Status.REVIEW) -> Prediction:
    return Prediction(field="account", value=value, confidence=confidence, status=status)


def record(workspace: Workspace, key: str, *values: tuple[str, float]):
    return workspace.save_record(
        APP,
        CLIENT,
        "invoice",
        key,
        {"number": key},
        predictions=[(f"lines[{i}]", said(*value)) for i, value in enumerate(values)],
    )


def a_document(data: bytes, **more) -> Document:
    return Document(
        sha256=hashlib.sha256(data).hexdigest(),
        name="rechnung.xml",
        media_type="application/xml",
        size=len(data),
        **more,
    )


def test_a_document_comes_back_whole_and_is_kept_once(workspace: Workspace) -> None:
    data = b"<Invoice>\xc3\xa9</Invoice>"
    document = a_document(
        data,
        xml=data,
        attachments={"factur-x.xml": b"\x00\xff binary"},
        pages=(
            Page(number=0, width=595, height=842, words=(Word(text="Summe", box=(1, 2, 3, 4)),)),
        ),
    )
    assert workspace.add_document(document, data) is True
    assert workspace.add_document(document, data) is False
    assert workspace.document(document.sha256) == document
    assert workspace.document_bytes(document.sha256) == data
    assert workspace.document("0" * 64) is None


def test_a_record_is_saved_once_with_its_predictions(workspace: Workspace) -> None:
    problem = Problem(code="BR-CO-10", message="the lines do not add up", cure="ask the seller")
    first = workspace.save_record(
        APP,
        CLIENT,
        "invoice",
        "k",
        {"n": 1},
        problems=[problem],
        predictions=[("lines[0]", said("6000", 0.5))],
    )
    again = workspace.save_record(
        APP, CLIENT, "invoice", "k", {"n": 2}, predictions=[("lines[0]", said("6100", 0.5))]
    )
    assert again == first == workspace.record(first.id)
    assert first.problems == (problem,)
    assert [row.prediction.value for row in workspace.predictions(APP, CLIENT)] == ["6000"]


def test_review_starts_with_the_least_sure(workspace: Workspace) -> None:
    record(workspace, "a", ("6000", 0.9), ("6100", 0.2), ("6200", 0.5))
    doubt = workspace.predictions(APP, CLIENT, order="doubt")
    assert [row.prediction.confidence for row in doubt] == [0.2, 0.5, 0.9]
    assert [row.item for row in workspace.predictions(APP, CLIENT, limit=2)] == [
        "lines[0]",
        "lines[1]",
    ]
    assert workspace.count_predictions(APP, CLIENT) == 3
    assert workspace.predictions(APP, CLIENT, status="accepted") == []


def test_a_superseded_prediction_is_kept_and_its_correction_reaches_the_newest(
    workspace: Workspace,
) -> None:
    row = record(workspace, "a", ("6000", 0.4))
    [old] = workspace.predictions(record_id=row.id)
    new = workspace.supersede(old.id, said("6100", 0.8))
    assert [each.id for each in workspace.predictions(record_id=row.id)] == [new]
    kept = workspace.predictions(record_id=row.id, open_only=False)
    assert [(each.id, each.superseded_by) for each in kept] == [(old.id, new), (new, None)]
    workspace.correct([Correction(prediction_id=old.id, field="account", value="6200", who="ada")])
    [correction] = workspace.corrections(APP, CLIENT)
    assert correction.correction.prediction_id == new
    with pytest.raises(ValueError, match="reviewed"):
        workspace.supersede(new, said("6000", 0.1))


def test_an_undone_correction_is_kept_and_the_prediction_is_open_again(
    workspace: Workspace,
) -> None:
    record(workspace, "a", ("6000", 0.4))
    [row] = workspace.predictions(APP, CLIENT)
    [made] = workspace.correct(
        [Correction(prediction_id=row.id, field="account", value="6200", who="ada")]
    )
    assert workspace.predictions(APP, CLIENT) == []
    assert workspace.prediction(row.id).corrected == "6200"
    undone = workspace.undo(made, "ben")
    assert undone.undone_by == "ben"
    assert [each.id for each in workspace.predictions(APP, CLIENT)] == [row.id]
    assert workspace.corrections(APP, CLIENT) == []
    assert [each.id for each in workspace.corrections(APP, CLIENT, live_only=False)] == [made]
    with pytest.raises(ValueError, match="already"):
        workspace.undo(made, "ben")


def test_a_second_correction_takes_the_place_of_the_first(workspace: Workspace) -> None:
    record(workspace, "a", ("6000", 0.4))
    [row] = workspace.predictions(APP, CLIENT)
    for value in ("6200", "6300"):
        workspace.correct([Correction(prediction_id=row.id, field="account", value=value)])
    assert [each.correction.value for each in workspace.corrections(APP, CLIENT)] == ["6300"]
    assert workspace.prediction(row.id).corrected == "6300"


def test_accepting_in_bulk_is_all_or_nothing(workspace: Workspace) -> None:
    record(workspace, "a", ("6000", 0.4), ("6100", 0.5))
    workspace.save_record(
        APP, CLIENT, "invoice", "b", {}, predictions=[("lines[0]", said(None, 0.0, Status.REFUSED))]
    )
    ids = [row.id for row in workspace.predictions(APP, CLIENT)]
    with pytest.raises(ValueError, match="give a value"):
        workspace.accept(ids, "ada")
    assert workspace.corrections(APP, CLIENT) == []
    assert len(workspace.accept(ids[:2], "ada")) == 2
    assert all(row.correction.right_as_is for row in workspace.corrections(APP, CLIENT))


def test_only_what_models_learn_from_counts_up_the_revision(workspace: Workspace) -> None:
    record(workspace, "a", ("6000", 0.4))
    before = workspace.revision(APP, CLIENT)
    record(workspace, "b", ("6000", 0.4))
    assert workspace.revision(APP, CLIENT) == before
    workspace.accept([workspace.predictions(APP, CLIENT)[0].id])
    assert workspace.revision(APP, CLIENT) > before
    assert workspace.revision(APP, "another client") == 0


def test_examples_come_back_with_their_types_and_are_added_once(workspace: Workspace) -> None:
    frame = pd.DataFrame(
        {
            "date": [date(2025, 1, 31), None],
            "supplier": ["Müller & Söhne", None],
            "amount": [Decimal("12.30"), Decimal("-1.00")],
            "quantity": [1.5, float("nan")],
            "account": ["0650", "4000"],
        },
        index=[7, 9],
    )
    assert workspace.add_examples(APP, CLIENT, frame) is True
    digest = workspace.examples_digest(APP, CLIENT)
    assert workspace.add_examples(APP, CLIENT, frame) is False
    assert workspace.examples_digest(APP, CLIENT) == digest
    back = workspace.examples(APP, CLIENT)
    assert back["amount"].tolist() == [Decimal("12.30"), Decimal("-1.00")]
    assert back["date"].tolist() == [date(2025, 1, 31), None]
    assert back["account"].tolist() == ["0650", "4000"]
    assert back["supplier"][0] == "Müller & Söhne"
    assert pd.isna(back["supplier"][1])
    assert back["quantity"].isna().tolist() == [False, True]
    assert workspace.count_examples(APP, CLIENT) == 2
    assert workspace.examples(APP, "nobody").empty


def test_settings_clients_and_model_versions_are_kept(workspace: Workspace) -> None:
    assert workspace.add_client(APP, CLIENT, "Harbour Bakery") is True
    assert workspace.add_client(APP, CLIENT, "Harbour Bakery Ltd") is False
    assert workspace.clients(APP) == [CLIENT]
    assert workspace.client_title(APP, CLIENT) == "Harbour Bakery Ltd"
    assert workspace.setting(APP, CLIENT, "budget", 0.02) == 0.02
    workspace.set_setting(APP, CLIENT, "budget", 0.05)
    workspace.set_setting(APP, CLIENT, "budget", None)
    assert workspace.setting(APP, CLIENT, "budget", 0.02) is None
    made = workspace.add_model_version(
        APP, CLIENT, "coder", "3", "ab12", {"top1": 0.9}, {"head.json": b"{}"}
    )
    assert workspace.add_model_version(APP, CLIENT, "coder", "3") == made
    assert [row.metrics for row in workspace.model_versions(APP, CLIENT)] == [{"top1": 0.9}]
    assert workspace.model_files(made) == {"head.json": b"{}"}


def test_a_batch_is_taken_up_where_it_stopped(workspace: Workspace) -> None:
    hostile = "rechnung\udcff\0.xml"
    batch = workspace.start_batch(APP, CLIENT, ["a.xml", hostile, "c.xml"], "monday")
    batch.done("a.xml", [1])
    again = workspace.start_batch(APP, CLIENT, ["a.xml", hostile, "c.xml", "d.xml"], "monday")
    assert again.id == batch.id
    assert again.pending() == [hostile, "c.xml", "d.xml"]
    again.done(hostile)
    [row] = workspace.batches(APP)
    assert (row.done, row.total) == (2, 4)


def test_what_a_failed_transaction_wrote_is_gone(workspace: Workspace) -> None:
    def interrupted() -> None:
        with workspace.transaction(APP, CLIENT):
            record(workspace, "a", ("6000", 0.4))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power"):
        interrupted()
    assert workspace.records() == []
    assert workspace.audit() == []
    assert record(workspace, "a", ("6000", 0.4)).key == "a"


def test_the_audit_trail_tells_who_did_what(workspace: Workspace) -> None:
    record(workspace, "a", ("6000", 0.4))
    [row] = workspace.predictions(APP, CLIENT)
    [made] = workspace.correct(
        [Correction(prediction_id=row.id, field="account", value="6200", who="ada")]
    )
    workspace.undo(made, "ben")
    trail = workspace.audit(app=APP, client=CLIENT)
    assert [(entry.action, entry.who) for entry in trail] == [
        ("undone", "ben"),
        ("corrected", "ada"),
        ("record saved", ""),
    ]
    assert (trail[1].detail["said"], trail[1].detail["right"]) == ("6000", "6200")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET who = 'nobody'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT id, at, 'nobody', action, app, client, subject, detail FROM audit",
        "TRUNCATE audit",
    ],
)
def test_the_audit_trail_cannot_be_changed(workspace: Workspace, change: str) -> None:
    record(workspace, "a", ("6000", 0.4))
    before = workspace.audit()
    with pytest.raises(DBAPIError), workspace.transaction() as connection:
        connection.execute(text(change))
    assert workspace.audit() == before


def test_text_that_a_database_would_refuse_is_made_storable(workspace: Workspace) -> None:
    row = workspace.save_record(
        APP,
        CLIENT,
        "invoice",
        "nul\0 lone\udc80",
        {"text": "nul\0"},
        predictions=[("i\0", said("6\0", 0.1))],
    )
    assert row.key == "nul\ufffd lone?"
    assert workspace.record(row.id).data["text"].startswith("nul")
    assert workspace.predictions(record_id=row.id)[0].item == "i\ufffd"
