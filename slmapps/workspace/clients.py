"""Clients, their settings, and what their models learn from and have become."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from slmapps.records import now
from slmapps.workspace.rows import ModelVersionRow
from slmapps.workspace.sheet import frame_of, sheet_of
from slmapps.workspace.store import Store
from slmapps.workspace.tables import Clients, Examples, ModelFiles, ModelVersions, Settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClientStore"]


class ClientStore(Store):
    """The part of the workspace that knows the clients."""

    def add_client(self, app: str, client: str, title: str = "") -> bool:
        """Make a client known; False if it was (its title is then brought up to date)."""
        row = self._insert(Clients).values(
            app=app, client=client, title=title or client, created_at=now()
        )
        with self.transaction(app, client) as connection:
            known = self.client_title(app, client)
            if known is not None and known == (title or known):
                return False
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["app", "client"], set_={"title": title or client}
                )
            )
            self._note(
                connection,
                "client added" if known is None else "client renamed",
                app=app,
                client=client,
            )
            return known is None

    def clients(self, app: str) -> list[str]:
        """List the clients of an application, by name."""
        wanted = select(Clients.client).where(Clients.app == app).order_by(Clients.client)
        with self.reading() as connection:
            return list(connection.execute(wanted).scalars())

    def client_title(self, app: str, client: str) -> str | None:
        """Tell what people call the client, None if there is no such client."""
        wanted = select(Clients.title).where(Clients.app == app, Clients.client == client)
        with self.reading() as connection:
            title: str | None = connection.execute(wanted).scalar()
        return title

    def setting(self, app: str, client: str, key: str, default: Any = None) -> Any:
        """Give the JSON value of a setting, ``default`` where it was never set."""
        wanted = select(Settings.value).where(
            Settings.app == app, Settings.client == client, Settings.key == key
        )
        with self.reading() as connection:
            found = connection.execute(wanted).one_or_none()
        return default if found is None else found.value["value"]

    def set_setting(self, app: str, client: str, key: str, value: Any, who: str = "") -> None:
        """Keep a JSON value under a name; models that depend on it see the new revision."""
        row = self._insert(Settings).values(
            app=app, client=client, key=key, value={"value": value}, updated_at=now()
        )
        with self.transaction(app, client, learns=True) as connection:
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["app", "client", "key"],
                    set_={"value": row.excluded.value, "updated_at": row.excluded.updated_at},
                )
            )
            self._note(connection, "setting changed", app=app, client=client, subject=key, who=who)

    def add_examples(
        self, app: str, client: str, frame: pd.DataFrame, origin: str = "history"
    ) -> bool:
        """Keep reviewed cases; False where the very same table was added before."""
        sheet = sheet_of(frame)
        digest = hashlib.sha256(sheet).hexdigest()
        with self.transaction(app, client) as connection:
            if digest in self._digests(app, client):
                return False
            with self.transaction(app, client, learns=True):
                connection.execute(
                    insert(Examples).values(
                        app=app,
                        client=client,
                        origin=origin,
                        rows=len(frame),
                        sheet=sheet,
                        digest=digest,
                        created_at=now(),
                    )
                )
            self._note(
                connection,
                "examples added",
                app=app,
                client=client,
                detail={"rows": len(frame), "origin": origin},
            )
            return True

    def examples(self, app: str, client: str) -> pd.DataFrame:
        """All reviewed cases in the order they were added; empty where there are none."""
        import pandas as pd

        wanted = (
            select(Examples.sheet)
            .where(Examples.app == app, Examples.client == client)
            .order_by(Examples.id)
        )
        with self.reading() as connection:
            frames = [frame_of(sheet) for sheet in connection.execute(wanted).scalars()]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def count_examples(self, app: str, client: str) -> int:
        """How many reviewed cases :meth:`examples` would give."""
        wanted = select(func.coalesce(func.sum(Examples.rows), 0)).where(
            Examples.app == app, Examples.client == client
        )
        with self.reading() as connection:
            return int(connection.execute(wanted).scalar_one())

    def examples_digest(self, app: str, client: str) -> str:
        """Give a hash that changes exactly when :meth:`examples` does, without reading them."""
        return hashlib.sha256("\n".join(self._digests(app, client)).encode()).hexdigest()

    def _digests(self, app: str, client: str) -> list[str]:
        wanted = (
            select(Examples.digest)
            .where(Examples.app == app, Examples.client == client)
            .order_by(Examples.id)
        )
        with self.reading() as connection:
            return list(connection.execute(wanted).scalars())

    def add_model_version(
        self,
        app: str,
        client: str,
        name: str,
        version: str,
        fingerprint: str = "",
        metrics: dict[str, Any] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> int:
        """Keep a model version with its measures and files; one that is there keeps its id."""
        row = self._insert(ModelVersions).values(
            app=app,
            client=client,
            name=name,
            version=version,
            fingerprint=fingerprint,
            metrics=metrics or {},
            created_at=now(),
        )
        with self.transaction(app, client) as connection:
            made = connection.execute(
                row.on_conflict_do_nothing().returning(ModelVersions.id)
            ).scalar()
            if made is None:
                wanted = select(ModelVersions.id).where(
                    ModelVersions.app == app,
                    ModelVersions.client == client,
                    ModelVersions.name == name,
                    ModelVersions.version == version,
                )
                return int(connection.execute(wanted).scalar_one())
            for file, data in (files or {}).items():
                connection.execute(
                    insert(ModelFiles).values(model_version_id=made, name=file, data=data)
                )
            self._note(
                connection,
                "model version added",
                app=app,
                client=client,
                subject=f"{name} {version}",
                detail={"fingerprint": fingerprint, "metrics": metrics or {}},
            )
            return int(made)

    def model_versions(self, app: str, client: str) -> list[ModelVersionRow]:
        """List the model versions of a client, oldest first."""
        wanted = (
            select(*ModelVersions.__table__.columns)
            .where(ModelVersions.app == app, ModelVersions.client == client)
            .order_by(ModelVersions.id)
        )
        with self.reading() as connection:
            return [ModelVersionRow(**row) for row in connection.execute(wanted).mappings()]

    def model_files(self, model_version_id: int) -> dict[str, bytes]:
        """Give the files of a model version by name."""
        wanted = select(ModelFiles.name, ModelFiles.data).where(
            ModelFiles.model_version_id == model_version_id
        )
        with self.reading() as connection:
            return {row.name: row.data for row in connection.execute(wanted)}
