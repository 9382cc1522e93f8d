"""How well the pages of invoices are read that carry no data inside: text PDFs, scans, photos.

    python -m benchmarks.bench_pages --data DATA [--parts text,golden,…] [--limit N] [--scans N]
        [--cache FOLDER] [--errors FILE] [--json]

DATA is the folder that holds ``invoices/`` (or SLMAPPS_DATA names it). Parts:

* text: ZUGFeRD PDFs with the data taken out, and invented invoices in layouts never trained on;
  plain rules read the same documents beside it.
* golden: the fields that invoice2data's own templates are tested with.
* scans: documents of both sets as pictures, 150 to 300 dpi, with the faults of scanners.
* calibration: whether what is said to be 90 % sure is right in 9 of 10; on invented invoices.
* speed: seconds and memory in fresh processes.
* hostile: files that try to break the reader; the batch goes on.

Tables are Markdown, as benchmarks/RESULTS.md keeps them. ``--errors`` writes every wrong field.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks import pages_errors
from benchmarks.pages_cases import made, zugferd
from benchmarks.pages_scores import HEADER, MEASURES
from benchmarks.pages_tables import rows
from benchmarks.pages_text import Outcome, figures, read_set
from slmapps import places
from slmapps.cli.output import emit, say

HERE = Path(__file__).parent
PARTS = ("text", "golden", "scans", "calibration", "speed", "hostile")
MADE = 160  # invented documents: four in each held-out layout
ASKED = {
    "text": {"header F1": 0.95, "all five right": 0.85, "lines F1, items": 0.85},
    "scans": {"header F1": 0.90, "lines F1, items": 0.75},
}


class Bench:
    """One run: what was asked for, what was measured, what was read wrong."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.parts = set(given.parts.split(","))
        self.found: dict[str, Any] = {}
        self.errors: list[dict[str, Any]] = []
        self.made: Outcome | None = None

    @property
    def documents(self) -> Path:
        """The folder of documents within the data."""
        return places.data(self.given.data) / "invoices" / "documents"

    def run(self) -> None:
        """Measure the parts in their order."""
        for part in PARTS:
            if part in self.parts:
                say(f"Measuring {part} …")
                getattr(self, part)()

    def text(self) -> None:
        """ZUGFeRD PDFs without their data, and invented invoices in layouts never trained on."""
        limit = self.given.limit
        if not self.given.oracle:
            cases = zugferd(self.documents / "zugferd", limit)
            self._add("text", "ZUGFeRD pages", read_set("ZUGFeRD pages", cases, count=limit or 70))
        self._add("text", "held-out layouts", self._invented())

    def _invented(self) -> Outcome:
        if self.made is None:
            count = min(self.given.limit or MADE, MADE)
            causes = self.given.errors is not None and not self.given.oracle
            self.made = read_set(
                "held-out layouts",
                made(count),
                count=count,
                causes=causes,
                as_oracle=self.given.oracle,
            )
        return self.made

    def _add(self, part: str, name: str, outcome: Outcome) -> None:
        self.errors += outcome.errors
        told = {way: figures(tally) for way, tally in outcome.tallies.items()}
        self.found.setdefault(part, {})[name] = told
        if not self.given.json:
            print(_sets(part, name, told))

    def golden(self) -> None:
        """The golden fields of invoice2data."""
        from benchmarks.pages_golden import golden, golden_table

        self.found["golden"] = golden(self.documents / "invoice2data")
        if not self.given.json:
            print(golden_table(self.found["golden"]))

    def scans(self) -> None:
        """Pictures of documents of both sets."""
        from benchmarks.pages_scans import scans

        count = self.given.scans
        folder = self.documents / "zugferd"
        for name, cases in scans(folder, count):
            outcome = read_set(name, cases, count=count // 2, cache=self.given.cache)
            self._add("scans", name, outcome)

    def calibration(self) -> None:
        """Whether confidences are honest."""
        from benchmarks.pages_calibration import calibration, calibration_table, drawn

        self.found["calibration"], points = calibration(self._invented().reads)
        if points and not self.given.oracle:
            self.found["calibration"]["picture"] = str(drawn(points, self.given.pictures))
        if not self.given.json:
            print(calibration_table(self.found["calibration"]))

    def speed(self) -> None:
        """Seconds and memory."""
        from benchmarks.pages_speed import speed, speed_table

        self.found["speed"] = speed()
        if not self.given.json:
            print(speed_table(self.found["speed"]))

    def hostile(self) -> None:
        """Files that try to break the reader."""
        from benchmarks.pages_hostile import hostile, hostile_table

        self.found["hostile"] = hostile()
        if not self.given.json:
            print(hostile_table(self.found["hostile"]))


def _sets(part: str, name: str, found: dict[str, dict[str, Any]]) -> str:
    """The tables of one set: what is asked beside what the product and the rules reach."""
    mine, rules = found["product"], found["rules"]
    asked = ASKED[part]
    keys = ["header F1", *(f"F1 {key}" for key in HEADER), "all five right",
            *(f"lines F1, {each}" for each in MEASURES)]  # fmt: skip
    silent = mine["silently wrong totals"]
    told = [
        (key, f"≥ {asked[key]:.2f}" if key in asked else "", mine[key], rules[key]) for key in keys
    ]
    told += [
        ("accepted without review", "", mine["accepted without review"], ""),
        ("silently wrong totals", "0", len(silent), ""),
    ]
    counted = f"{mine['documents']} documents of {mine['groups']} layouts or contents"
    problems = ", ".join(f"{code} {count}" for code, count in mine["problems"].items())
    return "\n".join(
        [
            f"\n### {part}: {name}",
            f"{counted}, {mine['lines there']} lines; {mine['read']} read.",
            "",
            *rows("what|asked|reached|plain rules", told),
            "",
            *(f"Silently wrong: {each}" for each in silent),
            f"Problems: {problems or 'none'}.",
            "",
        ]
    )


def summary(wrong: Iterable[dict[str, Any]]) -> str:
    """The most frequent kinds of errors, for people."""
    told = []
    for key, count, where in pages_errors.by_cause(list(wrong))[:25]:
        more = f" and {len(where) - 4} more" if len(where) > 4 else ""
        told.append((count, *key, ", ".join(where[:4]) + more))
    return "\n".join(rows("errors|set|field|kind|cause|documents", told))


def main() -> None:
    """Print the tables, or one JSON object with --json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder that holds invoices/; else SLMAPPS_DATA")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--limit", type=int, help="documents of each set")
    parser.add_argument("--scans", type=int, default=40, help="documents that are scanned")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/pages"), help="of recognised pages"
    )
    parser.add_argument("--errors", type=Path, help="write every wrong field there, JSON lines")
    parser.add_argument("--pictures", type=Path, default=HERE / "pictures")
    parser.add_argument(
        "--oracle",
        action="store_true",
        help="read invented documents with their true tags: what is lost after the tagger",
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    unknown = set(given.parts.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    bench = Bench(given)
    bench.run()
    if given.errors is not None:
        pages_errors.write(bench.errors, given.errors)
        if not given.json:
            print(summary(bench.errors))
    if given.json:
        emit(bench.found)


if __name__ == "__main__":
    main()
