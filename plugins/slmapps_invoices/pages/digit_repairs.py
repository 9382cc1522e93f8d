"""Digits that a scan got wrong, mended where the sums prove which and to what.

Design choices:

* A repair is offered only where an equation needs an amount that is one digit off what is printed.
* It is kept only if the equations then hold and no other repair makes them hold as well: net and
  total may both be one digit off what the other two need, and then neither is touched.
* A line without quantity and price is pinned by the sum of the lines alone; if two lines could make
  up the difference, neither is touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

from slmapps_invoices.pages.line_sums import LineSums
from slmapps_invoices.pages.sums import (
    MISREAD,
    Candidate,
    Candidates,
    LineCandidate,
    Solution,
    SolvedLine,
    Source,
    Verdict,
    cents,
    one_digit_off,
)

__all__ = ["header_repairs", "line_repairs"]

_READINGS = 3
_OFFERED = 5
_CENT = Decimal("0.01")
_NONE = Candidate(Decimal(0))

# field, the fields it follows from with their signs (equations of the head, each way round)
_EQUATIONS: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    ("net", (("total", 1), ("tax", -1))),
    ("tax", (("total", 1), ("net", -1))),
    ("total", (("net", 1), ("tax", 1))),
    ("net", (("line_total", 1), ("allowance", -1), ("charge", 1))),
    ("line_total", (("net", 1), ("allowance", 1), ("charge", -1))),
    ("allowance", (("line_total", 1), ("net", -1), ("charge", 1))),
    ("charge", (("net", 1), ("line_total", -1), ("allowance", 1))),
    ("total", (("due", 1), ("paid", 1))),
    ("due", (("total", 1), ("paid", -1))),
    ("paid", (("total", 1), ("due", -1))),
)
_OPTIONAL = frozenset(("allowance", "charge", "paid"))


def header_repairs(candidates: Candidates, sums: LineSums) -> list[tuple[str, Candidate]]:
    """Give the amounts of the head, one digit off a reading, that some equation needs."""
    needed = Counter(_needed(candidates, sums))
    offered: dict[str, list[tuple[int, Candidate]]] = {}
    for (name, value), count in needed.items():
        readings = sorted(candidates.of(name), key=lambda one: -one.score)
        if any(one.value == value for one in readings):
            continue
        for one in readings[:_READINGS]:
            if one_digit_off(one.value, value):
                repair = replace(one, value=value, score=one.score + MISREAD, printed=one.value)
                offered.setdefault(name, []).append((count, repair))
                break
    return [
        (name, one)
        for name, own in offered.items()
        for _, one in sorted(own, key=lambda item: (-item[0], -item[1].score))[:_OFFERED]
    ]


def _needed(candidates: Candidates, sums: LineSums) -> Iterator[tuple[str, Decimal]]:
    top = {
        name: sorted(candidates.of(name), key=lambda one: -one.score)[:_READINGS]
        + ([_NONE] if name in _OPTIONAL else [])
        for name in {name for name, _ in _EQUATIONS}
    }
    for name, parts in _EQUATIONS:
        for chosen in product(*(top[part] for part, _ in parts)):
            value = sum(
                (sign * one.value for one, (_, sign) in zip(chosen, parts, strict=True)),
                Decimal(0),
            )
            read = all(
                one.value or part in _OPTIONAL for one, (part, _) in zip(chosen, parts, strict=True)
            )
            if value and read:
                yield name, value.quantize(_CENT)
    rates = {one.value for row in candidates.taxes for one in row.rate if one.value}
    for rate, net in product(rates, top["net"]):
        yield "tax", (net.value * rate / 100).quantize(_CENT)
    if sums.count:
        whole = Decimal(sum(one.amount for one in sums.best.options)).scaleb(-2)
        for name in ("line_total", "net", "total"):
            yield name, whole


def line_repairs(candidates: Candidates, solution: Solution) -> Candidates | None:
    """Give the candidates with one repaired reading for each line that the sums pin, or None."""
    found: list[tuple[SolvedLine, str, Decimal]] = []
    adds_up = solution.equations["BR-CO-10"]
    if adds_up is Verdict.FAILS:
        one = _net_by_sum(candidates, solution)
        if one is not None:
            found.append((one[0], "net", one[1]))
    else:
        pinned = adds_up is Verdict.HOLDS
        for at, line in enumerate(solution.lines):
            if solution.equations[f"line[{at}]"] is Verdict.FAILS:
                found.extend(_by_own_equation(line, pinned=pinned))
    if not found:
        return None
    lines = list(candidates.lines)
    for line, part, value in found:
        lines[line.index] = _with_repair(lines[line.index], part, value, line)
    return replace(candidates, lines=tuple(lines))


def _net_by_sum(candidates: Candidates, solution: Solution) -> tuple[SolvedLine, Decimal] | None:
    """Find the only line whose net, changed by one digit, lets the lines add up."""
    target = _target(solution)
    nets = [line.net.value for line in solution.lines if line.net is not None]
    if target is None or len(nets) < len(solution.lines) or not nets:
        return None
    missing = target - sum(nets)
    if one_digit_off(target, target - missing) and not _head_pins(solution):
        return None  # the printed sum may as well be what is wrong
    fitting = []
    for line in solution.lines:
        if line.net is None or line.net.source is not Source.READ:
            continue
        value = line.net.value + missing
        if not one_digit_off(line.net.value, value) or not value:
            continue
        before, after = _off(line), _off(line, value)
        if before is not None and after is not None and (after > 1 or after >= before):
            continue  # what is printed is as right as quantity and price can tell
        fitting.append((line, value))
    # A line left out that has just the missing amount would explain it as well.
    for at in solution.left_out:
        if any(abs(one.value) == abs(missing) for one in candidates.lines[at].net):
            return None
    return fitting[0] if len(fitting) == 1 else None


def _target(solution: Solution) -> Decimal | None:
    whole = solution.fields.get("line_total")
    if whole is not None:
        return whole.value if whole.source is Source.READ else None
    net = solution.value("net")
    if net is None:
        return solution.value("total")
    return net + (solution.value("allowance") or 0) - (solution.value("charge") or 0)


def _head_pins(solution: Solution) -> bool:
    """Tell whether the head holds together without the lines."""
    held = solution.equations_that(Verdict.HOLDS)
    if "line_total" in solution.fields and "net" in solution.fields:
        return "BR-CO-13" in held
    return "BR-CO-15" in held or "tax-bases" in held


def _off(line: SolvedLine, net: Decimal | None = None) -> int | None:
    """Tell by how many cents a line's net, or another one, misses quantity times price."""
    own = net if net is not None else None if line.net is None else line.net.value
    if line.quantity is None or line.unit_price is None or own is None:
        return None
    less = Decimal(0) if line.discount is None else abs(line.discount.value)
    value = line.quantity.value * line.unit_price.value
    return abs(cents(value - (less if value >= 0 else -less)) - cents(own))


def _by_own_equation(line: SolvedLine, *, pinned: bool) -> list[tuple[SolvedLine, str, Decimal]]:
    """Find the only part of a line that, changed by one digit, lets its own equation hold.

    ``pinned``: the sum of the lines holds, so the net stands as it is. Without it the net may be
    what is wrong, and counts as one more way to mend the line.
    """
    quantity, price, net = line.quantity, line.unit_price, line.net
    if quantity is None or price is None or net is None:
        return []
    off = Decimal(0) if line.discount is None else abs(line.discount.value)
    whole = net.value + (off if net.value >= 0 else -off)
    ways: list[tuple[SolvedLine, str, Decimal]] = []
    for part, own, other in (("unit_price", price, quantity), ("quantity", quantity, price)):
        if not other.value:
            continue
        places = max(0, -int(own.value.as_tuple().exponent))
        value = round(whole / other.value, places)
        exact = cents(value * other.value) == cents(whole)
        if exact and value and one_digit_off(own.value, value):
            ways.append((line, part, value))
    value = (quantity.value * price.value - off).quantize(_CENT)
    if not pinned and one_digit_off(net.value, value):
        ways.append((line, "net", value))
    return ways if len(ways) == 1 else []


def _with_repair(
    candidate: LineCandidate, part: str, value: Decimal, line: SolvedLine
) -> LineCandidate:
    """Offer a value that the sums pin in place of what is printed, at no cost."""
    chosen = getattr(line, part)
    source = chosen.candidate or _NONE
    repair = replace(source, value=value, printed=source.value, score=source.score - 0.01)
    changes: dict[str, Any] = {part: (repair,)}
    return replace(candidate, **changes)
