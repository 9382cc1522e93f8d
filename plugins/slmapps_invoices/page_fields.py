"""What was read off an invoice's pages, field by field: Predictions, and the invoice as corrected.

Design choices:

* A field has a key, as in ``Invoice.places``: ``total``, ``seller.iban``, ``lines[2].net``. Its
  Prediction is of the item ``header``, or of ``lines[2].read``: what the line ``lines[2]`` itself
  is booked to is said elsewhere.
* The values that people gave are kept by key, and the corrected invoice is made of them and of what
  was read. So taking one back is making the invoice without it.
* A Problem goes when a person has answered it: the sums are checked anew, and what was said of the
  reading of a field (a digit repaired, a value that is not printed) falls with that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from slmapps.records import (
    Document,
    Evidence,
    EvidenceKind,
    Prediction,
    Problem,
    Severity,
    Span,
    Status,
)
from slmapps_invoices.field_values import AMOUNTS, DATES, LINE_AMOUNTS, NEEDED
from slmapps_invoices.page_problems import UNSURE, remaining
from slmapps_invoices.records import Invoice

__all__ = [
    "HEADER",
    "HEADER_ITEM",
    "LINE",
    "MODEL",
    "accepted",
    "concerns",
    "corrected",
    "described_field",
    "is_page_read",
    "item_and_field",
    "judged",
    "key_of",
    "page_invoice",
    "page_predictions",
    "printed",
    "readable",
    "remaining",
    "title",
    "value_of",
    "waiting",
]

HEADER = (
    "number",
    "issue_date",
    "due_date",
    "seller.name",
    "seller.vat_id",
    "seller.iban",
    "buyer.name",
    "order_reference",
    "currency",
    "net",
    "tax",
    "total",
    "paid",
    "due",
)
LINE = ("description", "quantity", "unit_price", "net")
HEADER_ITEM = "header"
MODEL = "page-tagger"
NOT_FOUND = "nothing of it was found on the page"
NOT_PRINTED = "not found on the page; it follows from the sums"

_TITLES = {
    "number": "Invoice number",
    "issue_date": "Date",
    "due_date": "Due date",
    "seller.name": "Seller",
    "seller.vat_id": "VAT number",
    "seller.iban": "IBAN",
    "buyer.name": "Buyer",
    "order_reference": "Order reference",
    "due": "Amount due",
    "unit_price": "price",
}

Said = Mapping[str, str]


# Names


def item_and_field(key: str) -> tuple[str, str]:
    """Give the item and the field under which a key's Prediction is kept.

    >>> item_and_field("seller.iban"), item_and_field("lines[2].net")
    (('header', 'seller.iban'), ('lines[2].read', 'net'))
    """
    line, dot, field = key.partition("].")
    return (f"{line}].read", field) if dot else (HEADER_ITEM, key)


def key_of(item: str, field: str) -> str:
    """Give the key of a Prediction's field; the reverse of :func:`item_and_field`."""
    return field if item == HEADER_ITEM else f"{item.removesuffix('.read')}.{field}"


def title(key: str) -> str:
    """Say a key as a person does.

    >>> title("total"), title("seller.name"), title("lines[2].unit_price")
    ('Total', 'Seller', 'Line 3 price')
    """
    line, dot, field = key.partition("].")
    if dot:
        name = _TITLES.get(field, field)
        return f"Line {int(line.removeprefix('lines[')) + 1} {name}"
    return _TITLES.get(key, key.capitalize())


def readable(key: str, value: str | None) -> str:
    """Write a value as a person reads it: thousands parted, no zeros after a quantity."""
    field = key.rpartition("].")[2]
    if value and field in (AMOUNTS | {"unit_price"}):
        number = Decimal(value)
        places = max(2, -int(number.as_tuple().exponent)) if number.is_finite() else 2
        return f"{number:,.{places}f}"
    if value and field == "quantity":
        return f"{Decimal(value).normalize():,f}"
    return value or ""


def described_field(data: Mapping[str, Any], item: str, field: str, value: str) -> dict[str, str]:
    """Give the columns of the review table for a field, as text; ``value`` is what it says."""
    invoice = data["invoice"]
    key = key_of(item, field)
    return {
        "supplier": invoice["seller"]["name"] or "",
        "text": f"{title(key)} {readable(key, value)}".strip(),
        "amount": value if field in AMOUNTS | {"unit_price"} else "",
        "currency": invoice["currency"] or "",
        "date": invoice["issue_date"] or "",
        "invoice": invoice["number"] or "",
    }


# Values


def is_page_read(data: Mapping[str, Any]) -> bool:
    """Tell whether a record's invoice was read off pages."""
    found = data.get("invoice")
    return found is not None and found.get("syntax") == "page"


def page_invoice(data: Mapping[str, Any]) -> Invoice | None:
    """Give the invoice of a record's data where it was read off pages, else None."""
    return Invoice.model_validate(data["invoice"]) if is_page_read(data) else None


def value_of(invoice: Invoice, key: str) -> str:
    """Give a field's value as text; "" where the invoice has none."""
    holder, field = _holder(invoice, key)
    value = None if holder is None else getattr(holder, field)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _holder(invoice: Invoice, key: str) -> tuple[Any, str]:
    line, dot, field = key.partition("].")
    if dot:
        number = int(line.removeprefix("lines["))
        return (invoice.lines[number] if number < len(invoice.lines) else None), field
    party, dot, field = key.partition(".")
    return (getattr(invoice, party), field) if dot else (invoice, key)


def corrected(read: Invoice, said: Said, places: Mapping[str, Span] | None = None) -> Invoice:
    """Give the invoice as ``read`` with the values that people ``said``, by key.

    ``places`` are where a person pointed to. What is due follows the total where it was read off
    the very same place, for then the page says nothing else of it.
    """
    invoice = read
    # Where the value that was read stands, the one that a person said does not.
    moved = {key for key, text in said.items() if text != value_of(read, key)}
    kept = {key: place for key, place in read.places.items() if key not in moved}
    kept |= places or {}
    follows = read.places.get("due") in {None, read.places.get("total")} and read.due == read.total
    if "total" in said and "due" not in said and follows and read.due is not None:
        invoice = _with(invoice, "due", said["total"])
        kept.pop("due", None)
        if "total" in kept:
            kept["due"] = kept["total"]
    for key, text in said.items():
        invoice = _with(invoice, key, text)
    return invoice.model_copy(
        update={
            "places": kept,
            # What a person said was not read, so it has no confidence.
            "confidences": {key: sure for key, sure in read.confidences.items() if key not in said},
        }
    )


def _with(invoice: Invoice, key: str, text: str) -> Invoice:
    holder, field = _holder(invoice, key)
    if holder is None:
        return invoice
    changed = holder.model_copy(update={field: _value(key, field, text)})
    if holder is invoice:
        return changed  # type: ignore[no-any-return]
    if key.startswith("lines["):
        lines = tuple(changed if line is holder else line for line in invoice.lines)
        return invoice.model_copy(update={"lines": lines})
    return invoice.model_copy(update={key.partition(".")[0]: changed})


def _value(key: str, field: str, text: str) -> Any:
    if field in DATES:
        return date.fromisoformat(text) if text else None
    if field in (LINE_AMOUNTS if key.startswith("lines[") else AMOUNTS):
        return Decimal(text) if text else None
    return text


# Predictions


def page_predictions(
    invoice: Invoice, problems: Sequence[Problem], budget: float, document: Document | None
) -> list[tuple[str, Prediction]]:
    """Give (item, Prediction) for each field of an invoice that was read off pages.

    A field that an invoice must have and that was not found is refused; any other is left out.
    ``budget`` is the share of accepted values that may be wrong, within 0..1.
    """
    fine = accepted(invoice, problems, budget)
    made = []
    for key in _keys(invoice):
        item, field = item_and_field(key)
        value = value_of(invoice, key)
        if not value:
            said = Prediction(
                field=field,
                value=None,
                confidence=0,
                status=Status.REFUSED,
                reason=NOT_FOUND,
                model=MODEL,
            )
        else:
            said = Prediction(
                field=field,
                value=value,
                confidence=_confidence(invoice, key),
                evidence=_evidence(invoice, key, document),
                status=Status.ACCEPTED if key in fine else Status.REVIEW,
                reason="" if key in fine else _why(invoice, key, problems),
                model=MODEL,
            )
        made.append((item, said))
    return made


def _keys(invoice: Invoice) -> Iterator[str]:
    for key in HEADER:
        if key in NEEDED or value_of(invoice, key):
            yield key
    for number in range(len(invoice.lines)):
        for field in LINE:
            if value_of(invoice, key := f"lines[{number}].{field}"):
                yield key


def _confidence(invoice: Invoice, key: str) -> float:
    return min(1.0, max(0.0, invoice.confidences.get(key, 0.0)))


def _evidence(invoice: Invoice, key: str, document: Document | None) -> tuple[Evidence, ...]:
    place = invoice.places.get(key)
    if place is None:
        return ()
    text = "" if document is None else printed(document, place)
    return (Evidence(kind=EvidenceKind.SPAN, text=text or "as marked on the page", span=place),)


def _why(invoice: Invoice, key: str, problems: Sequence[Problem]) -> str:
    """Say why a field waits, where that is more than its confidence."""
    place = invoice.places.get(key)
    if place is None:
        return NOT_PRINTED
    doubts = [
        each for each in problems if each.severity is not Severity.INFO and each.code != UNSURE
    ]
    said = [each.message for each in doubts if each.where == place]
    if not said and key in AMOUNTS:  # no sum of the head is accepted while one of them is in doubt
        said = [each.message for each in doubts]
    return said[0] if said else ""


def printed(document: Document, place: Span) -> str:
    """Give the words that stand at a place, in reading order."""
    if place.page is None or place.box is None:
        return ""
    left, top, right, bottom = place.box
    return " ".join(
        word.text
        for page in document.pages
        if page.number == place.page
        for word in page.words
        if left <= (word.box[0] + word.box[2]) / 2 <= right
        and top <= (word.box[1] + word.box[3]) / 2 <= bottom
    )


def accepted(invoice: Invoice, problems: Sequence[Problem], budget: float) -> set[str]:
    """Give the keys of the fields that the error budget lets pass without a person."""
    from slmapps_invoices.pages import shipped

    return set(shipped.accepts(invoice, problems, budget))


def waiting(data: Mapping[str, Any], problems: Sequence[Problem], budget: float) -> list[str]:
    """Give the keys of the fields of a record's data that a person still has to look at.

    Of what was not read off pages there are none.
    """
    invoice = page_invoice(data)
    if invoice is None:
        return []
    settled = accepted(invoice, problems, budget) | set(data.get("said", {}))
    return [key for key in _keys(invoice) if key not in settled]


def concerns(key: str, line: int) -> bool:
    """Tell whether a line to be booked stands on a field: on the head's, and on its own."""
    return not key.startswith("lines[") or key.startswith(f"lines[{line}].")


def judged(
    invoice: Invoice, problems: Sequence[Problem], budget: float, rows: Mapping[str, Prediction]
) -> dict[str, Prediction]:
    """Give the open Predictions ``rows`` (by key) that are otherwise now, as they are now."""
    fine = accepted(invoice, problems, budget)
    changed = {}
    for key, old in rows.items():
        value = value_of(invoice, key)
        if not old.value or not value:
            continue
        status = Status.ACCEPTED if key in fine else Status.REVIEW
        if (status, value) == (old.status, old.value):
            continue
        reason = "" if key in fine else _why(invoice, key, problems)
        new: dict[str, Any] = {"value": value, "status": status, "reason": reason}
        if value != old.value:  # it follows another field, and so does its place
            new["evidence"] = _evidence(invoice, key, None)
        changed[key] = old.model_copy(update=new)
    return changed
