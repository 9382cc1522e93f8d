"""UBL 2.1 Invoice and CreditNote, to the Invoice record.

The paths follow the binding of EN 16931 to UBL (CEN/TS 16931-3-2), with the sub-lines and
third-party claims of the XRechnung extension.
"""

from __future__ import annotations

from decimal import Decimal

from slmapps_invoices.document_types import document_type
from slmapps_invoices.line_groups import MOST_LEVELS
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party, TaxSubtotal
from slmapps_invoices.source import Node, Source
from slmapps_invoices.wording import (
    account_number,
    join_lines,
    note_text,
    price_base,
    same_currency,
)

__all__ = ["read_ubl"]


def read_ubl(source: Source, root: Node) -> Invoice:
    """Read a UBL ``Invoice`` or ``CreditNote`` element."""
    credit = source.first(root, "CreditNoteLine|CreditNoteTypeCode") is not None
    code = source.text(root, "InvoiceTypeCode|CreditNoteTypeCode", "type_code")
    if not code:
        code = "381" if credit or root.tag.endswith("CreditNote") else "380"
    currency = source.text(root, "DocumentCurrencyCode", "currency")
    total = source.first(root, "LegalMonetaryTotal")
    tax, taxes = _taxes(source, root, currency)
    accounts = _accounts(source, root)
    bic = source.text(
        root, "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID", "seller.bic"
    )
    seller = _party(source, source.first(root, "AccountingSupplierParty/Party"), "seller")
    return Invoice(
        number=source.text(root, "ID", "number"),
        issue_date=source.day(root, "IssueDate", "issue_date"),
        due_date=source.day(root, "DueDate", "due_date")
        or source.day(root, "PaymentMeans/PaymentDueDate", "due_date")
        or source.day(root, "PaymentTerms/PaymentDueDate", "due_date"),
        type=document_type(code),
        type_code=code,
        currency=currency,
        seller=seller.model_copy(
            update={"iban": accounts[0] if accounts else "", "bic": bic.replace(" ", "")}
        ),
        buyer=_party(source, source.first(root, "AccountingCustomerParty/Party"), "buyer"),
        line_total=source.amount(total, "LineExtensionAmount", "line_total"),
        allowance_total=source.optional(total, "AllowanceTotalAmount", "allowance_total"),
        charge_total=source.optional(total, "ChargeTotalAmount", "charge_total"),
        net=source.amount(total, "TaxExclusiveAmount", "net"),
        tax=tax,
        total=source.amount(total, "TaxInclusiveAmount", "total"),
        paid=source.optional(total, "PrepaidAmount", "paid"),
        rounding=source.optional(total, "PayableRoundingAmount", "rounding"),
        third_party=_sum(source, root, "PrepaidPayment/PaidAmount"),
        withheld=_sum(source, root, "WithholdingTaxTotal/TaxAmount"),
        due=source.amount(total, "PayableAmount", "due"),
        taxes=taxes,
        allowances=tuple(
            _allowance(source, node, f"allowances[{at}]")
            for at, node in enumerate(source.each(root, "AllowanceCharge"))
        ),
        lines=tuple(
            _line(source, node, f"lines[{at}]")
            for at, node in enumerate(source.each(root, "InvoiceLine|CreditNoteLine"))
        ),
        buyer_reference=source.text(root, "BuyerReference", "buyer_reference"),
        buyer_account=source.text(root, "AccountingCost|AccountingCostCode", "buyer_account"),
        order_reference=source.text(root, "OrderReference/ID", "order_reference"),
        payment_reference=source.text(root, "PaymentMeans/PaymentID", "payment_reference"),
        payment_terms=join_lines(source.texts(root, "PaymentTerms/Note")),
        notes=tuple(note_text(note) for note in source.texts(root, "Note")),
        accounts=accounts,
        syntax="UBL",
        profile=source.text(root, "CustomizationID", "profile"),
        places=source.places,
    )


def _party(source: Source, node: Node | None, key: str) -> Party:
    address = source.first(node, "PostalAddress")
    vat_id = tax_id = ""
    for scheme in source.each(node, "PartyTaxScheme"):
        kind = source.text(scheme, "TaxScheme/ID").upper()
        if kind == "VAT" and not vat_id:
            vat_id = source.text(scheme, "CompanyID", f"{key}.vat_id")
        elif kind != "VAT" and not tax_id:
            tax_id = source.text(scheme, "CompanyID", f"{key}.tax_id")
    lines = (
        source.text(address, "StreetName", f"{key}.street"),
        source.text(address, "AdditionalStreetName"),
        source.text(address, "AddressLine/Line"),
    )
    return Party(
        name=source.text(node, "PartyLegalEntity/RegistrationName", f"{key}.name")
        or source.text(node, "PartyName/Name", f"{key}.name"),
        vat_id=vat_id,
        tax_id=tax_id,
        street=", ".join(line for line in lines if line),
        city=source.text(address, "CityName", f"{key}.city"),
        postcode=source.text(address, "PostalZone", f"{key}.postcode"),
        country=source.text(address, "Country/IdentificationCode", f"{key}.country"),
        legal_id=source.text(node, "PartyLegalEntity/CompanyID", f"{key}.legal_id"),
        email=source.text(node, "Contact/ElectronicMail", f"{key}.email"),
    )


def _accounts(source: Source, root: Node) -> tuple[str, ...]:
    source.text(root, "PaymentMeans/PayeeFinancialAccount/ID", "seller.iban")
    found = source.texts(root, "PaymentMeans/PayeeFinancialAccount/ID")
    return tuple(dict.fromkeys(account_number(text) for text in found))


def _taxes(
    source: Source, root: Node, currency: str
) -> tuple[Decimal | None, tuple[TaxSubtotal, ...]]:
    """Give the VAT total and breakdown in the invoice's own currency.

    A second total in the seller's accounting currency (BT-111) is not the invoice's.
    """
    amount: Decimal | None = None
    taxes: list[TaxSubtotal] = []
    groups = list(source.each(root, "TaxTotal"))
    # Of two totals in one currency the one with a breakdown is the invoice's.
    groups.sort(key=lambda group: source.first(group, "TaxSubtotal") is None)
    for group in groups:
        element = source.first(group, "TaxAmount")
        if element is None or not same_currency(element.get("currencyID"), currency):
            continue
        if amount is None:
            amount = source.number(element, "tax")
        for node in source.each(group, "TaxSubtotal"):
            key = f"taxes[{len(taxes)}]"
            taxes.append(
                TaxSubtotal(
                    category=source.text(node, "TaxCategory/ID", f"{key}.category"),
                    rate=source.amount(node, "TaxCategory/Percent", f"{key}.rate")
                    if source.first(node, "TaxCategory/Percent") is not None
                    else source.amount(node, "Percent", f"{key}.rate"),
                    base=source.amount(node, "TaxableAmount", f"{key}.base"),
                    tax=source.amount(node, "TaxAmount", f"{key}.tax"),
                )
            )
    return amount, tuple(taxes)


def _allowance(source: Source, node: Node, key: str) -> Allowance:
    return Allowance(
        charge=source.text(node, "ChargeIndicator").lower() in {"true", "1"},
        amount=source.amount(node, "Amount", f"{key}.amount"),
        tax_rate=source.amount(node, "TaxCategory/Percent", f"{key}.tax_rate"),
        reason=source.text(node, "AllowanceChargeReason", f"{key}.reason"),
    )


def _line(source: Source, node: Node, key: str, depth: int = 0) -> InvoiceLine:
    item = source.first(node, "Item")
    tax = source.first(item, "ClassifiedTaxCategory")
    quantity = source.first(node, "InvoicedQuantity|CreditedQuantity")
    return InvoiceLine(
        id=source.text(node, "ID", f"{key}.id"),
        description=source.text(item, "Name", f"{key}.description")
        or source.text(item, "Description", f"{key}.description"),
        details=source.text(item, "Description", f"{key}.details"),
        quantity=None if quantity is None else source.number(quantity, f"{key}.quantity"),
        unit="" if quantity is None else quantity.get("unitCode", ""),
        unit_price=source.amount(node, "Price/PriceAmount", f"{key}.unit_price"),
        price_base=price_base(source.amount(node, "Price/BaseQuantity", f"{key}.price_base")),
        discount=_discount(source, node),
        net=source.amount(node, "LineExtensionAmount", f"{key}.net"),
        tax_rate=source.amount(tax, "Percent", f"{key}.tax_rate"),
        tax_category=source.text(tax, "ID", f"{key}.tax_category"),
        buyer_account=source.text(
            node, "AccountingCost|AccountingCostCode", f"{key}.buyer_account"
        ),
        classifications=_classifications(source, item, key),
        seller_item=source.text(item, "SellersItemIdentification/ID", f"{key}.seller_item"),
        order_line=source.text(node, "OrderLineReference/LineID", f"{key}.order_line"),
        note=join_lines(source.texts(node, "Note")),
        sub_lines=tuple(
            _line(source, child, f"{key}.sub_lines[{at}]", depth + 1)
            for at, child in enumerate(source.each(node, "SubInvoiceLine|SubCreditNoteLine"))
            if depth < MOST_LEVELS
        ),
    )


def _discount(source: Source, node: Node) -> Decimal | None:
    parts = [_allowance(source, child, "") for child in source.each(node, "AllowanceCharge")]
    amounts = [-part.amount if part.charge else part.amount for part in parts if part.amount]
    return sum(amounts, Decimal(0)) if amounts else None


def _classifications(source: Source, item: Node | None, key: str) -> tuple[str, ...]:
    path = "CommodityClassification/ItemClassificationCode"
    source.text(item, path, f"{key}.classifications")
    found = []
    for element in source.each(item, path):
        code = (element.text or "").strip()
        if code:
            found.append(f"{element.get('listID', '')}:{code}")
    return tuple(found)


def _sum(source: Source, root: Node, path: str) -> Decimal | None:
    amounts = [source.number(element) for element in source.each(root, path)]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
