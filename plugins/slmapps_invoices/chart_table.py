"""A client's chart of accounts out of a CSV or a worksheet with any headers.

Columns are found by what accounting programs call them. A list without a header row, or of names
alone, is read too: then an account is known by its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from slmapps.documents import open_document
from slmapps.records import Document, Problem, Severity
from slmapps_invoices.inbox import OWN_LIST, no_list

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_chart"]

_NAMES = {
    "account": (
        "account",
        "account code",
        "account no",
        "account number",
        "code",
        "gl code",
        "konto",
        "kontonummer",
        "ledger code",
        "no",
        "nominal",
        "nominal code",
        "number",
    ),
    "name": (
        "account description",
        "account name",
        "beschriftung",
        "bezeichnung",
        "description",
        "kontobezeichnung",
        "kontoname",
        "name",
        "title",
    ),
    "group": ("account type", "category", "class", "group", "gruppe", "kontoart", "parent", "type"),
    "retired": ("archived", "closed", "gesperrt", "inactive", "retired"),
}
_YES = {"1", "archived", "closed", "inactive", "ja", "retired", "true", "x", "yes"}


def read_chart(
    source: Path | bytes, *, name: str = ""
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a chart; gives columns account, name, group (text) and retired (bool), a row an account.

    An account that comes twice keeps its first row, with a warning. None where nothing was read.
    """
    import pandas as pd

    document, problems = open_document(source, name=name, limits=OWN_LIST)
    headed = all(problem.code != "no-header" for problem in problems)
    problems = [problem for problem in problems if problem.code != "no-header"]
    if document is None:
        return None, problems
    if document.pages or document.xml is not None:
        return None, [*problems, no_list(document)]
    columns, rows = _rows(document, headed)
    places = _places(columns)
    if places and not rows:
        return None, [*problems, _empty(document.name)]
    if not places:
        return None, [*problems, _unreadable(document.name, columns)]
    frame = pd.DataFrame(
        {
            wanted: [row[places[wanted]] if wanted in places else "" for row in rows]
            for wanted in _NAMES
        },
        dtype=object,
    )
    known = "account" if "account" in places else "name"
    frame["account"] = frame[known]
    frame["name"] = frame["name"].where(frame["name"] != "", frame["account"])
    frame["retired"] = [str(cell).casefold() in _YES for cell in frame["retired"]]
    frame = frame[frame["account"] != ""]
    twice = frame["account"].duplicated()
    if twice.any():
        problems.append(
            Problem(
                code="account-twice",
                message=f"{int(twice.sum())} accounts are in the chart more than once,"
                f" for example {frame['account'][twice].iloc[0]!r}.",
                cure="The first row of each is used; remove the others.",
                severity=Severity.WARNING,
                file=document.name,
            )
        )
    if frame.empty:
        return None, [*problems, _empty(document.name)]
    return frame[~twice].reset_index(drop=True), problems


def _rows(document: Document, headed: bool) -> tuple[list[str], list[tuple[str, ...]]]:
    if not document.tables:
        lines = [line.strip() for line in document.text.splitlines() if line.strip()]
        table: list[tuple[str, ...]] = [(line,) for line in lines]
        columns: list[str] = ["name"]
        if table and _places([table[0][0]]):
            table = table[1:]
        return columns, table
    # A cover sheet may come first, and notes last.
    tables = [table for table in document.tables if table.rows] or list(document.tables)
    first = next((table for table in tables if _places(table.columns)), tables[0])
    rows = list(first.rows)
    columns = list(first.columns)
    # A list of words alone shows no header row by its looks; the words themselves tell.
    while rows and not _places(columns):
        if _places(list(rows[0])):
            columns, rows = list(rows[0]), rows[1:]
        else:
            break
    if not headed and not _places(columns):
        columns = ["account", "name", "group"][: len(columns)] + [""] * (len(columns) - 3)
    return columns, rows


def _places(columns: Sequence[str]) -> dict[str, int]:
    """Where each wanted column is; the earlier word of a list wins over the later one."""
    plain = [re.sub(r"[\W_]+", " ", column).strip().casefold() for column in columns]
    found: dict[str, int] = {}
    for wanted, words in _NAMES.items():
        hits = [plain.index(word) for word in words if word in plain]
        if hits:
            found[wanted] = hits[0]
    return found if "account" in found or "name" in found else {}


def _empty(file: str) -> Problem:
    return Problem(
        code="no-chart",
        message="The chart names its columns, but no account.",
        cure="Check that it is the one; each account is a row.",
        file=file,
    )


def _unreadable(file: str, columns: Sequence[str]) -> Problem:
    return Problem(
        code="no-chart",
        message=f"No column names the accounts; there are: {', '.join(columns) or 'none'}.",
        cure="Name the columns account, name and, where there are groups, group.",
        file=file,
    )
