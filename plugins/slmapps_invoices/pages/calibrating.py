"""Fitting the confidences of the page reader on made invoices of layouts it has never seen.

    python -m slmapps_invoices.pages.calibrating FOLDER [--count 800] [--scans 100]

``FOLDER`` holds a tagger as ``training`` leaves it; ``confidence.json`` is written beside it. The
layouts are the first half of those that training holds out; benchmarks measure on the second half.
Half of the documents weigh the signs, the other half calibrate and set the thresholds.
"""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from slmapps.cli.output import progress
from slmapps.documents import Limits, open_document
from slmapps_invoices.pages.confidence import Case, Confidence, fit
from slmapps_invoices.pages.from_pages import page_readings
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps.records import Document
    from slmapps_invoices.pages.reading import PageReading
    from slmapps_invoices.pages.synthetic import Sample

__all__ = ["CALIBRATED", "cases_of", "scanned"]

CALIBRATED = (80, 40)  # layouts, counted from the end: on these the confidences are fitted
_KEY = re.compile(r"lines\[(\d+)\]\.(\w+)\Z")
_UNTOLD = {"id", "seller_item", "details", "unit"}  # printed, and not always in the record
_GROSS = {"net", "unit_price", "discount"}  # worked out where lines are priced with tax


def cases_of(reading: PageReading, sample: Sample) -> list[Case]:
    """Every value that was read, and whether the made invoice says the same."""
    truth, found = sample.invoice, reading.invoice
    matched = _matched(found, truth)
    cases = []
    for key, signs in reading.signs.items():
        line = _KEY.match(key)
        if line is not None:
            right = _line_right(found, truth, matched, int(line[1]), line[2], sample.gross_lines)
        elif key.startswith("taxes["):
            right = _tax_right(found, truth, key)
        else:
            right = _head_right(found, truth, key)
        if right is not None:
            cases.append(Case(key, signs, right))
    return cases


def _head_right(found: Invoice, truth: Invoice, key: str) -> bool | None:
    mine, theirs = _at(found, key), _at(truth, key)
    if key == "due" and theirs is None:
        theirs = truth.total  # a page that asks for nothing else asks for the total
    if key in {"seller.street", "seller.city", "seller.postcode"}:
        return _plain(theirs) in _plain(mine) if theirs else None
    if key.endswith("vat_id"):  # printed with blanks, dots and the tax's name, read without
        return re.sub(r"(?:mwst|tva|iva)\Z", "", _plain(theirs)) == _plain(mine)
    if key in {"seller.iban", "seller.bic"} and mine in truth.accounts:
        return True
    return _same(mine, theirs)


def _line_right(
    found: Invoice,
    truth: Invoice,
    matched: Mapping[int, int],
    at: int,
    name: str,
    gross: bool,
) -> bool | None:
    if gross and name in _GROSS:
        return None
    if at not in matched:
        return False
    mine, theirs = getattr(found.lines[at], name), getattr(truth.lines[matched[at]], name)
    if name in _UNTOLD and not theirs:
        return None
    if name == "description" and _plain(mine) == _plain(theirs):
        return True
    return _same(mine, theirs)


def _tax_right(found: Invoice, truth: Invoice, key: str) -> bool:
    number, _, name = key.removeprefix("taxes[").partition("].")
    mine = found.taxes[int(number)]
    rows = [row for row in truth.taxes if row.rate == mine.rate]
    return any(_same(getattr(mine, name), getattr(row, name)) for row in rows)


def _matched(found: Invoice, truth: Invoice) -> dict[int, int]:
    """Which line of the truth each line is: the likest pairs first."""
    pairs = sorted(
        (-_likeness(mine, theirs), abs(a - b), a, b)
        for a, mine in enumerate(found.lines)
        for b, theirs in enumerate(truth.lines)
    )
    matched: dict[int, int] = {}
    for unlike, _, a, b in pairs:
        if unlike < 0 and a not in matched and b not in matched.values():
            matched[a] = b
    return matched


def _likeness(mine: Any, theirs: Any) -> float:
    one, two = set(_plain(mine.description)), set(_plain(theirs.description))
    words = len(one & two) / max(1, len(one | two))
    return words + sum(
        0.5 * (getattr(mine, name) is not None and getattr(mine, name) == getattr(theirs, name))
        for name in ("net", "quantity", "unit_price")
    )


def _at(invoice: Invoice, key: str) -> Any:
    value: Any = invoice
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, Decimal) and isinstance(theirs, Decimal):
        return mine == theirs
    if isinstance(mine, str) and isinstance(theirs, str):
        return " ".join(mine.split()).casefold() == " ".join(theirs.split()).casefold()
    return bool(mine == theirs)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def scanned(sample: Sample, seed: int) -> list[Document]:
    """The pages of a made invoice as scans of 150 to 300 dpi, each read as a Document."""
    import pypdfium2

    from slmapps_invoices.pages.synthetic import degrade

    dice = np.random.default_rng(seed)
    found = []
    with pypdfium2.PdfDocument(sample.pdf) as pdf:
        for number in range(len(pdf)):
            picture = pdf[number].render(scale=float(dice.uniform(150, 300)) / 72).to_pil()
            out = io.BytesIO()
            degrade(picture, seed + number).save(out, "JPEG", quality=88)
            document, _ = open_document(out.getvalue(), name="scan.jpg")
            if document is not None:
                found.append(document)
    return found


def _gathered(
    tagger: PageTagger, count: int, scans: int, seed: int
) -> Iterable[tuple[int, list[Case]]]:
    from slmapps_invoices.pages import synthetic

    first, last = (synthetic.layouts() - each for each in CALIBRATED)
    dice = np.random.default_rng(seed)
    for number in range(count + scans):
        layout = int(dice.integers(first, last))
        sample = synthetic.make(seed * 10_000_019 + number, layout=layout)
        if number < count:
            document, _ = open_document(sample.pdf, name="made.pdf", limits=Limits(max_seconds=30))
            documents = [document] if document is not None else []
        else:
            documents = scanned(sample, seed + number) if len(sample.pages) == 1 else []
        cases: list[Case] = []
        for one in documents:
            readings = page_readings(one, tagger)
            if len(readings) == 1:
                cases += cases_of(readings[0], sample)
        yield number, cases


def main() -> None:
    """Make, read, compare, fit, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the tagger's")
    parser.add_argument("--count", type=int, default=800, help="documents with text")
    parser.add_argument("--scans", type=int, default=100, help="documents as scans")
    parser.add_argument("--seed", type=int, default=77)
    given = parser.parse_args()
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.pieces import reader_pieces

    pieces = reader_pieces()
    tagger = PageTagger.load(given.folder, pieces.table, pieces.tokenizer)
    halves: tuple[list[Case], list[Case]] = ([], [])
    with progress("Reading made invoices") as tick:
        for number, cases in _gathered(tagger, given.count, given.scans, given.seed):
            halves[number % 2].extend(cases)
            tick(number + 1, given.count + given.scans)
    fitted: Confidence = fit(*halves)
    fitted.save(given.folder / "confidence.json")
    cases = [*halves[0], *halves[1]]
    least = fitted.threshold(0.02)
    taken = [case for case in halves[1] if fitted.of(case.key, case.signs) >= least]
    print(f"{len(cases)} values, {_share(cases):.3f} right; at 2 in 100 from {least:.3f} on")
    print(f"{len(taken) / max(1, len(halves[1])):.3f} accepted, {1 - _share(taken):.4f} wrong")


def _share(cases: Sequence[Case]) -> float:
    return sum(case.right for case in cases) / max(1, len(cases))


if __name__ == "__main__":
    main()
