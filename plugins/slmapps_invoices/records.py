"""The invoice as every syntax is read to it.

Design choices:

* The names follow the business terms of EN 16931 (BT-…), not one syntax; a UBL and a CII file of
  one case give equal records but for ``syntax``, ``profile`` and ``places``.
* Amounts stand as the file states them, with their sign; a credit note's amounts are not turned.
* ``net`` of the lines adds up to ``line_total``: a line that breaks down into others holds them
  in ``sub_lines`` and is counted once.
* An optional amount of nothing (nothing paid, no rounding) is None, stated or not.
* ``places`` says for each value where in the Document it stands: ``places["lines[0].net"]``.
* Where no data but the page itself was read (``syntax`` is ``page``), ``confidences`` says by the
  same keys how likely each value is right; what has no confidence was not read off a page.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from slmapps.records import Span

__all__ = ["Allowance", "Invoice", "InvoiceLine", "Party", "Remark", "TaxSubtotal"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Record):
    """Seller or buyer. ``iban`` and ``bic`` are those of the account the seller wants paid."""

    name: str = ""
    vat_id: str = Field(default="", description="BT-31, BT-48")
    tax_id: str = Field(default="", description="the tax office's number, BT-32")
    iban: str = Field(default="", description="BT-84, without spaces")
    bic: str = Field(default="", description="BT-86")
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = Field(default="", description="ISO 3166 alpha-2")
    legal_id: str = Field(default="", description="BT-30, BT-47")
    email: str = ""


class InvoiceLine(_Record):
    """One line. ``net`` = quantity x unit_price / price_base - discount + charges."""

    id: str = ""
    description: str = Field(default="", description="the item's name, BT-153")
    details: str = Field(default="", description="the item's description, BT-154")
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = Field(default=None, description="net price, BT-146")
    price_base: Decimal | None = Field(default=None, description="units priced, BT-149; None: 1")
    discount: Decimal | None = Field(default=None, description="allowances less charges, BG-27/28")
    net: Decimal | None = Field(default=None, description="BT-131")
    tax_rate: Decimal | None = Field(default=None, description="per cent")
    tax_category: str = Field(default="", description="UNTDID 5305, or Natura in Italy")
    buyer_account: str = Field(default="", description="BT-133")
    classifications: tuple[str, ...] = Field(default=(), description="'scheme:code', BT-158")
    seller_item: str = Field(default="", description="BT-155")
    order_line: str = Field(default="", description="BT-132")
    note: str = Field(default="", description="BT-127")
    sub_lines: tuple[InvoiceLine, ...] = ()


class Remark(_Record):
    """A line of the document that is text and nothing else; nothing is booked from it.

    ``position`` is the number of ``lines`` that stand before it.
    """

    position: int
    id: str = ""
    text: str = ""


class TaxSubtotal(_Record):
    """One row of the VAT breakdown (BG-23)."""

    category: str = ""
    rate: Decimal | None = None
    base: Decimal | None = None
    tax: Decimal | None = None


class Allowance(_Record):
    """An allowance (BG-20) or charge (BG-21) on the whole document; ``amount`` is net."""

    charge: bool
    amount: Decimal | None = None
    tax_rate: Decimal | None = None
    reason: str = ""


class Invoice(_Record):
    """An invoice or credit note. ``None`` means the file does not state the value."""

    number: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    type: str = Field(default="invoice", description="see TYPES in document_types.py")
    type_code: str = Field(default="", description="UNTDID 1001, or TDxx in Italy")
    currency: str = ""
    seller: Party = Party()
    buyer: Party = Party()
    line_total: Decimal | None = Field(default=None, description="BT-106")
    allowance_total: Decimal | None = Field(default=None, description="BT-107")
    charge_total: Decimal | None = Field(default=None, description="BT-108")
    net: Decimal | None = Field(default=None, description="BT-109")
    tax: Decimal | None = Field(default=None, description="BT-110")
    total: Decimal | None = Field(default=None, description="BT-112")
    paid: Decimal | None = Field(default=None, description="BT-113")
    rounding: Decimal | None = Field(default=None, description="BT-114")
    third_party: Decimal | None = Field(default=None, description="claims of others, BT-DEX-002")
    withheld: Decimal | None = Field(default=None, description="withholding tax (ritenuta)")
    stamp_duty: Decimal | None = Field(default=None, description="bollo")
    due: Decimal | None = Field(default=None, description="BT-115")
    taxes: tuple[TaxSubtotal, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    remarks: tuple[Remark, ...] = ()
    buyer_reference: str = Field(default="", description="BT-10")
    buyer_account: str = Field(default="", description="BT-19")
    order_reference: str = Field(default="", description="BT-13")
    payment_reference: str = Field(default="", description="BT-83")
    payment_terms: str = Field(default="", description="BT-20")
    notes: tuple[str, ...] = ()
    accounts: tuple[str, ...] = Field(default=(), description="every account to pay to, BT-84")
    syntax: str = Field(default="", description="UBL, CII, ZUGFeRD 1, FatturaPA, or page")
    profile: str = ""
    places: dict[str, Span] = Field(default_factory=dict)
    confidences: dict[str, float] = Field(
        default_factory=dict, description="of what was read off a page, by the keys of places, 0..1"
    )
