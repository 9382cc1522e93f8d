"""``slmapps invoices code``: a list of lines in, the same list coded out, without a workspace.

Design choices:

* The cells of the list are written back as they were read; only what a spreadsheet would run as a
  formula is disarmed.
* A list that carries the coding already (as evaluation data does) keeps it under ``NAME_given``. No
  such column reaches the Coder.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.documents import open_document
from slmapps.records import Document, Prediction, Problem, Severity, Status, Table
from slmapps.whole_files import write_whole
from slmapps_invoices.account_labels import as_in_chart
from slmapps_invoices.inbox import OWN_LIST, no_list, optional
from slmapps_invoices.line_items import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUTS", "code_list", "coded_rows", "disarmed", "read_list"]

INPUTS = COLUMNS
"""The columns that coding may look at, where a list has them."""

_CODING = {
    "account",
    "account code",
    "account name",
    "account number",
    "cost center",
    "cost centre",
    "tax code",
    "vat code",
}
_NUMBER = re.compile(r"[-+]?[\s€£$]*\d[\d\s.,'’]*%?")


def code_list(
    lines: Path,
    chart: Path,
    history: Path | None,
    out: Path,
    *,
    budget: float = 0.02,
    tick: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Code ``lines`` to ``chart`` after learning ``history``, and write ``out`` as CSV.

    Gives a summary (file, lines, accepted, review, refused, learnt, expected_error) and Problems;
    None, and no file, where a list could not be read. OUT is there whole or not at all.
    """
    from slmapps_invoices.chart_table import read_chart
    from slmapps_invoices.coder import Coder
    from slmapps_invoices.history_table import read_history

    step = tick or (lambda _done, _total: None)
    accounts, problems = read_chart(chart)
    original, frame, found = read_list(lines)
    problems += found
    past: pd.DataFrame | None = None
    if history is not None:
        past, found = read_history(history)
        problems += found
    if accounts is None or frame is None or (history is not None and past is None):
        return None, problems
    step(1, 4)
    coder = Coder(accounts, budget=budget)
    if not coder.allowed.any():
        return None, [*problems, _all_retired(chart)]
    learnt = 0
    if past is not None and not past.empty:
        known = zip(accounts["account"], accounts["name"], strict=True)
        booked = as_in_chart(past["account"].tolist(), known)
        strange = [label for label in booked if label not in coder.values["account"]]
        learnt = len(booked) - len(strange)
        if strange:
            problems.append(_not_in_chart(strange, history))
        coder.learn(
            past[[name for name in INPUTS if name in past]],
            booked,
            tax_codes=_labels(past, "vat_code"),
            cost_centres=_labels(past, "cost_centre"),
        )
    step(2, 4)
    said = coder.predict_all(frame[[name for name in INPUTS if name in frame]])
    step(3, 4)
    names = dict(zip(accounts["account"], accounts["name"], strict=True))
    columns, rows = coded_rows(original, said, names)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    # A lone half of a surrogate pair cannot be written.
    write_whole(out, stream.getvalue().encode("utf-8", "replace"))
    step(4, 4)
    problems += _refused(said, lines)
    statuses = Counter(each["account"].status.value for each in said)
    summary = {
        "file": str(out),
        "lines": len(said),
        **{status: statuses[status] for status in ("accepted", "review", "refused")},
        "learnt": learnt,
        "budget": budget,
    }
    return summary, problems


def read_list(
    path: Path,
) -> tuple[Table, pd.DataFrame | None, list[Problem]]:
    """Read a list of lines twice over: the cells as they are, and the columns that coding knows.

    Both have the same rows in the same order. None in place of the columns where nothing was read.
    """
    from slmapps_invoices.column_names import plain
    from slmapps_invoices.lines_table import lines_frame

    document, problems = open_document(path, limits=OWN_LIST)
    if document is None:
        return Table(), None, problems
    tables = document.tables or _one_column(document)
    if not tables:
        return Table(), None, [*problems, no_list(document)]
    table = max(tables, key=lambda each: len(each.rows))
    # What the list says of the coding must not be found under another field's name.
    inputs = [at for at, name in enumerate(table.columns) if plain(name) not in _CODING]
    blind = Table.model_construct(
        name=table.name,
        columns=tuple(table.columns[at] for at in inputs),
        rows=tuple(tuple(row[at] for at in inputs) for row in table.rows),
        first_row=table.first_row,
    )
    frame, found = lines_frame((blind,))
    problems += optional(found, document.name)
    if frame[["supplier", "text"]].isna().all(axis=None) and len(frame):
        problems.append(_nothing_to_go_by(document.name))
    return table, frame, problems


def _nothing_to_go_by(file: str) -> Problem:
    return Problem(
        code="no-supplier-no-text",
        message="The list names neither suppliers nor what was bought.",
        cure="Name the columns that do supplier and text.",
        severity=Severity.WARNING,
        file=file,
    )


def _one_column(document: Document) -> tuple[Table, ...]:
    """A list of one column has no sign that separates cells; its first line names it."""
    from slmapps_invoices.column_names import FIELDS, plain

    first, *rows = [line.strip() for line in document.text.splitlines() if line.strip()] or [""]
    if plain(first) not in {*FIELDS["supplier"], *FIELDS["text"]}:
        return ()
    return (Table(columns=(first,), rows=tuple((row.strip('"'),) for row in rows), first_row=2),)


def _all_retired(chart: Path) -> Problem:
    return Problem(
        code="no-open-account",
        message="The chart holds no account that may be booked to.",
        cure="Give the whole chart, not only its closed accounts.",
        file=chart.name,
    )


def _not_in_chart(strange: Sequence[str], history: Path | None) -> Problem:
    return Problem(
        code="account-not-in-chart",
        message=f"{len(strange)} lines of the history are booked to accounts that the chart does"
        f" not hold, for example {strange[0]!r}, and are not learnt from.",
        cure="Add the accounts to the chart, retired ones too.",
        severity=Severity.WARNING,
        file=None if history is None else history.name,
    )


def _refused(said: Sequence[dict[str, Prediction]], lines: Path) -> list[Problem]:
    """Say why lines got no suggestion."""
    why = Counter(
        each["account"].reason for each in said if each["account"].status is Status.REFUSED
    )
    return [
        Problem(
            code="no-suggestion",
            message=f"{count} of {len(said)} lines got no account: {reason}.",
            severity=Severity.INFO,
            file=lines.name,
        )
        for reason, count in why.most_common()
    ]


def coded_rows(
    table: Table, said: Sequence[dict[str, Prediction]], names: dict[str, str]
) -> tuple[list[str], list[list[str]]]:
    """Put the coding beside the cells; gives the header and the rows of the CSV.

    ``said`` has a dict for each row of ``table``, by field; ``names`` gives an account's name.
    """
    extra = [field for field in ("tax_code", "cost_centre") if any(field in each for each in said)]
    added = ["account", "account_name", *extra, "confidence", "status", "alternatives"]
    columns = _apart(table.columns, added)
    rows = []
    for cells, fields in zip(table.rows, said, strict=True):
        account = fields["account"]
        value = account.value or ""
        coding = [
            value,
            names.get(value, ""),
            *((fields[field].value or "") if field in fields else "" for field in extra),
            f"{account.confidence:.4f}",
            account.status.value,
        ]
        others = [
            {"value": each.value, "confidence": round(each.confidence, 4)}
            for each in account.alternatives
        ]
        rows.append(
            [disarmed(cell) for cell in (*cells, *coding)]
            + [json.dumps(others, ensure_ascii=False)]
        )
    return [disarmed(name) for name in [*columns, *added]], rows


def _apart(columns: Sequence[str], added: Sequence[str]) -> list[str]:
    """Name a list's own columns so that none is taken for one of those that are added."""
    taken = {name.casefold() for name in (*columns, *added)}
    names = []
    for name in columns:
        given = name
        while given.casefold() in added or (given != name and given.casefold() in taken):
            given = f"{given}_given"
        taken.add(given.casefold())
        names.append(given)
    return names


def disarmed(cell: str) -> str:
    """Keep a spreadsheet from running a cell: an apostrophe before what starts like a formula.

    Numbers and a lone sign stay as they are.
    """
    if cell[:1] in "=+-@\t\r" and len(cell) > 1 and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _labels(past: pd.DataFrame, name: str) -> list[str] | None:
    """A column of labels, "" for missing ones; None where the client does not use them."""
    if name not in past:
        return None
    labels = [cell if isinstance(cell, str) else "" for cell in past[name]]
    return labels if any(labels) else None
