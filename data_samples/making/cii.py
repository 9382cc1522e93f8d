"""An invoice as Cross Industry Invoice (UN/CEFACT D16B), the XML inside a Factur-X page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from slmapps_invoices.export.ubl_parts import EXEMPTIONS
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party

__all__ = ["cii_bytes"]

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


def _add(
    parent: etree._Element, name: str, text: object = None, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACES['ram']}}}{name}", attributes)
    if text is not None:
        element.text = format(text, "f") if isinstance(text, Decimal) else str(text)
    return element


def _day(parent: etree._Element, name: str, day: date) -> None:
    stamp = etree.SubElement(
        _add(parent, name), f"{{{NAMESPACES['udt']}}}DateTimeString", {"format": "102"}
    )
    stamp.text = f"{day:%Y%m%d}"


def _tax(parent: etree._Element, name: str, category: str, rate: Decimal | None) -> None:
    tax = _add(parent, name)
    _add(tax, "TypeCode", "VAT")
    _add(tax, "CategoryCode", category)
    _add(tax, "RateApplicablePercent", rate)


def _party(parent: etree._Element, name: str, who: Party) -> None:
    element = _add(parent, name)
    _add(element, "Name", who.name)
    if who.legal_id:
        _add(_add(element, "SpecifiedLegalOrganization"), "ID", who.legal_id)
    address = _add(element, "PostalTradeAddress")
    _add(address, "PostcodeCode", who.postcode)
    _add(address, "LineOne", who.street)
    _add(address, "CityName", who.city)
    _add(address, "CountryID", who.country)
    if who.vat_id:
        _add(_add(element, "SpecifiedTaxRegistration"), "ID", who.vat_id, schemeID="VA")


def _line(parent: etree._Element, line: InvoiceLine) -> None:
    item = _add(parent, "IncludedSupplyChainTradeLineItem")
    _add(_add(item, "AssociatedDocumentLineDocument"), "LineID", line.id)
    product = _add(item, "SpecifiedTradeProduct")
    _add(product, "Name", line.description)
    if line.details:
        _add(product, "Description", line.details)
    price = _add(_add(item, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    _add(price, "ChargeAmount", line.unit_price)
    delivery = _add(item, "SpecifiedLineTradeDelivery")
    _add(delivery, "BilledQuantity", line.quantity, unitCode=line.unit)
    settlement = _add(item, "SpecifiedLineTradeSettlement")
    _tax(settlement, "ApplicableTradeTax", line.tax_category, line.tax_rate)
    sums = _add(settlement, "SpecifiedTradeSettlementLineMonetarySummation")
    _add(sums, "LineTotalAmount", line.net)
    if line.buyer_account:
        account = _add(settlement, "ReceivableSpecifiedTradeAccountingAccount")
        _add(account, "ID", line.buyer_account)


def _allowance(parent: etree._Element, entry: Allowance, category: str) -> None:
    element = _add(parent, "SpecifiedTradeAllowanceCharge")
    indicator = _add(element, "ChargeIndicator")
    flag = etree.SubElement(indicator, f"{{{NAMESPACES['udt']}}}Indicator")
    flag.text = "true" if entry.charge else "false"
    _add(element, "ActualAmount", entry.amount)
    _add(element, "Reason", entry.reason)
    _tax(element, "CategoryTradeTax", category, entry.tax_rate)


def _settlement(trade: etree._Element, invoice: Invoice) -> None:
    settlement = _add(trade, "ApplicableHeaderTradeSettlement")
    _add(settlement, "PaymentReference", invoice.payment_reference)
    _add(settlement, "InvoiceCurrencyCode", invoice.currency)
    means = _add(settlement, "SpecifiedTradeSettlementPaymentMeans")
    _add(means, "TypeCode", "58")
    _add(_add(means, "PayeePartyCreditorFinancialAccount"), "IBANID", invoice.seller.iban)
    bank = _add(means, "PayeeSpecifiedCreditorFinancialInstitution")
    _add(bank, "BICID", invoice.seller.bic)
    for row in invoice.taxes:
        tax = _add(settlement, "ApplicableTradeTax")
        _add(tax, "CalculatedAmount", row.tax)
        _add(tax, "TypeCode", "VAT")
        name, reason = EXEMPTIONS.get(row.category, ("", ""))
        if name == "TaxExemptionReason":
            _add(tax, "ExemptionReason", reason)
        _add(tax, "BasisAmount", row.base)
        _add(tax, "CategoryCode", row.category)
        if name == "TaxExemptionReasonCode":
            _add(tax, "ExemptionReasonCode", reason)
        _add(tax, "RateApplicablePercent", row.rate)
    for entry in invoice.allowances:
        category = next(row.category for row in invoice.taxes if row.rate == entry.tax_rate)
        _allowance(settlement, entry, category)
    terms = _add(settlement, "SpecifiedTradePaymentTerms")
    if invoice.payment_terms:
        _add(terms, "Description", invoice.payment_terms)
    if invoice.due_date:
        _day(terms, "DueDateDateTime", invoice.due_date)
    sums = _add(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(sums, "LineTotalAmount", invoice.line_total)
    for name, amount in (
        ("ChargeTotalAmount", invoice.charge_total),
        ("AllowanceTotalAmount", invoice.allowance_total),
        ("TaxBasisTotalAmount", invoice.net),
    ):
        if amount is not None:
            _add(sums, name, amount)
    _add(sums, "TaxTotalAmount", invoice.tax, currencyID=invoice.currency)
    _add(sums, "GrandTotalAmount", invoice.total)
    _add(sums, "DuePayableAmount", invoice.due)


def cii_bytes(invoice: Invoice) -> bytes:
    """``invoice`` as CII under the EN 16931 profile (the profile that Factur-X calls COMFORT)."""
    root = etree.Element(f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice", nsmap=NAMESPACES)
    context = etree.SubElement(root, f"{{{NAMESPACES['rsm']}}}ExchangedDocumentContext")
    guideline = _add(context, "GuidelineSpecifiedDocumentContextParameter")
    _add(guideline, "ID", "urn:cen.eu:en16931:2017")
    document = etree.SubElement(root, f"{{{NAMESPACES['rsm']}}}ExchangedDocument")
    _add(document, "ID", invoice.number)
    _add(document, "TypeCode", invoice.type_code)
    if invoice.issue_date:
        _day(document, "IssueDateTime", invoice.issue_date)
    for note in invoice.notes:
        _add(_add(document, "IncludedNote"), "Content", note)
    trade = etree.SubElement(root, f"{{{NAMESPACES['rsm']}}}SupplyChainTradeTransaction")
    for line in invoice.lines:
        _line(trade, line)
    agreement = _add(trade, "ApplicableHeaderTradeAgreement")
    if invoice.buyer_reference:
        _add(agreement, "BuyerReference", invoice.buyer_reference)
    _party(agreement, "SellerTradeParty", invoice.seller)
    _party(agreement, "BuyerTradeParty", invoice.buyer)
    if invoice.order_reference:
        order = _add(agreement, "BuyerOrderReferencedDocument")
        _add(order, "IssuerAssignedID", invoice.order_reference)
    delivery = _add(trade, "ApplicableHeaderTradeDelivery")
    if invoice.seller.country != invoice.buyer.country:
        # Goods that cross a border inside the Union name where and when they went (BR-IC-11, -12).
        address = _add(_add(delivery, "ShipToTradeParty"), "PostalTradeAddress")
        _add(address, "CountryID", invoice.buyer.country)
        if invoice.issue_date:
            event = _add(delivery, "ActualDeliverySupplyChainEvent")
            _day(event, "OccurrenceDateTime", invoice.issue_date)
    _settlement(trade, invoice)
    etree.indent(root, space="  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
