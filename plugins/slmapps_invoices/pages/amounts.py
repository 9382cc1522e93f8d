"""Amounts of money as pages print them, in every notation, with every plausible reading.

Design choices:

* A comma parts decimals in one half of the world and thousands in the other. All amounts of a
  document vote (``convention``), and a string's readings are weighed by the vote, never cut by it.
* Repairs of scanning faults are readings of low weight, marked ``repaired``: a letter for a digit,
  a lost or doubled decimal sign, digits pushed apart. One digit taken for another cannot be seen in
  a string; only the sums can tell (see ``digit_repairs``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from slmapps_invoices.pages.currencies import CURRENCY_MARK
from slmapps_invoices.pages.readings import (
    DIGIT_FOR,
    Reading,
    figures_for_letters,
    ranked,
    scaled,
    tidy,
)

__all__ = ["Convention", "convention", "read_amount", "read_rate"]

# How often amounts are printed with so many decimals; unit prices have four, whole amounts none.
_DECIMALS = {0: 0.12, 1: 0.03, 2: 0.8, 3: 0.02, 4: 0.02, 5: 0.005, 6: 0.005}
_FIGURES = re.compile(r"[\d.,' ]*\d[\d.,' ]*")
_INSIDE = re.compile(r"(?<![\w.,])-?\d[\d.,']*(?:\b|(?=-))")
_NO_CENTS = re.compile(r"(?<=\d)([.,]) ?-{1,2}(?=\s|\Z)")
_TAIL = re.compile(r"(?<=[\d)])\s*(CR|Cr|DR|Dr)\.?\Z")
_TAX_MARK = re.compile(r"(?:(?<=[.,]\d\d)|(?<=\d)\s)[A-Z]\Z|(?<=\d)\s?\*\Z")
_PER_UNIT = re.compile(r"(?<=\d)\s*/\s*[^\W\d_].*\Z")
_LONGEST = 40  # characters; no amount is longer, and the work grows with it
_REPAIRED_SHARE = 0.08  # of all readings, where the string can also be read as it stands


@dataclass(frozen=True, slots=True)
class Convention:
    """How a document writes numbers: ``comma`` is the probability that it parts decimals by one."""

    comma: float = 0.5


def convention(texts: Iterable[str], prior: float = 0.5) -> Convention:
    """Infer from all amounts of a document together how it writes them.

    ``prior`` is the probability of a decimal comma before any amount is seen, by the language.
    """
    odds = math.log(prior / (1 - prior))
    for text in texts:
        _, figures = _sign(tidy(text)[:_LONGEST])
        if not _FIGURES.fullmatch(figures):
            continue
        chances = [
            sum(one.weight for one in _plain(figures.strip(), Convention(comma)))
            for comma in (0.98, 0.02)
        ]
        odds += max(-4.0, min(4.0, math.log((chances[0] + 1e-4) / (chances[1] + 1e-4))))
    return Convention(1 / (1 + math.exp(-max(-6.0, min(6.0, odds)))))


def read_amount(text: str, convention: Convention | None = None) -> list[Reading[Decimal]]:
    """Read an amount in every plausible way, the most likely first; nothing where it is none."""
    known = convention or Convention()
    negative, figures = _sign(tidy(text)[:_LONGEST])
    figures = figures.strip(" :;=*")
    plain = _plain(figures, known) if _FIGURES.fullmatch(figures) else []
    repaired = _repaired(figures, known, known_well=bool(plain))
    if not plain and not repaired:
        plain = _inside(figures, known)
    if plain and repaired:
        found = scaled(plain, 1 - _REPAIRED_SHARE) + scaled(repaired, _REPAIRED_SHARE)
    elif plain:
        found = scaled(plain, min(1.0, sum(one.weight for one in plain) + 0.9))
    else:
        found = scaled(repaired, min(0.7, sum(one.weight for one in repaired)))
    if negative:
        found = [Reading(-one.value, one.weight, one.repaired) for one in found]
    return ranked(found)


def read_rate(text: str, convention: Convention | None = None) -> list[Reading[Decimal]]:
    """Read a percentage: a rate of tax or a discount, 0 to 100, with or without its sign."""
    cleaned = re.sub(r"%|\bv\.?\s?H\.?|\b(?:pct|percent|Prozent)\b", " ", tidy(text)).strip()
    found = [
        # Rates have few decimals: "19,000" is nineteen.
        Reading(abs(one.value).normalize() + 0, one.weight, one.repaired)
        for one in read_amount(cleaned, convention)
        if abs(one.value) <= 100
    ]
    return ranked(scaled(found, min(1.0, sum(one.weight for one in found) + 0.3)))


def _sign(text: str) -> tuple[bool, str]:
    """Take currency, sign and other marks off; tell whether the amount is negative."""
    text = tidy(CURRENCY_MARK.sub(" ", text))
    text = _PER_UNIT.sub("", text)
    text = _NO_CENTS.sub(r"\g<1>00", text)
    text = text.rstrip(" ,;:")
    negative = False
    if match := _TAIL.search(text):
        negative = match[1].upper() == "CR"
        text = text[: match.start()]
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1].strip()
    if text.endswith("-"):
        negative, text = True, text[:-1].strip()
    elif text[:1] in {"-", "+"}:
        negative, text = negative or text[0] == "-", text[1:].strip()
    return negative, _TAX_MARK.sub("", text)


def _plain(figures: str, known: Convention) -> list[Reading[Decimal]]:
    """Read figures as they stand: each choice of decimal sign under which the groups are right."""
    found = []
    for sign in ("", ".", ","):
        whole, part, fraction = figures.rpartition(sign) if sign else (figures, "", "")
        if sign and (not part or not fraction.isdigit() or len(fraction) > 6 or sign in whole):
            continue
        grouped = _grouped(whole)
        if grouped is None or (grouped[1] == sign and sign):
            continue
        digits, group = grouped
        weight = _DECIMALS[len(fraction)]
        if sign == "," or group == ".":
            weight *= known.comma
        elif sign == "." or group == ",":
            weight *= 1 - known.comma
        if not digits and not fraction:
            continue
        value = Decimal(f"{digits or '0'}.{fraction}" if fraction else digits)
        found.append(Reading(value, weight))
    return found


def _grouped(whole: str) -> tuple[str, str] | None:
    """Join groups of three digits, or of two before the last three as in India.

    Gives the digits and the sign between groups, or None where the groups are wrong.
    """
    signs = set(whole) - set("0123456789")
    if not signs:
        return whole, ""
    if len(signs) > 1:
        return None
    sign = signs.pop()
    first, *rest = whole.split(sign)
    sizes = [len(part) for part in rest]
    western = 1 <= len(first) <= 3 and all(size == 3 for size in sizes)
    indian = (
        sign == "," and 1 <= len(first) <= 2 and len(sizes) > 1
        and sizes[-1] == 3 and all(size == 2 for size in sizes[:-1])
    )  # fmt: skip
    if not (western or indian) or first.startswith("0"):
        return None
    return "".join((first, *rest)), sign


def _repaired(figures: str, known: Convention, *, known_well: bool) -> list[Reading[Decimal]]:
    """Read figures with one kind of fault mended; several readings where several would do."""
    if not figures or not any(char.isdigit() for char in figures):
        return []
    weight = 1.0
    if not known_well and any(char in DIGIT_FOR for char in figures):
        mended, changed = figures_for_letters(figures)
        if not _FIGURES.fullmatch(mended) or changed > len(figures) / 2:
            return []
        figures, weight = mended, 0.6**changed
        plain = _plain(figures, known)
        if plain:
            return _mended(scaled(plain, 0.7), weight)
    if not _FIGURES.fullmatch(figures):
        return []
    if known_well:
        lost = _lost_sign(figures)
        return [] if lost is None else [Reading(lost, 0.05, repaired=True)]
    found: list[Reading[Decimal]] = []
    tight = re.sub(r" (?=[.,])|(?<=[.,]) ", "", figures)
    tight = re.sub(r"([.,])[.,](?=\d{1,2}\Z)", r"\1", tight)
    for text, share in (
        (tight, 0.5),
        (tight.replace(" ", ""), 0.4),
        (re.sub(r" (?=\d\d\Z)", ".", tight), 0.5),
    ):
        if text != figures:
            found.extend(_mended(scaled(_plain(text, known), 1.0), share * weight))
    if match := re.fullmatch(r"([\d., ']*\d)[.,](\d\d)", tight.replace(" ", "")):
        digits = re.sub(r"\D", "", match[1])
        found.append(Reading(Decimal(f"{digits}.{match[2]}"), 0.4 * weight, repaired=True))
    lost = _lost_sign(tight)
    if lost is not None and not found:
        found.append(Reading(lost, 0.2 * weight, repaired=True))
    return found


def _lost_sign(figures: str) -> Decimal | None:
    """Read figures whose decimal sign was lost, before the last two digits."""
    if re.search(r"[.,]\d{1,2}\Z", figures):
        return None
    digits = re.sub(r"\D", "", figures)
    return Decimal(digits).scaleb(-2) if 3 <= len(digits) <= 12 else None


def _mended(readings: list[Reading[Decimal]], weight: float) -> list[Reading[Decimal]]:
    return [Reading(one.value, one.weight * weight, repaired=True) for one in readings]


def _inside(text: str, known: Convention) -> list[Reading[Decimal]]:
    """Read the amounts that stand among other words, each with a lower weight."""
    found: list[Reading[Decimal]] = []
    for match in _INSIDE.finditer(text):
        figures = match[0].lstrip("-").rstrip(".,'")
        plain = _plain(figures, known) if _FIGURES.fullmatch(figures) else []
        sign = -1 if match[0].startswith("-") else 1
        found.extend(
            Reading(sign * one.value, one.weight, one.repaired) for one in scaled(plain, 0.4)
        )
    return found
