"""Domain records, each saved once together with what the models said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from slmapps.records import Prediction, Problem, now
from slmapps.workspace.predictions import prediction_values
from slmapps.workspace.rows import RecordRow
from slmapps.workspace.store import Store
from slmapps.workspace.tables import Predictions, Records

__all__ = ["RecordStore"]


def _record(row: Any) -> RecordRow:
    return RecordRow(
        id=row.id,
        app=row.app,
        client=row.client,
        kind=row.kind,
        key=row.key,
        data=row.data,
        document=row.document,
        problems=tuple(Problem.model_validate(problem) for problem in row.problems),
        created_at=row.created_at,
    )


class RecordStore(Store):
    """The part of the workspace that keeps records."""

    def save_record(
        self,
        app: str,
        client: str,
        kind: str,
        key: str,
        data: dict[str, Any],
        *,
        document: str | None = None,
        problems: Sequence[Problem] = (),
        predictions: Sequence[tuple[str, Prediction]] = (),
        who: str = "",
    ) -> RecordRow:
        """Keep a record and its predictions (item, prediction) in one transaction.

        ``key`` is the record's own within (app, client, kind): where one is there already, that
        one comes back unchanged and nothing is stored.
        """
        row = self._insert(Records).values(
            app=app,
            client=client,
            kind=kind,
            key=key,
            data=data,
            document=document,
            problems=[problem.model_dump(mode="json") for problem in problems],
            created_at=now(),
        )
        with self.transaction(app, client) as connection:
            added = connection.execute(row.on_conflict_do_nothing().returning(Records.id)).scalar()
            if added is not None:
                if predictions:
                    connection.execute(
                        insert(Predictions),
                        [
                            prediction_values(added, app, client, item, said)
                            for item, said in predictions
                        ],
                    )
                self._note(
                    connection,
                    "record saved",
                    app=app,
                    client=client,
                    subject=f"record {added}",
                    who=who,
                    detail={
                        "kind": kind,
                        "document": document,
                        "predictions": len(predictions),
                        "problems": [problem.code for problem in problems],
                    },
                )
            wanted = select(Records).where(
                Records.app == app,
                Records.client == client,
                Records.kind == kind,
                Records.key == key,
            )
            return _record(connection.execute(wanted).one())

    def revise_record(
        self,
        record_id: int,
        data: dict[str, Any],
        problems: Sequence[Problem],
        *,
        who: str = "",
        detail: dict[str, Any] | None = None,
    ) -> RecordRow:
        """Put other data and Problems into a record, because of what a person said of it.

        What was there before is not kept: an application that must know it keeps it in ``data``.
        ``detail`` says in the audit trail what was changed.
        """
        row = self.record(record_id)
        with self.transaction(row.app, row.client, learns=True) as connection:
            connection.execute(
                update(Records)
                .where(Records.id == record_id)
                .values(
                    data=data, problems=[problem.model_dump(mode="json") for problem in problems]
                )
            )
            self._note(
                connection,
                "record revised",
                app=row.app,
                client=row.client,
                subject=f"record {record_id}",
                who=who,
                detail=detail,
            )
            return self.record(record_id)

    def add_predictions(
        self, record_id: int, predictions: Sequence[tuple[str, Prediction]]
    ) -> None:
        """Say more of a record that is kept: fields that were not predicted when it was saved."""
        row = self.record(record_id)
        with self.transaction(row.app, row.client) as connection:
            connection.execute(
                insert(Predictions),
                [
                    prediction_values(record_id, row.app, row.client, item, said)
                    for item, said in predictions
                ],
            )
            self._note(
                connection,
                "predictions added",
                app=row.app,
                client=row.client,
                subject=f"record {record_id}",
                detail={"predictions": len(predictions)},
            )

    def records(
        self,
        app: str | None = None,
        client: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
        *,
        key: str | None = None,
        after: int = 0,
        newest: bool = False,
    ) -> list[RecordRow]:
        """List records with id > ``after`` in the order they came (``newest``: the other way)."""
        wanted = select(Records).where(Records.id > after)
        for column, value in (
            (Records.app, app),
            (Records.client, client),
            (Records.kind, kind),
            (Records.key, key),
        ):
            if value is not None:
                wanted = wanted.where(column == value)
        wanted = wanted.order_by(Records.id.desc() if newest else Records.id).limit(limit)
        with self.reading() as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def record(self, record_id: int) -> RecordRow:
        """One record; ``KeyError`` where there is none."""
        with self.reading() as connection:
            row = connection.execute(select(Records).where(Records.id == record_id)).one_or_none()
        if row is None:
            raise KeyError(f"no record {record_id} in this workspace")
        return _record(row)
