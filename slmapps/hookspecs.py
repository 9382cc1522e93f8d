"""The hooks: everything that an application, ours or anyone else's, can say to the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    import click

    from slmapps.desk import Register

hookspec = HookspecMarker("slmapps")
hookimpl = HookimplMarker("slmapps")


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to ``slmapps``: ``cli.add_command(…)``."""


@hookspec
def register_desks(register: Register) -> None:
    """Call ``register(Desk(…))`` for each desk."""


@hookspec
def register_pages(register: Register) -> None:
    """Call ``register(PageSpec(…))`` for each page of the suite."""
