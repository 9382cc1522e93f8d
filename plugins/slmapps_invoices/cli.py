"""``slmapps invoices``: the desk without the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from slmapps_invoices import cli_clients
from slmapps_invoices.inbox import files_in

if TYPE_CHECKING:
    from slmapps.records import Problem

__all__ = ["invoices"]

_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_OUT = click.Path(path_type=Path, dir_okay=False)
_paths = click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=_PATH)


@click.group(
    epilog=examples(
        "slmapps invoices read invoice.xml",
        "slmapps invoices code lines.csv --chart chart.csv --history past.csv --out coded.csv",
    )
)
def invoices() -> None:
    """Read invoices of any kind and code their lines to a client's own chart."""


@invoices.command(
    epilog=examples(
        "slmapps invoices read invoice.xml zugferd.pdf",
        "slmapps invoices read inbox/ --json > invoices.json",
        "slmapps invoices read scan.jpg --json --places",
    )
)
@_paths
@click.option(
    "--places", is_flag=True, help="With --json: where each value stands, and how sure it is."
)
@as_json
def read(paths: tuple[Path, ...], places: bool, json_: bool) -> None:
    """Read invoices: UBL, CII, Factur-X, ZUGFeRD, FatturaPA, any PDF, scans and photos; folders.

    Where a file has no data inside, its pages are read. With --json an array, one object for each
    invoice: file, sha256, status (ok, problems or failed), invoice (null where nothing was read),
    problems. Status ok says that nothing needs a person within an error budget of 2 in 100.
    """
    from slmapps_invoices.listing import read_file

    files = files_in(paths)
    if not files:
        raise Mistake("no file in there; name files, or folders that hold some")
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    with progress("Reading") as tick:
        for number, path in enumerate(files, start=1):
            found, said = read_file(path, places=places)
            entries += found
            problems += said
            tick(number, len(files))
    if json_:
        emit(entries)
    else:
        table(
            ["file", "status", "number", "date", "seller", "net", "tax", "total", "lines"],
            [_overview(entry) for entry in entries],
        )
        show_problems(problems)
    finish(problems)


def _overview(entry: dict[str, Any]) -> list[Any]:
    invoice = entry["invoice"]
    if invoice is None:
        return [entry["file"], entry["status"], *[""] * 7]
    return [
        entry["file"],
        entry["status"],
        invoice["number"],
        invoice["issue_date"],
        invoice["seller"]["name"],
        invoice["net"],
        invoice["tax"],
        f"{invoice['total'] or ''} {invoice['currency'] or ''}".strip(),
        len(invoice["lines"]),
    ]


@invoices.command(
    epilog=examples(
        "slmapps invoices code lines.csv --chart chart.csv --out coded.csv",
        "slmapps invoices code lines.csv.gz --chart chart.csv --history past.csv.gz \\",
        "    --budget 0.05 --out coded.csv --json",
    )
)
@click.argument("lines", metavar="LINES.csv", type=_FILE)
@click.option("--chart", type=_FILE, required=True, help="Columns account, name, perhaps group.")
@click.option("--history", type=_FILE, help="Lines booked before: columns of LINES, and account.")
@click.option("--out", type=_OUT, required=True, help="The CSV to write.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.02,
    show_default=True,
    help="Errors allowed among the accepted lines: 0.02 is 2 in 100.",
)
@as_json
def code(
    lines: Path, chart: Path, history: Path | None, out: Path, budget: float, json_: bool
) -> None:
    """Code a list of lines to a chart, from its account names and what was booked before.

    Files are CSV or XLSX, gzip allowed, with any headers: date, supplier, text, amount, currency,
    department, invoice_id; what is missing is a missing value. OUT has the rows of LINES in their
    order: its columns as they are, then account, account_name, confidence (0 to 1), status
    (accepted, review or refused) and alternatives, the runners-up as a JSON array of
    {"value", "confidence"}; also tax_code and cost_centre where the history uses them.

    A column of LINES with one of those names is kept as NAME_given. It is never used as input.
    """
    from slmapps_invoices.coded_list import code_list

    if not 0 < budget < 1:  # a range lets "nan" through
        raise click.BadParameter(f"{budget} is no share between 0 and 1", param_hint="--budget")
    if not out.parent.is_dir():
        raise Mistake(f"there is no folder {out.parent}; make it first, or name another")
    with progress("Coding") as tick:
        summary, problems = code_list(lines, chart, history, out, budget=budget, tick=tick)
    if summary is None:
        show_problems(problems)
        raise Mistake("nothing was coded")
    if json_:
        emit({**summary, "problems": problems})
    else:
        say(
            f"{out}: {summary['lines']} lines, {summary['accepted']} accepted within the budget of"
            f" {budget:.1%}, {summary['review']} to review, {summary['refused']} without suggestion"
        )
        show_problems(problems)
    finish(problems)


invoices.add_command(cli_clients.add)
invoices.add_command(cli_clients.clients)
invoices.add_command(cli_clients.export)
invoices.add_command(cli_clients.import_chart)
invoices.add_command(cli_clients.import_history)
