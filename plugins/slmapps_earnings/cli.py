"""``slmapps earnings``: the desk without the page."""

from __future__ import annotations

from pathlib import Path

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
)

__all__ = ["earnings"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_OUT = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog=examples("slmapps earnings sentences lines.csv --column text --out scored.csv"))
def earnings() -> None:
    """Read earnings calls and what is opined in them."""


@earnings.command(
    epilog=examples(
        "slmapps earnings sentences lines.csv --column text --out scored.csv",
        "slmapps earnings sentences news.xlsx --column headline --target company \\",
        "    --out scored.csv --json",
    )
)
@click.argument("table", metavar="FILE", type=_FILE)
@click.option("--column", required=True, help="The column that holds the sentences.")
@click.option("--target", help="A column that names whom each sentence is judged for.")
@click.option("--out", type=_OUT, required=True, help="The CSV to write.")
@as_json
def sentences(table: Path, column: str, target: str | None, out: Path, json_: bool) -> None:
    """Score a table of sentences: CSV, TSV, XLSX or JSON lines, packed with gzip or not.

    OUT has the rows of FILE in their order: its columns as they are, then label, p_negative,
    p_neutral, p_positive, forward, uncertain, guidance (probabilities), topics and problem. A row
    without a text is neutral and its problem is empty. A column of FILE with one of those names is
    kept as NAME_given.
    """
    from slmapps_earnings.sentences_table import score_table

    if not out.parent.is_dir():
        raise Mistake(f"there is no folder {out.parent}; make it first, or name another")
    with progress("Scoring") as tick:
        summary, problems = score_table(table, column, out, target=target, tick=tick)
    if summary is None:
        show_problems(problems)
        raise Mistake("nothing was scored")
    if json_:
        emit({**summary, "problems": problems})
    else:
        say(
            f"{out}: {summary['rows']} rows, {summary['negative']} negative,"
            f" {summary['neutral']} neutral, {summary['positive']} positive"
        )
        show_problems(problems)
    finish(problems)
