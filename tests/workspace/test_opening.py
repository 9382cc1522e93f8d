from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from slmapps.workspace import Workspace, migrations
from slmapps.workspace.store import HEAD
from slmapps.workspace.tables import Base


def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with Workspace.open(database_url) as workspace, workspace.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_head_is_the_last_migration() -> None:
    steps = Path(migrations.__file__).parent / "versions"
    assert max(path.name for path in steps.glob("v*.py")).startswith(f"v{HEAD}_")


def test_the_workspace_lies_at_home_unless_a_url_is_set(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace.open().close()
    assert (home / "workspace.db").exists()
    monkeypatch.setenv("SLMAPPS_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    Workspace.open().close()
    assert (tmp_path / "other.db").exists()


def test_a_workspace_of_a_newer_program_is_refused_with_the_cure(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    Workspace.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(RuntimeError, match="install that version"):
        Workspace.open(url)


def test_a_commit_is_on_disk_before_it_is_reported(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    with Workspace.open(url) as workspace, workspace.reading() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


def test_an_in_memory_database_is_no_workspace() -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        Workspace.open("sqlite://")


def test_an_up_to_date_workspace_opens_without_alembic_and_pandas(start, database_url: str) -> None:
    Workspace.open(database_url).close()
    script = """
import sys
from slmapps.workspace import Workspace, migrations
Workspace.open(sys.argv[1]).close()
print([name for name in ("alembic", "pandas", "torch") if name in sys.modules])
"""
    process = start(script, database_url)
    assert process.communicate(timeout=60)[0].strip() == "[]"


def test_two_processes_may_make_the_same_workspace_at_once(start, database_url: str) -> None:
    script = """
import sys
from slmapps.workspace import Workspace, migrations
print("ready", flush=True)
Workspace.open(sys.argv[1]).close()
print("open", flush=True)
"""
    processes = [start(script, database_url) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].split() for process in processes] == [
        ["ready", "open"]
    ] * 2
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    assert inspect(engine).has_table("audit")
    engine.dispose()
