"""The root of the command line: the suite's own commands, and those that plugins add.

A command's module imports only click at its top, so that ``slmapps --help`` answers at once; what
is heavy is imported when the command runs.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from slmapps import __version__, plugins
from slmapps.cli.evaluate import evaluate
from slmapps.cli.models import models
from slmapps.cli.output import Mistake, examples
from slmapps.cli.pretrain import pretrain
from slmapps.cli.prune import prune
from slmapps.cli.review import review
from slmapps.cli.suite import list_plugins, samples, ui
from slmapps.cli.workspace import workspace
from slmapps.cli.write import write

__all__ = ["cli"]


class Root(click.Group):
    """Turns errors whose text says the cure into one line, and asks plugins for their commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, those of plugins too."""
        self._ask_plugins()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command, in the suite first."""
        if cmd_name not in self.commands:
            self._ask_plugins()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; ``SLMAPPS_DEBUG=1`` shows where an error came from."""
        if os.environ.get("SLMAPPS_DEBUG"):
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, click.exceptions.Exit):
            raise
        except Exception as error:
            if not _says_the_cure(error):
                raise
            raise Mistake(_words(error)) from error

    def _ask_plugins(self) -> None:
        if not getattr(self, "_asked", False):
            self._asked = True
            plugins.call_each("register_commands", cli=self)
            if plugins.failed():
                from slmapps.cli.output import show_problems

                show_problems(plugins.problems())


def _words(error: Exception) -> str:
    """Put an error into words; what the system says of a file is a number and a few words."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return (
            f"{error.filename}: {error.strerror[:1].lower()}{error.strerror[1:]};"
            " check the path, who may use it, and that there is room"
        )
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    return f"{text or type(error).__name__}"


def _says_the_cure(error: Exception) -> bool:
    """Whether an error is one of those that are raised for a caller's mistakes."""
    weights = sys.modules.get("slmapps.backbone.weights")  # loaded, if it raised
    missing = () if weights is None else (weights.WeightsMissing,)
    return isinstance(error, (LookupError, OSError, RuntimeError, ValueError, *missing))


@click.group(
    cls=Root,
    epilog=examples(
        "slmapps ui                                open the suite in the browser",
        "slmapps invoices read inbox/ --json       read a folder of e-invoices",
        "slmapps invoices code lines.csv --chart chart.csv --out coded.csv",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="slmapps")
def cli() -> None:
    """Small language models at work; nothing leaves this machine.

    Exit codes: 0 done; 1 some documents have problems; 2 nothing done, the error says the cure.
    """


cli.add_command(evaluate)
cli.add_command(list_plugins)
cli.add_command(models)
cli.add_command(pretrain)
cli.add_command(prune)
cli.add_command(review)
cli.add_command(samples)
cli.add_command(ui)
cli.add_command(workspace)
cli.add_command(write)
