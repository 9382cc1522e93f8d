"""The ways in which the bench has a document read, and the store of what was recognised.

Design choices:

* The product's way is ``open_document`` and ``read_document``, as the desk calls them.
* ``oracle`` reads the generator's documents with the tags that they were made with: what then is
  still wrong is not the tagger's. It is for finding causes and is never published as a figure.
* Recognising a page takes seconds, so Documents are kept by the sha256 of the file's bytes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pages_cases import Case
from slmapps.documents import Limits, open_document
from slmapps.records import Document, Page, Problem, Severity
from slmapps_invoices.records import Invoice

__all__ = ["BUDGET", "Read", "Way", "by_rules", "oracle", "product", "stored"]

BUDGET = 0.02
_ALONE = 0.98  # where nothing says what is accepted within the budget
_PATIENT = Limits(max_picture_seconds=300.0)  # the machine may be busy

Way = Callable[[Case, Document, list[Problem]], "Read"]


@dataclass(frozen=True)
class Read:
    """What a way made of a document; ``sure`` are the keys that are accepted at BUDGET.

    ``sure`` is None where the way does not say how sure it is.
    """

    invoice: Invoice | None
    problems: tuple[Problem, ...]
    sure: frozenset[str] | None
    seconds: float = 0.0


def stored(data: bytes, name: str, folder: Path | None) -> tuple[Document | None, list[Problem]]:
    """Open a file; where ``folder`` holds its Document already, take that."""
    kept = None if folder is None else folder / f"{hashlib.sha256(data).hexdigest()}.json"
    if kept is not None and kept.is_file():
        told = json.loads(kept.read_text("utf-8"))
        problems = [Problem.model_validate(each) for each in told["problems"]]
        found = told["document"]
        return None if found is None else Document.model_validate(found), problems
    document, problems = open_document(data, name=name, limits=_PATIENT)
    if kept is not None and not any(each.code == "took-too-long" for each in problems):
        kept.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "document": None if document is None else document.model_dump(mode="json"),
            "problems": [each.model_dump(mode="json") for each in problems],
        }
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(told), "utf-8")
        part.rename(kept)
    return document, problems


def accepts(invoice: Invoice, problems: Sequence[Problem]) -> frozenset[str]:
    """The keys that the product accepts within BUDGET."""
    try:
        from slmapps_invoices.pages import shipped
    except ImportError:
        return frozenset(key for key, sure in invoice.confidences.items() if sure >= _ALONE)
    return frozenset(shipped.accepts(invoice, problems, budget=BUDGET))


def product(case: Case, document: Document, problems: list[Problem]) -> Read:  # noqa: ARG001
    """Read as the desk does."""
    from slmapps_invoices.read import read_document

    start = time.perf_counter()
    invoices, found = read_document(document)
    took = time.perf_counter() - start
    invoice, told = (invoices[0] if invoices else None), (*problems, *found)
    sure = None if invoice is None else accepts(invoice, told)
    return Read(invoice, told, sure, took)


def by_rules(case: Case, document: Document, problems: list[Problem]) -> Read:  # noqa: ARG001
    """Read by plain rules, the baseline."""
    from benchmarks.pages_rules import read_by_rules

    start = time.perf_counter()
    invoice = read_by_rules(document)
    return Read(invoice, tuple(problems), None, time.perf_counter() - start)


class _Told:
    """Tags the pages of an invented invoice as they were drawn."""

    def __init__(self, case: Case) -> None:
        assert case.sample is not None
        self.made = case.sample.pages

    def tag(self, pages: Sequence[Page]) -> list[Any]:
        from slmapps.heads.pages import Tagged
        from slmapps_invoices.pages.labels import LABELS
        from slmapps_invoices.pages.training import _begins

        found = []
        for page, made in zip(pages, self.made, strict=True):
            rest = 0.05 / (len(LABELS) - 1)
            shares = np.full((len(made.words), len(LABELS)), rest, np.float32)
            shares[np.arange(len(made.labels)), [LABELS.index(name) for name in made.labels]] = 0.95
            starts = np.where(_begins(page, made.lines) > 0, 0.95, 0.05).astype(np.float32)
            found.append(Tagged(shares, starts, LABELS))
        return found


def oracle(case: Case, document: Document, problems: list[Problem]) -> Read:
    """Read an invented invoice with the tags that it was made with."""
    from slmapps_invoices.pages.reading import read_pages

    start = time.perf_counter()
    told: Any = _Told(case)
    found = read_pages(document, told)
    took = time.perf_counter() - start
    if found is None:
        return Read(None, tuple(problems), None, took)
    invoice = found.invoice.model_copy(update={"confidences": dict(found.confidences)})
    return Read(invoice, (*problems, *found.problems), frozenset(found.confidences), took)


def unread(problems: Sequence[Problem]) -> list[str]:
    """The codes of all Problems that are more than information, each once."""
    return list(dict.fromkeys(each.code for each in problems if each.severity is not Severity.INFO))
