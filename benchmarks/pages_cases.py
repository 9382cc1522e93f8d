"""The documents that the reading of pages is measured on, each with its truth.

Design choices:

* A truth is an Invoice: the ZUGFeRD truths are turned into one, the generator's are one already.
* A value that the page does not show is left out (``Case.left_out``): it counts neither as right
  nor as wrong. So is what the XML of a ZUGFeRD file does not state, for then nothing is known.
* The PDFs are written anew, page by page, into a file that never held anything else.
* Of a bill priced with tax the record holds net amounts that are worked out: the truth of a line is
  its printed amount without its rate of tax, to two cents, and its price is left out.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps_invoices.records import Invoice, InvoiceLine, Party

if TYPE_CHECKING:
    from slmapps_invoices.pages.synthetic import Sample

__all__ = ["HELD_OUT", "SEED", "Case", "made", "only_pages", "zugferd"]

HELD_OUT = 40  # layouts that the tagger is never trained on
SEED = 700_000_000  # no number that training draws from
_CENT = Decimal("0.01")
_HEADER = {
    "number": "number",
    "date": "issue_date",
    "seller": "seller.name",
    "currency": "currency",
    "total": "total",
    "net": "net",
    "tax": "tax",
    "due": "due",
}
_LINE = {"name": "description", "quantity": "quantity", "price": "unit_price", "amount": "net"}


@dataclass(frozen=True)
class Case:
    """One document. ``left_out`` and ``truth`` by the keys of ``Invoice.places``.

    ``group`` is equal for documents of one content or layout; ``slack`` is how far the net amount
    of a line may lie from the truth; ``sample`` is there where the generator made the document.
    """

    name: str
    data: bytes
    truth: Invoice
    left_out: frozenset[str] = frozenset()
    group: str = ""
    slack: Decimal = Decimal(0)
    sample: Sample | None = field(default=None, repr=False)


def only_pages(data: bytes) -> bytes:
    """Write a PDF anew that holds the pages of another and nothing else."""
    import pypdfium2

    source = pypdfium2.PdfDocument(data)
    written, fresh = io.BytesIO(), pypdfium2.PdfDocument.new()
    fresh.import_pages(source)
    fresh.save(written)
    fresh.close()
    source.close()
    return written.getvalue()


def zugferd(folder: Path, limit: int | None = None) -> Iterator[Case]:
    """The PDFs of ``folder`` (pdfs.tar.xz, truth.jsonl, manifest.csv) without their XML."""
    truths = {row["id"]: row for row in map(json.loads, (folder / "truth.jsonl").open("rb"))}
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        groups = {row["id"]: row["group"] for row in csv.DictReader(file)}
    done = 0
    with tarfile.open(folder / "pdfs.tar.xz") as archive:
        for member in archive:
            name = Path(member.name).stem
            packed = archive.extractfile(member) if member.isfile() else None
            if packed is None or name not in truths or done == limit:
                continue
            done += 1
            truth = truths[name]
            yield Case(
                name=f"{name}.pdf",
                data=only_pages(packed.read()),
                truth=_stated(truth),
                left_out=frozenset(_unknown(truth)),
                group=groups.get(name, name),
            )


def _stated(row: dict[str, Any]) -> Invoice:
    def amount(text: str | None) -> Decimal | None:
        return Decimal(text) if text else None

    return Invoice(
        number=row["number"] or "",
        issue_date=date.fromisoformat(row["date"]) if row["date"] else None,
        seller=Party(name=row["seller"] or ""),
        currency=row["currency"] or "",
        **{name: amount(row[name]) for name in ("total", "net", "tax", "due")},
        lines=tuple(
            InvoiceLine(
                description=line["name"] or "",
                quantity=amount(line["quantity"]),
                unit_price=amount(line["price"]),
                net=amount(line["amount"]),
            )
            for line in row["lines"]
        ),
    )


def _unknown(row: dict[str, Any]) -> Iterator[str]:
    """The keys that the XML does not state, or the page does not show (l1 is the first line)."""
    for name, key in _HEADER.items():
        if name in row["not_printed"] or row[name] in (None, ""):
            yield key
    for at, line in enumerate(row["lines"]):
        for name, key in _LINE.items():
            if f"l{at + 1}.{name}" in row["not_printed"] or line[name] in (None, ""):
                yield f"lines[{at}].{key}"


def made(count: int, *, layouts: int = HELD_OUT, seed: int = SEED) -> Iterator[Case]:
    """``count`` invented invoices in the last ``layouts`` layouts, by turns."""
    from slmapps_invoices.pages import synthetic

    first = synthetic.layouts() - layouts
    for number in range(count):
        sample = synthetic.make(seed + number, layout=first + number % layouts)
        yield of_sample(sample, f"made-{seed + number}.pdf")


def of_sample(sample: Sample, name: str) -> Case:
    """The case of an invented invoice."""
    truth, left_out, slack = sample.invoice, set[str](), Decimal(0)
    if sample.gross_lines:
        truth, left_out = _without_tax(truth)
        slack = 2 * _CENT
    return Case(
        name=name,
        data=sample.pdf,
        truth=truth,
        left_out=frozenset(left_out),
        group=f"layout {sample.layout}",
        slack=slack,
        sample=sample,
    )


def _without_tax(truth: Invoice) -> tuple[Invoice, set[str]]:
    single = truth.taxes[0].rate if len(truth.taxes) == 1 else None
    lines, left_out = [], set[str]()
    for at, line in enumerate(truth.lines):
        rate = single if line.tax_rate is None else line.tax_rate
        net = None
        if rate is not None and line.net is not None:
            net = (line.net / (1 + rate / 100)).quantize(_CENT, ROUND_HALF_UP)
        elif line.net is not None:
            left_out.add(f"lines[{at}].net")
        left_out |= {f"lines[{at}].unit_price", f"lines[{at}].discount"}
        lines.append(line.model_copy(update={"net": net, "unit_price": None, "discount": None}))
    return truth.model_copy(update={"lines": tuple(lines)}), left_out


_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


def value_at(invoice: Invoice, key: str) -> Any:
    """The value under a key of ``Invoice.places``; None where there is none.

    >>> value_at(Invoice(lines=(InvoiceLine(net=Decimal(3)),)), "lines[0].net")
    Decimal('3')
    """
    found: Any = invoice
    for name, number in _STEP.findall(key):
        found = getattr(found, name, None)
        if number and found is not None:
            found = found[int(number)] if int(number) < len(found) else None
    return None if found in ("", ()) else found
