"""E-invoices for the tests of the desk: small UBL files that keep every arithmetic rule."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

CHART = pd.DataFrame(
    [
        ("5000", "Flour and grains", "no"),
        ("5010", "Dairy and eggs", "no"),
        ("6100", "Electricity", "no"),
        ("6200", "Machinery repairs", "no"),
        ("6300", "Printing and stationery", "no"),
        ("6400", "Postage and couriers", "no"),
        ("6410", "*Do not use* Telegrams", "no"),
        ("6420", "Fax line", "yes"),
    ],
    columns=["account", "name", "retired"],
)
CLIENT = "harbour-bakery"
MILLS = "Weir & Sons Millers Ltd"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"


def _party(role: str, name: str, vat: str = "") -> str:
    scheme = (
        f"<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        if vat
        else ""
    )
    return (
        f"<cac:Accounting{role}Party><cac:Party>{scheme}<cac:PartyLegalEntity>"
        f"<cbc:RegistrationName>{escape(name)}</cbc:RegistrationName></cac:PartyLegalEntity>"
        f"</cac:Party></cac:Accounting{role}Party>"
    )


def bill(
    number: str,
    *lines: tuple[str, str] | tuple[str, str, str],
    seller: str = MILLS,
    vat: str = "",
    iban: str = "XX00 1111 2222 3333",
    buyer_account: str = "",
    date: str = "2026-03-02",
) -> bytes:
    """A UBL invoice; a line is (description, net amount) or (…, BT-133)."""
    net = sum((Decimal(line[1]) for line in lines), Decimal(0))
    tax = (net * 20 / 100).quantize(Decimal("0.01"))
    items = "".join(
        f'<cac:InvoiceLine><cbc:ID>{at}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">1'
        f'</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">{line[1]}'
        "</cbc:LineExtensionAmount>"
        + (f"<cbc:AccountingCost>{line[2]}</cbc:AccountingCost>" if len(line) > 2 else "")
        + f"<cac:Item><cbc:Name>{escape(line[0])}</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S"
        "</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        "</cac:ClassifiedTaxCategory></cac:Item><cac:Price>"
        f'<cbc:PriceAmount currencyID="EUR">{line[1]}</cbc:PriceAmount></cac:Price>'
        "</cac:InvoiceLine>"
        for at, line in enumerate(lines, start=1)
    )
    cost = f"<cbc:AccountingCost>{buyer_account}</cbc:AccountingCost>" if buyer_account else ""
    amount = '<cbc:{0} currencyID="EUR">{1}</cbc:{0}>'.format
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
        f' xmlns:cbc="{_CBC}" xmlns:cac="{_CAC}"><cbc:ID>{escape(number)}</cbc:ID>'
        f"<cbc:IssueDate>{date}</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        f"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{cost}"
        + _party("Supplier", seller, vat)
        + _party("Customer", "Harbour Street Bakery")
        + "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>"
        f"<cac:PayeeFinancialAccount><cbc:ID>{iban}</cbc:ID></cac:PayeeFinancialAccount>"
        "</cac:PaymentMeans><cac:TaxTotal>"
        + amount("TaxAmount", tax)
        + "<cac:TaxSubtotal>"
        + amount("TaxableAmount", net)
        + amount("TaxAmount", tax)
        + "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme>"
        "<cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
        "<cac:LegalMonetaryTotal>"
        + amount("LineExtensionAmount", net)
        + amount("TaxExclusiveAmount", net)
        + amount("TaxInclusiveAmount", net + tax)
        + amount("PayableAmount", net + tax)
        + f"</cac:LegalMonetaryTotal>{items}</Invoice>"
    ).encode()


def written(folder: Path, *bills: bytes) -> list[Path]:
    """The bills as files of a folder, numbered on from what is in there."""
    folder.mkdir(exist_ok=True)
    start = len(list(folder.iterdir()))
    paths = [folder / f"bill-{start + at:03}.xml" for at in range(len(bills))]
    for path, content in zip(paths, bills, strict=True):
        path.write_bytes(content)
    return paths
