"""Lines of a list (a card statement, say) as invoices, so that they export like any other.

Design choices:

* Lines of one supplier under one number on one day are one invoice; a line without a number is an
  invoice of its own, named by its own identifier or its place in the list.
* A list states no totals: they are the sums of its lines, with the tax of each line's own rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.records import Invoice, InvoiceLine, Party

__all__ = ["invoice_line", "listed_invoices"]


def invoice_line(data: Mapping[str, Any]) -> InvoiceLine:
    """A line of a list (``text``, ``amount``, ``tax_rate``, ``line_id``) as an invoice line."""
    return InvoiceLine(
        id=str(data.get("line_id") or ""),
        description=str(data.get("text") or ""),
        net=_decimal(data.get("amount")),
        tax_rate=_decimal(data.get("tax_rate")),
    )


def listed_invoices(
    rows: Iterable[tuple[Mapping[str, Any], CodedLine]],
    *,
    file: str = "",
    record_id: int | None = None,
    seller_keys: Mapping[str, str] | None = None,
) -> list[CodedInvoice]:
    """Group coded lines into invoices.

    ``rows`` pairs each line of the list (``date``, ``supplier``, ``currency``, ``invoice_id``,
    ``line_id``; missing values are None) with its coding, whose ``line`` is
    ``invoice_line(data)``. ``seller_keys`` gives the client's key of a supplier.
    """
    groups: dict[tuple[str, str, str, str], list[CodedLine]] = {}
    for place, (data, coded) in enumerate(rows, start=1):
        supplier, day, currency = (
            str(data.get(name) or "") for name in ("supplier", "date", "currency")
        )
        named = str(data.get("invoice_id") or data.get("line_id") or "")
        number = named or f"{record_id or 'list'}-{place}"
        groups.setdefault((supplier, number, day[:10], currency), []).append(coded)
    return [
        CodedInvoice(
            invoice=Invoice(
                number=number,
                issue_date=_day(day),
                currency=currency,
                seller=Party(name=supplier),
                lines=tuple(coded.line for coded in lines),
            ),
            lines=tuple(lines),
            seller_key=(seller_keys or {}).get(supplier, ""),
            record_id=record_id,
            file=file,
        )
        for (supplier, number, day, currency), lines in groups.items()
    ]


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
