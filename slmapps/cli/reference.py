"""Writes docs/cli.md from the commands' own help: ``python -m slmapps.cli.reference FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

__all__ = ["reference"]

HEAD = """# The command line

<!-- Written by `make docs` from the commands' own help; a test compares. -->

Every command answers `--help` with examples, and `--json` with JSON on stdout; progress and
complaints go to stderr. Exit codes: 0 done; 1 done, but some documents have problems; 2 nothing
done, and the error says the cure. `SLMAPPS_DEBUG=1` shows where an error came from.
"""


def reference(cli: click.Group) -> str:
    """Give docs/cli.md: the help of every command at 100 columns."""
    parts = [HEAD]
    for path, command in _commands(cli, "slmapps"):
        context = click.Context(
            command, info_name=path, terminal_width=100, help_option_names=["-h", "--help"]
        )
        parts.append(f"## {path}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _commands(found, f"{path} {name}")


if __name__ == "__main__":
    from slmapps.cli.root import cli

    Path(sys.argv[1]).write_text(reference(cli), "utf-8")
