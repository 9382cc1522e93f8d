"""What tests of several rooms need: a home of their own, and a real PostgreSQL.

The PostgreSQL is made by ``initdb`` in a temporary folder, listens on a free port of
127.0.0.1 for as long as the tests run, and serves a fresh database to each test.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

INSTALL = (
    "PostgreSQL isn't installed: apt-get install postgresql (and pip install 'psycopg[binary]')"
)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder that no other test has touched."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SLMAPPS_HOME", str(folder))
    monkeypatch.delenv("SLMAPPS_DATABASE_URL", raising=False)
    return folder


def _binaries() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a running PostgreSQL, without a database's name."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip(INSTALL)
    pytest.importorskip("psycopg", reason=INSTALL)
    folder = Path(tempfile.mkdtemp(prefix="slmapps-pg-", dir="/tmp"))
    # PostgreSQL refuses to run as root.
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    port = _free_port()
    data = folder / "data"

    def call(*command: str | Path) -> None:
        subprocess.run(
            [*as_user, *map(str, command)],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            timeout=120,
        )

    control = binaries / "pg_ctl"
    try:
        call(
            binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        call(control, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        yield f"postgresql://tests@127.0.0.1:{port}"
    finally:
        if (data / "postmaster.pid").exists():
            call(control, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, which is gone after the test."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        # Copied file by file a database would make the checkpoints of the others wait.
        connection.execute(f"CREATE DATABASE {name} STRATEGY wal_log")
        yield f"{postgresql_server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once for each kind that a workspace can live in."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'workspace.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def workspace(database_url: str) -> Iterator[object]:
    """An open, empty workspace, once for each kind of database."""
    from slmapps.workspace import Workspace

    with Workspace.open(database_url) as opened:
        yield opened


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python scripts as processes of their own, which end with the test at the latest."""
    import sys

    root = Path(__file__).resolve().parents[1]
    parts = [str(root / part) for part in (".", "plugins", "ui")]
    paths = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), *parts]))
    running: list[subprocess.Popen[str]] = []

    def _start(script: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
        )
        running.append(process)
        return process

    yield _start
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
