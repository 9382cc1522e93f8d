"""The sample invoices as records, each line with the account a bookkeeper would choose.

A line reads ``account tax cost-centre | quantity unit | price | text``; totals are computed by the
rules of EN 16931, so that only the one invoice that is meant to be wrong is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from making.bills import BILLS, LARKSPUR, SELLERS
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, TaxSubtotal

__all__ = ["CASES", "Case"]

CENT = Decimal("0.01")
# Client's tax code: EN 16931 category and rate. What is bought abroad comes untaxed.
TAXES = {
    "S23": ("S", "23"), "R13": ("S", "13.5"), "R9": ("S", "9"), "Z": ("Z", "0"), "EX": ("E", "0"),
    "RC23": ("K", "0"),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """An invoice, the file it becomes, and the coding of its lines (account, tax, cost centre)."""

    file: str
    invoice: Invoice
    coding: tuple[tuple[str, str, str], ...]
    style: str = ""


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _lines(text: str, export: bool) -> tuple[tuple[InvoiceLine, ...], tuple[tuple[str, ...], ...]]:
    lines, coding = [], []
    for number, row in enumerate((row for row in text.splitlines() if row.strip()), start=1):
        booked, amount, price, words, *more = (part.strip() for part in row.split("|"))
        account, tax, cost_centre = booked.split()
        quantity, unit = amount.split()
        category, rate = TAXES[tax]
        lines.append(
            InvoiceLine(
                id=str(number),
                description=words,
                details=more[0] if more else "",
                quantity=Decimal(quantity),
                unit=unit,
                unit_price=Decimal(price),
                net=_rounded(Decimal(quantity) * Decimal(price)),
                tax_rate=Decimal(rate),
                tax_category="G" if export else category,
                buyer_account=more[1] if len(more) > 1 else "",
            )
        )
        coding.append((account, tax, cost_centre))
    return tuple(lines), tuple(coding)


def _taxes(
    lines: Sequence[InvoiceLine], allowances: Sequence[Allowance], wrong: Decimal
) -> tuple[TaxSubtotal, ...]:
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.tax_category, line.tax_rate or Decimal(0))
        bases[key] = bases.get(key, Decimal(0)) + (line.net or Decimal(0))
    for entry in allowances:
        key = next(key for key in bases if key[1] == entry.tax_rate)
        bases[key] += (entry.amount or Decimal(0)) * (1 if entry.charge else -1)
    bases[next(iter(bases))] += wrong
    return tuple(
        TaxSubtotal(category=category, rate=rate, base=base, tax=_rounded(base * rate / 100))
        for (category, rate), base in bases.items()
    )


def _case(file: str, bill: dict[str, object]) -> Case:
    seller = SELLERS[str(bill["seller"])]
    iban = bill.get("iban")
    if iban:
        seller = seller.model_copy(update={"iban": iban})
    issued = date.fromisoformat(str(bill["issued"]))
    currency = str(bill.get("currency", "EUR"))
    lines, coding = _lines(str(bill["lines"]), export=currency == "GBP")
    allowances = tuple(
        Allowance(charge=charge, amount=Decimal(amount), tax_rate=Decimal(rate), reason=reason)
        for charge, amount, rate, reason in bill.get("allowances", ())  # type: ignore[attr-defined]
    )
    # One seller leaves a line out of its sum, and everything below follows from that (BR-CO-10).
    wrong = Decimal(str(bill.get("off_by", "0.00")))
    taxes = _taxes(lines, allowances, wrong)
    line_total = sum((line.net or Decimal(0) for line in lines), wrong)
    up = sum((e.amount or Decimal(0) for e in allowances if e.charge), Decimal(0))
    down = sum((e.amount or Decimal(0) for e in allowances if not e.charge), Decimal(0))
    net = line_total + up - down
    tax = sum((row.tax or CENT * 0 for row in taxes), CENT * 0)
    days = bill.get("days", 30)
    credit = bool(bill.get("credit"))
    invoice = Invoice(
        number=str(bill["number"]),
        issue_date=issued,
        due_date=None if days is None else issued + timedelta(days=int(str(days))),
        type="credit_note" if credit else "invoice",
        type_code="381" if credit else "380",
        currency=currency,
        seller=seller,
        buyer=LARKSPUR,
        line_total=line_total,
        allowance_total=down or None,
        charge_total=up or None,
        net=net,
        tax=tax,
        total=net + tax,
        due=net + tax,
        taxes=taxes,
        allowances=allowances,
        lines=lines,
        buyer_reference=str(bill.get("reference", "")),
        order_reference=str(bill.get("order", "")),
        payment_reference=str(bill["number"]),
        payment_terms=str(bill.get("terms", "")),
        notes=(str(bill["note"]),) if bill.get("note") else (),
        accounts=(seller.iban,) if seller.iban else (),
    )
    return Case(file, invoice, tuple((a, t, c) for a, t, c in coding), str(bill.get("style", "")))


CASES = tuple(_case(file, bill) for file, bill in BILLS.items())
