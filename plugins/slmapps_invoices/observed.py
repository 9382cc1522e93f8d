"""How well the desk does for a client, by what people said of its suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from slmapps.records import Status
from slmapps.trust import budget_threshold, reliability_curve
from slmapps_invoices.client_desk import open_client
from slmapps_invoices.clients import APP
from slmapps_invoices.drift import drift
from slmapps_invoices.line_items import lines_of
from slmapps_invoices.memory import measures

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, PredictionRow, Workspace

__all__ = ["observed"]

BUDGETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.10)
BINS = 10
FEWEST = 50
"""Reviewed lines below which the history says more about calibration than they do."""
RECORDS = 500


def observed(workspace: Workspace, client: str) -> dict[str, Any]:
    """Give the monitor's figures of the field account.

    ``weeks``: by Monday, how many lines came (total, accepted) and how many were reviewed (right,
    wrong_accepted). ``calibration``: confidence against accuracy, of what people reviewed, or of
    the history while they reviewed little. ``expected_error`` is what the program promises of its
    accepted lines, ``observed_error`` what people found among the ``observed_n`` of them that they
    reviewed (None: they reviewed none). ``curve``: what each budget would let through.
    ``drift``: see :func:`slmapps_invoices.drift.drift`. ``history``: the coder's own report.
    """
    desk = open_client(workspace, client)
    with desk.lock:
        coder = desk.catch_up(workspace)
        report: dict[str, Any] = {} if coder is None else measures(coder.report())
    rows = [
        row
        for row in workspace.predictions(APP, client, field="account", open_only=False)
        if row.superseded_by is None
    ]
    reviewed = [
        row
        for row in workspace.corrections(APP, client)
        if row.correction.field == "account" and row.prediction.value is not None
    ]
    accepted = [row for row in rows if row.prediction.status is Status.ACCEPTED]
    checked = [row for row in reviewed if row.prediction.status is Status.ACCEPTED]
    wrong = sum(not _right(row) for row in checked)
    enough = len(reviewed) >= FEWEST
    return {
        "threshold": report.get("threshold"),
        "weeks": _weeks(rows, reviewed),
        "calibration": _calibration(reviewed) if enough else report.get("bins") or [],
        "expected_error": _mean([1 - row.prediction.confidence for row in accepted]),
        "observed_error": wrong / len(checked) if checked else None,
        "observed_n": len(checked),
        "reviewed": len(reviewed),
        "right": sum(_right(row) for row in reviewed),
        "coverage": len(accepted) / len(rows) if rows else None,
        "budget": float(workspace.setting(APP, client, "budget", 0.02)),
        "curve": _curve(reviewed) if enough else report.get("curve") or [],
        "drift": drift(desk.learnt_lines(workspace), _new_lines(workspace, client)),
        "history": report,
    }


def _new_lines(workspace: Workspace, client: str) -> list[dict[str, Any]]:
    newest = workspace.records(APP, client, newest=True, limit=RECORDS)
    return [line for record in reversed(newest) for line in lines_of(record.data)]


def _curve(reviewed: Sequence[CorrectionRow]) -> list[dict[str, float | None]]:
    stated = [row.prediction.confidence for row in reviewed]
    right = [_right(row) for row in reviewed]
    curve: list[dict[str, float | None]] = []
    for budget in BUDGETS:
        found = budget_threshold(stated, right, budget, delta=None)
        curve.append(
            {
                "budget": budget,
                "coverage": found.coverage,
                "threshold": found.value if isfinite(found.value) else None,
                "expected_error": found.expected_error,
            }
        )
    return curve


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
    stated = [row.prediction.confidence for row in reviewed]
    return [
        {"confidence": each.confidence, "accuracy": each.accuracy, "count": each.count}
        for each in reliability_curve(stated, [_right(row) for row in reviewed], BINS)
    ]
