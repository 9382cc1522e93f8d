"""Who the seller is, across the spellings of one name; a redacted payee is nobody.

``seller_key`` folds what differs between spellings of one payee (case, legal form, punctuation,
branch and order numbers, card-scheme prefixes), so that "NPOWER LTD", "Npower Limited" and
"npower ltd (new" are one seller, and "Amazon.co.uk*8M8N96VR5" is amazon.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["is_redacted", "plain_text", "seller_key", "text_shape"]

_REDACTED = re.compile(
    r"redact|personal data|personal info|name withheld|withheld|confidential|\bgdpr\b|anonymi[sz]ed"
    r"|data protection act|individual payee|^x{3,}$|^\W*$",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(limited|limtied|limted|ltd|lt|plc|llp|llc|inc|incorporated|corp|corporation|company|co"
    r"|gmbh|mbh|ag|kg|ohg|ug|ev|sarl|sas|sa|srl|spa|bv|nv|ab|as|oy|cic|lp|the|uk|gb)\b"
)
_PREFIX = re.compile(r"^(paypal|pp|iz|izettle|sumup|sq|square|sp|zettle|stripe|wp|crv)\s*\*+\s*")
_TRADING = re.compile(r"\b(t/a|t/as|trading as|dba|c/o)\b.*$")
_NUMBERED = re.compile(r"(?<![a-z])[a-z]{0,2}\d[a-z0-9]*\b|#\S+")
_ORDER = re.compile(r"\*\S*")


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def plain_text(text: str) -> str:
    """Lower case, one space between words: the form in which a text is encoded and compared."""
    return " ".join(text.lower().split())


@lru_cache(maxsize=200_000)
def is_redacted(name: str) -> bool:
    """Whether the name stands for a payee that was blacked out (thousands share one string)."""
    return bool(_REDACTED.search(name))


@lru_cache(maxsize=200_000)
def seller_key(name: str) -> str | None:
    """One key for all spellings of a seller; None where the payee is redacted or has no name."""
    if is_redacted(name):
        return None
    folded = _fold(name).strip()
    for pattern in (_PREFIX, _TRADING, _ORDER):
        folded = pattern.sub(" ", folded)
    folded = folded.replace(".co.uk", " ").replace(".com", " ").replace("www.", " ")
    folded = re.sub(r"[^a-z0-9& ]+", " ", folded.replace("'", "").replace("amznmktplace", "amazon"))
    short = _NUMBERED.sub(" ", _LEGAL.sub(" ", folded))
    words = [word for word in short.split() if word != "&"] or folded.split()
    return " ".join(words) or None


@lru_cache(maxsize=200_000)
def text_shape(text: str) -> str:
    """A line text with its numbers folded to ``#``: "invoice 4711/2" and "invoice 9/1" are one."""
    return " ".join(re.sub(r"\d+", "#", _fold(text)).split())
