"""Work on many items that a crash cannot lose: what is done is marked with its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from slmapps.records import Problem, now
from slmapps.workspace.rows import BatchRow
from slmapps.workspace.store import Store
from slmapps.workspace.tables import Batches, BatchItems, storable

__all__ = ["Batch", "BatchStore"]


@dataclass(frozen=True)
class Batch:
    """A batch as it was started; its state is in the database."""

    id: int
    app: str
    client: str
    items: tuple[str, ...]
    store: BatchStore

    def pending(self) -> list[str]:
        """List the items that are still to do, in their order."""
        wanted = select(BatchItems.item).where(
            BatchItems.batch_id == self.id, BatchItems.done_at.is_(None)
        )
        with self.store.reading() as connection:
            left = set(connection.execute(wanted).scalars())
        return [item for item in self.items if storable(item) in left]

    def done(
        self, item: str, record_ids: Sequence[int] = (), problems: Sequence[Problem] = ()
    ) -> None:
        """Mark an item; inside a transaction that saves its records, both hold or neither."""
        with self.store.transaction(self.app, self.client) as connection:
            connection.execute(
                update(BatchItems)
                .where(BatchItems.batch_id == self.id, BatchItems.item == item)
                .values(
                    done_at=now(),
                    record_ids=list(record_ids),
                    problems=[problem.model_dump(mode="json") for problem in problems],
                )
            )


class BatchStore(Store):
    """The part of the workspace that keeps batches."""

    def start_batch(self, app: str, client: str, items: Sequence[str], key: str) -> Batch:
        """Start the batch ``key``, or take it up again; items that are new to it are added."""
        row = self._insert(Batches).values(app=app, client=client, key=key, created_at=now())
        with self.transaction(app, client) as connection:
            made = connection.execute(row.on_conflict_do_nothing().returning(Batches.id)).scalar()
            batch_id = (
                made
                or connection.execute(
                    select(Batches.id).where(
                        Batches.app == app, Batches.client == client, Batches.key == key
                    )
                ).scalar_one()
            )
            unique = list(dict.fromkeys(items))
            if unique:
                connection.execute(
                    self._insert(BatchItems).on_conflict_do_nothing(),
                    [
                        {
                            "batch_id": batch_id,
                            "item": item,
                            "position": position,
                            "record_ids": [],
                            "problems": [],
                        }
                        for position, item in enumerate(unique)
                    ],
                )
            if made is not None:
                self._note(
                    connection,
                    "batch started",
                    app=app,
                    client=client,
                    subject=f"batch {batch_id}",
                    detail={"items": len(unique)},
                )
        return Batch(batch_id, app, client, tuple(unique), self)

    def batches(self, app: str | None = None, client: str | None = None) -> list[BatchRow]:
        """All batches and how far they are, newest first."""
        wanted = (
            select(
                *Batches.__table__.columns,
                func.count(BatchItems.item).label("total"),
                func.count(BatchItems.done_at).label("done"),
            )
            .join(BatchItems, BatchItems.batch_id == Batches.id, isouter=True)
            .group_by(*Batches.__table__.columns)
            .order_by(Batches.id.desc())
        )
        if app is not None:
            wanted = wanted.where(Batches.app == app)
        if client is not None:
            wanted = wanted.where(Batches.client == client)
        with self.reading() as connection:
            return [BatchRow(**row) for row in connection.execute(wanted).mappings()]
