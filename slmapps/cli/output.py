"""How commands speak: JSON or a table on stdout, progress and complaints on stderr, exit codes.

Exit codes: 0 done; 1 done, but some documents have problems; 2 nothing done (usage, or something
that the text of the error says how to mend).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from slmapps.records import Problem

__all__ = [
    "Mistake",
    "as_json",
    "emit",
    "examples",
    "finish",
    "plain",
    "progress",
    "say",
    "show_problems",
    "table",
]

Tick = Callable[[int, int], None]


class Mistake(click.ClickException):
    """A mistake of the caller's; the text says the cure. Exit code 2."""

    exit_code = 2


as_json = click.option("--json", "json_", is_flag=True, help="Answer in JSON on stdout.")


def examples(*lines: str) -> str:
    """Make the epilog of a command's help: examples, one a line, kept as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def plain(value: Any) -> Any:
    """Turn records, dataclasses, Decimals, dates and tuples into what JSON knows.

    Decimals become strings, so that money never passes through a binary float.
    """
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(each) for each in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.item() if hasattr(value, "item") else value


def emit(value: Any) -> None:
    """Write JSON to stdout."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2, default=str))


def say(text: str) -> None:
    """Write a line for people to stderr, where it never mixes with the answer."""
    click.echo(text, err=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, empty: str = "") -> None:
    """Write a table to stdout, or the line ``empty`` to stderr where there are no rows."""
    if not rows:
        if empty:
            say(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=400)  # into a file or a pipe no line is folded
    console.print(drawn)


def show_problems(problems: Sequence[Problem]) -> None:
    """Name each Problem and its cure on stderr."""
    for problem in problems:
        place = f"{problem.file}: " if problem.file else ""
        say(f"{place}{problem.severity.value} {problem.code}: {problem.message}")
        if problem.cure:
            say(f"    → {problem.cure}")


def finish(problems: Sequence[Problem]) -> None:
    """Leave with exit code 1 if any Problem is more than information."""
    if any(problem.severity.value != "info" for problem in problems):
        raise click.exceptions.Exit(1)


@contextmanager
def progress(label: str) -> Iterator[Tick]:
    """Show a bar on stderr while a terminal looks on; gives ``tick(done, total)``."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(label, total=None)

        def tick(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tick
