"""The arithmetic rules of EN 16931 that a right invoice obeys: BR-CO-10 to BR-CO-17.

Semantics are those of the standard's own schematron (CEN/TC 434): sums are compared after rounding
to two decimals; a missing amount counts as nothing where the standard makes it optional. For
BR-CO-17 the schematron lets the VAT of a category differ from base x rate by anything under one
unit, because senders round it line by line; here that excuse is taken at its word, a cent for each
line. A rule whose amounts a profile does not state (MINIMUM, BASIC WL) is not applied.
BR-CO-16 adds third-party claims, as BR-DEX-09 of the XRechnung extension replaces it.

Italian invoices are checked the same way, with the tolerance of one unit that the exchange system
allows for the taxable sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from slmapps.records import Problem, Severity
from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["check_arithmetic"]

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_UNIT = Decimal(1)


def check_arithmetic(invoice: Invoice) -> list[Problem]:
    """Give a warning named after each rule that the invoice breaks; it is still to be reviewed."""
    rules = _italian if invoice.syntax == "FatturaPA" else _european
    return list(rules(invoice))


def _european(invoice: Invoice) -> Iterator[Problem]:
    yield from _line_sum(invoice)
    yield from _document_level(invoice)
    if invoice.line_total is not None and invoice.net is not None:
        net = invoice.line_total - (invoice.allowance_total or 0) + (invoice.charge_total or 0)
        yield from _compare(
            invoice, "BR-CO-13", "net", invoice.net, net, "lines less allowances plus charges"
        )
    taxes = [part.tax for part in invoice.taxes if part.tax is not None]
    if invoice.tax is not None and taxes:
        yield from _compare(
            invoice, "BR-CO-14", "tax", invoice.tax, _sum(taxes), "the VAT breakdown adds up to it"
        )
    if invoice.total is not None and invoice.net is not None:
        gross = invoice.net + (invoice.tax or _NOTHING)
        yield from _compare(invoice, "BR-CO-15", "total", invoice.total, gross, "net plus VAT")
    if invoice.due is not None and invoice.total is not None:
        due = (
            invoice.total
            - (invoice.paid or _NOTHING)
            + (invoice.rounding or _NOTHING)
            + (invoice.third_party or _NOTHING)
        )
        yield from _compare(
            invoice, "BR-CO-16", "due", invoice.due, due, "total less paid plus rounding"
        )
    yield from _category_tax(invoice)


def _line_sum(invoice: Invoice) -> Iterator[Problem]:
    """BR-CO-10. Of lines under lines either those on top count, or those that hold none."""
    if invoice.line_total is None or not invoice.lines:
        return
    nets = [line.net for line in invoice.lines]
    sums = [_sum(nets)]
    if any(line.sub_lines for line in invoice.lines):
        sums.append(_sum(leaf.net for leaf in _leaves(invoice.lines)))
    if any(_rounded(one) == _rounded(invoice.line_total) for one in sums):
        return
    yield from _compare(
        invoice, "BR-CO-10", "line_total", invoice.line_total, sums[0], "the lines add up to it"
    )


def _leaves(lines: Sequence[InvoiceLine]) -> Iterator[InvoiceLine]:
    for line in lines:
        if line.sub_lines:
            yield from _leaves(line.sub_lines)
        else:
            yield line


def _document_level(invoice: Invoice) -> Iterator[Problem]:
    """BR-CO-11 and -12. A profile without document level totals states none, and is not asked."""
    if invoice.line_total is None:
        return
    for rule, key, stated, charge in (
        ("BR-CO-11", "allowance_total", invoice.allowance_total, False),
        ("BR-CO-12", "charge_total", invoice.charge_total, True),
    ):
        parts = [part.amount for part in invoice.allowances if part.charge is charge]
        why = f"the document's {'charges' if charge else 'allowances'} add up to it"
        yield from _compare(invoice, rule, key, stated or _NOTHING, _sum(parts), why)


def _category_tax(invoice: Invoice) -> Iterator[Problem]:
    parts = len(list(_leaves(invoice.lines))) + len(invoice.allowances) + 1
    slack = min(_UNIT, _CENT * max(parts, 2)) if invoice.lines else _UNIT
    for at, part in enumerate(invoice.taxes):
        if part.base is None or part.tax is None:
            continue
        expected = _rounded(part.base * (part.rate or _NOTHING) / 100)
        if abs(part.tax - expected) >= slack + _CENT:
            yield _breach(
                invoice,
                "BR-CO-17",
                f"taxes[{at}].tax",
                part.tax,
                expected,
                f"base {part.base} x {part.rate or 0} %",
            )


def _italian(invoice: Invoice) -> Iterator[Problem]:
    taxes = [part.tax for part in invoice.taxes if part.tax is not None]
    # A discount on the whole document lowers the total; some senders take it off the base, too.
    discount = invoice.allowance_total or _NOTHING
    if invoice.net is not None and invoice.line_total is not None:
        net = invoice.line_total + (invoice.charge_total or _NOTHING)
        if all(abs(invoice.net - net + off) > _UNIT for off in (_NOTHING, discount)):
            yield _breach(
                invoice, "BR-CO-13", "net", invoice.net, net, "lines less allowances plus charges"
            )
    if invoice.total is not None and invoice.net is not None and taxes:
        gross = invoice.net + _sum(taxes) + (invoice.rounding or _NOTHING)
        # The stamp duty may be asked back in the total without being a line.
        duty = invoice.stamp_duty or _NOTHING
        if all(
            abs(invoice.total - gross - extra) > _CENT
            for extra in (_NOTHING, duty, -discount, duty - discount)
        ):
            yield _breach(invoice, "BR-CO-15", "total", invoice.total, gross, "net plus VAT")
    yield from _category_tax(invoice)


def _compare(
    invoice: Invoice, rule: str, key: str, stated: Decimal, expected: Decimal, why: str
) -> Iterator[Problem]:
    if _rounded(stated) != _rounded(expected):
        yield _breach(invoice, rule, key, stated, expected, why)


def _breach(
    invoice: Invoice, rule: str, key: str, stated: Decimal, expected: Decimal, why: str
) -> Problem:
    name = key.partition("[")[0].replace("_", " ")
    return Problem(
        code=rule,
        message=f"{rule}: {name} is {stated:f} but should be {expected:f} ({why}).",
        cure="Ask the sender for a corrected invoice, or check the figure against the page.",
        severity=Severity.WARNING,
        where=invoice.places.get(key),
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), _NOTHING)
