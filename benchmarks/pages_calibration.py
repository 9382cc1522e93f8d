"""Whether confidences are honest: of what is said to be 90 % sure, 9 in 10 are right.

Design choices:

* Every value with a confidence counts that has a truth: those of the head, and those of the lines
  by the best one-to-one matching. A line that is none is wrong with its amount and description.
* Invented documents in layouts never trained on are used: there the truth of each value is known.
* Where the truth has no value (not printed) and one was read, that is wrong; an amount that is what
  the printed ones come to is left out, as everywhere in this bench.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.pages_cases import Case, value_at
from benchmarks.pages_reading import BUDGET, Read
from benchmarks.pages_scores import calibration_bins, calibration_error, pairs, same, unclaimed
from benchmarks.pages_tables import number, rows

__all__ = ["Point", "calibration", "calibration_table", "drawn", "points"]

ASKED = 0.03
_HEAD = (
    "number", "issue_date", "due_date", "order_reference", "currency", "seller.name",
    "seller.vat_id", "seller.iban", "seller.bic", "buyer.name", "buyer.vat_id", "line_total",
    "allowance_total", "charge_total", "net", "tax", "total", "paid", "due",
)  # fmt: skip
_LINE = (
    "seller_item", "description", "details", "quantity", "unit", "unit_price", "discount", "net",
    "tax_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One value that was read: ``key`` without a line's number, confidence, right or not."""

    key: str
    confidence: float
    right: bool
    accepted: bool
    document: str


def points(case: Case, read: Read) -> Iterator[Point]:
    """Every value of a document that has a confidence and a truth."""
    if read.invoice is None:
        return
    sure = read.sure or frozenset()

    def point(key: str, name: str, *, right: bool) -> Point:
        assert read.invoice is not None
        stated = min(1.0, max(0.0, read.invoice.confidences[key]))
        return Point(name, stated, right, key in sure, case.name)

    for key in _HEAD:
        if key not in read.invoice.confidences or key in case.left_out:
            continue
        truth, found = value_at(case.truth, key), value_at(read.invoice, key)
        if found is None or (truth is None and unclaimed(case, read.invoice, key)):
            continue
        if key.endswith("vat_id"):
            truth, found = _plain(truth), _plain(found)
        yield point(key, key, right=truth is not None and same(truth, found))
    partner = {there: at for at, there in pairs(case, read.invoice)}
    for there, line in enumerate(read.invoice.lines):
        at = partner.get(there)
        for part in _LINE:
            key, found = f"lines[{there}].{part}", getattr(line, part)
            if key not in read.invoice.confidences or found in (None, ""):
                continue
            if f"lines[{at}].{part}" in case.left_out:
                continue
            truth = None if at is None else getattr(case.truth.lines[at], part)
            slack = case.slack if part == "net" else type(case.slack)(0)
            right = truth not in (None, "") and same(truth, found, slack)
            yield point(key, f"lines[].{part}", right=right)


def _plain(number: str | None) -> str | None:
    """A VAT number without the name of the tax that Swiss and Norwegian ones may end in."""
    return None if number is None else re.sub(r"(?:MWST|TVA|IVA|MVA)$", "", number)


def calibration(reads: Sequence[tuple[Case, Read]]) -> tuple[dict[str, Any], list[Point]]:
    """The figures, and the points that they were taken from."""
    found = [each for case, read in reads for each in points(case, read)]
    if not found:
        return {"values": 0}, found

    def error(some: Sequence[Point]) -> float:
        return calibration_error([each.confidence for each in some], [each.right for each in some])

    kept = [each for each in found if each.accepted]
    head = [each for each in found if not each.key.startswith("lines[]")]
    lines = [each for each in found if each.key.startswith("lines[]")]
    return {
        "documents": len({each.document for each in found}),
        "values": len(found),
        "expected calibration error": error(found),
        "of the head": error(head),
        "of the lines": error(lines),
        "right, of all values": sum(each.right for each in found) / len(found),
        "budget": BUDGET,
        "accepted": len(kept) / len(found),
        "observed error among them": _wrong(kept),
        "accepted, of the head": sum(each.accepted for each in head) / max(1, len(head)),
        "observed error of the head": _wrong([each for each in head if each.accepted]),
        "by key": {key: _of(found, key) for key in sorted({each.key for each in found})},
        "bins": calibration_bins([each.confidence for each in found], [e.right for e in found]),
    }, found


def _wrong(some: Sequence[Point]) -> float | None:
    return sum(not each.right for each in some) / len(some) if some else None


def _of(found: Sequence[Point], key: str) -> dict[str, Any]:
    mine = [each for each in found if each.key == key]
    return {
        "values": len(mine),
        "stated": sum(each.confidence for each in mine) / len(mine),
        "right": sum(each.right for each in mine) / len(mine),
        "accepted": sum(each.accepted for each in mine) / len(mine),
        "wrong among accepted": _wrong([each for each in mine if each.accepted]),
    }


def drawn(found: Sequence[Point], folder: Path) -> Path:
    """Draw stated against observed; the diagonal is honesty."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import PercentFormatter

    mpl.rcParams["svg.hashsalt"] = "slmapps"  # the same figures give the same file
    figure, axis = plt.subplots(figsize=(5, 4.4), layout="constrained")
    axis.plot([0, 1], [0, 1], linestyle=(0, (5, 4)), color="grey", linewidth=1)
    parts = {
        "head": ([each for each in found if not each.key.startswith("lines[]")], "#1f8a96"),
        "lines": ([each for each in found if each.key.startswith("lines[]")], "#c67a1e"),
    }
    for name, (some, colour) in parts.items():
        if not some:
            continue
        bins = calibration_bins([each.confidence for each in some], [each.right for each in some])
        stated, seen, _ = zip(*bins, strict=True)
        label = f"{name} ({len(some):,} values)"
        axis.plot(stated, seen, marker="o", linewidth=2, color=colour, label=label)
    axis.set_xlabel("How sure it was")
    axis.set_ylabel("How often it was right")
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.grid(visible=True, alpha=0.25)
    axis.legend(frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pages_calibration.svg"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def calibration_table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    if not found["values"]:
        return "\n### calibration\nNothing that was read says how sure it is.\n"
    counted = f"{found['values']:,} values in {found['documents']} documents"
    parts = f"{found['of the head']:.4f}, {found['of the lines']:.4f}"
    budget = found["budget"]
    whole = [
        (
            "expected calibration error, 10 bins of equal mass",
            f"≤ {ASKED}",
            number(found["expected calibration error"], 4),
        ),
        ("of the head alone, of the lines alone", "", parts),
        (f"accepted at a budget of {budget}", "", found["accepted"]),
        (
            "observed error among them",
            f"≤ {budget}",
            number(found["observed error among them"], 4),
        ),
        ("accepted, of the head alone", "", found["accepted, of the head"]),
        ("observed error among them", "", number(found["observed error of the head"], 4)),
    ]
    each = [(key, *row.values()) for key, row in found["by key"].items()]
    return "\n".join(
        [
            "\n### calibration: held-out layouts",
            f"{counted}, {found['right, of all values']:.1%} right.",
            "",
            *rows("what|asked|reached", whole),
            "",
            *rows("value|read|stated|right|accepted|wrong among accepted", each),
            "",
        ]
    )
