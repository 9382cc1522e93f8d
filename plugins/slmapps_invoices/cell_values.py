"""Dates and amounts in the cells of a list, read by what the whole column shows.

One cell may be read two ways ("03/04/2025", "1.234"); a column seldom can. Where the column leaves
it open, too, the reading is a guess and a Problem says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

__all__ = ["Reading", "read_amounts", "read_days"]

Value = TypeVar("Value", date, Decimal)

_NUMERIC_DAY = re.compile(r"(\d{1,2})\s?[-./\s]\s?(\d{1,2})\s?[-./\s]\s?(\d{4}|\d{2})(?:[\sT].*)?")
_ISO_DAY = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[\sT].*)?")
_PACKED_DAY = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_WORDED_DAY = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?[-\s./]*([a-zà-ÿ]{3,10})\.?[-\s,./]*(\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(r"([a-zà-ÿ]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})")
_SERIAL = re.compile(r"[2-6]\d{4}(\.0+)?")  # days since 1899-12-30, as spreadsheets count them
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        (
            "jan gen ene", "feb fév fev", "mar mär mrz maa", "apr avr abr", "may mai mag mei",
            "jun giu juin", "jul lug juil", "aug ago aoû aou", "sep set", "oct okt ott", "nov",
            "dec dez déc dic",
        ),
        start=1,
    )
    for stem in stems.split()
}  # fmt: skip
_NOISE = re.compile(
    r"[\s'’´`\u00a0\u202f€£$¥₣]|(?<![A-Za-z])(EUR|GBP|USD|CHF|DKK|SEK|NOK|PLN|Fr)\.?(?![A-Za-z])"
)
_TAIL = re.compile(r"\s*(CR|DR|C|D|S|H|-|\+)\s*\Z", re.IGNORECASE)
_FIGURES = re.compile(r"\d[\d.,]*|[.,]\d+")
_POWER = re.compile(r"([-+]?\d{1,3}(?:[.,]\d{1,20})?)e([-+]?\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True)
class Reading(Generic[Value]):
    """What a column holds: its values, rows that cannot be read, and whether it was a guess."""

    found: list[Value | None]
    unreadable: tuple[int, ...] = ()
    ambiguous: bool = False
    mixed: bool = False


def read_days(cells: Sequence[str]) -> Reading[date]:
    """Read a column of dates: ISO, day first, month first, with month names, or as day numbers.

    Of day first and month first the column takes the one under which every date exists; where both
    do, the one under which the list is in order; where both are, day first and ``ambiguous``.
    """
    month_first, ambiguous, mixed = _order([_numeric(cell) for cell in cells])
    known: dict[str, date | None] = {"": None}
    for cell in cells:
        text = cell.strip()
        if text not in known:
            known[text] = _day(text, month_first=month_first)
    values = [known[cell.strip()] for cell in cells]
    unreadable = tuple(at for at, value in enumerate(values) if value is None and cells[at].strip())
    return Reading(values, unreadable, ambiguous, mixed)


Parts = tuple[int, int, int, str]


def _numeric(cell: str) -> Parts | None:
    match = _NUMERIC_DAY.fullmatch(cell.strip())
    if match is None:
        return None
    sign = "." if "." in cell else "/"
    return int(match[1]), int(match[2]), _year(match[3]), sign


def _order(parts: Sequence[Parts | None]) -> tuple[bool, bool, bool]:
    """Tell whether the month comes first, whether that is a guess, and whether both occur."""
    known = [part for part in parts if part is not None]
    day_first = sum(1 for first, *_ in known if first > 12)
    month_first = sum(1 for _, second, *_ in known if second > 12)
    if day_first or month_first:
        return month_first > day_first, False, bool(day_first and month_first)
    if not known or all(first == second for first, second, *_ in known):
        return False, False, False
    if all(sign == "." for *_, sign in known):
        return False, False, False  # dots part days from months in Europe only
    sorted_under = [
        _in_order([_safe_date(year, second, first) for first, second, year, _ in known]),
        _in_order([_safe_date(year, first, second) for first, second, year, _ in known]),
    ]
    if len(known) >= 5 and sorted_under[0] != sorted_under[1]:
        return sorted_under[1], False, False
    return False, True, False


def _in_order(days: Sequence[date | None]) -> bool:
    known = [day for day in days if day is not None]
    return known in (sorted(known), sorted(known, reverse=True))


def _day(text: str, *, month_first: bool) -> date | None:
    if match := _ISO_DAY.fullmatch(text) or _PACKED_DAY.fullmatch(text):
        return _safe_date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC_DAY.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), _year(match[3])
        return _safe_date(year, first, second) if month_first else _safe_date(year, second, first)
    lowered = text.casefold()
    if match := _WORDED_DAY.match(lowered):
        return _safe_date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.match(lowered):
        return _safe_date(_year(match[3]), _month(match[1]), int(match[2]))
    if _SERIAL.fullmatch(text):
        return date(1899, 12, 30) + timedelta(days=int(text.partition(".")[0]))
    return None


def _month(word: str) -> int:
    return _MONTHS.get(word[:4]) or _MONTHS.get(word[:3]) or 0


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_amounts(cells: Sequence[str]) -> Reading[Decimal]:
    """Read a column of amounts: any currency sign, thousands sign and decimal sign.

    Brackets, a minus before or after, and CR make a number negative. The decimal sign is that of
    the column's unmistakable cells; where none is, "1.234" is a guess and ``ambiguous``.
    """
    parts = [_figures(cell) for cell in cells]
    votes = [_decimal_sign(part[1]) for part in parts if part is not None]
    commas, points = votes.count(","), votes.count(".")
    unsure = votes.count("?")
    sign = "," if commas > points else "."
    if not commas and not points and unsure:
        # "1.234" and its like only: three digits after the sign are thousands, in money.
        sign = ""
    values: list[Decimal | None] = []
    unreadable = []
    for at, cell in enumerate(cells):
        part = parts[at]
        value = None if part is None else _amount(part, sign)
        if value is None and cell.strip(" -–—"):
            unreadable.append(at)
        values.append(value)
    guessed = bool(unsure) and not commas and not points
    return Reading(values, tuple(unreadable), guessed, bool(commas and points))


def _figures(cell: str) -> tuple[bool, str] | None:
    """Give whether a cell is negative, and its digits with their signs."""
    if match := _POWER.fullmatch(cell.strip()):  # 1E+12, as a spreadsheet shows what is too wide
        sign = "," if "," in match[1] else "."
        amount = round(Decimal(match[1].replace(",", ".")).scaleb(int(match[2])), 2).normalize()
        cell = f"{amount:f}".replace(".", sign)
    text = _NOISE.sub("", cell.strip()).rstrip("%")
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()")
    if match := _TAIL.search(text):
        negative = negative or match[1].upper() in {"-", "CR", "C", "H"}
        text = text[: match.start()]
    if text[:1] in {"-", "−", "–", "+"}:
        negative = negative or text[0] != "+"
        text = text[1:]
    return (negative, text) if _FIGURES.fullmatch(text) else None


def _decimal_sign(figures: str) -> str:
    """Tell the decimal sign of one number: ``.``, ``,``, ``""`` (none) or ``?`` (either)."""
    last = max(figures.rfind("."), figures.rfind(","))
    if last < 0:
        return ""
    sign = figures[last]
    other = "," if sign == "." else "."
    if other in figures:
        return sign
    if figures.count(sign) > 1:
        return other  # 1.234.567: a thousands sign, so the other one parts decimals
    if len(figures) - last - 1 == 3 and 0 < last <= 3 and figures[0] != "0":
        return "?"
    return sign


def _amount(part: tuple[bool, str], sign: str) -> Decimal | None:
    negative, figures = part
    own = _decimal_sign(figures)
    used = sign if own == "?" else own
    if own not in ("", "?") and figures.count(own) > 1:
        return None
    if own == "" or used == "" or used not in figures:
        plain = figures.replace(".", "").replace(",", "")
    else:
        whole, _, fraction = figures.rpartition(used)
        plain = whole.replace(".", "").replace(",", "") + "." + fraction
    try:
        value = Decimal(plain or "x")
    except ArithmeticError:
        return None
    return -value if negative else value
