"""What follows the sums: terms of payment, bank, notes, thanks, signature, stamp, terms of sale."""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.feet import bank_lines
from slmapps_invoices.pages.synthetic.figures import Run, plain
from slmapps_invoices.pages.synthetic.lexicon import terms
from slmapps_invoices.pages.synthetic.logos import draw_code_square
from slmapps_invoices.pages.synthetic.pages import Pages
from slmapps_invoices.pages.synthetic.pen import Pen

__all__ = ["draw_closing", "draw_intro", "draw_stamp", "draw_terms_page"]


def draw_intro(pen: Pen, y: float) -> float:
    """Draw the sentence before the table, if the layout has one."""
    style, bill = pen.style, pen.bill
    if bill.credit:
        y = pen.paragraph(pen.left, y + pen.leading, pen.width, pen.fill(style.say("credit_ref")))
    elif style.chance("intro", 0.4):
        y += pen.leading
        y = pen.paragraph(pen.left, y, pen.width, pen.fill(style.say("intro")))
        if style.chance("second intro", 0.25):
            y = pen.paragraph(pen.left, y, pen.width, pen.fill(style.say("intro", "2")))
    return y + style.between("above table", 2, 18)


def draw_closing(pen: Pen, pages: Pages, y: float) -> None:
    """Draw all that follows the sums, going on to a new page where it must."""
    style, bill = pen.style, pen.bill
    y += style.between("above closing", 6, 30)
    parts = ["payment", "plain", "bank", "note", "note2", "thanks"]
    if style.chance("closing shuffled", 0.3):
        style.random("closing order").shuffle(parts)
    paragraphs = [(part, _paragraph(pen, part)) for part in parts]
    if bill.untaxed:
        paragraphs.insert(0, ("untaxed", [plain(style.say(bill.untaxed))]))
    if bill.gross_lines and style.chance("incl named", 0.6):
        paragraphs.insert(0, ("gross", [plain(style.say("incl_vat"))]))
    width = pen.width * style.pick("closing width", 1, 1, 0.7, 0.55)
    size = style.pick("closing size", pen.size, pen.size, pen.small)
    for part, lines in paragraphs:
        strong = part == "payment" and style.chance("payment bold", 0.2)
        for line in lines:
            if y + pen.leading * 2 > pages.end:
                y = pages.next_page()
            y = pen.paragraph(pen.left, y + pen.leading * 0.2, width, line, bold=strong, size=size)
        y += pen.leading * 0.6 if lines else 0
    if style.chance("signature", 0.14) and y + 50 < pages.end:
        pen.sheet.rule(pen.left, y + 30, pen.left + 140, y + 30, width=0.4)
        pen.write(pen.left, y + 30 + pen.leading, pen.fill(style.say("signature")), size=pen.small)
        y += 50
    if style.chance("code square", 0.1) and y + 70 < pages.end:
        draw_code_square(pen, pen.right - 66, y, 62)


def _paragraph(pen: Pen, part: str) -> list[Run]:
    style, bill = pen.style, pen.bill
    settled = bill.credit or (bill.paid and not bill.due)
    match part:
        case "payment" if not settled and style.chance("payment", 0.82):
            key = style.weigh("payment key", {"pay_by": 10, "pay_days": 9, "pay_skonto": 2.5})
            return [pen.fill(style.say(key))]
        case "plain" if not settled and style.chance("plain payment", 0.3):
            return [pen.fill(style.say("pay_plain"))]
        case "bank" if not style.chance("bank in foot", 0.6) and style.chance("bank below", 0.75):
            lines = bank_lines(pen)
            if style.chance("bank named apart", 0.15):
                return [plain(style.say("bank", "head")), *lines]
            if style.chance("bank in one line", 0.35):
                joint = style.pick("bank joint", ", ", "   ", " | ")
                run: Run = []
                for line in lines:
                    run += [*plain(joint), *line] if run else line
                return [run]
            return lines
        case "note" if style.chance("note", 0.45):
            return [pen.fill(style.say("notes"))]
        case "note2" if style.chance("second note", 0.2):
            return [pen.fill(style.say("notes", "2"))]
        case "thanks" if style.chance("thanks", 0.35):
            return [plain(style.say("thanks"))]
        case _:
            return []


def draw_stamp(pen: Pen) -> None:
    """Draw a stamp over the page when the bill is paid or a copy."""
    style, bill = pen.style, pen.bill
    if not (style.chance("stamp", 0.12) and (not bill.due or style.chance("stamp anyway", 0.3))):
        return
    pen.sheet.at = 0
    x = pen.left + pen.width * style.between("stamp x", 0.3, 0.6)
    y = pen.sheet.height * style.between("stamp y", 0.5, 0.8)
    pen.sheet.turned(x, y, style.say("stamp"), pen.font(bold=True), 30, angle=18,
                     colour=(0.85, 0.5, 0.5))  # fmt: skip


def draw_terms_page(pen: Pen, pages: Pages) -> None:
    """Draw a page of general terms after the invoice, if the layout has one."""
    style = pen.style
    if not style.chance("terms page", 0.06):
        return
    y = pages.next_page() + pen.leading
    pen.write(pen.left, y, style.say("terms_title"), bold=True)
    y += pen.leading * 2
    for clause in terms(style.language)["terms_page"] * style.pick("terms repeated", 1, 1, 2):
        y = pen.paragraph(pen.left, y, pen.width, clause, size=pen.small) + 3
        if y + pen.leading > pages.end:
            return
