"""Which currency a page is in, by its signs and codes.

"$" and "kr" stand for several currencies; the country decides, and without it each is a reading of
its own. A code beats a sign: who writes "CAD" once and "$" twenty times means Canadian dollars.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from slmapps_invoices.pages.readings import Reading, ranked, scaled, tidy

__all__ = ["CODES", "CURRENCY_MARK", "page_currency", "read_currency"]

_LISTED = """
    AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MAD
    MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR
"""
_EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
CODES = frozenset(_LISTED.split())
# Each sign with what it may mean and how often, before a country is known.
_SIGNS: dict[str, dict[str, float]] = {
    "€": {"EUR": 1.0},
    "£": {"GBP": 1.0},
    "$": {"USD": 0.7, "CAD": 0.1, "AUD": 0.1, "SGD": 0.04, "NZD": 0.03, "HKD": 0.03},
    "¥": {"JPY": 0.7, "CNY": 0.3},
    "₹": {"INR": 1.0},
    "₽": {"RUB": 1.0},
    "₺": {"TRY": 1.0},
    "₩": {"KRW": 1.0},
    "₪": {"ILS": 1.0},
    "zł": {"PLN": 1.0},
    "kč": {"CZK": 1.0},
    "ft": {"HUF": 1.0},
    "lei": {"RON": 1.0},
    "us$": {"USD": 1.0},
    "a$": {"AUD": 1.0},
    "au$": {"AUD": 1.0},
    "c$": {"CAD": 1.0},
    "ca$": {"CAD": 1.0},
    "nz$": {"NZD": 1.0},
    "hk$": {"HKD": 1.0},
    "s$": {"SGD": 1.0},
    "r$": {"BRL": 1.0},
    "rm": {"MYR": 1.0},
    "rs": {"INR": 0.9, "PKR": 0.1},
    "kr": {"SEK": 0.4, "DKK": 0.3, "NOK": 0.25, "ISK": 0.05},
    "fr": {"CHF": 1.0},
    "sfr": {"CHF": 1.0},
    "euro": {"EUR": 1.0},
    "euros": {"EUR": 1.0},
}
_OF_COUNTRY = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "GB": "GBP",
    "CH": "CHF", "LI": "CHF", "SE": "SEK", "DK": "DKK", "NO": "NOK", "IS": "ISK", "PL": "PLN",
    "CZ": "CZK", "HU": "HUF", "RO": "RON", "IN": "INR", "PK": "PKR", "JP": "JPY", "CN": "CNY",
    "MY": "MYR", "BR": "BRL", "MX": "MXN", "ZA": "ZAR", "TR": "TRY", "IL": "ILS", "AE": "AED",
    **dict.fromkeys(_EURO.split(), "EUR"),
}  # fmt: skip
_WORDED = sorted((sign for sign in _SIGNS if sign[0].isalpha()), key=len, reverse=True)
# An amount may follow at once, "kr489.55", but no other figure: "FT30" is an item's code.
_END = r"(?:(?!\w)|(?=[\d.,'’]+[.,]\d\d(?!\d)))"
_WORDS = "|".join(re.escape(sign) + (_END if sign[-1].isalpha() else "") for sign in _WORDED)
# Codes in capitals alone, so that "try" and "all" are no money; FR in capitals is a country.
CURRENCY_MARK = re.compile(
    rf"(?<![^\W\d_])(?:(?P<code>{'|'.join(sorted(CODES))})(?![^\W\d_])"
    rf"|(?!FR(?!\w))(?i:(?P<word>{_WORDS}))\.?)"
    r"|(?P<sign>[€£$¥₹₽₺₩₪])"
)


def read_currency(text: str, country: str = "") -> list[Reading[str]]:
    """Read the currencies that the marks in a string may mean, as ISO 4217 codes.

    ``country`` is the seller's (ISO 3166 alpha-2), where it is known.
    """
    found: list[Reading[str]] = []
    for match in CURRENCY_MARK.finditer(tidy(text)):
        if match["code"]:
            found.append(Reading(match["code"], 1.0))
            continue
        meant = dict(_SIGNS[(match["sign"] or match["word"]).casefold()])
        local = _OF_COUNTRY.get(country, "")
        if len(meant) > 1 and local in meant:
            meant = {code: 0.05 * share for code, share in meant.items()} | {local: 0.95}
        found.extend(Reading(code, share) for code, share in meant.items())
    return scaled(ranked(found), 1.0)


def page_currency(texts: Iterable[str], country: str = "") -> list[Reading[str]]:
    """Infer the currency of a whole page from all of its words.

    Where nothing on the page says it, the country's own currency is a reading of low weight.
    """
    codes: Counter[str] = Counter()
    signs: dict[str, float] = {}
    for text in texts:
        own = set(re.findall(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])", tidy(text))) & CODES
        codes.update(own)
        for one in read_currency(text, country):
            if one.value not in own:
                signs[one.value] = signs.get(one.value, 0.0) + one.weight
    local = _OF_COUNTRY.get(country, "")
    if not codes and not signs:
        return [Reading(local, 0.5)] if local else []
    # A sign that may mean a code written out means it.
    votes = {code: 3.0 * count + signs.get(code, 0.0) for code, count in codes.items()}
    if not votes:
        votes = dict(signs)
    elif (sure := max(signs, key=lambda code: signs[code], default="")) and sure not in votes:
        votes[sure] = 0.3 * signs[sure]
    return scaled(ranked(Reading(code, vote) for code, vote in votes.items()), 1.0)
