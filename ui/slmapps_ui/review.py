"""The review page: what the models are least sure of first, whatever desk it comes from.

A queue on the left, the line at hand on the right. The cursor is kept by what a line *is* (record
and item), not by its place or a prediction's id: both change whenever something is learnt.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from slmapps.desk import Desk
from slmapps.workspace import Workspace
from slmapps_ui import decision, jobs, session
from slmapps_ui.evidence import status_word
from slmapps_ui.items import Item, ItemKey, standing, waiting_items
from slmapps_ui.markup import escape, plain, write
from slmapps_ui.tables import amount_column, select_cell, share_column

__all__ = ["open_at", "render"]

SHOWN = 500
"""Rows of the queue; the rest comes up as these are settled."""
AT_ONCE = 60
"""Lines that are confirmed while the page waits; more are confirmed beside it."""
EARLIER = 12
"""Corrections that can be taken back one by one."""
WAITING, ALL = "To review", "All open"


def open_at(key: ItemKey) -> None:
    """Put the cursor on that line; the review page opens there."""
    st.session_state["review:cursor"] = key


def _table(
    desk: Desk, workspace: Workspace, items: Sequence[Item], label: decision.Labels, place: int
) -> pd.DataFrame:
    rows = [item.main for item in items]
    if desk.describe_many is not None:
        described = desk.describe_many(workspace, rows)
    else:
        described = [desk.describe(workspace, row) if desk.describe else {} for row in rows]
    amounts = pd.Series([each.get("amount") for each in described])
    return pd.DataFrame(
        {
            "": ["▸" if number == place else "" for number in range(len(rows))],
            "Sure": [item.sure * 100 for item in items],
            "Supplier": [each.get("supplier", "") for each in described],
            "Text": [each.get("text", "") for each in described],
            "Amount": pd.to_numeric(amounts, errors="coerce"),
            "Suggestion": [label(row.prediction.value) or "—" for row in rows],
            "Date": [each.get("date", "") for each in described],
            "Status": [status_word(row.prediction.status, row.corrected) for row in rows],
        }
    )


def _bulk(
    desk: Desk, workspace: Workspace, client: str, shown: Sequence[Item], chosen: Sequence[int]
) -> None:
    selected = [shown[place] for place in chosen if place < len(shown)]
    within = [item for item in standing(workspace, desk, client) if item.open and not item.waiting]

    def confirm(several: Sequence[Item]) -> None:
        corrections = decision.agreements(several)
        told = f"{len(several)} line{'s' * (len(several) != 1)} confirmed."
        st.session_state["review:table"] = session.kept("review:table", 0) + 1
        if len(several) <= AT_ONCE or desk.correct is None:
            decision.apply(desk, workspace, corrections, client)
            session.flash(told)
            return
        correct = desk.correct
        st.session_state["review:before"] = workspace.live_corrections(desk.name, client)
        jobs.start(
            _job(desk, client),
            f"Confirming {len(several):,} lines",
            lambda _progress: (correct(workspace, corrections), told)[1],
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Confirm selected ({len(selected)})",
            icon=":material/checklist:",
            disabled=not selected,
            on_click=confirm,
            args=(selected,),
        )
        with st.popover(
            "Confirm by confidence…", icon=":material/done_all:", disabled=not shown and not within
        ):
            st.caption(
                "Lines within the error budget are already coded for export. Confirming them tells"
                " the program that they are right, and it learns from them."
            )
            st.button(
                f"Confirm all {len(within)} within the error budget",
                type="primary",
                disabled=not within,
                on_click=confirm,
                args=(within,),
            )
            least = st.slider(
                "…or every line shown that is at least this sure", 0, 100, 90, format="%d %%"
            )
            sure = [
                item
                for item in shown
                if item.main.prediction.value and round(item.sure * 100) >= least
            ]
            st.button(
                f"Confirm {len(sure)} of the {len(shown)} shown",
                disabled=not sure,
                on_click=confirm,
                args=(sure,),
            )
        steps = decision.undoable(desk.name, client)
        st.button(
            f"Undo{f' ({steps})' if steps > 1 else ''}",
            icon=":material/undo:",
            shortcut="u",
            disabled=not steps,
            on_click=decision.undo_last,
            args=(desk, workspace, client),
            help="Takes the last step of this session back, and everything learnt from it.",
        )
        earlier = st.popover(
            "Earlier…", icon=":material/history:", key="review:earlier", on_change="rerun"
        )
        if earlier.open:
            with earlier:
                _earlier(desk, workspace, client)


def _job(desk: Desk, client: str) -> str:
    return f"{desk.name}:{client}:confirm"


def _confirming(desk: Desk, workspace: Workspace, client: str) -> bool:
    """Show that many lines are being confirmed; True while they are."""
    key = _job(desk, client)
    job = jobs.show(key)
    if job is None:
        return jobs.current(key) is not None
    jobs.forget(key)
    if job.error:
        st.error(f"{plain(job.title)} stopped: {plain(job.error)}")
        return False
    decision.remember(desk, workspace, client, session.kept("review:before", []))
    session.flash(job.result)
    session.show_flash()
    return False


def _earlier(desk: Desk, workspace: Workspace, client: str) -> None:
    """List the newest corrections, of whatever session, each with a way back."""
    newest = workspace.corrections(desk.name, client)[: -EARLIER - 1 : -1]
    if not newest:
        st.caption("Nothing has been confirmed or corrected yet.")
        return

    def back(correction: int) -> None:
        if desk.undo is not None:
            desk.undo(workspace, correction, session.who())
            session.flash("Taken back, and what was learnt from it.", ":material/undo:")

    for each in newest:
        row = workspace.prediction(each.correction.prediction_id)
        described = desk.describe(workspace, row) if desk.describe else {}
        label = decision.labels_of(desk, workspace, row)
        said, button = st.columns([0.78, 0.22], vertical_alignment="center")
        name = described.get("text") or described.get("supplier") or each.item
        when = each.correction.when.astimezone().strftime("%Y-%m-%d %H:%M")
        turn = "" if each.correction.right_as_is else f"{escape(label(row.prediction.value))} → "
        with said:
            write(
                f'<div class="sl-small">{escape(name)}<br><span class="sl-soft">{turn}</span>'
                f'{escape(label(each.correction.value))} <span class="sl-soft">· {when}'
                f" {escape(each.correction.who)}</span></div>"
            )
        button.button("Take back", key=f"back:{each.id}", on_click=back, args=(each.id,))


def _empty(desk: Desk, items: Sequence[Item]) -> None:
    if any(item.open for item in items):
        st.success(
            "Nothing waits for review. What is coded lies within the error budget; look at it"
            f" under “{ALL}”, or confirm it all at once above.",
            icon=":material/check_circle:",
        )
    else:
        st.info(
            f"No open line. Put files in at the {desk.title} desk; what the program is not sure of"
            " will wait here, the most doubtful first.",
            icon=":material/inbox:",
        )


def _queue(desk: Desk, workspace: Workspace, client: str) -> tuple[list[Item], int]:
    """Draw the queue; gives its items and the cursor's place among them."""
    scope = st.segmented_control(
        "Show",
        [WAITING, ALL],
        default=WAITING,
        required=True,
        key="review:scope",
        label_visibility="collapsed",
    )
    every = standing(workspace, desk, client)
    shown = waiting_items(every)
    if scope == ALL:
        shown = sorted((item for item in every if item.open), key=lambda item: item.sure)
    total, shown = len(shown), shown[:SHOWN]
    keys = [item.key for item in shown]
    cursor = st.session_state.get("review:cursor")
    place = keys.index(cursor) if cursor in keys else 0
    key = f"review:table:{client}:{scope}:{session.kept('review:table', 0)}"
    chosen = list(st.session_state.get(key, {}).get("selection", {}).get("rows", []))
    _bulk(desk, workspace, client, shown, chosen)
    if not shown:
        _empty(desk, every)
        return [], 0
    chosen_from = next((item.main for item in shown if not item.free), shown[place].main)
    label = decision.labels_of(desk, workspace, chosen_from)
    table = _table(desk, workspace, shown, label, place)

    def opened() -> None:
        if (number := select_cell(st.session_state[key])) is not None and number < len(shown):
            open_at(shown[number].key)

    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=min(668, 38 + 30 * len(table)),
        row_height=30,
        placeholder="",
        on_select=opened,
        selection_mode=["multi-row", "single-cell"],
        column_config={
            "": st.column_config.TextColumn(width=24),
            "Sure": share_column("Sure", "How sure the model is, calibrated on this client"),
            "Supplier": st.column_config.TextColumn(width=125),
            "Text": st.column_config.TextColumn(width=185),
            "Amount": amount_column("Amount"),
            "Suggestion": st.column_config.TextColumn(width=165),
        },
    )
    more = f" The {len(shown)} most doubtful of {total:,} are shown." if total > len(shown) else ""
    st.caption(f"Click a cell to open a line; tick lines to confirm several.{more}")
    return shown, place


def render() -> None:
    """Draw the page."""
    workspace = session.workspace()
    desks = [desk for desk in session.open_desks() if desk.correct and workspace.clients(desk.name)]
    st.title("Review", anchor=False)
    if not desks:
        st.info(
            "There is no client yet. Add one at a desk, or load the sample client on the home page."
        )
        return
    desk = desks[0]
    if len(desks) > 1:
        desk = st.sidebar.selectbox(
            "Desk", desks, format_func=lambda each: each.title, key="review:desk"
        )
    client = session.pick_client(desk.name)
    if client is None:
        return
    if _confirming(desk, workspace, client):
        return
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        shown, place = _queue(desk, workspace, client)
    if not shown:
        return

    def move(step: int) -> None:
        open_at(shown[max(0, min(len(shown) - 1, place + step))].key)

    with right:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Previous",
                icon=":material/arrow_upward:",
                shortcut="k",
                disabled=place == 0,
                on_click=move,
                args=(-1,),
            )
            st.button(
                "Next",
                icon=":material/arrow_downward:",
                shortcut="j",
                disabled=place >= len(shown) - 1,
                on_click=move,
                args=(1,),
            )
            write(f'<span class="sl-soft sl-small">{place + 1} of {len(shown)}</span>')

        def after() -> None:
            move(1 if place + 1 < len(shown) else -1)

        decision.panel(desk, workspace, shown[place], after=after)
