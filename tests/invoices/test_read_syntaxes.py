"""Every syntax gives the same record, and says where each value stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from slmapps.records import Severity
from slmapps_invoices.read import read_invoice, read_invoices, to_contract
from tests.invoices.einvoices import CASE, cii, fattura, pdf, peppol_envelope, ubl, zugferd1

SHOWN = ["Invoice HW-2025/0417", "31 March 2025", "Total 166.60 EUR", "Thank you for your order"]


def only(data: bytes, **options):
    invoice, problems = read_invoice(data, **options)
    assert problems == []
    assert invoice is not None
    return invoice


def values(invoice) -> dict:
    return invoice.model_dump(exclude={"places", "syntax", "profile"})


def test_ubl_gives_header_parties_sums_and_lines() -> None:
    invoice = only(ubl())
    assert (invoice.number, invoice.issue_date) == ("HW-2025/0417", date(2025, 3, 31))
    assert (invoice.due_date, invoice.type, invoice.currency) == (
        date(2025, 4, 30),
        "invoice",
        "EUR",
    )
    assert invoice.seller.name == "Hazel Woodworks GmbH"
    assert (invoice.seller.vat_id, invoice.seller.tax_id) == ("ATU00000000", "12 345")
    assert (invoice.seller.iban, invoice.seller.bic) == ("AT001111222233334444", "TESTATWW")
    assert (invoice.net, invoice.tax, invoice.total) == (
        Decimal(140),
        Decimal("26.60"),
        Decimal("166.60"),
    )
    assert (invoice.paid, invoice.rounding, invoice.due) == (
        Decimal("16.60"),
        Decimal("0.40"),
        Decimal("150.40"),
    )
    first, second = invoice.lines
    assert (first.description, first.details, first.note) == ("Oak shelf, oiled", "80 cm", "deep")
    assert (first.quantity, first.unit_price, first.discount, first.net) == (
        10,
        Decimal("12.50"),
        5,
        120,
    )
    assert (second.price_base, second.net, second.tax_rate) == (2, Decimal("16.50"), 19)


def test_buyer_accounting_references_and_classifications_are_read() -> None:
    for data in (ubl(), cii()):
        invoice = only(data)
        assert (invoice.buyer_account, invoice.buyer_reference) == ("4711-OFFICE", "DESK-9")
        assert invoice.lines[0].buyer_account == "0420"
        assert invoice.lines[0].classifications == ("STI:56101700",)
        assert (invoice.order_reference, invoice.lines[0].order_line) == ("PO-88", "7")


def test_ubl_and_cii_twins_give_equal_records() -> None:
    assert values(only(ubl())) == values(only(cii()))


def test_vat_total_is_the_one_in_the_invoice_currency() -> None:
    assert only(ubl()).tax == only(cii()).tax == Decimal("26.60")


@pytest.mark.parametrize("make", [ubl, cii])
def test_any_namespace_prefix_is_read(make) -> None:
    assert values(only(make(prefix="x"))) == values(only(make()))


def test_credit_note_keeps_its_amounts_and_is_named_one() -> None:
    note = only(ubl(CASE.but(type_code="381"), credit=True))
    assert (note.type, note.total, len(note.lines)) == ("credit_note", Decimal("166.60"), 2)
    assert values(note) == values(only(cii(CASE.but(type_code="381"))))


@pytest.mark.parametrize("candidate", [False, True])
def test_old_zugferd_roots_are_read(candidate) -> None:
    invoice = only(zugferd1(candidate=candidate))
    assert invoice.syntax == "ZUGFeRD 1"
    assert (invoice.number, invoice.issue_date) == ("HW-2025/0417", date(2025, 3, 31))
    assert [(line.description, line.net) for line in invoice.lines] == [
        ("Oak shelf", Decimal("136.50"))
    ]
    assert [(part.charge, part.amount) for part in invoice.allowances] == [
        (False, Decimal("6.50")),
        (True, 10),
    ]


def test_a_remark_line_is_listed_and_not_booked() -> None:
    invoice = only(zugferd1())
    assert [remark.text for remark in invoice.remarks] == ["As delivered in March:"]
    listed = to_contract(invoice)["lines"]
    assert [(line["description"], line["net"]) for line in listed] == [
        ("", None),
        ("Oak shelf", "136.50"),
    ]


def test_fattura_counts_pension_fund_and_withholding() -> None:
    invoice = only(fattura())
    assert (invoice.seller.name, invoice.seller.vat_id) == ("Ada Prova", "IT00000000000")
    assert (invoice.net, invoice.tax, invoice.total) == (
        1040,
        Decimal("228.80"),
        Decimal("1268.80"),
    )
    assert (invoice.withheld, invoice.stamp_duty, invoice.due) == (200, 2, Decimal("1068.80"))
    assert (invoice.charge_total, invoice.lines[0].net) == (40, 1000)
    assert (invoice.lines[0].buyer_account, invoice.lines[0].classifications) == (
        "CAP-12",
        ("CPV:79411000",),
    )


def test_every_body_of_a_fattura_is_an_invoice() -> None:
    invoices, problems = read_invoices(fattura(bodies=3))
    assert [invoice.number for invoice in invoices] == ["P/1", "P/2", "P/3"]
    assert problems == []
    first, problems = read_invoice(fattura(bodies=3))
    assert first is not None
    assert [problem.code for problem in problems] == ["several-invoices"]


def test_an_invoice_in_a_peppol_envelope_is_read() -> None:
    assert only(peppol_envelope(ubl())).total == Decimal("166.60")


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "daten ümläut.dat", "x"])
def test_data_in_a_pdf_is_found_under_any_attachment_name(name) -> None:
    invoice = only(pdf(SHOWN, {name: cii()}))
    assert values(invoice) == values(only(cii()))
    assert invoice.places["total"].attachment == name


def test_other_attachments_are_passed_over() -> None:
    files = {"note.xml": b"<note>hello</note>", "data.xml": ubl(), "scan.pdf": pdf(["a"])}
    assert only(pdf(SHOWN, files)).syntax == "UBL"


def test_the_same_invoice_twice_in_a_pdf_is_said() -> None:
    invoice, problems = read_invoice(pdf(SHOWN, {"a.xml": ubl(), "b.xml": cii()}))
    assert invoice is not None
    assert invoice.syntax == "CII"
    assert [problem.code for problem in problems] == ["invoice-twice"]
    _, problems = read_invoice(pdf(SHOWN, {"a.xml": ubl(CASE.but(number="other")), "b.xml": cii()}))
    assert [problem.code for problem in problems] == ["attachments-differ"]


@pytest.mark.parametrize("make", [ubl, cii, zugferd1, fattura])
def test_every_value_has_a_place_that_leads_back_to_it(make) -> None:
    data = make()
    invoice = only(data)
    root = etree.fromstring(data)
    names = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}

    def stands_at(key: str) -> str:
        (element,) = root.xpath(invoice.places[key].path, namespaces=names)
        return "".join(element.itertext()).strip()

    assert stands_at("number") == invoice.number
    assert Decimal(stands_at("total")) == invoice.total
    assert Decimal(stands_at("lines[0].net")) == invoice.lines[0].net
    assert stands_at("lines[0].description") == invoice.lines[0].description
    assert invoice.places["number"].document


def test_sub_lines_are_counted_once() -> None:
    sub = b"""<a:SubInvoiceLine><b:ID>1.1</b:ID><b:LineExtensionAmount>100.00</b:LineExtensionAmount>
<a:Item><b:Name>Board</b:Name></a:Item></a:SubInvoiceLine><a:SubInvoiceLine><b:ID>1.2</b:ID>
<b:LineExtensionAmount>20.00</b:LineExtensionAmount><a:Item><b:Name>Oil</b:Name></a:Item></a:SubInvoiceLine>
</a:InvoiceLine>"""
    invoice = only(ubl().replace(b"</a:InvoiceLine>", sub, 1))
    assert len(invoice.lines) == 2
    assert [line.description for line in invoice.lines[0].sub_lines] == ["Board", "Oil"]
    assert invoice.places["lines[0].sub_lines[1].net"].path


def test_a_group_of_lines_holds_its_lines() -> None:
    line = b"<ram:AssociatedDocumentLineDocument><ram:LineID>2</ram:LineID>"
    status = b"<ram:ParentLineID>9</ram:ParentLineID><ram:LineStatusReasonCode>DETAIL</ram:LineStatusReasonCode>"
    group = (
        b"<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>9</ram:LineID>"
        b"<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode></ram:AssociatedDocumentLineDocument>"
        b"<ram:SpecifiedTradeProduct><ram:Name>Small parts</ram:Name></ram:SpecifiedTradeProduct>"
        b"<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        b"<ram:LineTotalAmount>16.50</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>"
        b"</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )
    start = b"<ram:IncludedSupplyChainTradeLineItem>" + line
    invoice = only(cii().replace(start, group + start + status))
    assert [line.description for line in invoice.lines] == ["Oak shelf, oiled", "Small parts"]
    assert [line.description for line in invoice.lines[1].sub_lines] == ["Screws"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<Order xmlns='urn:x'><ID>1</ID></Order>", "an order"),
        (cii(profile="urn:ferd:CrossIndustryDocument:order:1p0:extended"), "an order"),
        (cii(CASE.but(type_code="220")), "an order"),
        (b"<DespatchAdvice/>", "a despatch advice"),
    ],
)
def test_what_is_no_invoice_is_refused_by_name(data, word) -> None:
    invoice, problems = read_invoice(data)
    assert invoice is None
    assert [problem.code for problem in problems] == ["not-an-invoice"]
    assert word in problems[0].message
    assert problems[0].severity is Severity.ERROR


def test_other_xml_and_a_pdf_without_data_say_so() -> None:
    assert [p.code for p in read_invoice(b"<note/>")[1]] == ["syntax-unknown"]
    invoice, problems = read_invoice(pdf(SHOWN))
    assert invoice is not None
    assert invoice.syntax == "page"
    assert (invoice.number, invoice.total) == ("HW-2025/0417", Decimal("166.60"))
    codes = [problem.code for problem in problems]
    assert codes[0] == "read-off-the-page"
    assert "total-unproved" in codes  # one figure alone proves nothing


def test_missing_and_unreadable_values_are_named_and_never_guessed() -> None:
    broken = ubl().replace(b">EUR<", b"><").replace(b">166.60<", b">166,60<")
    invoice, problems = read_invoice(broken)
    assert invoice is not None
    assert invoice.total is None
    assert {"BR-05", "number-unreadable", "BR-14"} <= {p.code for p in problems}
    unreadable = next(p for p in problems if p.code == "number-unreadable")
    assert unreadable.where is not None
    assert "TaxInclusiveAmount" in (unreadable.where.path or "")


def test_a_wrong_declaration_and_a_missing_end_are_mended_and_said() -> None:
    wrong = ubl().replace(b'encoding="UTF-8"', b'encoding="UTF-8/x"')
    invoice, problems = read_invoice(wrong)
    assert invoice is not None
    assert [p.code for p in problems] == ["xml-declaration"]
    cut = fattura()[: -len("</p:FatturaElettronica>")]
    invoice, problems = read_invoice(cut)
    assert invoice is not None
    assert invoice.total == Decimal("1268.80")
    assert [p.code for p in problems] == ["xml-cut-short"]


def test_text_that_is_not_in_utf_8_is_read_and_said() -> None:
    wrong = cii(CASE.but(text="Bücherregal")).decode().encode("cp1252")
    invoice, problems = read_invoice(wrong)
    assert invoice is not None
    assert invoice.lines[0].description == "Bücherregal"
    assert [p.code for p in problems] == ["xml-encoding"]


def test_a_large_file_embedded_in_the_xml_does_not_stand_in_the_way() -> None:
    inside = b"<a:AdditionalDocumentReference><b:ID>x</b:ID><a:Attachment><b:EmbeddedDocumentBinaryObject>"
    inside += b"QUJD" * 4_000_000 + b"</b:EmbeddedDocumentBinaryObject></a:Attachment>"
    inside += b"</a:AdditionalDocumentReference><a:AccountingSupplierParty>"
    data = ubl().replace(b"<a:AccountingSupplierParty>", inside, 1)
    assert values(only(data)) == values(only(ubl()))


def test_half_a_number_at_the_cut_does_not_count() -> None:
    data = ubl()
    cut = data[: data.index(b">136.50<") + 4]
    invoice, _ = read_invoice(cut)
    assert invoice is not None
    assert invoice.line_total is None


def test_a_byte_order_mark_and_utf_16_are_read() -> None:
    assert only(b"\xef\xbb\xbf\n" + ubl()).number == "HW-2025/0417"
    wide = cii().decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert only(wide).number == "HW-2025/0417"
