"""The pages of an invoice beside what was read off them: go through it, put it right, confirm it.

Design choices:

* Page, fields and input are one component, so that choosing a field, clicking a word and typing
  wait for nothing; Python hears what a person says and answers with the record as it is then.
* Whatever comes from the document goes to the component as data and is set as text there.
* Only pages that are looked at are drawn, and each is sent once while it stays open.
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from slmapps.records import Correction, Document, Span
from slmapps_invoices import desk as invoices
from slmapps_invoices.clients import APP
from slmapps_invoices.page_desk import PLACE
from slmapps_invoices.page_fields import page_invoice
from slmapps_invoices.page_views import FieldView, field_views, sums
from slmapps_ui import decision, session
from slmapps_ui.document_view import file_button, page_sheet

if TYPE_CHECKING:
    from slmapps.workspace import RecordRow, Workspace

__all__ = ["page_review"]

MOST_WORDS = 4000
"""Words of a page that can be clicked."""


@cache
def _component() -> Any:
    here = Path(__file__).parent
    return st.components.v2.component(
        "slmapps_invoices.page_review",
        css=(here / "page_review.css").read_text("utf-8"),
        js=(here / "page_review.js").read_text("utf-8"),
    )


def page_review(workspace: Workspace, record_id: int, key: str) -> None:
    """Draw the pages of a record that was read off them, with its fields."""
    record = workspace.record(record_id)
    document = workspace.document(record.document) if record.document else None
    if document is None:
        st.caption("The file was not kept.")
        return
    views = _views(workspace, record)
    error = st.session_state.pop(f"{key}:error", None)
    newest = workspace.audit(1, app=APP, client=record.client)
    tries = session.kept(f"{key}:tries", 0)
    _component()(
        key=key,
        data={
            "id": key,
            "version": f"{newest[0].id if newest else 0}:{tries}",
            "fields": [view.as_json() for view in views],
            "pages": [
                _page(workspace, document, number) for number in _wanted(document, views, key)
            ],
            "count": len(document.pages),
            "sums": [{"text": each.text, "holds": each.holds} for each in _sums(record)],
            "undo": decision.undoable(APP, record.client),
            "error": error,
        },
        on_said_change=lambda: _hear(workspace, record_id, key),
        on_undo_change=lambda: _undo(workspace, record.client, key),
        on_page_change=lambda: None,
    )
    file_button(workspace, document.sha256, key=key)


def _views(workspace: Workspace, record: RecordRow) -> list[FieldView]:
    return field_views(record.data, workspace.predictions(record_id=record.id, open_only=False))


def _sums(record: RecordRow) -> list[Any]:
    invoice = page_invoice(record.data)
    return [] if invoice is None else sums(invoice)


def _wanted(document: Document, views: list[FieldView], key: str) -> list[int]:
    """Give the pages that are looked at: those asked for, and that of the first that waits."""
    asked = st.session_state.get(key, {}).get("page")
    first = next((each.page for each in views if each.waits and each.page is not None), None)
    shown: list[int] = session.kept(f"{key}:pages", [])
    for number in (0 if first is None else first, asked):
        if number is not None and number not in shown and 0 <= number < len(document.pages):
            shown.append(number)
    return shown[-4:]


def _page(workspace: Workspace, document: Document, number: int) -> dict[str, Any]:
    page = document.pages[number]
    sheet = page_sheet(workspace, document.sha256, page.number)
    image = None
    if sheet is not None:
        image = f"data:image/jpeg;base64,{base64.b64encode(sheet.jpeg).decode('ascii')}"
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "image": image,
        "words": [[word.text, *word.box] for word in page.words[:MOST_WORDS]],
    }


def _hear(workspace: Workspace, record_id: int, key: str) -> None:
    """Store what a person said of a field; what cannot be right comes back with the cure."""
    said = st.session_state[key].get("said")
    if not said:
        return
    st.session_state[f"{key}:tries"] = session.kept(f"{key}:tries", 0) + 1
    name, value = str(said["key"]), str(said["value"])
    record = workspace.record(record_id)
    view = next((each for each in _views(workspace, record) if each.key == name), None)
    if view is None:
        return
    place = _pointed(record, said)
    try:
        if view.prediction is None:
            if value:
                before = workspace.live_corrections(APP, record.client)
                invoices.add_field(
                    workspace, record_id, name, value, place=place, who=session.who()
                )
                decision.remember(session.desk_of(APP), workspace, record.client, before)
            return
        correction = Correction(
            prediction_id=view.prediction,
            field=workspace.prediction(view.prediction).prediction.field,
            value=value,
            right_as_is=bool(said["as_it_is"]),
            who=session.who(),
            note={} if place is None else {PLACE: place.model_dump(mode="json")},
        )
        decision.apply(session.desk_of(APP), workspace, [correction], record.client)
    except ValueError as problem:
        st.session_state[f"{key}:error"] = {"key": name, "value": value, "text": str(problem)}


def _pointed(record: RecordRow, said: dict[str, Any]) -> Span | None:
    if said.get("box") is None or said.get("page") is None or record.document is None:
        return None
    left, top, right, bottom = (float(edge) for edge in said["box"])
    return Span(document=record.document, page=int(said["page"]), box=(left, top, right, bottom))


def _undo(workspace: Workspace, client: str, key: str) -> None:
    st.session_state[f"{key}:tries"] = session.kept(f"{key}:tries", 0) + 1
    decision.undo_last(session.desk_of(APP), workspace, client)
