"""How well the desk does for a client, by what people said of its suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slmapps.records import Status
from slmapps_invoices.client_desk import open_client
from slmapps_invoices.clients import APP

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, PredictionRow, Workspace

__all__ = ["observed"]

BUDGETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.10)
BINS = 10


def observed(workspace: Workspace, client: str) -> dict[str, Any]:
    """Give the monitor's figures of the field account; see each key below.

    ``weeks``: by Monday, how many lines came (total, accepted) and how many were reviewed (right,
    wrong_accepted). ``calibration``: confidence against accuracy of the reviewed, ten bins.
    ``expected_error`` is what the program promises of its accepted lines, ``observed_error`` what
    people found among the ``observed_n`` of them that they reviewed (None: they reviewed none).
    """
    desk = open_client(workspace, client)
    with desk.lock:
        coder = desk.catch_up(workspace)
        report: dict[str, Any] = {} if coder is None else coder.report()
    rows = [
        row
        for row in workspace.predictions(APP, client, field="account", open_only=False)
        if row.superseded_by is None
    ]
    reviewed = [
        row for row in workspace.corrections(APP, client) if row.correction.field == "account"
    ]
    accepted = [row for row in rows if row.prediction.status is Status.ACCEPTED]
    checked = [row for row in reviewed if row.prediction.status is Status.ACCEPTED]
    wrong = sum(not _right(row) for row in checked)
    return {
        **report,
        "weeks": _weeks(rows, reviewed),
        "calibration": _calibration(reviewed),
        "expected_error": _mean([1 - row.prediction.confidence for row in accepted]),
        "observed_error": wrong / len(checked) if checked else None,
        "observed_n": len(checked),
        "reviewed": len(reviewed),
        "right": sum(_right(row) for row in reviewed),
        "coverage": len(accepted) / len(rows) if rows else None,
        "budget": float(workspace.setting(APP, client, "budget", 0.02)),
        "history": report,
    }


def _right(row: CorrectionRow) -> bool:
    return row.correction.value == row.prediction.value


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _monday(moment: datetime) -> str:
    day = moment.date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _weeks(
    rows: Sequence[PredictionRow], reviewed: Sequence[CorrectionRow]
) -> list[dict[str, Any]]:
    weeks: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("total", "accepted", "reviewed", "right", "wrong_accepted"), 0)
    )
    for row in rows:
        week = weeks[_monday(row.created_at)]
        week["total"] += 1
        week["accepted"] += row.prediction.status is Status.ACCEPTED
    for each in reviewed:
        week = weeks[_monday(each.correction.when)]
        week["reviewed"] += 1
        week["right"] += _right(each)
        week["wrong_accepted"] += each.prediction.status is Status.ACCEPTED and not _right(each)
    return [{"week": monday, **weeks[monday]} for monday in sorted(weeks)]


def _calibration(reviewed: Sequence[CorrectionRow]) -> list[dict[str, Any]]:
    bins: dict[int, list[CorrectionRow]] = defaultdict(list)
    for row in reviewed:
        if row.prediction.value is not None:
            bins[min(int(row.prediction.confidence * BINS), BINS - 1)].append(row)
    return [
        {
            "confidence": _mean([row.prediction.confidence for row in bins[place]]),
            "accuracy": _mean([float(_right(row)) for row in bins[place]]),
            "count": len(bins[place]),
        }
        for place in sorted(bins)
    ]
