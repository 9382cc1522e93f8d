"""Which of the candidate lines, read how, add up to a given amount.

Design choices:

* Each line is left out or taken with one of its readings, each choice with its score. The lines are
  dealt to two halves; of each half the best ways to every sum are kept (a dynamic programme over
  integer cents, the most likely ``_WIDTH`` sums of each step). A target is met in the middle: for
  each sum of the one half the other has to have the rest. So it costs n x width steps, and for
  each target width look-ups, where trying all subsets of 60 lines would cost 2^60.
* Only the likeliest sums are kept, so a solution that needs more than about four unlikely choices
  may be missed. It would not be worth believing.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from slmapps_invoices.pages.sums import (
    HOLDS,
    MISREAD,
    Candidate,
    LineCandidate,
    Readings,
    absent,
    cents,
    choices,
    evidence,
    one_digit_off,
)

__all__ = ["LineOption", "LineSums", "Reached", "line_amount"]

_WIDTH = 500
_READINGS = 4
_OPTIONS = 5
FAILS = math.log(0.1)
_INFERRED = math.log(0.02)
_SEED = (0.0, -math.inf, 0, -1)


@dataclass(frozen=True, slots=True)
class LineOption:
    """One choice for one line: its amount in cents and the readings that go with it.

    ``net`` is None where the amount is quantity times price and none was printed. ``taken`` is
    False for the choice to leave the line out.
    """

    amount: int
    score: float
    taken: bool = True
    quantity: Candidate | None = None
    unit_price: Candidate | None = None
    discount: Candidate | None = None
    net: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The best choice of lines for a sum, and the score of the next best for the same sum."""

    score: float
    second: float
    options: tuple[LineOption, ...]


_State = tuple[float, float, int, int]  # score, second best, sum before, option


def line_amount(
    quantity: Candidate, price: Candidate, discount: Candidate | None
) -> tuple[Decimal, Decimal]:
    """Give quantity times price less discount, and the discount as an amount."""
    gross = quantity.value * price.value
    if discount is None:
        return gross, Decimal(0)
    if discount.percent:
        off = gross * abs(discount.value) / 100
    else:
        off = abs(discount.value) if gross >= 0 else -abs(discount.value)
    return gross - off, off


class LineSums:
    """All candidate lines, prepared so that any number of targets can be asked for.

    ``deadline`` is a moment of ``time.thread_time``; past it fewer sums are kept and
    ``complete`` is False.
    """

    def __init__(self, lines: tuple[LineCandidate, ...], deadline: float = math.inf) -> None:
        self.options = [_options(line) for line in lines]
        self.count = len(lines)
        self.complete = True
        self._deadline = deadline
        self._known: dict[int, Reached | None] = {}
        # Unsure lines are dealt in turn, so that neither half gets all of them.
        sure = sorted(range(self.count), key=lambda at: _doubt(self.options[at]), reverse=True)
        self._halves = [sure[::2], sure[1::2]]
        self._steps = [self._run(half) for half in self._halves]
        amounts = [abs(one.amount) for own in self.options for one in own if one.taken]
        self.unit = 10 ** _common_zeros(amounts)

    @property
    def best(self) -> Reached:
        """The most likely choice whatever it adds up to."""
        picked = [max(own, key=lambda one: one.score) for own in self.options]
        return Reached(sum(one.score for one in picked), -math.inf, tuple(picked))

    def reaching(self, target: int) -> Reached | None:
        """Give the most likely choice that adds up to ``target`` cents, or None."""
        if target not in self._known:
            self._known[target] = self._meet(target)
        return self._known[target]

    def _run(self, half: list[int]) -> list[dict[int, _State]]:
        steps: list[dict[int, _State]] = [{0: _SEED}]
        for at in half:
            width = _WIDTH
            if time.thread_time() > self._deadline:
                width, self.complete = 40, False
            steps.append(_step(steps[-1], self.options[at], width))
        return steps

    def _meet(self, target: int) -> Reached | None:
        left, right = self._steps[0][-1], self._steps[1][-1]
        best, second, split = -math.inf, -math.inf, 0
        for amount, (score, next_score, _, _) in left.items():
            other = right.get(target - amount)
            if other is None:
                continue
            joined = score + other[0]
            if joined > best:
                best, second, split = joined, max(best, second), amount
            else:
                second = max(second, joined)
            second = max(second, next_score + other[0], score + other[1])
        if best == -math.inf:
            return None
        picked: dict[int, LineOption] = {}
        for half, steps, amount in zip(
            self._halves, self._steps, (split, target - split), strict=True
        ):
            picked |= dict(self._trace(half, steps, amount))
        return Reached(best, second, tuple(picked[at] for at in range(self.count)))

    def _trace(
        self, half: list[int], steps: list[dict[int, _State]], amount: int
    ) -> Iterator[tuple[int, LineOption]]:
        for at, step in zip(reversed(half), reversed(steps[1:]), strict=True):
            _, _, before, option = step[amount]
            yield at, self.options[at][option]
            amount = before


def _step(states: dict[int, _State], options: list[LineOption], width: int) -> dict[int, _State]:
    found: dict[int, _State] = {}
    for before, (score, second, _, _) in states.items():
        for number, option in enumerate(options):
            amount, own = before + option.amount, score + option.score
            other = second + option.score
            known = found.get(amount)
            if known is None:
                found[amount] = (own, other, before, number)
            elif own > known[0]:
                found[amount] = (own, max(known[0], other), before, number)
            elif own > known[1]:
                found[amount] = (known[0], own, known[2], known[3])
    if len(found) <= width:
        return found
    return dict(heapq.nlargest(width, found.items(), key=lambda item: item[1][0]))


def _options(line: LineCandidate) -> list[LineOption]:
    """Give the choices for a line: left out, each reading of its net, or what price gives."""
    likely = min(line.score, -1e-4)
    out = LineOption(0, max(math.log(-math.expm1(likely)), -7.0), taken=False)
    combined = list(_combined(line))
    found: dict[int, LineOption] = {}
    for net in _top(line.net):
        for quantity, price, discount, score in combined:
            if net.place is not None and net.place in _places(quantity, price, discount):
                continue
            own = likely + net.score + score + _judged(quantity, price, discount, net)
            _keep(found, LineOption(cents(net.value), own, True, quantity, price, discount, net))
    missing = absent(line.net) + (_INFERRED if line.net else 0.0)
    for quantity, price, discount, score in combined:
        if quantity is None or price is None:
            continue
        value, _ = line_amount(quantity, price, discount)
        amount = cents(value)
        own = likely + score + missing
        near = [
            net for net in _top(line.net) if one_digit_off(net.value, Decimal(amount).scaleb(-2))
        ]
        misread = None
        if near:
            misread = Candidate(
                Decimal(amount).scaleb(-2), near[0].score, near[0].place, printed=near[0].value
            )
            own = likely + score + near[0].score + MISREAD
        if amount not in found:
            _keep(found, LineOption(amount, own, True, quantity, price, discount, misread))
    ranked = sorted(found.values(), key=lambda one: -one.score)[:_OPTIONS]
    return [*ranked, out]


def _keep(found: dict[int, LineOption], option: LineOption) -> None:
    known = found.get(option.amount)
    if known is None or known.score < option.score:
        found[option.amount] = option


def _combined(
    line: LineCandidate,
) -> Iterator[tuple[Candidate | None, Candidate | None, Candidate | None, float]]:
    parts = [choices(_top(own), own) for own in (line.quantity, line.unit_price, line.discount)]
    for chosen in product(*parts):
        quantity, price, discount = (one for one, _ in chosen)
        places = _places(quantity, price, discount)
        if len(set(places)) == len(places):
            yield quantity, price, discount, sum(score for _, score in chosen)


def _places(*chosen: Candidate | None) -> list[Hashable]:
    return [one.place for one in chosen if one is not None and one.place is not None]


def _judged(
    quantity: Candidate | None, price: Candidate | None, discount: Candidate | None, net: Candidate
) -> float:
    """Give what the line's own equation says, within a cent for prices that were rounded."""
    if quantity is None or price is None:
        return 0.0
    value, _ = line_amount(quantity, price, discount)
    if abs(cents(value) - cents(net.value)) > 1:
        return FAILS
    twice = quantity.value == 1 and discount is None
    return HOLDS + evidence((cents(net.value), cents(price.value)), twice=twice)


def _top(readings: Readings) -> list[Candidate]:
    return sorted(readings, key=lambda one: -one.score)[:_READINGS]


def _doubt(options: list[LineOption]) -> float:
    """Tell how close the second choice comes to the first: 0 for a tie, less where it is sure."""
    scores = sorted((one.score for one in options), reverse=True)
    return scores[1] - scores[0] if len(scores) > 1 else -math.inf


def _common_zeros(amounts: list[int]) -> int:
    zeros = 0
    known = [amount for amount in amounts if amount]
    while known and zeros < 8 and all(amount % 10 ** (zeros + 1) == 0 for amount in known):
        zeros += 1
    return zeros
