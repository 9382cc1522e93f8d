"""Which fiscal period is spoken of, resolved against the period that the call reports.

``2026Q3``, ``2026H2`` or ``2026``, always in the firm's own fiscal years. A call is held after the
quarter that it reports, so "this quarter" of an outlook is the one after; in the call on a
fourth quarter "the year" is the one that has begun. A quarter that is called by its last month is
counted from the date of the call, so that no start of the fiscal year has to be known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

__all__ = ["Clock", "Named", "named_periods"]

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4,
             "4th": 4, "final": 4, "last": 4}  # fmt: skip
_YEAR = r"(?:20\d\d|['’]\d\d)"
_FISCAL = rf"(?:(?:fiscal|financial|calendar)(?: year)?|full[- ]year|fy|cy|year)[- ]?(?:20\d\d|['’]?\d\d)(?![\d%])|{_YEAR}"
_PERIOD = re.compile(
    rf"""(?<![\w$€£.])(?:
    (?P<q_year>{_FISCAL})\s+(?P<q_late>first|second|third|fourth)[-\s]quarter
  | (?:fiscal\s+)?(?:(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)[-\s](?:fiscal\s+)?quarter|q(?P<q_digit>[1-4])|(?P<q_front>[1-4])q)
    (?:(?:\s+of)?(?:\s+the)?\s*(?P<q_of>{_FISCAL}|\d\d(?![\d%])|next\s+(?:fiscal\s+)?year))?
  | (?P<q_next>next|coming|current|this|following|upcoming|new)\s+(?:fiscal\s+)?quarter
  | (?P<q_month>{"|".join(_MONTHS)})(?:[-\s]ending)?[-\s]quarter
  | (?:quarter\s+(?:ending|ended)\s+(?:in\s+)?)(?P<q_ending>{"|".join(_MONTHS)})
  | (?:(?P<h>first|second|back|latter|last)[-\s]half|h(?P<h_digit>[12])|(?P<h_front>[12])h)
    (?:(?:\s+of)?(?:\s+the)?\s*(?P<h_of>{_FISCAL}|\d\d(?![\d%])|(?:next\s+)?(?:fiscal\s+|calendar\s+|financial\s+)?year))?
  | (?P<y_next>next\s+(?:fiscal\s+|financial\s+|calendar\s+)?year|coming\s+year|year\s+ahead)
  | (?P<y>{_FISCAL})
  | (?P<y_this>(?:this|current|full|entire|whole|the)[-\s](?:full[-\s])?(?:fiscal\s+|financial\s+|calendar\s+)?year|full[-\s]fiscal[-\s]year|fiscal\s+year|year[-\s]end|annual\s+(?:guidance|outlook|forecast|target))
    )(?![\w%])""",
    re.IGNORECASE | re.VERBOSE,
)
# A period that figures are set against, or that is over.
_AGAINST = re.compile(
    r"\b(?:from|than|versus|vs\.?|compar\w+ (?:to|with)|similar to|relative to|in line with|over|above|below"
    r"|against|consistent with|last|last year['’]s|prior[- ]year['’]?s?|prior|previous|since|unlike|following|after)\s+(?:(?:that|those|our|what we saw)\s+(?:of|in)\s+|in\s+|our\s+|the\s+)*$",
    re.IGNORECASE,
)
_OVER = re.compile(r"\bover\s+the\s+$", re.IGNORECASE)
_AGO = re.compile(
    r"\s*(?:a\s+year\s+ago|last\s+year|of\s+(?:last|the\s+prior)\s+year)", re.IGNORECASE
)


@dataclass(frozen=True)
class Clock:
    """What a call knows of time: its fiscal period and the day on which it was held."""

    year: int | None = None
    quarter: int | None = None
    day: date | None = None

    def after(self, quarters: int) -> str:
        """The fiscal quarter so many after the reported one."""
        if self.year is None or self.quarter is None:
            return ""
        count = self.year * 4 + self.quarter - 1 + quarters
        return f"{count // 4}Q{count % 4 + 1}"

    @property
    def year_ahead(self) -> int | None:
        """The fiscal year of which an outlook speaks when it says "the year"."""
        if self.year is None:
            return None
        return self.year + (self.quarter in (None, 4))

    def over(self, period: str) -> bool:
        """Whether ``period`` was over when the call was held."""
        if self.year is None or not period:
            return False
        year, part = int(period[:4]), period[4:]
        quarter = self.quarter or 4
        last = {"": 4, "H1": 2, "H2": 4}.get(part) or int(part[1:])
        return (year, last) <= (self.year, quarter)


@dataclass(frozen=True)
class Named:
    """A period named at ``start``..``end``; ``period`` is empty where it cannot be resolved."""

    start: int
    end: int
    period: str


def named_periods(text: str, clock: Clock) -> list[Named]:
    """The periods ahead that ``text`` names; those over or only compared with are left out."""
    found = []
    for match in _PERIOD.finditer(text):
        before = text[: match.start()]
        if _AGAINST.search(before) and not _OVER.search(before):
            continue
        if _AGO.match(text, match.end()):
            continue
        period = _resolved(match, clock)
        if not clock.over(period):
            found.append(Named(match.start(), match.end(), period))
    return found


def _resolved(match: re.Match[str], clock: Clock) -> str:
    part = {key: value.lower() for key, value in match.groupdict().items() if value}
    if late := part.get("q_late"):
        return _quarter(_ORDINALS[late], part["q_year"], clock)
    if (digit := part.get("q_digit") or part.get("q_front")) or "q" in part:
        return _quarter(int(digit) if digit else _ORDINALS[part["q"]], part.get("q_of", ""), clock)
    if "q_next" in part:
        return clock.after(1)
    if month := part.get("q_month") or part.get("q_ending"):
        return _of_month(_MONTHS.index(month) + 1, clock)
    if "h" in part or "h_digit" in part or "h_front" in part:
        digit = part.get("h_digit") or part.get("h_front")
        half = int(digit) if digit else 1 if part["h"] == "first" else 2
        return _half(half, part.get("h_of", ""), clock)
    if "y_next" in part:
        return "" if clock.year is None else str(clock.year + 1)
    if "y" in part:
        return str(_year(part["y"]))
    return "" if clock.year_ahead is None else str(clock.year_ahead)


def _year(text: str) -> int | None:
    digits = re.findall(r"\d+", text)
    if not digits:
        return None
    return int(digits[-1]) if len(digits[-1]) == 4 else 2000 + int(digits[-1])


def _quarter(number: int, year: str, clock: Clock) -> str:
    if named := _year(year):
        return f"{named}Q{number}"
    if clock.year is None or clock.quarter is None:
        return ""
    if year:  # "of next year"
        return f"{clock.year + 1}Q{number}"
    return f"{clock.year + (number <= clock.quarter)}Q{number}"


def _half(number: int, year: str, clock: Clock) -> str:
    if named := _year(year):
        return f"{named}H{number}"
    if clock.year is None:
        return ""
    if year.startswith("next"):
        return f"{clock.year + 1}H{number}"
    begun = (clock.quarter or 4) >= 2 * number
    return f"{clock.year + begun}H{number}"


def _of_month(month: int, clock: Clock) -> str:
    if clock.day is None:  # as if the fiscal year were the calendar's
        return _quarter((month + 2) // 3, "", clock)
    # The latest quarter of this rhythm that had ended a week before the call is the reported one.
    ended = clock.day.year * 12 + clock.day.month - 1 - (1 if clock.day.day > 7 else 2)
    ended -= (ended - (month - 1)) % 3
    ahead = (month - 1 - ended % 12) % 12 // 3
    return clock.after(ahead or 4)
