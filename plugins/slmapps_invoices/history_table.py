"""What a client has booked before, out of a list with any headers: the lines and their labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from slmapps.documents import open_document
from slmapps.records import Problem, Severity
from slmapps_invoices.inbox import OWN_LIST, no_list, optional

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_history"]

_LABELS = {
    "account": (
        "account",
        "account code",
        "account no",
        "account number",
        "gl code",
        "konto",
        "ledger code",
        "nominal",
        "nominal code",
        "account name",
        "kontobezeichnung",
        "expense type",
        "category",
    ),
    "vat_code": ("vat code", "tax code", "vat", "tax type", "steuerschlüssel", "bu schlüssel"),
    "cost_centre": ("cost centre", "cost center", "kostenstelle", "kost1", "cost centre name"),
}


def read_history(
    source: Path | bytes, *, name: str = ""
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read reviewed lines; gives the columns of ``lines_table`` and account, vat_code, cost_centre.

    The oldest line comes first. Lines without an account are left out, with a warning. None where
    nothing was read.
    """
    from slmapps_invoices.lines_table import lines_frame

    document, problems = open_document(source, name=name, limits=OWN_LIST)
    if document is None:
        return None, problems
    if not document.tables:
        return None, [*problems, no_list(document)]
    table = max(document.tables, key=lambda each: len(each.rows))
    plain = [re.sub(r"[\W_]+", " ", column).strip().casefold() for column in table.columns]
    places = {
        wanted: plain.index(next(word for word in words if word in plain))
        for wanted, words in _LABELS.items()
        if any(word in plain for word in words)
    }
    if "account" not in places:
        return None, [*problems, _no_account(document.name, table.columns)]
    frame, found = lines_frame((table,))
    problems += optional(found, document.name)
    frame = frame.copy()
    for wanted in _LABELS:
        labels = [row[places[wanted]] or None for row in table.rows] if wanted in places else None
        frame[wanted] = labels
    empty = frame["account"].isna()
    if empty.any():
        problems.append(
            Problem(
                code="no-account",
                message=f"{int(empty.sum())} lines without an account are left out.",
                cure="Fill in the account, if they are to be learnt from.",
                severity=Severity.WARNING,
                file=document.name,
            )
        )
    # Oldest first, as they were booked: what comes last is what the client does now.
    booked = frame[~empty].sort_values("date", kind="stable", na_position="first")
    return booked.reset_index(drop=True), problems


def _no_account(file: str, columns: tuple[str, ...]) -> Problem:
    there = ", ".join(columns) or "none"
    return Problem(
        code="no-account-column",
        message=f"No column says where a line was booked; there are: {there}.",
        cure="Name that column account.",
        file=file,
    )
