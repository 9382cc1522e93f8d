"""Write invented invoices: PDFs, and one file of JSON lines with truth, words, boxes and labels.

    python -m slmapps_invoices.pages.synthetic --out FOLDER --count N [--seed S]
        [--layouts 0-3899] [--languages en,de,fr] [--jobs 1] [--no-pdf]

Each line of ``truth.jsonl`` has the invoice's name, layout and language, ``gross_lines``, the
record of the invoice (what it does not print left out), and for each page its size and its words
as ``[text, left, top, right, bottom, label, line]``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from slmapps.cli.output import progress
from slmapps_invoices.pages.synthetic.lexicon import LANGUAGES
from slmapps_invoices.pages.synthetic.making import Sample, layouts, make
from slmapps_invoices.pages.synthetic.style import dice_of

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Make the invoices that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layouts", default="", help="first-last, both included; all if not given")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--no-pdf", action="store_true", help="write truth.jsonl alone")
    given = parser.parse_args(arguments)
    first, _, last = given.layouts.partition("-")
    span = (int(first), int(last or first)) if first else (0, layouts() - 1)
    if not 0 <= span[0] <= span[1] < layouts():
        parser.error(f"--layouts must lie within 0-{layouts() - 1}.")
    given.out.mkdir(parents=True, exist_ok=True)
    one = partial(
        _one,
        given.seed,
        span,
        tuple(given.languages.split(",")),
        None if given.no_pdf else given.out,
    )
    with (
        (given.out / "truth.jsonl").open("w", encoding="utf-8") as truth,
        progress("Making invoices") as tick,
    ):
        for done, row in enumerate(_rows(one, given.count, given.jobs), 1):
            truth.write(json.dumps(row, ensure_ascii=False) + "\n")
            tick(done, given.count)


def _rows(one: partial[dict[str, Any]], count: int, jobs: int) -> Iterator[dict[str, Any]]:
    if jobs == 1:
        yield from map(one, range(count))
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(one, range(count), chunksize=4)


def _one(
    seed: int, span: tuple[int, int], languages: tuple[str, ...], out: Path | None, number: int
) -> dict[str, Any]:
    """Make one invoice, write its PDF and give its row. At the top level, for other processes."""
    layout = dice_of(f"layout {seed} {number}").randint(*span)
    sample = make(seed * 10_000_019 + number, layout=layout, languages=languages)
    name = f"{seed:04d}-{number:06d}.pdf"
    if out is not None:
        (out / name).write_bytes(sample.pdf)
    return _row(name, sample)


def _row(name: str, sample: Sample) -> dict[str, Any]:
    return {
        "name": name,
        "layout": sample.layout,
        "language": sample.language,
        "gross_lines": sample.gross_lines,
        "invoice": sample.invoice.model_dump(mode="json", exclude_defaults=True),
        "pages": [
            {
                "width": page.width,
                "height": page.height,
                "words": [
                    [word.text, *word.box, label, line]
                    for word, label, line in zip(page.words, page.labels, page.lines, strict=True)
                ],
            }
            for page in sample.pages
        ],
    }


if __name__ == "__main__":
    main()
