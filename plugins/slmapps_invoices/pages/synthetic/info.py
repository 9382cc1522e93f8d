"""What the invoice says of itself: number, dates, references, in a list or in a row of heads.

Design choices:

* What is listed, and in which order, is the layout's choice; most of it is there to be told apart
  from what is wanted: customer numbers, delivery notes, dates of service.
* A thing that the title says already is often left out, never both left out and unsaid.
"""

from __future__ import annotations

from datetime import timedelta

from slmapps_invoices.pages.synthetic.figures import Run, plain
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK

__all__ = ["draw_info", "draw_info_table"]

# How often each stands in a list. The first three lead in most layouts.
_SHARES = {
    "number": 1.0, "issue_date": 1.0, "due_date": 0.42, "order_reference": 0.4, "customer_no": 0.6,
    "delivery_note": 0.16, "delivery_date": 0.28, "period": 0.16, "project": 0.14, "contract": 0.1,
    "our_order": 0.2, "contact": 0.28, "our_ref": 0.08, "your_ref": 0.16, "payment_terms": 0.16,
    "tax_number": 0.08, "vat_id": 0.12, "buyer_vat_id": 0.18, "currency": 0.12, "page": 0.1,
    "phone": 0.12,
}  # fmt: skip

_Items = list[tuple[str, Run]]


def _items(pen: Pen, *, most: int) -> _Items:
    style = pen.style
    keys = [key for key, share in _SHARES.items() if style.chance(f"info {key}", share)]
    if "number" in pen.in_title and style.chance("number once", 0.75):
        keys.remove("number")
    if "date" in pen.in_title and style.chance("date once", 0.75):
        keys.remove("issue_date")
    if style.chance("info shuffled", 0.45):
        style.random("info order").shuffle(keys)
    if len(keys) > most:
        wanted = [key for key in keys if key in {"number", "issue_date", "due_date"}]
        rest = [key for key in keys if key not in wanted]
        keys = [key for key in keys if key in {*wanted, *rest[: max(0, most - len(wanted))]}]
    found = []
    for key in keys:
        run = _value(pen, key)
        if run:
            name = {"page": "page_label"}.get(key, key)
            name = "number_credit" if key == "number" and pen.bill.credit else name
            found.append((style.say(name), run))
    return found


def _value(pen: Pen, key: str) -> Run:
    bill, figures, style = pen.bill, pen.figures, pen.style
    seldom = bill.dice.random() < 0.12  # a field that is empty on this one
    match key:
        case "number":
            return [(bill.number, "number", -1)]
        case "issue_date":
            return figures.date(bill.issued, "issue_date")
        case "due_date":
            return [] if seldom else figures.date(bill.due_date, "due_date")
        case "order_reference":
            return [] if seldom else [(bill.order, "order_reference", -1)]
        case "delivery_date":
            return figures.date(bill.other_date())
        case "period":
            start = bill.issued.replace(day=1) - timedelta(days=31)
            return [*figures.date(start), *plain(" - "), *figures.date(bill.issued.replace(day=1))]
        case "buyer_vat_id":
            known = bill.buyer.vat_id and not bill.buyer.private
            return [(bill.buyer.vat_id, "buyer_vat_id", -1)] if known else []
        case "vat_id":
            return [(bill.seller.vat_id, "seller_vat_id", -1)] if bill.seller.vat_id else []
        case "currency":
            return [(bill.currency, "currency", -1)]
        case "payment_terms":
            days = {"de": f"{bill.days} Tage netto", "fr": f"{bill.days} jours net"}
            return plain(days.get(style.language, f"Net {bill.days}"))
        case _:
            return plain(_other(pen, key))


def _other(pen: Pen, key: str) -> str:
    bill = pen.bill
    if key == "customer_no":
        return str(bill.dice.randint(100, 999_999))
    if key == "contact":
        return bill.seller.person
    if key == "your_ref":
        return bill.buyer.person if bill.dice.random() < 0.5 else bill.reference()
    if key == "tax_number":
        return bill.seller.tax_number
    if key == "phone":
        return bill.seller.phone
    if key == "page":
        return "1"
    return bill.reference()


def draw_info(pen: Pen, x: float, y: float, width: float) -> float:
    """Draw the list: label beside value, over it, right-aligned, or in a grid of boxes."""
    style = pen.style
    items = _items(pen, most=9)
    y += style.between("info depth", 0, 30) if width < pen.width * 0.6 else 0
    forms = {"tab": 8, "inline": 4, "right": 3, "stacked": 3, "boxed": 2.5, "grid": 1.5, "ends": 3,
             "flow": 2}  # fmt: skip
    form = style.weigh("info form", forms)
    if form == "stacked":
        return _stacked(pen, x, y, width, items)
    if form == "flow":
        joint = style.pick("flow joint", "   ", ", ", " | ", "     ", " - ")
        flow: Run = []
        for label, run in items:
            flow += [*plain(f"{joint if flow else ''}{pen.ahead(label)} "), *run]
        return pen.paragraph(x, y + pen.leading, width, flow)
    if form == "grid" and width > 150:
        return _grid(pen, x, y, width, items)
    step = pen.leading * style.between("info leading", 1, 1.35)
    bold_label = style.chance("info label bold", 0.3)
    bold = style.chance("info value bold", 0.2) and not bold_label
    labels = [pen.ahead(label) for label, _ in items]
    tab = min(max((pen.wide(label, bold=bold_label) for label in labels), default=0) + 13,
              width * 0.6)  # fmt: skip
    whole = min(width, tab + max((pen.wide(run, bold=bold) for _, run in items), default=0) + 4)
    start = x + (width - whole if style.chance("info at right", 0.45) else 0)
    if form in {"boxed", "ends"}:
        start, whole = x, min(width, 260)
        start += width - whole if style.chance("info at right", 0.45) else 0
    top = y
    for at, (label, (_, run)) in enumerate(zip(labels, items, strict=True)):
        y += step
        ends = form in {"right", "ends", "boxed"}
        if form == "inline":
            line = [*plain(f"{label} "), *run]
            pen.write(start, y, line, bold=bold, most=width)
            continue
        if form == "boxed" and at % 2 == 0 and style.chance("info zebra", 0.4):
            pen.sheet.box(start, y - step * 0.75, start + whole, y + step * 0.25,
                          fill=(0.93, 0.93, 0.93))  # fmt: skip
        if form == "right":
            edge = x + width
            wide = pen.write(edge, y, run, bold=bold, align="right", most=width * 0.6)
            room = tab if style.chance("info columns right", 0.6) else 0
            wide = max([wide, *(pen.wide(one, bold=bold) for _, one in items if room)])
            pen.write(edge - wide - 8, y, label, bold=bold_label, colour=pen.grey, align="right",
                      most=max(width - wide - 8, 30))  # fmt: skip
            continue
        pen.write(start + 3, y, label, bold=bold_label, colour=pen.grey, most=tab - 9)
        if ends:
            pen.write(start + whole - 3, y, run, bold=bold, align="right", most=whole - tab - 6)
        else:
            pen.write(start + tab, y, run, bold=bold, most=width - tab)
    if form == "boxed":
        pen.sheet.box(start, top + step * 0.2, start + whole, y + step * 0.35, edge=BLACK)
    return y + step * 0.6


def _stacked(pen: Pen, x: float, y: float, width: float, items: _Items) -> float:
    """Each label over its value, in one or two columns."""
    style = pen.style
    columns = 2 if width > 180 and style.chance("stacked columns", 0.5) else 1
    size = style.pick("stacked label size", pen.small, pen.size)
    wide = width / columns
    for at, (label, run) in enumerate(items):
        column = at % columns
        if column == 0:
            y += pen.leading * 2.35
        left = x + column * wide
        bold = style.chance("stacked bold", 0.35)
        text = pen.ahead(label) if style.chance("stacked colon", 0.3) else label
        pen.write(left, y - pen.leading, text, size=size, bold=bold, colour=pen.grey, most=wide - 6)
        pen.write(left, y, run, bold=not bold and style.chance("stacked value", 0.3), most=wide - 6)
    return y + pen.leading * 0.6


def _grid(pen: Pen, x: float, y: float, width: float, items: _Items) -> float:
    """Boxes with a small label in the corner and the value below or at the right."""
    tall = pen.leading * 2
    for label, run in items:
        pen.sheet.box(x, y, x + width, y + tall, edge=BLACK)
        pen.write(x + 2, y + pen.small, label, size=pen.small * 0.85, most=width / 2)
        pen.write(x + width - 4, y + tall - 4, run, bold=True, align="right", most=width * 0.7)
        y += tall
    return y + 4


def draw_info_table(pen: Pen, x: float, y: float, width: float) -> float:
    """Draw heads in a row over their values."""
    style = pen.style
    items = _items(pen, most=int(style.between("info table size", 3, 7)))
    if not items:
        return y
    wide = [max(pen.wide(label, bold=True), pen.wide(run)) + 12 for label, run in items]
    while sum(wide) > width and len(items) > 2:
        spared = [n for n in range(len(items)) if not _needed(items[n][1])]
        if not spared:
            break
        del items[spared[-1]], wide[spared[-1]]
    spare = max(0.0, (width - sum(wide)) / len(items))
    if style.chance("info table tight", 0.3):
        spare = min(spare, 12)
    scale = min(1.0, width / sum(wide))
    framed = style.chance("info table framed", 0.35)
    filled = style.chance("info table filled", 0.3)
    step = pen.leading * 1.25
    whole = (sum(wide) + spare * len(items)) * scale
    if filled:
        pen.sheet.box(x, y + 2, x + whole, y + step + 3, fill=(0.88, 0.9, 0.93))
    if framed:
        pen.sheet.box(x, y + 2, x + whole, y + step * 2 + 5, edge=BLACK)
        pen.sheet.rule(x, y + step + 3, x + whole, y + step + 3)
    bold = style.chance("info head bold", 0.6)
    middle = style.chance("info table centred", 0.25)
    for (label, run), room in zip(items, wide, strict=True):
        space = (room + spare) * scale
        at = x + (space / 2 if middle else 4)
        side = "centre" if middle else "left"
        pen.write(at, y + step - 2, label, bold=bold, align=side, colour=pen.grey, most=space - 6)
        pen.write(at, y + step * 2, run, align=side, most=space - 6)
        if framed:
            pen.sheet.rule(x + space, y + 2, x + space, y + step * 2 + 5)
        x += space
    return y + step * 2 + 8


def _needed(run: Run) -> bool:
    return run[0][1] in {"number", "issue_date"}
