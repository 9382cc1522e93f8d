"""When a call was held: dates and times as headers print them, with the zone made certain.

Design choices:

* A time counts only with its zone: "5:00 p.m. ET" or "9:00PM GMT". A time without one might be
  anybody's, and a window built on it would be a guess.
* American letters (ET, EST, EDT …) all mean the zone and not the offset: "5:00 PM EST" in July
  means what clocks in New York show. GMT and UTC mean exactly what they say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["Found", "date_in", "greeting_in", "moment_in", "parsed"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})\.?[\s-]+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?[,\s-]+(?P<y1>(?:19|20)\d\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<m2>{_MONTH})\.?[,\s-]+(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<y3>(?:19|20)\d\d)[-/_.](?P<m3>{_MONTH})[-/_.](?P<d3>\d{{1,2}})"
    r"|(?P<y4>(?:19|20)\d\d)[-/_.](?P<m4>\d{1,2})[-/_.](?P<d4>\d{1,2})(?!\d)"
    r"|(?<![\d/])(?P<m5>\d{1,2})/(?P<d5>\d{1,2})/(?P<y5>(?:19|20)?\d\d)(?!\d)"
    r"|(?<!\d)(?P<y6>(?:19|20)\d\d)(?P<m6>0[1-9]|1[0-2])(?P<d6>[0-3]\d)(?!\d))",
    re.IGNORECASE,
)
_ZONES = {
    "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "eastern": "America/New_York", "ct": "America/Chicago", "cst": "America/Chicago",
    "cdt": "America/Chicago", "central": "America/Chicago", "mt": "America/Denver",
    "mst": "America/Denver", "mdt": "America/Denver", "mountain": "America/Denver",
    "pt": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles", "gmt": "UTC", "utc": "UTC", "z": "UTC",
    "bst": "Europe/London", "uk": "Europe/London", "london": "Europe/London",
    "cet": "Europe/Paris", "cest": "Europe/Paris", "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "hkt": "Asia/Hong_Kong",
    "sgt": "Asia/Singapore", "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "msk": "Europe/Moscow", "brt": "America/Sao_Paulo",
}  # fmt: skip
_ZONE = "|".join(sorted(_ZONES, key=len, reverse=True))
_TIME = re.compile(
    r"(?<![\d:.])(?P<h>\d{1,2})(?::(?P<m>\d{2}))?(?::\d{2})?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    rf"[\s,]*\(?(?P<zone>{_ZONE})\b(?:\s*\(?(?:standard|daylight)?\s*time\)?)?"
    r"(?P<shift>\s?[+-]\d{1,2}(?::?\d{2})?(?!\d))?",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\bgood (morning|afternoon|evening|day)\b", re.IGNORECASE)
_NEAR = 80
"""Characters between a date and its time; a replay's time stands farther off."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date, and the moment where a time with a zone stands beside it."""

    day: date | None = None
    moment: datetime | None = None


def date_in(text: str) -> date | None:
    """Give the first date in ``text``; American order where only numbers are given."""
    for match in _DATE.finditer(text):
        if found := _date(match):
            return found
    return None


def moment_in(text: str) -> Found:
    """Give the first date with a time and its zone beside it, else the first date."""
    first: date | None = None
    for match in _DATE.finditer(text):
        day = _date(match)
        if day is None:
            continue
        first = first or day
        after = text[match.end() : match.end() + _NEAR]
        before = text[max(0, match.start() - 40) : match.start()]
        times = [*_TIME.finditer(after)][:1] or [*_TIME.finditer(before)][-1:]
        for clock in times:
            moment = _moment(day, clock)
            if moment is not None:
                return Found(day, moment)
    return Found(first)


def parsed(text: str) -> Found:
    """Read a time of a data field: ISO 8601 with an offset, else as a header prints it."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return moment_in(text[:200])
    if moment.tzinfo is None:
        return Found(moment.date())
    return Found(moment.date(), moment)


def greeting_in(text: str) -> str:
    """Give the part of the day that is wished for first (``morning`` …), ``""`` if none is."""
    for match in _GREETING.finditer(text):
        if (part := match.group(1).lower()) != "day":
            return part
    return ""


def _date(match: re.Match[str]) -> date | None:
    parts = {name[0]: value for name, value in match.groupdict().items() if value}
    month = _MONTHS.get(parts["m"].lower()) or (int(parts["m"]) if parts["m"].isdigit() else 0)
    year = int(parts["y"])
    try:
        return date(year if year > 99 else 2000 + year, month, int(parts["d"]))
    except ValueError:
        return None


def _moment(day: date, clock: re.Match[str]) -> datetime | None:
    hour, minute = int(clock["h"]), int(clock["m"] or 0)
    half = (clock["half"] or "").lower()
    if not half and clock["m"] is None:
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        return None
    zone: tzinfo = UTC if (name := _ZONES[clock["zone"].lower()]) == "UTC" else ZoneInfo(name)
    if clock["shift"] and name == "UTC":
        sign = -1 if "-" in clock["shift"] else 1
        digits = re.sub(r"\D", "", clock["shift"])
        hours, minutes = (
            (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        )
        if hours > 14 or minutes > 59:
            return None
        zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
    return datetime.combine(day, time(hour, minute), zone)
