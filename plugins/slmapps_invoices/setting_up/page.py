"""Where a client is set up: its name, its chart and history, the accounts of its exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from slmapps.records import Problem
from slmapps.workspace import Workspace
from slmapps_invoices import desk as invoices
from slmapps_invoices.chart_table import read_chart
from slmapps_invoices.clients import APP
from slmapps_invoices.history_table import read_history
from slmapps_ui import jobs, session
from slmapps_ui.record_form import record_form

__all__ = ["books", "new_client", "set_up"]


def _key(client: str, name: str) -> str:
    return f"{APP}:{client}:{name}"


def new_client(workspace: Workspace) -> None:
    """Add a client by name, and go to it."""
    with st.form("new-client", border=False, clear_on_submit=True):
        name = st.text_input("Name of the client", placeholder="Harbour Street Bakery").strip()
        if st.form_submit_button("Add the client", icon=":material/add:", type="primary") and name:
            workspace.add_client(APP, name, name)
            st.session_state[f"{APP}:client"] = name
            st.rerun()


Take = Callable[[bytes, str], list[Problem]]


def _taken(take: Take, data: bytes, name: str, _progress: jobs.Progress) -> list[Problem]:
    return take(data, name)


def set_up(workspace: Workspace, client: str) -> None:
    """Upload the chart of accounts and the reviewed history."""

    def chart(data: bytes, name: str) -> list[Problem]:
        frame, problems = read_chart(data, name=name)
        if frame is not None:
            problems = problems + invoices.import_chart(workspace, client, frame)
        return problems

    def history(data: bytes, name: str) -> list[Problem]:
        frame, problems = read_history(data, name=name)
        if frame is not None:
            problems = problems + invoices.import_history(workspace, client, frame)
        return problems

    for name, title, about, take in (
        (
            "chart",
            "Chart of accounts",
            "CSV or XLSX with the columns account and name; group and retired if you have them.",
            chart,
        ),
        (
            "history",
            "Reviewed history",
            "Lines booked before: supplier, text, amount, date and the account they went to.",
            history,
        ),
    ):
        round_ = session.kept(_key(client, f"{name}:round"), 0)
        st.markdown(f"**{title}**  \n:small[{about}]")
        upload = st.file_uploader(
            title, key=_key(client, f"{name}:{round_}"), label_visibility="collapsed"
        )
        if upload is None:
            continue
        jobs.start(
            _key(client, "job"),
            f"{title}: {upload.name}",
            partial(_taken, take, upload.getvalue(), upload.name),
        )
        st.session_state[_key(client, f"{name}:round")] = round_ + 1
        st.rerun()


BOOKS = {
    "currency": "Currency",
    "payables.account": "Trade creditors",
    "tax.account": "VAT on purchases",
    "rounding.account": "Rounding differences",
    "datev.consultant": "DATEV: consultant's number",
    "datev.client": "DATEV: client's number",
}


def books(workspace: Workspace, client: str) -> None:
    """Say what the exports must know beyond the lines: accounts of what is owed, and the like."""
    st.markdown("**Exports**  \n:small[The accounts that no line is coded to.]")
    kept = record_form(
        invoices.export_settings(workspace, client),
        BOOKS,
        stored=workspace.setting(APP, client, "export", {}),
        key=_key(client, "books"),
    )
    if kept is not None:
        workspace.set_setting(APP, client, "export", kept, who=session.who())
        session.flash("The exports are set.")
        st.rerun()
