"""Which firm, ticker and quarter a call is of: from its header, the file's name, the greeting."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Period", "Title", "greeted_company", "period_in", "ticker_in", "title_of"]

_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_FISCAL = r"(?:fiscal(?:\s+year)?|fy|financial\s+year|full[- ]year|calendar(?:\s+year)?|cy|f)"
_PERIODS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # F3Q09, FQ3 2013, Q3 FY2014, Q3'14, Q3-2014, 3Q 2014, Fiscal Q3 2012
        rf"\bf?(?P<q>[1-4])\s?q(?:tr)?[\s_./'’-]*(?:{_FISCAL}[\s_'’-]*)?(?P<y>{_YEAR}|\d\d)(?!\d)",
        rf"(?<![a-z])f?q(?P<q>[1-4])[\s_./'’,-]*(?:of[\s_]+)?(?:{_FISCAL}[\s_'’-]*)?(?P<y>{_YEAR})(?!\d)",
        r"(?<![a-z])f?q(?P<q>[1-4])\s?(?:fy|['’])[\s'’]*(?P<y>\d\d)(?!\d)",
        # 2024Q1, FY2016 Q4, 2024-Q1
        rf"(?<!\d)(?P<y>{_YEAR})[\s_./-]*q(?:tr|uarter)?[\s_]?(?P<q>[1-4])(?!\d)",
        rf"(?<!\d)(?P<y>{_YEAR})[\s_./-]*(?P<q>[1-4])q(?![a-z])",
        # second quarter fiscal 2016, fourth-quarter and full-year 2015
        (
            r"\b(?P<o>first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal[\s-]+)?quarter(?:['’]s)?"
            r"(?:[\s,]+(?:and\s+)?(?:the\s+)?(?:full|fiscal|calendar|entire)?[\s-]*(?:year|half)(?:['’]s|-end)?"
            r"(?!\s+(?:19|20)))?"
            rf"[\s,]*(?:results?\s+)?(?:(?:of|for|in|and)\s+)?(?:the\s+)?(?:our\s+)?(?:{_FISCAL}[\s,'’-]*)?(?P<y>{_YEAR})"
        ),
        (
            rf"\b(?:{_FISCAL}\s*)?(?P<y>{_YEAR})(?:['’]s)?[\s,]+(?:fiscal\s+)?"
            r"(?P<o>first|second|third|fourth)[\s-]+(?:fiscal\s+)?quarter"
        ),
        rf"\bfiscal[\s-]+(?P<o>first|second|third|fourth)[\s-]+quarter\s+(?:of\s+)?(?P<y>{_YEAR})",
    )
)
_YEARLY = re.compile(
    rf"\b(?:full[- ]year|fiscal(?:\s+year)?|fy|annual|year[- ]end|preliminary|half[- ]year(?:ly)?|interim|h[12]|nine months)"
    rf"[\s'’]*(?P<y>{_YEAR})",
    re.IGNORECASE,
)
_QUARTER_ALONE = re.compile(
    r"\b(first|second|third|fourth)[\s-]+(?:fiscal\s+)?quarter\b", re.IGNORECASE
)
_EXCHANGE = (
    r"nyse(?:\s?(?:american|arca|mkt))?|nasdaq(?:\s?[a-z]{0,4})?|amex|otc(?:mkts|qb|qx|pk|bb)?|tsx(?:v)?|lse|lon|asx|hkex"
    r"|otcmkts|bats|cboe|epa|etr|fra|ams|six|swx|sto|hel|tse|nse|bse|sgx|bme|bit|cve|pink"
)
_TICKERS = (
    re.compile(
        rf"\(\s*(?:{_EXCHANGE})\s*[:：]\s*([A-Z][A-Z0-9.\-]{{0,9}})\b[^)]{{0,40}}\)", re.IGNORECASE
    ),
    re.compile(rf"\b(?:{_EXCHANGE})\s*[:：]\s*([A-Z][A-Z0-9.\-]{{0,9}})\b"),
    re.compile(r"\bticker(?:\s+symbol)?\s*[:：]\s*\$?([A-Z][A-Z0-9.\-]{0,9})\b", re.IGNORECASE),
    re.compile(r"\b([A-Z]{1,5})\.(?:OQ|N|O|L|PA|DE|AS|TO|HK|T|A|K|PK|MI|MC|ST|HE|SW|AX)\s+-\s"),
    re.compile(r"\(([A-Z]{1,5}(?:[.-][A-Z])?)\)"),
)
_NO_TICKER = frozenset(
    [
        "CEO",
        "CFO",
        "COO",
        "CTO",
        "IR",
        "VP",
        "EVP",
        "SVP",
        "MD",
        "Q",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "GAAP",
        "US",
        "USA",
        "UK",
        "EU",
        "ET",
        "EST",
        "EDT",
        "GMT",
        "SEC",
        "PDF",
        "Q&A",
        "LLC",
        "INC",
    ]
)
_EVENT = (
    r"(?:fiscal\s+|quarterly\s+|annual\s+|interim\s+|half[- ]year\s+|preliminary\s+|full[- ]year\s+)*"
    r"(?:earnings|results|trading\s+(?:statement|update)|sales|financial\s+results|investor|analyst|guidance"
    r"|business\s+update|conference)\b.*"
)
_HEADERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Q1 2016 Velta Instruments Inc Earnings Call, FY 2018 Velta Earnings Call
        rf"^(?:[A-Z0-9.]{{1,10}}\s+-\s+)?(?:(?:preliminary|interim|full\s+year|half\s+year|nine\s+months)\s+)?"
        rf"(?:f?q[1-4]|[1-4]q|fy|h[12]|(?:full|half)\s+year|interim|preliminary|nine\s+months)\s*(?:fy)?{_YEAR}\s+"
        rf"(?P<c>\S.{{1,80}}?)\s+{_EVENT}$",
        # Velta Instruments (VLTA) Q1 2024 Earnings Call Transcript; Velta, Inc. (NASDAQ:VLTA) …
        r"^(?P<c>[^()]{2,80}?)(?:['’]s?)?\s*\(\s*(?:[A-Za-z ]{2,12}:\s*)?[A-Z][A-Z0-9.\-]{0,9}[^)]{0,40}\).{0,160}$",
        # Velta Instruments Q1 2024 Earnings Call; Velta, Inc. - Q2 2014 …
        rf"^(?P<c>\S.{{1,80}}?)(?:['’]s)?[\s,|:–—-]+(?:f?q[1-4][\s'’,-]*(?:fy\s?)?(?:{_YEAR}|\d\d)|f?[1-4]q\s?(?:{_YEAR}|\d\d)|{_YEAR}\s?q[1-4]"
        rf"|(?:first|second|third|fourth)[\s-]quarter(?:\s+(?:of\s+)?(?:fiscal\s+)?(?:year\s+)?{_YEAR})?|(?:fiscal(?:\s+year)?|fy)\s?{_YEAR})\b.{{0,160}}$",
        # First Quarter 2024 Velta Instruments Earnings Conference Call
        rf"^(?:first|second|third|fourth)[\s-]quarter(?:\s+(?:fiscal\s+)?(?:year\s+)?{_YEAR})\s+(?P<c>\S.{{1,80}}?)\s+{_EVENT}$",
        r"^company(?:\s+name)?\s*[:：]\s*(?P<c>\S.{1,80})$",
    )
)
_GREETED = re.compile(
    r"\b(?:welcome(?:\s+you)?(?:\s+all)?(?:\s*,?\s*everyone,?)?\s+to|(?:joining|join)(?:\s+us)?(?:\s+(?:today|for|on|at))*"
    r"|hosting|participating\s+in|standing\s+by\s+for|attending)\s+(?:today['’]s\s+|our\s+)?(?:the\s+)?"
    rf"(?:(?:{_YEAR}|fiscal|first|second|third|fourth|quarter|year|full|half|results|conference|call|earnings|and|of|for|q[1-4]|the)[\s,'’-]+)*?"
    r"(?P<c>[A-Z0-9][\w&.'’-]*(?:[ ,]+(?:(?:[A-Z0-9&][\w&.'’-]*)|of|and|the|de|for))*?)(?:['’]s?)?[\s,]+"
    rf"(?=(?:{_YEAR}|fiscal|first|second|third|fourth|quarter|full|half|results|conference|call|earnings|q[1-4]|[1-4]q|year|investor|financial|webcast|fy)\b)",
)
_FLAT = re.compile(
    r"(?i:first|second|third|fourth|quarter|fiscal|year|full|half|results|conference|call|earnings|today|our|the|your|q[1-4])"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal period; a year alone where no quarter is named."""

    year: int | None = None
    quarter: int | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """What the lines before the first turn say, or nothing."""

    company: str = ""
    ticker: str = ""
    period: Period = Period()


def period_in(text: str, *, quarters_only: bool = False) -> Period:
    """Give the fiscal period that stands first in ``text``."""
    best: tuple[int, Period] | None = None
    for pattern in _PERIODS:
        match = pattern.search(text)
        if match is not None and (best is None or match.start() < best[0]):
            best = (match.start(), _period(match))
    if best is not None:
        return best[1]
    yearly = None if quarters_only else _YEARLY.search(text)
    return Period(int(yearly["y"])) if yearly else Period()


def _period(match: re.Match[str]) -> Period:
    groups = match.groupdict()
    year = int(groups["y"])
    quarter = int(groups["q"]) if groups.get("q") else _ORDINALS[groups["o"].lower()]
    return Period(year if year > 99 else (2000 if year < 80 else 1900) + year, quarter)


def ticker_in(text: str) -> str:
    """Give the ticker that stands first in ``text``, beside its exchange or in brackets."""
    for pattern in _TICKERS:
        for match in pattern.finditer(text):
            if (found := match.group(1).upper().strip(".-")) not in _NO_TICKER:
                return found
    return ""


def title_of(head: str) -> Title:
    """Read the lines before the first turn."""
    company = ""
    for line in head.splitlines()[:400]:
        text = " ".join(line.split()).strip("*#_ ")
        if not 4 <= len(text) <= 260:
            continue
        for pattern in _HEADERS:
            match = pattern.match(text)
            if match and (company := _company(match["c"])):
                break
        if company:
            break
    return Title(company, ticker_in(head), period_in(head))


def _company(text: str) -> str:
    name = re.sub(r"\s+", " ", text).strip(" ,:;|*#-–—")
    name = re.sub(
        r"^(?:transcript(?:\s+of)?|edited transcript)\s*[:-]?\s+", "", name, flags=re.IGNORECASE
    )
    name = re.sub(r"\s*\([^)]*\)\s*$", "", name)
    return "" if len(name) < 2 or _FLAT.fullmatch(name) else name


def greeted_company(text: str) -> str:
    """Give the firm to whose call the greeting welcomes, ``""`` where it names none."""
    for match in _GREETED.finditer(text[:6000]):
        name = _company(match["c"])
        if name and not re.match(r"(?:I|We|You|My|Mr|Ms|Mrs|Everyone|This)\b", name):
            return name
    return ""


def quarter_spoken(text: str) -> int | None:
    """Give the quarter that is named without a year ("our first-quarter call")."""
    match = _QUARTER_ALONE.search(text)
    return _ORDINALS[match.group(1).lower()] if match else None
