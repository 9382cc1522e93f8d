"""An invoice with its coding: what the exporters take and the desk hands over.

Design choices:

* The coding stands beside the invoice and never changes it: an invoice is what the seller said.
* A split carries net amounts, not shares: rounding is decided once, where the split is made.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from slmapps.records import Status
from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["CodedInvoice", "CodedLine"]


class CodedLine(BaseModel):
    """One invoice line and where it is booked.

    ``account`` is the account's code in the client's chart (its name, where the chart has no
    codes). ``status`` is ``accepted`` for a line within the error budget or settled by a person,
    ``review`` while a person still has to look, ``refused`` where nothing is suggested.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: InvoiceLine
    account: str | None = None
    account_name: str = ""
    tax_code: str | None = None
    cost_centre: str | None = None
    department: str | None = None
    splits: tuple[tuple[str, Decimal], ...] = Field(
        default=(),
        description="(account, net amount); empty, or adding up to the line's net to the cent",
    )
    status: Status = Status.REVIEW


class CodedInvoice(BaseModel):
    """An invoice, its coded lines in the invoice's own order, and who sold it.

    ``seller_key`` is the client's identity of the seller across spellings; ``original`` the bytes
    of the XML that the invoice was read from, so that an export can keep everything in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    invoice: Invoice
    lines: tuple[CodedLine, ...] = ()
    seller_key: str = ""
    record_id: int | None = None
    file: str = ""
    original: bytes | None = Field(default=None, repr=False)
