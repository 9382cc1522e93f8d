"""One Prediction before a person: what is suggested and why, and what a choice will change.

The review page and every desk's own page use this one panel. Keys: 1 to 3 pick, A applies, Shift+A
applies to the other open lines of the preview as well. A choice is shown with everything that it
will change before it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from slmapps.desk import Change, Desk
from slmapps.records import Correction
from slmapps.workspace import PredictionRow, Workspace
from slmapps_ui import session
from slmapps_ui.evidence import evidence_html
from slmapps_ui.item_card import card, verdict
from slmapps_ui.markup import chip, escape, plain, write

__all__ = ["Labels", "accept", "apply", "labels_of", "panel", "undo_last", "undoable"]

_AUDITED = 20


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


def _stack(app: str, client: str) -> list[list[int]]:
    stack: list[list[int]] = session.kept(f"{app}:{client}:undo", [])
    return stack


def apply(
    desk: Desk, workspace: Workspace, corrections: Sequence[Correction], client: str
) -> list[Change]:
    """Store corrections of one client, learn from them, and remember them as one step to undo."""
    if desk.correct is None or not corrections:
        return []
    before = set(workspace.live_corrections(desk.name, client))
    changes = desk.correct(workspace, corrections)
    new = [each for each in workspace.live_corrections(desk.name, client) if each not in before]
    if new:
        stack = _stack(desk.name, client)
        stack.append(sorted(new))
        del stack[:-_AUDITED]
    return changes


def accept(
    desk: Desk, workspace: Workspace, rows: Sequence[PredictionRow], client: str
) -> list[Change]:
    """Confirm Predictions as they are, as one step; a row without a suggestion is left alone."""
    return apply(
        desk,
        workspace,
        [
            Correction(
                prediction_id=row.id,
                field=row.prediction.field,
                value=row.prediction.value,
                right_as_is=True,
                who=session.who(),
            )
            for row in rows
            if row.prediction.value is not None
        ],
        client,
    )


def undoable(app: str, client: str) -> int:
    """How many corrections the next undo takes back; 0 where nothing was done in this session."""
    stack = _stack(app, client)
    return len(stack[-1]) if stack else 0


def undo_last(desk: Desk, workspace: Workspace, client: str) -> None:
    """Take the last step of this session back, newest correction first."""
    stack = _stack(desk.name, client)
    if not stack or desk.undo is None:
        return
    step = stack.pop()
    for correction in reversed(step):
        desk.undo(workspace, correction, session.who())
    session.flash(f"Taken back: {len(step)} correction{'s' * (len(step) != 1)}.", ":material/undo:")


def _preview(desk: Desk, workspace: Workspace, row: PredictionRow, value: str) -> list[Change]:
    if desk.preview is None:
        return []
    cache: dict[tuple[int, str], list[Change]] = session.kept("previews", {})
    if (row.id, value) not in cache:
        cache.clear()
        cache[row.id, value] = desk.preview(workspace, _correction(row, value))
    return [each for each in cache[row.id, value] if each.prediction_id != row.id]


def _correction(row: PredictionRow, value: str) -> Correction:
    return Correction(
        prediction_id=row.id,
        field=row.prediction.field,
        value=value,
        right_as_is=value == row.prediction.value,
        who=session.who(),
    )


def _others(changes: Sequence[Change], label: Labels, described: Callable[[Change], str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(described(change))}</td>"
        f'<td class="sl-soft">{escape(label(change.before)) or "—"}</td>'
        f"<td>{escape(label(change.after)) or '—'}</td>"
        f'<td class="sl-num">{change.confidence_before:.0%} →'
        f" {change.confidence_after:.0%}</td></tr>"
        for change in changes[:8]
    )
    more = (
        f'<div class="sl-soft sl-small">and {len(changes) - 8} more</div>'
        if len(changes) > 8
        else ""
    )
    head = '<tr><th>Line</th><th>Now</th><th>Then</th><th class="sl-num">Sure</th></tr>'
    return f'<table class="sl-rows">{head}{rows}</table>{more}'


def panel(
    desk: Desk,
    workspace: Workspace,
    row: PredictionRow,
    *,
    shortcuts: bool = True,
    after: Callable[[], None] | None = None,
) -> None:
    """Draw the panel for ``row``; ``after`` is called once a choice has been stored."""
    prediction = row.prediction
    label = labels_of(desk, workspace, row)
    described = desk.describe(workspace, row) if desk.describe else {}
    write(card(described, row) + verdict(row))

    candidates = [
        value
        for value in (prediction.value, *(each.value for each in prediction.alternatives))
        if value
    ]
    chances = {each.value: each.confidence for each in prediction.alternatives}
    if prediction.value is not None:
        chances[prediction.value] = prediction.confidence
    picked_key = f"picked:{row.id}"
    picked: str | None = st.session_state.get(picked_key, row.corrected or prediction.value)

    def pick(value: str) -> None:
        st.session_state[picked_key] = value
        st.session_state.pop(f"search:{row.id}", None)

    with st.container(key=f"candidates-{row.id}"):
        for place, value in enumerate(candidates[:3], start=1):
            st.button(
                f"{plain(label(value))} · {chances[value]:.0%}",
                key=f"pick:{row.id}:{place}",
                type="primary" if value == picked else "secondary",
                shortcut=str(place) if shortcuts else None,
                on_click=pick,
                args=(value,),
                width="stretch",
            )

    def search() -> None:
        if chosen := st.session_state[f"search:{row.id}"]:
            st.session_state[picked_key] = chosen

    st.selectbox(
        f"Another {prediction.field.replace('_', ' ')}",
        list(label.names),
        index=None,
        format_func=label,
        key=f"search:{row.id}",
        on_change=search,
        placeholder="Search by code or name…",
        label_visibility="collapsed",
    )
    if picked is None:
        st.caption("Pick an account; the program learns it at once.")
    else:
        _confirm(desk, workspace, row, picked, label, shortcuts=shortcuts, after=after)
    with st.container(key=f"evidence-{row.id}"):
        write(evidence_html(prediction.evidence, label))


def _confirm(
    desk: Desk,
    workspace: Workspace,
    row: PredictionRow,
    picked: str,
    label: Labels,
    *,
    shortcuts: bool,
    after: Callable[[], None] | None,
) -> None:
    changes = _preview(desk, workspace, row, picked)
    moved = [each for each in changes if each.before != each.after]
    same = [each for each in changes if each.after == picked and each.field == row.prediction.field]

    def store(also: Sequence[Change] = ()) -> None:
        corrections = [_correction(row, picked)]
        for change in also:
            corrections.append(
                Correction(
                    prediction_id=change.prediction_id,
                    field=change.field,
                    value=picked,
                    right_as_is=change.before == picked,
                    who=session.who(),
                )
            )
        done = apply(desk, workspace, corrections, row.client)
        st.session_state.pop(f"picked:{row.id}", None)
        others = len({each.prediction_id for each in done if each.before != each.after} - {row.id})
        told = f" {others} other open line{'s' * (others != 1)} changed." if others else ""
        session.flash(f"{len(corrections)} × {plain(label(picked))}.{told}")
        if after is not None:
            after()

    as_is = picked == row.prediction.value
    with st.container(horizontal=True):
        st.button(
            "Confirm" if as_is else "Apply",
            key=f"apply:{row.id}",
            type="primary",
            icon=":material/check:",
            shortcut="a" if shortcuts else None,
            on_click=store,
        )
        if same:
            st.button(
                f"…and {len(same)} other line{'s' * (len(same) != 1)} like it",
                key=f"apply-all:{row.id}",
                icon=":material/done_all:",
                shortcut="Shift+a" if shortcuts else None,
                on_click=store,
                args=(same,),
            )
    if moved:
        write(
            chip(f"This will also change {len(moved)} other line{'s' * (len(moved) != 1)}", "warn")
        )
        write(_others(moved, label, lambda change: _named(desk, workspace, change)))
    elif desk.preview is not None:
        write('<div class="sl-soft sl-small">No other open line changes its account.</div>')


def _named(desk: Desk, workspace: Workspace, change: Change) -> str:
    if desk.describe is None:
        return change.item
    described = desk.describe(workspace, workspace.prediction(change.prediction_id))
    return " · ".join(filter(None, (described.get("supplier"), described.get("text"))))
