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
    table,
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


@earnings.command(
    epilog=examples(
        "slmapps earnings answers calls.csv --question question --answer answer --out judged.csv",
        "slmapps earnings answers calls.xlsx --question q --answer a --out judged.csv --json",
    )
)
@click.argument("table", metavar="FILE", type=_FILE)
@click.option("--question", required=True, help="The column that holds the questions.")
@click.option("--answer", required=True, help="The column that holds the answers.")
@click.option("--out", type=_OUT, required=True, help="The CSV to write.")
@as_json
def answers(table: Path, question: str, answer: str, out: Path, json_: bool) -> None:
    """Judge how questions were answered: six dimensions, each 0, 1 or 2, and evasion.

    OUT has the rows of FILE in their order: its columns as they are, then CLEAR, ASSERTIVE,
    CAUTIOUS, OPTIMISTIC, SPECIFIC and RELEVANT, the probabilities of their levels as p_NAME_0 to
    p_NAME_2, evasion, the words that refuse outright, and problem. A row without an answer has no
    levels and its problem is empty.
    """
    from slmapps_earnings.answers_table import judge_table

    if not out.parent.is_dir():
        raise Mistake(f"there is no folder {out.parent}; make it first, or name another")
    with progress("Judging") as tick:
        summary, problems = judge_table(table, question, answer, out, tick=tick)
    if summary is None:
        show_problems(problems)
        raise Mistake("nothing was judged")
    if json_:
        emit({**summary, "problems": problems})
    else:
        say(f"{out}: {summary['rows']} rows, {summary['empty']} of them without an answer")
        show_problems(problems)
    finish(problems)


@earnings.command(
    epilog=examples(
        "slmapps earnings score call.txt",
        "slmapps earnings score calls/ --json > scored.json",
        "slmapps earnings score calls/ --out signals/",
    )
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the tables."
)
@as_json
def score(paths: tuple[Path, ...], out: Path | None, json_: bool) -> None:
    """Read transcripts and score them: tone, hedging, outlook, and how questions were answered.

    OUT gets signals.csv, signals.parquet and evidence.jsonl (each sentence with what it adds). With
    --json an array, one object a file: file, sha256, status, the call, its opinions, answers and
    guidance, problems.
    """
    from slmapps_earnings.scored_files import scored_files, written_out

    with progress("Scoring") as tick:
        scored, problems = scored_files(paths, tick=tick)
    if not scored:
        show_problems(problems)
        raise Mistake("no call could be scored")
    if out is not None:
        problems = [*problems, *written_out(scored, out)]
    if json_:
        emit([each.model_dump(mode="json") for each in scored])
    else:
        from slmapps_earnings.scored_files import HEADINGS, overview

        table(HEADINGS, [overview(each) for each in scored])
    show_problems(problems)
    finish(problems)
