"""A client of the desk: the chart of accounts, what was booked before, how exports are set.

Design choices:

* The chart is a setting of the client, so a new chart is a new revision and every process sees it.
* History is reviewed by definition and is learnt from; nothing else is, but corrections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.records import Problem, Severity
from slmapps_invoices.account_labels import as_in_chart
from slmapps_invoices.line_items import COLUMNS, as_lines

if TYPE_CHECKING:
    import pandas as pd

    from slmapps.workspace import Workspace
    from slmapps_invoices.export import ExportSettings

__all__ = [
    "APP",
    "LABELS",
    "chart_of",
    "export_settings",
    "has_chart",
    "is_retired",
    "keep_chart",
    "keep_history",
    "used_values",
]

APP = "invoices"
LABELS = ("account", "tax_code", "cost_centre")
"""The fields that a line is coded with; the latter two where the client uses them."""

_RETIRED = re.compile(
    r"do\s*not\s*use|don'?t\s+use|no\s+longer\s+used|not\s+in\s+use|\bclosed\b|\bretired\b"
    r"|\bobsolete\b|\binactive\b|\bdiscontinued\b|\bsuperseded\b|\bdefunct\b|\bgesperrt\b"
    r"|nicht\s+(mehr\s+)?(benutzen|verwenden|bebuchen)",
    re.IGNORECASE,
)
_YES = {"1", "1.0", "true", "yes", "y", "x", "ja", "closed", "retired", "inactive", "archived"}
_CALLED = {
    "account": ("account",),
    "tax_code": ("tax_code", "vat_code"),
    "cost_centre": ("cost_centre", "cost_center"),
}


def is_retired(name: str, flag: object = None) -> bool:
    """Tell whether an account may no longer be booked to, by its flag or by its name.

    >>> is_retired("*Do Not Use* - Stationery"), is_retired("Stationery"), is_retired("Rent", "yes")
    (True, False, True)
    """
    return _text(flag).casefold() in _YES or bool(_RETIRED.search(name))


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return ""
    return str(value).replace("\0", "").strip()


def keep_chart(workspace: Workspace, client: str, frame: pd.DataFrame) -> list[Problem]:
    """Check and keep a chart: columns account, name and perhaps group and retired.

    Accounts have to be unique; those that a flag or their name says are retired stay known and are
    never suggested. Where a Problem is an error, nothing was kept.
    """
    if "account" not in frame.columns and "name" not in frame.columns:
        return [
            Problem(
                code="no-chart",
                message="The chart has neither a column account nor a column name.",
                cure="Name the columns account and name.",
            )
        ]
    rows: dict[str, dict[str, Any]] = {}
    twice: list[str] = []
    nameless = 0
    for row in frame.to_dict("records"):
        name = _text(row.get("name"))
        account = _text(row.get("account")) or name
        if not account:
            nameless += 1
            continue
        if account in rows:
            twice.append(account)
            continue
        rows[account] = {
            "account": account,
            "name": name or account,
            "group": _text(row.get("group")),
            "retired": is_retired(name or account, row.get("retired")),
        }
    problems = list(_chart_problems(rows, twice, nameless))
    if not any(problem.severity is Severity.ERROR for problem in problems):
        workspace.add_client(APP, client)
        workspace.set_setting(APP, client, "chart", list(rows.values()))
    return problems


def _chart_problems(
    rows: Mapping[str, Mapping[str, Any]], twice: list[str], nameless: int
) -> Iterable[Problem]:
    if twice:
        yield Problem(
            code="account-twice",
            message=f"{len(twice)} accounts come more than once, the first is {twice[0]!r}.",
            cure="Give every account once; where names are the accounts, make them differ.",
        )
    if not any(not row["retired"] for row in rows.values()):
        yield Problem(
            code="no-open-account",
            message="The chart holds no account that may be booked to.",
            cure="Import the whole chart, not only its closed accounts.",
        )
    if nameless:
        yield Problem(
            code="account-missing",
            message=f"{nameless} rows of the chart name no account and are left out.",
            cure="Give each row an account or remove it.",
            severity=Severity.WARNING,
        )


def _rows(workspace: Workspace, client: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = workspace.setting(APP, client, "chart", [])
    return rows


def has_chart(workspace: Workspace, client: str) -> bool:
    """Tell whether the client has a chart; without one no line can be coded."""
    return bool(_rows(workspace, client))


def chart_of(workspace: Workspace, client: str) -> pd.DataFrame:
    """Give the client's chart: account, name, group (text) and retired (bool), a row an account."""
    import pandas as pd

    columns = ["account", "name", "group", "retired"]
    return pd.DataFrame(_rows(workspace, client), columns=columns)


def keep_history(workspace: Workspace, client: str, frame: pd.DataFrame) -> list[Problem]:
    """Keep lines that were booked before: columns of lines and account (tax_code, cost_centre).

    Lines without an account, or with one that isn't in the chart, are left out with a Problem.
    The very same table is kept once.
    """
    frame = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    labels = {
        label: frame[name].map(_text)
        for label, names in _CALLED.items()
        for name in reversed(names)
        if name in frame.columns
    }
    if "account" not in labels:
        return [
            Problem(
                code="no-account-column",
                message="The history has no column account.",
                cure="Add the column account: where each line was booked to.",
            )
        ]
    chart = {row["account"]: row["name"] for row in _rows(workspace, client)}
    known = set(chart)
    labels["account"] = labels["account"].map(
        dict(
            zip(
                labels["account"],
                as_in_chart(labels["account"].tolist(), chart.items()),
                strict=True,
            )
        )
    )
    accounts = labels["account"]
    booked = accounts != ""
    inside = booked & (accounts.isin(known) if known else True)
    problems = []
    if (count := int((~booked).sum())) > 0:
        problems.append(
            Problem(
                code="account-missing",
                message=f"{count} lines of the history have no account and are left out.",
                cure="Nothing to do if they are not booked yet.",
                severity=Severity.WARNING,
            )
        )
    if (count := int((booked & ~inside).sum())) > 0:
        example = accounts[booked & ~inside].iloc[0]
        problems.append(
            Problem(
                code="account-not-in-chart",
                message=f"{count} lines of the history are booked to accounts that the chart"
                f" doesn't hold, for example {example!r}, and are left out.",
                cure="Add the accounts to the chart (retired ones too) and import both again.",
                severity=Severity.WARNING,
            )
        )
    kept = as_lines(frame[inside])
    for label, values in labels.items():
        kept[label] = values[inside].to_numpy()
        if label != "account" and (values != "").any():
            used = sorted({*used_values(workspace, client, label), *kept[label]} - {""})
            workspace.set_setting(APP, client, f"{label}s", used)
    if len(kept):
        kept = kept[[column for column in (*COLUMNS, *LABELS) if column in kept.columns]]
        workspace.add_client(APP, client)
        workspace.add_examples(APP, client, kept)
    return problems


def used_values(workspace: Workspace, client: str, label: str) -> list[str]:
    """Give the tax codes or cost centres that the client's history uses; empty if it doesn't."""
    values: list[str] = workspace.setting(APP, client, f"{label}s", [])
    return values


def export_settings(workspace: Workspace, client: str) -> ExportSettings:
    """Give how the client's exports are set, with the client's chart."""
    from slmapps_invoices.export import ExportSettings

    stored = workspace.setting(APP, client, "export", {})
    title = workspace.client_title(APP, client) or client
    return ExportSettings.model_validate({"client": title, **stored}).with_chart(
        _rows(workspace, client)
    )


def read_table(path: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a chart from a CSV or XLSX file with any headers."""
    from slmapps_invoices.chart_table import read_chart

    return read_chart(path)
