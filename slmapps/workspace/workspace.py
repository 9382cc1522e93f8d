"""The workspace: everything that is kept, behind one object."""

from __future__ import annotations

import os
from typing import Self

from sqlalchemy import select

from slmapps.workspace.batches import BatchStore
from slmapps.workspace.clients import ClientStore
from slmapps.workspace.corrections import CorrectionStore
from slmapps.workspace.documents import DocumentStore
from slmapps.workspace.records import RecordStore
from slmapps.workspace.rows import AuditRow
from slmapps.workspace.tables import Audit

__all__ = ["Workspace"]


class Workspace(DocumentStore, RecordStore, CorrectionStore, ClientStore, BatchStore):
    """Documents, records, predictions, corrections, examples, settings, models, batches, audit.

    One object may be used by several threads; several processes may open the same database.
    What a method has returned from is committed and on disk, unless it ran inside
    :meth:`transaction`, which commits at its end.
    """

    @classmethod
    def open(cls, url: str | None = None) -> Workspace:
        """Open (and first make or migrate, where needed) the database ``url``.

        Without ``url`` it is ``SLMAPPS_DATABASE_URL`` (``postgresql://…`` or ``sqlite:///PATH``),
        and without that the SQLite file ``workspace.db`` in the user's data folder.
        """
        return cls(url or os.environ.get("SLMAPPS_DATABASE_URL") or None)

    def __enter__(self) -> Self:
        """Give itself, to be closed at the end of a ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def audit(
        self, limit: int = 100, app: str | None = None, client: str | None = None
    ) -> list[AuditRow]:
        """List the newest entries of the audit trail, newest first."""
        wanted = select(*Audit.__table__.columns).order_by(Audit.id.desc()).limit(limit)
        if app is not None:
            wanted = wanted.where(Audit.app == app)
        if client is not None:
            wanted = wanted.where(Audit.client == client)
        with self.reading() as connection:
            return [AuditRow(**row) for row in connection.execute(wanted).mappings()]
