"""The words of invoices in three languages, kept as plain text files beside the code.

Design choices:

* Words are data: ``words/xx_terms.txt`` says what an invoice calls things, ``words/xx_goods.txt``
  what forty trades sell. A phrase more is a line of text, no code.
* A phrase that stands twice in its list is the commoner one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "Trade", "terms", "trades"]

LANGUAGES = ("en", "de", "fr")

_WORDS = Path(__file__).with_name("words")


@dataclass(frozen=True)
class Trade:
    """A trade: what it is called in a company's name, and what it sells.

    ``kind`` is g (goods), h (by the hour), s (by the month), r (retail) or f (food).
    """

    name: str
    kind: str
    low: int
    high: int
    units: tuple[str, ...]
    items: tuple[str, ...]
    variants: tuple[str, ...]


@cache
def terms(language: str) -> dict[str, tuple[str, ...]]:
    """Give the phrases of a language by key; ``{x}`` in a phrase is filled in when it is drawn."""
    found = {}
    for line in _lines(f"{language}_terms.txt"):
        key, _, phrases = line.partition(":")
        found[key] = tuple(phrase.strip() for phrase in phrases.split(" | "))
    return found


@cache
def trades(language: str) -> tuple[Trade, ...]:
    """Give the trades of a language."""
    found = []
    for line in _lines(f"{language}_goods.txt"):
        name, kind, low, high, units, items, variants = line.split("|")
        found.append(
            Trade(name, kind, int(low), int(high), _parts(units), _parts(items), _parts(variants))
        )
    return tuple(found)


def _lines(name: str) -> list[str]:
    text = (_WORDS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))
