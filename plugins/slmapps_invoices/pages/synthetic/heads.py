"""The upper part of an invoice: letterhead, addresses, what the invoice says of itself, title.

Design choices:

* A *plan* puts blocks into rows; each block draws itself into its column and says where it ended,
  and the next row begins below the longest. So any plan can be drawn without overlap.
* Every plan shows number and date once at least: in the title, beside the place, or in the list.
"""

from __future__ import annotations

from collections.abc import Callable

from slmapps_invoices.pages.synthetic.figures import Run, address, plain
from slmapps_invoices.pages.synthetic.info import draw_info, draw_info_table
from slmapps_invoices.pages.synthetic.logos import draw_logo
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK

__all__ = ["draw_head"]

# Blocks with their share of the width; rows are divided by slashes.
_PLANS = {
    "letterhead / buyer .56 info .44 / title": 16,
    "letterhead / buyer .56 info .44 / title / summary": 3,
    "seller .52 info .48 / buyer .5 ship .5": 6,
    "seller .55 title .45 / buyer .5 info .5": 9,
    "title / seller .5 info .5 / buyer .5 ship .5": 6,
    "seller .55 buyer .45 / title / infotable": 7,
    "letterhead / buyer .55 placedate .45 / title / info": 6,
    "letterhead / title / infotable / buyer .5 ship .5": 4,
    "title .6 logo .4 / info / seller .5 buyer .5 / banner": 6,
    "letterhead / buyer / title / info": 5,
    "letterhead / gap .52 buyer .48 / title / infotable": 5,
    "letterhead / gap .52 buyer .48 / info / title": 3,
    "title / info .5 buyer .5": 4,
    "info .45 seller .55 / buyer .45 ship .55 / title": 3,
    "letterhead / title .5 info .5 / buyer .34 ship .33 seller .33": 4,
    "title / info / seller / buyer": 3,
    "letterhead / buyer .36 ship .27 info .37 / title": 4,
    "seller .33 buyer .32 info .35 / title": 4,
    "letterhead / buyer .56 placedate .44 / title / infotable": 3,
    "letterhead / info .45 buyer .55 / title / banner": 3,
    "logo / title .5 seller .5 / buyer .5 info .5": 4,
    "letterhead / banner / buyer .5 info .5 / summary / title": 2,
    "title .5 letterhead .5 / infotable / seller .5 buyer .5": 4,
    "letterhead / buyer / placedate / title": 3,
}


def draw_head(pen: Pen) -> float:
    """Draw all above the table of lines; gives where the next part may begin."""
    style = pen.style
    plan = style.weigh("plan", _PLANS)
    y = pen.top
    if "letterhead" not in plan and "seller" not in plan:
        plan = plan.replace("title", "title / seller .5", 1) if "info" in plan else plan
    _choose_title(pen, plan)
    for row in plan.split(" / "):
        parts = _columns(row)
        x = pen.left
        ends = []
        for name, share in parts:
            width = pen.width * share
            inner = width - (10 if share < 1 else 0)
            ends.append(_BLOCKS[name](pen, x, y, inner))
            x += width
        y = max(ends) + style.between(f"row gap {row}", 6, 26) * (1 if max(ends) > y else 0)
    return y


def _columns(row: str) -> list[tuple[str, float]]:
    words = row.split()
    columns: list[tuple[str, float]] = []
    for word in words:
        if word[0] == ".":
            columns[-1] = (columns[-1][0], float(word))
        else:
            columns.append((word, 1.0))
    return columns


def _choose_title(pen: Pen, plan: str) -> None:
    """Settle whether the title bears number and date, and what the list says of them."""
    style = pen.style
    listed = "info" in plan
    pen.title_line = "title" in plan and (not listed or style.chance("title line", 0.3))
    if pen.title_line:
        key = "title_credit_line" if pen.bill.credit else "title_line"
        pen.title_phrase = style.say(key)
        pen.in_title = {name for name in ("number", "date") if f"{{{name}}}" in pen.title_phrase}
    if "placedate" in plan:
        pen.in_title.add("date")
    if not listed and "date" not in pen.in_title:
        pen.title_date_below = True


def _letterhead(pen: Pen, x: float, y: float, width: float) -> float:
    """The seller's name large, with a logo or none; the address beside or under it, or nowhere."""
    style = pen.style
    side = style.weigh("letterhead", {"left": 8, "right": 7, "centre": 4})
    size = style.between("letterhead size", 11, 22)
    anchor = {"left": x, "right": x + width, "centre": x + width / 2}[side]
    if style.chance("band", 0.12) and width > 300:
        pen.sheet.box(0, 0, pen.sheet.width, y + size * 1.6, fill=pen.accent, under=True)
        white = (1.0, 1.0, 1.0)
        pen.write(anchor, y + size, _name(pen), bold=True, size=size, align=side, colour=white,
                  most=width)  # fmt: skip
        return y + size * 2.2
    if style.chance("logo", 0.5):
        y = draw_logo(pen, anchor, y, side)
    if style.chance("legal name on top", 0.72):
        colour = pen.accent if style.chance("name coloured", 0.4) else BLACK
        y += size
        pen.write(anchor, y, _name(pen), bold=style.chance("name bold", 0.75), size=size,
                  align=side, colour=colour, most=width)  # fmt: skip
        y += size * 0.35
    if style.chance("letterhead address", 0.55):
        y = _contacts(pen, anchor, y + pen.leading, width, side)
    if style.chance("rule under letterhead", 0.2):
        pen.sheet.rule(x, y + 3, x + width, y + 3, colour=pen.accent)
        y += 5
    return y + style.between("after letterhead", 4, 40)


def _name(pen: Pen) -> Run:
    return [(pen.bill.seller.name, "seller_name", -1)]


def _contacts(pen: Pen, x: float, y: float, width: float, side: str) -> float:
    """Draw address and contacts, in one line with dots or one under the other."""
    style, seller = pen.style, pen.bill.seller
    lines: list[Run] = [address(seller.street), address(seller.place)]
    if style.chance("own country", 0.25):
        lines.append(address(seller.country_name))
    for key, value in (("phone", seller.phone), ("fax", seller.fax), ("email", seller.email),
                       ("web", seller.web)):  # fmt: skip
        if style.chance(f"contact {key}", 0.5):
            named = style.chance("named contacts", 0.75)
            lines.append(plain(f"{pen.ahead(style.say(key))} {value}" if named else value))
    if style.chance("contact vat", 0.22) and seller.vat_id:
        lines.append(_vat(pen))
    size = style.pick("contact size", pen.small, pen.size)
    if style.chance("contacts in a row", 0.25):
        dot = style.pick("dot", " · ", " | ", " - ", ", ", "   ")
        run: Run = []
        for line in lines:
            run += [*plain(dot), *line] if run else line
        return pen.paragraph(x, y, width, run, size=size, align=side, colour=pen.grey)
    for line in lines:
        pen.write(x, y, line, size=size, align=side, colour=pen.grey, most=width)
        y += pen.leading * size / pen.size
    return y


def _vat(pen: Pen) -> Run:
    label = pen.ahead(pen.style.say("vat_id"))
    return [*plain(f"{label} "), (pen.bill.seller.vat_id, "seller_vat_id", -1)]


def _form(pen: Pen, x: float, y: float, width: float, *, mine: bool) -> float:
    """Draw a party as a form does: name, street and city each after its label."""
    style, bill = pen.style, pen.bill
    party = bill.buyer if mine else bill.seller
    kind = "buyer" if mine else "seller"
    where = plain if mine else address
    rows: list[tuple[str, Run]] = [
        ("f_name", [(party.name, f"{kind}_name", -1)]),
        ("f_street", where(party.street)),
        ("f_place", where(party.place)),
    ]
    if style.chance("form country", 0.6):
        named = style.chance("country named", 0.5)
        rows.append(("f_country", where(party.country_name if named else party.country)))
    if style.chance("form contact", 0.4) and not party.private:
        rows.append(("f_contact", plain(party.person)))
    if style.chance("form vat", 0.6) and party.vat_id and not party.private:
        rows.append(("vat_id", [(party.vat_id, f"{kind}_vat_id", -1)]))
    y = _heading(pen, x, y, "bill_to" if mine else "from") + 2
    labels = [pen.ahead(style.say(key)) for key, _ in rows]
    tab = min(max(pen.wide(label) for label in labels) + 12, width * 0.5)
    tab = max(tab, style.pick("form tab", 0, 90, 120))
    for label, (_, run) in zip(labels, rows, strict=True):
        y += pen.leading * 1.1
        pen.write(x, y, label, colour=pen.grey, most=tab - 8)
        pen.write(x + tab, y, run, most=max(width - tab, 40))
    return y + pen.leading * 0.6


def _seller(pen: Pen, x: float, y: float, width: float) -> float:
    style = pen.style
    if style.chance("parties as forms", 0.08):
        return _form(pen, x, y, width, mine=False)
    if style.chance("seller heading", 0.3):
        y = _heading(pen, x, y, "from")
    elif style.chance("seller logo", 0.3):
        y = draw_logo(pen, x, y, "left")
    y += pen.leading
    size = pen.size * style.pick("seller name size", 1, 1, 1.2, 1.5)
    pen.write(x, y, _name(pen), bold=style.chance("seller bold", 0.6), size=size, most=width)
    return _contacts(pen, x, y + pen.leading, width, "left")


def _logo(pen: Pen, x: float, y: float, width: float) -> float:
    side = pen.style.weigh("logo side", {"right": 3, "left": 1})
    return draw_logo(pen, x + (width if side == "right" else 0), y, side)


def _heading(pen: Pen, x: float, y: float, key: str) -> float:
    style = pen.style
    y += pen.leading
    text = pen.ahead(style.say(key)) if style.chance("heading colon", 0.5) else style.say(key)
    pen.write(x, y, text, bold=style.chance("heading bold", 0.65), colour=pen.accent,
              size=style.pick("heading size", pen.small, pen.size, pen.size))  # fmt: skip
    return y + 2


def _buyer(pen: Pen, x: float, y: float, width: float) -> float:
    style, bill = pen.style, pen.bill
    start = y
    if style.chance("parties as forms", 0.08):
        return _form(pen, x, y, width, mine=True)
    if style.chance("buyer heading", 0.45 if style.language == "de" else 0.75):
        y = _heading(pen, x, y, "bill_to")
    elif style.chance("sender line", 0.6):
        y += style.between("above window", 0, 30)
        dot = style.pick("sender dot", " · ", ", ", " - ", " | ", " • ")
        seller = bill.seller
        run = [
            *_name(pen),
            *plain(dot),
            *address(seller.street),
            *plain(dot),
            *address(seller.place),
        ]
        y += pen.leading
        wide = pen.write(x, y, run, size=pen.small * 0.85, most=width)
        if style.chance("sender underlined", 0.5):
            pen.sheet.rule(x, y + 2, x + wide, y + 2, width=0.4)
        y += style.between("below sender", 1, 10)
    y = _address(pen, x, y, width, mine=True)
    if style.chance("address box", 0.1):
        pen.sheet.box(x - 5, start, x + width, y - pen.leading * 0.1, edge=pen.grey)
    return y


def _address(pen: Pen, x: float, y: float, width: float, *, mine: bool) -> float:
    style, buyer = pen.style, pen.bill.buyer
    title = {"de": ("Herrn", "Frau", "Herr"), "en": ("Mr", "Ms"), "fr": ("M.", "Mme")}
    lines: list[Run] = []
    name: Run = [(buyer.name, "buyer_name" if mine else "other", -1)]
    if buyer.private and style.chance("salutation", 0.4):
        salute = plain(style.pick(f"salute {style.language}", *title[style.language]))
        lines += [salute, name] if style.language == "de" else [[*salute, *plain(" "), *name]]
    else:
        lines.append(name)
        if not buyer.private and style.chance("buyer contact", 0.35):
            lead = {"de": "z. Hd. ", "en": "Attn. ", "fr": "À l'attention de "}[style.language]
            lines.append(plain(lead * style.chance("attention", 0.6) + buyer.person))
    lines += [plain(buyer.street), plain(buyer.place)]
    if buyer.country != pen.bill.seller.country or style.chance("buyer country", 0.2):
        lines.append(plain(buyer.country_name))
    if mine and buyer.vat_id and not buyer.private and style.chance("vat under buyer", 0.2):
        label = pen.ahead(style.say("buyer_vat_id"))
        lines.append([*plain(f"{label} "), (buyer.vat_id, "buyer_vat_id", -1)])
    bold = style.chance("buyer bold", 0.25)
    for line in lines:
        y += pen.leading
        first = any(piece[1] == "buyer_name" for piece in line)
        pen.write(x, y, line, bold=bold and first, most=width)
    return y + pen.leading * 0.6


def _ship(pen: Pen, x: float, y: float, width: float) -> float:
    if not pen.style.chance("ship", 0.6):
        return y
    return _address(pen, x, _heading(pen, x, y, "ship_to"), width, mine=False)


def _title(pen: Pen, x: float, y: float, width: float) -> float:
    style = pen.style
    size = style.between("title size", 11, 25 if width > 300 else 18)
    side = style.weigh("title side", {"left": 10, "centre": 2, "right": 3})
    if pen.title_line:
        size = min(size, 15)
        slots = {"date": pen.figures.date(pen.bill.issued, "issue_date", long=True)}
        run = pen.fill(pen.title_phrase, slots)
    else:
        run = plain(style.say("title_credit" if pen.bill.credit else "title_invoice"))
    anchor = {"left": x, "right": x + width, "centre": x + width / 2}[side]
    y += size
    gap = style.between("title gap", 0.5, 2) if style.chance("spaced title", 0.08) else 0
    pen.write(anchor, y, run, bold=style.chance("title bold", 0.75), size=size, align=side,
              colour=pen.accent if style.chance("title coloured", 0.45) else BLACK, gap=gap,
              most=width)  # fmt: skip
    y += size * 0.4
    if pen.title_date_below:
        y += pen.leading
        label = pen.ahead(style.say("issue_date"))
        date = pen.figures.date(pen.bill.issued, "issue_date")
        pen.write(anchor, y, [*plain(f"{label} "), *date], align=side)
        y += 4
    if style.chance("title rule", 0.12):
        pen.sheet.rule(x, y + 2, x + width, y + 2, colour=pen.accent, width=1.2)
        y += 6
    return y


def _place_date(pen: Pen, x: float, y: float, width: float) -> float:
    style = pen.style
    date = pen.figures.date(pen.bill.issued, "issue_date", long=True)
    run = pen.fill(style.say("place_date"), {"date": date})
    right = style.chance("place date right", 0.75)
    y += pen.leading * style.pick("place date depth", 1, 1, 4, 6)
    pen.write(x + width * right, y, run, align="right" if right else "left", most=width)
    return y + 6


def _banner(pen: Pen, x: float, y: float, width: float) -> float:
    run = pen.fill(pen.style.say("due_banner"))
    size = pen.size * pen.style.between("banner size", 1.1, 1.8)
    pen.write(x, y + size * 1.2, run, bold=True, size=size, most=width)
    return y + size * 1.9


def _summary(pen: Pen, x: float, y: float, width: float) -> float:
    """A short statement before the lines, as telephone and power bills have: rows that add up."""
    style, bill, figures = pen.style, pen.bill, pen.figures
    width *= style.pick("summary width", 1, 0.6, 0.5)
    y += pen.leading * 1.3
    pen.sheet.box(x, y - pen.leading, x + width, y + 4, fill=(0.9, 0.93, 0.97))
    pen.write(x + 3, y, style.say("summary"), bold=True)
    rows: list[tuple[str, Run]] = []
    if style.chance("previous balance", 0.6):
        rows.append((style.say("previous"), figures.money(bill.previous)))
        rows.append((style.say("received"), figures.money(-bill.previous)))
    rows.append((style.say("t_net"), figures.money(bill.net, "net", total=True)))
    if not bill.untaxed:
        rows.append((style.say("t_tax"), figures.money(bill.tax, "tax", total=True)))
    rows.append((style.say("t_total"), figures.money(bill.total, "total", total=True)))
    for label, run in rows:
        y += pen.leading * 1.15
        pen.write(x + 3, y, label, most=width * 0.6)
        pen.write(x + width - 3, y, run, align="right")
    return y + pen.leading * 0.5


def _gap(pen: Pen, x: float, y: float, width: float) -> float:  # noqa: ARG001 - a block
    return y


_BLOCKS: dict[str, Callable[[Pen, float, float, float], float]] = {
    "letterhead": _letterhead, "seller": _seller, "logo": _logo, "buyer": _buyer, "ship": _ship,
    "title": _title, "placedate": _place_date, "banner": _banner, "summary": _summary, "gap": _gap,
    "info": draw_info, "infotable": draw_info_table,
}  # fmt: skip
