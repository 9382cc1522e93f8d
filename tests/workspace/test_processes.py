from __future__ import annotations

import signal

from slmapps.records import Prediction
from slmapps.workspace import Workspace

WRITER = """
import sys
from slmapps.records import Correction, Prediction
from slmapps.workspace import Workspace

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Workspace.open(url) as workspace:
    for number in range(count):
        said = Prediction(field="account", value="6000", confidence=0.5)
        with workspace.transaction("invoices", "c"):
            row = workspace.save_record(
                "invoices", "c", "invoice", f"{name}-{number}", {"n": number},
                predictions=[("lines[0]", said), ("lines[1]", said)],
            )
            [first, _] = workspace.predictions(record_id=row.id)
            workspace.correct([Correction(prediction_id=first.id, field="account", value="6100")])
        print(row.key, flush=True)
"""


def test_two_processes_write_at_once_and_nothing_is_lost(start, database_url: str) -> None:
    Workspace.open(database_url).close()
    writers = [start(WRITER, database_url, name, "40") for name in ("left", "right")]
    said = [writer.communicate(timeout=120)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    with Workspace.open(database_url) as workspace:
        kept = {row.key for row in workspace.records()}
        assert kept == set(said[0]) | set(said[1])
        assert len(kept) == 80
        assert len(workspace.corrections("invoices", "c")) == 80
        assert workspace.revision("invoices", "c") == 80
        assert len(workspace.predictions("invoices", "c")) == 80


def test_what_was_reported_saved_survives_a_kill(start, database_url: str) -> None:
    Workspace.open(database_url).close()
    writer = start(WRITER, database_url, "killed", "100000")
    reported = [writer.stdout.readline().strip() for _ in range(25)]
    writer.send_signal(signal.SIGKILL)
    reported += writer.stdout.read().split()
    writer.wait()
    with Workspace.open(database_url) as workspace:
        kept = {row.key: row.id for row in workspace.records()}
        assert set(reported) <= set(kept)
        assert len(kept) - len(reported) <= 1  # committed, and killed before it could say so
        for record_id in kept.values():
            rows = workspace.predictions(record_id=record_id, open_only=False)
            assert sorted(row.corrected or "" for row in rows) == ["", "6100"]


def test_the_same_record_from_two_processes_is_kept_once(start, database_url: str) -> None:
    Workspace.open(database_url).close()
    writers = [start(WRITER, database_url, "same", "20") for _ in range(2)]
    for writer in writers:
        writer.communicate(timeout=120)
    with Workspace.open(database_url) as workspace:
        assert len(workspace.records()) == 20
        assert len(workspace.predictions("invoices", "c", open_only=False)) == 40


def test_a_waiting_writer_gets_the_lock_when_the_other_is_done(start, database_url: str) -> None:
    with Workspace.open(database_url) as workspace:
        with workspace.transaction("invoices", "c"):
            writer = start(WRITER, database_url, "waits", "1")
            workspace.save_record(
                "invoices",
                "c",
                "invoice",
                "held",
                {},
                predictions=[("lines[0]", Prediction(field="account", value="6000", confidence=1))],
            )
        assert writer.communicate(timeout=60)[0].split() == ["waits-0"]
        assert len(workspace.records()) == 2
