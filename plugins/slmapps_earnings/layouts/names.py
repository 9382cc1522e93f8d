"""What looks like a person's name, a title, or one of the voices without a name.

Design choices:

* A name is judged by its shape and by the words it may not hold; lists of given names would fail
  on half of the world.
* Nobody is called "Fiscal Year" or "Data Center": words of business and of headings are refused.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["firm_and_title", "is_anonymous", "is_name", "is_operator", "is_title", "key", "plain"]

_PARTICLES = frozenset(
    [
        "de",
        "da",
        "das",
        "do",
        "dos",
        "del",
        "della",
        "der",
        "den",
        "di",
        "du",
        "van",
        "von",
        "vander",
        "le",
        "la",
        "el",
        "al",
        "bin",
        "bint",
        "ben",
        "ibn",
        "y",
        "e",
        "zu",
        "zur",
        "ten",
        "ter",
        "af",
        "av",
        "und",
        "op",
        "'t",
    ]
)
_SUFFIXES = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "v",
        "phd",
        "md",
        "cfa",
        "cpa",
        "esq",
        "mba",
        "dr",
        "mr",
        "mrs",
        "ms",
        "sir",
        "prof",
    ]
)
_WORD = re.compile(r"['’‘]?[^\W\d_]+(?:['’‘.`´-][^\W\d_]*)*\.?")
_NEVER = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "although",
        "an",
        "and",
        "announcement",
        "annual",
        "answer",
        "answers",
        "any",
        "are",
        "around",
        "as",
        "at",
        "august",
        "april",
        "date",
        "december",
        "february",
        "january",
        "july",
        "june",
        "march",
        "may",
        "november",
        "october",
        "september",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "backlog",
        "balance",
        "before",
        "beginning",
        "bottom",
        "business",
        "but",
        "by",
        "call",
        "capital",
        "cash",
        "center",
        "centre",
        "client",
        "closing",
        "cloud",
        "co",
        "color",
        "comments",
        "commercial",
        "company",
        "computing",
        "conference",
        "congratulations",
        "consumer",
        "contents",
        "copyright",
        "corp",
        "corporate",
        "corporation",
        "costs",
        "customer",
        "customers",
        "data",
        "definitions",
        "disclaimer",
        "dividend",
        "dividends",
        "during",
        "duration",
        "earnings",
        "ebitda",
        "email",
        "end",
        "enterprise",
        "europe",
        "event",
        "everyone",
        "example",
        "executives",
        "expenses",
        "fact",
        "final",
        "finally",
        "finance",
        "financial",
        "first",
        "fiscal",
        "following",
        "for",
        "forward",
        "from",
        "full",
        "fx",
        "gaap",
        "general",
        "global",
        "good",
        "group",
        "growth",
        "guidance",
        "half",
        "health",
        "hello",
        "here",
        "hi",
        "highlights",
        "holding",
        "holdings",
        "how",
        "however",
        "i",
        "if",
        "in",
        "inc",
        "income",
        "industrial",
        "information",
        "instructions",
        "international",
        "interest",
        "introduction",
        "investment",
        "investor",
        "investors",
        "is",
        "it",
        "key",
        "last",
        "ladies",
        "let",
        "limited",
        "link",
        "llc",
        "llp",
        "looking",
        "ltd",
        "management",
        "margin",
        "margins",
        "market",
        "markets",
        "media",
        "more",
        "motley",
        "net",
        "networks",
        "new",
        "next",
        "no",
        "non",
        "north",
        "note",
        "now",
        "number",
        "of",
        "officer",
        "officers",
        "okay",
        "on",
        "one",
        "only",
        "operating",
        "operation",
        "operations",
        "opening",
        "operator",
        "or",
        "other",
        "our",
        "outlook",
        "overview",
        "page",
        "participant",
        "participants",
        "part",
        "per",
        "phone",
        "plc",
        "portfolio",
        "prepared",
        "presentation",
        "presenters",
        "press",
        "price",
        "pricing",
        "product",
        "products",
        "profit",
        "profitability",
        "q",
        "qa",
        "quarter",
        "quarterly",
        "question",
        "questions",
        "re",
        "read",
        "region",
        "release",
        "remarks",
        "research",
        "results",
        "revenue",
        "revenues",
        "review",
        "right",
        "sa",
        "sales",
        "second",
        "section",
        "sector",
        "segment",
        "segments",
        "semiconductor",
        "service",
        "services",
        "share",
        "shares",
        "sheet",
        "show",
        "so",
        "software",
        "source",
        "south",
        "speaker",
        "speakers",
        "statement",
        "statements",
        "store",
        "stores",
        "strategy",
        "subject",
        "summary",
        "supply",
        "table",
        "tax",
        "team",
        "technologies",
        "technology",
        "thank",
        "thanks",
        "that",
        "the",
        "their",
        "there",
        "they",
        "third",
        "this",
        "ticker",
        "time",
        "today",
        "together",
        "top",
        "total",
        "transcript",
        "turning",
        "type",
        "united",
        "update",
        "us",
        "very",
        "was",
        "we",
        "website",
        "welcome",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
        "year",
        "years",
        "yes",
        "you",
        "your",
        "zone",
        "fourth",
    ]
)
_TITLE = re.compile(
    r"\b(?:chief|c[efotimrhlp]o|cao|cso|evp|svp|avp|vp|president|vice|officer|chair(?:man|woman|person)?"
    r"|director|managing|md|analyst|head\s+of|co-head|lead|relations|ir|treasurer|founder|co-founder"
    r"|partner|principal|associate|controller|secretary|counsel|strategist|manager|executive"
    r"|general\s+manager|gm|operator|moderator|management|economist|researcher|research\s+assoc"
    r"|coo|owner|trader|portfolio|editor|host|shareholder|member|advis[eo]r|spokes\w+|deputy"
    r"|investor|commercial|global\s+\w+\s+head|consultant|dean|professor|engineer|scientist)\b",
    re.IGNORECASE,
)
_OPERATOR = re.compile(
    r"(?:(?:the|conference|call|event|telephone|webcast|phone|zoom)\s+)*"
    r"(?:operator|moderator|coordinator|facilitator|conference\s+host|automated\s+(?:voice|message))"
    r"(?:\s+(?:instructions|\d+))?",
    re.IGNORECASE,
)
_ANONYMOUS = re.compile(
    r"(?:(?:an?|the)\s+)?(?:unidentified|unknown|unnamed|unverified|indiscernible)"
    r"(?:\s+(?:company|corporate|audience|conference\s+call))?"
    r"(?:\s+(?:analysts?|audience|members?|participants?|speakers?|executives?|representatives?"
    r"|attendees?|shareholders?|questioners?|person|male|female|callers?))*(?:\s*#?\d+)?"
    r"|(?:company|corporate)\s+(?:representatives?|speakers?|participants?)(?:\s*#?\d+)?"
    r"|(?:analysts?|executives?|speakers?|participants?|spk)\s*#?\d*"
    r"|(?:video|audio|recorded|webcast)\s+(?:presentation|message|clip|recording|playback|replay)"
    r"|audience\s+members?",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\b(?:inc|corp|corporation|co|company|ltd|llc|llp|lp|plc|ag|sa|nv|n\.v|gmbh|bank|securities"
    r"|capital|markets|partners|associates|group|research|holdings?|advisors|equities|& co)\b\.?",
    re.IGNORECASE,
)


def plain(name: str) -> str:
    """Give a name with single spaces, without the marks that layouts put around it."""
    return " ".join(name.split()).strip(' \t*#_:,;-–—|•·"“”')


def key(name: str) -> str:
    """Give what two spellings of a name have in common: letters without case and accents."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join(
        "".join(c if c.isalnum() else " " for c in letters if c.isascii() or c.isalpha()).split()
    )


def is_operator(name: str) -> bool:
    """Tell whether a label is the operator's, and not of somebody who is called so."""
    return _OPERATOR.fullmatch(plain(name)) is not None


def is_anonymous(name: str) -> bool:
    """Tell whether a label stands for somebody whose name was not caught."""
    return _ANONYMOUS.fullmatch(plain(name)) is not None


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be a person's name: one to six capitalised words, none of business.

    >>> is_name("Ana de la Cruz"), is_name("Data Center"), is_name("O’Neil, Jr.")
    (True, False, True)
    """
    if not 2 <= len(text) <= 60 or text[-1] in "?!:" or any(c.isdigit() for c in text):
        return False
    bare = re.sub(r"\((?:[^()]{1,20})\)|[\"“”'‘][^\W\d_]+[\"“”'’]", " ", text)
    words = bare.replace(",", " ").split()
    if not 1 <= len(words) <= 6:
        return False
    capitals = 0
    for place, word in enumerate(words):
        low = word.casefold().strip(".")
        if _WORD.fullmatch(word) is None:
            return False
        if low in _PARTICLES and (len(words) > 1 and (word.islower() or place)):
            continue
        if low in _SUFFIXES:
            continue
        if (
            low in _NEVER
            and not (
                low in {"may", "june", "april", "august", "price", "show", "new", "page"}
                and place != 0
                and len(words) > 1
            )
            and not (len(low) == 1 and len(words) > 1)
        ):
            return False
        if not word.lstrip("'’‘")[:1].isupper() and not _uncased(word):
            return False
        capitals += 1
    return capitals > 0


def _uncased(word: str) -> bool:
    return word.lower() == word.upper()


def is_title(text: str) -> bool:
    """Tell whether ``text`` may be what somebody does in a firm."""
    return len(text) <= 160 and _TITLE.search(text) is not None


def firm_and_title(text: str, *, group: str = "") -> tuple[str, str]:
    """Split what stands beside a name: "Firm - Title", "Title", "Firm", "Firm, Title".

    ``group`` is the list it stands in: beside an analyst's name a lone word is the firm.
    """
    text = " ".join(text.split()).strip(" ,;")
    for dash in (r"\s+(?:--|[–—-])\s+", r"\s*(?:--|—)\s*", r"^[–—-]\s+", r"\s+[–—-]$"):
        parts = re.split(dash, text, maxsplit=1)
        if len(parts) == 2:
            first, second = (part.strip(" ,;-–—") for part in parts)
            if is_title(first) and not is_title(second) and second and _FIRM.search(second):
                return second, first
            return first, second
    text = text.strip(" -–—")
    if not text:
        return "", ""
    comma = re.match(r"(.+?),\s+([^,]*(?:,.*)?)$", text)
    if comma and not is_title(comma.group(1)) and is_title(comma.group(2)):
        place = _last_firm_comma(text)
        return text[:place].strip(), text[place + 1 :].strip()
    if is_title(text) and not (_FIRM.search(text) and group == "analysts" and "nalyst" not in text):
        return "", text
    return (text, "") if group == "analysts" or _FIRM.search(text) else ("", text)


def _last_firm_comma(text: str) -> int:
    """Find the comma after which the title begins: before the first part that is a title."""
    at = 0
    for part in text.split(","):
        if at and is_title(part):
            return at - 1
        at += len(part) + 1
    return text.rindex(",")
