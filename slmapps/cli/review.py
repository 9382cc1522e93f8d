"""``slmapps review``: what waits for a person, of every desk, without the page."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from slmapps.cli.opened import known_only, opened
from slmapps.cli.output import Mistake, as_json, emit, examples, say, table

if TYPE_CHECKING:
    from slmapps.desk import Change, Desk
    from slmapps.records import Correction

__all__ = ["review"]

_ID = click.IntRange(1, 2**31 - 1)
_who = click.option("--who", default=None, help="In whose name; your user name if left out.")


@click.group(epilog=examples("slmapps review list", "slmapps review accept 12 13 14"))
def review() -> None:
    """Review what waits: list, accept, correct, undo."""


@review.command(
    "list",
    epilog=examples("slmapps review list --client larkspur", "slmapps review list --json"),
)
@click.option("--desk", "app", default=None, help="Only this desk.")
@click.option("--client", default=None, help="Only this client.")
@click.option("--all", "everything", is_flag=True, help="What is accepted by the program, too.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many, the least sure first.",
)
@as_json
def list_(app: str | None, client: str | None, everything: bool, limit: int, json_: bool) -> None:
    """List what waits for a person, the least sure first."""
    from slmapps import plugins

    desks = {desk.name: desk for desk in plugins.desks()}
    with opened() as kept:
        known_only(kept, app, client)
        waiting = kept.predictions(app=app, client=client, order="doubt")
        if not everything:
            waiting = [row for row in waiting if row.prediction.status.value != "accepted"]
        rows = waiting[:limit]
        described: list[dict[str, str]] = []
        for row in rows:
            describe = desks[row.app].describe if row.app in desks else None
            described.append(describe(kept, row) if describe else {"item": row.item})
    if json_:
        emit(
            [
                {"id": row.id, "describe": about, **_row(row)}
                for row, about in zip(rows, described, strict=True)
            ]
        )
        return
    columns = list(dict.fromkeys(key for about in described for key in about))
    table(
        ["id", "field", "suggested", "sure", *columns],
        [
            (
                row.id,
                row.prediction.field,
                row.prediction.value or f"– ({row.prediction.reason})",
                f"{row.prediction.confidence:.0%}",
                *(about.get(column, "") for column in columns),
            )
            for row, about in zip(rows, described, strict=True)
        ],
        empty="Nothing waits for review.",
    )
    if len(waiting) > len(rows):
        say(f"{len(waiting) - len(rows)} more: --limit {len(waiting)}")


@review.command(
    epilog=examples("slmapps review accept 12 13 14", "slmapps review accept 12 --who ada --json")
)
@click.argument("prediction_ids", metavar="ID…", nargs=-1, required=True, type=_ID)
@_who
@as_json
def accept(prediction_ids: tuple[int, ...], who: str | None, json_: bool) -> None:
    """Say of suggestions that they are right as they are; the desk learns from them."""
    changes: list[Change] = []
    with opened() as kept:
        by_desk = _by_desk(kept, prediction_ids)
        for name, ids in by_desk.items():
            agreed = [kept.agreement(each, _name(who)) for each in ids]
            changes += _correct(kept, name, agreed)
    _report(changes, json_, f"Accepted {sum(map(len, by_desk.values()))}.")


@review.command(
    epilog=examples(
        "slmapps review correct 12 4100",
        "slmapps review correct 12 'Motor vehicle expenses' --preview",
    )
)
@click.argument("prediction_id", metavar="ID", type=_ID)
@click.argument("value")
@click.option("--preview", is_flag=True, help="Only show what would change; store nothing.")
@_who
@as_json
def correct(prediction_id: int, value: str, preview: bool, who: str | None, json_: bool) -> None:
    """Give the right value for a suggestion; open items are predicted again at once."""
    from slmapps.records import Correction

    with opened() as kept:
        row = kept.newest(prediction_id)
        desk = _desk(row.app)
        typed = desk.free_text is not None and desk.free_text(kept, row)
        if desk.choices is not None and not typed:
            choices = dict(desk.choices(kept, row))
            value = _choice(choices, value)
            if value not in choices:
                known = ", ".join(list(choices)[:8])
                raise Mistake(
                    f"{value!r} cannot be chosen for the {row.prediction.field};"
                    f" for example: {known} …"
                )
        right = Correction(
            prediction_id=row.id, field=row.prediction.field, value=value, who=_name(who)
        )
        if preview:
            changes = [] if desk.preview is None else desk.preview(kept, right)
        else:
            changes = _correct(kept, row.app, [right])
    _report(changes, json_, "Nothing was stored." if preview else "Corrected.")


@review.command(epilog=examples("slmapps review undo 3", "slmapps review undo 3 --json"))
@click.argument("correction_id", metavar="CORRECTION", type=_ID)
@_who
@as_json
def undo(correction_id: int, who: str | None, json_: bool) -> None:
    """Take a correction back by its number (`slmapps workspace audit` shows it)."""
    with opened() as kept:
        desk = _desk(kept.correction(correction_id).app)
        if desk.undo is None:
            raise Mistake(f"the desk {desk.name} cannot take corrections back")
        changes = desk.undo(kept, correction_id, _name(who))
    _report(changes, json_, f"Correction {correction_id} is undone.")


def _choice(choices: Mapping[str, str], said: str) -> str:
    """Give the value meant: by itself, its label, or the name in its label, if only one has it."""
    if said in choices:
        return said
    wanted = said.strip().casefold()
    meant = [
        value
        for value, label in choices.items()
        if wanted in {label.casefold(), label.removeprefix(value).strip().casefold()}
    ]
    return meant[0] if len(meant) == 1 else said


def _name(who: str | None) -> str:
    return who or getpass.getuser()


def _desk(name: str) -> Desk:
    from slmapps import plugins

    return plugins.desk(name)


def _by_desk(kept: Any, prediction_ids: Sequence[int]) -> dict[str, list[int]]:
    """Sort predictions by desk, each in its newest form and once."""
    newest = {row.id: row for row in map(kept.newest, prediction_ids)}
    desks: dict[str, list[int]] = {}
    for each, row in newest.items():
        desks.setdefault(row.app, []).append(each)
    return desks


def _correct(kept: Any, name: str, corrections: Sequence[Correction]) -> list[Change]:
    desk = _desk(name)
    if desk.correct is None:
        kept.correct(corrections)
        return []
    return desk.correct(kept, corrections)


def _row(row: Any) -> dict[str, Any]:
    return {
        "desk": row.app,
        "client": row.client,
        "record": row.record_id,
        "item": row.item,
        "prediction": row.prediction,
    }


def _report(changes: Sequence[Change], json_: bool, done: str) -> None:
    if json_:
        emit({"changes": changes})
        return
    say(done)
    table(
        ["id", "item", "field", "before", "after", "sure"],
        [
            (
                each.prediction_id,
                each.item,
                each.field,
                each.before,
                each.after,
                f"{each.confidence_before:.0%} → {each.confidence_after:.0%}",
            )
            for each in changes
        ],
        empty="No other open item changes.",
    )
