"""The search itself: all combinations of net, tax and total, with what hangs on each.

Net, tax and total are tried in all combinations (exact). What hangs on one of them alone is solved
once for each of its values: line total, allowance, charge and the lines on net, paid and due on
total, the rows of the breakdown on net and tax. Lines are chosen by ``line_sums``.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from itertools import product

from slmapps_invoices.pages.line_sums import LineSums, Reached
from slmapps_invoices.pages.sums import (
    HOLDS,
    Candidate,
    Candidates,
    Solution,
    absent,
    cents,
    choices,
    evidence,
    signed,
)
from slmapps_invoices.pages.tax_rows import (
    COMMON,
    TaxChoice,
    at_common_rate,
    tax_choices,
    too_steep,
)
from slmapps_invoices.pages.verdicts import Picked, conclude

__all__ = ["solve_once"]

_READINGS = 6
_FEW = 3
_KEPT = 3  # of the choices for what hangs on one value, so that there is a second best
FAILS = math.log(0.03)
_NO_LINES = math.log(0.1)  # lines fail to add up more often: one may be lost
_GROSS = math.log(0.15)
_EXPLORED = 25.0  # nats below the best, where a second best is still looked for
_NEAR = math.log(100)
_STEEP = math.log(0.005)  # tax beyond any rate in force

Option = tuple[Candidate | None, float]


@dataclass(frozen=True, slots=True)
class _Part:
    """A choice for the fields that hang on one value."""

    score: float
    fields: tuple[tuple[str, Candidate], ...]
    target: int | None = None  # what the lines add up to; None: nothing that is known
    gross: bool = False

    @property
    def places(self) -> set[Hashable]:
        return {one.place for _, one in self.fields if one.place is not None}


@dataclass(frozen=True, slots=True)
class _Found:
    score: float
    core: tuple[Candidate | None, Candidate | None, Candidate | None]
    head: _Part
    tail: _Part
    taxes: TaxChoice
    amounts: tuple[int | None, int | None, int | None]  # net, tax, total, with what is inferred

    def fields(self) -> dict[str, Candidate]:
        named = zip(("net", "tax", "total"), self.core, strict=True)
        own = {name: one for name, one in named if one is not None}
        return own | dict(self.head.fields) | dict(self.tail.fields)


def solve_once(candidates: Candidates, sums: LineSums) -> Solution:
    """Choose the best reading of everything, digits as they are; ``sums`` are of its lines."""
    found = _Search(candidates, sums).run()
    best = found[0]
    reached = sums.best if best.head.target is None else sums.reaching(best.head.target)
    margins = _margins(found)
    margin = min([best.score - one.score for one in found[1:]], default=_EXPLORED)
    if reached is not None:
        margin = min(margin, reached.score - reached.second)
    solution = conclude(
        Picked(
            candidates,
            best.fields(),
            best.amounts,
            best.taxes,
            reached or sums.best,
            best.head.gross,
            best.score,
        )
    )
    proved = solution.proved and margins.get("total", _EXPLORED) >= _NEAR
    return replace(
        solution, margin=max(0.0, min(margin, _EXPLORED)), margins=margins, proved=proved
    )


def _margins(found: list[_Found]) -> dict[str, float]:
    """Tell for each field by how much the best solution beats one with another value there."""
    chosen = found[0].fields()
    margins: dict[str, float] = {}
    for one in found[1:]:
        own = one.fields()
        for name, candidate in chosen.items():
            other = own.get(name)
            if name not in margins and (other is None or other.value != candidate.value):
                amount = dict(zip(("net", "tax", "total"), one.amounts, strict=True)).get(name)
                if other is None and amount == cents(candidate.value):
                    continue  # inferred to the same value
                margins[name] = found[0].score - one.score
    return {name: margins.get(name, _EXPLORED) for name in chosen}


class _Search:
    """All combinations of net, tax and total, with the best of what hangs on each."""

    def __init__(self, candidates: Candidates, sums: LineSums) -> None:
        self.candidates = candidates
        self.sums = sums
        self.taxes = tax_choices(candidates)
        self._rates = any(row.rate for row in candidates.taxes)
        self._heads: dict[int | None, list[_Part]] = {}
        self._tails: dict[int | None, list[_Part]] = {}
        self._taxed: dict[tuple[int | None, int | None], list[tuple[float, TaxChoice]]] = {}

    def run(self) -> list[_Found]:
        """Give solutions, the best first, each of a combination of values of its own."""
        cores = list(product(*(self._options(name, _READINGS) for name in ("net", "tax", "total"))))
        found: list[_Found] = []
        best = -math.inf
        for core in cores:
            places = [one.place for one, _ in core if one is not None and one.place is not None]
            if len(set(places)) < len(places):
                continue
            for one in self._completed(core, best):
                best = max(best, one.score)
                found.append(one)
        return sorted(found, key=lambda one: -one.score)

    def _options(self, name: str, most: int) -> list[Option]:
        readings = sorted(self.candidates.of(name), key=lambda one: -one.score)[:most]
        repaired = [one for one in self.candidates.of(name) if one.printed is not None]
        readings += [one for one in repaired if one not in readings]
        return choices(readings, tuple(readings))

    def _completed(self, core: tuple[Option, ...], best: float) -> list[_Found]:
        net, tax, total = (None if one is None else cents(one.value) for one, _ in core)
        score = sum(own for _, own in core)
        if net is not None and tax is not None and total is not None:
            holds = net + tax == total
            score += HOLDS + evidence((net, tax, total), twice=not tax) if holds else FAILS
        amounts = self._inferred(net, tax, total)
        if amounts[0] and amounts[1]:
            score += self._rated(amounts[0], amounts[1])
        used = {one.place for one, _ in core if one is not None and one.place is not None}
        heads = [part for part in self._head(amounts[0], amounts[2]) if not part.places & used]
        tails = [part for part in self._tail(amounts[2]) if not part.places & used]
        if not heads or not tails:
            return []
        taxes = self._judged_taxes(amounts[0], amounts[1])
        top = score + heads[0].score + tails[0].score + taxes[0][0]
        if top < best - _EXPLORED:
            return []
        found = []
        for head, tail, (taxed, choice) in (
            (heads[0], tails[0], taxes[0]),
            *((head, tails[0], taxes[0]) for head in heads[1:_KEPT]),
            *((heads[0], tail, taxes[0]) for tail in tails[1:_KEPT]),
            *((heads[0], tails[0], one) for one in taxes[1:_KEPT]),
        ):
            if head.places & tail.places:
                continue
            chosen = core[0][0], core[1][0], core[2][0]
            whole = score + head.score + tail.score + taxed
            found.append(_Found(whole, chosen, head, tail, choice, amounts))
        return found

    def _inferred(
        self, net: int | None, tax: int | None, total: int | None
    ) -> tuple[int | None, int | None, int | None]:
        """Fill in the third of net, tax and total; tax also from the rows of the breakdown."""
        if tax is None and net is not None and total is not None:
            tax = total - net if total != net else None
        elif tax is None:
            tax = self.taxes[0].tax
        if net is None and total is not None and tax is not None:
            net = total - tax
        if total is None and net is not None and tax is not None:
            total = net + tax
        return net, tax, total

    def _rated(self, net: int, tax: int) -> float:
        """Judge tax by net alone; where no rate is printed it may still be a common one."""
        if too_steep(net, tax):
            return _STEEP
        if self._rates or not at_common_rate(net, tax):
            return 0.0
        return max(0.0, HOLDS + evidence((net, tax)) - COMMON)

    def _judged_taxes(self, net: int | None, tax: int | None) -> list[tuple[float, TaxChoice]]:
        known = self._taxed.get((net, tax))
        if known is None:
            judged = [(choice.judged(net, tax), choice) for choice in self.taxes]
            known = sorted(judged, key=lambda item: -item[0])[:_KEPT]
            self._taxed[net, tax] = known
        return known

    def _tail(self, total: int | None) -> list[_Part]:
        """Give choices for paid and due under a total."""
        if total in self._tails:
            return self._tails[total]
        found = []
        for (paid, first), (due, second) in product(
            self._options("paid", _FEW), self._options("due", _READINGS)
        ):
            if paid is not None and due is not None and paid.place == due.place is not None:
                continue
            score = first + second
            if total is not None and due is not None:
                off = 0 if paid is None else signed(cents(paid.value), total)
                amounts = (total, off, cents(due.value))
                holds = total - off == amounts[2]
                # Nothing paid or nothing due: the total is printed twice, whichever is meant.
                once = bool(off and amounts[2])
                score += HOLDS + evidence(amounts, twice=not once) if holds else FAILS
            found.append(_Part(score, _named(paid=paid, due=due)))
        self._tails[total] = _best(found)
        return self._tails[total]

    def _head(self, net: int | None, total: int | None) -> list[_Part]:
        """Give choices for line total, allowance, charge and lines under a net and a total."""
        if net not in self._heads:
            self._heads[net] = _best(self._heads_of(net))
        parts = self._heads[net]
        # Lines priced with tax add up to the total, and no line total is printed with them.
        if total is None or total == net or not self.sums.count:
            return parts
        reached = self.sums.reaching(total)
        if reached is None:
            return parts
        score = reached.score + HOLDS + self._worth_of_lines(total) + (_GROSS if net else 0.0)
        missing = [
            absent(self.candidates.of(name)) for name in ("line_total", "allowance", "charge")
        ]
        return _best([*parts, _Part(score + sum(missing), (), total, gross=net is not None)])

    def _heads_of(self, net: int | None) -> list[_Part]:
        found = []
        for (whole, first), (less, second), (more, third) in product(
            self._options("line_total", _READINGS),
            self._options("allowance", _FEW),
            self._options("charge", _FEW),
        ):
            fields = _named(line_total=whole, allowance=less, charge=more)
            part = _Part(first + second + third, fields)
            if len(part.places) < sum(one.place is not None for _, one in fields):
                continue
            sign = net or (0 if whole is None else cents(whole.value))
            off = 0 if less is None else signed(cents(less.value), sign)
            on = 0 if more is None else signed(cents(more.value), sign)
            score, target = part.score, None
            if whole is not None:
                target = cents(whole.value)
                if net is not None:
                    holds = target - off + on == net
                    amounts = (target, off, on, net)
                    plain = not off and not on
                    score += HOLDS + evidence(amounts, twice=plain) if holds else FAILS
            elif net is not None:
                target = net + off - on
            found.append(self._with_lines(replace(part, score=score), target))
        return found

    def _with_lines(self, part: _Part, target: int | None) -> _Part:
        best = self.sums.best.score
        if not self.sums.count:
            return replace(part, target=target)
        if target is None:
            return replace(part, score=part.score + best)
        reached: Reached | None = self.sums.reaching(target)
        missed = best + _NO_LINES
        if reached is not None:
            held = reached.score + HOLDS + self._worth_of_lines(target)
            if held > missed:
                return replace(part, score=part.score + held, target=target)
        return replace(part, score=part.score + missed)

    def _worth_of_lines(self, target: int) -> float:
        return evidence((target, self.sums.unit), twice=self.sums.count == 1)


def _named(**chosen: Candidate | None) -> tuple[tuple[str, Candidate], ...]:
    return tuple((name, one) for name, one in chosen.items() if one is not None)


def _best(parts: list[_Part]) -> list[_Part]:
    return sorted(parts, key=lambda part: -part.score)[: 4 * _KEPT]
