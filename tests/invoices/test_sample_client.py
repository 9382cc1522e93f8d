"""The sample client is what its script makes, reads cleanly, and shows the mishaps it is meant to."""

from __future__ import annotations

import csv
import filecmp
import json
import subprocess
import sys
from pathlib import Path

import pytest

from slmapps.records import Severity, Status
from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.export import FORMATS, ExportSettings, export
from slmapps_invoices.read import read_invoice, read_lines

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data_samples" / "invoices"
INVOICES = sorted(path for path in (SAMPLES / "invoices").iterdir() if path.suffix != ".csv")
WRONG = "11-copperkettle-7741.xml"
PAGE, SCAN = "18-gannet-print-22911.pdf", "19-tern-refrigeration-7704.jpg"


def sample_cases():
    """The records that the sample files are made from."""
    folder = str(ROOT / "data_samples")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from making.cases import CASES

    return CASES


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def read():
    return {path.name: read_invoice(path) for path in INVOICES}


def test_the_script_makes_the_same_bytes_again(tmp_path):
    pytest.importorskip("reportlab")
    pytest.importorskip("pikepdf")
    script = ROOT / "data_samples" / "make_invoices.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    names = [str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()]
    same, different, missing = filecmp.cmpfiles(SAMPLES, tmp_path, names, shallow=False)
    assert (len(same), different, missing) == (len(names), [], [])


def test_every_invoice_reads_without_a_problem_but_the_one_that_is_wrong(read):
    found = {
        name: codes
        for name, (_, problems) in read.items()
        if (codes := [p.code for p in problems if p.severity is not Severity.INFO])
    }
    found.pop(SCAN, None)  # a scan may leave a value to a person
    assert found == {WRONG: ["BR-CO-10"]}
    assert {invoice.syntax for invoice, _ in read.values()} == {"UBL", "CII", "FatturaPA", "page"}


def test_what_has_no_data_inside_is_read_off_its_page(read):
    cases = {case.file: case.invoice for case in sample_cases()}
    for name in (PAGE, SCAN):
        invoice, truth = read[name][0], cases[name]
        for key in ("number", "issue_date", "due_date", "currency", "net", "tax", "total", "due"):
            assert getattr(invoice, key) == getattr(truth, key), (name, key)
        assert invoice.seller.name == truth.seller.name
        assert invoice.seller.iban == truth.seller.iban
        lines = [(line.description, line.quantity, line.net) for line in invoice.lines]
        assert lines == [(line.description, line.quantity, line.net) for line in truth.lines]
        assert all(0 < sure <= 1 for sure in invoice.confidences.values())


def test_one_invoice_comes_twice_and_one_seller_changes_its_bank(read):
    first, again = read["04-dock-street-88231.pdf"][0], read["05-dock-street-88231-again.xml"][0]
    assert (first.number, first.seller.name, first.total) == (
        again.number,
        again.seller.name,
        again.total,
    )
    before, after = read["07-fennelly-oven-3051.xml"][0], read["08-fennelly-oven-3077.xml"][0]
    assert before.seller.vat_id == after.seller.vat_id
    assert before.seller.iban != after.seller.iban


def test_the_history_is_coded_to_the_chart(read):
    chart = {row["account"]: row for row in rows("chart.csv")}
    history = rows("history.csv")
    assert 400 <= len(history) <= 500
    assert all(chart[row["account"]]["name"] == row["account_name"] for row in history)
    assert sum(row["retired"] == "true" for row in chart.values()) == 2
    coded = rows("coded.csv")
    assert all(chart[row["account"]]["retired"] == "false" for row in coded)


def test_a_supplier_is_booked_to_several_accounts_by_what_the_text_says():
    accounts: dict[str, set[str]] = {}
    for row in rows("history.csv"):
        accounts.setdefault(row["supplier"], set()).add(row["account"])
    assert sum(len(found) > 1 for found in accounts.values()) > 30


def test_the_list_of_card_lines_reads():
    frame, problems = read_lines(SAMPLES / "invoices" / "17-card-lines-october.csv")
    assert not problems
    assert len(frame) == 26
    assert {"date", "supplier", "text", "amount"} <= set(frame.columns)


@pytest.mark.parametrize("name", FORMATS)
def test_the_whole_client_exports_in_every_format(name, read):
    settings = ExportSettings.model_validate(
        json.loads((SAMPLES / "client.json").read_text(encoding="utf-8"))["export"]
    ).with_chart(rows("chart.csv"))
    coding: dict[str, list[dict[str, str]]] = {}
    for row in rows("coded.csv"):
        coding.setdefault(row["file"], []).append(row)
    coded = [
        CodedInvoice(
            invoice=invoice,
            seller_key=invoice.seller.name.casefold(),
            file=file,
            lines=tuple(
                CodedLine(line=line, account=row["account"], tax_code=row["tax_code"],
                          cost_centre=row["cost_centre"], status=Status.ACCEPTED)
                for line, row in zip(invoice.lines, coding[file], strict=True)
            ),
        )
        for file, (invoice, _) in read.items()
    ]  # fmt: skip
    data, _, problems = export(coded, name, settings=settings)
    assert data
    held = {problem.file: problem.code for problem in problems}
    expected = {WRONG: "export-unbalanced", "05-dock-street-88231-again.xml": "export-duplicate"}
    if name == "quickbooks":
        expected["02-millrace-credit-MFC-0377.xml"] = "quickbooks-credit"
    assert held == expected
