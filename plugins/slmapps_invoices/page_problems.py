"""Which Problems of a page's reading are left when a person has said what some of its fields are.

Those of the arithmetic rules are found anew; those of one field's reading go with that field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from slmapps.records import Problem, Severity
from slmapps_invoices.pages.from_pages import unsure
from slmapps_invoices.records import Invoice
from slmapps_invoices.rules import check_arithmetic

__all__ = ["ARITHMETIC", "UNSURE", "remaining"]

ARITHMETIC = re.compile(r"BR-CO-1[0-7]")
"""The codes of the rules that :func:`slmapps_invoices.rules.check_arithmetic` checks."""

UNSURE = "unsure"
"""The code of the warning that names the values which are left to a person."""

_MISSING = {
    "BR-02": "number",
    "BR-03": "issue_date",
    "BR-05": "currency",
    "BR-06": "seller.name",
    "BR-14": "total",
}
_OF_READING = {"value-inferred", "digit-repaired", "reading-unused", "page-differs"}
_CENT = Decimal("0.01")


def remaining(
    problems: Sequence[Problem], read: Invoice, now: Invoice, said: Collection[str]
) -> list[Problem]:
    """Give the Problems of an invoice ``now``, of which ``read`` was read with ``problems``.

    ``said`` are the keys of what a person settled.
    """
    file = next((each.file for each in problems if each.file), None)
    added_up = any(each.code == "BR-CO-10" for each in problems)
    kept = [
        each
        for each in problems
        if each.code != UNSURE
        and not ARITHMETIC.fullmatch(each.code)
        and not _answered(each, read, now, said)
    ]
    sums = [*check_arithmetic(now), *_lines_and_net(now, said, asked=added_up)]
    left = [*(each.model_copy(update={"file": file}) for each in sums), *kept]
    if any(each.code == UNSURE for each in problems):
        doubt = unsure(now)
        left += [] if doubt is None else [doubt.model_copy(update={"file": file})]
    return left


def _answered(problem: Problem, read: Invoice, now: Invoice, said: Collection[str]) -> bool:
    if problem.code in _MISSING:
        return _MISSING[problem.code] in said
    if problem.code == "total-unproved":
        return "total" in said
    if problem.code == "line-arithmetic":
        return any(_is_of_line(problem, read, at) and _holds(now, at) for at in _lines_in(said))
    if problem.code in _OF_READING:
        return any(_is_of(problem, read, key) for key in said)
    return False


def _is_of(problem: Problem, read: Invoice, key: str) -> bool:
    place = read.places.get(key)
    if place is not None and problem.where == place:
        return True
    # What is not printed has no place; the message names it.
    name = re.escape(_named(key))
    about = rf"\AThe {name} (?:of|reads|is) |\AWhat was read as {name} does"
    return problem.where is None and re.search(about, problem.message) is not None


def _named(key: str) -> str:
    line, dot, field = key.partition("].")
    if not dot:
        return key.replace("_", " ")
    return f"{field.replace('_', ' ')} of line {int(line.removeprefix('lines[')) + 1}"


def _lines_in(said: Collection[str]) -> Iterator[int]:
    for key in said:
        if match := re.match(r"lines\[(\d+)\]", key):
            yield int(match[1])


def _is_of_line(problem: Problem, read: Invoice, at: int) -> bool:
    place = read.places.get(f"lines[{at}].net")
    named = problem.message.startswith(f"Line {at + 1}:")
    return named or (place is not None and problem.where == place)


def _holds(now: Invoice, at: int) -> bool:
    line = now.lines[at]
    if line.quantity is None or line.unit_price is None or line.net is None:
        return True
    wanted = line.quantity * line.unit_price / (line.price_base or 1) - (line.discount or 0)
    return wanted.quantize(_CENT, ROUND_HALF_UP) == line.net.quantize(_CENT, ROUND_HALF_UP)


def _lines_and_net(now: Invoice, said: Collection[str], *, asked: bool) -> Iterator[Problem]:
    """BR-CO-10 where no sum of the lines is printed: the rules compare nothing else then."""
    touched = "net" in said or any(key.endswith("].net") for key in said)
    nets = [line.net for line in now.lines]
    if now.line_total is not None or now.net is None or not nets or not (touched or asked):
        return
    sums = sum((net for net in nets if net is not None), Decimal(0))
    wanted = sums - (now.allowance_total or 0) + (now.charge_total or 0)
    if wanted.quantize(_CENT, ROUND_HALF_UP) != now.net.quantize(_CENT, ROUND_HALF_UP):
        yield Problem(
            code="BR-CO-10",
            message=f"BR-CO-10: the lines add up to {wanted:f} and the net amount is {now.net:f}.",
            cure="Look for a line that is missing, or that is none.",
            severity=Severity.WARNING,
            where=now.places.get("net"),
        )
