"""What a figure of the outlook is of: ``revenue``, ``eps``, ``gross_margin`` …, by its spoken names.

A part of the firm stands behind a colon (``revenue:services``), so that a segment's figure is never
compared with the firm's; GAAP figures of what is usually given adjusted are ``eps:gaap``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["METRICS", "Mention", "Metric", "mentions"]

Kind = Literal["money", "share", "rate", "growth", "count"]


@dataclass(frozen=True)
class Metric:
    """A metric; ``kind`` says what its plain figure is: money, money a share, a rate, a change …

    ``unit`` is the counted thing. ``wordy``: words alone ("to improve") count as an outlook on it.
    """

    name: str
    kind: Kind
    spoken: str
    unit: str = ""
    wordy: bool = True


@dataclass(frozen=True)
class Mention:
    """A metric named at ``start``..``end`` of a sentence; ``name`` with its part of the firm."""

    start: int
    end: int
    metric: Metric
    name: str


# The order matters: the first that fits at a place is taken, so longer names stand in front.
METRICS: tuple[Metric, ...] = (
    Metric("free_cash_flow_margin", "rate", r"(?:free cash flow|fcf) margins?"),
    Metric("gross_margin", "rate", r"gross(?: profit)? margins?(?: percentage| rate)?"),
    Metric("ebitda_margin", "rate", r"ebitda? margins?"),
    Metric("net_margin", "rate", r"net(?: income| profit)? margins?"),
    Metric("net_interest_margin", "rate", r"net interest margins?|nim\b"),
    Metric("operating_margin", "rate", r"(?:operating(?: profit| income)?|ebita?|op(?:erating)?) margins?"),
    Metric("currency_effect", "rate", r"(?:(?:foreign )?(?:currency|exchange)(?: rates?)?|fx)(?: exchange)?(?: translation)? (?:headwinds?|tailwinds?|impact|effects?)|(?:headwind|tailwind|impact|drag|benefit)s?(?= (?:of |from )[^,;]{0,40}(?:currency|currencies|fx|exchange))", wordy=False),
    Metric("net_additions", "count", r"(?:paid |net |subscriber |customer |postpaid )*net (?:new )?(?:subscriber |customer |phone |paid )*add(?:ition)?s", "subscribers"),
    Metric("store_openings", "count", r"(?:net )?(?:new (?:stores?|restaurants?|locations?|clubs|branches|shops)|(?:store|restaurant|unit) openings|openings)", "stores"),
    Metric("comparable_sales", "growth", r"(?:comparable|comp|same[- ]store|like[- ]for[- ]like|identical)(?: store| restaurant| hotel)?(?: net)? sales|comps\b|like[- ]for[- ]likes?"),
    Metric("net_interest_income", "money", r"net interest income|nii\b"),
    Metric("eps", "share", r"(?:earnings|income|profit|loss|eps)(?: \(loss\))? (?:per (?:diluted |common |basic )*share|a share)|\beps\b"),
    Metric("ffo", "share", r"(?:funds from operations|affo|ffo)(?: per share)?"),
    Metric("dividend", "share", r"dividends?(?: per share)?", wordy=False),
    Metric("gross_profit", "money", r"gross profits?"),
    Metric("stock_compensation", "money", r"(?:stock|share)[- ]based compensation(?: expenses?)?|stock comp\b|sbc\b"),
    Metric("operating_expenses", "money", r"operating (?:expenses?|expenditures?|costs?)|op-?ex\b|(?:total |non-gaap )expenses\b"),
    Metric("sga", "money", r"sg&a(?: expenses?)?|selling,? general,? and administrative(?: expenses?| costs?)?|g&a(?: expenses?)?"),
    Metric("research_development", "money", r"r&d(?: expenses?| spending| spend| investments?)?|research and development(?: expenses?| spending)?"),
    Metric("interest_expense", "money", r"(?:net )?interest (?:expenses?|costs?)"),
    Metric("other_income", "money", r"(?:other (?:income and expenses?|income|expenses?)|oi&e)(?:,? net)?"),
    Metric("cost_of_sales", "money", r"costs? of (?:sales|goods sold|revenues?)|cogs\b"),
    Metric("operating_cash_flow", "money", r"(?:operating cash flows?|cash flows? from operat(?:ions|ing activities)|cash from operations)"),
    Metric("free_cash_flow", "money", r"free cash flows?|\bfcf\b"),
    Metric("ebitda", "money", r"\bebitda?r?\b"),
    Metric("operating_income", "money", r"operating (?:income|profits?|earnings|loss)|\bebita?\b"),
    Metric("net_income", "money", r"net (?:income|profits?|earnings|loss)"),
    Metric("tax_rate", "rate", r"(?:effective |non-gaap |income )*tax rates?"),
    Metric("capex", "money", r"cap(?:ital)?[- ]?(?:ex\b|expenditures?|spend(?:ing)?\b|investments?)|investments? in property"),
    Metric("depreciation", "money", r"depreciation(?: and amorti[sz]ation)?|d&a\b"),
    Metric("share_count", "count", r"(?:(?:average |weighted |diluted |basic |fully[- ]diluted )*(?:share count|shares outstanding)|(?:diluted|average|outstanding) shares)", "shares"),
    Metric("buybacks", "money", r"(?:share |stock )?(?:re-?purchases?\b|buy-?backs?)|(?:repurchase|buy back)\b"),
    Metric("restructuring", "money", r"restructuring(?: and \w+)?(?: charges?| costs?| expenses?)?"),
    Metric("cost_savings", "money", r"(?:cost |annual(?:ized|ised)? |run[- ]rate |gross )*(?:savings|synergies)"),
    Metric("arr", "money", r"annual(?:i[sz]ed)? recurring revenues?|\barr\b"),
    Metric("rpo", "money", r"(?:current )?remaining performance obligations?|\bc?rpo\b"),
    Metric("billings", "money", r"billings"),
    Metric("bookings", "money", r"bookings"),
    Metric("backlog", "money", r"backlog"),
    Metric("net_retention", "rate", r"(?:net |dollar[- ]based |gross )+(?:revenue |dollar )?retention(?: rate)?"),
    Metric("churn", "rate", r"churn(?: rate)?"),
    Metric("arpu", "money", r"arpu|average revenue per (?:user|account|customer)"),
    Metric("gmv", "money", r"gross merchandise (?:value|volume)|gmv|total payment volume|tpv"),
    Metric("combined_ratio", "rate", r"combined ratio"),
    Metric("premiums", "money", r"(?:net |gross )?(?:written |earned )?premiums"),
    Metric("noi", "money", r"net operating income|\bnoi\b"),
    Metric("occupancy", "rate", r"occupancy(?: rate)?"),
    Metric("loan_growth", "growth", r"loan growth|(?:average )?loans\b"),
    Metric("credit_losses", "rate", r"net charge-?offs?(?: ratio| rate)?|credit (?:losses|costs?)|provisions?(?: for credit losses)?"),
    Metric("leverage", "rate", r"(?:net )?leverage(?: ratio)?", wordy=False),
    Metric("working_capital", "money", r"working capital"),
    Metric("inventory", "money", r"inventor(?:y|ies)(?: levels?)?"),
    Metric("subscribers", "count", r"(?:paid )?(?:subscribers?|subscriptions|memberships?|members)\b", "subscribers", wordy=False),
    Metric("users", "count", r"(?:(?:monthly|daily) active )?users?\b|\b[md]aus?\b", "users", wordy=False),
    Metric("headcount", "count", r"headcount|employees", "employees", wordy=False),
    Metric("deliveries", "count", r"deliveries", "deliveries"),
    Metric("production", "count", r"production|output\b", "units"),
    Metric("units", "count", r"(?:unit )?shipments|unit (?:sales|volumes?)|units\b", "units"),
    Metric("volume", "growth", r"volumes?\b"),
    Metric("price", "growth", r"(?:net )?pric(?:ing|es?)(?: increases?| realization| contribution)?|average selling prices?|asps?\b", wordy=False),
    Metric("orders", "money", r"order intake|(?:new )?orders\b"),
    Metric("revenue", "money", r"(?:net |total )*(?:revenues?|sales|turnover)(?! (?:force|team|cycle|people|and marketing|rep|channel|organi[sz]ation))|top[- ]line"),
    Metric("operating_margin", "rate", r"margins?\b"),
    Metric("eps", "share", r"earnings\b(?! (?:call|release|report|season))", wordy=False),
    Metric("operating_expenses", "money", r"(?:expenses?|spending)\b", wordy=False),
    Metric("customers", "count", r"customers?\b", "customers", wordy=False),
)  # fmt: skip

_SPOKEN = re.compile(
    "|".join(f"(?P<m{n}>(?<![\\w&])(?:{each.spoken})(?!\\w))" for n, each in enumerate(METRICS)),
    re.IGNORECASE,
)
_SEGMENTED = {
    "revenue", "gross_margin", "operating_margin", "operating_income", "bookings", "backlog",
    "orders", "arr", "ebitda", "comparable_sales", "volume",
}  # fmt: skip
_PARTS = frozenset(
    [
        "cloud",
        "services",
        "service",
        "hardware",
        "software",
        "subscription",
        "subscriptions",
        "product",
        "products",
        "licence",
        "license",
        "maintenance",
        "advertising",
        "data",
        "center",
        "datacenter",
        "infrastructure",
        "platform",
        "consumer",
        "commercial",
        "enterprise",
        "international",
        "domestic",
        "wholesale",
        "retail",
        "online",
        "digital",
        "e-commerce",
        "ecommerce",
        "automotive",
        "industrial",
        "healthcare",
        "pharma",
        "device",
        "devices",
        "mobile",
        "gaming",
        "memory",
        "storage",
        "networking",
        "security",
        "streaming",
        "foundry",
        "semiconductor",
        "equipment",
        "energy",
        "aerospace",
        "defense",
        "defence",
        "payments",
        "insurance",
        "banking",
        "logistics",
        "overseas",
        "us",
        "european",
        "asian",
    ]
)
_ORDINARY = frozenset(
    [
        "we",
        "our",
        "the",
        "total",
        "net",
        "for",
        "full",
        "full-year",
        "fiscal",
        "year",
        "quarter",
        "quarterly",
        "annual",
        "annually",
        "company",
        "group",
        "consolidated",
        "gaap",
        "non-gaap",
        "adjusted",
        "organic",
        "core",
        "reported",
        "first",
        "second",
        "third",
        "fourth",
        "q1",
        "q2",
        "q3",
        "q4",
        "fy",
        "h1",
        "h2",
        "half",
        "next",
        "current",
        "this",
        "that",
        "these",
        "and",
        "or",
        "as",
        "with",
        "in",
        "on",
        "at",
        "of",
        "to",
        "from",
        "by",
        "so",
        "now",
        "still",
        "again",
        "also",
        "given",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "overall",
        "turning",
        "looking",
        "moving",
        "finally",
        "additionally",
        "however",
        "lastly",
        "i",
        "it",
        "its",
        "is",
        "are",
        "will",
        "should",
        "be",
        "expect",
        "expects",
        "strong",
        "higher",
        "lower",
        "both",
        "constant",
        "diluted",
        "effective",
        "usd",
        "eur",
        "gbp",
        "sek",
        "nok",
        "dkk",
        "chf",
        "jpy",
        "inr",
        "cad",
        "aud",
        "s",
        "long-term",
        "longer-term",
        "combined",
        "comparable",
    ]
)
_BEFORE = re.compile(r"(?:([A-Za-z][\w&.-]*)\s+)?(?:([A-Za-z][\w&.-]*)\s+)?$")
_AFTER = re.compile(
    r"\s+(?:growth\s+)?(?:from|in|for)\s+(?:our\s+|the\s+)?([A-Za-z][\w&-]*)(?:\s+([A-Za-z][\w&-]*))?"
)


def mentions(text: str) -> list[Mention]:
    """The metrics that ``text`` names, in its order."""
    found = []
    for match in _SPOKEN.finditer(text):
        metric = METRICS[int(str(match.lastgroup)[1:])]
        part = _part(text, match.start(), match.end()) if metric.name in _SEGMENTED else ""
        if metric.name in {"eps", "net_income", "operating_margin", "gross_margin"} and not part:
            part = "gaap" if _is_gaap(text[max(0, match.start() - 30) : match.start()]) else ""
        name = f"{metric.name}:{part}" if part else metric.name
        found.append(Mention(match.start(), match.end(), metric, name))
    return found


def _part(text: str, start: int, end: int) -> str:
    before = _BEFORE.search(text[:start])
    words = [word for word in (before.groups() if before else ()) if word]
    part: list[str] = []
    for word in reversed(words):
        if not _names_a_part(word):
            break
        part.insert(0, word)
    if not part and (after := _AFTER.match(text, end)):
        part = [word for word in after.groups() if word and _names_a_part(word)][:1]
    return "_".join(part).lower().strip("._-")


def _names_a_part(word: str) -> bool:
    plain = word.lower().strip(".")
    return plain in _PARTS or (word[0].isupper() and plain not in _ORDINARY)


def _is_gaap(before: str) -> bool:
    words = re.findall(r"(?:non-?\s?)?gaap|adjusted", before, re.IGNORECASE)
    return bool(words) and words[-1].lower() == "gaap"
