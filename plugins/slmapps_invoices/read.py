"""Invoices in: from a file or a Document to Invoice records, with every Problem met.

Design choices:

* The data inside a file counts, not what its pages show; where the two disagree it is said. Only
  where there is no data that can be read, the pages are (``pages``).
* Nothing a file holds raises. A file that gives no invoice gives an error that says why.
* Rules are checked here, so that no caller can forget them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.documents import Limits, open_document
from slmapps.documents.markup import parse
from slmapps.documents.signed import unwrap
from slmapps.documents.sniff import SIGNED, XML, media_type
from slmapps.records import Document, Problem, Severity
from slmapps_invoices.contract import to_contract
from slmapps_invoices.page_check import check_page
from slmapps_invoices.records import Invoice, InvoiceLine
from slmapps_invoices.rules import check_arithmetic
from slmapps_invoices.syntaxes import is_business_document, read_root
from slmapps_invoices.wording import looks_like_formula

if TYPE_CHECKING:
    import pandas as pd

    from slmapps_invoices.pages.reading import Adjust

__all__ = ["read_document", "read_invoice", "read_invoices", "read_lines", "to_contract"]

Source = str | Path | bytes

_UNFINISHED = {"took-too-long", "too-many-words", "pdf-memory"}


def read_invoice(
    source: Source, *, name: str = "", limits: Limits | None = None
) -> tuple[Invoice | None, list[Problem]]:
    """Read the invoice in a file; the first, where the file holds several (then a Problem says so).

    ``name`` names the file in Problems where ``source`` is bytes.
    """
    invoices, problems = read_invoices(source, name=name, limits=limits)
    if len(invoices) > 1:
        problems.append(
            Problem(
                code="several-invoices",
                message=f"The file holds {len(invoices)} invoices; this is the first.",
                cure="Read the file with read_invoices to have them all.",
                severity=Severity.WARNING,
                file=name or None,
            )
        )
    return (invoices[0] if invoices else None), problems


def read_invoices(
    source: Source, *, name: str = "", limits: Limits | None = None
) -> tuple[list[Invoice], list[Problem]]:
    """Read every invoice in a file, in its order."""
    document, problems = open_document(_place(source), name=name, limits=limits)
    if document is None:
        return [], problems
    invoices, found = read_document(document, limits=limits)
    if any(problem.code in _UNFINISHED for problem in problems):
        # What the pages that were not read show is not known.
        found = [problem for problem in found if problem.code != "page-differs"]
    return invoices, problems + found


def read_document(
    document: Document, *, limits: Limits | None = None, adjust: Adjust | None = None
) -> tuple[list[Invoice], list[Problem]]:
    """Read every invoice in a Document that is open already.

    ``adjust`` tells what is known of the seller's pages: see ``pages.reading.read_pages``.
    """
    limits = limits or Limits()
    try:
        invoices, problems = _from_data(document, limits)
        if not invoices and any(page.words for page in document.pages):
            invoices, problems = _from_pages(document, problems, adjust)
    except Exception as error:  # the last net: no file may stop a batch
        return [], [_unforeseen(document, error)]
    for invoice in invoices:
        problems += _missing(invoice)
        problems += _formulas(invoice)
        if invoice.syntax == "page":
            continue  # its sums were looked at when it was read, and the page cannot differ
        problems += check_arithmetic(invoice)
        if document.pages:
            problems += check_page(invoice, document.pages)
    return invoices, [
        problem.model_copy(update={"file": problem.file or document.name}) for problem in problems
    ]


def _from_pages(
    document: Document, data: list[Problem], adjust: Adjust | None
) -> tuple[list[Invoice], list[Problem]]:
    """Read the pages where the data gave nothing; ``data`` are the Problems that it had."""
    from slmapps.backbone.weights import WeightsMissing
    from slmapps_invoices.pages.from_pages import invoices_on

    broken = [
        problem.model_copy(update={"severity": Severity.WARNING})
        for problem in data
        if problem.code != "no-data-inside"
    ]
    try:
        invoices, problems = invoices_on(document, adjust)
    except WeightsMissing as error:
        return [], [
            *data,
            Problem(
                code="reader-missing",
                message=f"The page could not be read: {error}",
                cure="Install slmapps with its reader, or name one; see `slmapps models`.",
            ),
        ]
    if not invoices:
        return [], [*broken, *problems]
    told = Problem(
        code="read-off-the-page",
        message="The file carries no invoice data, so its pages were read.",
        cure="What was not sure is named; an e-invoice would need no reading.",
        severity=Severity.INFO,
    )
    return invoices, [told, *broken, *problems]


def read_lines(
    source: Source, *, name: str = "", limits: Limits | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a list of invoice lines (CSV or XLSX, gzip allowed) under any headers.

    The frame's columns are described in ``lines_table.lines_frame``.
    """
    from slmapps_invoices.lines_table import lines_frame

    document, problems = open_document(_place(source), name=name, limits=limits)
    frame, found = lines_frame(document.tables if document else ())
    if document is not None:
        problems += found
    return frame, problems


def _place(source: Source) -> Path | bytes:
    if isinstance(source, (Path, bytes)):
        return source
    if isinstance(source, str):
        return Path(source)
    raise TypeError(f"give a path or the file's bytes, not {type(source).__name__}")


def _from_data(document: Document, limits: Limits) -> tuple[list[Invoice], list[Problem]]:
    if document.xml is not None:
        root, problems = parse(document.xml, limits)
        if root is None:
            return [], problems
        # What was mended in the file itself was said when the Document was opened.
        return read_root(root, document.sha256, None)
    readings: list[tuple[str, list[Invoice], list[Problem]]] = []
    broken: list[Problem] = []
    tags = 0
    for name, content in document.attachments.items():
        kind = media_type(content)
        data = unwrap(content) or b"" if kind == SIGNED else content
        tags += data.count(b"<")
        if media_type(data) != XML or tags > limits.max_xml_tags:
            continue
        root, problems = parse(data, limits)
        if root is None:
            broken += problems
        elif is_business_document(root):
            invoices, found = read_root(root, document.sha256, name)
            readings.append((name, invoices, problems + found))
    if not readings:
        return [], broken or [_no_data(document)]
    return _choose(readings)


def _unforeseen(document: Document, error: Exception) -> Problem:
    return Problem(
        code="invoice-unreadable",
        message=f"The invoice could not be read ({type(error).__name__}).",
        cure="Enter it by hand, and report the file so that it can be read next time.",
        file=document.name,
    )


def _choose(
    readings: Sequence[tuple[str, list[Invoice], list[Problem]]],
) -> tuple[list[Invoice], list[Problem]]:
    """Take the newest syntax among several attachments, and say whether the others agree."""
    rank = {"CII": 0, "UBL": 1, "ZUGFeRD 1": 2, "FatturaPA": 3}
    usable = [reading for reading in readings if reading[1]]
    if not usable:
        return [], readings[0][2]
    best = min(usable, key=lambda reading: rank.get(reading[1][0].syntax, 9))
    problems = list(best[2])
    for name, invoices, _ in usable:
        if name == best[0]:
            continue
        same = _heads(invoices) == _heads(best[1])
        problems.append(
            Problem(
                code="invoice-twice" if same else "attachments-differ",
                message=f"'{name}' holds the invoice again"
                + (", with the same figures." if same else " and differs from the one read."),
                cure="" if same else "Compare both with the page before paying.",
                severity=Severity.WARNING,
            )
        )
    return best[1], problems


def _heads(invoices: Sequence[Invoice]) -> list[tuple[Any, ...]]:
    return [
        (one.number, one.issue_date, one.net, one.tax, one.total, [line.net for line in one.lines])
        for one in invoices
    ]


def _no_data(document: Document) -> Problem:
    if document.pages or document.attachments:
        is_picture = document.media_type.startswith("image/")
        return Problem(
            code="no-data-inside",
            message="A picture carries no invoice data, only what it shows."
            if is_picture
            else "The PDF carries no invoice data, only its pages.",
            cure="Ask for an e-invoice (Factur-X, ZUGFeRD, XRechnung), or enter it by hand.",
        )
    if document.tables:
        return Problem(
            code="not-an-invoice",
            message="The file is a list, not an invoice.",
            cure="Code it with `slmapps invoices code`, or add it to a client.",
        )
    return Problem(
        code="not-an-invoice",
        message="The file is plain text, not an invoice.",
        cure="Send the invoice as XML, or as a PDF with the data inside.",
    )


def _missing(invoice: Invoice) -> list[Problem]:
    """Name the rule for each value without which nothing can be booked and that is not stated."""
    stated = {
        ("BR-02", "number"): bool(invoice.number),
        ("BR-03", "date"): invoice.issue_date is not None,
        ("BR-05", "currency"): bool(invoice.currency),
        ("BR-06", "seller"): bool(invoice.seller.name),
        ("BR-14", "total"): invoice.total is not None,
    }
    return [
        Problem(
            code=rule,
            message=f"{rule}: the invoice states no {name}.",
            cure="Enter it by hand, or ask the sender for a complete invoice.",
            severity=Severity.WARNING,
        )
        for (rule, name), is_there in stated.items()
        if not is_there
    ]


def _formulas(invoice: Invoice) -> list[Problem]:
    """Warn of texts that a spreadsheet would run; they are kept, and exports disarm them."""
    texts = {"number": invoice.number, "seller.name": invoice.seller.name}
    pending: list[tuple[str, InvoiceLine]] = [
        (f"lines[{at}]", line) for at, line in enumerate(invoice.lines)
    ]
    while pending:
        key, line = pending.pop()
        texts[f"{key}.description"] = line.description
        texts[f"{key}.details"] = line.details
        pending += [(f"{key}.sub_lines[{at}]", sub) for at, sub in enumerate(line.sub_lines)]
    return [
        Problem(
            code="formula-in-text",
            message=f"A text reads like a spreadsheet formula: '{text[:40]}'.",
            cure="It is kept as text; check who sent it.",
            severity=Severity.WARNING,
            where=invoice.places.get(key),
        )
        for key, text in texts.items()
        if looks_like_formula(text)
    ]
