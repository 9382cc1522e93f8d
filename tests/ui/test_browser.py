"""The whole job in a real browser against the real server: upload, correct, see it learnt, export."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: apt-get install chromium"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

CHART = """account,name,retired
6100,Cleaning and waste,false
6200,Printing and stationery,false
6300,Software subscriptions,false
6400,Motor fuel,false
6500,Old sundry account,true
"""
# The wording is odd on purpose: nothing in it names an account of the chart.
LINES = ["Zephyrine service, north wing", "Zephyrine service, south wing", "Toner cartridge black"]


def invoice(number: str, lines: list[str]) -> bytes:
    """A small UBL invoice in euros, every line 100.00 at 20 %."""
    net = 100 * len(lines)
    cac, cbc = (
        f"urn:oasis:names:specification:ubl:schema:xsd:Common{part}Components-2"
        for part in ("Aggregate", "Basic")
    )
    party = "<cac:{0}><cac:Party><cac:PartyName><cbc:Name>{1}</cbc:Name></cac:PartyName></cac:Party></cac:{0}>"
    tax = "<cac:{0}><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{0}>"
    rows = "".join(
        f"<cac:InvoiceLine><cbc:ID>{place}</cbc:ID><cbc:InvoicedQuantity unitCode='C62'>1</cbc:InvoicedQuantity>"
        f"<cbc:LineExtensionAmount currencyID='EUR'>100.00</cbc:LineExtensionAmount>"
        f"<cac:Item><cbc:Name>{text}</cbc:Name>{tax.format('ClassifiedTaxCategory')}</cac:Item>"
        f"<cac:Price><cbc:PriceAmount currencyID='EUR'>100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
        for place, text in enumerate(lines, start=1)
    )
    return (
        f"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' xmlns:cac='{cac}' xmlns:cbc='{cbc}'>"
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-04-01</cbc:DueDate>"
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        f"{party.format('AccountingSupplierParty', 'Quillon Facilities')}{party.format('AccountingCustomerParty', 'Moss and Daughters')}"
        f"<cac:TaxTotal><cbc:TaxAmount currencyID='EUR'>{net * 0.2:.2f}</cbc:TaxAmount><cac:TaxSubtotal>"
        f"<cbc:TaxableAmount currencyID='EUR'>{net}.00</cbc:TaxableAmount><cbc:TaxAmount currencyID='EUR'>{net * 0.2:.2f}</cbc:TaxAmount>"
        f"{tax.format('TaxCategory')}</cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f"<cbc:LineExtensionAmount currencyID='EUR'>{net}.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID='EUR'>{net}.00</cbc:TaxExclusiveAmount>"
        f"<cbc:TaxInclusiveAmount currencyID='EUR'>{net * 1.2:.2f}</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID='EUR'>{net * 1.2:.2f}</cbc:PayableAmount>"
        f"</cac:LegalMonetaryTotal>{rows}</Invoice>"
    ).encode()  # fmt: skip


@pytest.fixture
def address(home, tmp_path):
    """The address of a server of its own, with nothing in its workspace."""
    from slmapps_ui import launch

    yield from address_of(launch.APP, tmp_path)


def address_of(script: Path, tmp_path: Path):
    """Serve a script until the test ends; gives its address."""
    from slmapps_ui import launch

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path / "server.log").open("w")
    command = [str(script) if each == str(launch.APP) else each for each in launch.command(port)]
    paths = os.pathsep.join(
        filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])
    )
    server = subprocess.Popen(
        command,
        env={**os.environ, **launch.environment(), "PYTHONPATH": paths},
        stdout=log,
        stderr=log,
    )
    try:
        _await(f"http://localhost:{port}/_stcore/health", server)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            with pytest.raises(subprocess.TimeoutExpired):  # ends early only if the server died
                server.wait(0.1)
    raise TimeoutError("the server did not answer within a minute")


@pytest.fixture
def page(tmp_path):
    """A tab of a fresh Chromium; a screenshot is left where the test fails."""
    switches = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"]  # fmt: skip
    with playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            headless=False,
            args=switches,
            viewport={"width": 1440, "height": 900},
            accept_downloads=True,
        )
        tab = context.pages[0]
        tab.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield tab
        tab.screenshot(path=str(tmp_path / "last.png"))
        context.close()


def put(page, files: dict[str, bytes], *, into: int = 0) -> None:
    inputs = page.locator("[data-testid=stFileUploaderDropzoneInput]")
    expect(inputs.nth(into)).to_be_attached()
    inputs.nth(into).set_input_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files.items()
        ]
    )


def test_upload_correct_see_it_learnt_and_export(page, address, home):
    page.goto(f"{address}/invoices")
    page.get_by_label("Name of the client").fill("Moss and Daughters")
    page.get_by_role("button", name="Add the client").click()
    expect(page.get_by_text("needs its chart of accounts first")).to_be_visible()
    put(page, {"chart.csv": CHART.encode()})
    expect(page.get_by_text("No invoice yet")).to_be_visible()
    put(page, {"q-1.xml": invoice("Q-1", LINES)})
    expect(page.get_by_text("Reading q-1.xml: done.")).to_be_visible()

    # Nobody has said what "Zephyrine" is: both lines wait for a person.
    page.get_by_role("link", name="Review").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^1 of \d$"))).to_be_visible()
    item = page.locator(".sl-item .text")
    while "Zephyrine" not in item.inner_text():
        before = item.inner_text()
        page.keyboard.press("j")
        expect(item).not_to_have_text(before)
    search = page.get_by_placeholder("Search by code or name…")
    search.click()
    expect(page.get_by_role("option", name=re.compile("Old sundry"))).to_have_count(0)
    search.press_sequentially("clean")  # the letters a, k and c mean nothing while somebody types
    page.get_by_role("option", name=re.compile("Cleaning and waste")).click()
    expect(page.get_by_text(re.compile("This will also change"))).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.get_by_text(re.compile("1 × .*Cleaning and waste"))).to_be_visible()

    # The third is right: a new invoice of the same seller is coded without a word.
    page.get_by_role("link", name="Invoices").click()
    put(page, {"q-2.xml": invoice("Q-2", ["Zephyrine service, east wing"])})
    expect(page.get_by_text("Reading q-2.xml: done.")).to_be_visible()
    from slmapps.workspace import Workspace

    with Workspace.open(f"sqlite:///{home / 'workspace.db'}") as workspace:
        record = max(workspace.records(app="invoices"), key=lambda each: each.id)
        (said,) = workspace.predictions(record_id=record.id, field="account")
        assert said.prediction.value == "6100"

    page.get_by_role("button", name="Export").click()
    page.get_by_role("combobox", name="Format").click()
    page.get_by_role("option", name="xero").click()
    page.get_by_text("Include lines that still wait for review").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(r"Download .*\.csv")).click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    booked = {row["Description"]: row["*AccountCode"] for row in rows}
    assert booked["Zephyrine service, east wing"] == "6100"
    assert sorted(booked) == sorted([*LINES, "Zephyrine service, east wing"])
