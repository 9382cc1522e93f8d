"""Amounts, dates, currencies, quantities and identifiers in the notations that pages use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from slmapps_invoices.pages.amounts import Convention, convention, read_amount, read_rate
from slmapps_invoices.pages.currencies import page_currency, read_currency
from slmapps_invoices.pages.dates import DayOrder, day_order, read_date
from slmapps_invoices.pages.identifiers import read_bic, read_iban, read_number, read_vat_id
from slmapps_invoices.pages.month_names import month
from slmapps_invoices.pages.quantities import read_quantity
from slmapps_invoices.pages.readings import Reading

NEAR = date(2025, 6, 1)


def values(readings: list[Reading]) -> list[str]:
    return [str(one.value) for one in readings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1,00,000.00", "100000.00"),
        ("12,34,567.50", "1234567.50"),
        ("€12", "12"),
        ("12,50 €", "12.50"),
        ("$1,234.56", "1234.56"),
        ("US$ 5.00", "5.00"),
        ("EUR 12,50", "12.50"),
        ("12,- EUR", "12.00"),
        ("EUR 1.234,--", "1234.00"),
        ("CHF 1'200.-", "1200.00"),
        ("-12", "-12"),
        ("−12,00", "-12.00"),
        ("-€ 5.00", "-5.00"),
        ("(12.00)", "-12.00"),
        ("(€ 12.00)", "-12.00"),
        ("12.00-", "-12.00"),
        ("12.00 CR", "-12.00"),
        ("12.00 DR", "12.00"),
        ("+12.00", "12.00"),
        ("12.00 A", "12.00"),
        ("*12.00", "12.00"),
        ("12.00,", "12.00"),
        (".50", "0.50"),
        ("0.1234", "0.1234"),
        ("12,50 EUR/Stk", "12.50"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_in_its_notation_and_as_printed(text, value) -> None:
    readings = read_amount(text)
    assert str(readings[0].value) == value
    assert not readings[0].repaired
    assert readings[0].weight >= 0.9 or len(readings) > 1


@pytest.mark.parametrize("text", ["", "-", "abc", "EUR", "...", "12.3.4.5.6", "O", "B5-L2-X"])
def test_what_is_no_amount_gives_nothing(text) -> None:
    assert read_amount(text) == []


@pytest.mark.parametrize("text", ["9" * 5000, "(" * 400, "1," * 300, "1 " * 400])
def test_hostile_strings_do_not_take_long_or_raise(text) -> None:
    read_amount(text)
    read_quantity(text)
    read_date(text, near=NEAR)
    read_number(text)
    read_vat_id(text)
    read_iban(text)


def test_an_ambiguous_amount_keeps_both_readings() -> None:
    for text in ("1.234", "1,234"):
        assert {"1234", "1.234"} <= set(values(read_amount(text)))


def test_the_document_decides_what_a_comma_means() -> None:
    european, english = convention(["12,50", "1.034,00"]), convention(["12.50", "1,034.00"])
    assert european.comma > 0.95
    assert english.comma < 0.05
    assert str(read_amount("1.234", european)[0].value) == "1234"
    assert str(read_amount("1,234", english)[0].value) == "1234"
    assert str(read_amount("1.234", english)[0].value) == "1.234"
    assert convention([]) == Convention(0.5)
    assert convention(["word", "12"]).comma == pytest.approx(0.5)


def test_one_odd_amount_does_not_turn_the_document() -> None:
    assert convention(["1,50", "22,90", "7,05", "1.25"]).comma > 0.9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1O,S0", "10.50"),
        ("l2.00", "12.00"),
        ("B,5O", "8.50"),
        ("1 2,50", "12.50"),
        ("12 50", "12.50"),
        ("12, 50", "12.50"),
        ("12..50", "12.50"),
        ("1.234.56", "1234.56"),
        ("1,234,56", "1234.56"),
    ],
)
def test_a_fault_of_the_scan_is_mended_and_marked(text, value) -> None:
    best = read_amount(text)[0]
    assert (str(best.value), best.repaired) == (value, True)
    assert best.weight <= 0.7


def test_a_lost_decimal_sign_is_an_unlikely_reading() -> None:
    plain, lost = read_amount("12345")
    assert (str(plain.value), plain.repaired) == ("12345", False)
    assert (str(lost.value), lost.repaired) == ("123.45", True)
    assert lost.weight < 0.1 * plain.weight


def test_several_amounts_in_one_string_are_a_reading_each() -> None:
    assert set(values(read_amount("Total 12,00 14,28"))) == {"12.00", "14.28"}


@pytest.mark.parametrize("text", ["1.234", "12345", "1O,S0", "Total 12,00 14,28", "1,00,000.00"])
def test_weights_of_a_string_are_probabilities(text) -> None:
    readings = read_amount(text)
    assert sum(one.weight for one in readings) <= 1 + 1e-9
    assert [one.weight for one in readings] == sorted(
        (one.weight for one in readings), reverse=True
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("19%", "19"),
        ("19,00 %", "19"),
        ("7.7%", "7.7"),
        ("5,5 %", "5.5"),
        ("20", "20"),
        ("0 %", "0"),
    ],
)
def test_a_rate_is_read(text, value) -> None:
    assert read_rate(text)[0].value == Decimal(value)


def test_a_rate_above_a_hundred_is_none() -> None:
    assert all(one.value <= 100 for one in read_rate("119"))


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3 Stk", "3", "Stk"),
        ("3 Stk.", "3", "Stk"),
        ("Stk 3", "3", "Stk"),
        ("2,5 h", "2.5", "h"),
        ("2.5hrs", "2.5", "hrs"),
        ("1 x", "1", ""),
        ("x3", "3", ""),
        ("3x", "3", ""),
        ("12 mois", "12", "mois"),
        ("1'000 kg", "1000", "kg"),
        ("10 m²", "10", "m²"),
        ("-2", "-2", ""),
    ],
)
def test_quantity_and_unit_are_told_apart(text, amount, unit) -> None:
    best = read_quantity(text)[0].value
    assert (best.amount, best.unit) == (Decimal(amount), unit)


def test_a_lone_letter_for_a_one_is_a_repaired_quantity() -> None:
    (one,) = read_quantity("l")
    assert (one.value.amount, one.repaired) == (1, True)
    assert read_quantity("kg") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("13/04/2025", (2025, 4, 13)),
        ("04/13/2025", (2025, 4, 13)),
        ("2025-03-05", (2025, 3, 5)),
        ("2025/3/5", (2025, 3, 5)),
        ("2025-03-05T12:00:00", (2025, 3, 5)),
        ("20250305", (2025, 3, 5)),
        ("3.4.2025", (2025, 4, 3)),
        ("03. 04. 2025", (2025, 4, 3)),
        ("3.4.25", (2025, 4, 3)),
        ("23.12.2024 14:05", (2024, 12, 23)),
        ("3. März 2025", (2025, 3, 3)),
        ("3 Marz 2025", (2025, 3, 3)),
        ("3. Maerz 2025", (2025, 3, 3)),
        ("Montag, 3. Mrz. 2025", (2025, 3, 3)),
        ("March 3rd, 2025", (2025, 3, 3)),
        ("Mar 5 2025", (2025, 3, 5)),
        ("mar. 4 mars 2025", (2025, 3, 4)),
        ("12th of May, 2025", (2025, 5, 12)),
        ("1er février 2025", (2025, 2, 1)),
        ("le 14 juil. 2024", (2024, 7, 14)),
        ("12 aout 2024", (2024, 8, 12)),
        ("12-Jan-25", (2025, 1, 12)),
        ("05MAR2025", (2025, 3, 5)),
        ("Monday, 3 March 2025", (2025, 3, 3)),
        ("2025 January 5", (2025, 1, 5)),
        ("3 Dez 2024", (2024, 12, 3)),
        ("Datum: 01.02.2025", (2025, 2, 1)),
    ],
)
def test_a_date_is_read_in_its_notation(text, day) -> None:
    best = read_date(text, near=NEAR)[0]
    assert (best.value, best.repaired) == (date(*day), False)
    assert best.weight >= 0.5


@pytest.mark.parametrize(
    "text", ["", "31/02/2025", "2025-13-40", "Mai 2025", "12", "1.2", "Total", "31 April 2025"]
)
def test_what_is_no_date_gives_nothing(text) -> None:
    assert read_date(text, near=NEAR) == []


def test_an_ambiguous_date_is_weighed_by_the_document() -> None:
    april, march = date(2025, 4, 3), date(2025, 3, 4)
    plain = read_date("03/04/2025", near=NEAR)
    assert {one.value for one in plain} == {april, march}
    american = day_order(["03/25/2024", "word"])
    assert read_date("03/04/2025", american, near=NEAR)[0].value == march
    assert read_date("03/04/2025", day_order(["25/03/2024"]), near=NEAR)[0].value == april
    assert day_order([], country="US").month_first > 0.9
    assert day_order([], currency="USD").month_first > 0.5
    assert day_order([], language="de").month_first < 0.1
    assert day_order([], country="GB", currency="USD").month_first < 0.1
    assert read_date("03.04.2025", DayOrder(0.9), near=NEAR)[0].value == april  # dots: day first


def test_dates_far_away_are_unlikely_and_scans_are_mended() -> None:
    assert read_date("03.04.1975", near=NEAR)[0].weight < 0.05
    assert read_date("01.01.2060", near=NEAR)[0].weight < 0.05
    mended = read_date("O3.O4.2025", near=NEAR)[0]
    assert (mended.value, mended.repaired) == (date(2025, 4, 3), True)
    named = read_date("5 Decenber 2024", near=NEAR)[0]
    assert (named.value, named.repaired) == (date(2024, 12, 5), True)


def test_a_beginning_of_two_months_names_none() -> None:
    assert [month(word) for word in ("jui", "ju", "ma", "x")] == [(0, False)] * 4
    assert [month(word)[0] for word in ("juin", "JUL", "Août", "okt.", "jän")] == [6, 7, 8, 10, 1]


def test_signs_of_several_currencies_wait_for_the_country() -> None:
    assert values(read_currency("€ 12")) == ["EUR"]
    assert values(read_currency("12 zł")) == ["PLN"]
    assert len(read_currency("$12")) > 1
    assert values(read_currency("$12"))[0] == "USD"
    assert values(read_currency("$12", "CA"))[0] == "CAD"
    assert values(read_currency("kr 12", "NO"))[0] == "NOK"
    assert read_currency("try all of it") == []


def test_a_sign_may_touch_its_amount_and_no_other_figure() -> None:
    assert values(read_currency("kr489.55", "SE"))[0] == "SEK"
    assert values(read_amount("kr1.489,55"))[0] == "1489.55"
    assert values(read_currency("Fr.12.50")) == ["CHF"]
    assert read_currency("FT30") == []


def test_the_country_in_a_french_number_is_no_franc() -> None:
    assert read_currency("FR 706 604 84627") == read_currency("FR76") == []
    assert values(page_currency(["TVA", "FR", "84", "12,00", "€"])) == ["EUR"]


def test_the_page_says_its_currency_anywhere() -> None:
    assert values(page_currency(["Total", "12.00 $", "All amounts in CAD"]))[0] == "CAD"
    assert values(page_currency(["12,00", "€", "8,00"])) == ["EUR"]
    assert page_currency(["12,00"]) == []
    assert page_currency(["12,00"], "CH")[0].weight <= 0.5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("USt-IdNr.: DE 136 695 976", "DE136695976"),
        ("NL4495445B01", "NL4495445B01"),
        ("VAT Reg No: GB 980 7806 84", "GB980780684"),
        ("CHE-107.787.577 MWST", "CHE107787577"),
        ("NO 995 525 828 MVA", "NO995525828MVA"),
        ("ABN 83 914 571 673", "83914571673"),
        ("GSTIN 27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
    ],
)
def test_a_tax_number_is_checked_by_its_country(text, value) -> None:
    (one,) = read_vat_id(text)
    assert (one.value, one.checked, one.repaired) == (value, True, False)


def test_a_tax_number_that_fails_its_checksum_is_kept_with_low_weight() -> None:
    one = read_vat_id("DE123456789")[-1]
    assert (one.value, one.checked) == ("DE123456789", False)
    assert one.weight < 0.3
    assert read_vat_id("Total") == read_vat_id("") == []


def test_only_a_change_that_nothing_rivals_mends_a_number() -> None:
    mended = read_vat_id("DE13669S976")[0]
    assert (mended.value, mended.repaired, mended.checked) == ("DE136695976", True, True)
    iban = read_iban("DE89 37O4 0044 0532 0130 00")[0]
    assert (iban.value, iban.repaired) == ("DE89370400440532013000", True)
    # One digit for another: many changes would make the checksum hold, so none is made.
    (wrong,) = read_iban("DE89 3704 0044 0532 0130 01")
    assert (wrong.value, wrong.repaired, wrong.checked) == ("DE89370400440532013001", False, False)


def test_accounts_are_read() -> None:
    (iban,) = read_iban("IBAN: DE89 3704 0044 0532 0130 00")
    assert (iban.value, iban.checked) == ("DE89370400440532013000", True)
    assert read_iban("Invoice") == read_iban("1234567890123456") == []
    assert read_bic("BIC: COBADEFFXXX")[0].value == "COBADEFFXXX"
    mended = read_bic("C0BADEFFXXX")[0]
    assert (mended.value, mended.repaired) == ("COBADEFFXXX", True)
    assert read_bic("TOTAL") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nr.: R-12", "R-12"),
        ("Rechnungsnr. 4711", "4711"),
        ("Rechnung Nr. 2025-001", "2025-001"),
        ("Invoice No. INV-001", "INV-001"),
        ("Invoice # 44", "44"),
        ("#123", "123"),
        ("Facture n° F-22", "F-22"),
        ("2024/17", "2024/17"),
        ("Norway-3", "Norway-3"),
        ("NR44", "NR44"),
    ],
)
def test_a_number_is_cleaned_of_its_label(text, value) -> None:
    assert read_number(text)[0].value == value


def test_a_label_alone_is_no_number() -> None:
    assert read_number("5,5000") == read_number(": 1.234,50 €") == []
    assert read_number("24.117")[0].value == "24.117"
    assert read_number("Invoice No.") == read_number("Nr.:") == read_number("-") == []
