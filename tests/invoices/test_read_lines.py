"""Lists of lines under any headers, in the dates and numbers of their country."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import pytest

from slmapps_invoices.cell_values import read_amounts, read_days
from slmapps_invoices.lines_table import COLUMNS
from slmapps_invoices.read import read_lines
from tests.documents.making import workbook


def read(data: str | bytes, *expected: str):
    frame, problems = read_lines(data.encode() if isinstance(data, str) else data, name="list")
    assert [problem.code for problem in problems] == list(expected)
    return frame


def row(frame, number: int = 0) -> dict:
    return {name: frame[name][number] for name in COLUMNS if frame[name][number] is not None}


FIRST = {
    "date": "2025-02-03",
    "supplier": "Mühle Süd",
    "text": "Mehl",
    "amount": Decimal("1234.50"),
}


@pytest.mark.parametrize(
    "data",
    [
        "date,supplier,text,amount\n2025-02-03,Mühle Süd,Mehl,1234.50\n2025-02-14,B,c,2\n",
        'Invoice Date,Vendor Name,Description,Net Amount\n02/03/2025,Mühle Süd,Mehl,"1,234.50"\n02/14/2025,B,c,2\n',
        "Posting date;Payee;Narrative;Amount (EUR)\n3 Feb 2025;Mühle Süd;Mehl;€ 1.234,50\n14 Feb 2025;B;c;2,00\n",
        "Belegdatum;Lieferant;Buchungstext;Betrag\n03.02.2025;Mühle Süd;Mehl;1.234,50\n14.02.2025;B;c;2,00\n",
        "Buchungstag\tName Lieferant\tVerwendungszweck\tNettobetrag\n3.2.25\tMühle Süd\tMehl\t1 234,50 €\n14.2.25\tB\tc\t2,00 €\n",
        "Date de facture;Nom du fournisseur;Libellé;Montant HT\n03/02/2025;Mühle Süd;Mehl;1 234,50\n14/02/2025;B;c;2,00\n",
        "EcritureDate|CompAuxLib|EcritureLib|Debit|Credit\n20250203|Mühle Süd|Mehl|1234,50|0,00\n20250214|B|c|2,00|0,00\n",
        "Data fattura;Ragione sociale;Descrizione;Imponibile\n03/02/2025;Mühle Süd;Mehl;1.234,50\n14/02/2025;B;c;2,00\n",
        "Kreditoren 2025;;;\n;;;\nDATUM;LIEFERANT;TEXT;BETRAG EUR\n03.02.2025;Mühle Süd;Mehl;1'234.50\n14.02.2025;B;c;2.00\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_headers_dates_and_amounts_of_four_languages(data, packed) -> None:
    raw = data.encode("utf-8" if "€" in data else "cp1252")
    frame = read(gzip.compress(raw) if packed else raw)
    assert row(frame) == FIRST
    assert len(frame) == 2


def test_a_workbook_reads_as_a_csv_does() -> None:
    rows = [["Date", "Supplier", "Text", "Amount"], [date(2025, 2, 3), "Mühle Süd", "Mehl", 1234.5]]
    assert row(read(workbook({"Lines": rows}))) == FIRST


def test_missing_columns_are_none_and_own_columns_follow() -> None:
    frame = read("Supplier,Amount,Project\nMill,5.00,X\n", "no-date-column")
    assert list(frame.columns) == [*COLUMNS, "Supplier", "Amount", "Project"]
    assert frame["date"][0] is None
    assert frame["Project"][0] == "X"


def test_the_handed_over_columns_are_read_as_they_are() -> None:
    names = "date,supplier,text,amount,currency,department,invoice_id,line_id"
    frame = read(f"{names}\n2025-01-02,A,b,-3.10,GBP,Parks,77,p-1\n")
    assert row(frame) == {
        "date": "2025-01-02", "supplier": "A", "text": "b", "amount": Decimal("-3.10"),
        "currency": "GBP", "department": "Parks", "invoice_id": "77", "line_id": "p-1",
    }  # fmt: skip


def test_debit_and_credit_columns_give_one_signed_amount() -> None:
    frame = read(
        "Datum;Lieferant;Soll;Haben\n01.02.2025;A;10,00;\n02.02.2025;A;;4,00\n13.02.2025;A;;-1,00\n"
    )
    assert list(frame["amount"]) == [Decimal("10.00"), Decimal("-4.00"), Decimal("-1.00")]


def test_a_mark_beside_the_amount_turns_credits() -> None:
    frame = read(
        "Belegdatum;Name;Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen\n01.02.2025;A;10,00;S\n02.02.2025;A;4,00;H\n"
    )
    assert list(frame["amount"]) == [Decimal("10.00"), Decimal("-4.00")]


def test_net_is_taken_before_gross_and_the_choice_is_said() -> None:
    frame = read("Date,Supplier,Gross,Net\n2025-01-31,A,12.00,10.00\n", "several-amounts")
    assert frame["amount"][0] == Decimal("10.00")


def test_tax_rates_are_per_cent_however_they_are_written() -> None:
    for cells in (("19%", "7 %"), ("0.19", "0.07"), ("19,0", "7,0")):
        frame = read(
            f"Datum;Name;Betrag;MwSt\n13.02.2025;A;1,00;{cells[0]}\n14.02.2025;B;1,00;{cells[1]}\n"
        )
        assert [Decimal(rate) for rate in frame["tax_rate"]] == [19, 7]


@pytest.mark.parametrize(
    ("cells", "first", "ambiguous"),
    [
        (["03/04/2025", "13/04/2025"], date(2025, 4, 3), False),
        (["03/04/2025", "04/13/2025"], date(2025, 3, 4), False),
        (["03.04.2025", "05.06.2025"], date(2025, 4, 3), False),
        (["03/04/2025", "05/06/2025"], date(2025, 4, 3), True),
        (["01/02/2025", "01/03/2025", "02/01/2025", "02/05/2025", "03/01/2025"], date(2025, 1, 2), False),
        (["45691"], date(2025, 2, 3), False),
        (["2025-02-03T10:00:00"], date(2025, 2, 3), False),
    ],
)  # fmt: skip
def test_the_whole_column_decides_how_dates_are_read(cells, first, ambiguous) -> None:
    reading = read_days(cells)
    assert (reading.found[0], reading.ambiguous, reading.unreadable) == (first, ambiguous, ())


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234", "2,50"], ["1234", "2.50"]),
        (["1,234", "2.50"], ["1234", "2.50"]),
        (["1.234.567"], ["1234567"]),
        (["(12.00)", "-3.00", "4.00-", "5.00 CR", "6.00 DR"], ["-12", "-3", "-4", "-5", "6"]),
        (["£1,000.00", "EUR 2.00", "CHF 3'000.00"], ["1000", "2", "3000"]),
        (["0.125", "12.5"], ["0.125", "12.5"]),
    ],
)
def test_the_whole_column_decides_how_amounts_are_read(cells, values) -> None:
    reading = read_amounts(cells)
    assert reading.found == [Decimal(value) for value in values]
    assert not reading.ambiguous


def test_what_the_column_leaves_open_is_said() -> None:
    read("date,supplier,amount\n03/04/2025,A,5.00\n05/06/2025,B,6.00\n", "dates-ambiguous")
    frame = read(
        "date,supplier,amount\n2025-01-02,A,1.234\n2025-01-03,B,5.678\n", "amounts-ambiguous"
    )
    assert frame["amount"][0] == Decimal(1234)


def test_cells_that_cannot_be_read_are_counted_and_left_out() -> None:
    data = "date,supplier,amount\n2025-01-02,A,1.00\n2025-01-03,B,see below\nsoon,C,2.00\n2025-01-05,D,3.00\n"
    frame = read(data, "dates-unreadable", "amounts-unreadable")
    assert list(frame["amount"]) == [Decimal("1.00"), None, Decimal("2.00"), Decimal("3.00")]
    assert frame["date"][2] is None


def test_a_row_of_totals_and_a_formula_are_pointed_out() -> None:
    data = (
        "Datum;Lieferant;Text;Betrag\n13.02.2025;A;=cmd();1,00\n14.02.2025;B;c;2,00\nSumme;;;3,00\n"
    )
    frame = read(data, "dates-unreadable", "formula-in-text", "total-row")
    assert frame["text"][0] == "=cmd()"
    assert len(frame) == 3


def test_a_file_that_is_no_list_gives_an_empty_frame() -> None:
    frame = read(b"", "file-empty")
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0
