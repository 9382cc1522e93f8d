"""A document as it came in: its page with boxes, its XML, its table or its text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from slmapps.records import Document, Span
from slmapps.workspace import Workspace
from slmapps_ui import pagesheet
from slmapps_ui.uploads import safe_name

__all__ = ["document_view", "file_button", "page_sheet"]

XML_SHOWN = 200_000
"""Characters of XML and text that are shown; the file itself can always be downloaded."""


@st.cache_data(max_entries=24, show_spinner="Drawing the page…")
def _sheet(sha256: str, page: int, _document: Document, _data: bytes) -> pagesheet.Sheet | None:
    del sha256  # it names the bytes, which are not hashed again
    return pagesheet.sheet(_document, _data, page)


def page_sheet(workspace: Workspace, sha256: str, page: int) -> pagesheet.Sheet | None:
    """Draw a kept document's page (from 0), once; None where it is not kept or cannot be drawn."""
    document, data = workspace.document(sha256), workspace.document_bytes(sha256)
    if document is None or data is None:
        return None
    return _sheet(sha256, page, document, data)


def file_button(workspace: Workspace, sha256: str, *, key: str) -> None:
    """Offer the file as it came in."""
    document, data = workspace.document(sha256), workspace.document_bytes(sha256)
    if document is None or data is None:
        return
    st.download_button(
        "The file as it came",
        data,
        file_name=safe_name(document.name),
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}:file",
    )


def document_view(
    workspace: Workspace,
    sha256: str | None,
    *,
    key: str,
    places: dict[str, Span] | None = None,
    values: Sequence[str] = (),
) -> None:
    """Show the document with that sha256; ``places`` and ``values`` are marked on its pages."""
    document = workspace.document(sha256) if sha256 else None
    data = workspace.document_bytes(sha256) if sha256 else None
    if document is None or data is None:
        st.caption("The file was not kept.")
        return
    file_button(workspace, document.sha256, key=key)
    if pagesheet.can_draw(document):
        _pages(document, data, key, places or {}, values)
    elif document.xml is not None:
        text = document.xml[:XML_SHOWN].decode("utf-8", "replace")
        st.code(text, language="xml", height=520)
    elif document.tables:
        sheet = document.tables[0]
        frame = pd.DataFrame(list(sheet.rows[:500]), columns=list(sheet.columns))
        st.dataframe(frame, hide_index=True)
    else:
        st.text(document.text[:XML_SHOWN])


def _pages(
    document: Document, data: bytes, key: str, places: dict[str, Span], values: Sequence[str]
) -> None:
    page = 0
    if len(document.pages) > 1:
        page = st.pagination(len(document.pages), key=f"{key}:page") - 1
    boxes = pagesheet.boxes_of(document, places, values)
    drawn = _sheet(document.sha256, page, document, data)
    if drawn is None:
        st.caption("This page could not be drawn within ten seconds.")
    else:
        st.image(drawn.png([box for at, box in boxes if at == page]), width=760)
