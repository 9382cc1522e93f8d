"""How a firm or a speaker has sounded over time: levels, changes and z-scores on their own past.

The speaker's own past is that within the firm: the same person at another firm starts afresh, for
what is usual there is the other firm's way of speaking. A name is the same name whatever its case,
its middle initials and its title ("Dr. Ada M. Lind" and "Ada Lind").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Literal

from slmapps.records import Problem, Severity
from slmapps_earnings.aggregate import group
from slmapps_earnings.asof import Span, span
from slmapps_earnings.comparison import Comparison, Dated, compare
from slmapps_earnings.measures import Measured, measured
from slmapps_earnings.records import Kind, Role, ScoredCall, Section

__all__ = ["HistoryRow", "history", "person", "placed"]

_TITLE = re.compile(r"^(?:mr|mrs|ms|dr|prof|sir)\.?\s+", re.IGNORECASE)
_INITIAL = re.compile(r"\b\w\.?(?=\s)")
_AFTER_COMMA = re.compile(r",.*$")


@dataclass(frozen=True)
class HistoryRow:
    """One call's reading of a signal and how it stands against the past.

    ``who`` is the firm, or the speaker as the transcript names them; the changes and ``z`` are NaN
    where the past is too short. ``prior`` and ``year_ago`` are sha256 of transcripts, and
    ``skipped`` counts the quarters missing between the prior call and this one.
    """

    firm: str
    who: str
    role: Role | None
    fiscal_period: str
    start_utc: datetime
    asof_utc: datetime
    signal: str
    value: float
    n_sentences: int
    change: float
    prior: str | None
    skipped: int
    change_year: float
    year_ago: str | None
    z: float
    n_past: int
    transcript_sha256: str


def person(name: str) -> str:
    """The key of a speaker: a name without case, titles and middle initials.

    >>> person("Dr. Ada M. Lind, CFA") == person("ADA LIND")
    True
    """
    plain = _TITLE.sub("", _AFTER_COMMA.sub("", " ".join(name.split())))
    first, _, rest = plain.partition(" ")
    return f"{first} {_INITIAL.sub('', rest)}".casefold().replace("  ", " ").strip()


def placed(calls: Sequence[ScoredCall]) -> tuple[list[tuple[ScoredCall, Span]], list[Problem]]:
    """The calls that have a place in time, oldest first; the others are named as Problems.

    Left out: refused files, undated calls, and a transcript that is there twice.
    """
    held: dict[str, tuple[ScoredCall, Span]] = {}
    problems = []
    for scored in calls:
        call = scored.call
        if call.kind is not Kind.CALL:
            problems.append(
                Problem(
                    code="not-a-call",
                    message=f"left out: {call.reason or call.kind.value}",
                    cure="score the transcript of a call",
                    severity=Severity.WARNING,
                    file=call.file,
                )
            )
        elif call.sha256 in held:
            problems.append(
                Problem(
                    code="duplicate",
                    message=f"the same text as {held[call.sha256][0].call.file}; counted once",
                    severity=Severity.INFO,
                    file=call.file,
                )
            )
        elif (when := span(call)) is None:
            problems.append(
                Problem(
                    code="no-date",
                    message="the day of the call is unknown, so it has no place in a history",
                    cure="give the event date",
                    severity=Severity.WARNING,
                    file=call.file,
                )
            )
        else:
            held[call.sha256] = (scored, when)
    return sorted(held.values(), key=lambda pair: (pair[1].start, pair[0].call.sha256)), problems


def history(
    calls: Sequence[ScoredCall],
    signal: str = "tone",
    *,
    by: Literal["firm", "speaker"] = "firm",
    section: Section | None = None,
    role: Role | None = None,
) -> tuple[list[HistoryRow], list[Problem]]:
    """Levels of ``signal`` over time, for each firm or for each of its speakers, oldest first.

    ``section`` and ``role`` narrow what is read. A call in which nothing carries the signal has no
    row. ``z`` is expanding: over calls known before this one began, at least four, else NaN.
    """
    in_time, problems = placed(calls)
    series: dict[tuple[str, str], list[tuple[ScoredCall, Span, Dated, str, list[Measured]]]] = {}
    for scored, when in in_time:
        held: dict[str, tuple[str, list[Measured]]] = {}
        for item in measured(scored, signal):
            if section not in {None, item.section} or role not in {None, item.role}:
                continue
            who = scored.call.firm if by == "firm" else item.speaker
            key = who if by == "firm" else person(who)
            held.setdefault(key, (who, []))[1].append(item)
        if by == "firm" and not held:
            held[scored.call.firm] = (scored.call.firm, [])  # a gap of the signal, not of the calls
        for key, (who, items) in held.items():
            dated = _dated(scored, when, group(items, signal))
            series.setdefault((scored.call.firm, key), []).append((scored, when, dated, who, items))
    rows = [
        _row(scored, when, who, items, dated, compare(dated, [each[2] for each in line]), signal)
        for line in series.values()
        for scored, when, dated, who, items in line
        if not isnan(dated.value)
    ]
    return sorted(rows, key=lambda row: (row.firm, row.who, row.start_utc)), problems


def _dated(scored: ScoredCall, when: Span, value: float) -> Dated:
    call = scored.call
    return Dated(when.start, when.known, value, call.fiscal_year, call.fiscal_quarter, call.sha256)


def _row(
    scored: ScoredCall,
    when: Span,
    who: str,
    items: Sequence[Measured],
    dated: Dated,
    found: Comparison,
    signal: str,
) -> HistoryRow:
    roles = {item.role for item in items}
    return HistoryRow(
        firm=scored.call.firm,
        who=who,
        role=roles.pop() if len(roles) == 1 else None,
        fiscal_period=scored.call.fiscal_period,
        start_utc=when.start,
        asof_utc=when.known,
        signal=signal,
        value=dated.value,
        n_sentences=len({item.sentence for item in items}),
        change=found.change,
        prior=found.prior,
        skipped=found.skipped,
        change_year=found.change_year,
        year_ago=found.year_ago,
        z=found.z,
        n_past=found.n_past,
        transcript_sha256=scored.call.sha256,
    )
