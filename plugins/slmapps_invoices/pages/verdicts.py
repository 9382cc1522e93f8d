"""From what the search picked to a Solution: values with their source, equations with a verdict.

The equations are worked out anew from the chosen values, so that a verdict never rests on what the
search believed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from slmapps_invoices.pages.line_sums import LineOption, Reached, line_amount
from slmapps_invoices.pages.sums import (
    FIELDS,
    Candidate,
    Candidates,
    Chosen,
    LineCandidate,
    Readings,
    Solution,
    SolvedLine,
    SolvedTax,
    Source,
    TaxCandidate,
    Verdict,
    cents,
    signed,
)
from slmapps_invoices.pages.tax_rows import (
    RowOption,
    TaxChoice,
    at_common_rate,
    row_holds,
    too_steep,
)

__all__ = ["Picked", "conclude"]

_SIGNED = frozenset(("allowance", "charge", "paid"))
_LIKELY = math.log(0.5)
_ROUNDING = 1  # cents between a line's amount and quantity times a price that was rounded


@dataclass(frozen=True, slots=True)
class Picked:
    """What the search picked. ``amounts`` are net, tax and total in cents, read or inferred."""

    candidates: Candidates
    fields: dict[str, Candidate]
    amounts: tuple[int | None, int | None, int | None]
    taxes: TaxChoice
    lines: Reached
    gross: bool
    score: float


def conclude(picked: Picked) -> Solution:
    """Build the Solution with every verdict; ``margin`` is left to the caller."""
    fields = _fields(picked)
    taxes = tuple(_tax(at, row, picked) for at, row in enumerate(picked.taxes.rows) if row.taken)
    rates = {cents(row.rate.value) for row in taxes if row.rate is not None}
    lines = tuple(
        _line(at, option, picked, rates)
        for at, option in enumerate(picked.lines.options)
        if option.taken
    )
    left_out = tuple(at for at, option in enumerate(picked.lines.options) if not option.taken)
    solution = Solution(
        fields, lines, left_out, taxes, gross_lines=picked.gross, score=picked.score
    )
    equations = dict(_verdicts(solution))
    proved = _proved(solution, equations)
    unused = tuple(_unused(picked, solution))
    return replace(solution, equations=equations, proved=proved, unused=unused)


def _unused(picked: Picked, solution: Solution) -> Iterator[str]:
    """Name what was likely read and is not made use of."""
    candidates = picked.candidates
    used = {chosen.place for _, chosen in solution.values()} - {None}
    for name in FIELDS:
        chosen = solution.fields.get(name)
        free = tuple(one for one in candidates.of(name) if one.place not in used)
        if (chosen is None or chosen.source is Source.INFERRED) and _likely(free):
            yield name
    for at, (row, source) in enumerate(zip(picked.taxes.rows, candidates.taxes, strict=False)):
        if not row.taken and _said_twice(source, solution):
            continue
        yield from _unused_parts(f"taxes[{at}]", row, source, ("rate", "base", "amount"))
    for at, (line, own) in enumerate(zip(picked.lines.options, candidates.lines, strict=True)):
        parts = ("quantity", "unit_price", "discount", "net")
        yield from _unused_parts(f"lines[{at}]", line, own, parts)


def _unused_parts(
    key: str,
    option: RowOption | LineOption,
    source: TaxCandidate | LineCandidate,
    parts: tuple[str, ...],
) -> Iterator[str]:
    if not option.taken:
        if source.score >= _LIKELY:
            yield key
        return
    for part in parts:
        if getattr(option, part) is None and _likely(getattr(source, part)):
            yield f"{key}.{part}"


def _said_twice(row: TaxCandidate, solution: Solution) -> bool:
    """Tell whether a row only repeats what a row that was taken says."""
    for taken in solution.taxes:
        pairs = ((row.rate, taken.rate), (row.base, taken.base), (row.amount, taken.amount))
        stated = [(own, one) for own, one in pairs if own]
        if stated and all(
            one is not None and max(own, key=lambda each: each.score).value == one.value
            for own, one in stated
        ):
            return True
    return False


def _likely(readings: Readings) -> bool:
    return any(one.score >= _LIKELY for one in readings)


def _chosen(candidate: Candidate | None, value: Decimal | None = None) -> Chosen | None:
    if candidate is None:
        return None
    source = Source.READ if candidate.printed is None else Source.REPAIRED
    return Chosen(candidate.value if value is None else value, source, candidate)


def _fields(picked: Picked) -> dict[str, Chosen]:
    net, _, total = picked.amounts
    like = total or net or 0
    found: dict[str, Chosen] = {}
    for name, candidate in picked.fields.items():
        value = candidate.value
        if name in _SIGNED:
            value = signed(value, Decimal(like))
        chosen = _chosen(candidate, value)
        if chosen is not None:
            found[name] = chosen
    for name, amount in zip(("net", "tax", "total"), picked.amounts, strict=True):
        if name not in found and amount is not None:
            found[name] = Chosen(Decimal(amount).scaleb(-2), Source.INFERRED)
    return {name: found[name] for name in FIELDS if name in found}


def _tax(at: int, row: RowOption, picked: Picked) -> SolvedTax:
    key = picked.candidates.taxes[at].key
    return SolvedTax(at, key, _chosen(row.rate), _chosen(row.base), _chosen(row.amount))


def _line(at: int, option: LineOption, picked: Picked, rates: set[int]) -> SolvedLine:
    source = picked.candidates.lines[at]
    net = _chosen(option.net)
    if net is None and option.quantity is not None and option.unit_price is not None:
        net = Chosen(Decimal(option.amount).scaleb(-2), Source.INFERRED)
    return SolvedLine(
        at,
        source.key,
        _chosen(option.quantity),
        _chosen(option.unit_price),
        _discount(option, net),
        net,
        _chosen(_rate(source.tax_rate, rates)),
    )


def _discount(option: LineOption, net: Chosen | None) -> Chosen | None:
    """Give the discount of a line as an amount, with the sign of what it is taken off."""
    off = option.discount
    if off is None:
        return None
    if option.quantity is not None and option.unit_price is not None:
        whole = option.quantity.value * option.unit_price.value
        _, amount = line_amount(option.quantity, option.unit_price, off)
        if net is not None and off.percent and abs(cents(whole - amount) - cents(net.value)) <= 1:
            # The line's own amount says to which side the page rounded.
            return _chosen(off, Decimal(cents(whole) - cents(net.value)).scaleb(-2))
        return _chosen(off, Decimal(cents(amount)).scaleb(-2))
    if net is None:
        return None if off.percent else _chosen(off)
    if not off.percent:
        return _chosen(off, signed(off.value, net.value))
    left = 100 - abs(off.value)
    if not 0 < left < 100:
        return None
    return _chosen(off, Decimal(cents(net.value * (100 - left) / left)).scaleb(-2))


def _rate(readings: Readings, rates: set[int]) -> Candidate | None:
    """Choose the rate of a line, one of the rates of the breakdown if it can be."""
    return max(readings, key=lambda one: (cents(one.value) in rates, one.score), default=None)


def _verdicts(solution: Solution) -> Iterator[tuple[str, Verdict]]:
    known = {name: cents(chosen.value) for name, chosen in solution.fields.items()}
    read = {
        name for name, chosen in solution.fields.items() if chosen.source is not Source.INFERRED
    }
    net, tax, total = (known.get(name) for name in ("net", "tax", "total"))
    yield "BR-CO-10", _lines_add_up(solution, known)
    off, on = known.get("allowance", 0), known.get("charge", 0)
    whole = known.get("line_total")
    if whole is None or net is None:
        yield "BR-CO-13", Verdict.UNCHECKED
    else:
        yield "BR-CO-13", _verdict(whole - off + on == net)
    amounts = [row.amount for row in solution.taxes]
    taxed = [cents(one.value) for one in amounts if one is not None]
    from_rows = "tax" not in read and not {"net", "total"} <= read
    if not taxed or len(taxed) < len(amounts) or tax is None or from_rows:
        yield "BR-CO-14", Verdict.UNCHECKED
    else:
        yield "BR-CO-14", _verdict(sum(taxed) == tax)
    if net is None or tax is None or total is None or not {"net", "tax", "total"} <= read:
        yield "BR-CO-15", Verdict.UNCHECKED
    else:
        yield "BR-CO-15", _verdict(net + tax == total)
    if total is None or "due" not in known:
        yield "BR-CO-16", Verdict.UNCHECKED
    else:
        yield "BR-CO-16", _verdict(total - known.get("paid", 0) == known["due"])
    bases = [cents(row.base.value) for row in solution.taxes if row.base is not None]
    if not bases or len(bases) < len(solution.taxes) or net is None:
        yield "tax-bases", Verdict.UNCHECKED
    else:
        yield "tax-bases", _verdict(sum(bases) == net)
    yield from _row_verdicts(solution, net)
    yield "lines-tax", _taxed_lines(solution, net, tax)
    yield from _line_verdicts(solution)


def _lines_add_up(solution: Solution, known: dict[str, int]) -> Verdict:
    nets = [cents(line.net.value) for line in solution.lines if line.net is not None]
    if not nets or len(nets) < len(solution.lines):
        return Verdict.UNCHECKED
    if solution.gross_lines:
        target = known.get("total")
    elif "line_total" in known:
        target = known["line_total"]
    elif "net" in known:
        target = known["net"] + known.get("allowance", 0) - known.get("charge", 0)
    else:
        target = known.get("total")
    return Verdict.UNCHECKED if target is None else _verdict(sum(nets) == target)


def _row_verdicts(solution: Solution, net: int | None) -> Iterator[tuple[str, Verdict]]:
    parts = len(solution.lines) + ("allowance" in solution.fields) + 1
    slack = min(100, max(parts, 2))  # as rules.py allows: a cent for each line
    for at, row in enumerate(solution.taxes):
        base = None if row.base is None else cents(row.base.value)
        if base is None and len(solution.taxes) == 1:
            base = net
        if row.rate is None or row.amount is None or base is None:
            yield f"BR-CO-17[{at}]", Verdict.UNCHECKED
        else:
            holds = row_holds(row.rate.value, base, cents(row.amount.value), slack)
            yield f"BR-CO-17[{at}]", _verdict(holds)


def _taxed_lines(solution: Solution, net: int | None, tax: int | None) -> Verdict:
    """Check the tax by the lines and their rates, where the lines add up to the net."""
    parts = [(line.net, line.tax_rate) for line in solution.lines]
    stated = [
        (one.value, rate.value) for one, rate in parts if one is not None and rate is not None
    ]
    whole = sum((amount for amount, _ in stated), Decimal(0))
    if not stated or len(stated) < len(parts) or tax is None or cents(whole) != net:
        return Verdict.UNCHECKED
    due = sum((amount * rate / 100 for amount, rate in stated), Decimal(0))
    return _verdict(abs(cents(due) - tax) <= max(2, len(stated)))


def _line_verdicts(solution: Solution) -> Iterator[tuple[str, Verdict]]:
    for at, line in enumerate(solution.lines):
        name = f"line[{at}]"
        if (
            line.quantity is None
            or line.unit_price is None
            or line.net is None
            or line.net.source is Source.INFERRED
        ):
            yield name, Verdict.UNCHECKED
            continue
        off = Decimal(0) if line.discount is None else abs(line.discount.value)
        value = line.quantity.value * line.unit_price.value
        value -= off if value >= 0 else -off
        yield name, _verdict(abs(cents(value) - cents(line.net.value)) <= _ROUNDING)


def _verdict(holds: bool) -> Verdict:
    return Verdict.HOLDS if holds else Verdict.FAILS


def _rows_hold(equations: dict[str, Verdict]) -> bool:
    held = {name for name, own in equations.items() if own is Verdict.HOLDS}
    return "BR-CO-14" in held and any(name.startswith("BR-CO-17") for name in held)


def _proved(solution: Solution, equations: dict[str, Verdict]) -> bool:
    """Tell whether the total is tied to other values, all read, and nothing of the head fails."""
    total = solution.fields.get("total")
    if total is None or total.source is not Source.READ:
        return False
    lost = Verdict.FAILS
    if any(own is lost for name, own in equations.items() if name.startswith(("BR-CO-1", "tax"))
           and name != "BR-CO-10"):  # fmt: skip
        return False
    lines = equations["BR-CO-10"] is Verdict.HOLDS and all(
        line.net is not None and line.net.source is Source.READ for line in solution.lines
    )
    several = len(solution.lines) > 1 or equations.get("line[0]") is Verdict.HOLDS
    by_lines = lines and several
    read = {name for name, one in solution.fields.items() if one.source is Source.READ}
    summed = "net" in read and replace(solution, equations=equations).tax_is_summed
    if summed or ({"net", "tax"} <= read and equations["BR-CO-15"] is Verdict.HOLDS):
        # One sum may be a chance: a base of each of two rates adds up, too. Something else has to
        # tie net or tax. Without tax the sum says no more than that a number is printed twice.
        net, tax = (cents(solution.fields[name].value) for name in ("net", "tax"))
        if not tax:
            return by_lines
        return not too_steep(net, tax) and (
            by_lines or at_common_rate(net, tax) or _rows_hold(equations)
        )
    if not by_lines:
        return False
    if solution.gross_lines or "net" not in solution.fields:
        return True
    # The lines give the net, and with a tax that is read the total.
    return "tax" in read and solution.fields["net"].source is Source.INFERRED
