"""One item before a person: what is suggested and why, and what a choice will change.

The review page and every desk's own page use this one panel. Keys: 1 to 3 pick, A applies, Shift+A
applies to the other open lines of the preview as well; a value that no list holds is typed. A
choice is shown with everything that it will change before it is stored; that is worked out last, so
that the page never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from slmapps.desk import Change, Desk
from slmapps.records import Correction
from slmapps.workspace import PredictionRow, Workspace
from slmapps_ui import session, typed
from slmapps_ui.evidence import evidence_html
from slmapps_ui.item_card import card, verdict
from slmapps_ui.items import Item, ItemKey, is_free, item_key, standing
from slmapps_ui.markup import chip, escape, plain, write

__all__ = [
    "Labels",
    "agreements",
    "apply",
    "labels_of",
    "panel",
    "remember",
    "undo_last",
    "undoable",
]

STEPS_KEPT = 50
PREVIEWED = 4
EASY = 600
"""Lines of a client up to which a mere confirmation is previewed, too."""


@dataclass(frozen=True)
class Labels:
    """The values that may be picked, each with the name a person knows it by."""

    names: dict[str, str]

    def __call__(self, value: str | None) -> str:
        """Give the label of a value; a value outside the list is its own label."""
        return "" if value is None else self.names.get(value, value)


def labels_of(desk: Desk, workspace: Workspace, row: PredictionRow) -> Labels:
    """What the desk offers for that Prediction."""
    return Labels(dict(desk.choices(workspace, row)) if desk.choices else {})


# Storing, and taking back


def _stack(app: str, client: str) -> list[list[int]]:
    stack: list[list[int]] = session.kept(f"{app}:{client}:undo", [])
    return stack


def apply(
    desk: Desk, workspace: Workspace, corrections: Sequence[Correction], client: str
) -> list[Change]:
    """Store corrections of one client, learn from them, and remember them as one step to undo."""
    if desk.correct is None or not corrections:
        return []
    before = workspace.live_corrections(desk.name, client)
    changes = desk.correct(workspace, corrections)
    remember(desk, workspace, client, before)
    return changes


def remember(desk: Desk, workspace: Workspace, client: str, before: Sequence[int]) -> None:
    """Take the corrections that were not there ``before`` as one step to undo."""
    known = set(before)
    new = [each for each in workspace.live_corrections(desk.name, client) if each not in known]
    if new:
        stack = _stack(desk.name, client)
        stack.append(sorted(new))
        del stack[:-STEPS_KEPT]


def agreements(items: Sequence[Item]) -> list[Correction]:
    """What says of items that they are right as they are; without a suggestion nothing is said."""
    said = [(row, row.prediction.value) for item in items for row in item.open]
    return [_correction(row, value) for row, value in said if value is not None]


def undoable(app: str, client: str) -> int:
    """How many corrections the next undo takes back; 0 where nothing was done in this session."""
    stack = _stack(app, client)
    return len(stack[-1]) if stack else 0


def undo_last(desk: Desk, workspace: Workspace, client: str) -> None:
    """Take the last step of this session back, newest correction first."""
    stack = _stack(desk.name, client)
    if not stack or desk.undo is None:
        return
    live = set(workspace.live_corrections(desk.name, client))
    step = [correction for correction in stack.pop() if correction in live]
    for correction in reversed(step):
        desk.undo(workspace, correction, session.who())
    session.flash(f"Taken back: {len(step)} correction{'s' * (len(step) != 1)}.", ":material/undo:")


def _correction(row: PredictionRow, value: str) -> Correction:
    return Correction(
        prediction_id=row.id,
        field=row.prediction.field,
        value=value,
        right_as_is=value == row.prediction.value,
        who=session.who(),
    )


# The panel


def _picked_key(row: PredictionRow) -> str:
    return f"picked:{row.id}"


def _picked(row: PredictionRow) -> str | None:
    held = row.corrected if row.corrected is not None else row.prediction.value
    value: str | None = st.session_state.get(_picked_key(row), held)
    return held if value == "" and held is None else value  # nothing typed says nothing


def _pick(row: PredictionRow, value: str) -> None:
    st.session_state[_picked_key(row)] = value
    st.session_state.pop(f"search:{row.id}", None)


def _pick_searched(row: PredictionRow) -> None:
    if chosen := st.session_state[f"search:{row.id}"]:
        st.session_state[_picked_key(row)] = chosen


def panel(
    desk: Desk,
    workspace: Workspace,
    item: Item,
    *,
    after: Callable[[], None] | None = None,
    why: DeltaGenerator | None = None,
) -> None:
    """Draw the panel for ``item``; ``after`` is called once a choice has been stored.

    The evidence stands in the container ``why``, or below the rest where there is none.
    """
    row = item.main
    prediction = row.prediction
    label = labels_of(desk, workspace, row)
    write(card(desk.describe(workspace, row) if desk.describe else {}, row) + verdict(row))
    if item.free:
        typed.entry(workspace, row, _picked_key(row))
    else:
        _candidates(row, label)
        _search(row, label)
        _other_fields(desk, workspace, item.rows[1:])
    buttons = st.container(horizontal=True, key="panel-buttons")
    preview = st.empty()
    if not item.free:  # of what is typed the page itself is the evidence
        with why or st.container(key="panel-evidence"):
            write(evidence_html(prediction.evidence, label))
    _confirm(desk, workspace, item, label, buttons, preview, after)


def _search(row: PredictionRow, label: Labels) -> None:
    st.selectbox(
        f"Another {row.prediction.field.replace('_', ' ')}",
        list(label.names),
        index=None,
        format_func=label,
        key=f"search:{row.id}",
        on_change=_pick_searched,
        args=(row,),
        placeholder="Search by code or name…",
        label_visibility="collapsed",
    )


def _candidates(row: PredictionRow, label: Labels) -> None:
    prediction = row.prediction
    chances = {each.value: each.confidence for each in prediction.alternatives}
    values = [each.value for each in prediction.alternatives]
    if prediction.value is not None:
        chances[prediction.value] = prediction.confidence
        values = [prediction.value, *values]
    with st.container(key=f"candidates-{row.id}"):
        for place, value in enumerate(values[:3], start=1):
            st.button(
                f"{plain(label(value))} · {chances[value]:.0%}",
                key=f"pick:{row.id}:{place}",
                type="primary" if value == _picked(row) else "secondary",
                shortcut=str(place),
                on_click=_pick,
                args=(row, value),
                width="stretch",
            )


def _other_fields(desk: Desk, workspace: Workspace, rows: Sequence[PredictionRow]) -> None:
    """The fields beside the main one, each a small choice that starts at its suggestion."""
    if not rows:
        return
    for row, column in zip(rows, st.columns(len(rows)), strict=True):
        label = labels_of(desk, workspace, row)
        values = list(label.names)
        said = _picked(row)
        if said is not None and said not in values:
            values = [said, *values]
        sure = f" · {row.prediction.confidence:.0%}" if row.corrected is None else ""
        column.selectbox(
            f"{row.prediction.field.replace('_', ' ').capitalize()}{sure}",
            values,
            index=values.index(said) if said is not None else None,
            format_func=label,
            key=_picked_key(row),
            placeholder="none",
        )


def _decided(item: Item) -> list[Correction]:
    """What a click on the button says: the picks, and the rest as it is."""
    picks = [(row, _picked(row)) for row in item.rows]
    return [
        _correction(row, value)
        for row, value in picks
        if value is not None and (row.corrected is None or row.corrected != value)
    ]


def _store(
    desk: Desk,
    workspace: Workspace,
    item: Item,
    label: Labels,
    also: Sequence[Change],
    after: Callable[[], None] | None,
) -> None:
    picked = _picked(item.main)
    corrections = _decided(item)
    for change in also:
        if picked is not None:
            corrections.append(_correction(workspace.prediction(change.prediction_id), picked))
    done = apply(desk, workspace, corrections, item.main.client)
    for row in item.rows:
        st.session_state.pop(_picked_key(row), None)
    own = {row.id for row in item.rows}
    others = {each.prediction_id for each in done if each.before != each.after} - own
    told = f" {len(others)} other open line{'s' * (len(others) != 1)} changed." if others else ""
    session.flash(f"{1 + len(also)} × {plain(label(picked))}.{told}")
    if after is not None:
        after()


def _preview(desk: Desk, workspace: Workspace, item: Item) -> list[Change]:
    """What the choices at hand would change elsewhere, kept while the choice stays the same."""
    if desk.preview is None:
        return []
    main = item.main
    decided = [
        each for each in _decided(item) if each.prediction_id == main.id or not each.right_as_is
    ]
    newest = workspace.audit(1, app=desk.name, client=main.client)
    stamp = (newest[0].id if newest else 0, tuple((e.prediction_id, e.value) for e in decided))
    held = session.kept("preview", {})
    if held.get("stamp") != stamp:
        held["stamp"] = stamp
        held["changes"] = [change for each in decided for change in desk.preview(workspace, each)]
    own = {row.id for row in item.rows}
    return [each for each in held["changes"] if each.prediction_id not in own]


def _confirm(
    desk: Desk,
    workspace: Workspace,
    item: Item,
    label: Labels,
    buttons: DeltaGenerator,
    preview: DeltaGenerator,
    after: Callable[[], None] | None,
) -> None:
    row = item.main
    picked = _picked(row)
    if picked is None:
        buttons.caption("Give a value; the program learns it at once.")
        return
    if not _decided(item):
        buttons.caption("Settled. Pick something else to change it.")
        return
    as_is = all(each.right_as_is for each in _decided(item))
    apply_here = buttons.empty()
    apply_here.button(
        "Confirm" if as_is else "Apply",
        key=f"apply:{row.id}",
        type="primary",
        icon=":material/check:",
        shortcut="a",
        on_click=_store,
        args=(desk, workspace, item, label, (), after),
    )
    if as_is and len(standing(workspace, desk, row.client)) > EASY:
        # Confirming what is right seldom moves another line, and asking would take seconds.
        return
    try:
        changes = _preview(desk, workspace, item)
    except ValueError as problem:  # what was typed cannot be right
        apply_here.empty()
        preview.error(plain(str(problem)))
        return
    moved = [each for each in changes if each.before != each.after]
    like = [each for each in changes if each.after == picked and each.field == row.prediction.field]
    if like and not item.free:
        buttons.button(
            f"…and {len(like)} other line{'s' * (len(like) != 1)} like it",
            key=f"apply-all:{row.id}",
            icon=":material/done_all:",
            shortcut="Shift+a",
            on_click=_store,
            args=(desk, workspace, item, label, like, after),
        )
    with preview.container():
        if moved:
            write(_others(desk, workspace, moved, row.client))
        elif desk.preview is not None:
            write('<div class="sl-soft sl-small">No other open line will change.</div>')


def _others(desk: Desk, workspace: Workspace, changes: Sequence[Change], client: str) -> str:
    """What else will change, a row a line with all its fields, as HTML."""
    rows = {row.id: row for item in standing(workspace, desk, client) for row in item.rows}
    by_item: dict[ItemKey, list[Change]] = {}
    for change in changes:
        row = rows.get(change.prediction_id) or workspace.prediction(change.prediction_id)
        rows[change.prediction_id] = row
        key = item_key(row, free=is_free(desk, workspace, row))
        by_item.setdefault(key, []).append(change)
    count = len(by_item)
    body = ""
    for of_item in list(by_item.values())[:PREVIEWED]:
        row = rows[of_item[0].prediction_id]
        described = desk.describe(workspace, row) if desk.describe else {}
        name = described.get("text") or described.get("supplier") or row.item
        turns = []
        for change in of_item:
            label = labels_of(desk, workspace, rows[change.prediction_id])
            before = escape(label(change.before)) or "—"
            after = escape(label(change.after)) or "—"
            turns.append(f'<span class="sl-soft">{before} →</span> {after}')
        body += f'<tr><td class="one-line">{escape(name)}</td><td>{"<br>".join(turns)}</td></tr>'
    more = f'<div class="sl-soft sl-small">and {count - PREVIEWED} more</div>'
    return (
        chip(f"This will also change {count} other line{'s' * (count != 1)}", "warn")
        + f'<table class="sl-rows small">{body}</table>'
        + (more if count > PREVIEWED else "")
    )
