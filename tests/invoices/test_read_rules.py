"""Each arithmetic rule of EN 16931 is named when it is broken, and only then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from slmapps.records import Severity
from slmapps_invoices.read import read_invoice
from tests.invoices.einvoices import CASE, Case, cii, fattura, ubl

BROKEN = {
    "BR-CO-10": CASE.but(line_nets=("121.00", "16.50")),
    "BR-CO-11": CASE.but(allowance="7.50"),
    "BR-CO-12": CASE.but(charge="11.00"),
    "BR-CO-13": CASE.but(net="141.00", total="167.60", due="151.40"),
    "BR-CO-14": CASE.but(tax="27.60", total="167.60", due="151.40"),
    "BR-CO-15": CASE.but(total="166.61", due="150.41"),
    "BR-CO-16": CASE.but(due="150.39"),
    "BR-CO-17": CASE.but(subtotal="30.00", tax="30.00", total="170.00", due="153.80"),
}


def codes(data: bytes) -> list[str]:
    invoice, problems = read_invoice(data)
    assert invoice is not None
    return [problem.code for problem in problems]


@pytest.mark.parametrize("make", [ubl, cii])
@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named_and_no_other(make, rule) -> None:
    invoice, problems = read_invoice(make(BROKEN[rule]))
    assert invoice is not None
    assert [problem.code for problem in problems] == [rule]
    assert problems[0].severity is Severity.WARNING
    assert problems[0].where is not None
    assert problems[0].cure


@pytest.mark.parametrize("make", [ubl, cii])
@pytest.mark.parametrize(
    "case",
    [
        CASE,
        CASE.but(subtotal="26.62", tax="26.62", total="166.62", due="150.42"),  # rounded by line
        Case(  # all of it negative, as a reversal states it
            line_nets=("-120.00", "-16.50"), line_total="-136.50", allowance="-6.50", charge="-10.00",
            allowance_total="-6.50", charge_total="-10.00", net="-140.00", base="-140.00",
            subtotal="-26.60", tax="-26.60", total="-166.60", paid="0", rounding="0", due="-166.60",
        ),
    ],
)  # fmt: skip
def test_a_right_invoice_raises_no_alarm(make, case) -> None:
    assert codes(make(case)) == []


def test_a_profile_without_lines_or_breakdown_raises_no_alarm() -> None:
    text = cii(profile="urn:factur-x.eu:1p0:minimum").decode()
    start, end = (
        text.index("<ram:IncludedSupplyChain"),
        text.index("<ram:ApplicableHeaderTradeAgreement>"),
    )
    text = text[:start] + text[end:]
    for tag in (
        "LineTotalAmount",
        "ChargeTotalAmount",
        "AllowanceTotalAmount",
        "TotalPrepaidAmount",
        "RoundingAmount",
    ):
        first = text.index(f"<ram:{tag}>")
        text = text[:first] + text[text.index(f"</ram:{tag}>") + len(tag) + 7 :]
    start, end = (
        text.index("<ram:ApplicableTradeTax>"),
        text.index("<ram:SpecifiedTradePaymentTerms>"),
    )
    text = (text[:start] + text[end:]).replace(">150.40<", ">166.60<")
    assert codes(text.encode()) == []


def test_claims_of_third_parties_belong_to_what_is_due() -> None:
    claim = b"<a:PrepaidPayment><b:PaidAmount>20.00</b:PaidAmount></a:PrepaidPayment><a:AllowanceCharge>"
    data = ubl(CASE.but(due="170.40")).replace(b"<a:AllowanceCharge>", claim, 1)
    assert codes(data) == []


def test_italian_sums_are_checked() -> None:
    assert codes(fattura()) == []
    assert codes(fattura().replace(b"1268.80", b"1270.80")) == []  # with the stamp duty
    assert codes(fattura().replace(b"1268.80", b"1300.00")) == ["BR-CO-15"]
    assert codes(fattura().replace(b">1040.00<", b">1140.00<")) == [
        "BR-CO-13",
        "BR-CO-15",
        "BR-CO-17",
    ]


def test_a_formula_in_a_text_is_kept_and_said() -> None:
    invoice, problems = read_invoice(cii(CASE.but(text="=cmd|' /C calc'!A0")))
    assert invoice is not None
    assert invoice.lines[0].description == "=cmd|' /C calc'!A0"
    assert [problem.code for problem in problems] == ["formula-in-text"]
    assert codes(cii(CASE.but(text="- 5 % for oak"))) == []


def test_faults_of_form_are_told() -> None:
    assert codes(cii(profile="urn:nobody:knows")) == ["profile-unknown"]
    assert codes(cii(profile="")) == ["BR-01"]
    strange = cii().replace(
        b"<ram:BuyerReference>DESK-9</ram:BuyerReference>", b"<BuyerReference>D</BuyerReference>"
    )
    assert codes(strange) == ["xml-vocabulary"]


def test_vat_may_be_rounded_line_by_line_and_no_further() -> None:
    for tax, expected in (("26.64", []), ("26.80", ["BR-CO-17"])):
        total, due = (f"{Decimal(tax) + rest:.2f}" for rest in (Decimal(140), Decimal("123.80")))
        assert codes(ubl(CASE.but(subtotal=tax, tax=tax, total=total, due=due))) == expected


def test_an_italian_discount_and_incidental_costs_are_right() -> None:
    discount = b"<ScontoMaggiorazione><Tipo>SC</Tipo><Importo>68.80</Importo></ScontoMaggiorazione><ImportoTotale"
    assert (
        codes(fattura().replace(b"1268.80", b"1200.00").replace(b"<ImportoTotale", discount)) == []
    )
    extra = b"<SpeseAccessorie>50.00</SpeseAccessorie><ImponibileImporto>1090.00<"
    data = fattura().replace(b"<ImponibileImporto>1040.00<", extra).replace(b"228.80", b"239.80")
    assert codes(data.replace(b"1268.80", b"1329.80")) == []
