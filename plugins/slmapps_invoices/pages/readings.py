"""What a string on a page may mean: a value, how likely it is, and whether it had to be mended.

Design choices:

* A string has several readings ("1.234" is one and a bit, or a thousand and more). They are all
  kept, each with a weight; what stands elsewhere on the page chooses (see ``solver``).
* Weights of one string add up to 1 at most. What is left to 1 says that none of them is meant.
* A reading that supposes a fault of the scan (a letter for a digit, a lost decimal sign) is marked
  ``repaired``, so that no value which nobody printed goes by as printed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

__all__ = ["DIGIT_FOR", "Reading", "figures_for_letters", "ranked", "scaled", "tidy"]

Value = TypeVar("Value")

# What scans take for a digit, and the digit.
DIGIT_FOR = {
    "O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1",
    "Z": "2", "z": "2", "A": "4", "S": "5", "s": "5", "b": "6", "G": "6", "T": "7", "B": "8",
    "g": "9", "q": "9",
}  # fmt: skip
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SAME = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "−": "-", "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """One way to read a string.

    ``weight`` is within 0 and 1 and can be compared with the weights of the string's other
    readings. ``checked`` tells whether a checksum holds; None where the value has none.
    """

    value: Value
    weight: float
    repaired: bool = False
    checked: bool | None = None

    @property
    def score(self) -> float:
        """The natural logarithm of the weight, to add to a tagger's."""
        return math.log(max(self.weight, 1e-9))


def tidy(text: str) -> str:
    """Write blanks, apostrophes and dashes in one way each."""
    return _BLANKS.sub(" ", text.translate(_SAME)).strip()


def ranked(readings: Iterable[Reading[Value]]) -> list[Reading[Value]]:
    """Join readings of one value and give the most likely first.

    A value that can be read without a repair is not repaired.
    """
    joined: dict[Value, Reading[Value]] = {}
    for one in readings:
        known = joined.get(one.value)
        if known is None:
            joined[one.value] = one
        else:
            joined[one.value] = Reading(
                one.value,
                known.weight + one.weight,
                known.repaired and one.repaired,
                known.checked if one.checked is None else one.checked,
            )
    return sorted(joined.values(), key=lambda one: -one.weight)


def scaled(readings: list[Reading[Value]], whole: float) -> list[Reading[Value]]:
    """Give readings whose weights add up to ``whole``."""
    total = sum(one.weight for one in readings)
    if not total:
        return []
    return [replace(one, weight=one.weight * whole / total) for one in readings]


def figures_for_letters(text: str) -> tuple[str, int]:
    """Put digits for the letters that scans take for them; also give how many were replaced.

    >>> figures_for_letters("1O,S0")
    ('10,50', 2)
    """
    changed = sum(1 for char in text if char in DIGIT_FOR)
    return "".join(DIGIT_FOR.get(char, char) for char in text), changed
