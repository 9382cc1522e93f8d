"""The database beneath the workspace: connections, transactions, migrations, the audit trail.

Design choices:

* A write holds the database's write lock from its first statement (``BEGIN IMMEDIATE`` on SQLite,
  the client's row in ``revisions`` on PostgreSQL), so two processes wait for each other
  and never fail halfway on a lock they could not upgrade.
* ``transaction`` nests: what is called inside joins it, so a whole file (document, record,
  predictions, batch item, audit) is saved at once or not at all.
* SQLite runs in WAL mode with ``synchronous=FULL``: what was committed survives the power cord.
* Opening an up-to-date workspace reads one row and never imports Alembic.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url

from slmapps import places
from slmapps.records import now
from slmapps.workspace.tables import Audit, Revisions

__all__ = ["HEAD", "Store"]

HEAD = "0001"
"""The newest migration; a test holds that it is the last one in ``migrations/versions``."""

_MIGRATION_LOCK = 0x51A995


def _address(url: str | None) -> str:
    if url is None:
        return f"sqlite:///{places.home() / 'workspace.db'}"
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _connect(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    if make_url(url).database in (None, "", ":memory:"):
        raise ValueError("a workspace is a file: give sqlite:///PATH or a postgresql:// URL")
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, says BEGIN
        for pragma in (
            "busy_timeout=60000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Store:
    """An open database, migrated to ``HEAD``."""

    def __init__(self, url: str | None = None) -> None:
        self.url = _address(url)
        self._engine = _connect(self.url)
        self._joined = threading.local()
        self._migrate()

    @property
    def sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def transaction(
        self, app: str = "", client: str = "", *, learns: bool = False
    ) -> Iterator[Connection]:
        """Begin a write transaction; inside another one of the same thread it joins that.

        Writers of one (app, client) wait for each other. ``learns`` says that what the client's
        models learn from changes, which counts up :meth:`revision`.
        """
        joined: Connection | None = getattr(self._joined, "connection", None)
        if joined is not None:
            self._count(joined, app, client, learns)
            yield joined
            return
        with self._writing() as connection:
            self._joined.connection = connection
            try:
                self._count(connection, app, client, learns)
                yield connection
            finally:
                self._joined.connection = None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a read, which inside :meth:`transaction` sees what that has written so far."""
        joined: Connection | None = getattr(self._joined, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._engine.connect() as connection:
            yield connection

    def revision(self, app: str, client: str) -> int:
        """How often what the models of this client learn from has changed."""
        wanted = select(Revisions.number).where(Revisions.app == app, Revisions.client == client)
        with self.reading() as connection:
            return connection.execute(wanted).scalar() or 0

    def _count(self, connection: Connection, app: str, client: str, learns: bool) -> None:
        if not app or (self.sqlite and not learns):  # BEGIN IMMEDIATE holds the lock already
            return
        row = self._insert(Revisions).values(app=app, client=client, number=int(learns))
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["app", "client"],
                set_={"number": Revisions.number + int(learns)},
            )
        )

    def _insert(self, table: Any) -> Any:
        """Begin an INSERT of the dialect, with its ON CONFLICT."""
        return sqlite_insert(table) if self.sqlite else postgresql_insert(table)

    def _note(
        self,
        connection: Connection,
        action: str,
        *,
        app: str,
        client: str,
        subject: str = "",
        who: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Write one line of the audit trail in the same transaction as the deed."""
        connection.execute(
            plain_insert(Audit).values(
                at=now(),
                who=who,
                action=action,
                app=app,
                client=client,
                subject=subject,
                detail=detail or {},
            )
        )

    def _at(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            if self._at(connection) == HEAD:
                return
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", "slmapps.workspace:migrations")
        with self._writing() as connection:
            if not self.sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            found = self._at(connection)  # another process may have been first
            if found == HEAD:
                return
            steps = ScriptDirectory.from_config(config).walk_revisions()
            if found is not None and found not in {step.revision for step in steps}:
                raise RuntimeError(
                    f"this workspace was made by a newer slmapps (step {found}; this one knows"
                    f" {HEAD}): install that version or open another database"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
