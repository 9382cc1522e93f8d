"""``slmapps models``: the weights on this machine, and what was learnt for each client."""

from __future__ import annotations

from typing import Any

import click

from slmapps.cli.output import as_json, emit, examples, finish, show_problems, table

__all__ = ["models"]


@click.command(epilog=examples("slmapps models", "slmapps models --json"))
@as_json
def models(json_: bool) -> None:
    """Show the reader's weights and what was learnt for each client."""
    from slmapps import plugins
    from slmapps.backbone import WeightsMissing, find_weights
    from slmapps.cli.opened import opened
    from slmapps.records import Problem

    reader: dict[str, Any] = {}
    problems: list[Problem] = []
    try:
        reader = {"name": "all-MiniLM-L6-v2", "path": str(find_weights())}
    except WeightsMissing as error:
        problems.append(
            Problem(code="weights-missing", message="The reader's weights:", cure=str(error))
        )
    with opened() as kept:
        versions = [
            version
            for desk in plugins.desks()
            for client in kept.clients(desk.name)
            for version in kept.model_versions(desk.name, client)
        ]
    if json_:
        emit({"reader": reader, "versions": versions, "problems": problems})
    else:
        table(["reader", "path"], [(reader["name"], reader["path"])] if reader else [])
        rows = [
            (each.app, each.client, each.name, each.version, each.created_at) for each in versions
        ]
        table(["desk", "client", "model", "version", "made"], rows)
        show_problems(problems)
    finish(problems)
