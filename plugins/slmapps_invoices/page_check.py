"""Whether the page a person sees and the data a program reads say the same.

For number, date and total the value of the data is looked for in the text of the page, in every
notation in common use. A value that is not found is a warning: the two may differ, or the page
writes the value in a way of its own. A page without text (a scan) is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from slmapps.records import Page, Problem, Severity
from slmapps_invoices.records import Invoice

__all__ = ["check_page", "says_amount", "says_date", "says_number"]

_MONTHS = (
    ("january", "januar", "jänner", "janvier", "gennaio", "enero", "januari", "stycznia"),
    ("february", "februar", "feber", "février", "febbraio", "febrero", "februari", "lutego"),
    ("march", "märz", "maerz", "mars", "marzo", "maart", "marca"),
    ("april", "avril", "aprile", "abril", "kwietnia"),
    ("may", "mai", "maggio", "mayo", "mei", "maja"),
    ("june", "juni", "juin", "giugno", "junio", "czerwca"),
    ("july", "juli", "juillet", "luglio", "julio", "lipca"),
    ("august", "août", "agosto", "augustus", "sierpnia"),
    ("september", "septembre", "settembre", "septiembre", "września"),
    ("october", "oktober", "octobre", "ottobre", "octubre", "października"),
    ("november", "novembre", "noviembre", "listopada"),
    ("december", "dezember", "décembre", "dicembre", "diciembre", "grudnia"),
)
_SPACES = re.compile(r"\s+")
_MANY_WORDS = 5  # fewer on all pages together are a stamp or a page number on a scan


def check_page(invoice: Invoice, pages: Sequence[Page]) -> list[Problem]:
    """Give a warning ``page-differs`` for each value of the data that no page shows."""
    text = "\n".join(page.text for page in pages)
    if sum(len(page.words) for page in pages) < _MANY_WORDS:
        return []
    problems = []
    if invoice.number and not says_number(text, invoice.number):
        problems.append(_differs(invoice, "number", "number", invoice.number))
    if invoice.issue_date and not says_date(text, invoice.issue_date):
        problems.append(_differs(invoice, "date", "issue_date", invoice.issue_date.isoformat()))
    if invoice.total is not None and not says_amount(text, invoice.total):
        problems.append(_differs(invoice, "total", "total", f"{invoice.total:f}"))
    return problems


def says_number(text: str, number: str) -> bool:
    """Tell whether an invoice number stands in a text, however it is spaced or broken.

    >>> says_number("Invoice RE 2025-17 of", "RE2025-17"), says_number("No 4712", "471")
    (True, False)
    """
    wanted, given = _SPACES.sub("", number[:200]).casefold(), _SPACES.sub("", text).casefold()
    if not wanted[:1].isdigit() and not wanted[-1:].isdigit():
        return wanted in given
    # The text's own words keep '471' out of '4712'; the joined text finds a number set apart.
    edge = r"(?<!\d)" if wanted[:1].isdigit() else ""
    end = r"(?!\d)" if wanted[-1:].isdigit() else ""
    pattern = edge + r"\s*".join(map(re.escape, wanted)) + end
    return re.search(pattern, text.casefold()) is not None


def says_date(text: str, day: date) -> bool:
    """Tell whether a day stands in a text, in figures (any order) or with its month's name."""
    year, month, number = day.year, day.month, day.day
    years = rf"({year}|{year % 100:02d})"
    gap = r"\s*[-./]\s*"
    figures = (
        rf"(?<!\d)0?{number}{gap}0?{month}{gap}{years}(?!\d)",
        rf"(?<!\d)0?{month}{gap}0?{number}{gap}{years}(?!\d)",
        rf"(?<!\d){years}{gap}0?{month}{gap}0?{number}(?!\d)",
        rf"(?<!\d){year}{month:02d}{number:02d}(?!\d)",
        rf"(?<!\d){year}\s*年\s*0?{month}\s*月\s*0?{number}\s*日",
    )
    names = "|".join(
        re.escape(name[:length]) for name in _MONTHS[month - 1] for length in (len(name), 4, 3)
    )
    ordinal = r"(st|nd|rd|th|er|º|\.)?"
    apart = r"[\s.,/-]*(de\s+|of\s+)?"
    worded = (
        rf"(?<!\d)0?{number}{ordinal}{apart}({names})\.?{apart}{years}(?!\d)",
        rf"({names})\.?{apart}0?{number}{ordinal}{apart}{years}(?!\d)",
        rf"(?<!\d){year}{apart}({names})\.?{apart}0?{number}(?!\d)",
    )
    lowered = text.casefold()
    return any(re.search(pattern, lowered) for pattern in (*figures, *worded))


def says_amount(text: str, amount: Decimal) -> bool:
    """Tell whether an amount stands in a text, whichever signs part its thousands and decimals.

    >>> says_amount("Total 1.234,50 EUR", Decimal("1234.5"))
    True
    >>> says_amount("1529,87", Decimal("529.87"))
    False
    """
    whole, _, fraction = f"{abs(amount):f}".partition(".")
    fraction = fraction.rstrip("0")
    groups: list[str] = []
    digits = whole
    while len(digits) > 3:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    groups.insert(0, digits)
    thousands = r"[\s.,'’´`]?".join(groups)
    tail = rf"\s?[.,]\s?{fraction}0*" if fraction else r"(\s?[.,]\s?(0+|-+|–|—))?"
    pattern = rf"(?<![\d])(?<!\d[.,'’]){thousands}{tail}(?![\d])(?![.,]\d)"
    return re.search(pattern, text) is not None


def _differs(invoice: Invoice, name: str, key: str, value: str) -> Problem:
    return Problem(
        code="page-differs",
        message=f"The page does not show the {name} that the data states ({value[:60]}).",
        cure="Compare the page with the data before paying; the page and the data must agree.",
        severity=Severity.WARNING,
        where=invoice.places.get(key),
    )
