"""Make the invoices desk's sample client: ``python data_samples/make_invoices.py [FOLDER]``.

Larkspur Bakehouse & Café is a fiction, and so is everybody it buys from. The same code gives the
same bytes; a test holds the files in the repository against a fresh run.

``coded.csv`` says for every line of the invoices where a bookkeeper books it.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "data_samples"), str(ROOT / "plugins"), str(ROOT)]

from making.bills import CARD_LINES  # noqa: E402
from making.cases import CASES, Case  # noqa: E402
from making.cii import cii_bytes  # noqa: E402
from making.client import client_json  # noqa: E402
from making.fatturapa import fatturapa_bytes  # noqa: E402
from making.ledger import chart_csv, history_csv  # noqa: E402
from making.page import facturx_bytes, page_bytes, scan_bytes  # noqa: E402

from slmapps_invoices.export.ubl import ubl_bytes  # noqa: E402

__all__ = ["make"]

CII = ("03-", "09-", "16-")
PAGES = ("18-",)  # without data inside


def _file(case: Case) -> bytes:
    if case.file.endswith(".jpg"):
        return scan_bytes(case.invoice, case.style)
    if case.file.startswith(PAGES):
        return page_bytes(case.invoice, case.style)
    if case.file.endswith(".pdf"):
        return facturx_bytes(case.invoice, cii_bytes(case.invoice), case.style)
    if case.file.startswith(CII):
        return cii_bytes(case.invoice)
    if case.invoice.seller.country == "IT":
        return fatturapa_bytes(case.invoice)
    return ubl_bytes(case.invoice)


def _coded_csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("file", "line", "text", "account", "tax_code", "cost_centre"))
    for case in CASES:
        for line, coding in zip(case.invoice.lines, case.coding, strict=True):
            writer.writerow((case.file, line.id, line.description, *coding))
    return out.getvalue()


def make(folder: Path) -> None:
    """Write the chart, the history, the settings and the invoices into ``folder``."""
    inbox = folder / "invoices"
    inbox.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("chart.csv", chart_csv()),
        ("history.csv", history_csv()),
        ("client.json", client_json()),
        ("coded.csv", _coded_csv()),
        ("invoices/17-card-lines-october.csv", CARD_LINES),
    ):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for case in CASES:
        (inbox / case.file).write_bytes(_file(case))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data_samples" / "invoices")
