"""Which syntax an XML document is in, and what it is when it is no invoice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from slmapps.records import Problem
from slmapps_invoices.cii import guideline, read_cii
from slmapps_invoices.conformity import check_form
from slmapps_invoices.fatturapa import read_fatturapa
from slmapps_invoices.records import Invoice
from slmapps_invoices.source import Node, Source, local_name
from slmapps_invoices.ubl import read_ubl

__all__ = ["is_business_document", "read_root"]

_CII_ROOTS = {"CrossIndustryInvoice", "CrossIndustryDocument"}
_FATTURA_ROOTS = {"FatturaElettronica", "FatturaElettronicaSemplificata"}
_OTHERS = {
    "Order": "an order",
    "OrderChange": "a change of an order",
    "OrderCancellation": "a cancellation of an order",
    "OrderResponse": "an answer to an order",
    "OrderResponseSimple": "an answer to an order",
    "SCRDMCCBDACIOMessageStructure": "an order (Order-X)",
    "SCRDMCCBDACIDAMessageStructure": "a despatch advice (Deliver-X)",
    "CrossIndustryOrder": "an order",
    "CrossIndustryOrderResponse": "an answer to an order",
    "CrossIndustryQuotation": "a quotation",
    "CrossIndustryDespatchAdvice": "a despatch advice",
    "DespatchAdvice": "a despatch advice",
    "ReceiptAdvice": "a receipt advice",
    "Quotation": "a quotation",
    "RequestForQuotation": "a request for a quotation",
    "Catalogue": "a catalogue",
    "Reminder": "a reminder",
    "Statement": "a statement of account",
    "ApplicationResponse": "an answer of a receiving system",
}
_ORDER_CODES = {"220", "221", "226", "230", "231", "310", "315"}
_ENVELOPE_DEPTH = 4


def read_root(root: Node, document: str, attachment: str | None) -> Found:
    """Read every invoice in an XML tree; ``document`` is the sha256 of the file it came in."""
    source = Source(root, document, attachment)
    for node in _inside(root, _ENVELOPE_DEPTH):
        name = local_name(node)
        if name in _FATTURA_ROOTS:
            invoices = read_fatturapa(source, node)
            if invoices:
                return invoices, source.problems
        elif name in _CII_ROOTS or (name == "Invoice" and _is_candidate(source, node)):
            refused = _order(source, node)
            if refused is not None:
                return [], [refused]
            invoice = read_cii(source, node)
            return [invoice], source.problems + check_form(source, node, invoice.profile)
        elif name in {"Invoice", "CreditNote"} and _is_ubl(source, node):
            return [read_ubl(source, node)], source.problems
        elif name in _OTHERS:
            return [], [_no_invoice(_OTHERS[name])]
    return [], [
        Problem(
            code="syntax-unknown",
            message=f"The XML ('{local_name(root)[:60]}') is no invoice in a syntax that is read.",
            cure="Ask for UBL 2.1, CII (Factur-X, ZUGFeRD, XRechnung) or FatturaPA.",
        )
    ]


Found = tuple[list[Invoice], list[Problem]]


def is_business_document(root: Node) -> bool:
    """Tell whether a tree is an invoice or another document of trade, and no other XML."""
    known = _CII_ROOTS | _FATTURA_ROOTS | {"Invoice", "CreditNote"} | _OTHERS.keys()
    return any(local_name(node) in known for node in _inside(root, _ENVELOPE_DEPTH))


def _inside(root: Node, depth: int) -> Iterator[Node]:
    """Give the root and what an envelope (such as Peppol's SBDH) may hold, outermost first."""
    level = [root]
    for _ in range(depth):
        yield from level
        level = [
            child for node in level for child in islice(node, 50) if isinstance(child.tag, str)
        ]
        if len(level) > 500:
            return


def _is_candidate(source: Source, node: Node) -> bool:
    return source.first(node, "HeaderExchangedDocument|ExchangedDocument") is not None


def _is_ubl(source: Source, node: Node) -> bool:
    return source.first(node, "LegalMonetaryTotal|InvoiceLine|CreditNoteLine|IssueDate") is not None


def _order(source: Source, root: Node) -> Problem | None:
    code = source.text(root, "ExchangedDocument|HeaderExchangedDocument/TypeCode")
    if ":order" in guideline(source, root).lower() or code in _ORDER_CODES:
        return _no_invoice("an order")
    return None


def _no_invoice(what: str) -> Problem:
    return Problem(
        code="not-an-invoice",
        message=f"The document is {what}, not an invoice.",
        cure="Nothing is booked from it; send the invoice that follows it.",
    )
