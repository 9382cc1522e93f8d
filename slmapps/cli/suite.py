"""``slmapps plugins``, ``slmapps samples`` and ``slmapps ui``."""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from importlib.util import find_spec

import click

from slmapps.cli.output import Mistake, as_json, emit, examples, finish, say, show_problems, table

__all__ = ["list_plugins", "samples", "ui"]


@click.command(
    "plugins", epilog=examples("slmapps plugins", "SLMAPPS_PLUGINS=invoices slmapps plugins")
)
@as_json
def list_plugins(json_: bool) -> None:
    """List the plugins, their desks, and what could not be loaded."""
    from slmapps import plugins

    loaded = [name for name, _ in plugins.load().list_name_plugin()]
    desks, pages, problems = plugins.desks(), plugins.pages(), plugins.problems()
    if json_:
        said = ("name", "title", "who", "takes", "gives", "open")
        emit(
            {
                "plugins": loaded,
                "desks": [{key: getattr(desk, key) for key in said} for desk in desks],
                "pages": pages,
                "problems": problems,
            }
        )
    else:
        say(f"plugins: {', '.join(loaded) or 'none'}")
        rows = [
            (desk.name, desk.title, desk.who, "open" if desk.open else "not yet open")
            for desk in desks
        ]
        table(["desk", "title", "who", "state"], rows, empty="No plugin brings a desk.")
        show_problems(problems)
    finish(problems)


@click.command(epilog=examples("slmapps samples", "slmapps samples --json"))
@as_json
def samples(json_: bool) -> None:
    """Put the sample client of every desk into the workspace.

    A second time changes nothing.
    """
    done = load_samples()
    if json_:
        emit({"desks": done})
    else:
        say(f"Samples are in the workspace: {', '.join(done) or 'no desk has any'}.")


def load_samples(*, only_if_empty: bool = False) -> list[str]:
    """Put in the samples of every desk, or of those without a client; gives the desks' names."""
    from slmapps import plugins
    from slmapps.cli.opened import opened

    done = []
    with opened() as workspace:
        for desk in plugins.desks():
            if desk.samples is None or (only_if_empty and workspace.clients(desk.name)):
                continue
            say(f"Loading the samples of the {desk.title.lower()} desk …")
            desk.samples(workspace)
            done.append(desk.name)
    return done


@click.command(
    epilog=examples("slmapps ui", "slmapps ui --samples --port 8600", "slmapps ui --host 0.0.0.0")
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8501,
    show_default=True,
    help="The port to serve on.",
)
@click.option("--host", default="localhost", show_default=True, help="The address to serve on.")
@click.option(
    "--samples", "with_samples", is_flag=True, help="First load the samples of empty desks."
)
@as_json
def ui(port: int, host: str, with_samples: bool, json_: bool) -> None:
    """Open the suite of pages in the browser.

    Ctrl-C ends it.
    With --json one line {"url": …} is written before the server starts.
    """
    if find_spec("streamlit") is None or find_spec("slmapps_ui") is None:
        raise Mistake("the pages need Streamlit: pip install 'slmapps[ui]'")
    if _taken(host, port):
        raise Mistake(f"port {port} is taken, perhaps by a suite that runs already; try --port")
    if with_samples:
        _samples_once()
    address = f"http://{host}:{port}"
    if json_:
        click.echo(f'{{"url": "{address}"}}')
    say(f"The suite is at {address} (Ctrl-C ends it)")
    sys.stdout.flush()
    sys.stderr.flush()
    # By name, not by import: the library knows no pages.
    launch = import_module("slmapps_ui.launch")
    command = launch.command(port, address=host)
    os.execve(command[0], command, {**os.environ, **launch.environment()})


def _samples_once() -> None:
    """Load the samples of empty desks; a mark spares the next start from opening the database."""
    from slmapps.places import home

    mark, file = home() / "samples-loaded", home() / "workspace.db"
    if not os.environ.get("SLMAPPS_DATABASE_URL") and mark.exists() and file.exists():
        return
    load_samples(only_if_empty=True)
    mark.touch()


def _taken(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
