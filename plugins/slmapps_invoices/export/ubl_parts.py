"""The recurring parts of a UBL document: parties, payment, allowances, tax categories."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from slmapps_invoices.records import Invoice, Party

__all__ = [
    "CAC", "CATEGORIES", "CBC", "allowance", "money", "party", "payment", "put", "tax_category",
    "unclassified",
]  # fmt: skip

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
# Italy's Natura of an untaxed supply, as the nearest UNTDID 5305 category.
CATEGORIES = {
    "N1": "O", "N2": "O", "N2.1": "O", "N2.2": "O", "N3": "G", "N3.1": "G", "N3.2": "K",
    "N3.3": "G", "N3.4": "G", "N3.5": "E", "N3.6": "E", "N4": "E", "N5": "E", "N6": "AE",
    "N7": "K",
}  # fmt: skip
# Why no tax is due, as EN 16931 wants it said in the breakdown (BT-120, BT-121).
EXEMPTIONS = {
    "K": ("TaxExemptionReasonCode", "VATEX-EU-IC"), "AE": ("TaxExemptionReasonCode", "VATEX-EU-AE"),
    "G": ("TaxExemptionReasonCode", "VATEX-EU-G"), "O": ("TaxExemptionReasonCode", "VATEX-EU-O"),
    "E": ("TaxExemptionReason", "Exempt from VAT"),
}  # fmt: skip
# XML 1.0 has no place for these.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def put(
    parent: etree._Element,
    namespace: str,
    name: str,
    value: str | Decimal | date | None = None,
    **attributes: str,
) -> etree._Element:
    """Add an element; a ``cbc`` element without a value is made but left out of the tree."""
    element = etree.Element(f"{{{namespace}}}{name}", attributes)
    if namespace == CBC:
        if value is None or value == "":
            return element
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        element.text = UNWRITABLE.sub("", text)
    parent.append(element)
    return element


def money(parent: etree._Element, name: str, amount: Decimal | None, currency: str) -> None:
    """Add an amount with its currency; nothing where there is no amount."""
    put(parent, CBC, name, amount, **({"currencyID": currency} if currency else {}))


def unclassified(classification: str) -> tuple[str, str]:
    """``"scheme:code"`` as (scheme, code)."""
    scheme, _, code = classification.rpartition(":")
    return scheme, code


def tax_category(
    parent: etree._Element,
    name: str,
    category: str,
    rate: Decimal | None,
    *,
    reason: bool = False,
) -> None:
    """Add a tax category of the VAT scheme; ``reason``: say why none is due (BR-IC-10 and kin)."""
    element = put(parent, CAC, name)
    code = CATEGORIES.get(category, category)
    put(element, CBC, "ID", code)
    put(element, CBC, "Percent", rate)
    if reason and code in EXEMPTIONS:
        put(element, CBC, *EXEMPTIONS[code])
    put(put(element, CAC, "TaxScheme"), CBC, "ID", "VAT")


def party(root: etree._Element, name: str, who: Party) -> None:
    """Add seller or buyer."""
    element = put(put(root, CAC, name), CAC, "Party")
    address = put(element, CAC, "PostalAddress")
    put(address, CBC, "StreetName", who.street)
    put(address, CBC, "CityName", who.city)
    put(address, CBC, "PostalZone", who.postcode)
    if who.country:
        put(put(address, CAC, "Country"), CBC, "IdentificationCode", who.country)
    for number, scheme in ((who.vat_id, "VAT"), (who.tax_id, "FC")):
        if number:
            tax = put(element, CAC, "PartyTaxScheme")
            put(tax, CBC, "CompanyID", number)
            put(put(tax, CAC, "TaxScheme"), CBC, "ID", scheme)
    legal = put(element, CAC, "PartyLegalEntity")
    put(legal, CBC, "RegistrationName", who.name)
    put(legal, CBC, "CompanyID", who.legal_id)
    if who.email:
        put(put(element, CAC, "Contact"), CBC, "ElectronicMail", who.email)


def payment(root: etree._Element, invoice: Invoice, *, due_here: bool) -> None:
    """Add how to pay; ``due_here``: a CreditNote keeps its due date with the means of payment."""
    seller = invoice.seller
    accounts = [seller.iban, *(a for a in invoice.accounts if a != seller.iban)]
    due = invoice.due_date if due_here else None
    if any(accounts) or due or invoice.payment_reference:
        for account in accounts:
            means = put(root, CAC, "PaymentMeans")
            put(means, CBC, "PaymentMeansCode", "58" if account else "1")
            put(means, CBC, "PaymentDueDate", due)
            put(means, CBC, "PaymentID", invoice.payment_reference)
            if account:
                holder = put(means, CAC, "PayeeFinancialAccount")
                put(holder, CBC, "ID", account)
                if account == seller.iban and seller.bic:
                    branch = put(holder, CAC, "FinancialInstitutionBranch")
                    put(branch, CBC, "ID", seller.bic)
    if invoice.payment_terms:
        put(put(root, CAC, "PaymentTerms"), CBC, "Note", invoice.payment_terms)


def allowance(
    parent: etree._Element,
    charge: bool,
    amount: Decimal,
    reason: str,
    currency: str,
    tax: tuple[str, Decimal | None] | None = None,
) -> None:
    """Add an allowance or charge; on the whole document it carries its tax category and rate."""
    element = put(parent, CAC, "AllowanceCharge")
    put(element, CBC, "ChargeIndicator", "true" if charge else "false")
    put(element, CBC, "AllowanceChargeReason", reason)
    money(element, "Amount", amount, currency)
    if tax is not None:
        tax_category(element, "TaxCategory", *tax)
