"""A page in a real browser: found wrong, put right by keyboard alone, and by a click on its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slmapps.workspace import Workspace
from tests.invoices.page_files import Stub, drawn, reads_with
from tests.ui.test_browser import CHROMIUM, address_of, expect, page

__all__ = ["page"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: apt-get install chromium"),
]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def record(home, monkeypatch, tmp_path):
    """An invoice of two pages whose total was read wrong, in the workspace of the server."""
    import pandas as pd

    from slmapps_invoices import desk

    reads_with(monkeypatch, Stub("total"))
    path = tmp_path / "quillon.pdf"
    path.write_bytes(drawn(pages=2))
    with Workspace.open(f"sqlite:///{home / 'workspace.db'}") as workspace:
        workspace.add_client("invoices", "moss", "Moss and Daughters")
        chart = pd.DataFrame({"account": ["6100", "6200"], "name": ["Cleaning", "Printing"]})
        desk.import_chart(workspace, "moss", chart)
        [result] = desk.process_files(workspace, "moss", [path])
    return result.record_id


@pytest.fixture
def address(record, tmp_path):
    """The address of a server that reads pages with the same stub."""
    yield from address_of(ROOT / "tests" / "ui" / "stub_app.py", tmp_path)


def invoice(home, record):
    with Workspace.open(f"sqlite:///{home / 'workspace.db'}") as workspace:
        return workspace.record(record).data["invoice"]


def opened(page, address):
    """The tab "Document" of the one invoice."""
    page.goto(f"{address}/invoices")
    table = page.locator("[data-testid=stDataFrame]").first
    expect(table.locator("canvas").first).to_be_visible()
    frame = table.bounding_box()
    tab = page.get_by_role("tab", name="Document")
    for _ in range(20):  # the canvas is there before its rows are
        page.mouse.click(frame["x"] + 15, frame["y"] + 50)
        try:
            expect(tab).to_be_visible(timeout=3000)
            break
        except AssertionError:
            continue
    tab.click()
    expect(page.locator(".pr .row.now")).to_be_visible()


def test_a_total_is_put_right_by_keyboard_alone(page, address, home, record):
    opened(page, address)
    head, entry = page.locator(".pr .head b"), page.locator(".pr .entry input")
    expect(page.locator(".pr .sums .chip.bad")).to_have_text(re.compile("total 975.31"))
    for _ in range(20):
        if head.inner_text() == "Total":
            break
        before = head.inner_text()
        page.keyboard.press("n")
        expect(head).not_to_have_text(before)
    expect(page.locator(".pr .tools")).to_contain_text("Page 2 of 2")
    expect(page.locator(".pr .crop .mark")).to_be_visible()
    expect(page.locator(".pr .box.now .tag")).to_have_text("Total")
    page.keyboard.press("e")
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    expect(page.locator(".pr .says.wrong")).to_contain_text("is no amount")
    expect(entry).to_have_value("much")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("120,00")
    page.keyboard.press("Enter")
    row = page.locator(".pr .row", has_text="Total").first
    expect(row).to_contain_text("120.00")
    expect(row).to_have_class(re.compile("good"))
    expect(page.locator(".pr .sums .chip.bad")).to_have_count(0)
    expect(head).not_to_have_text("Total")
    assert invoice(home, record)["total"] == "120.00"
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(row).to_contain_text("975.31")
    assert invoice(home, record)["total"] == "975.31"


def test_a_click_on_a_word_puts_it_into_the_field_at_hand(page, address, home, record):
    opened(page, address)
    page.locator(".pr .row", has_text="Total").first.click()
    expect(page.locator(".pr .tools")).to_contain_text("Page 2 of 2")
    with Workspace.open(f"sqlite:///{home / 'workspace.db'}") as workspace:
        words = workspace.document(workspace.record(record).document).pages[1].words
    place = next(at for at, word in enumerate(words) if word.text == "120.00")
    page.locator(f".pr .word[data-at='{place}']").click()
    expect(page.locator(".pr .entry input")).to_have_value("120.00")
    page.locator(".pr .entry button").click()
    expect(page.locator(".pr .row", has_text="Total").first).to_have_class(re.compile("good"))
    kept = invoice(home, record)
    assert kept["total"] == "120.00"
    assert kept["places"]["total"]["box"] == pytest.approx(list(words[place].box))


def test_what_a_document_says_is_shown_and_never_run(page, address, home, record):
    opened(page, address)
    page.locator(".pr .row", has_text="Seller").first.click()
    page.keyboard.press("e")
    page.keyboard.type("<img src=x onerror=document.title='run'>")
    page.keyboard.press("Enter")
    expect(page.locator(".pr .row", has_text="Seller").first).to_contain_text("<img src=x")
    assert page.title() != "run"
    assert invoice(home, record)["seller"]["name"].startswith("<img")
