"""Sets of documents read and scored: head, lines, and what goes by without review.

A set is read once by each way; the baseline reads the same Documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import pages_errors
from benchmarks.pages_cases import Case
from benchmarks.pages_reading import Read, Way, by_rules, oracle, product, stored, unread
from benchmarks.pages_scores import (
    HEADER,
    MEASURES,
    Score,
    accepted,
    count_header,
    count_lines,
    five_right,
    wrong_totals,
)
from slmapps.cli.output import progress

__all__ = ["Tally", "figures", "read_set"]


@dataclass
class Tally:
    """What was counted over the documents of a set, read in one way."""

    documents: int = 0
    read: int = 0
    five: int = 0
    accepted: int = 0
    silent: list[str] = field(default_factory=list)
    head: dict[str, Score] = field(default_factory=lambda: dict.fromkeys(HEADER, Score()))
    lines: dict[str, Score] = field(default_factory=lambda: dict.fromkeys(MEASURES, Score()))
    warned: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)

    def add(self, case: Case, read: Read) -> None:
        """Count one document."""
        self.documents += 1
        self.groups.add(case.group)
        self.read += read.invoice is not None
        self.seconds.append(read.seconds)
        self.warned.update(unread(read.problems))
        scores = count_header(case, read.invoice)
        for key, score in scores.items():
            self.head[key] += score
        self.five += read.invoice is not None and five_right(scores)
        for name, score in count_lines(case, read.invoice).items():
            self.lines[name] += score
        if accepted(read.invoice, read.problems, read.sure):
            self.accepted += 1
            self.silent += [f"{case.name} {key}" for key in wrong_totals(case, read.invoice)]


@dataclass
class Outcome:
    """A set read: the tallies by way, every reading with its case, and the wrong fields."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    reads: list[tuple[Case, Read]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


def read_set(
    name: str,
    cases: Iterable[Case],
    *,
    count: int,
    cache: Path | None = None,
    causes: bool = False,
    as_oracle: bool = False,
) -> Outcome:
    """Read the cases of a set by the product and by plain rules.

    ``causes``: read invented text documents again with their true tags, to tell what caused what.
    ``as_oracle``: read them with those tags in place of the product.
    """
    ways: dict[str, Way] = {"product": oracle if as_oracle else product, "rules": by_rules}
    done = Outcome({way: Tally() for way in ways})
    with progress(f"Reading {name}") as tick:
        for number, case in enumerate(cases, 1):
            document, problems = stored(case.data, case.name, cache)
            for way, read_by in ways.items():
                read = Read(None, tuple(problems), None)
                if document is not None and document.pages:
                    read = read_by(case, document, list(problems))
                done.tallies[way].add(case, read)
                if way != "product":
                    continue
                done.reads.append((case, read))
                told = None
                if causes and case.sample is not None and document is not None and not cache:
                    told = oracle(case, document, [])
                done.errors += [
                    {"set": name} | row for row in pages_errors.errors(case, read, told)
                ]
            tick(number, count)
    return done


def figures(tally: Tally) -> dict[str, Any]:
    """The figures of a set and way, flat."""
    whole = sum(tally.head.values(), Score())
    median = sorted(tally.seconds)[len(tally.seconds) // 2] if tally.seconds else None
    return {
        "documents": tally.documents,
        "groups": len(tally.groups),
        "read": tally.read,
        "header F1": whole.f1,
        **{f"F1 {key}": tally.head[key].f1 for key in HEADER},
        "all five right": tally.five / tally.documents if tally.documents else None,
        **{f"lines F1, {name}": tally.lines[name].f1 for name in MEASURES},
        "lines there": tally.lines["amounts"].there,
        "accepted without review": tally.accepted,
        "silently wrong totals": tally.silent,
        "problems": dict(tally.warned.most_common()),
        "seconds a document, median, opened already": median,
    }
