"""Predictions grouped by what they are about: one line with its account, tax code, cost centre."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from slmapps.desk import Desk
from slmapps.records import Status
from slmapps.workspace import PredictionRow, RecordRow, Workspace

__all__ = [
    "Item",
    "ItemKey",
    "grouped",
    "is_free",
    "item_key",
    "records_of",
    "standing",
    "waiting_items",
]

T = TypeVar("T")

ItemKey = tuple[int, str, str]
"""The record, the item within it, and the field where it is decided on by itself: what stays when
a Prediction is made anew."""


@dataclass(frozen=True)
class Item:
    """The current Predictions of one item, the main field first.

    ``free`` is the item whose value is typed: a field that is decided on by itself.
    """

    rows: tuple[PredictionRow, ...]
    free: bool = False

    @property
    def key(self) -> ItemKey:
        """What the item is, whatever is said of it."""
        return item_key(self.main, free=self.free)

    @property
    def main(self) -> PredictionRow:
        """The Prediction that a person decides on first."""
        return self.rows[0]

    @property
    def open(self) -> tuple[PredictionRow, ...]:
        """The Predictions that no person has settled."""
        return tuple(row for row in self.rows if row.corrected is None)

    @property
    def waiting(self) -> bool:
        """Whether a person has to look at it: something open lies outside the error budget."""
        return any(row.prediction.status is not Status.ACCEPTED for row in self.open)

    @property
    def sure(self) -> float:
        """The confidence of what is least sure about it, within 0..1."""
        return min((row.prediction.confidence for row in self.open or self.rows), default=0.0)


def item_key(row: PredictionRow, *, free: bool) -> ItemKey:
    """Give the key of the item that a Prediction is of."""
    return (row.record_id, row.item, row.prediction.field if free else "")


def is_free(desk: Desk, workspace: Workspace, row: PredictionRow) -> bool:
    """Tell whether the desk lets that Prediction's value be typed."""
    return desk.free_text is not None and desk.free_text(workspace, row)


def _order(desk: Desk, row: PredictionRow) -> tuple[int, int]:
    fields = desk.fields
    field = row.prediction.field
    return (fields.index(field) if field in fields else len(fields), row.id)


def grouped(desk: Desk, workspace: Workspace, rows: Iterable[PredictionRow]) -> list[Item]:
    """Group rows by item, in the order in which the items come; superseded ones are left out."""
    by_key: dict[ItemKey, list[PredictionRow]] = {}
    for row in rows:
        if row.superseded_by is None:
            key = item_key(row, free=is_free(desk, workspace, row))
            by_key.setdefault(key, []).append(row)
    return [
        Item(tuple(sorted(of_item, key=lambda row: _order(desk, row))), free=bool(key[2]))
        for key, of_item in by_key.items()
    ]


_held: OrderedDict[tuple[str, str, str, str], tuple[int, Any]] = OrderedDict()
_lock = threading.Lock()
_HELD = 16


def _fresh(workspace: Workspace, app: str, client: str, what: str, read: Callable[[], T]) -> T:
    """What ``read`` gives, read again only when the client's audit trail has grown."""
    place = (workspace.url, app, client, what)
    newest = workspace.audit(1, app=app, client=client)
    stamp = newest[0].id if newest else 0
    with _lock:
        found = _held.get(place)
    if found is None or found[0] != stamp:
        found = (stamp, read())
        with _lock:
            _held[place] = found
            _held.move_to_end(place)
            while len(_held) > _HELD:
                _held.popitem(last=False)
    value: T = found[1]
    return value


def records_of(workspace: Workspace, app: str, client: str) -> list[RecordRow]:
    """Every record of a client, the newest first."""
    return _fresh(
        workspace,
        app,
        client,
        "records",
        lambda: workspace.records(app=app, client=client, newest=True),
    )


def standing(workspace: Workspace, desk: Desk, client: str) -> list[Item]:
    """Every item of a client with what is said of it now; the superseded past is never read."""

    def read() -> list[Item]:
        rows = workspace.predictions(app=desk.name, client=client)
        rows += _settled(workspace, desk.name, client)
        return grouped(desk, workspace, sorted(rows, key=lambda row: (row.record_id, row.id)))

    return _fresh(workspace, desk.name, client, "items", read)


def _settled(workspace: Workspace, app: str, client: str) -> list[PredictionRow]:
    """What people have settled, as rows."""
    return [
        PredictionRow(
            id=each.correction.prediction_id,
            record_id=each.record_id,
            item=each.item,
            app=app,
            client=client,
            prediction=each.prediction,
            corrected=each.correction.value,
            created_at=each.correction.when,
        )
        for each in workspace.corrections(app, client)
    ]


def waiting_items(items: Sequence[Item]) -> list[Item]:
    """The items that wait for a person, the least sure first."""
    return sorted((item for item in items if item.waiting), key=lambda item: item.sure)
