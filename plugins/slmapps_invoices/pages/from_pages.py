"""A Document's pages as invoices with every Problem: tagged, split, read, doubted.

Design choices:

* What is not sure enough for the error budget is named in one warning, so that "no warning" means
  that a program may go on without a person.
* A page that neither totals anything nor lists anything is no invoice, and it says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmapps.records import Document, Problem, Severity, Span
from slmapps_invoices.pages.confidence import Confidence
from slmapps_invoices.pages.reading import PageReading, read_tagged
from slmapps_invoices.pages.shipped import BUDGET, doubted, load_confidence, load_tagger
from slmapps_invoices.pages.splitting import parts
from slmapps_invoices.pages.titles import OTHERS, kind_of_document
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps_invoices.pages.reading import Adjust

__all__ = ["invoices_on", "page_readings", "unsure"]

_DENSE = 4000  # words of a page
_NAMED = 6  # unsure values that are named one by one


def page_readings(
    document: Document,
    tagger: PageTagger,
    confidence: Confidence | None = None,
    adjust: Adjust | None = None,
) -> list[PageReading]:
    """Read every invoice on a document's pages."""
    pages = document.pages
    if not any(page.words for page in pages):
        return []
    tagged = tagger.tag(pages)
    found = []
    for part in parts(pages, tagged):
        own = [pages[at] for at in part]
        # The first page of an invoice reads unlike its second, so a part is looked at anew.
        told = tagged if len(part) == len(pages) else tagger.tag(own)
        if adjust is not None:
            told = list(adjust(own, told))
        found.append(read_tagged(document, own, told, confidence))
    return found


def invoices_on(
    document: Document, adjust: Adjust | None = None
) -> tuple[list[Invoice], list[Problem]]:
    """Give the invoices on a document's pages and what is to be said of them.

    Raises:
        WeightsMissing: the reader's weights are not on this machine.
    """
    invoices: list[Invoice] = []
    problems: list[Problem] = []
    most = max((len(page.words) for page in document.pages), default=0)
    if most > _DENSE:
        return [], [
            Problem(
                code="page-too-dense",
                message=f"A page holds {most:,} words, ten times what an invoice's page does.",
                cure="Check that it is the right file; print it anew if it is.",
            )
        ]
    readings = page_readings(document, load_tagger(), load_confidence(), adjust)
    for reading in readings:
        invoice, said = _judged(reading)
        if invoice is not None:
            invoices.append(invoice)
        problems += said
    if len(invoices) > 1:
        problems.append(
            Problem(
                code="file-split",
                message=f"The file holds {len(invoices)} invoices; they were told apart by their "
                "numbers and pages.",
                cure="Check that each begins on the right page.",
                severity=Severity.INFO,
            )
        )
    return invoices, problems


def _judged(reading: PageReading) -> tuple[Invoice | None, list[Problem]]:
    invoice = reading.invoice
    kind = kind_of_document(reading.pages)
    if (
        invoice.total is None
        and invoice.due is None
        and not any(line.net is not None for line in invoice.lines)
    ):
        what = f"It reads as {kind}." if kind in OTHERS else "No total and no line was found."
        return None, [
            Problem(
                code="not-an-invoice",
                message=f"The page holds no invoice that can be read. {what}",
                cure="Check that it is the right file; a blurred scan is better taken again.",
                where=_page(reading),
            )
        ]
    problems = list(reading.problems)
    if kind == "credit_note":
        invoice = invoice.model_copy(update={"type": "credit_note", "type_code": "381"})
    if kind in OTHERS:
        problems.append(
            Problem(
                code="not-an-invoice",
                message=f"The page calls itself {kind}, not an invoice.",
                cure="Do not book it unless you know that it is meant as an invoice.",
                severity=Severity.WARNING,
                where=_page(reading),
            )
        )
    doubt = unsure(invoice)
    return invoice, problems + ([doubt] if doubt else [])


def unsure(invoice: Invoice, budget: float = BUDGET) -> Problem | None:
    """Give a warning that names the values which are not sure enough for the error budget."""
    left = sorted((invoice.confidences[key], key) for key in doubted(invoice, budget))
    if not left:
        return None
    named = ", ".join(f"{_said(key)} ({sure:.0%})" for sure, key in left[:_NAMED])
    more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    return Problem(
        code="unsure",
        message=f"Read off the page, but not surely: {named}{more}.",
        cure="Compare them with the page, and correct what is wrong.",
        severity=Severity.WARNING,
        where=invoice.places.get(left[0][1]),
    )


def _said(key: str) -> str:
    head, bracket, rest = key.partition("[")
    if not bracket:
        return key.replace("_", " ").replace(".", "'s ")
    number, _, part = rest.partition("]")
    row = "line" if head == "lines" else "tax row"
    return f"{part.strip('.').replace('_', ' ')} of {row} {int(number) + 1}"


def _page(reading: PageReading) -> Span:
    return Span(document=reading.document, page=reading.pages[0].number)
