"""What is said of lines and fields, compared: what a person would notice, and what is held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from slmapps.desk import Change
from slmapps.records import Prediction, Problem, Severity, Status
from slmapps_invoices.line_items import item_name

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow, Workspace

__all__ = [
    "NOTICED",
    "change_of",
    "differs",
    "first_time",
    "held_back",
    "is_visible",
    "predictions_of",
]

NOTICED = 0.02
"""By how much a confidence must change for a prediction to be made anew."""


def held_back(
    said: Mapping[str, Prediction], problems: Sequence[Problem], fields: Sequence[str] = ()
) -> dict[str, Prediction]:
    """Leave to a person what would be accepted but stands on a doubtful record.

    It is doubtful by its Problems, or by ``fields`` (by their names) that wait for a person.
    """
    doubts = [each.code for each in problems if each.severity is not Severity.INFO]
    if not doubts and not fields:
        return dict(said)
    what = "record" if doubts else "page"
    reason = f"look at the {what} first: {', '.join(dict.fromkeys(doubts or fields))}"
    held = {"status": Status.REVIEW, "reason": reason}
    return {
        field: each.model_copy(update=held) if each.status is Status.ACCEPTED else each
        for field, each in said.items()
    }


def predictions_of(said: Sequence[Mapping[str, Prediction]]) -> list[tuple[str, Prediction]]:
    """Name the lines of one record, for saving it with its predictions."""
    return [
        (item_name(number), prediction)
        for number, fields in enumerate(said)
        for prediction in fields.values()
    ]


def is_visible(old: Prediction, new: Prediction) -> bool:
    """Tell whether a person would notice: another value, or another status."""
    return (old.value, old.status) != (new.value, new.status)


def differs(old: Prediction, new: Prediction) -> bool:
    """Tell whether the newer prediction is to take the place of the older one."""
    return is_visible(old, new) or abs(old.confidence - new.confidence) >= NOTICED


def change_of(row: PredictionRow, new: Prediction, prediction_id: int) -> Change:
    """Say how a prediction changes; ``prediction_id`` is that of the one that will stand."""
    return Change(
        prediction_id=prediction_id,
        item=row.item,
        field=new.field,
        before=row.prediction.value,
        after=new.value,
        confidence_before=row.prediction.confidence,
        confidence_after=new.confidence,
    )


def first_time(
    workspace: Workspace, said: Mapping[tuple[int, str], Mapping[str, Prediction]]
) -> dict[int, list[tuple[str, Prediction]]]:
    """Find fields that the client has begun to use after the record was saved."""
    left = {key: fields for key, fields in said.items() if fields}
    known: dict[int, set[tuple[str, str]]] = {}
    added: dict[int, list[tuple[str, Prediction]]] = {}
    for (record_id, item), fields in left.items():
        if record_id not in known:
            rows = workspace.predictions(record_id=record_id, open_only=False)
            known[record_id] = {(row.item, row.prediction.field) for row in rows}
        for field, prediction in fields.items():
            if (item, field) not in known[record_id]:
                added.setdefault(record_id, []).append((item, prediction))
    return added
