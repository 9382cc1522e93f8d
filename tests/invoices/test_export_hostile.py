"""Whatever stands on an invoice, the export is balanced, valid and harmless."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from slmapps_invoices.export import FORMATS, ChartAccount, export
from slmapps_invoices.export.cells import is_formula
from slmapps_invoices.records import Party
from tests.invoices.exporting import NOW, SETTINGS, invoice, line

HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1", "＝1+1", ' "quoted", "',
    "two\nlines\r\nthree", "a; b | c", "; comment: x", "date:2020-99-99 [2021-13-40]", "🥐 croissant",
    "\u202egpj.exe\u202c", "عسل طبيعي", "\x00nul\x07bell", "x" * 3000, "back\\slash\\", "(code) *!",
    "  ", "{braces} 12 EUR", "2026-01-01 open Assets:X", "'; DROP TABLE lines; --", "]]>&<x/>",
)  # fmt: skip
NAMES = ("Café & Wein; GmbH", "水道光熱費", "=1+1", "a  b", "ünit:x", "", "123 go", "'", "Rent\n")
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
RATES = st.sampled_from([0, 7, 19])
AMOUNTS = st.one_of(
    st.decimals(min_value=-999, max_value=99_999, places=2),
    st.decimals(min_value=0, max_value=99, places=4),
    st.just(Decimal("0.00")),
)
CHART = tuple(
    ChartAccount(account=str(4000 + n), name=name, group=group)
    for n, (name, group) in enumerate(
        zip(NAMES, ["Office", "a/b/c", "資産", "Assets: all", "", "=x", "é", "9", ";"], strict=True)
    )
)
BOOKS = SETTINGS.model_copy(update={"chart": CHART})


@st.composite
def coded_lines(draw):
    net = draw(AMOUNTS)
    account = draw(st.sampled_from(CHART)).account
    splits = ()
    if draw(st.booleans()) and net == round(net, 2):
        share = draw(st.decimals(min_value=-50, max_value=50, places=2))
        splits = ((account, str(share)), ("4000", str(net - share)))
    return line(
        draw(TEXTS), str(net), account, draw(RATES), splits=splits,
        centre=draw(st.one_of(st.none(), TEXTS)),
    )  # fmt: skip


@st.composite
def coded_invoices(draw, number):
    lines = draw(st.lists(coded_lines(), min_size=1, max_size=6))
    allowances = draw(
        st.lists(
            st.tuples(
                st.booleans(),
                st.decimals(min_value=0, max_value=500, places=2).map(str),
                RATES,
                TEXTS,
            ),
            max_size=2,
        )
    )
    return invoice(
        lines,
        draw(st.sampled_from(["", "=", "R/", "é ", "x" * 40])) + str(number),
        kind=draw(st.sampled_from(["invoice", "credit_note", "corrected_invoice"])),
        currency=draw(st.sampled_from(["EUR", "GBP", "JPY"])),
        day=draw(st.dates(date(1999, 1, 1), date(2050, 1, 1))),
        allowances=allowances,
        rounding=draw(st.sampled_from([None, "0.01", "-0.02"])),
        seller=Party(name=draw(TEXTS), vat_id=draw(TEXTS), street=draw(TEXTS)),
        key=draw(st.sampled_from(["", "weir", "=key"])),
    )


BATCHES = st.integers(min_value=1, max_value=5).flatmap(
    lambda size: st.tuples(*(coded_invoices(number) for number in range(size)))
)
PATIENT = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.function_scoped_fixture],
)  # fmt: skip
# These say what a format cannot take; anything else would be a failure of ours.
EXPECTED = {
    "quickbooks-credit", "export-number-changed", "export-duplicate", "ubl-split", "export-empty",
    "export-tax-name",
}  # fmt: skip


def exported(batch, name):
    data, _, problems = export(batch, name, settings=BOOKS, now=NOW)
    assert {problem.code for problem in problems} <= EXPECTED, problems
    return data


def cells(data: bytes, name: str):
    """Every cell of a CSV file or of the files in an archive of such."""
    if data[:2] == b"PK":
        for inner in (archive := zipfile.ZipFile(io.BytesIO(data))).namelist():
            yield from cells(archive.read(inner), name)
        return
    text = data.decode("cp1252" if name == "datev" else "utf-8")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";" if name == "datev" else ","):
        yield from row


@PATIENT
@given(BATCHES)
def test_every_format_takes_what_comes_and_no_cell_is_a_formula(batch):
    for name in FORMATS:
        data = exported(batch, name)
        if name in {"xero", "quickbooks", "datev"}:
            assert not [cell for cell in cells(data, name) if is_formula(cell)]
        if name == "xlsx":
            for sheet in load_workbook(io.BytesIO(data)):
                assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)


@PATIENT
@given(BATCHES)
def test_beancount_is_content_with_any_batch(batch):
    loader = pytest.importorskip("beancount.loader", reason="install beancount to check ledgers")
    _, errors, _ = loader.load_string(exported(batch, "beancount").decode())
    assert errors == []


@pytest.mark.skipif(not shutil.which("hledger"), reason="install hledger to check journals")
@settings(PATIENT, max_examples=20)
@given(BATCHES)
def test_hledger_is_content_with_any_batch(tmp_path, batch):
    journal = tmp_path / "out.journal"
    journal.write_bytes(exported(batch, "hledger"))
    command = ["hledger", "-f", str(journal), "check", "-s", "ordereddates", "payees"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_all_hostile_texts_at_once_through_every_format(tmp_path):
    loader = pytest.importorskip("beancount.loader", reason="install beancount to check ledgers")
    batch = [
        invoice(
            [
                line(text, "10.00", CHART[place % len(CHART)].account)
                for place, text in enumerate(HOSTILE)
            ],
            f"H-{number}",
            seller=Party(name=name),
            key="",
        )
        for number, name in enumerate(HOSTILE)
    ]
    for name in FORMATS:
        assert exported(batch, name)
    _, errors, _ = loader.load_string(exported(batch, "beancount").decode())
    assert errors == []
