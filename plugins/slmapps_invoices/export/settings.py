"""What an exporter must know of a client's books beyond the invoices themselves.

Design choices:

* One record for all formats: the accounts that no line is coded to (what is owed, the tax, the
  discounts) and how the client's tax codes are called in each program.
* The defaults give a readable plain-text ledger from the first minute; DATEV needs numbers that
  only the client's adviser can give, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ChartAccount", "Datev", "ExportSettings", "LedgerAccount", "TaxCode"]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LedgerAccount(_Settings):
    """An account by its code and name."""

    account: str
    name: str = ""


class ChartAccount(LedgerAccount):
    """An account of the client's chart; a ``retired`` one is never exported to."""

    group: str = ""
    retired: bool = False


class TaxCode(_Settings):
    """What the client's tax code is called elsewhere; an empty name is refused by that format.

    ``datev`` is the BU-Schlüssel (``"9"``: 19 % input tax); where it is empty the tax is booked as
    a line of its own.
    """

    code: str
    name: str = ""
    rate: Decimal | None = Field(default=None, description="per cent")
    xero: str = ""
    quickbooks: str = ""
    datev: str = Field(default="", pattern=r"^\d{0,4}$")


class Datev(_Settings):
    """The header of a DATEV batch and the creditors' numbers.

    ``consultant`` is the Beraternummer, ``client`` the Mandantennummer (without them the smallest
    possible numbers are written, with a warning); ``year_start`` is MM-DD.
    ``creditors`` gives a seller's number by the seller's key, ``creditor`` stands for all others.
    """

    consultant: int | None = Field(default=None, ge=1001, le=9_999_999)
    client: int | None = Field(default=None, ge=1, le=99_999)
    account_length: int = Field(default=4, ge=4, le=8)
    year_start: str = Field(default="01-01", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$")
    chart: str = Field(default="", pattern=r"^(\d\d|\d{4})?$")
    creditor: str = Field(default="70000", pattern=r"^\d{1,9}$")
    creditors: dict[str, str] = Field(default_factory=dict)


class ExportSettings(_Settings):
    """The client's side of every export.

    ``rates`` gives the value of one unit of a foreign currency in the client's own, where a format
    wants it (DATEV). ``unreviewed`` lets lines go out that are still waiting for a person.
    """

    client: str = ""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    payables: LedgerAccount = LedgerAccount(account="2100", name="Trade creditors")
    tax: LedgerAccount = LedgerAccount(account="2200", name="VAT on purchases")
    discounts: LedgerAccount = LedgerAccount(account="5900", name="Discounts received")
    charges: LedgerAccount = LedgerAccount(account="5910", name="Charges by suppliers")
    rounding: LedgerAccount = LedgerAccount(account="6900", name="Rounding differences")
    date_order: Literal["day-month-year", "month-day-year"] = "day-month-year"
    cost_centre_name: str = Field(default="Cost centre", description="Xero's tracking category")
    chart: tuple[ChartAccount, ...] = ()
    tax_codes: tuple[TaxCode, ...] = ()
    rates: dict[str, Decimal] = Field(default_factory=dict)
    datev: Datev = Datev()
    unreviewed: bool = False

    def with_chart(self, rows: Iterable[Mapping[str, Any]]) -> ExportSettings:
        """The same settings for this chart: rows with account, name and perhaps group, retired."""
        accounts = tuple(
            ChartAccount(
                account=str(row["account"]),
                name=_text(row.get("name")),
                group=_text(row.get("group")),
                retired=_text(row.get("retired")).lower() in {"true", "1", "yes", "1.0"},
            )
            for row in rows
        )
        return self.model_copy(update={"chart": accounts})

    def accounts(self) -> dict[str, ChartAccount]:
        """The chart by account."""
        return {account.account: account for account in self.chart}

    def tax_code(self, code: str | None) -> TaxCode | None:
        """The tax code of this name, if the client has it."""
        return next((known for known in self.tax_codes if known.code == code), None)


def _text(value: Any) -> str:
    # An empty cell of a data frame is NaN, which is not equal to itself.
    return "" if value is None or value != value else str(value)  # noqa: PLR0124
