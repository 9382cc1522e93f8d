"""An invoice as a bookkeeper posts it: the one shape that every ledger format is written from.

Design choices:

* Amounts carry the sign of the ledger: what is bought is positive (debit), a credit is negative.
* ``net`` and ``tax`` of the postings add up to what is owed, to the cent, or there is no Entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from slmapps.records import Problem
from slmapps_invoices.coded import CodedInvoice
from slmapps_invoices.export.settings import ExportSettings

__all__ = ["Batch", "Entry", "Posting", "Written", "checked"]


class Posting(BaseModel):
    """One amount on one account; ``tax`` is this posting's share of the invoice's tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    account_name: str = ""
    net: Decimal
    tax: Decimal = Decimal(0)
    kind: Literal["line", "split", "allowance", "charge", "rounding"] = "line"
    text: str = ""
    line: str = Field(default="", description="the invoice line's own identifier")
    tax_code: str | None = None
    tax_rate: Decimal | None = Field(default=None, description="per cent")
    cost_centre: str | None = None
    department: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


class Entry(BaseModel):
    """An invoice posted: ``net`` + ``tax`` = ``total`` = what is owed to the seller."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    type: str
    date: dt.date
    due_date: dt.date | None = None
    seller: str
    seller_key: str = ""
    seller_vat_id: str = ""
    seller_email: str = ""
    seller_street: str = ""
    seller_city: str = ""
    seller_postcode: str = ""
    seller_country: str = ""
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    postings: tuple[Posting, ...]
    order_reference: str = ""
    file: str = ""
    record_id: int | None = None


@dataclass(frozen=True)
class Batch:
    """What an exporter gets: entries, the coded invoices they stand for, settings, the hour."""

    invoices: tuple[CodedInvoice, ...]
    entries: tuple[Entry, ...]
    settings: ExportSettings
    now: dt.datetime


@dataclass(frozen=True)
class Written:
    """What an exporter gives: the file, its name, and what the user should know.

    ``data`` is empty where nothing could be written; the problems then say why.
    """

    data: bytes
    name: str
    problems: tuple[Problem, ...] = ()


def checked(data: bytes, name: str, problems: Sequence[Problem], *, agrees: bool) -> Written:
    """The file, if read back it ``agrees`` with its entries; otherwise a Problem and no file."""
    if agrees:
        return Written(data, name, tuple(problems))
    failed = Problem(
        code="export-check-failed",
        message=f"{name}, read back, does not agree with the invoices; it was not written",
        cure="please report this with the invoices concerned; another format may do meanwhile",
    )
    return Written(b"", name, (*problems, failed))
