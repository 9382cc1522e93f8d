"""``slmapps invoices add``, ``export``, ``clients`` and the imports: the desk on the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slmapps.cli.output import (
    Mistake,
    as_json,
    emit,
    examples,
    finish,
    progress,
    say,
    show_problems,
    table,
)
from slmapps.whole_files import write_whole
from slmapps_invoices.inbox import files_in

if TYPE_CHECKING:
    from slmapps.workspace import Workspace

__all__ = ["add", "clients", "export", "import_chart", "import_history"]

_LONGEST = 80
_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_paths = click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=_PATH)


def _name(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """A name as people see it: no control characters, no spaces around it, not endless."""
    name = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if len(name) > _LONGEST:
        raise click.BadParameter(f"it has {len(name)} characters; {_LONGEST} are enough")
    return name


def _short_name(context: click.Context, parameter: click.Parameter, text: str) -> str:
    name = _name(context, parameter, text)
    if not name:
        raise click.BadParameter("it is empty; give a short name, such as larkspur")
    return name


_client = click.option(
    "--client",
    required=True,
    callback=_short_name,
    help="The client's short name, such as larkspur.",
)


@click.command(
    epilog=examples(
        "slmapps invoices add inbox/ --client larkspur",
        "slmapps invoices add lines.csv --client larkspur --json",
    )
)
@_paths
@_client
@as_json
def add(paths: tuple[Path, ...], client: str, json_: bool) -> None:
    """Put files into the workspace and code their lines; a batch that was cut off resumes.

    What was saved before a cut is not done again: give the same files once more.
    """
    from slmapps.cli.opened import opened
    from slmapps_invoices.desk import process_files

    files = files_in(paths)
    if not files:
        raise Mistake("no file in there; name files, or folders that hold some")
    with opened() as workspace:
        _known(workspace, client)
        with progress("Coding") as tick:
            results = process_files(
                workspace,
                client,
                files,
                progress=lambda done, total, *_: tick(done, total),
            )
    problems = [problem for each in results for problem in (*each.problems, *each.alarms)]
    if json_:
        emit(
            [
                {
                    "file": each.file,
                    "sha256": each.sha256,
                    "status": each.status,
                    "record": each.record_id,
                    "problems": each.problems,
                    "alarms": each.alarms,
                }
                for each in results
            ]
        )
    else:
        table(
            ["file", "status", "record"],
            [(each.file, each.status, each.record_id) for each in results],
        )
        show_problems(problems)
    finish(problems)


@click.command(
    epilog=examples(
        "slmapps invoices export --client larkspur --format xero --out bills.csv",
        "slmapps invoices export --client larkspur --format beancount --out books/ --unreviewed",
    )
)
@_client
@click.option("--format", "format_", required=True, help="One of those that --help lists below.")
@click.option("--out", type=_PATH, default=Path(), help="A file or a folder; here if left out.")
@click.option("--unreviewed", is_flag=True, help="Let out lines that wait for review, too.")
@as_json
def export(client: str, format_: str, out: Path, unreviewed: bool, json_: bool) -> None:
    """Export a client's coded invoices; checked before they leave.

    An invoice with a line that waits for review is held back, and named.

    Formats: xero, quickbooks, datev, beancount, hledger, ubl, json, xlsx.
    """
    from slmapps.cli.opened import opened
    from slmapps_invoices.desk import coded_invoices, export_settings
    from slmapps_invoices.export import FORMATS
    from slmapps_invoices.export import export as write

    if format_ not in FORMATS:
        raise Mistake(f"no format {format_!r}; there are: {', '.join(FORMATS)}")
    if not out.is_dir() and not out.parent.is_dir():
        raise Mistake(f"there is no folder {out.parent}; make it first, or name another")
    with opened() as workspace:
        _known(workspace, client)
        coded = coded_invoices(workspace, client)
        settings = export_settings(workspace, client)
    if unreviewed:
        settings = settings.model_copy(update={"unreviewed": True})
    content, name, problems = write(coded, format_, settings=settings)
    written: str | None = None
    if content:
        place = out / name if out.is_dir() else out
        write_whole(place, content)
        written = str(place)
    if json_:
        emit({"file": written, "invoices": len(coded), "problems": problems})
    else:
        say(f"{written}: {len(coded)} invoices" if written else "Nothing was written.")
        show_problems(problems)
    finish(problems)


@click.command(epilog=examples("slmapps invoices clients", "slmapps invoices clients --json"))
@as_json
def clients(json_: bool) -> None:
    """List the clients: accounts in the chart, lines learnt from, lines to review."""
    from slmapps.cli.opened import opened
    from slmapps_invoices.clients import chart_of

    with opened() as workspace:
        rows = [
            {
                "client": client,
                "title": workspace.client_title("invoices", client) or "",
                "accounts": len(chart_of(workspace, client)),
                "examples": workspace.count_examples("invoices", client),
                "records": len(workspace.records("invoices", client)),
                "review": workspace.count_predictions("invoices", client, status="review"),
            }
            for client in workspace.clients("invoices")
        ]
    if json_:
        emit(rows)
    else:
        columns = ["client", "title", "accounts", "examples", "records", "review"]
        table(
            columns,
            [[row[column] for column in columns] for row in rows],
            empty="No client yet: `slmapps invoices import-chart CHART.csv --client NAME`.",
        )


@click.command(
    "import-chart",
    epilog=examples("slmapps invoices import-chart chart.csv --client larkspur --title Larkspur"),
)
@click.argument("chart", metavar="CHART", type=_FILE)
@_client
@click.option("--title", default="", callback=_name, help="The client's full name.")
@as_json
def import_chart(chart: Path, client: str, title: str, json_: bool) -> None:
    """Give a client its chart of accounts; the client is made where it is new."""
    from slmapps.cli.opened import opened
    from slmapps_invoices import desk
    from slmapps_invoices.chart_table import read_chart
    from slmapps_invoices.clients import chart_of

    frame, problems = read_chart(chart)
    if frame is None:
        show_problems(problems)
        raise Mistake("the chart was not imported")
    with opened() as workspace:
        found = desk.import_chart(workspace, client, frame)
        problems += [problem.model_copy(update={"file": chart.name}) for problem in found]
        if any(problem.severity.value == "error" for problem in problems):
            show_problems(problems)
            raise Mistake("the chart was not imported")
        if title:
            workspace.add_client("invoices", client, title)
        kept = chart_of(workspace, client)
    retired = int(kept["retired"].sum())
    if json_:
        about = {"client": client, "accounts": len(kept), "retired": retired}
        emit({**about, "problems": problems})
    else:
        say(f"{client}: {len(kept)} accounts, {retired} of them retired")
        show_problems(problems)
    finish(problems)


@click.command(
    "import-history",
    epilog=examples("slmapps invoices import-history past.csv.gz --client larkspur"),
)
@click.argument("history", metavar="HISTORY", type=_FILE)
@_client
@as_json
def import_history(history: Path, client: str, json_: bool) -> None:
    """Teach a client what was booked before.

    Columns date, supplier, text, amount, account …; vat_code and cost_centre where they are used.
    Only what a person has booked belongs in there; guesses are never learnt from.
    """
    from slmapps.cli.opened import opened
    from slmapps_invoices import desk
    from slmapps_invoices.history_table import read_history

    frame, problems = read_history(history)
    if frame is None or frame.empty:
        show_problems(problems)
        raise Mistake("the history was not imported")
    with opened() as workspace:
        _known(workspace, client)
        before = workspace.count_examples("invoices", client)
        found = desk.import_history(workspace, client, frame)
        problems += [problem.model_copy(update={"file": history.name}) for problem in found]
        learnt = workspace.count_examples("invoices", client) - before
    if json_:
        emit({"client": client, "lines": learnt, "problems": problems})
    else:
        say(f"{client}: {learnt} lines more to learn from")
        show_problems(problems)
    finish(problems)


def _known(workspace: Workspace, client: str) -> None:
    known = workspace.clients("invoices")
    if client not in known:
        there = f"there are: {', '.join(known[:20])}" if known else "there is none yet"
        raise Mistake(f"no client {client!r}; {there}. `slmapps invoices import-chart` makes one")
