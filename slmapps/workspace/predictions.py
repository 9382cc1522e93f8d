"""What models said; a newer prediction takes the place of an older one, which is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from slmapps.records import Prediction, Status, now
from slmapps.workspace.rows import PredictionRow
from slmapps.workspace.store import Store
from slmapps.workspace.tables import Predictions

__all__ = ["PredictionStore", "prediction_values"]

CHUNK = 500
"""How many ids one query names; SQLite and PostgreSQL both have a limit."""


def _prediction(row: Any) -> PredictionRow:
    return PredictionRow(
        id=row.id,
        record_id=row.record_id,
        item=row.item,
        app=row.app,
        client=row.client,
        prediction=Prediction.model_validate(row.prediction),
        corrected=row.corrected,
        created_at=row.created_at,
        superseded_by=row.superseded_by,
    )


def prediction_values(
    record_id: int, app: str, client: str, item: str, prediction: Prediction
) -> dict[str, Any]:
    """Give the columns of a prediction's row."""
    return {
        "record_id": record_id,
        "app": app,
        "client": client,
        "item": item,
        "field": prediction.field,
        "status": prediction.status.value,
        "confidence": prediction.confidence,
        "prediction": prediction.model_dump(mode="json"),
        "created_at": now(),
    }


def _matching(
    app: str | None,
    client: str | None,
    record_id: int | None,
    status: Status | str | None,
    field: str | None,
    open_only: bool,
) -> list[ColumnElement[bool]]:
    asked = (
        (Predictions.app, app),
        (Predictions.client, client),
        (Predictions.record_id, record_id),
        (Predictions.status, None if status is None else Status(status).value),
        (Predictions.field, field),
    )
    clauses: list[ColumnElement[bool]] = [
        column == value for column, value in asked if value is not None
    ]
    if open_only:
        clauses += [Predictions.superseded_by.is_(None), Predictions.corrected.is_(None)]
    return clauses


class PredictionStore(Store):
    """The part of the workspace that keeps predictions."""

    def predictions(
        self,
        app: str | None = None,
        client: str | None = None,
        record_id: int | None = None,
        status: Status | str | None = None,
        field: str | None = None,
        open_only: bool = True,
        order: Literal["doubt", "time"] = "time",
        limit: int | None = None,
    ) -> list[PredictionRow]:
        """Predictions, the least sure first (``doubt``) or in the order they were made.

        Open are those that neither a newer prediction nor a correction has closed.
        """
        wanted = select(Predictions).where(
            *_matching(app, client, record_id, status, field, open_only)
        )
        if order == "doubt":
            wanted = wanted.order_by(Predictions.confidence, Predictions.id)
        else:
            wanted = wanted.order_by(Predictions.id)
        with self.reading() as connection:
            return [_prediction(row) for row in connection.execute(wanted.limit(limit))]

    def count_predictions(
        self,
        app: str | None = None,
        client: str | None = None,
        status: Status | str | None = None,
        field: str | None = None,
        open_only: bool = True,
    ) -> int:
        """How many :meth:`predictions` would give, without reading them."""
        wanted = (
            select(func.count())
            .select_from(Predictions)
            .where(*_matching(app, client, None, status, field, open_only))
        )
        with self.reading() as connection:
            return connection.execute(wanted).scalar_one()

    def open_items(self, app: str, client: str) -> list[tuple[int, int, str]]:
        """List the open predictions as (id, record id, item), without reading what they say."""
        wanted = (
            select(Predictions.id, Predictions.record_id, Predictions.item)
            .where(*_matching(app, client, None, None, None, open_only=True))
            .order_by(Predictions.id)
        )
        with self.reading() as connection:
            return [(row.id, row.record_id, row.item) for row in connection.execute(wanted)]

    def prediction(self, prediction_id: int) -> PredictionRow:
        """One prediction; ``KeyError`` where there is none."""
        wanted = select(Predictions).where(Predictions.id == prediction_id)
        with self.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise KeyError(f"no prediction {prediction_id} in this workspace")
        return _prediction(row)

    def newest(self, prediction_id: int) -> PredictionRow:
        """Give the prediction that stands in the place of this one: itself unless superseded."""
        return self.newest_of([prediction_id])[prediction_id]

    def newest_of(self, prediction_ids: Iterable[int]) -> dict[int, PredictionRow]:
        """Give :meth:`newest` for many; ``KeyError`` where there is no such prediction."""
        ids = list(dict.fromkeys(prediction_ids))
        found: dict[int, PredictionRow] = {}
        with self.reading() as connection:
            for start in range(0, len(ids), CHUNK):
                wanted = select(Predictions).where(Predictions.id.in_(ids[start : start + CHUNK]))
                found |= {row.id: _prediction(row) for row in connection.execute(wanted)}
        for prediction_id in ids:
            if prediction_id not in found:
                raise KeyError(f"no prediction {prediction_id} in this workspace")
            while (newer := found[prediction_id].superseded_by) is not None:
                found[prediction_id] = self.prediction(newer)
        return found

    def supersede(self, prediction_id: int, prediction: Prediction) -> int:
        """Put a newer prediction in the place of one; returns its id. The old one is kept."""
        return self.supersede_all([(prediction_id, prediction)])[0]

    def supersede_all(self, newer: Sequence[tuple[int, Prediction]]) -> list[int]:
        """:meth:`supersede` for many in one transaction; a person's word is never superseded."""
        if not newer:
            return []
        with self.transaction() as connection:
            stand = self.newest_of(prediction_id for prediction_id, _ in newer)
            old = [stand[prediction_id] for prediction_id, _ in newer]
            if len({row.id for row in old}) < len(old):
                raise ValueError("a prediction is superseded twice at once: keep the last one")
            for row in old:
                if row.corrected is not None:
                    raise ValueError(
                        f"prediction {row.id} has been reviewed: undo the correction first"
                    )
            made = list(
                connection.execute(
                    insert(Predictions).returning(Predictions.id, sort_by_parameter_order=True),
                    [
                        prediction_values(row.record_id, row.app, row.client, row.item, said)
                        for row, (_, said) in zip(old, newer, strict=True)
                    ],
                ).scalars()
            )
            connection.execute(
                update(Predictions)
                .where(Predictions.id == bindparam("old"))
                .values(superseded_by=bindparam("new")),
                [{"old": row.id, "new": new} for row, new in zip(old, made, strict=True)],
            )
            self._note(
                connection,
                "predictions superseded",
                app=old[0].app,
                client=old[0].client,
                detail={"old": [row.id for row in old], "new": made},
            )
            return made
