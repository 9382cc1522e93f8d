"""What an invented invoice says: parties, dates, lines and sums that add up to the cent.

Design choices:

* Nothing here knows of pages; what a layout does not print is left out of the truth later.
* A retail bill is reckoned from gross prices: its lines hold gross amounts (``gross_lines``), and
  net and tax are taken out of the sum of each rate.
* A credit note's amounts are negative where the layout prints minus signs, else positive.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from slmapps_invoices.pages.synthetic.identities import Identity, company, invented_word
from slmapps_invoices.pages.synthetic.lexicon import Trade, terms, trades
from slmapps_invoices.pages.synthetic.style import Style

__all__ = ["Bill", "Item", "Tax", "write_bill"]

_CENT = Decimal("0.01")
_RATES: dict[str, dict[tuple[int | str, ...], float]] = {
    "DE": {(19,): 70, (7,): 9, (19, 7): 16, (19, 7, 0): 2, (16,): 3},
    "AT": {(20,): 70, (10,): 10, (20, 10): 15, (20, 13, 10): 3},
    "CH": {("8.1",): 60, ("7.7",): 15, ("8.1", "2.6"): 15, ("2.6",): 5},
    "FR": {(20,): 65, (10,): 8, ("5.5",): 6, (20, 10): 8, (20, "5.5"): 8, (20, 10, "5.5"): 4},
    "BE": {(21,): 75, (6,): 8, (21, 6): 14}, "LU": {(17,): 80, (17, 3): 12},
    "GB": {(20,): 75, (5,): 5, (20, 0): 14, (20, 5): 5},
    "IE": {(23,): 75, ("13.5",): 8, (23, "13.5"): 12},
    "US": {("8.25",): 20, ("6.5",): 15, (7,): 10, ("8.875",): 8, (10,): 5, (5,): 5},
}  # fmt: skip
_CURRENCY = {"GB": "GBP", "US": "USD", "CH": "CHF"}
_COUNTS = {1: 20, 2: 16, 3: 15, 4: 11, 5: 8, 6: 6, 8: 6, 10: 5, 13: 4, 17: 3, 23: 2, 31: 1.5, 40: 1}


@dataclass(frozen=True)
class Tax:
    """One rate of tax with its base and its tax."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Item:
    """One line. ``net`` is the amount of the line as it counts in ``line_total``."""

    name: str
    code: str
    net: Decimal
    rate: Decimal
    tax: Decimal
    gross: Decimal
    day: date
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bill:
    """All that the invoice may print."""

    language: str
    credit: bool
    currency: str
    number: str
    issued: date
    days: int
    due_date: date
    seller: Identity
    buyer: Identity
    order: str
    lines: tuple[Item, ...]
    gross_lines: bool
    untaxed: str  # "", "reverse" or "exempt"
    line_total: Decimal
    allowance: Decimal
    allowance_percent: Decimal
    charge: Decimal
    net: Decimal
    taxes: tuple[Tax, ...]
    tax: Decimal
    total: Decimal
    paid: Decimal
    rounding: Decimal
    due: Decimal
    previous: Decimal
    dice: Random = field(repr=False, compare=False)

    def reference(self) -> str:
        """Invent a number that is none of the invoice's own."""
        return _number(self.dice)

    def other_date(self) -> date:
        """Invent a date that is neither the invoice's nor its due date."""
        return self.issued - timedelta(days=self.dice.randint(2, 60))


def write_bill(dice: Random, style: Style) -> Bill:
    """Invent an invoice that the layout may print, with dice of its own."""
    language, country = style.language, style.country
    trade = dice.choice(trades(language))
    if style.receipt:
        trade = dice.choice([one for one in trades(language) if one.kind in "rf" or one.high < 100])
    seller = company(dice, language, country, trade.name)
    buyer_country = country if dice.random() < 0.85 else dice.choice(("DE", "FR", "GB", "AT", "BE"))
    buyer = company(
        dice, language, buyer_country, dice.choice(trades(language)).name,
        private=dice.random() < 0.22,
    )  # fmt: skip
    credit = not style.receipt and dice.random() < 0.05
    currency = _CURRENCY.get(country, "EUR")
    if dice.random() < 0.07:
        currency = dice.choice(("EUR", "USD", "GBP", "AUD", "CAD", "SEK", "PLN", "CHF"))
    untaxed = _untaxed(dice, style, buyer)
    rates = (Decimal(0),) if untaxed else _rates(dice, country)
    issued = date(2012, 1, 1) + timedelta(days=dice.randint(0, 15 * 365))
    days = dice.choice((7, 8, 10, 14, 14, 14, 20, 21, 30, 30, 30, 45, 60))
    sign = -1 if credit and style.chance("negative credit", 0.5) else 1
    gross = style.receipt or style.chance("gross lines", 0.09)
    sums = _reckon(dice, style, trade, rates, issued, sign, gross=gross and not untaxed)
    return Bill(
        language=language, credit=credit, currency=currency, number=_number(dice, issued),
        issued=issued, days=days, due_date=issued + timedelta(days=days), seller=seller,
        buyer=buyer, order=_order(dice), untaxed=untaxed, dice=dice,
        previous=_money(dice.uniform(5, 300)), **sums,
    )  # fmt: skip


def _untaxed(dice: Random, style: Style, buyer: Identity) -> str:
    if style.receipt:
        return ""
    if buyer.country != style.country and not buyer.private and dice.random() < 0.7:
        return "reverse"
    return "exempt" if dice.random() < (0.35 if style.country == "US" else 0.05) else ""


def _rates(dice: Random, country: str) -> tuple[Decimal, ...]:
    options = _RATES[country]
    chosen = dice.choices(list(options), list(options.values()))[0]
    return tuple(Decimal(str(rate)) for rate in chosen)


def _reckon(
    dice: Random, style: Style, trade: Trade, rates: tuple[Decimal, ...], issued: date, sign: int,
    *, gross: bool,
) -> dict[str, Any]:  # fmt: skip
    count = dice.choices(list(_COUNTS), list(_COUNTS.values()))[0]
    if style.receipt:
        count = min(count, 12)
    items = [_item(dice, style, trade, rates, issued, sign, gross=gross) for _ in range(count)]
    if count > 2 and dice.random() < 0.1:
        items.append(_extra_item(dice, style, items, sign, gross=gross))
    lines = tuple(items)
    total_lines = sum((item.net for item in lines), Decimal(0))
    one_rate = len({item.rate for item in lines}) == 1
    off = percent = charge = Decimal(0)
    if one_rate and not gross:
        if style.chance("has allowance", 0.14) and dice.random() < 0.7:
            percent = Decimal(dice.choice((2, 3, 5, 10, 15)))
            off = _money(total_lines * percent / 100)
        if style.chance("has charge", 0.16) and dice.random() < 0.7:
            charge = sign * Decimal(
                dice.choice(("4.90", "5.95", "9.50", "12.00", "25.00", "89.00"))
            )
    taxes = _taxes(lines, charge - off, gross=gross)
    net = sum((part.base for part in taxes), Decimal(0))
    tax = sum((part.tax for part in taxes), Decimal(0))
    total = net + tax
    rounding = Decimal(0)
    if style.country == "CH" and style.chance("rounding", 0.3):
        rounding = (total * 20).quantize(Decimal(1), ROUND_HALF_UP) / 20 - total
    paid = Decimal(0)
    if style.chance("has paid", 0.2) and dice.random() < 0.8 and not style.receipt:
        share = Decimal(dice.choice(("1", "1", "0.3", "0.5", "0.2")))
        paid = total + rounding if share == 1 else _money(total * share)
    return {
        "lines": lines, "gross_lines": gross, "line_total": total_lines, "allowance": off,
        "allowance_percent": percent, "charge": charge, "net": net, "taxes": taxes, "tax": tax,
        "total": total, "rounding": rounding, "paid": paid, "due": total + rounding - paid,
    }  # fmt: skip


def _taxes(lines: tuple[Item, ...], change: Decimal, *, gross: bool) -> tuple[Tax, ...]:
    found = []
    for rate in sorted({item.rate for item in lines}, reverse=True):
        amount = sum((item.net for item in lines if item.rate == rate), Decimal(0)) + change
        if gross:
            base = _money(amount / (1 + rate / 100))
            found.append(Tax(rate, base, amount - base))
        else:
            found.append(Tax(rate, amount, _money(amount * rate / 100)))
    return tuple(found)


def _item(
    dice: Random, style: Style, trade: Trade, rates: tuple[Decimal, ...], issued: date, sign: int,
    *, gross: bool,
) -> Item:  # fmt: skip
    name = _name(dice, style, trade)
    price = _price(dice, trade)
    quantity: Decimal | None = sign * _quantity(dice, trade, few=style.receipt)
    unit = trade.units[0] if dice.random() < 0.75 else dice.choice(trade.units)
    if unit in {"flat", "psch.", "forfait"}:
        quantity = Decimal(sign)
    if dice.random() < (0.25 if style.chance("bare lines", 0.12) else 0.015):
        quantity = None
    worth = _money(price * (sign if quantity is None else quantity))
    percent = discount = Decimal(0)
    # At a till a discount is a line of its own.
    if not style.receipt and style.chance("discounts", 0.3) and dice.random() < 0.4:
        percent = Decimal(dice.choice((5, 10, 10, 15, 20, 25, 50)))
        discount = _money(worth * percent / 100)
    item = Item(
        name=name, code=_code(dice, style), net=worth - discount,
        rate=rates[0] if dice.random() < 0.6 else dice.choice(rates), tax=Decimal(0),
        gross=Decimal(0), day=issued - timedelta(days=dice.randint(0, 30)), quantity=quantity,
        unit=unit, price=None if quantity is None else price, discount=discount, percent=percent,
        details=_details(dice, style),
    )  # fmt: skip
    return _taxed(item, gross=gross)


def _taxed(item: Item, *, gross: bool) -> Item:
    if gross:
        tax = item.net - _money(item.net / (1 + item.rate / 100))
        return replace(item, tax=tax, gross=item.net)
    tax = _money(item.net * item.rate / 100)
    return replace(item, tax=tax, gross=item.net + tax)


def _extra_item(dice: Random, style: Style, items: list[Item], sign: int, *, gross: bool) -> Item:
    """Give a line that is a discount or a surcharge."""
    less = dice.random() < 0.6
    name = dice.choice(terms(style.language)["discount_line" if less else "charge_line"])
    amount = Decimal(dice.choice(("2.50", "5.00", "7.50", "10.00", "15.90")))
    if less:
        amount = -min(amount, _money(abs(items[0].net) / 2)) or Decimal("-0.01")
    return _taxed(
        replace(
            items[0], name=name, code=_code(dice, style), net=sign * amount, quantity=None,
            unit="", price=None, discount=Decimal(0), percent=Decimal(0), details=(),
        ),
        gross=gross,
    )  # fmt: skip


def _name(dice: Random, style: Style, trade: Trade) -> str:
    name = dice.choice(trade.items)
    for _ in range(dice.choice((0, 1, 1, 2, 3)) if style.chance("long names", 0.35) else 1):
        if dice.random() < 0.6:
            joint = dice.choice((" ", ", ", " - ", " (", ": "))
            name += f"{joint}{dice.choice(trade.variants)}" + (")" if joint == " (" else "")
    if dice.random() < 0.3:
        name = _with_model(dice, name)
    if style.chance("long names", 0.35) and dice.random() < 0.2:
        name += f" {dice.choice(('+', '/', '&'))} {dice.choice(trade.items)}"
    return name


def _with_model(dice: Random, name: str) -> str:
    """Add an invented make or a model's number; digits in a name are what is easily misread."""
    make = invented_word(dice)
    model = _filled(dice, dice.choice((
        "@###", "@@-##", "## cm", "#/#", "## x ## mm", "#,# l", "20##", "Nr. #", "###", "V#.#",
        "#0 %", "(#)", "#x", "@#", "@@@ ####", "#.#", "T##.##", "##-er", "# + #",
    )))  # fmt: skip
    return dice.choice((f"{make} {name}", f"{name} {make}", f"{name} {model}", f"{make} {model}",
                        f"{make} {name} {model}", f"{name} {make} {model}"))  # fmt: skip


def _details(dice: Random, style: Style) -> tuple[str, ...]:
    if not style.chance("details", 0.4) or dice.random() < 0.25:
        return ()
    count = dice.choice((1, 1, 1, 2, 2, 3)) if style.chance("many details", 0.5) else 1
    phrases = terms(style.language)["detail"]
    mine = style.random("detail kinds").sample(range(12), 4)
    return tuple(phrases[dice.choice(mine) % len(phrases)] for _ in range(count))


def _price(dice: Random, trade: Trade) -> Decimal:
    price = Decimal(str(round(trade.low * (trade.high / trade.low) ** dice.random(), 2)))
    ending = dice.random()
    if ending < 0.3:
        return max(price.quantize(Decimal(1)), Decimal(1)).quantize(_CENT)
    if ending < 0.5:
        return price.quantize(Decimal(1)) + Decimal("0.99")
    if ending < 0.65:
        return price.quantize(Decimal("0.1")).quantize(_CENT) + _CENT * 0
    if ending < 0.68:
        return price + Decimal("0.0045")
    return price.quantize(_CENT)


def _quantity(dice: Random, trade: Trade, *, few: bool) -> Decimal:
    if trade.kind == "h":
        return Decimal(dice.randint(1, 60)) / 4 if dice.random() < 0.7 else Decimal(1)
    if trade.kind == "s":
        return Decimal(dice.choice((1, 1, 1, 1, 3, 12)))
    if trade.kind == "f" and dice.random() < 0.3:
        return Decimal(dice.randint(200, 9000)) / 1000
    if few:
        return Decimal(dice.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 6)))
    if dice.random() < 0.015:
        return Decimal(dice.randint(1000, 20000))
    return Decimal(dice.choice((1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 50, 100)))


def _code(dice: Random, style: Style) -> str:
    form = style.pick("code form", "#####", "##-####", "@@####", "@@@-###", "####.##", "@##@##",
                      "#############", "###-###-##", "@@-##/##")  # fmt: skip
    return _filled(dice, form)


def _number(dice: Random, issued: date | None = None) -> str:
    year = str(issued.year) if issued else str(dice.randint(2015, 2026))
    form = dice.choice((
        "#####", "######", "YYYY-####", "YYYY/###", "RE-YYYY-###", "INV-####", "INV/YYYY/#####",
        "R########", "YYYY####", "########", "@@######", "##########", "RG##-####", "@-#####",
        "YY-#####", "FA####", "FYYYY-####", "SI-#####", "###", "YYYYMM##", "@@@-YYYY-####",
        "#-####", "IN#######", "F##/####", "AR YYYY-###", "YY/####", "##.###.###",
    ))  # fmt: skip
    form = form.replace("YYYY", year).replace("YY", year[2:])
    return _filled(dice, form.replace("MM", f"{issued.month if issued else 4:02d}"))


def _order(dice: Random) -> str:
    form = dice.choice(("##########", "PO-#####", "45########", "B####", "@@-####", "PO####/##",
                        "######", "#####-##"))  # fmt: skip
    return _filled(dice, form)


def _filled(dice: Random, form: str) -> str:
    return "".join(
        dice.choice("123456789" if place == 0 else "0123456789") if c == "#"
        else dice.choice("ABCDEFGHKLMNPRSTVWX") if c == "@" else c
        for place, c in enumerate(form)
    )  # fmt: skip


def _money(value: Decimal | float) -> Decimal:
    return Decimal(str(value)).quantize(_CENT, ROUND_HALF_UP)
