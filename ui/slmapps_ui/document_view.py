"""A document as it came in: its page with boxes, its XML, its table or its text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from slmapps.records import Document, Span
from slmapps.workspace import Workspace
from slmapps_ui import pagesheet
from slmapps_ui.uploads import safe_name

__all__ = ["document_view"]

XML_SHOWN = 200_000
"""Characters of XML and text that are shown; the file itself can always be downloaded."""


@st.cache_data(max_entries=24, show_spinner="Drawing the page…")
def _image(
    sha256: str,  # noqa: ARG001 - it names the bytes, which are not hashed again
    page: int,
    boxes: tuple[pagesheet.Box, ...],
    _data: bytes,
) -> bytes | None:
    return pagesheet.page_image(_data, page, boxes)


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
    st.download_button(
        "The file as it came",
        data,
        file_name=safe_name(document.name),
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}:file",
    )
    if document.pages and document.media_type == "application/pdf":
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
    image = _image(document.sha256, page, tuple(box for at, box in boxes if at == page), data)
    if image is None:
        st.caption("This page could not be drawn within ten seconds.")
    else:
        st.image(image, width=760)
