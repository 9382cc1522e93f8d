"""The first page: what is in the workspace for whom, what waits for a person, what came last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from slmapps import plugins
from slmapps.desk import Desk
from slmapps.records import Severity, Status
from slmapps.workspace import PredictionRow, RecordRow, Workspace
from slmapps_ui import decision, jobs, review, session
from slmapps_ui.item_card import card, verdict
from slmapps_ui.markup import chip, escape, plain, write
from slmapps_ui.problems import summary
from slmapps_ui.tables import count_column, share_column
from slmapps_ui.trail import activity

__all__ = ["Ledger", "render", "tally"]

LATEST = 9
"""Documents shown on the first page; the rest is at the desk."""
ALARMS = 5


@dataclass(frozen=True)
class Ledger:
    """One client at one desk in numbers, and its newest records."""

    desk: Desk
    client: str
    records: list[RecordRow]
    coded: int
    review: int
    refused: int
    settled: int

    @property
    def waiting(self) -> int:
        """How many Predictions a person still has to look at."""
        return self.review + self.refused

    @property
    def alarmed(self) -> list[RecordRow]:
        """The records that a person should look at before anything is booked."""
        return [record for record in self.records if _grave(record)]

    @property
    def title(self) -> str:
        """What people call the client."""
        return session.title_of(self.desk.name, self.client)


def _grave(record: RecordRow) -> bool:
    return any(problem.severity is not Severity.INFO for problem in record.problems)


def tally(workspace: Workspace, desk: Desk, client: str) -> Ledger:
    """Count one client's records and Predictions."""

    def count(status: Status) -> int:
        return workspace.count_predictions(app=desk.name, client=client, status=status)

    return Ledger(
        desk=desk,
        client=client,
        records=workspace.records(app=desk.name, client=client, newest=True),
        coded=count(Status.ACCEPTED),
        review=count(Status.REVIEW),
        refused=count(Status.REFUSED),
        settled=len(workspace.live_corrections(desk.name, client)),
    )


def _load(load: Callable[[Workspace], None], workspace: Workspace) -> None:
    jobs.start("samples", "Loading the sample client", lambda _progress: load(workspace))


def _welcome(workspace: Workspace) -> None:
    job = jobs.show("samples")
    if job is not None:
        jobs.forget("samples")
        if not job.error:
            st.rerun()
        st.error(f"The sample client could not be loaded: {plain(job.error)}")
    elif jobs.current("samples") is not None:
        st.caption("The reader is prepared once on this machine; this can take a minute.")
        return
    st.subheader("Nothing here yet")
    st.write(
        "Load the sample client to see the whole job done on a made-up business, or go to a desk"
        " and add a client of your own. Nothing that you put in leaves this machine."
    )
    with st.container(horizontal=True):
        for desk in session.open_desks():
            if desk.samples is not None:
                st.button(
                    "Load the sample client",
                    type="primary",
                    icon=":material/science:",
                    key=f"samples:{desk.name}",
                    on_click=_load,
                    args=(desk.samples, workspace),
                )
            if st.button(f"Go to {desk.title}", icon=desk.icon, key=f"go:{desk.name}"):
                session.go(desk.name)


def _numbers(ledgers: Sequence[Ledger]) -> None:
    coded = sum(each.coded + each.settled for each in ledgers)
    with st.container(horizontal=True, key="numbers"):
        st.metric("Documents read", f"{sum(len(each.records) for each in ledgers):,}", border=True)
        st.metric(
            "Coded", f"{coded:,}", border=True, help="Within the error budget, or settled by you"
        )
        st.metric("Wait for review", f"{sum(each.waiting for each in ledgers):,}", border=True)
        st.metric("With alarms", f"{sum(len(each.alarmed) for each in ledgers):,}", border=True)


def _clients(ledgers: Sequence[Ledger]) -> None:
    st.subheader("Clients", anchor=False)
    table = pd.DataFrame(
        {
            "Desk": [each.desk.title for each in ledgers],
            "Client": [each.title for each in ledgers],
            "Documents": [len(each.records) for each in ledgers],
            "Alarms": [len(each.alarmed) for each in ledgers],
            "To review": [each.waiting for each in ledgers],
            "Confirmed": [each.settled for each in ledgers],
            "Done": [
                100 * (each.coded + each.settled) / max(1, each.coded + each.settled + each.waiting)
                for each in ledgers
            ],
        }
    )
    counts = {
        name: count_column(name, 80) for name in ("Documents", "Alarms", "To review", "Confirmed")
    }
    st.dataframe(
        table,
        hide_index=True,
        row_height=30,
        column_config={
            **counts,
            "Desk": st.column_config.TextColumn(width=80),
            "Done": share_column("Done", "Coded within the error budget or confirmed, of all"),
        },
    )


def _latest(workspace: Workspace, ledgers: Sequence[Ledger]) -> None:
    newest = sorted(
        ((ledger, record) for ledger in ledgers for record in ledger.records[:LATEST]),
        key=lambda each: -each[1].id,
    )[:LATEST]
    st.subheader("Latest documents", anchor=False)
    if not newest:
        st.caption("Nothing has been read yet. Put files in at a desk.")
        return
    rows = []
    for ledger, record in newest:
        said = workspace.predictions(record_id=record.id, open_only=False)
        said = [row for row in said if row.superseded_by is None]
        about = _described(workspace, ledger.desk, said[0]) if said else {}
        waiting = sum(
            1
            for row in said
            if row.corrected is None and row.prediction.status is not Status.ACCEPTED
        )
        rows.append(
            {
                "Date": about.get("date", ""),
                "From": about.get("supplier", "") or record.key[:24],
                "Document": about.get("invoice", ""),
                "Lines": len({row.item for row in said}),
                "State": f"{waiting} to review" if waiting else "coded" if said else "—",
                "Alarms": summary(record.problems),
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=30,
        column_config={
            "Lines": count_column("Lines", 55),
            "From": st.column_config.TextColumn(width=190),
        },
    )


def _described(workspace: Workspace, desk: Desk, row: PredictionRow) -> dict[str, str]:
    return desk.describe(workspace, row) if desk.describe else {}


def _next(workspace: Workspace, desk: Desk, row: PredictionRow) -> None:
    label = decision.labels_of(desk, workspace, row)
    write(card(_described(workspace, desk, row), row) + verdict(row, label(row.prediction.value)))
    if st.button(
        "Review it", type="primary", icon=":material/rule:", key="review-next", shortcut="Enter"
    ):
        st.session_state[f"{desk.name}:client"] = row.client
        review.open_at(row)
        session.go("review")


def _alarms(ledgers: Sequence[Ledger]) -> None:
    grave = [record for each in ledgers for record in each.alarmed]
    st.subheader("Alarms", anchor=False)
    if not grave:
        st.caption("None: every document reads, adds up, and was not seen before.")
        return
    lines = []
    for record in grave[:ALARMS]:
        problem = max(record.problems, key=lambda each: each.severity is Severity.ERROR)
        tone = "bad" if problem.severity is Severity.ERROR else "warn"
        lines.append(
            f"<tr><td class='tight'>{chip(problem.code, tone)}</td>"
            f"<td>{escape(problem.message)}</td></tr>"
        )
    write(f'<table class="sl-rows">{"".join(lines)}</table>')
    if len(grave) > ALARMS:
        st.caption(f"and {len(grave) - ALARMS} more at the desk")


def render() -> None:
    """Draw the page."""
    workspace = session.workspace()
    st.title("Home", anchor=False)
    for problem in plugins.problems():
        st.warning(f"{plain(problem.message)} {plain(problem.cure)}")
    ledgers = [
        tally(workspace, desk, client)
        for desk in session.open_desks()
        for client in workspace.clients(desk.name)
    ]
    if not ledgers:
        _welcome(workspace)
        return
    _numbers(ledgers)
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        _clients(ledgers)
        _latest(workspace, ledgers)
    with right:
        st.subheader("Next doubtful line", anchor=False)
        if (doubtful := _most_doubtful(workspace, ledgers)) is not None:
            _next(workspace, *doubtful)
        else:
            st.success("Nothing waits for review.", icon=":material/check_circle:")
        _alarms(ledgers)
    with st.expander("Recent activity", icon=":material/history:"):
        st.dataframe(activity(workspace, 30), hide_index=True, row_height=30)


def _most_doubtful(
    workspace: Workspace, ledgers: Sequence[Ledger]
) -> tuple[Desk, PredictionRow] | None:
    for status in (Status.REVIEW, Status.REFUSED):
        for ledger in sorted(ledgers, key=lambda each: -each.waiting):
            rows = workspace.predictions(
                app=ledger.desk.name, client=ledger.client, status=status, order="doubt", limit=1
            )
            if rows:
                return ledger.desk, rows[0]
    return None
