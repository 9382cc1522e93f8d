"""``slmapps invoices code``: a list of lines in, the same list coded out, without a workspace.

Design choices:

* The cells of the list are written back as they were read; only what a spreadsheet would run as a
  formula is disarmed.
* A list that carries the coding already (as evaluation data does) keeps it under ``NAME_given``. No
  such column reaches the Coder.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.documents import open_document
from slmapps.records import Prediction, Problem, Table
from slmapps_invoices.inbox import OWN_LIST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUTS", "code_list", "coded_rows", "disarmed", "read_list"]

INPUTS = (
    "date",
    "supplier",
    "text",
    "amount",
    "currency",
    "department",
    "invoice_id",
    "line_id",
    "tax_rate",
)
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
    None, and no file, where a list could not be read.
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
    if past is not None:
        coder.learn(
            past[[name for name in INPUTS if name in past]],
            past["account"].tolist(),
            tax_codes=_labels(past, "vat_code"),
            cost_centres=_labels(past, "cost_centre"),
        )
    step(2, 4)
    said = coder.predict_all(frame[[name for name in INPUTS if name in frame]])
    step(3, 4)
    names = dict(zip(accounts["account"], accounts["name"], strict=True))
    columns, rows = coded_rows(original, said, names)
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    step(4, 4)
    statuses = Counter(each["account"].status.value for each in said)
    summary = {
        "file": str(out),
        "lines": len(said),
        **{status: statuses[status] for status in ("accepted", "review", "refused")},
        "learnt": 0 if past is None else len(past),
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
    if not document.tables:
        cure = "Save it as CSV with a header row: date, supplier, text, amount."
        message = "The file holds no table."
        no_table = Problem(code="no-rows", message=message, cure=cure, file=document.name)
        return Table(), None, [*problems, no_table]
    table = max(document.tables, key=lambda each: len(each.rows))
    # What the list says of the coding must not be found under another field's name.
    inputs = [at for at, name in enumerate(table.columns) if plain(name) not in _CODING]
    blind = Table.model_construct(
        name=table.name,
        columns=tuple(table.columns[at] for at in inputs),
        rows=tuple(tuple(row[at] for at in inputs) for row in table.rows),
        first_row=table.first_row,
    )
    frame, found = lines_frame((blind,))
    return table, frame, problems + found


def coded_rows(
    table: Table, said: Sequence[dict[str, Prediction]], names: dict[str, str]
) -> tuple[list[str], list[list[str]]]:
    """Put the coding beside the cells; gives the header and the rows of the CSV.

    ``said`` has a dict for each row of ``table``, by field; ``names`` gives an account's name.
    """
    extra = [field for field in ("tax_code", "cost_centre") if any(field in each for each in said)]
    added = ["account", "account_name", *extra, "confidence", "status", "alternatives"]
    columns = [f"{name}_given" if name in added else name for name in table.columns]
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
