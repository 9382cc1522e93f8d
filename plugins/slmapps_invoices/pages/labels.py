"""What a word on an invoice's page may be: the labels that the tagger tells apart.

A label names the record's field that the word is part of (see ``slmapps_invoices.records``). All
words of a value carry its label; what says what a value is ("Invoice no.") is ``other``.
"""

from __future__ import annotations

__all__ = ["HEADER", "LABELS", "LINE", "OTHER"]

OTHER = "other"

# Of the document as a whole. ``tax_rate``, ``tax_base`` and ``tax_amount`` are of the breakdown of
# tax by rate, one row for each; ``tax`` is their sum. ``allowance`` is one on the whole document.
# ``seller_address`` is street, place and, where it is printed with them, country.
HEADER = (
    "number",
    "issue_date",
    "due_date",
    "seller_name",
    "seller_vat_id",
    "iban",
    "bic",
    "buyer_name",
    "buyer_vat_id",
    "order_reference",
    "currency",
    "line_total",
    "allowance",
    "net",
    "tax",
    "total",
    "paid",
    "due",
    "tax_rate",
    "tax_base",
    "tax_amount",
    "seller_address",
)
# Of one line. ``description`` is the item's name, ``details`` what stands under it.
LINE = (
    "position",
    "item",
    "description",
    "details",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "line_net",
    "line_tax",
    "line_tax_rate",
)
LABELS = (OTHER, *HEADER, *LINE)
