"""What the solver is asked and what it answers, and what an equation that holds is worth.

Design choices:

* Scores are natural logarithms of probabilities, so that they add up: a tagger's for each reading,
  and for each equation how much more likely its amounts are if it is meant than by chance.
* A value is ``read``, ``inferred`` (nobody printed it; the others give it) or ``repaired`` (printed
  with one wrong digit, as the sums prove). Whoever books it must be able to tell.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, TypeVar

__all__ = [
    "FIELDS",
    "HOLDS",
    "MISREAD",
    "UNREAD",
    "Candidate",
    "Candidates",
    "Chosen",
    "LineCandidate",
    "Readings",
    "Solution",
    "SolvedLine",
    "SolvedTax",
    "Source",
    "TaxCandidate",
    "Verdict",
    "absent",
    "cents",
    "choices",
    "evidence",
    "one_digit_off",
    "signed",
]

FIELDS = ("line_total", "allowance", "charge", "net", "tax", "total", "paid", "due")
# The logarithm of how likely an equation that is meant holds.
HOLDS = math.log(0.97)
# A field that has readings and is given none of them: rather keep what is printed and say that an
# equation fails, unless more than one equation speaks against it.
UNREAD = -1.5
Amount = TypeVar("Amount", int, Decimal)
_CENT = Decimal("0.01")
_MOST = 8 * math.log(10)  # nats; beyond eight digits an equation proves no more
_LEAST = math.log(0.02)


# A digit is misread in about one amount of a hundred, and some 45 amounts are one digit away.
MISREAD = math.log(0.01 / 45)


class Source(StrEnum):
    """Where a chosen value comes from."""

    READ = "read"
    INFERRED = "inferred"
    REPAIRED = "repaired"


class Verdict(StrEnum):
    """Whether an equation holds; ``unchecked`` where one of its values was not printed."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of one value: ``score`` is the logarithm of its probability, 0 at most.

    ``place`` is a Span or any key; one place gives one value of the document at most. ``percent``
    is for discounts. ``printed`` is what the page shows where the sums changed a digit of it.
    """

    value: Decimal
    score: float = 0.0
    place: Hashable = None
    repaired: bool = False
    percent: bool = False
    printed: Decimal | None = None


Readings = tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class LineCandidate:
    """What may be a line of the invoice; ``score`` is the logarithm of how likely it is one."""

    quantity: Readings = ()
    unit_price: Readings = ()
    discount: Readings = ()
    net: Readings = ()
    tax_rate: Readings = ()
    score: float = -0.02
    key: Hashable = None


@dataclass(frozen=True, slots=True)
class TaxCandidate:
    """What may be a row of the breakdown of tax by rate; ``rate`` in per cent."""

    rate: Readings = ()
    base: Readings = ()
    amount: Readings = ()
    score: float = -0.05
    key: Hashable = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """All readings of all amounts of one document."""

    line_total: Readings = ()
    allowance: Readings = ()
    charge: Readings = ()
    net: Readings = ()
    tax: Readings = ()
    total: Readings = ()
    paid: Readings = ()
    due: Readings = ()
    taxes: tuple[TaxCandidate, ...] = ()
    lines: tuple[LineCandidate, ...] = ()

    def of(self, name: str) -> Readings:
        """Give the readings of a field by its name."""
        found: Readings = getattr(self, name)
        return found

    def with_readings(self, name: str, readings: Readings) -> Candidates:
        """Give the same candidates with other readings of one field."""
        changes: dict[str, Any] = {name: readings}
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value of the solution; ``candidate`` is None where nothing on the page was read for it.

    ``repaired`` of the candidate says that the reading itself had to be mended (a letter for a
    digit); ``source`` says whether the sums made the value.
    """

    value: Decimal
    source: Source = Source.READ
    candidate: Candidate | None = None

    @property
    def place(self) -> Hashable:
        """Where the value stands, or None."""
        return None if self.candidate is None else self.candidate.place

    @property
    def printed(self) -> Decimal | None:
        """What the page shows, where it differs from the value."""
        return None if self.candidate is None else self.candidate.printed


@dataclass(frozen=True, slots=True)
class SolvedLine:
    """A line of the solution; ``index`` is its position in ``Candidates.lines``.

    ``net`` is with tax where ``Solution.gross_lines`` is set. ``discount`` is an amount.
    """

    index: int
    key: Hashable = None
    quantity: Chosen | None = None
    unit_price: Chosen | None = None
    discount: Chosen | None = None
    net: Chosen | None = None
    tax_rate: Chosen | None = None


@dataclass(frozen=True, slots=True)
class SolvedTax:
    """A row of the breakdown of tax in the solution."""

    index: int
    key: Hashable = None
    rate: Chosen | None = None
    base: Chosen | None = None
    amount: Chosen | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """What the page means, as far as its sums tell.

    ``equations`` names each equation with its verdict: the rules of EN 16931 (``BR-CO-10``),
    ``BR-CO-17[i]`` for each row of tax, ``line[i]`` for each line kept, ``tax-bases`` (the rows'
    bases add up to the net), ``lines-tax`` (the lines at their rates give the tax).

    ``margin`` is by how many nats the solution beats the best one that differs in any value,
    ``margins`` the same by field of the head. ``proved`` is true only if the
    total is tied to net and tax, or to the lines, by an equation over values all read from the
    page, no equation of the head fails, and no other total comes near. ``unused`` names what the
    tagger was rather sure of and the solution does without, by field or by the candidate's index
    (``lines[3]``, ``taxes[0].base``).
    """

    fields: dict[str, Chosen] = field(default_factory=dict)
    lines: tuple[SolvedLine, ...] = ()
    left_out: tuple[int, ...] = ()
    taxes: tuple[SolvedTax, ...] = ()
    equations: dict[str, Verdict] = field(default_factory=dict)
    gross_lines: bool = False
    proved: bool = False
    score: float = 0.0
    margin: float = 0.0
    margins: dict[str, float] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    complete: bool = True  # False: the time limit cut the search of the lines short

    def value(self, name: str) -> Decimal | None:
        """Give the value of a field of the head, or None."""
        chosen = self.fields.get(name)
        return None if chosen is None else chosen.value

    @property
    def tax_is_summed(self) -> bool:
        """Whether the tax stands on the page as its parts by rate alone: read, and their sum fits.

        The tax itself then is what total and net leave, so that it agrees with the rows is a check.
        """
        tax = self.fields.get("tax")
        return (
            tax is not None
            and tax.source is Source.INFERRED
            and self.equations.get("BR-CO-14") is Verdict.HOLDS
            and all(row.amount and row.amount.source is Source.READ for row in self.taxes)
        )

    def equations_that(self, verdict: Verdict) -> list[str]:
        """Give the names of the equations with a verdict."""
        return [name for name, own in self.equations.items() if own is verdict]

    def values(self) -> Iterable[tuple[str, Chosen]]:
        """Give every chosen value with its key, as ``Invoice.places`` writes keys."""
        yield from self.fields.items()
        for kind, rows in (("taxes", self.taxes), ("lines", self.lines)):
            for at, row in enumerate(rows):
                for part in ("quantity", "unit_price", "discount", "net", "tax_rate"):
                    if kind == "lines" and (chosen := getattr(row, part)) is not None:
                        yield f"lines[{at}].{part}", chosen
                for part, name in (("rate", "rate"), ("base", "base"), ("amount", "tax")):
                    if kind == "taxes" and (chosen := getattr(row, part)) is not None:
                        yield f"taxes[{at}].{name}", chosen

    def sourced(self, source: Source) -> list[str]:
        """Give the keys of the values with a source."""
        return [key for key, chosen in self.values() if chosen.source is source]


def cents(amount: Decimal) -> int:
    """Give an amount in hundredths, rounded half up as rules on sums do."""
    return int(amount.quantize(_CENT, rounding=ROUND_HALF_UP).scaleb(2))


def evidence(amounts: Iterable[int], *, twice: bool = False) -> float:
    """Tell in nats what it is worth that an equation over these amounts (in hundredths) holds.

    If the amounts had nothing to do with each other, the last of them would fit the others once in
    10^d cases, where d is the number of significant digits of the largest: so that the equation
    holds is d x ln(10) nats of evidence that its amounts are read and understood rightly. Zeros
    that all the amounts end in are not significant. ``twice``: the equation only says that one
    number is printed in two places, which invoices do for many reasons; that counts half.
    """
    known = [abs(amount) for amount in amounts if amount]
    if not known:
        return 0.0
    unit = 1
    while all(amount % (unit * 10) == 0 for amount in known):
        unit *= 10
    nats = min(math.log(max(known) / unit + 1), _MOST)
    return nats / 2 if twice else nats


def choices(
    kept: Readings | Sequence[Candidate], readings: Readings
) -> list[tuple[Candidate | None, float]]:
    """Give the readings that are kept with their scores, and having none of ``readings``."""
    none = absent(readings) + (UNREAD if readings else 0.0)
    return [*((one, one.score) for one in kept), (None, none)]


def signed(amount: Amount, like: Amount) -> Amount:
    """Give an amount the sign of another; pages print what is taken off with a minus or without."""
    return -abs(amount) if like < 0 else abs(amount)


def absent(readings: Readings) -> float:
    """Give the logarithm of how likely it is that a value is none of its readings."""
    if not readings:
        return 0.0
    rest = 1 - sum(math.exp(min(one.score, 0.0)) for one in readings)
    return max(_LEAST, math.log(max(rest, 1e-9)))


def one_digit_off(one: Decimal, other: Decimal) -> bool:
    """Tell whether two amounts differ by one digit: another one, one too many or one lost.

    >>> one_digit_off(Decimal("119.00"), Decimal("719.00"))
    True
    """
    if (one < 0) != (other < 0):
        return False
    places = max(2, -int(one.as_tuple().exponent), -int(other.as_tuple().exponent))
    first, second = (str(abs(int(value.scaleb(places)))) for value in (one, other))
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) == 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )
