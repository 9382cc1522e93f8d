"""Months by name in Western European languages, whole or cut short, with accents or without."""

from __future__ import annotations

import unicodedata

__all__ = ["month", "without_accents"]

# "märz" is also written "marz" or "maerz"; the shorter forms are the beginnings of the longer.
_NAMES = (
    "january januar janner jaenner janvier januari enero gennaio",
    "february februar feber fevrier februari febrero febbraio",
    "march marz maerz mars maart marzo",
    "april avril aprile abril",
    "may mai mei mayo maggio",
    "june juni juin junio giugno",
    "july juli juillet julio luglio",
    "august aout augustus agosto",
    "september septembre septiembre settembre",
    "october oktober octobre octubre ottobre",
    "november novembre noviembre",
    "december dezember decembre diciembre dicembre",
)
_SHORT = {"mrz": 3, "mrt": 3, "sept": 9, "jly": 7, "jne": 6}
_MONTH_OF = {name: at for at, names in enumerate(_NAMES, start=1) for name in names.split()}


def without_accents(text: str) -> str:
    """Give a text in small letters and without accents: "Août" is "aout"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def month(word: str) -> tuple[int, bool]:
    """Tell the month that a word names, 1 to 12 or 0 for none, and whether it had to be mended.

    A beginning of three letters or more names a month if it begins no other's name. A name of five
    letters or more may have one letter wrong.
    """
    name = without_accents(word).strip(".")
    if name in _SHORT:
        return _SHORT[name], False
    if len(name) < 3:
        return 0, False
    begun = {number for known, number in _MONTH_OF.items() if known.startswith(name)}
    if len(begun) == 1:
        return begun.pop(), False
    if begun or len(name) < 5:
        return 0, False
    near = {number for known, number in _MONTH_OF.items() if _one_letter_off(name, known)}
    return (near.pop(), True) if len(near) == 1 else (0, False)


def _one_letter_off(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )
