"""Coded invoices for the tests of the exports: built by the arithmetic rules of EN 16931."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from slmapps.records import Status
from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.export import ChartAccount, Datev, ExportSettings, TaxCode
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party, TaxSubtotal

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SELLER = Party(name="Weir & Sons Millers", vat_id="IE9900001AH", iban="IE12ZZQB99000000000001",
               street="Weir Lane", city="Cove", postcode="P99 W1", country="IE")  # fmt: skip
CHART = (
    ChartAccount(account="5000", name="Flour and grains", group="Ingredients"),
    ChartAccount(account="5040", name="Coffee & tea (retail)", group="Café"),
    ChartAccount(account="6200", name="Machinery maintenance", group="Equipment / Bakery"),
    ChartAccount(account="6520", name="Stationery", group="Office"),
    ChartAccount(account="1200", name="Ovens at cost", group="Fixed assets"),
    ChartAccount(account="6099", name="Storage", group="Premises", retired=True),
)
SETTINGS = ExportSettings(
    client="Larch Lane Bakery",
    chart=CHART,
    rates={"GBP": Decimal("1.15"), "JPY": Decimal("0.0061")},
    tax_codes=(
        TaxCode(code="S19", name="Standard", rate=Decimal(19), xero="19% (VAT on Purchases)",
                quickbooks="19% S", datev="9"),
        TaxCode(code="R7", name="Reduced", rate=Decimal(7), xero="7% (VAT on Purchases)",
                quickbooks="7% R"),
        TaxCode(code="Z", name="Zero", rate=Decimal(0), xero="Zero Rated", quickbooks="0% Z"),
    ),
    datev=Datev(consultant=29098, client=55003, creditors={"weir": "70017"}),
)  # fmt: skip
CODES = {Decimal(19): "S19", Decimal(7): "R7", Decimal(0): "Z"}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def line(
    text: str,
    net: str,
    account: str | None = "5000",
    rate: int = 19,
    *,
    splits: Sequence[tuple[str, str]] = (),
    status: Status = Status.ACCEPTED,
    quantity: str = "1",
    number: str = "",
    centre: str | None = None,
) -> CodedLine:
    amount, count = Decimal(net), Decimal(quantity)
    return CodedLine(
        line=InvoiceLine(
            id=number,
            description=text,
            quantity=count,
            unit="C62",
            unit_price=amount / count,
            net=amount,
            tax_rate=Decimal(rate),
            tax_category="S" if rate else "Z",
        ),
        account=account,
        account_name=next((a.name for a in CHART if a.account == account), ""),
        tax_code=CODES.get(Decimal(rate)),
        cost_centre=centre,
        splits=tuple((code, Decimal(share)) for code, share in splits),
        status=status,
    )


def invoice(
    lines: Sequence[CodedLine],
    number: str = "W-100",
    *,
    kind: str = "invoice",
    currency: str = "EUR",
    day: date = date(2026, 10, 5),
    allowances: Sequence[tuple[bool, str, int, str]] = (),
    rounding: str | None = None,
    seller: Party = SELLER,
    key: str = "weir",
) -> CodedInvoice:
    """A coded invoice whose totals follow from its lines; texts and numbers as given."""
    numbered = tuple(
        coded.model_copy(
            update={"line": coded.line.model_copy(update={"id": coded.line.id or str(place)})}
        )
        for place, coded in enumerate(lines, start=1)
    )
    entries = tuple(
        Allowance(charge=charge, amount=Decimal(amount), tax_rate=Decimal(rate), reason=reason)
        for charge, amount, rate, reason in allowances
    )
    bases: dict[Decimal, Decimal] = {}
    for coded in numbered:
        rate = coded.line.tax_rate or Decimal(0)
        bases[rate] = bases.get(rate, Decimal(0)) + (coded.line.net or Decimal(0))
    for entry in entries:
        rate = entry.tax_rate or Decimal(0)
        amount = entry.amount or Decimal(0)
        bases[rate] = bases.get(rate, Decimal(0)) + (amount if entry.charge else -amount)
    line_total = sum((coded.line.net or Decimal(0) for coded in numbered), Decimal(0))
    net = cents(sum(bases.values(), Decimal(0)))
    taxes = tuple(
        TaxSubtotal(category="S" if rate else "Z", rate=rate, base=cents(base),
                    tax=cents(base * rate / 100))
        for rate, base in bases.items()
    )  # fmt: skip
    tax = sum((row.tax or Decimal(0) for row in taxes), Decimal("0.00"))
    charges = sum((e.amount or Decimal(0) for e in entries if e.charge), Decimal(0))
    discounts = sum((e.amount or Decimal(0) for e in entries if not e.charge), Decimal(0))
    step = Decimal(rounding) if rounding else None
    return CodedInvoice(
        invoice=Invoice(
            number=number,
            issue_date=day,
            due_date=day + timedelta(days=30),
            type=kind,
            type_code="381" if kind == "credit_note" else "380",
            currency=currency,
            seller=seller,
            buyer=Party(name="Larch Lane Bakery", country="IE"),
            line_total=line_total,
            allowance_total=discounts or None,
            charge_total=charges or None,
            net=net,
            tax=tax,
            total=net + tax,
            rounding=step,
            due=net + tax + (step or Decimal(0)),
            taxes=taxes,
            allowances=entries,
            lines=tuple(coded.line for coded in numbered),
            accounts=(seller.iban,) if seller.iban else (),
        ),
        lines=numbered,
        seller_key=key,
        file=f"{number}.xml",
    )
