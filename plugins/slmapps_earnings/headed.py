"""Whose call it is, of which quarter and when: every source weighed, the printed ones first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from slmapps_earnings.header import (
    Period,
    greeted_company,
    period_in,
    quarter_spoken,
    ticker_in,
    title_of,
)
from slmapps_earnings.layouts.draft import Draft
from slmapps_earnings.moments import date_in, greeting_in, moment_in
from slmapps_earnings.records import TimeSource

__all__ = ["Heading", "heading_of"]

_SPOKEN = 4000
"""Characters from the first turn on in which a greeting is looked for."""
_EXTENSIONS = re.compile(r"(?:\.(?:txt|text|md|html?|json|csv|tsv|pdf|gz|xml))+$", re.IGNORECASE)
_SYMBOL = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,5}(?:\.[A-Z])?)(?![A-Za-z0-9])")
_NOT_SYMBOLS = frozenset(
    [
        "Q",
        "QA",
        "FY",
        "CALL",
        "PDF",
        "TXT",
        "JSON",
        "CSV",
        "EARNINGS",
        "JAN",
        "FEB",
        "MAR",
        "APR",
        "MAY",
        "JUN",
        "JUL",
        "AUG",
        "SEP",
        "OCT",
        "NOV",
        "DEC",
        "CEO",
        "CFO",
        "INC",
        "CORP",
        "LTD",
        "PLC",
        "THE",
        "AND",
        "OF",
        "TRANSCRIPT",
        "A",
        "I",
    ]
)


@dataclass(frozen=True)
class Heading:
    """What is known of a call before anybody speaks."""

    company: str = ""
    ticker: str = ""
    period: Period = Period()
    day: date | None = None
    moment: datetime | None = None
    source: TimeSource = TimeSource.UNKNOWN


def heading_of(text: str, draft: Draft, name: str, hint: str = "") -> Heading:
    """Weigh the file's own fields, the header, the file's name, the greeting, and the hint."""
    start = draft.said[0].start if draft.said else min(len(text), 3000)
    head = text[: min(draft.header if draft.said else start, 6000)]
    spoken = text[start : start + _SPOKEN] if draft.said else ""
    title = title_of(head)
    file = _EXTENSIONS.sub("", name)
    plain_file = re.sub(r"[_\s]+", " ", file)
    facts = draft.facts
    period = _period(draft, title.period, plain_file, spoken)
    clock = moment_in(head)
    moment = facts.moment or clock.moment
    day = moment.date() if moment else clock.day or date_in(file) or date_in(plain_file)
    if moment is not None:
        source = TimeSource.HEADER
    else:
        source = TimeSource.GREETING if greeting_in(spoken) else TimeSource.UNKNOWN
    company = (
        facts.company
        or title.company
        or (hint if " " in hint.strip() else "")
        or greeted_company(spoken)
    )
    ticker = facts.ticker or title.ticker or _symbol(file) or ticker_in(spoken)
    if not ticker and re.fullmatch(r"[A-Z]{1,5}(?:[.-][A-Z])?", hint.strip()):
        ticker = hint.strip()
    return Heading(
        company or ("" if ticker == hint.strip() else hint.strip()),
        ticker,
        period,
        day,
        moment,
        source,
    )


def _period(draft: Draft, printed: Period, file: str, spoken: str) -> Period:
    if draft.facts.year is not None:
        return Period(draft.facts.year, draft.facts.quarter)
    named = period_in(re.sub(r"[-.]", " ", file))
    for period in (printed, named):
        if period.quarter is not None:
            return period
    heard = period_in(spoken, quarters_only=True)
    if heard.quarter is not None:
        return heard
    year = printed.year or named.year
    return Period(year, quarter_spoken(spoken) if year and not printed.year else None)


def _symbol(file: str) -> str:
    for match in _SYMBOL.finditer(file.replace("_", " ")):
        if match.group(1) not in _NOT_SYMBOLS:
            return match.group(1)
    return ""
