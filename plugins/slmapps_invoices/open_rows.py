"""Which open predictions of a client are to be made anew when something was learnt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slmapps_invoices.clients import APP
from slmapps_invoices.line_items import is_line, line_number, lines_of
from slmapps_invoices.reach import marks, reached

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow, RecordRow, Workspace

__all__ = ["OpenRows"]

FEW = 150
"""Open predictions of lines that are all predicted anew after each correction."""
SWEEP = 25
"""Corrections after which all are, however many they be."""


class OpenRows:
    """The open predictions of a client; it keeps what its lines may share with others."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.unswept = 0
        self._marks: dict[int, list[frozenset[str]]] = {}

    def forget(self, record_id: int) -> None:
        """Drop what is known of a record's lines, for they have changed."""
        self._marks.pop(record_id, None)

    def reached(
        self,
        workspace: Workspace,
        record: Callable[[Workspace, int], RecordRow],
        taught: Sequence[Mapping[str, Any]] | None,
        touched: Collection[int] = (),
    ) -> list[PredictionRow]:
        """Give those that the lines ``taught`` may reach, and those of the records ``touched``.

        All lines where they are few or a sweep is due; everything where ``taught`` is None.
        """
        if taught is None:
            self.unswept = 0
            return workspace.predictions(APP, self.client)
        items = workspace.open_items(APP, self.client)
        lines = [each for each in items if is_line(each[2])]
        near = {prediction_id for prediction_id, record_id, _ in items if record_id in touched}
        if len(lines) <= FEW or self.unswept >= SWEEP:
            self.unswept = 0
            near |= {prediction_id for prediction_id, _, _ in lines}
            return [row for row in workspace.predictions(APP, self.client) if row.id in near]
        said = [marks(line) for line in taught]
        for record_id in {record_id for _, record_id, _ in lines} - self._marks.keys():
            of_record = lines_of(record(workspace, record_id).data)
            self._marks[record_id] = [marks(line) for line in of_record]
        near |= {
            prediction_id
            for prediction_id, record_id, item in lines
            if reached(said, self._marks[record_id][line_number(item)])
        }
        return list(workspace.newest_of(sorted(near)).values())
