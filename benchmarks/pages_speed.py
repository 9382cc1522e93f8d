"""Seconds and memory of reading pages, in fresh processes.

Design choices:

* The first file of a process bears what is loaded once; all others are "after the start".
* The documents are invented ones. For a batch of 200 pages some are read several times: nothing
  is kept from one to the next.
* Wall-clock times are upper bounds where the machine is busy; the CPU seconds beside them are not.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.pages_cases import Case, made
from benchmarks.pages_process import in_fresh_process
from benchmarks.pages_scans import scanned
from benchmarks.pages_tables import number, rows

__all__ = ["speed", "speed_table"]

PAGES = 200
_TEXTS, _SCANS = 30, 5
ASKED = {"text": 1.5, "scan": 6.0, "batch": 1.5, "MB": 1500}


def speed() -> dict[str, Any]:
    """Measure one-page text PDFs, scans of one page, and a batch of PAGES pages."""
    cases = [case for case in made(_TEXTS) if case.sample is not None]
    single = [case for case in cases if case.sample and len(case.sample.pages) == 1]
    batch: list[Case] = []
    count = 0
    while count < PAGES:
        for case in cases:
            if case.sample is not None and count < PAGES:
                batch.append(case)
                count += len(case.sample.pages)
    return {
        "text": _read(single[:10], 10),
        "scan": _read([scanned(case) for case in single[:_SCANS]], _SCANS),
        "batch": _read(batch, count),
    }


def _read(cases: Iterable[Case], pages: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        for number, case in enumerate(cases):
            Path(scratch, f"{number:03} {case.name}").write_bytes(case.data)
        answer = in_fresh_process(Path(scratch))
    seconds = [each["seconds"] for each in answer["files"]]
    return {
        "files": len(seconds),
        "pages": pages,
        "read": sum(each["total"] is not None for each in answer["files"]),
        "first": seconds[0],
        "median after the start": statistics.median(seconds[1:]),
        "longest after the start": max(seconds[1:]),
        "whole": sum(seconds),
        "seconds a page": sum(seconds) / pages,
        "CPU seconds a page": sum(each["cpu"] for each in answer["files"]) / pages,
        "peak MB": answer["peak MB"],
        "peak MB of the reader of PDFs": answer["peak MB of children"],
    }


def speed_table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    names = {
        "text": "a text PDF of one page, after the start, s",
        "scan": "a scan of one page, after the start, s",
    }
    told = [
        (
            name,
            f"≤ {ASKED[kind]}",
            number(found[kind]["median after the start"], 2),
            *_rest(found[kind]),
        )
        for kind, name in names.items()
    ]
    batch = found["batch"]
    pace = f"{batch['seconds a page']:.2f} (CPU {batch['CPU seconds a page']:.2f})"
    name = f"{batch['pages']} pages in a batch of {batch['files']} files, s a page"
    most = max(each["peak MB"] for each in found.values())
    told += [
        (name, f"≤ {ASKED['batch']}", pace, *_rest(batch)),
        ("peak memory, MB", f"≤ {ASKED['MB']}", most, "", "", ""),
    ]
    columns = "what|asked|reached|first, with all that is loaded|longest|peak MB (reader of PDFs)"
    return "\n".join(["\n### speed: fresh processes, one thread", *rows(columns, told), ""])


def _rest(row: dict[str, Any]) -> tuple[str, str, str]:
    memory = f"{row['peak MB']} ({row['peak MB of the reader of PDFs']})"
    return number(row["first"], 2), number(row["longest after the start"], 2), memory
