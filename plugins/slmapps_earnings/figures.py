"""Figures that are set against each other, said in words: which is the greater.

"Operating profit was 3.1 million, compared with 4.4 million" holds no word of direction, and a
reader of 23 million parameters cannot subtract. So a sentence is marked before it is encoded: the
greater or smaller figure gets a word behind it. The rule knows nothing of good and bad, that is
the model's. What it brings is measured in ``benchmarks/bench_earnings.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Figure", "figures_in", "marked"]

_CURRENCY = (
    r"(?:US\$|A\$|C\$|HK\$|S\$|R\$|\$|€|£|¥|₹|EUR|USD|GBP|SEK|NOK|DKK|CHF|JPY|INR|Rs\.?|RMB|CNY|PLN"
    r"|CZK|HUF|BRL|AUD|CAD|SGD|HKD|KRW|TRY|RUB|EEK|LVL|LTL|FIM|ZAR|MXN)"
)
_SCALE = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6,
    "mio": 1e6, "mm": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "bln": 1e9, "b": 1e9,
    "trillion": 1e12, "tn": 1e12, "lakh": 1e5, "crore": 1e7, "cr": 1e7,
}  # fmt: skip
_SHARE = {"%": "%", "percent": "%", "per cent": "%", "pct": "%", "percentage points": "pp",
          "basis points": "bp", "bps": "bp", "bp": "bp"}  # fmt: skip
_FIGURE = re.compile(
    rf"(?P<minus>(?<![\w.])[-–−]\s?)?(?P<currency>{_CURRENCY})?\s?(?P<minus2>[-–−])?"
    r"(?P<number>\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"\s?(?P<tail>%|percent(?:age points)?\b|per cent\b|pct\b|basis points\b|bps?\b"
    r"|(?:thousand|millions?|billions?|trillion|crore|lakh|mn|mln|mio|mm|bn|bln|tn|cr|[kmb])\b)?"
    rf"\s?(?P<after>(?:euros?|dollars?|pounds?|kronor|kroner|yen|rupees?|{_CURRENCY})(?![\w]))?",
    re.IGNORECASE,
)
_LOSS = re.compile(r"\b(?:loss(?:es)?|deficit|negative|minus)\b[\w\s,'’-]{0,28}$", re.IGNORECASE)
_GAIN = re.compile(r"\b(?:profit|gain|income|surplus|positive)\b[\w\s,'’-]{0,28}$", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(?:compared?(?:d|s)?(?:\s+(?:to|with))|in\s+comparison\s+(?:to|with)|versus|vs\.?|against"
    r"|as\s+against|(?:up|down)?\s*from|year[\s-](?:ago|earlier)|than)\b",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\bfrom\s+(?:an?\s+|the\s+|about\s+|some\s+|[\w\s]{0,24}?of\s+)?$", re.IGNORECASE
)
_TO = re.compile(
    r"^[^.;]{0,60}?\bto\s+(?:an?\s+|about\s+|some\s+|[\w\s]{0,24}?of\s+)?$", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Figure:
    """A figure at ``start``..``end``: ``value`` worked out, ``unit`` a currency, ``%`` or ``""``."""

    start: int
    end: int
    value: float
    unit: str
    loss: bool = False
    gain: bool = False


def figures_in(text: str) -> list[Figure]:
    """Every figure of ``text`` but years and bare counts of one digit."""
    found = []
    for match in _FIGURE.finditer(text):
        digits = match["number"]
        tail = re.sub(r"\s+", " ", (match["tail"] or "").lower())
        money = match["currency"] or match["after"] or ""
        bare = not tail and not money
        if bare and (_YEAR.fullmatch(digits) or (digits.isdigit() and len(digits) < 2)):
            continue
        if match.start("number") and text[match.start("number") - 1].isalpha() and not money:
            continue
        following = text[match.end("number") : match.end("number") + 1]
        if bare and following.isalnum():
            continue
        number = digits.replace(" ", "")
        number = number.replace(",", ".") if re.fullmatch(r"\d+,\d{1,2}", number) else number
        value = float(number.replace(",", "")) * _SCALE.get(tail, 1.0)
        unit = _SHARE.get(tail) or money.lower().strip(".") or ("#" if bare else "")
        before = text[max(0, match.start() - 40) : match.start()]
        start = match.start() + (len(match.group()) - len(match.group().lstrip()))
        end = match.start() + len(match.group().rstrip())
        minus = bool(
            match["minus2"]
            or (match["minus"] and not text[: match.start()].rstrip()[-1:].isdigit())
        )
        loss = minus or (bool(_LOSS.search(before)) and not _GAIN.search(before))
        found.append(Figure(start, end, value, unit, loss, bool(_GAIN.search(before))))
    return found


def marked(text: str) -> str:
    """``text`` with a word behind each figure that is set against another of its unit.

    ``(more)``, ``(less)`` or ``(same)``; between losses ``(smaller loss)`` or ``(larger loss)``,
    from a loss ``(now profit)`` and to one ``(now loss)``.
    """
    figures = figures_in(text)
    notes: dict[int, str] = {}
    for first, second in zip(figures, figures[1:], strict=False):
        between = text[first.end : second.start]
        if len(between) > 90 or first.end in notes or not _alike(first, second):
            continue
        if _FROM.search(text[: first.start]) and _TO.match(between):
            notes[second.end] = _word(second, first)
        elif _AGAINST.search(between) or re.fullmatch(r"\s*\(\s*(?:\w{2,14}\s){0,3}", between):
            notes[first.end] = _word(first, second)
    result = text
    for place in sorted(notes, reverse=True):
        result = f"{result[:place]} ({notes[place]}){result[place:]}"
    return result


def _alike(first: Figure, second: Figure) -> bool:
    if first.unit == second.unit:
        return True
    shares = {"%", "pp", "bp"}
    if (first.unit in shares) != (second.unit in shares):
        return False
    # "EUR 12.1 mn (10.4)" leaves the unit out the second time, as does "5.2 from 4.1 million".
    return "#" in (first.unit, second.unit) or "" in (first.unit, second.unit)


def _word(now: Figure, then: Figure) -> str:
    later, earlier = now.value, then.value
    if now.unit != then.unit and "#" in (now.unit, then.unit):
        # Where one lacks its scale it has the other's.
        while earlier and later / earlier > 500:
            later /= 1000
        while later and earlier / later > 500:
            earlier /= 1000
    if now.loss and then.loss:
        return "same" if later == earlier else "smaller loss" if later < earlier else "larger loss"
    if now.loss and then.gain:
        return "now loss"
    if then.loss and not now.loss:
        return "now profit"
    return "same" if later == earlier else "more" if later > earlier else "less"
