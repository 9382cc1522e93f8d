"""Pages run in a process of their own home, with the desks that a test asks for and no other."""

from __future__ import annotations

import pytest

from slmapps import plugins
from tests.ui import shelf_desk


@pytest.fixture(autouse=True)
def _fresh_sessions():
    """Close what the pages opened, so that no test sees another's workspace."""
    from slmapps_ui import jobs, session

    yield
    for opened in session._workspaces.values():
        opened.close()
    session._workspaces.clear()
    jobs._jobs.clear()


@pytest.fixture
def shelves(monkeypatch):
    """A suite whose only desk is the shelf desk."""
    monkeypatch.setenv("SLMAPPS_PLUGINS", "")
    plugins.load.cache_clear()
    plugins.load().register(shelf_desk, name="shelves")
    yield shelf_desk
    plugins.load.cache_clear()


@pytest.fixture
def stocked(shelves):
    """The workspace of a suite with the shelf desk and its sample client."""
    from slmapps_ui import session

    shelves.samples(session.workspace())
    return session.workspace()
