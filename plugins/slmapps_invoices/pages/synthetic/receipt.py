"""A till's slip: narrow, long, gross prices, tax by rate below the total."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from slmapps_invoices.pages.synthetic.figures import Run, address, plain
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import wrap

__all__ = ["draw_receipt", "slip_height", "slip_width"]


def slip_width(layout_roll: float) -> float:
    """Give the width of a slip: paper of 58 or 80 mm, printed with its margins or cut out."""
    return 165.0 if layout_roll < 0.25 else 226.0


def slip_height(lines: int) -> float:
    """Give a height that any slip of so many lines fits into; it is cut when it is done."""
    return 560.0 + 46.0 * lines


def draw_receipt(pen: Pen) -> None:
    """Draw the slip and cut the page where it ends."""
    pen.left, pen.right = 10.0, pen.sheet.width - 10
    pen.size = round(pen.style.between("slip size", 6.6, 8.6) * pen.sheet.width / 226 + 0.6, 1)
    if "Courier" in pen.fonts[0] or "Mono" in pen.fonts[0]:
        pen.size *= 0.85
    pen.leading = pen.size * pen.style.between("slip leading", 1.1, 1.4)
    pen.small = pen.size * 0.85
    y = _head(pen, 18.0)
    y = _lines(pen, y)
    y = _sums(pen, y)
    y = _end(pen, y)
    _cut(pen, y + 16)


def _cut(pen: Pen, height: float) -> None:
    pen.sheet.height = height


def _middle(pen: Pen, y: float, run: Run | str, *, bold: bool = False, grown: float = 1) -> float:
    run = plain(run) if isinstance(run, str) else run
    centred = pen.style.chance("slip centred", 0.8)
    x = pen.sheet.width / 2 if centred else pen.left
    pen.write(x, y, run, bold=bold, size=pen.size * grown, align="centre" if centred else "left",
              most=pen.width)  # fmt: skip
    return y + pen.leading * grown


def _rule(pen: Pen, y: float) -> float:
    kind = pen.style.pick("slip rule", "-", "=", "*", "line", "none")
    if kind == "line":
        pen.sheet.rule(pen.left, y - pen.leading * 0.6, pen.right, y - pen.leading * 0.6)
        return y + 3
    if kind == "none":
        return y + pen.leading * 0.5
    count = int(pen.width / pen.wide(kind))
    pen.write(pen.left, y, kind * count, most=pen.width)
    return y + pen.leading


def _pair(pen: Pen, y: float, left: Run | str, right: Run, *, bold: bool = False,
          grown: float = 1) -> float:  # fmt: skip
    size = pen.size * grown
    wide = pen.write(pen.right, y, right, bold=bold, align="right", size=size)
    pen.write(pen.left, y, left, bold=bold, size=size, most=pen.width - wide - 5)
    return y + pen.leading * grown


def _head(pen: Pen, y: float) -> float:
    style, bill = pen.style, pen.bill
    seller = bill.seller
    name: Run = [(seller.name, "seller_name", -1)]
    y = _middle(pen, y, name, bold=True, grown=style.pick("slip name", 1, 1.3, 1.6))
    y = _middle(pen, y, address(seller.street))
    y = _middle(pen, y, address(seller.place))
    if style.chance("slip phone", 0.6):
        y = _middle(pen, y, f"{pen.ahead(style.say('phone'))} {seller.phone}")
    if style.chance("slip vat", 0.6) and seller.vat_id:
        lead = pen.ahead(style.say("vat_id"))
        y = _middle(pen, y, [*plain(f"{lead} "), (seller.vat_id, "seller_vat_id", -1)])
    if style.chance("slip title", 0.4):
        y = _middle(pen, y + 4, style.say("receipt_title"), bold=True)
    date = pen.figures.date(bill.issued, "issue_date")
    time = plain(f" {bill.dice.randint(8, 20):02d}:{bill.dice.randint(0, 59):02d}")
    y = _rule(pen, y)
    if style.chance("slip date named", 0.45):
        date = [*plain(f"{pen.ahead(style.say('issue_date'))} "), *date]
    number: Run = []
    if style.chance("slip number", 0.7):
        lead = pen.ahead(style.say("receipt_number"))
        number = [*plain(f"{lead} "), (bill.number, "number", -1)]
    if number and style.chance("slip number beside", 0.4):
        y = _pair(pen, y, number, [*date, *time] if pen.sheet.width > 200 else date)
    else:
        y = _middle(pen, y, [*date, *time])
        y = _middle(pen, y, number) if number else y
    if style.chance("slip words on top", 0.4):
        y = _middle(pen, y, pen.fill(style.say("receipt_words")))
    return _rule(pen, y)


def _lines(pen: Pen, y: float) -> float:
    style, bill, figures = pen.style, pen.bill, pen.figures
    form = style.weigh("slip form", {"above": 4, "below": 4, "before": 4, "table": 2})
    letters = "ABCDE" if style.chance("slip letters", 0.5) else "12345"
    rates = [part.rate for part in bill.taxes]
    for at, item in enumerate(bill.lines):
        name: Run = [(item.name, "description", at)]
        amount = figures.amount(item.net, "line_net", at)
        if style.chance("slip codes", 0.45):
            amount += plain(f" {letters[rates.index(item.rate)]}")
        times: Run = []
        if item.quantity is not None and item.price is not None:
            sign = style.pick("slip times", " x ", " X ", " * ", " @ ")
            places = None if item.quantity == item.quantity.to_integral() else 3
            times = [
                (figures.number(item.quantity, places), "quantity", at), *plain(sign),
                *figures.amount(item.price, "unit_price", at,
                                places=2 if item.price == round(item.price, 2) else 4),
            ]  # fmt: skip
        many = times and item.quantity != 1
        if form == "above" and many:
            pen.write(pen.left + style.pick("slip indent", 0, 10), y, times)
            y = _pair(pen, y + pen.leading, name, amount)
        elif form == "below" and (many or style.chance("slip always times", 0.3)) and times:
            pen.write(pen.left, y, name, most=pen.width)
            indent = style.pick("slip indent", 0, 10)
            pen.write(pen.left + indent, y + pen.leading, times)
            pen.write(pen.right, y + pen.leading, amount, align="right")
            y += pen.leading * 2
        elif form == "before" and item.quantity is not None:
            lead = [times[0], *plain(" ")]
            room = pen.width - pen.wide(amount) - 6
            parts = wrap([*lead, *name], room, pen.font(), pen.size)
            y = _pair(pen, y, parts[0], amount)
            for part in parts[1:]:
                pen.write(pen.left + 12, y, part)
                y += pen.leading
        else:
            y = _pair(pen, y, name, amount)
    return _rule(pen, y)


def _sums(pen: Pen, y: float) -> float:
    style, bill, figures = pen.style, pen.bill, pen.figures
    total = figures.money(bill.total, "total", total=True)
    label: Run = plain(style.say("receipt_total"))
    if style.chance("slip currency", 0.35):
        label += [*plain(" "), (bill.currency, "currency", -1)]
        total = figures.amount(bill.total, "total")
    y = _pair(pen, y + 2, label, total, bold=True, grown=style.pick("slip total", 1, 1.25, 1.5))
    if style.chance("slip payment", 0.8):
        note = (bill.total / 10).quantize(Decimal(1), ROUND_UP) * 10
        cash = style.chance("slip change", 0.5)
        y = _pair(pen, y, style.say("receipt_pay"), figures.amount(note if cash else bill.total))
        if cash:
            y = _pair(pen, y, style.say("receipt_change"), figures.amount(note - bill.total))
    y = _rule(pen, y)
    if not style.chance("slip tax", 0.85):
        return y
    letters = "ABCDE" if style.chance("slip letters", 0.5) else "12345"
    if style.chance("slip tax table", 0.6):
        return _tax_table(pen, y, letters)
    several = len(bill.taxes) > 1
    for part in bill.taxes:
        slots = {"rate": figures.percent(part.rate, "tax_rate")}
        text = pen.fill(style.say("of_which_tax"), slots)
        y = _pair(pen, y, text, figures.amount(part.tax, "tax_amount" if several else "tax"))
    if style.chance("slip net", 0.4):
        y = _pair(pen, y, style.say("of_which_net"), figures.amount(bill.net, "net"))
    return y


def _tax_table(pen: Pen, y: float, letters: str) -> float:
    style, bill, figures = pen.style, pen.bill, pen.figures
    gross = pen.sheet.width > 200 and style.chance("slip gross", 0.7)
    heads = [style.say("t_rate"), style.say("t_base"), style.say("t_amount")]
    heads += [style.say("t_gross")] if gross else []
    size = pen.size * 0.92
    share = pen.width / len(heads)
    for at, head in enumerate(heads):
        pen.write(pen.left + share * (at + 1), y, head, align="right", size=size, most=share - 3)
    y += pen.leading
    coded = style.chance("slip codes", 0.45)
    for at, part in enumerate(bill.taxes):
        lead = plain(f"{letters[at]} ") if coded else []
        cells = [[*lead, *figures.percent(part.rate, "tax_rate", name="r")],
                 figures.amount(part.base, "tax_base"),
                 figures.amount(part.tax, "tax_amount")]  # fmt: skip
        cells += [figures.amount(part.base + part.tax)] if gross else []
        for place, cell in enumerate(cells):
            pen.write(pen.left + share * (place + 1), y, cell, align="right", size=size,
                      most=share - 3)  # fmt: skip
        y += pen.leading
    return y


def _end(pen: Pen, y: float) -> float:
    style = pen.style
    y = _rule(pen, y)
    for at in range(style.pick("slip last words", 0, 1, 2, 3)):
        y = _middle(pen, y, pen.fill(style.say("receipt_words", str(at))))
    if style.chance("slip bars", 0.3):
        dice = pen.style.random("bars")
        x = pen.left + pen.width * 0.15
        while x < pen.right - pen.width * 0.15:
            wide = dice.choice((0.8, 1.4, 2.2))
            pen.sheet.box(x, y, x + wide, y + 28, fill=(0, 0, 0))
            x += wide + dice.choice((0.9, 1.6))
        y += 34
    return y
