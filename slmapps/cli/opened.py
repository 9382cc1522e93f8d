"""The workspace that a command works in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slmapps.cli.output import Mistake

if TYPE_CHECKING:
    from slmapps.workspace import Workspace

__all__ = ["known_only", "opened"]


@contextmanager
def opened() -> Iterator[Workspace]:
    """Open the workspace, and close it after.

    It is the database of ``SLMAPPS_DATABASE_URL``, else the file in ``SLMAPPS_HOME``.
    A database that cannot be reached or written is a mistake whose text says where to look.
    """
    from sqlalchemy.exc import OperationalError, SQLAlchemyError

    from slmapps.workspace import Workspace

    try:
        workspace = Workspace.open()
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise _no_answer(error) from error
    try:
        yield workspace
    except OperationalError as error:
        raise _no_answer(error) from error
    finally:
        workspace.close()


def _no_answer(error: Exception) -> Mistake:
    where = "SLMAPPS_DATABASE_URL" if os.environ.get("SLMAPPS_DATABASE_URL") else "SLMAPPS_HOME"
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return Mistake(f"the workspace's database does not answer ({cause}); check {where}")


def known_only(workspace: Workspace, app: str | None, client: str | None) -> None:
    """Refuse a desk or a client that is not there: an empty answer would read as "all done"."""
    from slmapps import plugins

    desks = [plugins.desk(app)] if app is not None else plugins.desks()
    clients = [each for desk in desks for each in workspace.clients(desk.name)]
    if client is not None and client not in clients:
        there = ", ".join(clients[:20]) or "none yet"
        raise Mistake(f"no client {client!r}; there are: {there}")
