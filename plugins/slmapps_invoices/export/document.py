"""The entries as JSON: for programs of one's own.

Amounts are decimal strings, dates ISO. The schema is that of ``Entry`` under ``entries``:
``Ledger.model_json_schema()`` gives it.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from slmapps_invoices.export.entries import Batch, Entry, Written, checked

__all__ = ["Ledger", "write_json"]


class Ledger(BaseModel):
    """A batch of balanced entries of one client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: str
    currency: str
    entries: tuple[Entry, ...]


def write_json(batch: Batch) -> Written:
    """The batch as one JSON document, indented."""
    ledger = Ledger(
        client=batch.settings.client, currency=batch.settings.currency, entries=batch.entries
    )
    data = ledger.model_dump_json(indent=2).encode("utf-8") + b"\n"
    agrees = Ledger.model_validate_json(data) == ledger
    return checked(data, "invoices.json", (), agrees=agrees)
