"""The files that a person means who names files and folders, and how much of them is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from slmapps.documents import Limits
from slmapps.documents.sniff import NAMES
from slmapps.records import Document, Problem, Severity

__all__ = ["OWN_LIST", "files_in", "no_list", "optional"]

OWN_LIST = Limits(max_bytes=500_000_000, max_seconds=120, max_rows=2_000_000)
"""A list that is named as one's own books may be years of bookings."""


_MAY_LACK = {"no-date-column", "no-amount-column", "no-supplier-column"}


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Give the files among ``paths``: folders searched to the bottom, hidden files left out.

    A path that is not there is given too, so that reading it says so.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (each for each in sorted(path.rglob("*")) if each.is_file())
            for each in inside:
                if not any(part.startswith(".") for part in each.relative_to(path).parts):
                    found[each] = None
        else:
            found[path] = None
    return list(found)


def no_list(document: Document) -> Problem:
    """Say of a document that it is no list of lines or accounts, and what it is."""
    kind = NAMES.get(document.media_type, "text")
    return Problem(
        code="no-rows",
        message=f"The file is {kind} and holds no table.",
        cure="Save the list as CSV or XLSX, with a row that names the columns on top.",
        file=document.name,
    )


def optional(problems: Sequence[Problem], file: str) -> list[Problem]:
    """Take a column that one's own list lacks for what it is: missing values, no fault."""
    return [
        problem.model_copy(
            update={"file": file}
            | ({"severity": Severity.INFO} if problem.code in _MAY_LACK else {})
        )
        for problem in problems
    ]
