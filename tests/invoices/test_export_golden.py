"""One golden file a format: what leaves the house, byte for byte.

After a change that is meant, write them again with ``SLMAPPS_GOLDEN=write pytest
tests/invoices/test_export_golden.py`` and look at the difference.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from slmapps_invoices.export import FORMATS, Datev, export
from slmapps_invoices.export.datev_columns import COLUMNS
from slmapps_invoices.read import read_invoice
from slmapps_invoices.records import Party
from tests.invoices.exporting import NOW, SELLER, SETTINGS, invoice, line

GOLDEN = Path(__file__).parent / "golden"
ROASTER = Party(name='Roaster "Nord"; Söhne GmbH', vat_id="DE999001111", country="DE")

BATCH = [
    invoice(
        [
            line("Strong white flour T65, 25 kg", "194.00", quantity="10", centre="B10"),
            line("Espresso beans", "62.50", "5040", 7, centre="C20"),
            line("Mixer belt and labour", "120.00", None, splits=[("6200", "80"), ("6520", "40")]),
            line("Deck oven, used", "1450.00", "1200"),
        ],
        "MF-20418",
        allowances=[(False, "18.75", 7, "Volume rebate"), (True, "9.60", 19, "Cold delivery")],
        rounding="0.02",
    ),
    invoice([line("Two bags returned; wet", "38.80")], "MFC-0377", kind="credit_note",
            day=date(2026, 10, 9)),
    invoice([line("=cmd|' /C calc'!A0", "45.00", "6520"), line('12" tray "deep"\nblue', "7.00")],
            "FPR 214/26", seller=ROASTER, key="roaster", day=date(2026, 10, 16)),
    invoice([line("Millstone dressing", "460.00", "6200", 0), line("Freight", "96.25", "6200", 0)],
            "INV-0912", currency="GBP", day=date(2026, 10, 23), key="",
            seller=Party(name="@Grit Stone Works", country="GB")),
]  # fmt: skip
FILES = {
    "xero": "xero-bills.csv",
    "quickbooks": "quickbooks-bills.csv",
    "datev": "EXTF_Buchungsstapel.csv",
    "beancount": "invoices.beancount",
    "hledger": "invoices.journal",
    "json": "invoices.json",
}


def written(name: str, batch=BATCH) -> bytes:
    data, _, problems = export(batch, name, settings=SETTINGS, now=NOW)
    assert data, problems
    return data


def holds(data: bytes, name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("SLMAPPS_GOLDEN") == "write":
        path.write_bytes(data)
    assert data == path.read_bytes(), f"{name} changed; see the top of this file"


@pytest.mark.parametrize("name", FILES)
def test_a_text_format_is_written_as_before(name):
    assert export(BATCH, name, settings=SETTINGS, now=NOW)[1] == FILES[name]
    holds(written(name), FILES[name])


def test_the_workbook_has_the_same_cells_as_before():
    book = load_workbook(io.BytesIO(written("xlsx")))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for sheet in book:
        writer.writerow([f"# {sheet.title}", f"frozen at {sheet.freeze_panes}"])
        for row in sheet.iter_rows():
            writer.writerow([f"{cell.data_type}:{cell.value}" if cell.value is not None else ""
                             for cell in row])  # fmt: skip
    holds(out.getvalue().encode(), "invoices.xlsx.txt")


def test_ubl_is_written_from_the_record_as_before():
    data, name, _ = export(BATCH[:1], "ubl", settings=SETTINGS)
    assert name == "MF-20418.xml"
    holds(data, name)


def test_ubl_puts_accounts_into_the_sellers_own_file_and_changes_nothing_else():
    original, _, _ = export(BATCH[:1], "ubl", settings=SETTINGS)
    theirs = original.decode().replace("<cac:TaxTotal>", "<!-- theirs --><cac:TaxTotal>")
    text = theirs.replace("1200</cbc:AccountingCost>", "old</cbc:AccountingCost>")
    text = text.replace("<cbc:AccountingCost>5000</cbc:AccountingCost>", "")
    assert "5000</cbc:AccountingCost>" not in text
    coded = BATCH[0].model_copy(update={"original": text.encode()})
    data, _, problems = export([coded], "ubl", settings=SETTINGS)
    assert re.sub(r">\s+<", "><", data.decode()) == re.sub(r">\s+<", "><", theirs.strip())
    assert [problem.code for problem in problems] == ["ubl-split"]


def test_ubl_that_we_write_reads_back_to_an_equal_invoice():
    plain = invoice(
        [line("Flour", "194.00", quantity="10"), line("Tea", "9.50", "5040", 7)],
        allowances=[(False, "4.00", 19, "Rebate")],
        seller=SELLER,
    )
    data, _, _ = export([plain], "ubl", settings=SETTINGS)
    read, problems = read_invoice(data, name="out.xml")
    assert not problems
    accounts = [coded.line.model_copy(update={"buyer_account": coded.account})
                for coded in plain.lines]  # fmt: skip
    aside = {"syntax", "profile", "places"}
    assert read.model_dump(exclude=aside) == plain.invoice.model_copy(
        update={"lines": tuple(accounts)}
    ).model_dump(exclude=aside)


def test_ubl_of_several_invoices_is_an_archive_of_files_with_safe_names():
    import zipfile

    batch = [BATCH[1], BATCH[2].model_copy(
        update={"invoice": BATCH[2].invoice.model_copy(update={"number": "../../etc/passwd"})}
    )]  # fmt: skip
    data, name, _ = export(batch, "ubl", settings=SETTINGS)
    assert name == "invoices-ubl.zip"
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert names == ["MFC-0377.xml", "etc-passwd.xml"]


def test_xero_rows_carry_the_amounts_of_the_invoice():
    rows = list(csv.DictReader(io.StringIO(written("xero").decode())))
    first = [row for row in rows if row["*InvoiceNumber"] == "MF-20418"]
    owed = sum(Decimal(r["*Quantity"]) * Decimal(r["*UnitAmount"]) + Decimal(r["TaxAmount"])
               for r in first)  # fmt: skip
    assert owed == Decimal(first[0]["Total"]) == BATCH[0].invoice.due
    credit = [row for row in rows if row["*InvoiceNumber"] == "MFC-0377"]
    assert credit[0]["*UnitAmount"] == "-38.80"  # a number, and negative


def test_xero_dates_follow_the_clients_order():
    settings = SETTINGS.model_copy(update={"date_order": "month-day-year"})
    data, _, _ = export(BATCH[:1], "xero", settings=settings)
    assert next(csv.DictReader(io.StringIO(data.decode())))["*InvoiceDate"] == "10/05/2026"


def test_a_tax_code_without_a_name_in_the_program_is_warned_of_once():
    settings = SETTINGS.model_copy(update={"tax_codes": ()})
    _, _, problems = export(BATCH[:1], "xero", settings=settings)
    assert {p.code for p in problems} == {"export-tax-name"}
    assert sorted(p.message.rsplit(" ", 1)[1] for p in problems) == ["'R7'", "'S19'", "VAT'"]


def test_quickbooks_holds_credits_back_and_keeps_bill_numbers_apart():
    long = [invoice([line("Flour", "1.00")], f"{n}-{'0' * 30}", key=str(n)) for n in range(3)]
    data, _, problems = export([*BATCH, *long], "quickbooks", settings=SETTINGS)
    numbers = {row["*BillNo"] for row in csv.DictReader(io.StringIO(data.decode()))}
    assert "MFC-0377" not in numbers
    assert len(numbers) == 6
    assert all(len(number) <= 21 for number in numbers)
    assert "quickbooks-credit" in {problem.code for problem in problems}


def datev_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("cp1252"), newline=""), delimiter=";"))


def test_datev_has_31_header_fields_125_columns_and_positive_amounts():
    header, columns, *rows = datev_rows(written("datev"))
    assert header[:5] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
    assert len(header) == 31
    assert columns == list(COLUMNS)
    assert {len(row) for row in rows} == {len(columns)} == {125}
    assert header[10:16] == ["29098", "55003", "20260101", "4", "20261005", "20261023"]
    assert all(Decimal(row[0].replace(",", ".")) > 0 for row in rows)


def test_datev_books_gross_with_a_key_and_tax_apart_without_one():
    rows = [row for row in datev_rows(written("datev"))[2:] if row[10] == "MF-20418"]
    flour = rows[0]
    assert flour[:3] == ["230,86", "S", "EUR"]  # 194.00 and 19 %
    assert flour[6:10] == ["5000", "70017", "9", "0510"]
    tea = next(row for row in rows if row[6] == "5040")
    assert (tea[0], tea[8]) == ("62,50", "")
    owed = sum(Decimal(r[0].replace(",", ".")) * (1 if r[1] == "S" else -1) for r in rows)
    assert owed == BATCH[0].invoice.due
    credit = [row for row in datev_rows(written("datev"))[2:] if row[10] == "MFC-0377"]
    assert {row[1] for row in credit} == {"H"}


def test_datev_turns_foreign_money_at_the_rate_and_holds_back_without_one():
    rows = [row for row in datev_rows(written("datev"))[2:] if row[10] == "INV-0912"]
    assert [row[0] for row in rows] == ["529,00", "110,69"]
    assert rows[0][2:6] == ["EUR", "", "", ""]
    assert "GBP 556,25 zu 1,15" in rows[0]
    settings = SETTINGS.model_copy(update={"rates": {}})
    data, _, problems = export(BATCH, "datev", settings=settings, now=NOW)
    assert [problem.code for problem in problems] == ["export-no-rate"]
    assert "INV-0912" not in data.decode("cp1252")


def test_datev_refuses_accounts_that_are_no_numbers():
    settings = SETTINGS.model_copy(update={"chart": ()})
    named = invoice([line("Flour", "1.00", "Flour and grains")])
    data, _, problems = export([named], "datev", settings=settings)
    assert (data, problems[0].code) == (b"", "datev-account")


def test_datev_warns_when_it_is_not_told_whose_books_these_are():
    settings = SETTINGS.model_copy(update={"datev": Datev()})
    data, _, problems = export(BATCH[:1], "datev", settings=settings, now=NOW)
    assert datev_rows(data)[0][10:12] == ["1001", "1"]
    assert [problem.code for problem in problems] == ["datev-numbers"]


def test_datev_writes_a_file_for_each_fiscal_year():
    import zipfile

    batch = [invoice([line("Flour", "1.00")], "A", day=date(2025, 12, 30)),
             invoice([line("Flour", "1.00")], "B", day=date(2026, 1, 2))]  # fmt: skip
    data, name, _ = export(batch, "datev", settings=SETTINGS, now=NOW)
    assert name == "EXTF_Buchungsstapel.zip"
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == [
        "EXTF_Buchungsstapel_2025-01-01.csv",
        "EXTF_Buchungsstapel_2026-01-01.csv",
    ]


def test_beancount_is_content():
    loader = pytest.importorskip("beancount.loader", reason="install beancount to check ledgers")
    _, errors, _ = loader.load_string(written("beancount").decode())
    assert errors == []


@pytest.mark.skipif(not shutil.which("hledger"), reason="install hledger to check journals")
def test_hledger_is_content_even_when_strict(tmp_path):
    journal = tmp_path / "out.journal"
    journal.write_bytes(written("hledger"))
    command = ["hledger", "-f", str(journal), "check", "-s", "ordereddates", "payees"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(ValueError, match="xero, quickbooks, datev"):
        export(BATCH, "sage", settings=SETTINGS)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_export_is_a_problem_and_no_file(name):
    data, _, problems = export([], name, settings=SETTINGS)
    assert (data, [problem.code for problem in problems]) == (b"", ["export-empty"])
