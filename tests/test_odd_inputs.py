"""What real people hand in: half-broken lists, codes that a spreadsheet has changed, odd names.

Each outcome is a Problem or an error with its cure and the exit code that the help promises.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from slmapps.cli.root import cli
from slmapps.documents.headers import header_row
from slmapps.records import Table
from slmapps.samples import samples
from slmapps_invoices import read_invoice
from slmapps_invoices.account_labels import as_in_chart
from slmapps_invoices.cell_values import read_amounts
from slmapps_invoices.chart_table import read_chart
from slmapps_invoices.coded_list import read_list
from slmapps_invoices.lines_table import lines_frame
from slmapps_invoices.listing import read_file

RUNNER = CliRunner()
CHART = "account,name\n5000,Flour and grains\n6100,Electricity and gas\n0400,Fixtures\n"
LINES = "date,supplier,text,amount\n2026-02-03,Weir Mill,Rye flour,40.00\n"


def run(*arguments: object, code: int = 0) -> Result:
    answer = RUNNER.invoke(cli, [str(argument) for argument in arguments])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    assert answer.exit_code == code, answer.output
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "Büro Unterlagen ß"
    place.mkdir()
    (place / "chart.csv").write_text(CHART, "utf-8")
    (place / "lines.csv").write_text(LINES, "utf-8")
    return place


def made(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def coded(folder: Path, lines: Path, *more: object, code: int = 0) -> tuple[dict[str, Any], list]:
    out = folder / "coded.csv"
    chart = folder / "chart.csv"
    answer = run(
        "invoices", "code", lines, "--chart", chart, "--out", out, "--json", *more, code=code
    )
    with out.open(encoding="utf-8", newline="") as stream:
        return json.loads(answer.stdout), list(csv.DictReader(stream))


# Charts


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"account,name\n5000,Fl\0our\n", "nul-bytes"),
        (b"\0" * 3000, "file-kind"),
        (b"account,name\n", "no-chart"),
        (b"<?xml version='1.0'?><a/>", "no-rows"),
        (b"colour,size\nred,1\nblue,2\n", "no-chart"),
        (b"account,name\n1,Do not use\n2,closed\n", "no-open-account"),
        (gzip.compress(os.urandom(5000))[:2000], "gzip-broken"),
    ],
)
def test_what_is_no_chart_is_refused_by_name_with_a_cure(folder, content, code):
    path = made(folder, "odd.csv", content)
    said = run("invoices", "import-chart", path, "--client", "mill", code=2).output
    assert code in said
    assert "→" in said
    assert "odd.csv" in said
    assert json.loads(run("invoices", "clients", "--json").stdout) == []


@pytest.mark.parametrize(
    ("content", "accounts"),
    [
        (b"Flour\nPower\nBank charges\n", ["Flour", "Power", "Bank charges"]),
        (b"5000\n6000\n", ["5000", "6000"]),
        (b"5000,Flour\n6000,Power\n", ["5000", "6000"]),
        ("Konto;Bezeichnung\r\n0400;Büro\r\n6300;Strom\r\n".encode("cp1252"), ["0400", "6300"]),
        ("account\tname\n5000\tFlour\n6000\tPower\n".encode("utf-16"), ["5000", "6000"]),
        (gzip.compress(b"account,name\n5000,Flour\n6000,Power\n"), ["5000", "6000"]),
        (f"account,name\n5000,{'x' * 5000}\n6000,Электричество\n".encode(), ["5000", "6000"]),
        (b"account,name\n5000,Flour\n5000,Grain\n6000,Power\n", ["5000", "6000"]),
    ],
)
def test_a_chart_is_read_however_it_was_written(folder, content, accounts):
    frame, problems = read_chart(made(folder, "chart.pdf", content))
    assert frame is not None
    assert frame["account"].tolist() == accounts
    assert [problem.code for problem in problems] in ([], ["account-twice"])


def test_a_chart_is_found_under_merged_titles_and_behind_a_cover_sheet(folder):
    book = openpyxl.Workbook()
    cover = book.active
    for row in (["Firm", "Weir Mill"], ["Day", "2026-01-01"]):
        cover.append(row)
    sheet = book.create_sheet("Accounts")
    sheet["A1"] = "Chart of accounts 2026"
    sheet.merge_cells("A1:C1")
    for row in ([], ["Account", "Name"], [5000, "Flour"], [6100, "=A1&A2"]):
        sheet.append(row)
    book.save(folder / "chart.xlsx")
    frame, problems = read_chart(folder / "chart.xlsx")
    assert problems == []
    assert frame is not None
    assert frame["account"].tolist() == ["5000", "6100"]


# Lines


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"2026-02-03,Weir Mill,Rye,40\n2026-02-04,Weir Mill,Rye,41\n", {"no-header"}),
        (b"date,supplier,text,amount\n1900-01-01,Mill,Flour,1e12\n2099-12-31,A,B,-1e12\n", set()),
        (b"date,supplier,text,amount\n0001-01-01,Mill,Flour,nan\n", {"amounts-unreadable"}),
        ("supplier,text\n株式会社,小麦粉\nشركة,كهرباء\n🍞,\u202eevil\u200b\n".encode(), set()),
        (f"supplier,text\nMill,{'word ' * 1000}\n{'S' * 5000},x\n".encode(), set()),
        (b"text\nrye flour\nelectricity\n", {"no-supplier-column"}),
        (b"supplier,text,amount\nMill,,\nShop,,\n", {"no-amount-column"}),
        (b"amount,date\n5,2026-01-01\n6,2026-01-02\n", {"no-suggestion", "no-supplier-no-text"}),
        (b'supplier,text,amount\nMill,"Rye,1\nMill,Wheat,2\n', {"quote-open"}),
        (b"date,supplier,text,amount\n", {"no-lines"}),
    ],
)
def test_odd_lists_are_coded_as_far_as_they_go_and_what_lacks_is_named(folder, content, codes):
    path = made(folder, "lines.txt", content)
    out = folder / "coded.csv"
    chart = folder / "chart.csv"
    answer = RUNNER.invoke(
        cli, ["invoices", "code", str(path), "--chart", str(chart), "--out", str(out), "--json"]
    )
    said = json.loads(answer.stdout)
    found = {problem["code"] for problem in said["problems"]}
    assert codes <= found
    grave = any(problem["severity"] != "info" for problem in said["problems"])
    assert answer.exit_code == int(grave)
    assert all(problem["file"] == "lines.txt" for problem in said["problems"])
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == said["lines"]
    assert rows or "no-lines" in codes


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_line_end_and_separator_gives_the_same_lines(folder, end, sign):
    text = f"\ufeff{LINES}".replace("\n", end).replace(",", sign)
    _, frame, problems = read_list(made(folder, "lines.csv", text))
    assert problems == []
    assert frame is not None
    assert frame["text"].tolist() == ["Rye flour"]


def test_codes_that_a_spreadsheet_has_changed_are_the_charts_own():
    chart = [("5000", "Flour"), ("0400", "Fixtures"), ("7", "Rent"), ("07", "Rent, flat")]
    labels = ["5000.0", "400", "flour", "7", "07", "007", "", "9", "5000,00"]
    assert as_in_chart(labels, chart) == [
        "5000", "0400", "5000", "7", "07", "007", "", "9", "5000",
    ]  # fmt: skip


def test_a_history_teaches_by_changed_codes_and_tells_of_strange_ones(folder):
    past = "supplier,text,amount,account\n" + "Weir Mill,Rye flour,4,5000.0\nHall,Rack,9,400\n" * 5
    path = made(folder, "past.csv", past + "Weir Mill,Rye flour,4,9999\n")
    said, (row,) = coded(folder, folder / "lines.csv", "--history", path, code=1)
    assert said["learnt"] == 10
    (problem,) = [each for each in said["problems"] if each["severity"] != "info"]
    assert (problem["code"], problem["file"]) == ("account-not-in-chart", "past.csv")
    assert "'9999'" in problem["message"]
    assert row["account"] == "5000"
    run("invoices", "import-chart", folder / "chart.csv", "--client", "mill")
    learnt = run("invoices", "import-history", path, "--client", "mill", "--json", code=1)
    assert json.loads(learnt.stdout)["lines"] == 10


def test_a_history_of_no_use_is_not_imported(folder):
    run("invoices", "import-chart", folder / "chart.csv", "--client", "mill")
    for content in ("date,supplier,amount,account\n", "date,supplier\n2026-01-01,A\n"):
        path = made(folder, "past.csv", content)
        run("invoices", "import-history", path, "--client", "mill", code=2)


def test_labels_do_not_leak_and_no_column_takes_anothers_place(folder):
    head = "supplier,text,amount,account,account_name,vat_code,cost_centre,confidence,Status,account_given\n"
    answers = []
    for labels in ("5000,a,VR,N,1,new,x", "6100,b,VZ,S,0,old,y"):
        path = made(folder, "own.csv", f"{head}Hall,Rack,9,{labels}\n")
        _, (row,) = coded(folder, path)
        answers.append([row[key] for key in ("account", "confidence", "status", "alternatives")])
        assert row["account_given_given"] == labels.split(",")[0]
        assert row["Status_given"] == labels.split(",")[5]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("budget", ["nan", "0", "1", "-0.1", "inf", "few"])
def test_a_budget_that_is_no_share_is_usage(folder, budget):
    chart, out = folder / "chart.csv", folder / "out.csv"
    arguments = ("--chart", chart, "--out", out, "--budget", budget)
    assert "budget" in run("invoices", "code", folder / "lines.csv", *arguments, code=2).output
    assert not out.exists()


def test_a_folder_that_is_not_there_is_said_before_the_work_begins(folder):
    out = folder / "nowhere" / "coded.csv"
    arguments = ("--chart", folder / "chart.csv", "--out", out)
    said = run("invoices", "code", folder / "lines.csv", *arguments, code=2).output
    assert "no folder" in said


def test_the_list_itself_may_be_replaced_by_its_coding(folder):
    path = folder / "lines.csv"
    run("invoices", "code", path, "--chart", folder / "chart.csv", "--out", path)
    assert "confidence" in path.read_text("utf-8")
    assert sorted(each.name for each in folder.iterdir()) == ["chart.csv", "lines.csv"]


def test_amounts_too_wide_for_a_cell_are_read():
    found = read_amounts(["1E+12", "-2,5e3", "1e-3", "12.50", "1E400"])
    assert found.found == [Decimal(10) ** 12, Decimal(-2500), Decimal(0), Decimal("12.50"), None]
    assert found.unreadable == (4,)


def test_a_column_of_that_name_without_one_amount_is_said_to_be_unreadable():
    table = Table(columns=("supplier", "amount", "date"), rows=(("Mill", "tbd", "soon"),))
    _, problems = lines_frame((table,))
    assert {problem.code for problem in problems} == {"amounts-unreadable", "dates-unreadable"}


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        (["supplier,text", "Mill,Flour", "Shop,Rack"], 0),
        (["supplier,text"], 0),
        (["Purchases of May,", ",", "supplier,text,amount", "Mill,Flour,5"], 2),
        (["supplier,text,amount", "Mill,Flour,", "Shop,Rack,", "Hall,Rent,5"], 0),
        (["5000,Flour", "6000,Power"], None),
    ],
)
def test_the_header_is_found_though_there_be_no_numbers(rows, header):
    assert header_row([row.split(",") for row in rows]) == header


# Clients and review


@pytest.mark.parametrize("client", ["", "   ", "\0", "x" * 200])
def test_a_client_without_a_usable_name_is_usage(folder, client):
    said = run("invoices", "import-chart", folder / "chart.csv", "--client", client, code=2).output
    assert "--client" in said


def test_a_clients_name_and_title_are_kept_as_people_see_them(folder):
    chart = folder / "chart.csv"
    run("invoices", "import-chart", chart, "--client", " 製粉\0所 ", "--title", "Mühle\n& Söhne")
    (row,) = json.loads(run("invoices", "clients", "--json").stdout)
    assert (row["client"], row["title"], row["accounts"]) == ("製粉 所", "Mühle & Söhne", 3)


def test_review_knows_what_is_not_there(folder):
    run("invoices", "import-chart", folder / "chart.csv", "--client", "mill")
    for wrong in (
        ("review", "accept", 10**22),
        ("review", "accept", 7),
        ("review", "undo", 10**22),
        ("review", "correct", 0, "5000"),
        ("review", "list", "--client", "mil"),
        ("review", "list", "--desk", "invoice"),
        ("review", "list", "--limit", 0),
        ("workspace", "audit", "--client", "mil"),
        ("workspace", "audit", "--limit", -1),
        ("workspace", "export", "--out", folder / "nowhere" / "all.zip"),
        ("invoices", "export", "--client", "mil", "--format", "json"),
        ("invoices", "export", "--client", "mill", "--format", "json", "--out", "/nowhere/x"),
    ):
        assert "Error" in run(*wrong, code=2).output


def test_the_trail_names_the_correction_that_undo_asks_for_and_twice_is_once(folder):
    run("invoices", "import-chart", folder / "chart.csv", "--client", "mill")
    run("invoices", "add", folder / "lines.csv", "--client", "mill")
    waiting = json.loads(run("review", "list", "--json").stdout)[0]["id"]
    assert "Accepted 1." in run("review", "accept", waiting, waiting).output
    newest = json.loads(run("workspace", "audit", "--json").stdout)
    number = next(each["detail"]["correction"] for each in newest if each["action"] == "accepted")
    assert f" {number} " in run("workspace", "audit").stdout
    run("review", "undo", number)
    waiting = json.loads(run("review", "list", "--json").stdout)[0]["id"]
    run("review", "correct", waiting, "fixtures")
    assert "for example" in run("review", "correct", waiting, "furniture", code=2).output
    assert "no longer holds" in run("review", "undo", number, code=2).output


def test_the_lines_of_a_list_leave_by_the_export(folder):
    run("invoices", "import-chart", folder / "chart.csv", "--client", "mill")
    run("invoices", "add", folder / "lines.csv", "--client", "mill")
    out = folder / "books.json"
    arguments = ("--client", "mill", "--format", "json", "--out", out, "--unreviewed")
    run("invoices", "export", *arguments)
    assert "Weir Mill" in out.read_text("utf-8")


@pytest.mark.parametrize("url", ["nonsense", "http://x", "sqlite:////nowhere/x.db", "broken"])
def test_a_database_that_is_none_is_said_with_where_to_look(tmp_path, monkeypatch, url):
    if url == "broken":
        (tmp_path / "workspace.db").write_text("no database")
        url = f"sqlite:///{tmp_path / 'workspace.db'}"
    monkeypatch.setenv("SLMAPPS_DATABASE_URL", url)
    assert "check SLMAPPS_DATABASE_URL" in run("workspace", "status", code=2).output


# Files


def test_a_pipe_or_a_device_among_the_files_does_not_stop_the_batch(tmp_path):
    pipe = tmp_path / "pipe.xml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path):
        (entry,), problems = read_file(path)
        assert (entry["status"], entry["sha256"], entry["invoice"]) == ("failed", None, None)
        assert problems[0].cure


def test_what_an_invoice_does_not_state_is_null(tmp_path):
    source = next((samples("invoices") / "invoices").glob("14-*.pdf"))
    (entry,), _ = read_file(source)
    assert entry["invoice"]["seller"]["vat_id"] is None
    assert set(entry) == {"file", "sha256", "status", "invoice", "problems"}


def test_what_is_no_path_is_a_callers_mistake():
    with pytest.raises(TypeError, match="path or the file's bytes"):
        read_invoice(None)  # type: ignore[arg-type]
