"""The invoices desk without the page: what goes in, what comes out, and with which exit code."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from slmapps import plugins
from slmapps.cli.root import cli
from slmapps.records import Alternative, Prediction, Status, Table
from slmapps.samples import samples
from slmapps_invoices.coded_list import coded_rows, disarmed, read_list
from slmapps_invoices.history_table import read_history
from slmapps_invoices.inbox import files_in

RUNNER = CliRunner()
SAMPLES = samples("invoices")


@pytest.fixture(autouse=True)
def fresh():
    plugins.load.cache_clear()


def run(*arguments: object, code: int = 0):
    answer = RUNNER.invoke(cli, [str(argument) for argument in arguments])
    assert answer.exit_code == code, answer.output + repr(answer.exception)
    return answer


INVOICE = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:ID>W-7</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-04-01</cbc:DueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>
  <cbc:RegistrationName>Weir Mill Flour</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity>
  <cbc:RegistrationName>Larkspur Bakehouse</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">2.00</cbc:TaxAmount><cac:TaxSubtotal>
  <cbc:TaxableAmount currencyID="EUR">20.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">2.00</cbc:TaxAmount>
  <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>10</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">20.00</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="EUR">20.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">22.00</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="EUR">{due}</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="KGM">10</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="EUR">20.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Rye flour</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>10</cbc:Percent>
  </cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">2.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>
"""


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    (folder / "march").mkdir(parents=True)
    (folder / ".trash").mkdir()
    (folder / "march" / "good.xml").write_text(INVOICE.format(due="22.00"), "utf-8")
    (folder / ".trash" / "old.xml").write_text(INVOICE.format(due="22.00"), "utf-8")
    return folder


def test_reading_answers_with_the_contract(inbox):
    (entry,) = json.loads(run("invoices", "read", inbox, "--json").stdout)
    path = inbox / "march" / "good.xml"
    assert entry["file"] == str(path)
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry["status"], entry["problems"]) == ("ok", [])
    invoice = entry["invoice"]
    assert {
        key: invoice[key] for key in ("number", "issue_date", "due_date", "type", "currency")
    } == {
        "number": "W-7",
        "issue_date": "2026-03-02",
        "due_date": "2026-04-01",
        "type": "invoice",
        "currency": "EUR",
    }
    assert set(invoice["seller"]) >= {"name", "vat_id", "iban"}
    assert invoice["buyer"]["name"] == "Larkspur Bakehouse"
    assert [invoice[key] for key in ("net", "tax", "total", "due")] == [
        "20.00",
        "2.00",
        "22.00",
        "22.00",
    ]
    (line,) = invoice["lines"]
    assert line["description"] == "Rye flour"
    assert [line[key] for key in ("quantity", "unit_price", "net", "tax_rate")] == [
        "10",
        "2.00",
        "20.00",
        "10",
    ]


def test_an_invoice_that_breaks_a_rule_is_read_named_and_leaves_with_1(inbox):
    (inbox / "march" / "wrong.xml").write_text(INVOICE.format(due="23.00"), "utf-8")
    entries = json.loads(run("invoices", "read", inbox, "--json", code=1).stdout)
    assert [entry["status"] for entry in entries] == ["ok", "problems"]
    assert "BR-CO-16" in [problem["code"] for problem in entries[1]["problems"]]


def test_a_file_that_is_not_there_is_an_entry_and_the_others_are_read(inbox):
    entries = json.loads(
        run("invoices", "read", inbox / "nowhere.xml", inbox, "--json", code=1).stdout
    )
    assert [(entry["status"], entry["invoice"] is None) for entry in entries] == [
        ("failed", True),
        ("ok", False),
    ]
    assert entries[0]["problems"][0]["cure"]


def test_without_json_a_person_gets_a_table_and_the_cures(inbox):
    (inbox / "empty.pdf").write_bytes(b"")
    answer = run("invoices", "read", inbox, code=1)
    assert "Weir Mill Flour" in answer.stdout
    assert "file-empty" in answer.stderr


def test_an_empty_folder_is_usage(tmp_path):
    assert "name files" in run("invoices", "read", tmp_path, code=2).output


def test_a_folder_is_searched_to_the_bottom_in_order_and_nothing_comes_twice(inbox):
    path = inbox / "march" / "good.xml"
    assert files_in([path, inbox]) == [path]


@pytest.fixture
def books(tmp_path):
    """A small client: a chart, a history in gzip, lines that carry their coding already."""
    chart = tmp_path / "chart.csv"
    chart.write_text(
        "account,name,group\n5000,Flour and grains,Food\n6100,Electricity and gas,House\n7200,Bank charges,Office\n"
    )
    past = [
        ("2026-01-05", "Weir Mill Flour", "Rye flour 25 kg", "40.00", "5000"),
        ("2026-01-09", "Bright Energy", "Electricity January", "310.00", "6100"),
        ("2026-01-31", "Harbour Bank", "Account fee", "6.50", "7200"),
    ]
    history = tmp_path / "past.csv.gz"
    with gzip.open(history, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["date", "supplier", "text", "amount", "account"])
        writer.writerows(row for _ in range(8) for row in past)
    lines = tmp_path / "lines.csv"
    lines.write_text(
        "line_id,date,supplier,text,amount,account,status\n"
        "z-9,2026-02-03,Weir Mill Flour,Rye flour 25 kg,40.00,7200,new\n"
        "a-1,2026-02-09,BRIGHT ENERGY LTD,=cmd()|'/c calc'!A1,-305.10,7200,new\n"
        "m-5,2026-02-11,Nobody Knows,,12.00,7200,new\n",
        "utf-8",
    )
    return lines, chart, history, tmp_path / "coded.csv"


def coded(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_lines_are_coded_from_the_chart_and_the_history(books):
    lines, chart, history, out = books
    answer = run(
        "invoices",
        "code",
        lines,
        "--chart",
        chart,
        "--history",
        history,
        "--out",
        out,
        "--json",
        code=1,
    )
    said = json.loads(answer.stdout)
    assert (said["lines"], said["learnt"]) == (3, 24)
    assert said["accepted"] + said["review"] + said["refused"] == 3
    assert [problem["code"] for problem in said["problems"]] == ["formula-in-text"]
    rows = coded(out)
    assert [row["line_id"] for row in rows] == ["z-9", "a-1", "m-5"]
    assert [row["account"] for row in rows[:2]] == ["5000", "6100"]
    assert rows[0]["account_name"] == "Flour and grains"
    assert list(rows[0])[:5] == ["line_id", "date", "supplier", "text", "amount"]
    for row in rows:
        assert 0 <= float(row["confidence"]) <= 1
        assert row["status"] in {"accepted", "review", "refused"}
        others = json.loads(row["alternatives"])
        assert row["account"] not in [other["value"] for other in others]
        assert {other["value"] for other in others} <= {"5000", "6100", "7200"}


def test_the_coding_that_a_list_carries_is_kept_aside_and_never_looked_at(books):
    lines, chart, history, out = books
    run("invoices", "code", lines, "--chart", chart, "--history", history, "--out", out, code=1)
    first = coded(out)
    assert [row["account_given"] for row in first] == ["7200"] * 3
    assert [row["status_given"] for row in first] == ["new"] * 3
    lines.write_text(lines.read_text("utf-8").replace("7200", "5000"), "utf-8")
    run("invoices", "code", lines, "--chart", chart, "--history", history, "--out", out, code=1)
    keys = ("account", "confidence", "alternatives")
    assert [[row[key] for key in keys] for row in coded(out)] == [
        [row[key] for key in keys] for row in first
    ]


def test_a_chart_alone_is_enough(books):
    lines, chart, _, out = books
    run("invoices", "code", lines, "--chart", chart, "--out", out, code=1)
    assert coded(out)[0]["account"] == "5000"


def test_the_cells_come_back_as_they_were_and_no_formula_runs(books):
    lines, chart, _, out = books
    run("invoices", "code", lines, "--chart", chart, "--out", out, code=1)
    second = coded(out)[1]
    assert second["text"] == "'=cmd()|'/c calc'!A1"
    assert second["amount"] == "-305.10"


def test_a_list_of_three_columns_is_coded_too(books, tmp_path):
    _, chart, history, out = books
    short = tmp_path / "short.csv"
    short.write_text("Datum;Lieferant;Betrag\n03.02.2026;Weir Mill Flour;40,00\n", "utf-8")
    run("invoices", "code", short, "--chart", chart, "--history", history, "--out", out)
    assert coded(out)[0]["account"] == "5000"


def test_a_chart_that_names_no_account_is_refused_and_nothing_is_written(books, tmp_path):
    lines, _, _, out = books
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("colour,size\nred,1\nblue,2\n")
    answer = run("invoices", "code", lines, "--chart", nonsense, "--out", out, code=2)
    assert "no-chart" in answer.output
    assert not out.exists()


def test_a_budget_outside_0_to_1_is_usage(books):
    lines, chart, _, out = books
    assert (
        "budget"
        in run(
            "invoices", "code", lines, "--chart", chart, "--out", out, "--budget", "2", code=2
        ).output
    )


def test_labels_are_no_inputs_under_any_header(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text(
        "date,supplier,amount,Account Name,VAT-Code\n2026-01-02,Shop,5.00,Rent,VR\n", "utf-8"
    )
    _, frame, _ = read_list(path)
    assert frame is not None
    assert "Rent" not in frame.astype(str).to_numpy()
    assert "VR" not in frame.astype(str).to_numpy()


def test_a_history_without_accounts_names_the_columns_there_are(tmp_path):
    path = tmp_path / "past.csv"
    path.write_text("date,supplier,amount\n2026-01-02,Shop,5.00\n", "utf-8")
    frame, problems = read_history(path)
    assert frame is None
    assert "supplier" in problems[-1].message


def test_lines_without_an_account_are_not_learnt(tmp_path):
    path = tmp_path / "past.csv"
    path.write_text(
        "date,supplier,amount,account\n2026-01-02,Shop,5.00,\n2026-01-03,Shop,6.00,Rent\n", "utf-8"
    )
    frame, problems = read_history(path)
    assert frame is not None
    assert frame["account"].tolist() == ["Rent"]
    assert [problem.code for problem in problems] == ["no-account"]


def test_a_history_is_learnt_in_the_order_it_was_booked(tmp_path):
    path = tmp_path / "past.csv"
    path.write_text(
        "date,supplier,amount,account\n2026-03-01,A,1.00,New\n2026-01-01,B,2.00,Old\n2026-03-01,C,3.00,New 2\n"
    )
    frame, _ = read_history(path)
    assert frame is not None
    assert frame["account"].tolist() == ["Old", "New", "New 2"]


def test_runners_up_are_json_and_tax_codes_come_only_where_they_are_used():
    table = Table(columns=("supplier", "account"), rows=(("Shop: A|B", "x"),))
    account = Prediction(
        field="account",
        value="Rent: flat | house",
        confidence=0.75,
        alternatives=(Alternative(value="Light: gas | oil", confidence=0.125),),
    )
    columns, rows = coded_rows(table, [{"account": account}], {})
    assert columns[:2] == ["supplier", "account_given"]
    assert "tax_code" not in columns
    assert json.loads(rows[0][-1]) == [{"value": "Light: gas | oil", "confidence": 0.125}]
    tax = Prediction(field="tax_code", value="VR", confidence=0.9)
    columns, rows = coded_rows(table, [{"account": account, "tax_code": tax}], {})
    assert rows[0][columns.index("tax_code")] == "VR"


def test_a_refused_line_has_no_account():
    refused = Prediction(
        field="account", value=None, confidence=0, status=Status.REFUSED, reason="no chart"
    )
    columns, rows = coded_rows(Table(columns=("text",), rows=(("x",),)), [{"account": refused}], {})
    assert rows[0][columns.index("account")] == ""
    assert rows[0][columns.index("status")] == "refused"


@pytest.mark.parametrize("cell", ["-12.50", "+4", "-", "€ 5", "1,234.00", "-1 234,50", "", "Shop"])
def test_numbers_and_words_stay_as_they_are(cell):
    assert disarmed(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+A1", "-A1+B2", "\t=1", "\r=1"])
def test_what_would_run_is_disarmed(cell):
    assert disarmed(cell) == f"'{cell}"


def test_a_client_is_made_taught_fed_and_exported(books, inbox, tmp_path):
    _, chart, history, _ = books
    run("invoices", "import-chart", chart, "--client", "mill", "--title", "Mill & Co")
    taught = json.loads(
        run("invoices", "import-history", history, "--client", "mill", "--json").stdout
    )
    assert taught["lines"] == 24
    (added,) = json.loads(run("invoices", "add", inbox, "--client", "mill", "--json").stdout)
    assert added["status"] == "ok"
    (again,) = json.loads(run("invoices", "add", inbox, "--client", "mill", "--json").stdout)
    assert (again["status"], again["record"]) == ("known", added["record"])
    (client,) = json.loads(run("invoices", "clients", "--json").stdout)
    assert (client["title"], client["examples"], client["records"]) == ("Mill & Co", 24, 1)
    for waiting in json.loads(run("review", "list", "--json").stdout):
        run("review", "accept", waiting["id"])
    out = tmp_path / "out"
    out.mkdir()
    written = json.loads(
        run(
            "invoices", "export", "--client", "mill", "--format", "json", "--out", out, "--json"
        ).stdout
    )
    assert "W-7" in Path(written["file"]).read_text("utf-8")


def test_a_client_that_does_not_exist_hears_how_to_make_one(inbox):
    assert "import-chart" in run("invoices", "add", inbox, "--client", "nobody", code=2).output


def test_an_unknown_format_hears_the_known_ones(books):
    _, chart, _, _ = books
    run("invoices", "import-chart", chart, "--client", "mill")
    answer = run("invoices", "export", "--client", "mill", "--format", "abacus", code=2)
    for name in ("xero", "quickbooks", "datev", "beancount", "hledger", "ubl", "json", "xlsx"):
        assert name in answer.output
