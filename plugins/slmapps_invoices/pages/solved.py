"""The invoice's record from what the solver chose, with a Problem for all that needs a look."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from slmapps.records import Problem, Severity, Span
from slmapps_invoices.pages.sums import Chosen, Solution, SolvedLine, Source, Verdict, cents
from slmapps_invoices.pages.tax_rows import common_rate
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, TaxSubtotal
from slmapps_invoices.rules import check_arithmetic

__all__ = ["to_invoice"]

_CENT = Decimal("0.01")
_LOOK = "Compare the figure with the page before you book it."
_NAMES = {"allowance": "allowance_total", "charge": "charge_total"}


def to_invoice(
    solution: Solution,
    header_fields: Mapping[str, Any] | None = None,
    line_fields: Mapping[Hashable, Mapping[str, Any]] | None = None,
) -> tuple[Invoice, list[Problem]]:
    """Give the record of a solved page and what is to be reviewed in it.

    ``header_fields`` are further fields of the Invoice (``number``, ``seller``, …; ``places`` are
    joined); ``line_fields`` further fields of lines by ``LineCandidate.key``. Problems are those of
    ``check_arithmetic``, and warnings ``line-arithmetic``, ``value-inferred``, ``digit-repaired``,
    ``reading-unused`` and ``total-unproved``.
    """
    given = dict(header_fields or {})
    places: dict[str, Span] = dict(given.pop("places", {}))
    places |= _places(solution)
    values = {_NAMES.get(name, name): one.value for name, one in solution.fields.items()}
    nets, by_tax = _line_nets(solution)
    further = line_fields or {}
    invoice = Invoice(
        **{
            **given,
            **values,
            "taxes": tuple(
                TaxSubtotal(rate=_value(row.rate), base=_value(row.base), tax=_value(row.amount))
                for row in solution.taxes
            ),
            "allowances": tuple(
                Allowance(charge=name == "charge", amount=solution.fields[name].value)
                for name in ("allowance", "charge")
                if name in solution.fields
            ),
            "lines": tuple(
                _line(line, nets[at], further.get(line.key, {}), gross=solution.gross_lines)
                for at, line in enumerate(solution.lines)
            ),
            "places": places,
        }
    )
    problems = [
        *check_arithmetic(invoice),
        *_unlike_the_page(solution, places),
        *_lines_amiss(solution, places),
        *_left_out(solution),
    ]
    if solution.gross_lines:
        problems.append(_lines_with_tax(known=by_tax))
    if "total" in solution.fields and not solution.proved:
        problems.append(
            Problem(
                code="total-unproved",
                message="No sum on the page proves the total.",
                cure=_LOOK,
                severity=Severity.WARNING,
                where=places.get("total"),
            )
        )
    return invoice, problems


def _value(chosen: Chosen | None) -> Decimal | None:
    return None if chosen is None else chosen.value


def _places(solution: Solution) -> dict[str, Span]:
    found = {}
    for key, chosen in solution.values():
        if isinstance(chosen.place, Span):
            found[_NAMES.get(key, key)] = chosen.place
    return found


def _line(
    line: SolvedLine, net: Decimal | None, further: Mapping[str, Any], *, gross: bool
) -> InvoiceLine:
    values: dict[str, Any] = {
        "quantity": _value(line.quantity),
        # A price with tax is not what the record means by a price.
        "unit_price": None if gross else _value(line.unit_price),
        "discount": None if gross else _value(line.discount),
        "net": net,
        "tax_rate": _value(line.tax_rate),
    }
    stated = {name: value for name, value in values.items() if value is not None}
    return InvoiceLine(**{**further, **stated})


def _line_nets(solution: Solution) -> tuple[list[Decimal | None], bool]:
    """Give the net of each line; of lines with tax what is left without it, cents dealt out."""
    printed = [_value(line.net) for line in solution.lines]
    if not solution.gross_lines:
        return printed, False
    single = _single_rate(solution)
    nets: list[Decimal | None] = []
    for line, amount in zip(solution.lines, printed, strict=True):
        rate = _value(line.tax_rate) if line.tax_rate is not None else single
        if amount is None or rate is None:
            return [None] * len(printed), False
        nets.append((amount / (1 + rate / 100)).quantize(_CENT, ROUND_HALF_UP))
    known = [net for net in nets if net is not None]
    net = solution.value("line_total") or solution.value("net")
    if net is not None and known:
        rest = net - sum(known)
        largest = max(range(len(known)), key=lambda at: abs(known[at]))
        if abs(rest) <= _CENT * len(known):
            nets[largest] = known[largest] + rest
    return nets, True


def _single_rate(solution: Solution) -> Decimal | None:
    """Give the rate of a bill with one: as printed, or where none is what tax and net come to."""
    rates = {row.rate.value for row in solution.taxes if row.rate is not None}
    if solution.taxes:
        return rates.pop() if len(rates) == len(solution.taxes) == 1 else None
    net, tax = solution.value("net"), solution.value("tax")
    return None if net is None or tax is None else common_rate(cents(net), cents(tax))


def _unlike_the_page(solution: Solution, places: Mapping[str, Span]) -> list[Problem]:
    problems = []
    for key, chosen in solution.values():
        name = _named(key)
        if key == "tax" and solution.tax_is_summed:
            continue
        if chosen.source is Source.INFERRED:
            code = "value-inferred"
            message = f"The {name} of {chosen.value:f} is not printed; it follows from the sums."
        elif chosen.source is Source.REPAIRED:
            code = "digit-repaired"
            message = (
                f"The {name} reads {chosen.printed:f}, but the sums prove {chosen.value:f}: "
                "one digit was misread."
            )
        elif chosen.candidate is not None and chosen.candidate.repaired:
            code = "digit-repaired"
            message = f"The {name} is unclear on the page and was read as {chosen.value:f}."
        else:
            continue
        problems.append(
            Problem(
                code=code,
                message=message,
                cure=_LOOK,
                severity=Severity.WARNING,
                where=places.get(_NAMES.get(key, key)),
            )
        )
    return problems


def _lines_amiss(solution: Solution, places: Mapping[str, Span]) -> list[Problem]:
    problems = [
        Problem(
            code="line-arithmetic",
            message=f"Line {at + 1}: quantity times price less discount is not the amount.",
            cure=_LOOK,
            severity=Severity.WARNING,
            where=places.get(f"lines[{at}].net"),
        )
        for at in range(len(solution.lines))
        if solution.equations.get(f"line[{at}]") is Verdict.FAILS
    ]
    adds_up = solution.equations.get("BR-CO-10") is Verdict.FAILS
    if adds_up and "line_total" not in solution.fields:
        # check_arithmetic compares the lines with a line total alone, and none is printed.
        problems.append(
            Problem(
                code="BR-CO-10",
                message="BR-CO-10: the lines do not add up to the net amount.",
                cure="Look for a line that is missing, or that is none.",
                severity=Severity.WARNING,
                where=places.get("net"),
            )
        )
    return problems


def _left_out(solution: Solution) -> list[Problem]:
    # Where the lines that are kept give the proved total, nothing is missing.
    whole = solution.proved and solution.equations.get("BR-CO-10") is Verdict.HOLDS
    return [
        Problem(
            code="reading-unused",
            message=f"What was read as {_named(key)} does not fit the sums and was left out.",
            cure=_LOOK,
            severity=Severity.INFO if whole else Severity.WARNING,
        )
        for key in solution.unused
    ]


def _lines_with_tax(*, known: bool) -> Problem:
    message = "The lines are priced with tax; "
    message += "their net amounts were worked out." if known else "their rate of tax is not known."
    return Problem(code="value-inferred", message=message, cure=_LOOK, severity=Severity.WARNING)


def _named(key: str) -> str:
    """Say a key in words: ``lines[0].unit_price`` is "unit price of line 1"."""
    head, bracket, rest = key.partition("[")
    if not bracket:
        return head.replace("_", " ")
    number, _, part = rest.partition("]")
    whole = f"{'line' if head == 'lines' else 'row of tax'} {int(number) + 1}"
    return f"{part.removeprefix('.').replace('_', ' ')} of {whole}" if part else whole
