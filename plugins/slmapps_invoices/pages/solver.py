"""The solver that lets the sums choose: one reading for each field, so that the equations hold.

Design choices:

* The score of a solution is the logarithm of a probability: the tagger's for every reading, for
  every field left without a value that of having none, and for every equation how much likelier
  its amounts are if it is meant than by chance. An equation over amounts of d significant digits
  that holds by chance once in 10^d cases is worth d x ln(10) nats (``sums.evidence``); one that
  fails costs the logarithm of how seldom equations fail on real invoices.
* One place on the page gives one value. A number printed once proves nothing by being read twice.
* Two of net, tax and total give the third where it is not printed: ``inferred``, never a proof.
* What stands between the lines and the net is tagged alike, whether it is taken off or added: where
  it does not fit as an allowance, it is tried as a charge.
* Digits are repaired afterwards and only where the sums pin them (``digit_repairs``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from slmapps_invoices.pages.digit_repairs import header_repairs, line_repairs
from slmapps_invoices.pages.line_sums import LineSums
from slmapps_invoices.pages.search import solve_once
from slmapps_invoices.pages.solved import to_invoice
from slmapps_invoices.pages.sums import (
    FIELDS,
    Candidate,
    Candidates,
    Readings,
    Solution,
    Source,
    Verdict,
    cents,
)
from slmapps_invoices.pages.tax_rows import too_steep

__all__ = ["solve", "to_invoice"]


def solve(candidates: Candidates, *, time_limit: float = 1.0) -> Solution:
    """Choose a reading for every field, line and row of tax, so that the sums agree best.

    Nothing is raised and nothing is accepted in silence: see ``Solution.equations`` and
    ``Solution.proved``. Past ``time_limit`` seconds of work the search narrows and ``complete`` is
    False.
    """
    deadline = time.thread_time() + time_limit
    sums = LineSums(candidates.lines, deadline)
    solution, candidates = _with_charges(candidates, sums, solve_once(candidates, sums))
    if _failing(solution) or _unread(candidates, solution):
        solution, candidates = _with_header_repairs(candidates, sums, solution, deadline)
        mended = line_repairs(candidates, solution)
        if mended is not None and time.thread_time() < deadline:
            sums = LineSums(mended.lines, deadline)
            repaired = solve_once(mended, sums)
            if _failing(repaired) < _failing(solution):
                solution = repaired
    return replace(solution, complete=sums.complete)


def _with_charges(
    candidates: Candidates, sums: LineSums, plain: Solution
) -> tuple[Solution, Candidates]:
    """Solve with allowances offered as charges, where they do not fit as what they seem."""
    if candidates.charge or not candidates.allowance or not _failing(plain):
        return plain, candidates
    added = solve_once(replace(candidates, charge=candidates.allowance), sums)
    charge = added.fields.get("charge")
    if charge is None or charge.candidate is None or _worth(added) <= _worth(plain):
        return plain, candidates
    rest = tuple(one for one in candidates.allowance if one.place != charge.place)
    return added, replace(candidates, allowance=rest, charge=(charge.candidate,))


def _with_header_repairs(
    candidates: Candidates, sums: LineSums, plain: Solution, deadline: float
) -> tuple[Solution, Candidates]:
    """Solve with repairs of single digits offered; keep them only if no other ones do as well."""
    offered = header_repairs(candidates, sums)
    if not offered or time.thread_time() > deadline:
        return plain, candidates
    wider = _offered(candidates, offered)
    repaired = solve_once(wider, sums)
    used = [
        (name, chosen.candidate)
        for name, chosen in repaired.fields.items()
        if chosen.source is Source.REPAIRED and chosen.candidate is not None
    ]
    if not used or _head_failing(repaired) or _worth(repaired) <= _worth(plain):
        return plain, candidates
    # Whether another repair does as well is a matter of the equations, not of scores: each is tried
    # in turn as if it were sure, and leaving the field out as unreadable, too.
    forced: list[tuple[str, Readings]] = [
        (name, (replace(one, score=-0.01),)) for name, one in offered if (name, one) not in used
    ]
    forced.extend((name, ()) for name, _ in used)
    for name, readings in forced:
        rival = solve_once(candidates.with_readings(name, readings), sums)
        as_good = _worth(rival) >= _worth(repaired) and not _steep(rival)
        if as_good and _differs(rival, repaired):
            return plain, candidates
        if time.thread_time() > deadline:
            return plain, candidates
    return repaired, wider


def _unread(candidates: Candidates, solution: Solution) -> bool:
    """Tell whether a field was given no value, or an inferred one, though something was read."""
    return any(
        candidates.of(name) and (chosen is None or chosen.source is Source.INFERRED)
        for name in FIELDS
        for chosen in (solution.fields.get(name),)
    )


def _offered(candidates: Candidates, repairs: Iterable[tuple[str, Candidate]]) -> Candidates:
    wider = candidates
    for name, one in repairs:
        wider = wider.with_readings(name, (*wider.of(name), one))
    return wider


def _worth(solution: Solution) -> tuple[int, int, int]:
    """Rank solutions by what fails, what holds and how many digits had to be changed."""
    held = len(solution.equations_that(Verdict.HOLDS))
    return -_failing(solution), held, -len(solution.sourced(Source.REPAIRED))


def _failing(solution: Solution) -> int:
    return len(solution.equations_that(Verdict.FAILS))


def _head_failing(solution: Solution) -> bool:
    # Lines may be lost without harm to the head: BR-CO-10 and line[i] are not of it.
    return any(
        name != "BR-CO-10" and not name.startswith("line")
        for name in solution.equations_that(Verdict.FAILS)
    )


def _steep(solution: Solution) -> bool:
    net, tax = solution.value("net"), solution.value("tax")
    return net is not None and tax is not None and too_steep(cents(net), cents(tax))


def _differs(one: Solution, other: Solution) -> bool:
    names = set(one.fields) | set(other.fields)
    return any(one.value(name) != other.value(name) for name in names)
