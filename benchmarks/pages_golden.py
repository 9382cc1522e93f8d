"""The golden fields of invoice2data: every one counts, also those that our record cannot hold.

Design choices:

* A field is a key at the top of a golden file, as that project counts them: 170 in its PDFs. The
  one text file (8 more) is no page, and is left out there, too.
* A sign for "number" before an invoice's number is none of it.
* ``issuer`` is what its template is called ("Amazon Web Services"), not what is printed: a name
  found that holds all of its words and at most three more is right. ``desc`` is a sentence that
  the templates make of the issuer, and is right with it.
* ``lines`` is one field: right when every item is there, no other is, and all that the golden file
  says of an item (name, quantity, price, amount) agrees. A bill priced with tax may give net
  amounts where the golden file has those with tax.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.pages_cases import value_at
from benchmarks.pages_scores import assigned, like, same, tidy
from benchmarks.pages_tables import rows, share
from slmapps_invoices.read import read_invoice
from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["PUBLISHED", "golden", "golden_table"]

PUBLISHED = "146 of 170"
ASKED = 0.86
_CENTS = Decimal("0.02")


def _text(read: Callable[[Invoice], str]) -> Callable[[Invoice, Any], bool]:
    return lambda invoice, wanted: _tight(read(invoice)) == _tight(str(wanted))


def _amount(name: str) -> Callable[[Invoice, Any], bool]:
    return lambda invoice, wanted: same(Decimal(str(wanted)), getattr(invoice, name))


def _day(name: str) -> Callable[[Invoice, Any], bool]:
    return lambda invoice, wanted: getattr(invoice, name) == date.fromisoformat(wanted)


def _within(read: Callable[[Invoice], str]) -> Callable[[Invoice, Any], bool]:
    return lambda invoice, wanted: tidy(str(wanted)) in tidy(read(invoice))


def _tight(text: str) -> str:
    return "".join(tidy(text).split())


def _issuer(invoice: Invoice, wanted: Any) -> bool:
    both = (wanted, invoice.seller.name)
    named, found = (set(tidy(each).replace(",", "").split()) for each in both)
    return bool(named) and named <= found and len(found) <= len(named) + 3


def _noted(invoice: Invoice, wanted: Any) -> bool:
    parts = wanted if isinstance(wanted, list) else [wanted]
    return all(any(tidy(part) in tidy(note) for note in invoice.notes) for part in parts)


def _lines(invoice: Invoice, wanted: Any) -> bool:
    items = [row for row in wanted if {"name", "desc", "item"} & set(row)]
    worth = [[_line(row, line) for line in invoice.lines] for row in items]
    right = sum(worth[at][there] for at, there in assigned(worth))
    return right == len(items) == len(invoice.lines)


def _line(row: dict[str, Any], line: InvoiceLine) -> bool:
    name = row.get("name") or row.get("desc") or row.get("item") or ""
    whole = f"{line.description} {line.details}"
    if not any(like(part, found) for part in (name, name.split("\n")[0])
               for found in (line.description, whole)):  # fmt: skip
        return False
    rate = Decimal(str(row.get("line_tax_percent", row.get("taxpercent", 0))))
    told = {
        "quantity": row.get("qty"),
        "unit_price": row.get("price_unit", row.get("price")),
        "net": row.get("price_subtotal"),
    }
    for part, value in told.items():
        found = getattr(line, part)
        if value is None or (part == "unit_price" and found is None):
            continue  # a price with tax is none in our record
        amount = Decimal(str(value))
        if found is None or not (
            same(amount, found) or same(amount / (1 + rate / 100), found, _CENTS)
        ):
            return False
    return True


_HELD: dict[str, Callable[[Invoice, Any], bool]] = {
    "issuer": _issuer,
    "desc": lambda invoice, wanted: _issuer(invoice, str(wanted).removeprefix("Invoice from ")),
    "amount": _amount("total"),
    "amount_untaxed": _amount("net"),
    "amount_tax": _amount("tax"),
    "date": _day("issue_date"),
    "date_due": _day("due_date"),
    "invoice_number": lambda invoice, wanted: _tight(invoice.number) == _tight(wanted.strip("#")),
    "currency": _text(lambda one: one.currency),
    "partner_name": _text(lambda one: one.seller.name),
    "partner_street": _text(lambda one: one.seller.street),
    "partner_street2": _within(lambda one: one.seller.street),
    "partner_street3": _within(lambda one: one.seller.street),
    "partner_city": _text(lambda one: one.seller.city),
    "partner_zip": _text(lambda one: one.seller.postcode),
    "country_code": _text(lambda one: one.seller.country),
    "partner_email": _text(lambda one: one.seller.email),
    "partner_coc": _text(lambda one: one.seller.legal_id),
    "siren": _text(lambda one: one.seller.legal_id),
    "cin": _text(lambda one: one.seller.legal_id),
    "vat": _text(lambda one: one.seller.vat_id),
    "static_vat": _text(lambda one: one.seller.vat_id),
    "gstin": _text(lambda one: one.seller.vat_id),
    "iban": _text(lambda one: one.seller.iban),
    "bic": _text(lambda one: one.seller.bic),
    "order_id": _text(lambda one: one.order_reference),
    "booking_id": _text(lambda one: one.order_reference or one.number),
    "customer_order_free_ref": _text(lambda one: one.buyer_reference),
    "purchase_order_id": _text(lambda one: one.order_reference),
    "customer_order_number": _text(lambda one: one.order_reference),
    "payment_reference": _text(lambda one: one.payment_reference),
    "narration": _noted,
    "note": _noted,
    "lines": _lines,
    "line_items": _lines,
}
# What the first four of these are called in that project's own tests of any template.
CORE = ("issuer", "amount", "date", "invoice_number", "currency")


def judged(wanted: dict[str, Any], invoice: Invoice | None) -> dict[str, list[str]]:
    """Sort the fields of a golden file: right, wrong, and unheld by our record."""
    told: dict[str, list[str]] = {"right": [], "wrong": [], "unheld": []}
    for name, value in wanted.items():
        judge = _HELD.get(name)
        if judge is None:
            told["unheld"].append(name)
        else:
            told["right" if invoice and judge(invoice, value) else "wrong"].append(name)
    return told


def golden(folder: Path) -> dict[str, Any]:
    """Read the PDFs of ``folder`` and compare every golden field."""
    files: dict[str, Any] = {}
    for path in sorted(folder.glob("*.pdf")):
        (wanted,) = json.loads(path.with_suffix(".json").read_text("utf-8"))
        invoice, problems = read_invoice(path)
        told = judged(wanted, invoice)
        files[path.name] = {
            **told,
            "found": {name: _found(invoice, name) for name in told["wrong"]},
            "wanted": {name: wanted[name] for name in told["wrong"] if name not in _LINES},
            "problems": [each.code for each in problems],
        }
    count = {kind: sum(len(each[kind]) for each in files.values())
             for kind in ("right", "wrong", "unheld")}  # fmt: skip
    core = [name in each["right"] for each in files.values() for name in CORE
            if name in each["right"] + each["wrong"]]  # fmt: skip
    held = count["right"] + count["wrong"]
    return {
        "fields": sum(count.values()),
        **count,
        "share": count["right"] / max(1, sum(count.values())),
        "share of those our record can hold": count["right"] / max(1, held),
        "core fields right": sum(core),
        "core fields": len(core),
        "files": files,
    }


_LINES = ("lines", "line_items")
_WHERE = {
    "amount": "total", "amount_untaxed": "net", "amount_tax": "tax", "date": "issue_date",
    "date_due": "due_date", "invoice_number": "number", "currency": "currency",
    "vat": "seller.vat_id", "static_vat": "seller.vat_id", "gstin": "seller.vat_id",
    "iban": "seller.iban", "bic": "seller.bic", "partner_street": "seller.street",
    "partner_city": "seller.city", "partner_zip": "seller.postcode", "note": "notes",
    "partner_email": "seller.email", "partner_coc": "seller.legal_id", "narration": "notes",
    "order_id": "order_reference", "customer_order_number": "order_reference",
}  # fmt: skip


def _found(invoice: Invoice | None, name: str) -> str | None:
    if invoice is None:
        return None
    if name in {"issuer", "desc", "partner_name"}:
        return invoice.seller.name
    if name in _LINES:
        return "; ".join(
            f"{line.description} | {line.quantity} | {line.unit_price} | {line.net}"
            for line in invoice.lines
        )
    value = value_at(invoice, _WHERE[name]) if name in _WHERE else None
    return None if value is None else str(value)


def golden_table(found: dict[str, Any]) -> str:
    """The figures as Markdown, with what was wrong in each file."""
    right, held = found["right"], found["right"] + found["wrong"]
    core = share(found["core fields right"], found["core fields"])
    most = share(held, found["fields"])
    whole = [
        ("golden fields right", f"≥ {ASKED:.0%}", share(right, found["fields"]), PUBLISHED),
        ("of those that our record can hold", "", share(right, held), ""),
        ("issuer, amount, date, number, currency", "", core, ""),
        ("fields that our record can hold, the most that it can reach", "", most, ""),
    ]
    lines = [
        "\n### golden: invoice2data's fields",
        *rows("what|asked|reached|its own templates", whole),
        "",
    ]
    for name, told in found["files"].items():
        wrong = ", ".join(told["wrong"]) or "nothing"
        unheld = ", ".join(told["unheld"]) or "nothing"
        lines.append(f"* {name}: wrong {wrong}; our record cannot hold {unheld}")
    return "\n".join([*lines, ""])
