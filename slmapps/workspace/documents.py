"""Documents by the sha256 of their bytes; the bytes themselves are in the database."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from sqlalchemy import select

from slmapps.records import Document, now
from slmapps.workspace.store import Store
from slmapps.workspace.tables import Documents

__all__ = ["DocumentStore"]


def _lifted(document: Document, data: bytes) -> bytes:
    body: dict[str, Any] = json.loads(document.model_dump_json(exclude={"xml", "attachments"}))
    if document.xml is not None:
        same = document.xml == data  # the common case: the file is the XML
        body["xml"] = True if same else base64.b64encode(document.xml).decode()
    body["attachments"] = {
        name: base64.b64encode(content).decode() for name, content in document.attachments.items()
    }
    return zlib.compress(json.dumps(body).encode(), 3)


def _document(lifted: bytes, data: bytes) -> Document:
    body = json.loads(zlib.decompress(lifted))
    xml = body.pop("xml", None)
    attachments = {
        name: base64.b64decode(content) for name, content in body.pop("attachments").items()
    }
    return Document.model_validate(
        body
        | {
            "xml": data if xml is True else xml and base64.b64decode(xml),
            "attachments": attachments,
        }
    )


class DocumentStore(Store):
    """The part of the workspace that keeps documents."""

    def add_document(self, document: Document, data: bytes) -> bool:
        """Keep ``document`` with its bytes; False if these bytes were there already."""
        row = self._insert(Documents).values(
            sha256=document.sha256,
            name=document.name,
            media_type=document.media_type,
            size=document.size,
            data=data,
            lifted=_lifted(document, data),
            created_at=now(),
        )
        with self.transaction() as connection:
            stored = row.on_conflict_do_nothing().returning(Documents.sha256)
            added = connection.execute(stored).scalar() is not None
            if added:
                self._note(
                    connection,
                    "document added",
                    app="",
                    client="",
                    subject=document.sha256,
                    detail={"media_type": document.media_type, "size": document.size},
                )
            return added

    def document(self, sha256: str) -> Document | None:
        """Give the Document with everything that was lifted out of it, None if it isn't kept."""
        wanted = select(Documents.lifted, Documents.data).where(Documents.sha256 == sha256)
        with self.reading() as connection:
            found = connection.execute(wanted).one_or_none()
        return None if found is None else _document(found.lifted, found.data)

    def document_bytes(self, sha256: str) -> bytes | None:
        """Give the file as it came in, None if it isn't kept."""
        wanted = select(Documents.data).where(Documents.sha256 == sha256)
        with self.reading() as connection:
            data: bytes | None = connection.execute(wanted).scalar()
        return data
