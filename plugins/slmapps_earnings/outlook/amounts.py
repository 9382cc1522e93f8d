"""Amounts and ranges as they are spoken: "$41 to $43 billion", "mid-single digits", "flat to up 2%".

Design choices:

* A range's ends share what only one of them says: scale, unit, currency.
* "Plus or minus" widens what stands before it, by its own unit: points of a rate, a share of a sum.
* "At least" leaves the upper end open (None), "no more than" the lower.
* Words for a share stand for what they are commonly taken for: low 1..3, mid 4..6, high 7..9 of
  single digits; low double digits 10..13; low, mid and high teens 11..13, 14..16, 17..19.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

__all__ = ["Amount", "amounts"]

_CURRENCY = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR",
    "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "¥": "JPY",
    "jpy": "JPY", "yen": "JPY", "₹": "INR", "inr": "INR", "rs": "INR", "rs.": "INR", "rupees": "INR",
    "rupee": "INR", "sek": "SEK", "kronor": "SEK", "nok": "NOK", "dkk": "DKK", "chf": "CHF",
    "francs": "CHF", "a$": "AUD", "aud": "AUD", "c$": "CAD", "cad": "CAD", "hk$": "HKD", "hkd": "HKD",
    "rmb": "CNY", "cny": "CNY", "yuan": "CNY", "r$": "BRL", "brl": "BRL", "krw": "KRW", "won": "KRW",
    "pln": "PLN", "zar": "ZAR", "mxn": "MXN", "sgd": "SGD", "s$": "SGD", "nt$": "TWD",
}  # fmt: skip
_SCALE = {
    "thousand": 3, "k": 3, "million": 6, "millions": 6, "mn": 6, "mln": 6, "mio": 6, "m": 6, "mm": 6,
    "billion": 9, "billions": 9, "bn": 9, "bln": 9, "b": 9, "trillion": 12, "tn": 12, "lakh": 5,
    "lakhs": 5, "crore": 7, "crores": 7, "cr": 7,
}  # fmt: skip
_SHARE = {"%": "%", "percent": "%", "per cent": "%", "pct": "%", "basis points": "bp",
          "basis point": "bp", "bps": "bp", "bp": "bp", "percentage points": "pt", "points": "pt",
          "percentage point": "pt", "point": "pt", "pp": "pt", "cents": "c", "cent": "c"}  # fmt: skip
_LOW_MID_HIGH = {
    "single": {"low": (1, 3), "mid": (4, 6), "high": (7, 9), "": (1, 9)},
    "double": {"low": (10, 13), "": (10, None)},
    "teens": {"low": (11, 13), "mid": (14, 16), "high": (17, 19), "": (13, 19)},
}


def _alternatives(words: dict[str, str] | dict[str, int], *, letters: bool) -> str:
    chosen = [
        word for word in sorted(words, key=len, reverse=True) if word[-1].isalpha() == letters
    ]
    return "|".join(re.escape(word) for word in chosen)


_SIGNS = _alternatives(_CURRENCY, letters=False)
_NAMES = _alternatives(_CURRENCY, letters=True)
_LEVELS = r"(?:low|mid|middle|high)(?:[-\s]?(?:to|and|or)[-\s]?(?:low|mid|middle|high))?"
_QUANTITY = re.compile(
    rf"""(?<![\w.])(?P<way>(?<!or\s)(?<!and\s)(?<!/)(?:up|down|plus|minus|negative|positive|-|–|−|\+)(?=[\s$€£\d])\s*(?:(?:about|approximately|around|roughly|by|a|an)\s+){{0,2}})?
    (?: (?P<flat>flat(?:tish|\s+to\s+slightly\s+(?:up|down))?|breakeven|break-even)(?![\w])
      | (?P<doubled>doubl(?:e|ing)|tripl(?:e|ing))(?!\s+(?:up|down|digit|-)|-)
      | (?P<levels>{_LEVELS})?[-\s]*(?P<digits>single|double|teens|twenties|thirties|forties|[2-9]0s)(?:[-\s]+(?:digits?|%|percent))*(?:\s+(?:percent|%|range))?
      | (?P<currency>{_SIGNS}|(?:{_NAMES})(?=[\s\d]))?\s?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|(?:one|two|three|four|five|six|seven|eight|nine|ten|half\sa|a|an)(?=\s+(?:(?:percentage\s+)?points?|percent)\b))
        (?:[-\s]?(?P<scale>{_alternatives(dict.fromkeys(_SCALE, 0), letters=True)})(?![\w]))?
        (?:\s?(?P<after>{_NAMES})(?![\w]))?
        (?:[-\s]?(?P<share>{_alternatives(dict.fromkeys(_SHARE, 0), letters=True)}|%)(?![\w]))?
        (?P<plus>\+)?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_JOIN = re.compile(
    r"\s*(?:[-–—]|to|and|through|or)\s*(?:(?:about|approximately|around|roughly|slightly|perhaps|maybe|even|a|as\s+(?:high|much)\s+as)\s+)*$",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"[\s,(]*(?:plus\s*(?:or|/|and)\s*minus|give\s+or\s+take|±|\+\s*/\s*[-–−])\s*(?:about\s+|roughly\s+)?$",
    re.IGNORECASE,
)
_FLOOR = re.compile(
    r"\b(?:at\s+least|(?:more|greater|higher|better|no\s+less|not\s+less)\s+than|over|above|in\s+excess\s+of|exceed(?:s|ing)?|north\s+of|minimum\s+of|upwards?\s+of|surpass(?:ing)?|a\s+floor\s+of)\s*$",
    re.IGNORECASE,
)
_CEILING = re.compile(
    r"\b(?:no\s+(?:more|greater|higher)\s+than|not\s+(?:more\s+than|(?:to\s+)?exceed)|less\s+than|lower\s+than|below|under|up\s+to|at\s+most|maximum\s+of|within|capped\s+at|as\s+much\s+as)\s*$",
    re.IGNORECASE,
)
_FLOOR_AFTER = re.compile(
    r"\s*(?:or\s+(?:more|better|higher|above|greater)|and\s+above|plus(?!\s+or))\b", re.IGNORECASE
)
_CEILING_AFTER = re.compile(r"\s*or\s+(?:less|lower|below|under|fewer)\b", re.IGNORECASE)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
            "nine": 9, "ten": 10, "a": 1, "an": 1}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """An amount at ``start``..``end``. ``unit``: a currency, ``%``, ``bp``, ``""`` where none is said.

    ``signed``: up or down was said of it; ``scaled``: million, thousand …; ``flat`` and ``doubled``
    are changes by what they say. ``low`` or ``high`` is None where the range is open.
    """

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    unit: str = ""
    signed: bool = False
    scaled: bool = False
    flat: bool = False
    change: bool = False
    points: bool = False


def amounts(text: str) -> list[Amount]:
    """The amounts of ``text`` in its order, ranges joined; years and bare digits of dates left out."""
    single = [found for match in _QUANTITY.finditer(text) if (found := _single(text, match))]
    joined: list[Amount] = []
    place = 0
    while place < len(single):
        now = single[place]
        then = single[place + 1] if place + 1 < len(single) else None
        if then and _JOIN.fullmatch(text[now.end : then.start]) and _ranges(text, now, then):
            now = _range(now, then)
            place += 1
            then = single[place + 1] if place + 1 < len(single) else None
        if then and _SPREAD.fullmatch(text[now.end : then.start]):
            now = _spread(now, then)
            place += 1
        place += 1
        joined.append(_bounded(text, now))
    return [each for each in joined if each.unit or each.scaled or each.flat or _counts(text, each)]


def _single(text: str, match: re.Match[str]) -> Amount | None:
    way = (match["way"] or "").split()
    sign = -1 if way and way[0].lower() in {"down", "minus", "negative", "-", "–", "−"} else 1
    # A dash that joins a range is no sign.
    if way and way[0] in "-–−" and text[: match.start()].rstrip()[-1:].isalnum():
        sign, way = 1, []
    start = match.start() if way else match.start() + len(match["way"] or "")
    start += len(text[start : match.end()]) - len(text[start : match.end()].lstrip())
    if match["flat"]:
        words = match["flat"].lower()
        high = None if words.endswith("up") else Decimal(0)
        low = None if words.endswith("down") else Decimal(0)
        return Amount(start, match.end(), low, high, "%", signed=True, flat=True, change=True)
    if match["doubled"]:
        grown = Decimal(100 if match["doubled"].lower().startswith("d") else 200)
        return Amount(start, match.end(), grown, grown, "%", signed=True, change=True)
    if match["digits"]:
        return _worded(match, start, sign, signed=bool(way))
    number = match["number"].lower().replace(",", "")
    value = Decimal("0.5") if number.startswith("half") else Decimal(_NUMBERS.get(number, number))
    currency = (match["currency"] or match["after"] or "").lower()
    share = _SHARE.get((match["share"] or "").lower(), "")
    scale = (match["scale"] or "").lower()
    if not (currency or share or scale) and re.fullmatch(r"(?:19|20)\d\d", number):
        return None
    if scale in {"m", "b", "k", "cr"} and not currency and text[match.start("scale") - 1].isspace():
        scale = ""
    if scale:
        value = (value * 10 ** _SCALE[scale]).normalize() + 0
    unit = _CURRENCY.get(currency, share)
    if unit == "pt":
        value, unit = value * 100, "bp"
    if share == "c":
        value, unit = value / 100, "USD"
    value = Decimal(format(sign * value, "f"))
    high = None if match["plus"] else value
    return Amount(
        start,
        match.end(),
        value,
        high,
        unit,
        signed=bool(way),
        scaled=bool(scale),
        points=share == "pt",
    )


def _worded(match: re.Match[str], start: int, sign: int, *, signed: bool) -> Amount | None:
    digits = match["digits"].lower()
    if digits in {"single", "double"} and "digit" not in match.group().lower():
        rest = match.string[match.end() :]
        if not re.match(
            r"[-\s]*(?:to|and)[-\s]+(?:low|mid|high)[-\s]*(?:single|double|teens)", rest
        ):
            return None
    tens = {"twenties": 20, "thirties": 30, "forties": 40}.get(digits) or (
        int(digits[:2]) if digits[0].isdigit() else 0
    )
    if tens:
        table = {"low": (tens + 1, tens + 3), "mid": (tens + 4, tens + 6), "high": (tens + 7, tens + 9),
                 "": (tens, tens + 9)}  # fmt: skip
    else:
        table = _LOW_MID_HIGH[digits]
    levels = re.findall(r"low|mid|high", (match["levels"] or "").lower()) or [""]
    known = [table[level] for level in levels if level in table]
    if not known:
        return None
    low, high = known[0][0], known[-1][1]
    ends = [None if end is None else Decimal(sign * end) for end in (low, high)]
    if tens and levels == ["mid"]:
        ends = [Decimal(sign * (tens + 5))] * 2
    if sign < 0:
        ends.reverse()
    return Amount(start, match.end(), ends[0], ends[1], "%", signed=signed)


def _ranges(text: str, low: Amount, high: Amount) -> bool:
    """Whether what stands between two amounts makes them one range."""
    between = text[low.end : high.start].strip().lower()
    if between.startswith(("and", "or")) and not re.search(
        r"between\s*$", text[: low.start], re.IGNORECASE
    ):
        return between.startswith("or") and low.unit == high.unit != "" and not low.scaled
    if between.startswith("to") and re.search(
        r"\bby\s*(?:about\s*)?$", text[: low.start], re.IGNORECASE
    ):
        return not re.match(r"to\s+(?:a|an)\b", between)
    return not (low.unit and high.unit and low.unit != high.unit and not (low.flat or high.flat))


def _range(low: Amount, high: Amount) -> Amount:
    unit = high.unit if low.flat else low.unit or high.unit
    first, last = low.low, high.high
    if high.points and not low.unit and first is not None:
        first *= 100
    if (
        low.low is not None
        and high.low is not None
        and not low.scaled
        and high.scaled
        and not low.flat
    ):
        power = len(str(int(abs(high.low)))) - 1
        for scale in (12, 9, 7, 6, 5, 3):
            grown = low.low * 10**scale
            if grown <= high.low and power >= scale and high.low / grown < 1000:
                first = Decimal(format(grown.normalize() + 0, "f"))
                break
    if low.signed and not high.signed and first is not None and first < 0 and last is not None:
        last = -last
    ends = (first, last)
    if first is not None and last is not None and first > last:
        ends = (last, first)
    elif last is None and first is not None and high.low is not None and high.low < first:
        ends = (high.low, first)
    elif high.low is not None and high.high is not None and low.flat and high.high <= 0:
        ends = (high.low, Decimal(0))
    return replace(
        low, end=high.end, low=ends[0], high=ends[1], unit=unit, scaled=low.scaled or high.scaled,
        signed=low.signed or high.signed, change=low.change or high.change,
    )  # fmt: skip


def _spread(middle: Amount, by: Amount) -> Amount:
    if middle.low is None or middle.high is None or by.low is None:
        return middle
    width = abs(by.low)
    if by.unit == "bp" and middle.unit == "%":
        width /= 100
    elif by.unit == "%" and middle.unit != "%":
        width = abs(middle.low) * width / 100
    elif not by.scaled and middle.scaled and by.unit != "%":
        for scale in (9, 6, 3):
            if width * 10**scale < abs(middle.low):
                width *= 10**scale
                break
    low, high = middle.low - width, middle.high + width
    plain = [Decimal(format(each.normalize() + 0, "f")) for each in (low, high)]
    return replace(middle, end=by.end, low=plain[0], high=plain[1])


def _bounded(text: str, amount: Amount) -> Amount:
    if amount.low != amount.high or amount.low is None:
        return amount
    before = re.sub(
        r"(?:\b(?:about|approximately|around|roughly|a|an|the)\s+)+$", "", text[: amount.start]
    )
    if _CEILING.search(before) or _CEILING_AFTER.match(text, amount.end):
        return replace(amount, low=None)
    if _FLOOR.search(before) or _FLOOR_AFTER.match(text, amount.end):
        return replace(amount, high=None)
    return amount


def _counts(text: str, amount: Amount) -> bool:
    """Whether a bare number may count something: more than a digit of a date, a list or a name."""
    top = amount.high if amount.high is not None else amount.low
    return (
        top is not None
        and abs(top) >= 10
        and text[amount.end : amount.end + 1] not in {"-", "/", ":"}
    )
