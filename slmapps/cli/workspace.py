"""``slmapps workspace``: what is kept, who did what, and everything in one file to take away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slmapps.cli.opened import known_only, opened
from slmapps.cli.output import Mistake, as_json, emit, examples, plain, say, table

if TYPE_CHECKING:
    from slmapps.workspace import Workspace

__all__ = ["workspace"]


@click.group(
    epilog=examples("slmapps workspace status", "slmapps workspace audit --limit 50 --json")
)
def workspace() -> None:
    """Look at what is kept, and take it away."""


@workspace.command(epilog=examples("slmapps workspace status", "slmapps workspace status --json"))
@as_json
def status(json_: bool) -> None:
    """Count what is in the workspace and what waits for review, a line for each client."""
    from slmapps import plugins

    with opened() as kept:
        clients = [
            {
                "desk": desk.name,
                "client": client,
                "records": len(kept.records(app=desk.name, client=client)),
                "open": kept.count_predictions(desk.name, client),
                "review": kept.count_predictions(desk.name, client, status="review"),
                "refused": kept.count_predictions(desk.name, client, status="refused"),
                "corrections": len(kept.corrections(desk.name, client)),
            }
            for desk in plugins.desks()
            for client in kept.clients(desk.name)
        ]
        place = kept.url
    if json_:
        emit({"database": place, "clients": clients})
        return
    say(f"Database: {place}")
    columns = ["desk", "client", "records", "open", "review", "refused", "corrections"]
    rows = [[client[column] for column in columns] for client in clients]
    table(columns, rows, empty="No client yet: `slmapps samples` loads the samples.")


@workspace.command(
    epilog=examples("slmapps workspace audit", "slmapps workspace audit --client larkspur")
)
@click.option(
    "--limit",
    type=click.IntRange(1, 2**31 - 1),
    default=20,
    show_default=True,
    help="How many entries, the newest first.",
)
@click.option("--desk", "app", default=None, help="Only this desk.")
@click.option("--client", default=None, help="Only this client.")
@as_json
def audit(limit: int, app: str | None, client: str | None, json_: bool) -> None:
    """Show the audit trail: who did what, and when. It only ever grows."""
    with opened() as kept:
        known_only(kept, app, client)
        entries = kept.audit(limit, app=app, client=client)
    if json_:
        emit(entries)
        return
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.who,
            each.action,
            each.client,
            each.subject,
            each.detail.get("correction"),
        )
        for each in entries
    ]
    table(
        ["at", "who", "action", "client", "subject", "correction"],
        rows,
        empty="Nothing has been done yet.",
    )


@workspace.command(epilog=examples("slmapps workspace export --out workspace.zip"))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .zip file."
)
@as_json
def export(out: Path, json_: bool) -> None:
    """Write all that is kept into one zip: JSON lines a table, and the documents as they came."""
    if not out.parent.is_dir():
        raise Mistake(f"there is no folder {out.parent}; make it first, or name another")
    with opened() as kept:
        counts = write_archive(kept, out)
    if json_:
        emit({"file": str(out), **counts})
    else:
        say(f"{out}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def write_archive(kept: Workspace, out: Path) -> dict[str, int]:
    """Write the workspace into the zip ``out``; returns how many of what."""
    from zipfile import ZIP_DEFLATED, ZipFile

    records = kept.records()
    parts: dict[str, list[Any]] = {
        "records": list(records),
        "predictions": list(kept.predictions(open_only=False)),
        "corrections": list(kept.corrections(live_only=False)),
        "audit": list(kept.audit(sys.maxsize)),
    }
    documents = sorted({record.document for record in records if record.document})
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, rows in parts.items():
            lines = (json.dumps(plain(row), ensure_ascii=False, default=str) for row in rows)
            archive.writestr(f"{name}.jsonl", "".join(f"{line}\n" for line in lines))
        for sha256 in documents:
            archive.writestr(f"documents/{sha256}", kept.document_bytes(sha256) or b"")
    return {name: len(rows) for name, rows in parts.items()} | {"documents": len(documents)}
