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

__all__ = ["Item", "ItemKey", "grouped", "item_of", "records_of", "standing", "waiting_items"]

T = TypeVar("T")

ItemKey = tuple[int, str]
"""The record and the item within it: what stays when a Prediction is made anew."""


@dataclass(frozen=True)
class Item:
    """The current Predictions of one item, the main field first."""

    rows: tuple[PredictionRow, ...]

    @property
    def key(self) -> ItemKey:
        """What the item is, whatever is said of it."""
        return (self.main.record_id, self.main.item)

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


def _order(desk: Desk, row: PredictionRow) -> tuple[int, int]:
    fields = desk.fields
    field = row.prediction.field
    return (fields.index(field) if field in fields else len(fields), row.id)


def grouped(desk: Desk, rows: Iterable[PredictionRow]) -> list[Item]:
    """Group rows by item, in the order in which the items come; superseded ones are left out."""
    by_key: dict[ItemKey, list[PredictionRow]] = {}
    for row in rows:
        if row.superseded_by is None:
            by_key.setdefault((row.record_id, row.item), []).append(row)
    return [
        Item(tuple(sorted(of_item, key=lambda row: _order(desk, row))))
        for of_item in by_key.values()
    ]


def item_of(desk: Desk, workspace: Workspace, key: ItemKey) -> Item | None:
    """Everything that is said of one item now, settled or open."""
    rows = workspace.predictions(record_id=key[0], open_only=False)
    found = grouped(desk, [row for row in rows if row.item == key[1]])
    return found[0] if found else None


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
        return grouped(desk, sorted(rows, key=lambda row: (row.record_id, row.id)))

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
