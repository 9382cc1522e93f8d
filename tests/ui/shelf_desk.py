"""A whole desk in a few lines: parcels go on shelves by the first word of their label.

It stands in for "any application": the suite's own pages must serve it through its Desk alone.
"""

from __future__ import annotations

from slmapps.desk import Change, Desk
from slmapps.hookspecs import hookimpl
from slmapps.records import (
    Alternative,
    Correction,
    Evidence,
    EvidenceKind,
    Prediction,
    Problem,
    Status,
)

SHELVES = {"A1": "Tools", "B2": "Paint", "C3": "Garden", "D4": "Timber"}
LABELS = [
    ("Hammers and nails", "hammer 16 oz", "18.40"),
    ("Hammers and nails", "hammer 20 oz, fibreglass", "24.90"),
    ("Hammers and nails", "hammer, rubber", "9.10"),
    ("Colour House", "emulsion white 10 l", "61.00"),
    ("Colour House", "emulsion grey 5 l", "34.50"),
    ("Green Thumb", "spade with ash handle", "27.75"),
]
CLIENT = "corner-store"


def _learnt(workspace):
    return {
        workspace.record(row.record_id).data["label"].split()[0]: row.correction.value
        for row in workspace.corrections("shelves", CLIENT)
    }


def _said(label, learnt):
    shelf = learnt.get(label.split()[0])
    words = Evidence(kind=EvidenceKind.WORDS, text=label.split()[0])
    if shelf:
        case = Evidence(
            kind=EvidenceKind.PAST_CASE, text=f"{label.split()[0]} …", weight=0.9, value=shelf
        )
        rest = tuple(Alternative(value=each, confidence=0.02) for each in SHELVES if each != shelf)[
            :2
        ]
        return Prediction(
            field="shelf", value=shelf, confidence=0.94, status=Status.ACCEPTED, evidence=(case, words),
            alternatives=rest,
        )  # fmt: skip
    sure = 0.3 + len(label) / 200
    return Prediction(
        field="shelf", value="A1", confidence=sure, status=Status.REVIEW, evidence=(words,),
        alternatives=(Alternative(value="B2", confidence=0.2), Alternative(value="C3", confidence=0.1)),
    )  # fmt: skip


def samples(workspace):
    if not workspace.add_client("shelves", CLIENT, "Corner Store"):
        return
    for number, (supplier, label, price) in enumerate(LABELS):
        odd = (
            [Problem(code="torn-label", message="The label is torn.", cure="Ask for a new one.")]
            if number == 3
            else []
        )
        workspace.save_record(
            "shelves", CLIENT, "parcel", f"p{number}",
            {"supplier": supplier, "label": label, "price": price},
            problems=odd, predictions=[("label", _said(label, {}))],
        )  # fmt: skip


def describe(workspace, row):
    data = workspace.record(row.record_id).data
    return {
        "supplier": data["supplier"],
        "text": data["label"],
        "amount": data["price"],
        "currency": "EUR",
    }


def choices(workspace, row):
    return [(shelf, f"{shelf} {name}") for shelf, name in SHELVES.items()]


def _changes(workspace, learnt):
    changes = []
    for row in workspace.predictions(app="shelves", client=CLIENT):
        now = _said(workspace.record(row.record_id).data["label"], learnt)
        if now.value != row.prediction.value or now.confidence != row.prediction.confidence:
            changes.append((row, now))
    return changes


def _told(changes):
    return [
        Change(
            row.id,
            row.item,
            "shelf",
            row.prediction.value,
            now.value,
            row.prediction.confidence,
            now.confidence,
        )
        for row, now in changes
    ]


def preview(workspace, correction):
    label = workspace.record(workspace.prediction(correction.prediction_id).record_id).data["label"]
    return _told(_changes(workspace, {**_learnt(workspace), label.split()[0]: correction.value}))


def _again(workspace):
    changes = _changes(workspace, _learnt(workspace))
    workspace.supersede_all([(row.id, now) for row, now in changes])
    return _told(changes)


def correct(workspace, corrections: list[Correction]):
    workspace.correct(corrections)
    return _again(workspace)


def undo(workspace, correction_id, who):
    workspace.undo(correction_id, who)
    return _again(workspace)


def observed(workspace, client):
    return {
        "budget": 0.02, "threshold": 0.9, "coverage": 0.62, "expected_error": 0.018,
        "observed_error": 0.011, "observed_n": 240,
        "weeks": [
            {"week": "2026-W05", "reviewed": 40, "right": 34, "accepted": 20, "total": 44},
            {"week": "2026-W06", "reviewed": 52, "right": 48, "accepted": 41, "total": 60},
        ],
        "calibration": [{"confidence": 0.5, "accuracy": 0.52, "count": 30}, {"confidence": 0.9, "accuracy": 0.93, "count": 80}],
        "curve": [{"budget": 0.01, "coverage": 0.5}, {"budget": 0.02, "coverage": 0.62}, {"budget": 0.05, "coverage": 0.8}],
        "drift": {"value": 0.05, "level": "stable", "columns": {"label": 0.05}},
    }  # fmt: skip


DESK = Desk(
    name="shelves", title="Shelves", samples=samples, choices=choices, describe=describe, correct=correct,
    preview=preview, undo=undo, observed=observed,
)  # fmt: skip


@hookimpl
def register_desks(register):
    register(DESK)
