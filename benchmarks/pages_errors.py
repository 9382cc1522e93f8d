"""What was read wrong, field by field, with what caused it as far as that can be told.

Design choices:

* A row names document, field, truth, what was found, how sure the reader was, and ``cause``. For
  an invented document that is told by reading it again with the tags that it was made with: what
  is right then was the tagger's fault, what stays wrong is the fault of what comes after the tags.
* Of lines, the parts of matched ones are compared; a line without a partner is missing or extra.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages_cases import Case, value_at
from benchmarks.pages_reading import Read, unread
from benchmarks.pages_scores import LINE, count_header, pairs, part_right
from slmapps_invoices.records import InvoiceLine

__all__ = ["by_cause", "errors", "write"]


def errors(case: Case, read: Read, told: Read | None = None) -> list[dict[str, Any]]:
    """Every wrong field of a document; ``told`` is the reading with the true tags."""
    rows = [*_head(case, read), *_lines(case, read)]
    without = None if told is None else {row["field"] for row in (*_head(case, told),
                                                                  *_lines(case, told))}  # fmt: skip
    problems = unread(read.problems)
    for row in rows:
        row |= {"group": case.group, "problems": problems}
        if case.sample is not None:
            row["language"] = case.sample.language
        if without is not None:
            row["cause"] = "after the tags" if row["field"] in without else "tagger"
    return rows


def _row(case: Case, read: Read, key: str, truth: Any, found: Any, at: str = "") -> dict[str, Any]:
    sure = None if read.invoice is None else read.invoice.confidences.get(at or key)
    kind = "missing" if found in (None, "") else "extra" if truth in (None, "") else "wrong"
    accepted = None if read.sure is None else (at or key) in read.sure
    return {
        "document": case.name,
        "field": key,
        "kind": kind,
        "truth": None if truth is None else str(truth),
        "found": None if found is None else str(found),
        "confidence": None if sure is None else round(sure, 4),
        "accepted": accepted,
    }


def _head(case: Case, read: Read) -> Iterator[dict[str, Any]]:
    for key, score in count_header(case, read.invoice).items():
        if score.right == score.there == score.found:
            continue
        found = None if read.invoice is None else value_at(read.invoice, key)
        yield _row(case, read, key, value_at(case.truth, key), found)


def _lines(case: Case, read: Read) -> Iterator[dict[str, Any]]:
    if read.invoice is None:
        return
    matched = pairs(case, read.invoice)
    for at, there in matched:
        line = read.invoice.lines[there]
        for part in LINE:
            if part_right(case, at, line, part) is False:
                truth, found = getattr(case.truth.lines[at], part), getattr(line, part)
                yield _row(
                    case, read, f"lines[{at}].{part}", truth, found, f"lines[{there}].{part}"
                )
    partners = {at for at, _ in matched}
    for at, line in enumerate(case.truth.lines):
        if at not in partners and any(f"lines[{at}].{part}" not in case.left_out for part in LINE):
            yield _row(case, read, f"lines[{at}]", _said(line), None)
    taken = {there for _, there in matched}
    for there, line in enumerate(read.invoice.lines):
        if there not in taken:
            key = f"lines[+{there}]"
            yield _row(case, read, key, None, _said(line), f"lines[{there}].net")


def _said(line: InvoiceLine) -> str:
    return " | ".join(str(getattr(line, part)) for part in LINE)


def write(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the rows to a file, one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def by_cause(rows: Sequence[dict[str, Any]]) -> list[tuple[tuple[str, ...], int, list[str]]]:
    """Count errors by set, field, kind and cause, most frequent first, with documents."""
    counts: Counter[tuple[str, ...]] = Counter()
    where: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        head, _, part = row["field"].partition(".")
        field = row["field"] if not head.startswith("lines[") else f"lines[].{part}" if part else (
            "line"
        )  # fmt: skip
        key = (row.get("set", ""), field, row["kind"], row.get("cause", ""))
        counts[key] += 1
        where.setdefault(key, []).append(row["document"])
    return [(key, n, list(dict.fromkeys(where[key]))) for key, n in counts.most_common()]
