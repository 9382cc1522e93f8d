"""The hooks of the earnings desk. Nothing heavy is imported before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmapps.desk import Desk, PageSpec, Register, lazily
from slmapps.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

DESK = Desk(
    name="earnings",
    title="Earnings calls",
    who="Trader, analyst",
    takes="Transcripts of earnings calls in any vendor's layout, half a call too",
    gives="Opinions with their sentences, signals, change since the last call; CSV, Parquet",
    icon=":material/finance:",
    fields=("sentiment", "topic", "role"),
    open=False,  # sentences and answers are scored; the page and the calls are not there yet
    choices=lazily("slmapps_earnings.desk:choices"),
    describe=lazily("slmapps_earnings.desk:describe"),
    describe_many=lazily("slmapps_earnings.desk:describe_many"),
    correct=lazily("slmapps_earnings.desk:correct"),
    preview=lazily("slmapps_earnings.desk:preview"),
    undo=lazily("slmapps_earnings.desk:undo"),
    set_budget=lazily("slmapps_earnings.desk:set_budget"),
    observed=lazily("slmapps_earnings.desk:observed"),
)


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add ``slmapps earnings``."""
    from slmapps_earnings.cli import earnings

    cli.add_command(earnings)


@hookimpl
def register_desks(register: Register) -> None:
    """Announce the desk."""
    register(DESK)


@hookimpl
def register_pages(register: Register) -> None:
    """Add the page where calls are uploaded, read and compared."""
    from importlib.util import find_spec

    if find_spec("slmapps_earnings.page") is None:
        return
    register(
        PageSpec(
            title=DESK.title,
            icon=DESK.icon,
            desk=DESK.name,
            order=20,
            render="slmapps_earnings.page:render",
        )
    )
