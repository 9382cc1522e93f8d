"""When what was said in a call could first be known, said on the safe side.

Design choices:

* A call whose time is printed is known once it has ended: 90 minutes after it began, later where
  its text takes longer to speak at :data:`WORDS_A_MINUTE`. A trader who listens live knows it
  sooner; a backtest must not.
* A call of which only the day is known (the date printed, wherever that was) is known when that day
  has ended everywhere: the day after at 12:00 UTC, midnight at UTC-12. It may have begun when the
  day did at UTC+14.
* A greeting ("Good morning") is no time of day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from slmapps_earnings.records import Call

__all__ = ["ALLOWANCE", "WORDS_A_MINUTE", "Span", "span"]

ALLOWANCE = timedelta(minutes=90)
WORDS_A_MINUTE = 110


@dataclass(frozen=True)
class Span:
    """The earliest a call can have begun and the moment by which all of it was known, in UTC.

    ``exact`` tells whether the time of day is known, so that intraday windows may be built.
    """

    start: datetime
    known: datetime
    exact: bool


def span(call: Call) -> Span | None:
    """When ``call`` was held; None where not even the day is known."""
    if call.event_time is not None and call.event_time.tzinfo is not None:
        start = call.event_time.astimezone(UTC)
        words = sum(len(turn.text.split()) for turn in call.turns)
        length = max(ALLOWANCE, timedelta(minutes=words / WORDS_A_MINUTE))
        return Span(start, start + timedelta(seconds=round(length.total_seconds())), exact=True)
    day = call.event_date or (call.event_time.date() if call.event_time else None)
    if day is None:
        return None
    midnight = datetime.combine(day, time(0), UTC)
    return Span(midnight - timedelta(hours=14), midnight + timedelta(hours=36), exact=False)
