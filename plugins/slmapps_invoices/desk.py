"""The invoices desk on a workspace: what the pages, the command line and the suite call.

Everything that belongs to one client in memory is in ``client_desk``; what comes in in ``intake``;
what goes out in ``booked``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.desk import Change
from slmapps.records import Correction, Problem, Severity, Span
from slmapps.samples import samples as samples_folder
from slmapps_invoices import splits
from slmapps_invoices.booked import coded_invoices
from slmapps_invoices.client_desk import ClientDesk, open_client
from slmapps_invoices.clients import (
    APP,
    export_settings,
    has_chart,
    keep_chart,
    keep_history,
    read_table,
)
from slmapps_invoices.intake import FileResult, process_files, process_lines
from slmapps_invoices.line_items import described, is_line, item_name, line_number, lines_of
from slmapps_invoices.memory import SPLITS
from slmapps_invoices.observed import observed
from slmapps_invoices.page_desk import PLACE, missing_field
from slmapps_invoices.page_fields import described_field, page_invoice, value_of

if TYPE_CHECKING:
    import pandas as pd

    from slmapps.engine import Progress
    from slmapps.workspace import PredictionRow, Workspace

__all__ = [
    "ClientDesk",
    "FileResult",
    "add_field",
    "choices",
    "coded_invoices",
    "correct",
    "describe",
    "describe_many",
    "export_settings",
    "free_text",
    "has_chart",
    "import_chart",
    "import_history",
    "observed",
    "open_client",
    "preview",
    "process_files",
    "process_lines",
    "read_table",
    "samples",
    "set_budget",
    "split",
    "undo",
]


def import_chart(workspace: Workspace, client: str, frame: pd.DataFrame) -> list[Problem]:
    """Check and keep the client's chart (account, name, perhaps group and retired).

    Open lines are predicted anew. Where a Problem is an error, nothing was kept.
    """
    problems = keep_chart(workspace, client, frame)
    if not any(problem.severity is Severity.ERROR for problem in problems):
        open_client(workspace, client).apply(workspace)
    return problems


def import_history(workspace: Workspace, client: str, frame: pd.DataFrame) -> list[Problem]:
    """Keep lines that were booked before (with their account) and learn from them.

    Open lines are predicted anew. Importing the very same table again changes nothing.
    """
    problems = keep_history(workspace, client, frame)
    open_client(workspace, client).apply(workspace)
    return problems


def correct(workspace: Workspace, corrections: Sequence[Correction]) -> list[Change]:
    """Store what a person said, learn it at once, and predict the open lines anew."""
    by_client: dict[str, list[Correction]] = {}
    stand = workspace.newest_of(correction.prediction_id for correction in corrections)
    for correction in corrections:
        client = stand[correction.prediction_id].client
        by_client.setdefault(client, []).append(correction)
    desks = {client: open_client(workspace, client) for client in sorted(by_client)}
    with ExitStack() as held:
        for client, desk in desks.items():  # always before the database's lock, and in one order
            held.enter_context(desk.ready(workspace))
            by_client[client] = desk.noted(workspace, by_client[client])
        held.enter_context(workspace.transaction())
        return [
            change
            for client, desk in desks.items()
            for change in desk.correct(workspace, by_client[client])
        ]


def preview(workspace: Workspace, correction: Correction) -> list[Change]:
    """Say what :func:`correct` would change, and keep nothing."""
    client = workspace.newest(correction.prediction_id).client
    return open_client(workspace, client).preview(workspace, correction)


def undo(workspace: Workspace, correction_id: int, who: str) -> list[Change]:
    """Take a correction back and un-learn it."""
    client = workspace.correction(correction_id).client
    return open_client(workspace, client).undo(workspace, correction_id, who)


def split(
    workspace: Workspace,
    record_id: int,
    line: int,
    shares: Sequence[tuple[str, Decimal]],
    *,
    who: str = "",
) -> list[Change]:
    """Book a line (which counts from 0) to several accounts by share; together exactly 1.

    It is a correction, so it can be undone; the line counts as booked to the largest share.
    """
    shares = splits.checked(shares)
    desk = open_client(workspace, workspace.record(record_id).client)
    allowed = {account for account, _ in desk.choices(workspace, "account")}
    if unknown := [account for account, _ in shares if account not in allowed]:
        raise ValueError(f"{unknown[0]!r} is no open account of the chart: choose one that is")
    rows = workspace.predictions(record_id=record_id, field="account", open_only=False)
    here = [row for row in rows if row.item == item_name(line) and row.superseded_by is None]
    if not here:
        raise ValueError(f"record {record_id} has no line {line}: lines count from 0")
    return desk.correct(
        workspace,
        [
            Correction(
                prediction_id=here[0].id,
                field="account",
                value=max(shares, key=lambda each: each[1])[0],
                who=who,
                note={SPLITS: [[account, str(share)] for account, share in shares]},
            )
        ],
    )


def add_field(
    workspace: Workspace,
    record_id: int,
    key: str,
    value: str,
    *,
    place: Span | None = None,
    who: str = "",
) -> list[Change]:
    """Say what a field of the head is that was not found on the pages, such as ``due_date``.

    It is a correction, so it can be undone. Raises ``ValueError`` with the cure where the record
    has the field already, was not read off pages, or the value cannot be right.
    """
    record = workspace.record(record_id)
    invoice = page_invoice(record.data)
    if invoice is None or value_of(invoice, key):
        raise ValueError(f"{key!r} cannot be added to record {record_id}: correct what is there")
    item, missing = missing_field(key)
    note = {} if place is None else {PLACE: place.model_dump(mode="json")}
    rows = workspace.predictions(record_id=record_id, field=missing.field, open_only=False)
    known = [row for row in rows if row.item == item and row.superseded_by is None]
    with open_client(workspace, record.client).ready(workspace), workspace.transaction():
        if not known:
            workspace.add_predictions(record_id, [(item, missing)])
            rows = workspace.predictions(record_id=record_id, field=missing.field)
            known = [row for row in rows if row.item == item]
        said = Correction(
            prediction_id=known[0].id, field=missing.field, value=value, who=who, note=note
        )
        return correct(workspace, [said])


def choices(workspace: Workspace, row: PredictionRow) -> list[tuple[str, str]]:
    """List what a person may pick for a prediction, as (value, label); none for what is typed."""
    if free_text(workspace, row):
        return []
    return open_client(workspace, row.client).choices(workspace, row.prediction.field)


def free_text(workspace: Workspace, row: PredictionRow) -> bool:
    """Tell whether a prediction is of a value that is typed: one that was read off a page."""
    del workspace
    return not is_line(row.item)


def describe(workspace: Workspace, row: PredictionRow) -> dict[str, str]:
    """Give the columns of the review table: supplier, text, amount, currency, date, invoice."""
    record = open_client(workspace, row.client).record(workspace, row.record_id)
    if not is_line(row.item):
        value = row.corrected if row.corrected is not None else row.prediction.value
        return described_field(record.data, row.item, row.prediction.field, value or "")
    return described(lines_of(record.data)[line_number(row.item)])


def describe_many(workspace: Workspace, rows: Sequence[PredictionRow]) -> list[dict[str, str]]:
    """Describe many predictions; see :func:`describe`."""
    return [describe(workspace, row) for row in rows]


def set_budget(workspace: Workspace, client: str, budget: float, who: str = "") -> list[Change]:
    """Set how many of the accepted lines may be wrong (0.02: 2 in 100); open lines follow."""
    if not 0 < budget < 1:
        raise ValueError(f"the budget is {budget}: give a share between 0 and 1, such as 0.02")
    workspace.set_setting(APP, client, "budget", budget, who=who)
    return open_client(workspace, client).apply(workspace)


def samples(workspace: Workspace, progress: Progress | None = None) -> None:
    """Put the sample client in: chart, history, invoices. Doing it again changes nothing."""
    import json

    from slmapps_invoices.history_table import read_history

    folder = samples_folder(APP)
    about: dict[str, Any] = json.loads((folder / "client.json").read_text("utf-8"))
    client = about["client"]
    workspace.add_client(APP, client, about.get("title", client))
    chart, problems = read_table(folder / "chart.csv")
    if chart is None:
        raise FileNotFoundError(f"the sample chart cannot be read: {problems[0].message}")
    if not has_chart(workspace, client):
        import_chart(workspace, client, chart)
        workspace.set_setting(APP, client, "budget", float(about["error_budget"]))
        workspace.set_setting(APP, client, "export", about["export"])
        workspace.set_setting(APP, client, "cost_centre names", about["cost_centres"])
    history, _ = read_history(folder / "history.csv")
    if history is not None and not workspace.count_examples(APP, client):
        import_history(workspace, client, history)
    files = sorted(path for path in (folder / "invoices").iterdir() if path.is_file())
    process_files(workspace, client, files, progress=progress)
