"""The page reader as it is shipped, and what it accepts by itself.

The weights lie in ``slmapps_invoices/model/pages``, or where ``SLMAPPS_PAGE_READER`` says, which is
how a tagger of one's own is used; they are loaded when the first page is read.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from slmapps.records import Problem, Severity
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps_invoices.pages.confidence import Confidence

__all__ = ["BUDGET", "FOLDER", "accepts", "doubted", "load_confidence", "load_tagger"]

FOLDER = Path(
    os.environ.get("SLMAPPS_PAGE_READER") or Path(__file__).resolve().parent.parent / "model/pages"
)
BUDGET = 0.02
_TIMES = 5
_SUMS = ("net", "tax", "total", "due", "paid", "line_total", "allowance_total", "charge_total")


@lru_cache(maxsize=2)
def load_tagger(folder: Path = FOLDER) -> PageTagger:
    """The tagger of pages, once.

    Raises:
        WeightsMissing: the reader's weights, on which it stands, are not there or are others.
    """
    import json

    from slmapps.backbone.weights import WeightsMissing
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.pieces import reader_pieces

    pieces = reader_pieces()
    made_for = json.loads((folder / "figures.json").read_text("utf-8"))["fingerprint"]
    if made_for != pieces.fingerprint:
        raise WeightsMissing(
            f"The reader of pages was made for the backbone {made_for}, not {pieces.fingerprint}. "
            "Use the reader that comes with the installation, or train the tagger anew."
        )
    return PageTagger.load(folder, pieces.table, pieces.tokenizer)


@lru_cache(maxsize=2)
def load_confidence(folder: Path = FOLDER) -> Confidence:
    """How its signs become probabilities, once."""
    from slmapps_invoices.pages.confidence import Confidence

    return Confidence.load(folder / "confidence.json")


@lru_cache(maxsize=64)
def _threshold(budget: float) -> float:
    """What keeps the budget on made documents, and no value that alone breaks it five times over.

    Real pages are stranger than made ones; a value that is likely wrong is not hidden among many
    that are right.
    """
    return max(load_confidence().threshold(budget), 1 - _TIMES * budget)


def accepts(
    invoice: Invoice, problems: Sequence[Problem], budget: float = BUDGET
) -> frozenset[str]:
    """The keys of ``invoice.confidences`` that need no person within an error budget.

    Sums of the head need a proof beside their confidence: while a Problem says that one of them
    does not add up, or that nothing proves the total, none of them is accepted.
    """
    held = any(
        problem.severity is not Severity.INFO
        and (problem.code.startswith("BR-CO-") or problem.code in _DOUBTS)
        for problem in problems
    )
    unsure = doubted(invoice, budget)
    return frozenset(
        key for key in invoice.confidences if key not in unsure and not (held and key in _SUMS)
    )


def doubted(invoice: Invoice, budget: float = BUDGET) -> frozenset[str]:
    """The keys of ``invoice.confidences`` that are themselves not sure enough."""
    least = _threshold(budget)
    return frozenset(key for key, sure in invoice.confidences.items() if sure < least)


_DOUBTS = {"total-unproved", "value-inferred", "digit-repaired", "reading-unused"}
