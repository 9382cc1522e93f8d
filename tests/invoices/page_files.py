"""Invented invoices as PDF files without data inside, and a tagger that knows what it is told."""

from __future__ import annotations

import io

import numpy as np
import pytest

from slmapps.heads.pages import Tagged
from slmapps_invoices.pages import from_pages, shipped
from slmapps_invoices.pages.confidence import Confidence
from slmapps_invoices.pages.labels import LABELS

SURE = 0.96
ROWS = {"Amount payable": "total", "VAT 20 %": "tax", "Net amount": "net", "Amount due": "due"}


def drawn(
    number: str = "R-1",
    seller: str = "Quillon Facilities",
    vat: str = "GB980780684",
    lines: tuple[tuple[str, str], ...] = (("Window cleaning", "100.00"),),
    total: str = "120.00",
    issued: str = "2 March 2026",
    pages: int = 1,
) -> bytes:
    """A PDF of one invoice at 20 % tax, whose last figure is a balance that is no total of it."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=True)

    def write(x: float, y: float, text: str, size: float = 10) -> None:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, 842 - y, text)

    net = sum(float(amount) for _, amount in lines)
    write(60, 60, seller, 15)
    write(60, 78, f"VAT {vat}", 8)
    write(60, 120, "Moss and Daughters")
    write(380, 120, "Invoice no.")
    write(470, 120, number)
    write(380, 134, "Date")
    write(470, 134, issued)
    write(60, 200, "Description", 9)
    write(480, 200, "Amount", 9)
    y = 220.0
    for text, amount in lines:
        write(60, y, text)
        write(480, y, amount)
        y += 16
    for page in range(1, pages):
        canvas.showPage()
        write(60, 60, f"Page {page + 1} of {pages}", 8)
        y = 300.0
    y += 20
    rows = [("Net amount", f"{net:.2f}"), ("VAT 20 %", f"{net * 0.2:.2f}")]
    rows += [("Amount payable", total), ("Balance of account EUR", "975.31")]
    for text, amount in rows:
        write(340, y, text)
        write(480, y, amount)
        y += 16
    canvas.save()
    return out.getvalue()


def label(words: list[str], at: int, before: str) -> str:
    """What the word is on such a page."""
    text = words[at]
    if text == "EUR":
        return "currency"
    if before.endswith("Invoice no."):
        return "number"
    return "other"


class Stub:
    """Tags by what stands to the left or above; ``wrong`` maps one label's row to another's.

    ``wrong`` is the label that the stub gives to the balance of account, and withholds from its
    own row. States are unit vectors of a word's part, a little turned.
    """

    def __init__(self, wrong: str = "", share: float = SURE) -> None:
        self.wrong, self.share = wrong, share
        self.tagged = 0

    def tag(self, pages):
        self.tagged += 1
        return [self._page(page) for page in pages]

    def _page(self, page) -> Tagged:
        labels = _labels(page)
        if self.wrong:
            labels = [
                self.wrong if each == "balance" else "other" if each == self.wrong else each
                for each in labels
            ]
        labels = ["other" if each == "balance" else each for each in labels]
        shares = np.full((len(labels), len(LABELS)), (1 - self.share) / (len(LABELS) - 1))
        parts = _labels(page)
        states = np.zeros((len(labels), 64), np.float32)
        for row, (each, part) in enumerate(zip(labels, parts, strict=True)):
            shares[row, LABELS.index(each)] = self.share
            states[row, sorted({*LABELS, "balance"}).index(part)] = 1.0
            states[row, 60] = 0.1
        states /= np.linalg.norm(states, axis=1, keepdims=True)
        begins = np.array([0.95 if each == "description" else 0.05 for each in labels], np.float32)
        return Tagged(shares.astype(np.float32), begins, LABELS, states)


def _labels(page) -> list[str]:
    found = []
    for word in page.words:
        row = [one for one in page.words if abs(one.box[3] - word.box[3]) < 4]
        left = " ".join(one.text for one in row if one.box[2] < word.box[0] + 1)
        figure = word.box[0] > 475
        x, y = word.box[0], word.box[1]
        if word.text == "EUR":
            found.append("currency")
        elif y < 65 and word.box[3] - y > 8 and x < 370:
            found.append("seller_name")
        elif left == "VAT" and y < 90:
            found.append("seller_vat_id")
        elif left.startswith("Invoice no.") or (x > 465 and 105 < y < 124):
            found.append("number")
        elif x > 460 and 120 < y < 140:
            found.append("issue_date")
        elif x < 300 and 105 < y < 125:
            found.append("buyer_name")
        elif figure and left.startswith("Balance"):
            found.append("balance")
        elif figure and left in ROWS:
            found.append(ROWS[left])
        elif figure and y > 203 and left and "Page" not in left:
            found.append("line_net")
        elif x < 330 and y > 203 and any(one.box[0] > 475 for one in row):
            found.append("description")
        else:
            found.append("other")
    return found


def reads_with(monkeypatch: pytest.MonkeyPatch, tagger: Stub) -> Stub:
    """Let pages be read with that tagger; what is at least 90 % sure is accepted."""
    stated = [0.99] * 50 + [0.9] * 50 + [0.5] * 50
    right = [True] * 100 + [False] * 50
    confidence = Confidence(curve=(tuple(stated), tuple(right)))
    for module in (from_pages, shipped):
        monkeypatch.setattr(module, "load_tagger", lambda: tagger)
        monkeypatch.setattr(module, "load_confidence", lambda: confidence)
    shipped._threshold.cache_clear()
    return tagger
