"""The invoice as ``slmapps invoices read --json`` prints it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["decimal_text", "to_contract"]


def to_contract(invoice: Invoice, *, places: bool = False) -> dict[str, Any]:
    """Give the invoice's part of the answer: ISO dates, decimal strings, None where not stated.

    With ``places`` also where each value stands, by its key (``lines[0].net``): a page (from 0) and
    a box in points from its top left corner, or an XPath; and, for what was read off a page, its
    ``confidence``.
    """
    further = {"places": _places(invoice)} if places else {}
    return {
        "number": invoice.number or None,
        "issue_date": invoice.issue_date.isoformat() if invoice.issue_date else None,
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "type": invoice.type,
        "type_code": invoice.type_code,
        "currency": invoice.currency or None,
        "seller": {
            "name": invoice.seller.name or None,
            "vat_id": invoice.seller.vat_id or None,
            "iban": invoice.seller.iban or None,
        },
        "buyer": {"name": invoice.buyer.name or None},
        "net": decimal_text(invoice.net),
        "tax": decimal_text(invoice.tax),
        "total": decimal_text(invoice.total),
        "due": decimal_text(invoice.due),
        "lines": _lines(invoice),
        "buyer_account": invoice.buyer_account,
        "syntax": invoice.syntax,
        "profile": invoice.profile,
        **further,
    }


def _places(invoice: Invoice) -> dict[str, Any]:
    keys = {**invoice.places, **dict.fromkeys(invoice.confidences)}
    found: dict[str, Any] = {}
    for key in keys:
        span = invoice.places.get(key)
        entry = (
            span.model_dump(mode="json", exclude_none=True, exclude={"document"}) if span else {}
        )
        if key in invoice.confidences:
            entry["confidence"] = round(invoice.confidences[key], 4)
        found[key] = entry
    return found


def _lines(invoice: Invoice) -> list[dict[str, Any]]:
    """Give every line of the document in its order, remarks too, as the file has them."""
    rows = [_line(line) for line in invoice.lines]
    for remark in reversed(invoice.remarks):
        rows.insert(remark.position, _line(InvoiceLine(id=remark.id, note=remark.text)))
    return rows


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "description": line.description,
        "quantity": decimal_text(line.quantity),
        "unit_price": decimal_text(line.unit_price),
        "net": decimal_text(line.net),
        "tax_rate": decimal_text(line.tax_rate),
        "note": line.note,
        "buyer_account": line.buyer_account,
        "classifications": list(line.classifications),
    }


def decimal_text(amount: Decimal | None) -> str | None:
    """Write a decimal without exponent, as the file states it."""
    return None if amount is None else f"{amount:f}"
