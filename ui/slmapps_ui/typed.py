"""A value that is typed, with what the page shows of it right above the input."""

from __future__ import annotations

import streamlit as st

from slmapps.records import Span
from slmapps.workspace import PredictionRow, Workspace
from slmapps_ui.document_view import page_sheet

__all__ = ["entry"]


def entry(workspace: Workspace, row: PredictionRow, key: str) -> None:
    """Draw the crop of the page and an input that starts at what is said, under ``key``."""
    place = next((each.span for each in row.prediction.evidence if _is_place(each.span)), None)
    if place is not None:
        _crop(workspace, place)
    held = row.corrected if row.corrected is not None else row.prediction.value
    st.session_state.setdefault(key, held or "")
    st.text_input(
        row.prediction.field.replace("_", " ").replace(".", " ").capitalize(),
        key=key,
        max_chars=300,
        placeholder="Type it as the page prints it…",
    )


def _is_place(span: Span | None) -> bool:
    return span is not None and span.page is not None and span.box is not None


def _crop(workspace: Workspace, place: Span) -> None:
    assert place.page is not None
    assert place.box is not None
    sheet = page_sheet(workspace, place.document, place.page)
    if sheet is None:
        st.caption("The page cannot be drawn.")
    else:
        st.image(sheet.crop(place.box))
