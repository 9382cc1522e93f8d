"""Made-up invoices as a tagger would hand their amounts over: the truth, and noise around it."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from slmapps_invoices.pages.sums import Candidate, Candidates, LineCandidate, TaxCandidate

CENT = Decimal("0.01")


def money(value: Decimal | int | str) -> Decimal:
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Truth:
    """What an invoice says: lines of (quantity, price, net, rate), and the values of its head."""

    lines: list[tuple[Decimal, Decimal, Decimal, Decimal]]
    fields: dict[str, Decimal]
    taxes: list[tuple[Decimal, Decimal, Decimal]] = field(default_factory=list)


def invoice(chance: random.Random, lines: int | None = None) -> Truth:
    """A random invoice that keeps every rule."""
    rates = chance.choice([["19"], ["20"], ["19", "7"], ["21", "9"], ["20", "5.5"]])
    rows = []
    for _ in range(lines or chance.randint(1, 8)):
        quantity = Decimal(chance.choice(["1", "2", "3", "5", "12", "2.5", "40"]))
        price = Decimal(chance.randint(99, 60000)) / 100
        rows.append((quantity, price, money(quantity * price), Decimal(chance.choice(rates))))
    line_total = sum((net for _, _, net, _ in rows), Decimal(0))
    taxes = []
    for rate in sorted({rate for *_, rate in rows}):
        base = sum((net for _, _, net, own in rows if own == rate), Decimal(0))
        taxes.append((rate, base, money(base * rate / 100)))
    tax = sum((amount for *_, amount in taxes), Decimal(0))
    total = line_total + tax
    fields = {"net": line_total, "tax": tax, "total": total}
    if chance.random() < 0.3:
        paid = money(total * chance.randint(10, 60) / 100)
        fields |= {"paid": paid, "due": total - paid}
    return Truth(rows, fields, taxes)


def read(value: Decimal, likely: float, place: object) -> Candidate:
    return Candidate(value, math.log(likely), place)


def candidates(truth: Truth) -> Candidates:
    """What a tagger that is right and sure would hand over."""
    head = {name: (read(value, 0.9, name),) for name, value in truth.fields.items()}
    lines = tuple(
        LineCandidate(
            quantity=(read(quantity, 0.95, ("quantity", at)),),
            unit_price=(read(price, 0.95, ("price", at)),),
            net=(read(net, 0.95, ("net", at)),),
            tax_rate=(read(rate, 0.95, ("rate", at)),),
            score=math.log(0.97),
            key=at,
        )
        for at, (quantity, price, net, rate) in enumerate(truth.lines)
    )
    taxes = tuple(
        TaxCandidate(
            rate=(read(rate, 0.95, ("tax rate", at)),),
            base=(read(base, 0.9, ("tax base", at)),),
            amount=(read(amount, 0.9, ("tax amount", at)),),
            key=at,
        )
        for at, (rate, base, amount) in enumerate(truth.taxes)
    )
    return Candidates(**head, lines=lines, taxes=taxes)


def wrong_digit(value: Decimal, chance: random.Random) -> Decimal:
    """The same amount with one other digit."""
    figures = list(f"{value:.2f}")
    at = chance.choice([place for place, sign in enumerate(figures) if sign.isdigit()])
    figures[at] = chance.choice([one for one in "0123456789" if one != figures[at]])
    if figures[0] == "0" and figures[1].isdigit():
        figures[0] = "4"
    return Decimal("".join(figures))


def with_decoys(
    known: Candidates, truth: Truth, chance: random.Random, likely: float = 0.3
) -> Candidates:
    """Other amounts of the page as further readings of the head; some likelier than the truth."""
    amounts = [net for *_, net, _ in truth.lines] + [base for _, base, _ in truth.taxes]
    amounts += [money(chance.randint(100, 900000) * CENT) for _ in range(4)]
    for name in truth.fields:
        decoys = tuple(
            read(chance.choice(amounts), chance.uniform(0.02, likely), ("decoy", name, at))
            for at in range(3)
        )
        true = tuple(
            replace(one, score=math.log(chance.uniform(0.2, 0.9))) for one in known.of(name)
        )
        known = known.with_readings(name, (*true, *decoys))
    return known


def with_subtotal(known: Candidates, truth: Truth, chance: random.Random) -> Candidates:
    """A subtotal of some lines, taken for a line."""
    upto = chance.randint(1, len(truth.lines))
    amount = sum((net for *_, net, _ in truth.lines[:upto]), Decimal(0))
    spurious = LineCandidate(
        net=(read(amount, 0.9, "subtotal"),), score=math.log(0.7), key="subtotal"
    )
    return replace(known, lines=(*known.lines[:upto], spurious, *known.lines[upto:]))


def with_notations(known: Candidates, chance: random.Random) -> Candidates:
    """Amounts that may be read a hundred times as large, as where a decimal sign is weak."""

    def both(readings: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        if not readings or chance.random() < 0.5:
            return readings
        one = readings[0]
        return (
            replace(one, score=one.score + math.log(0.5)),
            replace(one, value=one.value * 100, score=one.score + math.log(0.5)),
            *readings[1:],
        )

    lines = tuple(
        replace(one, net=both(one.net), unit_price=both(one.unit_price)) for one in known.lines
    )
    for name in ("net", "tax", "total"):
        known = known.with_readings(name, both(known.of(name)))
    return replace(known, lines=lines)
