"""The first page: what is in the workspace for whom, what waits for a person, what came last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from slmapps import plugins
from slmapps.desk import Desk
from slmapps.records import Severity
from slmapps.workspace import PredictionRow, RecordRow, Workspace
from slmapps_ui import decision, jobs, review, session
from slmapps_ui.item_card import card, verdict
from slmapps_ui.items import Item, is_free, item_key, records_of, standing, waiting_items
from slmapps_ui.markup import chip, escape, plain, write
from slmapps_ui.problems import spoken, summary
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
    items: list[Item]

    @property
    def waiting(self) -> list[Item]:
        """The lines that a person still has to look at, the least sure first."""
        return waiting_items(self.items)

    @property
    def done(self) -> int:
        """How many lines are coded within the error budget or settled by a person."""
        return len(self.items) - len(self.waiting)

    @property
    def settled(self) -> int:
        """How many lines a person has settled."""
        return sum(1 for item in self.items if not item.open)

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
    """Gather one client's records and what is said of their lines."""
    return Ledger(
        desk=desk,
        client=client,
        records=records_of(workspace, desk.name, client),
        items=standing(workspace, desk, client),
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
    with st.container(horizontal=True, key="numbers"):
        st.metric("Documents read", f"{sum(len(each.records) for each in ledgers):,}", border=True)
        st.metric(
            "Lines coded",
            f"{sum(each.done for each in ledgers):,}",
            border=True,
            help="Within the error budget, or settled by you",
        )
        st.metric("Lines to review", f"{sum(len(each.waiting) for each in ledgers):,}", border=True)
        st.metric(
            "Documents with alarms", f"{sum(len(each.alarmed) for each in ledgers):,}", border=True
        )


def _clients(ledgers: Sequence[Ledger]) -> None:
    st.subheader("Clients", anchor=False)
    table = pd.DataFrame(
        {
            "Desk": [each.desk.title for each in ledgers],
            "Client": [each.title for each in ledgers],
            "Documents": [len(each.records) for each in ledgers],
            "Alarms": [len(each.alarmed) for each in ledgers],
            "Lines": [sum(not item.free for item in each.items) for each in ledgers],
            "To review": [len(each.waiting) for each in ledgers],
            "Confirmed": [each.settled for each in ledgers],
            "Done": [100 * each.done / max(1, len(each.items)) for each in ledgers],
        }
    )
    counts = {
        name: count_column(name, 66)
        for name in ("Documents", "Alarms", "Lines", "To review", "Confirmed")
    }
    st.dataframe(
        table,
        hide_index=True,
        row_height=30,
        column_config={
            **counts,
            "Desk": st.column_config.TextColumn(width=66),
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
        said = [item for item in ledger.items if item.main.record_id == record.id]
        about = _about(workspace, ledger.desk, record, said)
        waiting = len(waiting_items(said))
        rows.append(
            {
                "Date": about.get("date", ""),
                "From": about.get("supplier", "") or record.key[:24],
                "Document": about.get("invoice", ""),
                "Lines": sum(not item.free for item in said),
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
            "From": st.column_config.TextColumn(width=185),
            "Document": st.column_config.TextColumn(width=150),
            "Date": st.column_config.TextColumn(width=85),
            "State": st.column_config.TextColumn(width=85),
        },
    )


def _about(
    workspace: Workspace, desk: Desk, record: RecordRow, items: Sequence[Item]
) -> dict[str, str]:
    """Describe a document by its lines; a list of several suppliers goes by its own name."""
    if not items:
        return {}
    first, last = (_described(workspace, desk, items[place].main) for place in (0, -1))
    if first.get("supplier") == last.get("supplier"):
        return first
    return {**last, "supplier": "several suppliers", "invoice": str(record.data.get("name", ""))}


def _described(workspace: Workspace, desk: Desk, row: PredictionRow) -> dict[str, str]:
    return desk.describe(workspace, row) if desk.describe else {}


def _next(workspace: Workspace, desk: Desk, row: PredictionRow) -> None:
    label = decision.labels_of(desk, workspace, row)
    write(card(_described(workspace, desk, row), row) + verdict(row, label(row.prediction.value)))
    if st.button(
        "Review it", type="primary", icon=":material/rule:", key="review-next", shortcut="Enter"
    ):
        st.session_state[f"{desk.name}:client"] = row.client
        review.open_at(item_key(row, free=is_free(desk, workspace, row)))
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
            f"<tr><td class='tight'>{chip(spoken(problem.code), tone)}</td>"
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
        if (doubtful := _most_doubtful(ledgers)) is not None:
            _next(workspace, *doubtful)
        else:
            st.success("Nothing waits for review.", icon=":material/check_circle:")
        _alarms(ledgers)
    with st.expander("Recent activity", icon=":material/history:"):
        st.dataframe(activity(workspace, 30), hide_index=True, row_height=30)


def _most_doubtful(ledgers: Sequence[Ledger]) -> tuple[Desk, PredictionRow] | None:
    waiting = [(ledger.desk, item) for ledger in ledgers for item in ledger.waiting[:1]]
    if not waiting:
        return None
    desk, item = min(waiting, key=lambda each: each[1].sure)
    return desk, item.main
