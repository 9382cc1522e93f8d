"""Dates as pages print them, with every plausible reading.

Design choices:

* "03/04/2025" is two dates. Both are kept, and weighed by the order that the document's other
  dates, its language, country and currency speak for (``day_order``).
* A date that does not exist gives nothing; one far from today's gives a reading of low weight, so
  that a date of birth or the end of a guarantee seldom wins over the day of issue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from slmapps_invoices.pages.month_names import month
from slmapps_invoices.pages.readings import Reading, figures_for_letters, ranked, scaled, tidy

__all__ = ["DayOrder", "day_order", "read_date"]

_TIME = (
    r"(?:[T,]?\s*(?:at |um |à )?\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?|Uhr|Z)?(?:[+-]\d\d:?\d\d)?)?"
)
_SIGN = r"\s?[-./]\s?|\s"
_NUMERIC = re.compile(rf"(\d{{1,2}})({_SIGN})(\d{{1,2}})(?:\2)(\d{{4}}|\d{{2}})\.?{_TIME}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})({_SIGN})(\d{{1,2}})(?:\2)(\d{{1,2}})\.?{_TIME}")
_PACKED = re.compile(r"(?:19|20)\d{6}")
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|ère|º|°|o|e|\.)?"
_NAME = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?:'?(?P<year>\d{4}|\d{2}))"
_GAP = r"[\s,./-]{0,3}(?:(?:of|de|di|del)\s)?"
_NAMED = tuple(
    re.compile(rf"{parts}{_TIME}", re.IGNORECASE)
    for parts in (
        rf"{_DAY}{_GAP}{_NAME}{_GAP}{_YEAR}",
        rf"{_NAME}{_GAP}{_DAY}[\s,./-]{{1,3}}{_YEAR}",
        rf"(?P<year>\d{{4}}){_GAP}{_NAME}{_GAP}{_DAY}",
    )
)
_LEAD = re.compile(r"\A(?:(?:dated?|datum|vom|le|den|the|du|on)\b[\s:.]*)+", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\A(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|die|don|mit)"
    r"[^\W\d_]{0,8}\.?,?\s+(?:(?:le|den|the|der)\s+)?",
    re.IGNORECASE,
)
_MONTH_FIRST_OF = {"US": 0.96, "PH": 0.6, "CA": 0.35, "BZ": 0.6}
_CONFUSED = re.compile(r"[\dOolI|SBZ]{1,2}([-./])[\dOolI|SBZ]{1,2}\1[\dOolI|SBZ]{2,4}")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class DayOrder:
    """How a document orders its dates: the probability that the month comes first."""

    month_first: float = 0.25


def day_order(
    texts: Iterable[str], *, language: str = "", country: str = "", currency: str = ""
) -> DayOrder:
    """Infer the order of day and month from all dates of a document and what is known of it.

    ``language`` is ISO 639-1, ``country`` ISO 3166 alpha-2 (the seller's), ``currency`` ISO 4217;
    each "" where it is not known.
    """
    if country:
        prior = _MONTH_FIRST_OF.get(country, 0.03)
    elif language and language != "en":
        prior = 0.02
    else:
        prior = {"USD": 0.7, "": 0.25}.get(currency, 0.05)
    odds = math.log(prior / (1 - prior))
    for text in set(texts):
        match = _NUMERIC.fullmatch(_bare(text))
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if first <= 12 < second <= 31:
            odds += 4.0
        elif second <= 12 < first <= 31:
            odds -= 4.0
        elif "." in match[2]:
            odds -= 3.0  # dots part days from months where the day comes first
    return DayOrder(1 / (1 + math.exp(-max(-8.0, min(8.0, odds)))))


def read_date(
    text: str, order: DayOrder | None = None, *, near: date | None = None
) -> list[Reading[date]]:
    """Read a date in every plausible way, the most likely first; nothing where it is none.

    ``near`` is a day that dates of the document are likely close to; today's, if not given.
    """
    about = near or date.today()  # noqa: DTZ011 - invoices carry days of where they are written
    known = order or DayOrder()
    bare = _bare(text)
    # "mar" begins mardi and March: the day of the week goes only where nothing can be read with it.
    found = list(_readings(bare, known)) or list(_readings(_WEEKDAY.sub("", bare), known))
    whole, repaired = 1.0, False
    if not found and _CONFUSED.fullmatch(bare):
        mended, changed = figures_for_letters(bare)
        found, repaired, whole = list(_readings(mended, known)), True, 0.6**changed
    found = [
        Reading(one.value, one.weight * _nearness(one.value, about), one.repaired or repaired)
        for one in found
    ]
    return ranked(scaled(found, min(whole, sum(one.weight for one in found))))


def _bare(text: str) -> str:
    """Take labels and brackets off."""
    bare = tidy(text)[:_LONGEST].strip(" ,;:()*")
    return _LEAD.sub("", bare).strip(" ,;:")


def _readings(text: str, order: DayOrder) -> Iterator[Reading[date]]:
    if match := _YEAR_FIRST.fullmatch(text):
        yield from _dated(int(match[1]), int(match[3]), int(match[4]), 1.0)
        return
    if match := _NUMERIC.fullmatch(text):
        yield from _numeric(match, order)
        return
    if _PACKED.fullmatch(text):
        yield from _dated(int(text[:4]), int(text[4:6]), int(text[6:]), 0.6)
        return
    for pattern in _NAMED:
        if match := pattern.fullmatch(text):
            number, repaired = month(match["month"])
            year, day = _year(match["year"]), int(match["day"])
            weight = 0.5 if repaired else 1.0
            yield from _dated(year, number, day, weight, repaired=repaired)
            if number:
                return


def _numeric(match: re.Match[str], order: DayOrder) -> Iterator[Reading[date]]:
    first, second, third = int(match[1]), int(match[3]), match[4]
    month_first = order.month_first
    if "." in match[2]:
        month_first *= 0.05
    blanks = 0.5 if match[2] == " " else 1.0
    year = _year(third)
    day_led = list(_dated(year, second, first, (1 - month_first) * blanks))
    month_led = [] if first == second else list(_dated(year, first, second, month_first * blanks))
    found = day_led + month_led
    yield from found if len(found) == 2 else scaled(found, 0.9 * blanks)
    if len(third) == 2 and len(match[1]) == 2:
        yield from _dated(_year(match[1]), second, int(third), 0.04 * blanks)


def _dated(
    year: int, number: int, day: int, weight: float, *, repaired: bool = False
) -> Iterator[Reading[date]]:
    try:
        yield Reading(date(year, number, day), max(weight, 1e-4), repaired)
    except ValueError:
        return


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _nearness(day: date, about: date) -> float:
    years = (day - about).days / 365.25
    if -12 <= years <= 2:
        return 1.0
    return 0.1 if -30 <= years <= 10 else 0.01
