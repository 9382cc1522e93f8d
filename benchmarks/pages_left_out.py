"""The handed-over layouts, each left out in turn: the others teach the tagger, this one is read.

    python -m benchmarks.pages_left_out --from FOLDER --out FOLDER [--data DATA] [--count 900]

FOLDER of ``--from`` is a tagger that has seen no real document, with its ``confidence.json``. For
each of the four layouts of the ZUGFeRD pages it goes on with the hybrid invoices of the other
three, which label their own pages by the data inside, among ``--count`` invented ones. What is read
has no data inside any more, and neither its layout nor its seller's other layouts were looked at in
the run that reads it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.pages_cases import Case, zugferd
from benchmarks.pages_tables import number, rows
from benchmarks.pages_text import Tally, figures, read_set
from slmapps import places
from slmapps.cli.output import say

LAYOUTS = ("style sheet 2.2", "style sheets 2.0 and 2.1", "boxed forms", "letters")
SHOWN = ("documents", "header F1", "all five right", "lines F1, items",
         "lines F1, items, description loosely", "silently wrong totals")  # fmt: skip


def layout_of(path: str) -> str:
    """The layout of a document by its path in the corpus."""
    if path.startswith("XML-Rechnung/FX"):
        return LAYOUTS[0]
    if path.startswith("ZUGFeRDv2/correct") and ("intarsys" in path or "symtrax" in path):
        return LAYOUTS[1]
    return LAYOUTS[2] if path.startswith("ZUGFeRDv1/correct/Intarsys") else LAYOUTS[3]


def trained(given: argparse.Namespace, layouts: dict[str, str], left_out: str) -> Path:
    """The folder of the tagger that has not seen ``left_out``; trained now if it is not there."""
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.network import Network
    from slmapps.heads.pages.pieces import reader_pieces
    from slmapps.heads.pages.training import Recipe, train
    from slmapps_invoices.pages import synthetic
    from slmapps_invoices.pages.labels import LABELS
    from slmapps_invoices.pages.training import einvoices, made, repeated

    out: Path = given.out / left_out.replace(" ", "-")
    if (out / "confidence.json").is_file():
        return out
    pieces = reader_pieces()
    known = PageTagger.load(given.begin, pieces.table, pieces.tokenizer)
    apart = given.out / "others" / left_out.replace(" ", "-")
    shutil.rmtree(apart, ignore_errors=True)
    apart.mkdir(parents=True)
    with tarfile.open(given.folder / "zugferd" / "pdfs.tar.xz") as packed:
        for member in packed.getmembers():
            name = Path(member.name).stem
            content = packed.extractfile(member) if member.isfile() else None
            if content is not None and layouts.get(name, left_out) != left_out:
                (apart / f"{name}.pdf").write_bytes(content.read())
    pages = made(given.count, 5, (0, synthetic.layouts() - 80), 0.4, 2)
    own = einvoices(apart, known)
    pages += repeated(own, len(pages), np.random.default_rng(0), share=0.2)
    begin = Network.of(known.weights, known.heads)
    tagger = train(
        pages, [], LABELS, pieces.table, pieces.tokenizer, Recipe(rate=3e-4), begin=begin
    )
    tagger.temperature = known.temperature
    tagger.save(out)
    for name in ("figures.json", "confidence.json"):
        shutil.copy(given.begin / name, out / name)
    return out


def measured(cases: list[Case], layout: str) -> dict[str, Any]:
    """The figures of the reader that the environment names on the cases of a layout."""
    tally: Tally = read_set(layout, cases, count=len(cases)).tallies["product"]
    return figures(tally)


def _shown(value: Any) -> str:
    return str(len(value)) if isinstance(value, list) else number(value)


def main() -> None:
    """Train and read, layout by layout, each in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="begin", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", help="the folder that holds invoices/; else SLMAPPS_DATA")
    parser.add_argument("--count", type=int, default=900)
    parser.add_argument("--read", choices=LAYOUTS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.folder = places.data(given.data) / "invoices" / "documents"
    with (given.folder / "zugferd" / "manifest.csv").open(encoding="utf-8") as file:
        layouts = {row["id"]: layout_of(row["path"]) for row in csv.DictReader(file)}
    if given.read:
        cases = [
            case
            for case in zugferd(given.folder / "zugferd")
            if layouts[Path(case.name).stem] == given.read
        ]
        print(json.dumps(measured(cases, given.read)))
        return
    found: dict[str, dict[str, Any]] = {}
    for layout in LAYOUTS:
        say(f"Without {layout} …")
        folder = trained(given, layouts, layout)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.pages_left_out", "--from", str(given.begin),
             "--out", str(given.out), "--data", str(places.data(given.data)), "--read", layout],
            env={**os.environ, "SLMAPPS_PAGE_READER": str(folder)},
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found[layout] = json.loads(done.stdout)
    heads = "left out|" + "|".join(SHOWN)
    print(
        "\n".join(
            rows(heads, ([name, *(_shown(f[key]) for key in SHOWN)] for name, f in found.items()))
        )
    )


if __name__ == "__main__":
    main()
