"""How well the desk does for a book, by what people said of its suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from slmapps.records import Status
from slmapps.trust import budget_threshold, psi_of_shares, reliability_curve
from slmapps_earnings.asked import threshold
from slmapps_earnings.book import open_book
from slmapps_earnings.corrections import APP
from slmapps_earnings.records import SENTIMENTS

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, Workspace
    from slmapps_earnings.headings import Heading

__all__ = ["observed"]

BUDGETS = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20)
BINS = 10
FEWEST = 50
"""Reviewed sentences below which the calibrated probabilities say more than they do."""
NEWEST, COMPARED = 10, 500
LEVELS = ((0.25, "strong"), (0.10, "some"))


def observed(workspace: Workspace, client: str) -> dict[str, Any]:
    """Give the monitor's figures of the field sentiment.

    ``weeks``: by Monday, how many sentences came (total, accepted) and how many were reviewed
    (right, wrong_accepted). ``expected_error`` is what the calibrated probabilities promise of the
    accepted ones, ``observed_error`` what people found among the ``observed_n`` of them that they
    reviewed (None: none). ``calibration`` and ``curve``: of what was reviewed, from 50 on.
    ``drift``: whether the newest ten calls are as positive and negative as those before them.
    """
    book = open_book(workspace, client)
    with book.lock:
        book.catch_up(workspace)
        calls, budget = book.headings.all(), book.budget
    reviewed = [
        row
        for row in workspace.corrections(APP, client)
        if row.correction.field == "sentiment" and row.prediction.value is not None
    ]
    checked = [row for row in reviewed if row.prediction.status is Status.ACCEPTED]
    wrong = sum(not _right(row) for row in checked)
    taken = [_accepted(each, budget) for each in calls]
    accepted = np.concatenate(taken) if taken else np.zeros(0)
    total = sum(len(each.confidences["sentiment"]) for each in calls)
    enough = len(reviewed) >= FEWEST
    return {
        "threshold": float(accepted.min()) if len(accepted) else None,
        "weeks": _weeks(calls, budget, reviewed),
        "calibration": _calibration(reviewed) if enough else [],
        "expected_error": float((1 - accepted).mean()) if len(accepted) else None,
        "observed_error": wrong / len(checked) if checked else None,
        "observed_n": len(checked),
        "reviewed": len(reviewed),
        "right": sum(map(_right, reviewed)),
        "coverage": len(accepted) / total if total else None,
        "budget": budget,
        "curve": _curve(reviewed) if enough else [],
        "drift": _drift(calls),
        "history": {},
    }


def _accepted(call: Heading, budget: float) -> Any:
    sure = call.confidences["sentiment"]
    return sure[sure >= threshold(sure, budget)]


def _right(row: CorrectionRow) -> bool:
    return row.correction.value == row.prediction.value


def _monday(moment: datetime) -> str:
    day = moment.date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _weeks(
    calls: Sequence[Heading], budget: float, reviewed: Sequence[CorrectionRow]
) -> list[dict[str, Any]]:
    weeks: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("total", "accepted", "reviewed", "right", "wrong_accepted"), 0)
    )
    for call in calls:
        week = weeks[_monday(call.created_at)]
        week["total"] += len(call.confidences["sentiment"])
        week["accepted"] += len(_accepted(call, budget))
    for row in reviewed:
        week = weeks[_monday(row.correction.when)]
        week["reviewed"] += 1
        week["right"] += _right(row)
        week["wrong_accepted"] += row.prediction.status is Status.ACCEPTED and not _right(row)
    return [{"week": monday, **weeks[monday]} for monday in sorted(weeks)]


def _calibration(reviewed: Sequence[CorrectionRow]) -> list[dict[str, Any]]:
    stated = [row.prediction.confidence for row in reviewed]
    return [
        {"confidence": each.confidence, "accuracy": each.accuracy, "count": each.count}
        for each in reliability_curve(stated, [_right(row) for row in reviewed], BINS)
    ]


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


def _drift(calls: Sequence[Heading]) -> dict[str, Any] | None:
    """The population stability index of the sentiments (Siddiqi 2006); None for a few calls."""
    in_time = sorted(calls, key=lambda each: (each.created_at, each.record_id))
    before, now = in_time[:-NEWEST][-COMPARED:], in_time[-NEWEST:]
    if len(before) < NEWEST:
        return None
    index = psi_of_shares(_labels(before), _labels(now))
    return {
        "value": index,
        "level": next((level for least, level in LEVELS if index >= least), "stable"),
        "since": now[0].created_at.date().isoformat(),
        "columns": {"sentiment": round(index, 4)},
    }


def _labels(calls: Sequence[Heading]) -> list[str]:
    return [
        name
        for call in calls
        for name, count in zip(SENTIMENTS, call.sentiments, strict=True)
        for _ in range(count)
    ]
