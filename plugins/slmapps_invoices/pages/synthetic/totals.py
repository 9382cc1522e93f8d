"""The sums below the lines: rows of sums, and the breakdown of tax by rate.

Design choices:

* ``net`` is called a subtotal in many layouts; only where an allowance or a charge follows is the
  first sum ``line_total``. A row of tax that is the only one is ``tax``; of several, each is
  ``tax_amount`` and their sum ``tax``.
* The words of a row are the layout's; which rows there are depends on the bill as well.
"""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.bill import Tax
from slmapps_invoices.pages.synthetic.figures import Run, plain
from slmapps_invoices.pages.synthetic.pages import Pages
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK

__all__ = ["draw_totals", "total_rows"]

_Row = tuple[Run, Run, bool]


def total_rows(pen: Pen) -> list[_Row]:
    """Give the rows of sums: what each is, its amount, whether it stands out."""
    bill, style = pen.bill, pen.style
    if bill.gross_lines:
        rows = _retail_rows(pen)
    else:
        rows = [*_net_rows(pen), *_tax_rows(pen), _row(pen, "t_total", "total", strong=True)]
    if bill.rounding:
        rows.append((plain(style.say("t_rounding")), pen.figures.amount(bill.rounding), False))
    if bill.paid:
        sign = -1 if style.chance("paid with minus", 0.6) else 1
        run = pen.figures.money(sign * bill.paid, "paid", total=True)
        rows.append((plain(style.say("t_paid")), run, False))
    if bill.paid or bill.rounding or style.chance("due always", 0.08):
        rows.append(_row(pen, "t_due", "due", strong=True))
    return rows


def _row(pen: Pen, key: str, field: str, *, strong: bool = False) -> _Row:
    run = pen.figures.money(getattr(pen.bill, field), field, total=True)
    text = plain(pen.style.say(key))
    if strong and pen.style.chance("currency in total", 0.15):
        text = [*text, *plain(" "), (pen.bill.currency, "currency", -1)]
        run = pen.figures.amount(getattr(pen.bill, field), field)
    return text, run, strong


def _net_rows(pen: Pen) -> list[_Row]:
    bill, style, figures = pen.bill, pen.style, pen.figures
    rows: list[_Row] = []
    changed = bill.allowance or bill.charge
    if changed or style.chance("line total always", 0.08):
        rows.append(_row(pen, "t_line_total", "line_total"))
    if bill.allowance:
        percent = figures.percent(bill.allowance_percent)
        label = pen.fill(style.say("t_allowance"), {"percent": percent})
        sign = -1 if style.chance("allowance with minus", 0.75) else 1
        rows.append((label, figures.money(sign * bill.allowance, "allowance", total=True), False))
    if bill.charge:
        run = figures.money(bill.charge, "allowance", total=True)
        rows.append((plain(style.say("t_charge")), run, False))
    if (bill.tax or changed or style.chance("net though untaxed", 0.4)) and style.chance(
        "net", 0.96
    ):
        rows.append(_row(pen, "t_net", "net"))
    return rows


def _tax_rows(pen: Pen) -> list[_Row]:
    bill, style = pen.bill, pen.style
    if bill.untaxed:
        if not style.chance("zero tax shown", 0.4):
            return []
        return [_tax_row(pen, bill.taxes[0], "tax")]
    if len(bill.taxes) == 1:
        if style.chance("tax without rate", 0.22):
            return [_row(pen, "t_tax", "tax")]
        return [_tax_row(pen, bill.taxes[0], "tax")]
    summed = [_row(pen, "t_tax", "tax")]
    if style.chance("only sum of tax", 0.2):
        return summed
    rows = [_tax_row(pen, part, "tax_amount") for part in bill.taxes]
    return rows + (summed if style.chance("sum of tax", 0.25) else [])


def _tax_row(pen: Pen, part: Tax, label: str) -> _Row:
    figures = pen.figures
    slots = {"rate": figures.percent(part.rate, "tax_rate"),
             "base": figures.money(part.base, "tax_base")}  # fmt: skip
    text = pen.fill(pen.style.say("t_tax_row"), slots)
    return text, figures.money(part.tax, label, total=True), False


def _retail_rows(pen: Pen) -> list[_Row]:
    """Give the rows where prices hold the tax: net and tax before the total or after it."""
    bill, style, figures = pen.bill, pen.style, pen.figures
    several = len(bill.taxes) > 1
    taxes: list[_Row] = []
    for part in bill.taxes:
        slots = {"rate": figures.percent(part.rate, "tax_rate")}
        text = pen.fill(style.say("of_which_tax"), slots)
        run = figures.money(part.tax, "tax_amount" if several else "tax", total=True)
        taxes.append((text, run, False))
    net = [_row(pen, "of_which_net", "net")] if style.chance("retail net", 0.6) else []
    total = [_row(pen, "t_total", "total", strong=True)]
    return [*net, *taxes, *total] if style.chance("net first", 0.35) else [*total, *net, *taxes]


def draw_totals(pen: Pen, pages: Pages, y: float) -> float:
    """Draw the sums; gives where the next part may begin."""
    style = pen.style
    rows = total_rows(pen)
    step = pen.leading * style.between("total leading", 1.05, 1.5)
    broken_down = style.chance("tax breakdown", 0.24) or (
        len(pen.bill.taxes) > 1 and style.chance("only sum of tax", 0.2)
    )
    tall = step * (len(rows) + 1) + ((len(pen.bill.taxes) + 3) * pen.leading if broken_down else 0)
    if y + tall > pages.end:
        y = pages.next_page()
    y += style.between("above totals", 2, 26)
    if style.chance("totals at foot", 0.12) and len(pen.sheet.pages) == 1:
        y = max(y, pages.end - tall - step * 5)
    start = y
    form = style.weigh("total form", {"right": 10, "narrow": 6, "full": 3, "left": 2, "row": 2,
                                      "before": 3, "grid": 2.5})  # fmt: skip
    if form == "row" and sum(_room(pen, row) for row in rows) < pen.width:
        y = _across(pen, y, rows)
    else:
        y = _down(pen, y, rows, form, step)
    if broken_down and not pen.bill.untaxed:
        beside = form in {"right", "narrow"} and style.chance("breakdown beside", 0.4)
        y = max(y, _breakdown(pen, start if beside else y + 4))
    return y


def _room(pen: Pen, row: _Row) -> float:
    return max(pen.wide(row[0], bold=True), pen.wide(row[1], bold=True)) + 12


def _down(pen: Pen, y: float, rows: list[_Row], form: str, step: float) -> float:
    style = pen.style
    labels = max(pen.wide(text, bold=True) for text, _, _ in rows)
    values = max(pen.wide(run, bold=True) for _, run, _ in rows) * 1.2
    narrow = min(labels + values + 24, pen.width * 0.62)
    wide = {"right": max(narrow, pen.width * 0.45), "full": pen.width}.get(form, narrow)
    wide = pen.width if form == "grid" and style.chance("grid in full", 0.5) else wide
    left = pen.left if form in {"left", "full"} else pen.right - wide
    ruled = style.weigh("total rules", {"none": 4, "total": 6, "all": 2, "box": 1.5})
    fill = style.chance("total filled", 0.2)
    top = y
    colon = style.chance("total colon", 0.4)
    apart = style.chance("currency in a column", 0.14)
    values += 8 * apart
    for named, amount, strong in rows:
        run = amount
        text = [*named, *plain(":")] if colon else named
        y += step
        bold = strong and style.chance("total bold", 0.85)
        grown = 1.2 if strong and style.chance("total large", 0.2) else 1.0
        if strong and fill:
            pen.sheet.box(left - 3, y - step * 0.78, left + wide + 3, y + step * 0.3,
                          fill=(0.9, 0.91, 0.93))  # fmt: skip
        if ruled == "all" or (ruled == "total" and strong):
            pen.sheet.rule(left, y - step * 0.8, left + wide, y - step * 0.8)
        if form == "grid":
            low, parting = y + step * 0.3, left + wide - values - 6
            pen.sheet.box(left, low - step, left + wide, low, edge=BLACK)
            pen.sheet.rule(parting, low - step, parting, low)
            pen.write(parting - 4, y, text, bold=bold, align="right", most=parting - left - 6)
        elif form == "before":
            edge = left + wide - values - 8
            pen.write(edge, y, text, bold=bold, align="right", most=edge - pen.left)
        else:
            pen.write(left, y, text, bold=bold, most=wide - values - 13)
        if apart and len(run) == 3:
            mark = next(piece for piece in run if piece[1] == "currency")
            pen.write(left + wide - values - 3, y, [mark], bold=bold, size=pen.size)
            run = [max(run, key=lambda piece: piece[1] not in {"currency", "other"})]
        pen.write(left + wide - 3, y, run, bold=bold, align="right", size=pen.size * grown)
    if ruled == "box":
        pen.sheet.box(left - 4, top + step * 0.1, left + wide + 3, y + step * 0.4, edge=BLACK)
    if ruled == "total" and style.chance("double rule", 0.35):
        for lower in (0.3, 0.42):
            pen.sheet.rule(left, y + step * lower, left + wide, y + step * lower)
    return y + step * 0.6


def _across(pen: Pen, y: float, rows: list[_Row]) -> float:
    """Draw the sums side by side, each under what it is."""
    style = pen.style
    space = pen.width / len(rows)
    filled = style.chance("row of totals filled", 0.4)
    if filled:
        pen.sheet.box(pen.left, y + 3, pen.right, y + pen.leading + 4, fill=(0.9, 0.9, 0.92))
    for at, (text, run, strong) in enumerate(rows):
        x = pen.left + space * (at + 1) - 4
        bold = strong and style.chance("total bold", 0.85)
        pen.write(x, y + pen.leading, text, size=pen.small, align="right", most=space - 6)
        pen.write(x, y + pen.leading * 2.2, run, bold=bold, align="right", most=space - 6)
    pen.sheet.box(pen.left, y + 3, pen.right, y + pen.leading * 2.7, edge=pen.grey)
    return y + pen.leading * 3


def _breakdown(pen: Pen, y: float) -> float:
    """Draw the table of tax by rate."""
    style, bill, figures = pen.style, pen.bill, pen.figures
    if style.chance("breakdown headed", 0.3):
        y += pen.leading
        pen.write(pen.left, y, style.say("tax_heading"), bold=True)
    keys = style.pick("breakdown columns", "rate base amount", "rate base amount",
                      "base rate amount", "rate base amount gross").split()  # fmt: skip
    rows: list[dict[str, Run]] = [
        {"rate": figures.percent(part.rate, "tax_rate", name="b"),
         "base": figures.money(part.base, "tax_base"),
         "amount": figures.money(part.tax, "tax_amount"),
         "gross": figures.money(part.base + part.tax)}
        for part in bill.taxes
    ]  # fmt: skip
    size = style.pick("breakdown size", pen.size, pen.small)
    heads = {key: style.say(f"t_{key}") for key in keys}
    wides = [
        max([pen.wide(heads[key], size=size, bold=True), *(pen.wide(row[key], size=size)
            for row in rows)]) + 14
        for key in keys
    ]  # fmt: skip
    step = pen.leading * size / pen.size * 1.2
    y += step
    for number, row in enumerate([None, *rows]):
        x = pen.left
        for key, wide in zip(keys, wides, strict=True):
            x += wide
            run = plain(heads[key]) if row is None else row[key]
            pen.write(x - 6, y, run, size=size, align="right", bold=row is None)
        if number == 0 and style.chance("breakdown ruled", 0.6):
            pen.sheet.rule(pen.left, y + step * 0.3, x, y + step * 0.3, width=0.4)
        y += step
    return y
