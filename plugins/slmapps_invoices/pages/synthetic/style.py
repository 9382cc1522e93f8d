"""A layout: every choice of style, drawn from the layout's number when it is first asked for.

Design choices:

* A choice is named where it is used (``style.chance("zebra", 0.2)``) and depends on the layout's
  number and the name alone, so that one layout looks the same whatever is printed with it, and a
  layout that is held out is held out whole.
* Words are chosen the same way, for each language: a seller calls a thing by one name only.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from slmapps_invoices.pages.synthetic.lexicon import terms

__all__ = ["LAYOUTS", "Style", "dice_of"]

LAYOUTS = 4000

_Any = TypeVar("_Any")

# Where a seller who writes in a language sits, by weight.
_COUNTRIES = {
    "en": {"GB": 42, "US": 33, "IE": 10, "DE": 10, "FR": 5},
    "de": {"DE": 78, "AT": 12, "CH": 10},
    "fr": {"FR": 80, "BE": 9, "CH": 7, "LU": 4},
}
# The first letters of the keys of labels: columns, sums, and what an invoice says of itself.
_LABELS = {"c_", "t_", "nu", "is", "du", "or", "cu", "de", "bi", "sh", "co"}


def dice_of(name: str) -> Random:
    """Give dice that fall the same way whenever they are asked for by one name."""
    return Random(name)  # noqa: S311  a draw, no secret


class Style:
    """The choices of one layout, as it is used in one language."""

    def __init__(self, layout: int, language: str) -> None:
        self.layout = layout
        self.language = language
        self._dice: dict[str, float] = {}
        self._terms = terms(language)
        self.country = self.weigh(f"country {language}", _COUNTRIES[language])

    def roll(self, name: str) -> float:
        """Give the number within 0..1 that stands for the choice called ``name``."""
        if name not in self._dice:
            self._dice[name] = dice_of(f"{self.layout}/{name}").random()
        return self._dice[name]

    def chance(self, name: str, share: float) -> bool:
        """Say yes in ``share`` of all layouts."""
        return self.roll(name) < share

    def between(self, name: str, low: float, high: float) -> float:
        """Give a size between two, evenly."""
        return low + (high - low) * self.roll(name)

    def pick(self, name: str, *options: _Any) -> _Any:
        """Give one of the options, evenly."""
        return options[int(self.roll(name) * len(options))]

    def weigh(self, name: str, options: Mapping[_Any, float]) -> _Any:
        """Give one of the options by their weights."""
        left = self.roll(name) * sum(options.values())
        for option, weight in options.items():
            left -= weight
            if left < 0:
                return option
        return next(iter(options))

    def say(self, key: str, which: str = "") -> str:
        """Give the layout's phrase for a thing; ``which`` tells two uses of one key apart."""
        phrase = self.pick(f"say {self.language} {key}{which}", *self._terms[key])
        if "{" in phrase or len(phrase) > 30:
            return phrase
        if self.chance("two languages", 0.04) and key[:2] in _LABELS:
            second = "en" if self.language != "en" else "de"
            phrase += " / " + self.pick(f"say {second} {key}", *terms(second)[key])
        if "{" in phrase:
            return phrase.partition(" / ")[0]
        capitals = self.chance("capitals", 0.08) and key[:2] in _LABELS
        return phrase.upper() if capitals else phrase

    def random(self, name: str) -> Random:
        """Give dice of the layout's own for what takes many throws."""
        return dice_of(f"{self.layout}/{name}")

    @property
    def receipt(self) -> bool:
        """Whether this is a till's slip."""
        return self.chance("receipt", 0.1)

    @property
    def form(self) -> bool:
        """Whether this is an electronic invoice made visible, which never prices with tax."""
        return (
            not self.receipt and not self.chance("gross lines", 0.09) and self.chance("form", 0.2)
        )
