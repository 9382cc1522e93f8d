"""The page of the invoices desk: files in, lines coded and corrected, exports out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from slmapps.workspace import Workspace
from slmapps_invoices import desk as invoices
from slmapps_invoices.clients import APP
from slmapps_invoices.export import FORMATS, export
from slmapps_invoices.overview import (
    Entry,
    doubtful,
    entries,
    invoice_facts,
    invoice_table,
    line_table,
    printed,
)
from slmapps_invoices.page_fields import is_page_read
from slmapps_invoices.page_review import page_review
from slmapps_invoices.setting_up.page import books, new_client, set_up
from slmapps_ui import decision, jobs, session
from slmapps_ui.document_view import document_view
from slmapps_ui.evidence import status_word
from slmapps_ui.items import grouped, records_of, standing
from slmapps_ui.markup import facts, plain, write
from slmapps_ui.outcome import cut_off, outcome
from slmapps_ui.problems import problem_list
from slmapps_ui.shares import shares_form
from slmapps_ui.tables import amount_column, count_column, selected_row, share_column
from slmapps_ui.trail import activity
from slmapps_ui.uploads import spooled

__all__ = ["render"]

ALL, CHOSEN = "All invoices", "The one below"


def _key(client: str, name: str) -> str:
    return f"{APP}:{client}:{name}"


def _entries(workspace: Workspace, client: str) -> list[Entry]:
    """Everything of the client, read again only when its audit trail has grown."""
    newest = workspace.audit(1, app=APP, client=client)
    stamp = (workspace.url, newest[0].id if newest else 0)
    items = standing(workspace, session.desk_of(APP), client)
    held = session.kept(_key(client, "entries"), {})
    if held.get("stamp") != stamp:
        held["stamp"] = stamp
        held["entries"] = entries(
            records_of(workspace, APP, client),
            [row for item in items for row in item.rows],
        )
    found: list[Entry] = held["entries"]
    return found


# Files in


def _upload(workspace: Workspace, client: str) -> None:
    round_ = session.kept(_key(client, "round"), 0)
    uploads = st.file_uploader(
        "Invoices and lists of lines",
        accept_multiple_files=True,
        label_visibility="collapsed",
        key=_key(client, f"files:{round_}"),
    )
    if not uploads:
        return
    files = [(upload.name, upload.getvalue()) for upload in uploads]

    def read(progress: jobs.Progress) -> Any:
        with spooled(files) as paths:
            return invoices.process_files(workspace, client, paths, progress=progress)

    what = f"{len(files)} files" if len(files) > 1 else files[0][0]
    jobs.start(_key(client, "job"), f"Reading {what}", read)
    st.session_state[_key(client, "round")] = round_ + 1
    st.rerun()


# One invoice


def _lines(workspace: Workspace, client: str, entry: Entry) -> None:
    accounts = entry.accounts
    desk = session.desk_of(APP)
    first = next(iter(accounts.values()), None)
    label = decision.labels_of(desk, workspace, first) if first else decision.Labels({})
    coded = invoices.coded_invoices(workspace, client, [entry.record.id]) if accounts else []
    table = line_table(entry, coded[0] if coded else None, label, status_word)
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        key = _key(client, f"lines:{entry.record.id}")
        st.dataframe(
            table,
            key=key,
            hide_index=True,
            row_height=30,
            height=min(420, 38 + 30 * max(1, len(table))),
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "Line": count_column("Line", 36),
                "Description": st.column_config.TextColumn(width=200),
                "Net": amount_column("Net"),
                "Price": amount_column("Price"),
                "Account": st.column_config.TextColumn(width=180),
                "Sure": share_column("Sure", "Calibrated on this client's own lines"),
            },
        )
        numbers = sorted(accounts)
        chosen = selected_row(st.session_state.get(key))
        if chosen is not None and chosen < len(numbers):
            number: int | None = numbers[chosen]
        else:
            number = doubtful(entry)
        if number is None:
            st.caption("This document has no line that could be coded; its problems say why.")
            return
        which = "the most doubtful one" if chosen is None else "as ticked"
        st.markdown(f"**Why line {number + 1}** :small[({which})]")
        why = st.container()
        _split(workspace, client, entry, number, label)
    with right:
        about = [row for row in entry.predictions if row.item == accounts[number].item]
        decision.panel(desk, workspace, grouped(desk, workspace, about)[0], why=why)


def _split(
    workspace: Workspace, client: str, entry: Entry, number: int, label: decision.Labels
) -> None:
    line = entry.line(number)
    with st.expander(
        f"Split line {number + 1} over several accounts", icon=":material/call_split:"
    ):
        key = _key(client, f"split:{entry.record.id}:{number}")
        shares = shares_form(label, key=key, net=line.net if line else None, noun="Account")
        if st.button("Split", key=f"{key}:do", disabled=not shares) and shares:
            invoices.split(workspace, entry.record.id, number, shares, who=session.who())
            session.flash(f"Line {number + 1} is split over {len(shares)} accounts.")
            st.rerun()


def _detail(workspace: Workspace, client: str, entry: Entry) -> None:
    write(facts(invoice_facts(entry)))
    problems = entry.record.problems
    counted = f"Problems ({len(problems)})" if problems else "Problems"
    # Only the open tab is worked out: a page is drawn and an audit trail read when asked for.
    names = ["Lines", counted, "Document", "Audit trail"]
    # Other tabs are drawn when the count of problems changes; the one that was open stays so.
    held, key = (_key(client, f"{name}:{entry.record.id}") for name in ("tab", "tabs"))
    drawn = session.kept(f"{key}:drawn", {})
    if drawn.get("counted") != counted:
        drawn.update(
            counted=counted, first=session.kept(held, 0), number=drawn.get("number", 0) + 1
        )
    tabs = st.tabs(
        names, default=names[drawn["first"]], key=f"{key}:{drawn['number']}", on_change="rerun"
    )
    st.session_state[held] = next((at for at, tab in enumerate(tabs) if tab.open), 0)
    lines, trouble, document, audit = tabs
    if lines.open:
        with lines:
            _lines(workspace, client, entry)
    if trouble.open:
        with trouble:
            if problems:
                problem_list(problems)
            else:
                st.caption("None: it reads, it adds up, and it was not seen before.")
    if document.open:
        with document:
            _document(workspace, client, entry)
    if audit.open:
        with audit:
            about = {
                f"record {entry.record.id}",
                *(f"prediction {row.id}" for row in entry.predictions),
            }
            trail = activity(workspace, 2000, app=APP, client=client, about=about)
            st.dataframe(trail.drop(columns="Client"), hide_index=True)


def _document(workspace: Workspace, client: str, entry: Entry) -> None:
    key = _key(client, f"document:{entry.record.id}")
    if is_page_read(entry.record.data):
        page_review(workspace, entry.record.id, key)
        return
    document_view(
        workspace,
        entry.record.document,
        key=key,
        places=entry.invoice.places if entry.invoice else None,
        values=printed(entry),
    )


# Out


def _export(
    workspace: Workspace, client: str, of_client: Sequence[Entry], chosen: Entry | None
) -> None:
    which = [ALL, CHOSEN] if chosen else [ALL]
    key = _key(client, "export")
    scope = st.segmented_control("What", which, default=ALL, required=True, key=f"{key}:scope")
    name = st.selectbox(
        "Format",
        list(FORMATS),
        format_func=lambda name: FORMATS[name].title,
        key=f"{key}:format",
    )
    unreviewed = st.toggle("Include lines that still wait for review", key=f"{key}:unreviewed")
    picked = [chosen] if scope == CHOSEN and chosen else list(of_client)
    if not picked:
        st.caption("There is nothing to export yet.")
        return
    settings = invoices.export_settings(workspace, client)
    settings = settings.model_copy(update={"unreviewed": unreviewed})
    coded = invoices.coded_invoices(workspace, client, [each.record.id for each in picked])
    data, file_name, problems = export(coded, name, settings=settings)
    if data:
        st.download_button(
            f"Download {plain(file_name)}",
            data,
            file_name=file_name,
            type="primary",
            icon=":material/download:",
            key=f"{key}:download",
            on_click="ignore",
        )
    else:
        st.caption("Nothing can leave in this format yet:")
    problem_list(problems[:6], files=True)
    if len(problems) > 6:
        st.caption(f"and {len(problems) - 6} more")


# The page


def render() -> None:
    """Draw the page."""
    workspace = session.workspace()
    client = session.pick_client(APP)
    if client is None:
        st.title("Invoices", anchor=False)
        st.info(
            "Three steps: add a client, upload its chart of accounts, drop in its invoices. Every"
            " line is coded from the first one on, and each correction is learnt at once.",
            icon=":material/lightbulb:",
        )
        with st.container(width=420):
            new_client(workspace)
        return
    of_client = _entries(workspace, client)
    charted = invoices.has_chart(workspace, client)
    chosen = _chosen(client, of_client)
    title, files, actions = st.columns([0.14, 0.48, 0.38], vertical_alignment="center")
    title.title("Invoices", anchor=False)
    with actions, st.container(horizontal=True, horizontal_alignment="right"):
        out = st.popover(
            "Export",
            icon=":material/ios_share:",
            disabled=not of_client,
            key=_key(client, "export:open"),
            on_change="rerun",
        )
        if out.open:
            with out:
                _export(workspace, client, of_client, chosen)
        if charted:
            with st.popover("Set up", icon=":material/account_tree:"):
                set_up(workspace, client)
                books(workspace, client)
        with st.popover("New client", icon=":material/add_business:"):
            new_client(workspace)
    running = outcome(_key(client, "job"))
    if not charted:
        if not running:
            st.info(
                f"{plain(session.title_of(APP, client))} needs its chart of accounts first: lines"
                " are coded to it and to nothing else.",
                icon=":material/account_tree:",
            )
            with st.container(width=620):
                set_up(workspace, client)
        return
    with files, st.container(key="drop-invoices"):
        _upload(workspace, client)
    if not running:
        cut_off(workspace, APP, client)
    if not of_client:
        if not running:
            st.info(
                "No invoice yet. Drop files above: invoices as PDF, scan or photo, e-invoices (UBL,"
                " CII, Factur-X or ZUGFeRD, FatturaPA) or lists of lines (CSV, XLSX). Each is read,"
                " checked, coded line by line and kept.",
                icon=":material/inbox:",
            )
        return
    _table(client, of_client)
    if chosen is not None:
        _detail(workspace, client, chosen)
    else:
        st.caption("Tick an invoice to see its lines, its page, its problems and who did what.")


def _table_key(client: str) -> str:
    return _key(client, f"table:{session.kept(_key(client, 'round'), 0)}")


def _chosen(client: str, of_client: Sequence[Entry]) -> Entry | None:
    place = selected_row(st.session_state.get(_table_key(client)))
    return of_client[place] if place is not None and place < len(of_client) else None


def _table(client: str, of_client: Sequence[Entry]) -> None:
    table = invoice_table(of_client)
    st.dataframe(
        table,
        key=_table_key(client),
        hide_index=True,
        row_height=30,
        height=min(218 if _chosen(client, of_client) else 698, 38 + 30 * len(table)),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        column_config={
            "State": st.column_config.TextColumn(width=66),
            "Date": st.column_config.TextColumn(width=82),
            "Number": st.column_config.TextColumn(width=130),
            "Seller": st.column_config.TextColumn(width=220),
            "Cur.": st.column_config.TextColumn(width=44),
            "Alarms": st.column_config.TextColumn(width=165),
            "Net": amount_column("Net"),
            "Tax": amount_column("Tax"),
            "Total": amount_column("Total"),
            "Lines": count_column("Lines", 50),
            "To review": count_column("To review", 70),
        },
    )
