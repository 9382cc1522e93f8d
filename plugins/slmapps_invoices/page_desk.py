"""Corrections of what was read off pages: the record follows, and the seller's next document.

Design choices:

* ``data["read"]`` keeps the invoice and the Problems as they were read, ``data["said"]`` what
  people said, by key. The record's invoice is made of both, so undoing leaves no trace in it.
* A field that a person confirms is said, too: it waits no longer, whatever the sums say later.
* The example for the seller's next document is made before anything is stored, for that needs the
  tagger, and travels in the correction's note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slmapps.records import Correction, Document, Prediction, Problem, Span, Status
from slmapps_invoices.alarms import PastInvoices
from slmapps_invoices.clients import APP
from slmapps_invoices.field_values import NEEDED, Hand, checked
from slmapps_invoices.line_items import is_line
from slmapps_invoices.page_fields import (
    HEADER,
    MODEL,
    NOT_FOUND,
    corrected,
    item_and_field,
    judged,
    key_of,
    page_invoice,
    remaining,
    value_of,
)
from slmapps_invoices.page_lessons import lesson, place_of
from slmapps_invoices.pages.seller_memory import NOTE
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow, RecordRow, Workspace

__all__ = [
    "PLACE",
    "by_record",
    "checked_correction",
    "field_differences",
    "hand_of",
    "missing_field",
    "noted",
    "revised",
    "store",
    "supposed",
    "supposing",
    "take_back",
]

PLACE = "place"
"""The note of a correction that says where on the page the value stands: a Span as JSON."""

_IDENTITY = ("number", "seller.name", "seller.vat_id", "seller.iban", "total")
"""What alarms look at."""

Said = Mapping[str, Any]
"""By key: ``{"value": …, "place": … or None}``."""


def by_record(
    pairs: Sequence[tuple[PredictionRow, Correction]],
) -> dict[int, list[tuple[PredictionRow, Correction]]]:
    """Give the corrections of what was read off pages, by record."""
    found: dict[int, list[tuple[PredictionRow, Correction]]] = {}
    for row, correction in pairs:
        if not is_line(row.item):
            found.setdefault(row.record_id, []).append((row, correction))
    return found


def hand_of(document: Document | None, currency: str) -> Hand:
    """Give how a document writes numbers and days."""
    words = (
        [] if document is None else [word.text for page in document.pages for word in page.words]
    )
    return Hand.of(words, currency)


def checked_correction(
    workspace: Workspace, record: RecordRow, row: PredictionRow, correction: Correction
) -> Correction:
    """Bring what a person typed to the form that is kept; ``ValueError`` with the cure if not."""
    if correction.right_as_is and correction.value == row.prediction.value:
        return correction  # what was read need not be a value that could be typed
    key = key_of(row.item, row.prediction.field)
    document = None if record.document is None else workspace.document(record.document)
    hand = hand_of(document, record.data["invoice"]["currency"])
    value = checked(key, correction.value, hand)
    same = value == row.prediction.value
    return correction.model_copy(update={"value": value, "right_as_is": same})


def noted(
    workspace: Workspace,
    record: RecordRow,
    pairs: Sequence[tuple[PredictionRow, Correction]],
) -> list[Correction]:
    """Put into the corrections of one record what they say of the seller's next document."""
    document = None if record.document is None else workspace.document(record.document)
    invoice = page_invoice(revised(record, _said(record.data, pairs)).data)
    if document is None or invoice is None:
        return [correction for _, correction in pairs]
    done = []
    for row, correction in pairs:
        key = key_of(row.item, row.prediction.field)
        learnt = None
        if not correction.right_as_is or row.prediction.status is not Status.ACCEPTED:
            learnt = lesson(document, invoice, _read(record.data), key, correction.note.get(PLACE))
        note = dict(correction.note)
        if learnt is not None:
            note[NOTE] = learnt.kept()
            if PLACE not in note and (place := place_of(document, learnt.right)) is not None:
                note[PLACE] = place.model_dump(mode="json")
        done.append(correction.model_copy(update={"note": note}))
    return done


def _read(data: Mapping[str, Any]) -> Invoice:
    kept = data.get("read")
    return Invoice.model_validate(data["invoice"] if kept is None else kept["invoice"])


def _said(
    data: Mapping[str, Any], pairs: Sequence[tuple[PredictionRow, Correction]]
) -> dict[str, Any]:
    said = dict(data.get("said", {}))
    for row, correction in pairs:
        key = key_of(row.item, row.prediction.field)
        said[key] = {"value": correction.value, PLACE: correction.note.get(PLACE)}
    return said


def revised(record: RecordRow, said: Said, alarms: Sequence[Problem] | None = None) -> RecordRow:
    """Give the record as it is when people have ``said`` this of it; None: its alarms stay."""
    data = record.data
    kept = data.get("read") or {
        "invoice": data["invoice"],
        "problems": [
            each.model_dump(mode="json") for each in record.problems if each not in _alarms(data)
        ],
    }
    read = Invoice.model_validate(kept["invoice"])
    problems = [Problem.model_validate(each) for each in kept["problems"]]
    places = {key: Span.model_validate(one[PLACE]) for key, one in said.items() if one.get(PLACE)}
    now = corrected(read, {key: one["value"] for key, one in said.items()}, places)
    left = remaining(problems, read, now, said)
    raised = _alarms(data) if alarms is None else list(alarms)
    return replace(
        record,
        data={
            **data,
            "invoice": now.model_dump(mode="json"),
            "alarms": [each.model_dump(mode="json") for each in raised],
            "read": kept,
            "said": dict(said),
        },
        problems=(*left, *raised),
    )


def _alarms(data: Mapping[str, Any]) -> list[Problem]:
    return [Problem.model_validate(each) for each in data.get("alarms", [])]


def store(
    workspace: Workspace,
    record: RecordRow,
    pairs: Sequence[tuple[PredictionRow, Correction]],
    who: str,
) -> RecordRow:
    """Revise the record by corrections that are kept."""
    return _revise(workspace, record, _said(record.data, pairs), who)


def take_back(workspace: Workspace, record: RecordRow, key: str, who: str) -> RecordRow:
    """Revise the record when what was said of one field no longer holds."""
    said = {each: one for each, one in record.data.get("said", {}).items() if each != key}
    return _revise(workspace, record, said, who)


def _revise(workspace: Workspace, record: RecordRow, said: Said, who: str) -> RecordRow:
    new = supposed(workspace, record, said)
    before, now = page_invoice(record.data), page_invoice(new.data)
    assert before is not None
    assert now is not None
    keys = {*said, *record.data.get("said", {})}
    turns = {
        key: [value_of(before, key), value_of(now, key)]
        for key in sorted(keys)
        if value_of(before, key) != value_of(now, key)
    }
    return workspace.revise_record(
        record.id, new.data, new.problems, who=who, detail={"changed": turns}
    )


def supposed(workspace: Workspace, record: RecordRow, said: Said) -> RecordRow:
    """Give the record revised, its alarms raised anew where what they look at has changed."""
    new = revised(record, said)
    before, now = page_invoice(record.data), page_invoice(new.data)
    if before is None or now is None:
        return new
    if all(value_of(before, key) == value_of(now, key) for key in _IDENTITY):
        return new
    past = PastInvoices(APP, record.client, without=record.id)
    past.catch_up(workspace)
    alarms = [
        alarm.model_copy(update={"file": record.data.get("file")})
        for alarm in past.alarms(new.data["invoice"], workspace)
    ]
    return revised(record, said, alarms)


def supposing(
    workspace: Workspace, record: RecordRow, row: PredictionRow, correction: Correction
) -> RecordRow:
    """Give the record as one correction would make it; nothing is kept."""
    return supposed(workspace, record, _said(record.data, [(row, correction)]))


def field_differences(
    record: RecordRow, rows: Sequence[PredictionRow], budget: float
) -> list[tuple[PredictionRow, Prediction]]:
    """Give the open Predictions of a record's fields whose status is another now."""
    invoice = page_invoice(record.data)
    if invoice is None:
        return []
    by_key = {key_of(row.item, row.prediction.field): row for row in rows if not is_line(row.item)}
    changed = judged(
        invoice, record.problems, budget, {key: row.prediction for key, row in by_key.items()}
    )
    return [(by_key[key], new) for key, new in changed.items()]


def missing_field(key: str) -> tuple[str, Prediction]:
    """Give (item, Prediction) of a header field that the page seems not to have.

    It says that there is none, so that a person can say what it is. Raises ``ValueError`` where no
    such field is read off pages, or an invoice must have it.
    """
    if key not in HEADER or key in NEEDED:
        raise ValueError(f"{key!r} cannot be added: choose a field of the head that is left out")
    item, field = item_and_field(key)
    return item, Prediction(
        field=field,
        value="",
        confidence=0.5,
        status=Status.ACCEPTED,
        reason=NOT_FOUND,
        model=MODEL,
    )
