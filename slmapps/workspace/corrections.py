"""What people said of predictions; undone corrections are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update

from slmapps.records import Correction, Prediction, now
from slmapps.workspace.predictions import PredictionStore
from slmapps.workspace.rows import CorrectionRow, PredictionRow
from slmapps.workspace.tables import Audit, Corrections, Predictions

__all__ = ["CorrectionStore"]


def _with_item() -> Select[Any]:
    return select(
        *Corrections.__table__.columns,
        Predictions.record_id,
        Predictions.item,
        Predictions.prediction,
    ).join(Predictions, Predictions.id == Corrections.prediction_id)


def _correction(row: Any) -> CorrectionRow:
    return CorrectionRow(
        id=row.id,
        app=row.app,
        client=row.client,
        correction=Correction(
            prediction_id=row.prediction_id,
            field=row.field,
            value=row.value,
            right_as_is=row.right_as_is,
            who=row.who,
            when=row.at,
            note=row.note,
        ),
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        record_id=row.record_id,
        item=row.item,
        prediction=Prediction.model_validate(row.prediction),
    )


def _agreement(row: PredictionRow, who: str) -> Correction:
    if row.prediction.value is None:
        raise ValueError(
            f"prediction {row.id} suggests nothing that could be accepted: give a value"
        )
    return Correction(
        prediction_id=row.id,
        field=row.prediction.field,
        value=row.prediction.value,
        right_as_is=True,
        who=who,
    )


def _values(row: PredictionRow, correction: Correction) -> dict[str, Any]:
    return {
        "prediction_id": row.id,
        "app": row.app,
        "client": row.client,
        "field": correction.field,
        "value": correction.value,
        "right_as_is": correction.right_as_is,
        "who": correction.who,
        "at": correction.when,
        "note": correction.note,
    }


def _entry(row: PredictionRow, correction: Correction, made: int) -> dict[str, Any]:
    return {
        "at": now(),
        "who": correction.who,
        "action": "accepted" if correction.right_as_is else "corrected",
        "app": row.app,
        "client": row.client,
        "subject": f"prediction {row.id}",
        "detail": {
            "correction": made,
            "field": correction.field,
            "said": row.prediction.value,
            "right": correction.value,
            "before": row.corrected,
        },
    }


class CorrectionStore(PredictionStore):
    """The part of the workspace that keeps corrections."""

    def correct(self, corrections: Sequence[Correction]) -> list[int]:
        """Keep what a person said, all or nothing; returns the ids of the corrections.

        A prediction that has been superseded meanwhile is corrected in its newest form, and an
        earlier correction of the same prediction is undone by the new one.
        """
        if len({correction.prediction_id for correction in corrections}) < len(corrections):
            with self.transaction():  # the later word on a prediction takes the earlier one's place
                return [made for each in corrections for made in self._correct([each])]
        return self._correct(corrections)

    def _correct(self, corrections: Sequence[Correction]) -> list[int]:
        if not corrections:
            return []
        ids = [correction.prediction_id for correction in corrections]
        with self.transaction() as connection, ExitStack() as locks:
            clients = {(row.app, row.client) for row in self.newest_of(ids).values()}
            for app, client in sorted(clients):
                locks.enter_context(self.transaction(app, client, learns=True))
            stand = self.newest_of(ids)  # nobody else writes for these clients from here on
            pairs = [(stand[each.prediction_id], each) for each in corrections]
            for row, correction in pairs:
                if row.prediction.field != correction.field:
                    raise ValueError(
                        f"prediction {row.id} is of {row.prediction.field!r}, the correction of"
                        f" {correction.field!r}: correct the prediction of that field"
                    )
            connection.execute(
                update(Corrections)
                .where(Corrections.prediction_id == bindparam("of_prediction"))
                .where(Corrections.undone_at.is_(None))
                .values(undone_at=bindparam("taken_back"), undone_by=bindparam("taken_by")),
                [
                    {"of_prediction": row.id, "taken_back": now(), "taken_by": each.who}
                    for row, each in pairs
                ],
            )
            made = list(
                connection.execute(
                    insert(Corrections).returning(Corrections.id, sort_by_parameter_order=True),
                    [_values(row, each) for row, each in pairs],
                ).scalars()
            )
            connection.execute(
                update(Predictions)
                .where(Predictions.id == bindparam("of_prediction"))
                .values(corrected=bindparam("right")),
                [{"of_prediction": row.id, "right": each.value} for row, each in pairs],
            )
            connection.execute(
                insert(Audit),
                [_entry(row, each, new) for (row, each), new in zip(pairs, made, strict=True)],
            )
            return made

    def accept(self, prediction_ids: Iterable[int], who: str = "") -> list[int]:
        """Say of many predictions at once that they are right as they are."""
        with self.transaction():
            ids = list(prediction_ids)
            stand = self.newest_of(ids)
            return self.correct([_agreement(stand[each], who) for each in ids])

    def agreement(self, prediction_id: int, who: str = "") -> Correction:
        """Make the correction that says a prediction (in its newest form) is right as it is."""
        return _agreement(self.newest(prediction_id), who)

    def undo(self, correction_id: int, who: str = "") -> CorrectionRow:
        """Take a correction back; it is kept as undone and its prediction is open again."""
        with self.transaction() as connection:
            row = self.correction(correction_id)
            if row.undone_at is not None:
                raise ValueError(
                    f"correction {correction_id} no longer holds: it was undone already, or a later"
                    " one took its place"
                )
            with self.transaction(row.app, row.client, learns=True):
                connection.execute(
                    update(Corrections)
                    .where(Corrections.id == correction_id)
                    .values(undone_at=now(), undone_by=who)
                )
                connection.execute(
                    update(Predictions)
                    .where(Predictions.id == row.correction.prediction_id)
                    .values(corrected=None)
                )
                self._note(
                    connection,
                    "undone",
                    app=row.app,
                    client=row.client,
                    subject=f"correction {correction_id}",
                    who=who,
                    detail={"prediction": row.correction.prediction_id},
                )
            return self.correction(correction_id)

    def correction(self, correction_id: int) -> CorrectionRow:
        """One correction; ``KeyError`` where there is none."""
        wanted = _with_item().where(Corrections.id == correction_id)
        with self.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise KeyError(f"no correction {correction_id} in this workspace")
        return _correction(row)

    def corrections(
        self,
        app: str | None = None,
        client: str | None = None,
        since: int | None = None,
        live_only: bool = True,
    ) -> list[CorrectionRow]:
        """Corrections in the order they were made, those with id > ``since``."""
        wanted = _with_item().order_by(Corrections.id)
        if app is not None:
            wanted = wanted.where(Corrections.app == app)
        if client is not None:
            wanted = wanted.where(Corrections.client == client)
        if since is not None:
            wanted = wanted.where(Corrections.id > since)
        if live_only:
            wanted = wanted.where(Corrections.undone_at.is_(None))
        with self.reading() as connection:
            return [_correction(row) for row in connection.execute(wanted)]

    def live_corrections(self, app: str, client: str) -> list[int]:
        """List the ids of the corrections that hold, in the order they were made."""
        wanted = (
            select(Corrections.id)
            .where(Corrections.app == app, Corrections.client == client)
            .where(Corrections.undone_at.is_(None))
            .order_by(Corrections.id)
        )
        with self.reading() as connection:
            return list(connection.execute(wanted).scalars())
