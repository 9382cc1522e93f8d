"""The review page: what the models are least sure of first, whatever desk it comes from.

A queue on the left, the line at hand on the right. The cursor is kept by what a line *is* (record,
item, field), not by its place or its prediction's id: both change whenever something is learnt.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from slmapps.desk import Desk
from slmapps.records import Status
from slmapps.workspace import PredictionRow, Workspace
from slmapps_ui import decision, session
from slmapps_ui.evidence import status_word
from slmapps_ui.markup import write
from slmapps_ui.tables import amount_column, select_cell, share_column

__all__ = ["Item", "item_of", "open_at", "render"]

SHOWN = 500
"""Rows of the queue; the rest comes up as these are settled."""

Item = tuple[int, str, str]


def item_of(row: PredictionRow) -> Item:
    """What a Prediction is about, across its newer versions."""
    return (row.record_id, row.item, row.prediction.field)


def open_at(row: PredictionRow) -> None:
    """Put the cursor on that line; the review page opens there."""
    st.session_state["review:cursor"] = item_of(row)


def _queue(workspace: Workspace, desk: Desk, client: str, scope: str) -> list[PredictionRow]:
    if scope == "All open":
        return workspace.predictions(app=desk.name, client=client, order="doubt", limit=SHOWN)
    rows: list[PredictionRow] = []
    for status in (Status.REFUSED, Status.REVIEW):
        rows += workspace.predictions(
            app=desk.name, client=client, status=status, order="doubt", limit=SHOWN - len(rows)
        )
    return rows


def _described(
    desk: Desk, workspace: Workspace, rows: Sequence[PredictionRow]
) -> list[dict[str, str]]:
    if desk.describe_many is not None:
        return desk.describe_many(workspace, rows)
    return [desk.describe(workspace, row) if desk.describe else {} for row in rows]


def _table(
    desk: Desk,
    workspace: Workspace,
    rows: Sequence[PredictionRow],
    label: decision.Labels,
    place: int,
) -> pd.DataFrame:
    described = _described(desk, workspace, rows)
    several = len({row.prediction.field for row in rows}) > 1
    return pd.DataFrame(
        {
            "": ["▸" if number == place else "" for number in range(len(rows))],
            "Sure": [row.prediction.confidence * 100 for row in rows],
            "Supplier": [each.get("supplier", "") for each in described],
            "Text": [each.get("text", "") for each in described],
            "Amount": pd.to_numeric(
                pd.Series([each.get("amount") for each in described]), errors="coerce"
            ),
            "Suggestion": [label(row.prediction.value) or "—" for row in rows],
            **(
                {"Field": [row.prediction.field.replace("_", " ") for row in rows]}
                if several
                else {}
            ),
            "Date": [each.get("date", "") for each in described],
            "Status": [status_word(row.prediction.status, row.corrected) for row in rows],
        }
    )


def _bulk(
    desk: Desk, workspace: Workspace, client: str, rows: Sequence[PredictionRow], chosen: list[int]
) -> None:
    selected = [
        rows[place] for place in chosen if place < len(rows) and rows[place].prediction.value
    ]
    within = workspace.predictions(app=desk.name, client=client, status=Status.ACCEPTED)

    def confirm(several: Sequence[PredictionRow]) -> None:
        decision.accept(desk, workspace, several, client)
        session.flash(
            f"{len(several)} line{'s' * (len(several) != 1)} confirmed.", ":material/done_all:"
        )
        st.session_state["review:table"] = session.kept("review:table", 0) + 1

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Confirm selected ({len(selected)})",
            icon=":material/checklist:",
            disabled=not selected,
            on_click=confirm,
            args=(selected,),
        )
        with st.popover(
            "Confirm by confidence…", icon=":material/done_all:", disabled=not rows and not within
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
                row
                for row in rows
                if row.prediction.value and round(row.prediction.confidence * 100) >= least
            ]
            st.button(
                f"Confirm {len(sure)} of the {len(rows)} shown",
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


def _move(rows: Sequence[PredictionRow], place: int) -> None:
    if rows:
        open_at(rows[max(0, min(len(rows) - 1, place))])


def _empty(workspace: Workspace, desk: Desk, client: str, scope: str) -> None:
    waiting = len(workspace.predictions(app=desk.name, client=client, limit=1))
    if scope != "All open" and waiting:
        st.success(
            "Nothing waits for review. What is coded lies within the error budget; look at it under"
            " “All open”, or confirm it all at once above.",
            icon=":material/check_circle:",
        )
    else:
        st.info(
            f"No open line. Put files in at the {desk.title} desk; what the program is not sure of"
            " will wait here, the most doubtful first.",
            icon=":material/inbox:",
        )


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
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        scope = st.segmented_control(
            "Show", ["To review", "All open"], default="To review", required=True,
            key="review:scope", label_visibility="collapsed",
        )  # fmt: skip
        rows = _queue(workspace, desk, client, str(scope))
        items = [item_of(row) for row in rows]
        cursor = st.session_state.get("review:cursor")
        place = items.index(cursor) if cursor in items else 0
        key = f"review:table:{client}:{scope}:{session.kept('review:table', 0)}"
        chosen = list(st.session_state.get(key, {}).get("selection", {}).get("rows", []))
        _bulk(desk, workspace, client, rows, chosen)
        if not rows:
            _empty(workspace, desk, client, str(scope))
            return
        label = decision.labels_of(desk, workspace, rows[place])
        table = _table(desk, workspace, rows, label, place)

        def opened() -> None:
            if (number := select_cell(st.session_state[key])) is not None and number < len(rows):
                open_at(rows[number])

        st.dataframe(
            table,
            key=key,
            hide_index=True,
            height=min(660, 36 + 30 * len(table)),
            row_height=30,
            on_select=opened,
            selection_mode=["multi-row", "single-cell"],
            column_config={
                "": st.column_config.TextColumn(width=24),
                "Sure": share_column(
                    "Sure", "How sure the model is, calibrated on this client's own lines"
                ),
                "Supplier": st.column_config.TextColumn(width=130),
                "Text": st.column_config.TextColumn(width=185),
                "Amount": amount_column("Amount"),
                "Suggestion": st.column_config.TextColumn(width=160),
            },
        )
        st.caption("Click a cell to open a line; tick lines on the left to confirm several.")
    with right:
        row = rows[place]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Previous",
                icon=":material/arrow_upward:",
                shortcut="k",
                disabled=place == 0,
                on_click=_move,
                args=(rows, place - 1),
            )
            st.button(
                "Next",
                icon=":material/arrow_downward:",
                shortcut="j",
                disabled=place >= len(rows) - 1,
                on_click=_move,
                args=(rows, place + 1),
            )
            write(f'<span class="sl-soft sl-small">{place + 1} of {len(rows)}</span>')

        def after() -> None:
            _move(rows, place + 1 if place + 1 < len(rows) else place - 1)

        decision.panel(desk, workspace, row, after=after)
