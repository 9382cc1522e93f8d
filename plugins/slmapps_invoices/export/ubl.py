"""UBL 2.1 with the client's accounts on every line (BT-133, ``cbc:AccountingCost``).

Design choices:

* Where the invoice came as UBL, its own file goes out again with nothing but the accounts put in.
* Otherwise the file is written from the record and reads back to an equal record; codes that only
  one syntax knows (Natura, TDxx) become their nearest UNTDID code.
* BT-133 holds one account: a line that is split names each account with its share.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from slmapps.records import Problem, Severity
from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.export.entries import Batch, Written, checked
from slmapps_invoices.export.ubl_parts import (
    CAC,
    CBC,
    allowance,
    money,
    party,
    payment,
    put,
    tax_category,
    unclassified,
)
from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["ubl_bytes", "write_ubl"]

CUSTOMIZATION = "urn:cen.eu:en16931:2017"
ROOTS = {
    "Invoice": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "CreditNote": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
}
# What may stand before cbc:AccountingCost in a line, in the order of the schema.
BEFORE_ACCOUNT = (
    "ID", "UUID", "Note", "InvoicedQuantity", "CreditedQuantity", "LineExtensionAmount",
    "TaxPointDate", "AccountingCostCode",
)  # fmt: skip
TYPE_CODES = {
    "TD01": "380", "TD02": "386", "TD03": "386", "TD04": "381", "TD05": "383", "TD06": "380",
    "TD07": "380", "TD08": "381", "TD09": "383",
}  # fmt: skip
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def _account_text(line: CodedLine) -> str:
    """BT-133 of a line: its account, or each account of a split with its amount."""
    if line.splits:
        return "; ".join(f"{account} {amount}" for account, amount in line.splits)
    return line.account or ""


def _is_ubl(data: bytes | None) -> etree._Element | None:
    """The root of a UBL invoice, parsed without entities, DTD or network; None otherwise."""
    if not data:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if b"<!DOCTYPE" in data:
        return None
    return root if etree.QName(root).namespace in ROOTS.values() else None


def _with_accounts(root: etree._Element, lines: Sequence[CodedLine]) -> bytes | None:
    """The seller's own file with BT-133 set; None where its lines are not those of the record."""
    kind = etree.QName(root).localname
    elements = root.findall(f"{{{CAC}}}{kind}Line")
    if len(elements) != len(lines):
        return None
    for element, line in zip(elements, lines, strict=True):
        text = _account_text(line)
        if not text:
            continue
        account = element.find(f"{{{CBC}}}AccountingCost")
        if account is None:
            account = etree.Element(f"{{{CBC}}}AccountingCost")
            names = [f"{{{CBC}}}{name}" for name in BEFORE_ACCOUNT]
            place = sum(1 for child in element if child.tag in names)
            element.insert(place, account)
        account.text = text
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _line(parent: etree._Element, line: InvoiceLine, invoice: Invoice, kind: str, tag: str) -> None:
    element = put(parent, CAC, tag)
    put(element, CBC, "ID", line.id or str(len(parent.findall(f"{{{CAC}}}{tag}"))))
    put(element, CBC, "Note", line.note)
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    unit = {"unitCode": line.unit} if line.unit else {}
    put(element, CBC, quantity, line.quantity, **unit)
    money(element, "LineExtensionAmount", line.net, invoice.currency)
    put(element, CBC, "AccountingCost", line.buyer_account)
    if line.order_line:
        put(put(element, CAC, "OrderLineReference"), CBC, "LineID", line.order_line)
    if line.discount is not None:
        allowance(element, line.discount < 0, abs(line.discount), "", invoice.currency)
    item = put(element, CAC, "Item")
    put(item, CBC, "Description", line.details)
    put(item, CBC, "Name", line.description)
    if line.seller_item:
        put(put(item, CAC, "SellersItemIdentification"), CBC, "ID", line.seller_item)
    for classification in line.classifications:
        scheme, code = unclassified(classification)
        holder = put(item, CAC, "CommodityClassification")
        put(holder, CBC, "ItemClassificationCode", code, **({"listID": scheme} if scheme else {}))
    if line.tax_category or line.tax_rate is not None:
        tax_category(item, "ClassifiedTaxCategory", line.tax_category, line.tax_rate)
    if line.unit_price is not None:
        price = put(element, CAC, "Price")
        money(price, "PriceAmount", line.unit_price, invoice.currency)
        put(price, CBC, "BaseQuantity", line.price_base, **(unit if line.price_base else {}))
    for sub_line in line.sub_lines:
        _line(element, sub_line, invoice, kind, "Sub" + tag.removeprefix("Sub"))


def _totals(root: etree._Element, invoice: Invoice) -> None:
    currency = invoice.currency
    if invoice.tax is not None or invoice.taxes:
        total = put(root, CAC, "TaxTotal")
        tax = sum((row.tax or Decimal(0) for row in invoice.taxes), Decimal(0))
        money(total, "TaxAmount", tax if invoice.tax is None else invoice.tax, currency)
        for row in invoice.taxes:
            subtotal = put(total, CAC, "TaxSubtotal")
            money(subtotal, "TaxableAmount", row.base, currency)
            money(subtotal, "TaxAmount", row.tax, currency)
            tax_category(subtotal, "TaxCategory", row.category, row.rate, reason=True)
    sums = put(root, CAC, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", invoice.line_total),
        ("TaxExclusiveAmount", invoice.net),
        ("TaxInclusiveAmount", invoice.total),
        ("AllowanceTotalAmount", invoice.allowance_total),
        ("ChargeTotalAmount", invoice.charge_total),
        ("PrepaidAmount", invoice.paid),
        ("PayableRoundingAmount", invoice.rounding),
        ("PayableAmount", invoice.due),
    ):
        money(sums, name, amount, currency)


def ubl_bytes(invoice: Invoice) -> bytes:
    """``invoice`` as UBL 2.1 of the EN 16931 core: a CreditNote for credit notes, else an Invoice.

    A value that the record does not state is left out; nothing is computed.
    """
    kind = "CreditNote" if invoice.type == "credit_note" else "Invoice"
    # lxml's stubs leave out that None stands for the default namespace.
    namespaces: Any = {None: ROOTS[kind], "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{ROOTS[kind]}}}{kind}", nsmap=namespaces)
    put(root, CBC, "CustomizationID", CUSTOMIZATION)
    put(root, CBC, "ID", invoice.number)
    put(root, CBC, "IssueDate", invoice.issue_date)
    if kind == "Invoice":
        put(root, CBC, "DueDate", invoice.due_date)
    fallback = "381" if kind == "CreditNote" else "380"
    code = TYPE_CODES.get(invoice.type_code, invoice.type_code) or fallback
    put(root, CBC, f"{kind}TypeCode", code if code.isdigit() else fallback)
    for note in (*invoice.notes, *(remark.text for remark in invoice.remarks)):
        put(root, CBC, "Note", note)
    put(root, CBC, "DocumentCurrencyCode", invoice.currency)
    put(root, CBC, "AccountingCost", invoice.buyer_account)
    put(root, CBC, "BuyerReference", invoice.buyer_reference)
    if invoice.order_reference:
        put(put(root, CAC, "OrderReference"), CBC, "ID", invoice.order_reference)
    party(root, "AccountingSupplierParty", invoice.seller)
    party(root, "AccountingCustomerParty", invoice.buyer)
    payment(root, invoice, due_here=kind == "CreditNote")
    for entry in invoice.allowances:
        rows = [row for row in invoice.taxes if row.rate == entry.tax_rate]
        category = rows[0].category if rows else ""
        allowance(
            root, entry.charge, entry.amount or Decimal(0), entry.reason, invoice.currency,
            tax=(category, entry.tax_rate) if entry.tax_rate is not None or category else None,
        )  # fmt: skip
    _totals(root, invoice)
    for line in invoice.lines:
        _line(root, line, invoice, kind, f"{kind}Line")
    etree.indent(root, space="  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _coded(invoice: CodedInvoice) -> tuple[bytes, list[Problem]]:
    problems = []
    if any(line.splits for line in invoice.lines):
        problems.append(
            Problem(
                code="ubl-split",
                message=f"{invoice.invoice.number}: a split line names several accounts in BT-133",
                cure="tell the receiver, or take one of the ledger formats, which write a split "
                "as several lines",
                severity=Severity.WARNING,
                file=invoice.file or None,
            )
        )
    root = _is_ubl(invoice.original)
    data = _with_accounts(root, invoice.lines) if root is not None else None
    if data is None:
        lines = tuple(
            line.line.model_copy(update={"buyer_account": _account_text(line)})
            for line in invoice.lines
        )
        data = ubl_bytes(invoice.invoice.model_copy(update={"lines": lines}))
    return data, problems


def _agrees(data: bytes, coded: CodedInvoice) -> bool:
    """Whether the file, read back, is the invoice with its accounts."""
    from slmapps_invoices.read import read_invoice

    read, _ = read_invoice(data, name="export.xml")
    wanted = coded.invoice
    return (
        read is not None
        and read.number == wanted.number.strip()
        and (read.net, read.total) == (wanted.net, wanted.total)
        and wanted.tax in {None, read.tax}
        and len(read.lines) == len(coded.lines)
    )


def write_ubl(batch: Batch) -> Written:
    """One invoice as XML, several as a ZIP of XML files with fixed times."""
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    agrees = True
    for coded in batch.invoices:
        data, found = _coded(coded)
        problems += found
        agrees = agrees and _agrees(data, coded)
        name = file_stem(coded.invoice)
        while f"{name}.xml" in files:
            name += "_"
        files[f"{name}.xml"] = data
    if len(files) == 1:
        name, data = files.popitem()
        return checked(data, name, problems, agrees=agrees)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return checked(out.getvalue(), "invoices-ubl.zip", problems, agrees=agrees)


def file_stem(invoice: Invoice) -> str:
    """A file name for an invoice from its number; letters, digits, dot, dash, never a path."""
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in invoice.number
    )
    return (plain.strip("-") or "invoice")[:80]
