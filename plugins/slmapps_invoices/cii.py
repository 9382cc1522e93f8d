"""UN/CEFACT Cross Industry Invoice, to the Invoice record: every version of ZUGFeRD and Factur-X.

The three generations name the same groups differently:

=====================  ==============================  =====================================
release candidate      ZUGFeRD 1.0                     ZUGFeRD 2 / Factur-X / XRechnung
=====================  ==============================  =====================================
Invoice                CrossIndustryDocument           CrossIndustryInvoice
HeaderExchanged…       HeaderExchangedDocument         ExchangedDocument
Applicable…Agreement   ApplicableSupplyChainTrade…     ApplicableHeaderTrade…
ApplicablePercent      ApplicablePercent               RateApplicablePercent
=====================  ==============================  =====================================

Each path below takes all of them.
"""

from __future__ import annotations

from decimal import Decimal

from slmapps_invoices.document_types import document_type
from slmapps_invoices.line_groups import LineEntry, arrange
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party, Remark, TaxSubtotal
from slmapps_invoices.source import Node, Source, local_name
from slmapps_invoices.wording import (
    account_number,
    join_lines,
    note_text,
    price_base,
    same_currency,
)

__all__ = ["guideline", "read_cii"]

_PERCENT = "RateApplicablePercent|ApplicablePercent"
_HEADER_SUM = (
    "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
)
_LINE_SUM = (
    "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
)
_ACCOUNT = "ReceivableSpecifiedTradeAccountingAccount|SpecifiedTradeAccountingAccount/ID"
_MEANS = "SpecifiedTradeSettlementPaymentMeans"
_PAYEE = "PayeePartyCreditorFinancialAccount"


def guideline(source: Source, root: Node) -> str:
    """Give the profile's identifier (BT-24)."""
    return source.text(
        root,
        "ExchangedDocumentContext|SpecifiedExchangedDocumentContext"
        "/GuidelineSpecifiedDocumentContextParameter/ID",
        "profile",
    )


def read_cii(source: Source, root: Node) -> Invoice:
    """Read the root element of a Cross Industry Invoice of any generation."""
    head = source.first(root, "ExchangedDocument|HeaderExchangedDocument")
    deal = source.first(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    agreement = source.first(
        deal, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
    )
    settlement = source.first(
        deal, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
    )
    total = source.first(settlement, _HEADER_SUM)
    code = source.text(head, "TypeCode", "type_code") or "380"
    currency = source.text(settlement, "InvoiceCurrencyCode", "currency")
    accounts = _accounts(source, settlement)
    seller = _party(source, source.first(agreement, "SellerTradeParty"), "seller")
    lines, remarks = _lines(source, deal)
    return Invoice(
        number=source.text(head, "ID", "number"),
        issue_date=source.day(head, "IssueDateTime", "issue_date"),
        due_date=source.day(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime", "due_date"),
        type=document_type(code),
        type_code=code,
        currency=currency,
        seller=seller.model_copy(
            update={
                "iban": accounts[0] if accounts else "",
                "bic": source.text(
                    settlement,
                    f"{_MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID",
                    "seller.bic",
                ).replace(" ", ""),
            }
        ),
        buyer=_party(source, source.first(agreement, "BuyerTradeParty"), "buyer"),
        line_total=source.amount(total, "LineTotalAmount", "line_total"),
        allowance_total=source.optional(total, "AllowanceTotalAmount", "allowance_total"),
        charge_total=source.optional(total, "ChargeTotalAmount", "charge_total"),
        net=source.amount(total, "TaxBasisTotalAmount", "net"),
        tax=_tax_total(source, total, currency),
        total=source.amount(total, "GrandTotalAmount", "total"),
        paid=source.optional(total, "TotalPrepaidAmount", "paid"),
        rounding=source.optional(total, "RoundingAmount", "rounding"),
        due=source.amount(total, "DuePayableAmount", "due"),
        taxes=tuple(
            _tax(source, node, f"taxes[{at}]")
            for at, node in enumerate(source.each(settlement, "ApplicableTradeTax"))
        ),
        allowances=_allowances(source, settlement),
        lines=lines,
        buyer_reference=source.text(agreement, "BuyerReference", "buyer_reference"),
        buyer_account=source.text(settlement, _ACCOUNT, "buyer_account"),
        order_reference=source.text(
            agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID", "order_reference"
        ),
        payment_reference=source.text(settlement, "PaymentReference", "payment_reference"),
        payment_terms=join_lines(
            source.texts(settlement, "SpecifiedTradePaymentTerms/Description")
        ),
        remarks=remarks,
        notes=tuple(note_text(note) for note in source.texts(head, "IncludedNote/Content")),
        accounts=accounts,
        syntax="CII" if local_name(root) == "CrossIndustryInvoice" else "ZUGFeRD 1",
        profile=guideline(source, root),
        places=source.places,
    )


def _party(source: Source, node: Node | None, key: str) -> Party:
    address = source.first(node, "PostalTradeAddress")
    vat_id = tax_id = ""
    for element in source.each(node, "SpecifiedTaxRegistration/ID"):
        text = (element.text or "").strip()
        kind = element.get("schemeID", "").upper()
        if text and kind in {"VA", "VAT"} and not vat_id:
            vat_id = text
            source.mark(element, f"{key}.vat_id")
        elif text and kind not in {"VA", "VAT"} and not tax_id:
            tax_id = text
            source.mark(element, f"{key}.tax_id")
    lines = (
        source.text(address, "LineOne", f"{key}.street"),
        source.text(address, "LineTwo"),
        source.text(address, "LineThree"),
    )
    return Party(
        name=source.text(node, "Name", f"{key}.name"),
        vat_id=vat_id,
        tax_id=tax_id,
        street=", ".join(line for line in lines if line),
        city=source.text(address, "CityName", f"{key}.city"),
        postcode=source.text(address, "PostcodeCode", f"{key}.postcode"),
        country=source.text(address, "CountryID", f"{key}.country"),
        legal_id=source.text(node, "SpecifiedLegalOrganization/ID", f"{key}.legal_id"),
        email=source.text(
            node,
            "DefinedTradeContact/EmailURIUniversalCommunication/URIID|CompleteNumber",
            f"{key}.email",
        ),
    )


def _accounts(source: Source, settlement: Node | None) -> tuple[str, ...]:
    found: list[str] = []
    for node in source.each(settlement, f"{_MEANS}/{_PAYEE}"):
        text = source.text(node, "IBANID", "seller.iban") or source.text(
            node, "ProprietaryID", "seller.iban"
        )
        if text:
            found.append(account_number(text))
    return tuple(dict.fromkeys(found))


def _tax_total(source: Source, total: Node | None, currency: str) -> Decimal | None:
    """Give the VAT total in the invoice's currency (BT-110), not that of BT-111."""
    for element in source.each(total, "TaxTotalAmount"):
        if same_currency(element.get("currencyID"), currency):
            return source.number(element, "tax")
    return None


def _tax(source: Source, node: Node, key: str) -> TaxSubtotal:
    return TaxSubtotal(
        category=source.text(node, "CategoryCode", f"{key}.category"),
        rate=source.amount(node, _PERCENT, f"{key}.rate"),
        base=source.amount(node, "BasisAmount", f"{key}.base"),
        tax=source.amount(node, "CalculatedAmount", f"{key}.tax"),
    )


def _allowances(source: Source, settlement: Node | None) -> tuple[Allowance, ...]:
    """Give allowances and charges; ZUGFeRD's logistics charges are charges too."""
    found: list[Allowance] = []
    for node in source.each(
        settlement, "SpecifiedTradeAllowanceCharge|SpecifiedLogisticsServiceCharge"
    ):
        found.append(_allowance(source, node, f"allowances[{len(found)}]"))
    return tuple(found)


def _allowance(source: Source, node: Node, key: str) -> Allowance:
    logistics = local_name(node) == "SpecifiedLogisticsServiceCharge"
    stated = source.text(node, "ChargeIndicator/Indicator") or source.text(node, "ChargeIndicator")
    return Allowance(
        charge=logistics or stated.lower() in {"true", "1"},
        amount=source.amount(node, "ActualAmount|AppliedAmount", f"{key}.amount" if key else ""),
        tax_rate=source.amount(node, f"CategoryTradeTax|AppliedTradeTax/{_PERCENT}"),
        reason=source.text(node, "Reason|Description"),
    )


def _lines(source: Source, deal: Node | None) -> tuple[tuple[InvoiceLine, ...], tuple[Remark, ...]]:
    """Give the lines, and apart from them those that are text and nothing else (ZUGFeRD 1)."""
    entries: list[LineEntry] = []
    remarks: list[Remark] = []
    for node in source.each(deal, "IncludedSupplyChainTradeLineItem"):
        about = source.first(node, "AssociatedDocumentLineDocument")
        line = _line(source, node, about, f"lines[{len(entries)}]")
        if line.net is None and line.quantity is None and not line.description:
            remarks.append(Remark(position=len(entries), id=line.id, text=line.note))
            continue
        entries.append(
            LineEntry(
                line,
                parent=source.text(about, "ParentLineID"),
                status=source.text(about, "LineStatusReasonCode").upper(),
            )
        )
    return arrange(entries, source.places), tuple(remarks)


def _line(source: Source, node: Node, about: Node | None, key: str) -> InvoiceLine:
    product = source.first(node, "SpecifiedTradeProduct")
    agreement = source.first(node, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    delivery = source.first(node, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery")
    settlement = source.first(
        node, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
    )
    tax = source.first(settlement, "ApplicableTradeTax")
    quantity = source.first(delivery, "BilledQuantity")
    net_price = source.first(agreement, "NetPriceProductTradePrice")
    gross_price = source.first(agreement, "GrossPriceProductTradePrice")
    price = source.amount(net_price, "ChargeAmount", f"{key}.unit_price")
    base = source.amount(net_price, "BasisQuantity", f"{key}.price_base")
    if base is None:
        base = source.amount(gross_price, "BasisQuantity", f"{key}.price_base")
    return InvoiceLine(
        id=source.text(about, "LineID", f"{key}.id"),
        description=source.text(product, "Name", f"{key}.description")
        or source.text(product, "Description", f"{key}.description"),
        details=source.text(product, "Description", f"{key}.details"),
        quantity=None if quantity is None else source.number(quantity, f"{key}.quantity"),
        unit="" if quantity is None else quantity.get("unitCode", ""),
        unit_price=price,
        price_base=price_base(base),
        discount=_discount(source, settlement),
        net=source.amount(settlement, f"{_LINE_SUM}/LineTotalAmount", f"{key}.net"),
        tax_rate=source.amount(tax, _PERCENT, f"{key}.tax_rate"),
        tax_category=source.text(tax, "CategoryCode", f"{key}.tax_category"),
        buyer_account=source.text(settlement, _ACCOUNT, f"{key}.buyer_account"),
        classifications=_classifications(source, product, key),
        seller_item=source.text(product, "SellerAssignedID", f"{key}.seller_item"),
        order_line=source.text(
            agreement, "BuyerOrderReferencedDocument/LineID", f"{key}.order_line"
        ),
        note=join_lines(source.texts(about, "IncludedNote/Content")),
    )


def _discount(source: Source, settlement: Node | None) -> Decimal | None:
    parts = [
        _allowance(source, node, "")
        for node in source.each(settlement, "SpecifiedTradeAllowanceCharge")
    ]
    amounts = [-part.amount if part.charge else part.amount for part in parts if part.amount]
    return sum(amounts, Decimal(0)) if amounts else None


def _classifications(source: Source, product: Node | None, key: str) -> tuple[str, ...]:
    path = "DesignatedProductClassification/ClassCode"
    source.text(product, path, f"{key}.classifications")
    found = []
    for element in source.each(product, path):
        code = (element.text or "").strip()
        if code:
            found.append(f"{element.get('listID', '')}:{code}")
    return tuple(found)
