"""What stands at the foot of a page: address, bank, register, in columns or in centred lines."""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.figures import Run, address, plain
from slmapps_invoices.pages.synthetic.pen import Pen, grouped

__all__ = ["bank_lines", "foot_columns"]

_Lines = list[Run]


def bank_lines(pen: Pen) -> _Lines:
    """Give the bank's name, IBAN and BIC, one to a line."""
    style, seller = pen.style, pen.bill.seller
    lines: _Lines = []
    if style.chance("bank named", 0.75):
        named = style.chance("bank labelled", 0.4)
        lead = f"{pen.ahead(style.say('bank'))} " if named else ""
        lines.append(plain(f"{lead}{seller.bank}"))
    if style.chance("old account", 0.12):
        lead = pen.ahead(style.say("account_no"))
        number = pen.bill.seller.iban[-10:]
        code = f"{pen.ahead(style.say('bank_code'))} {seller.iban[4:12]}"
        lines.append(plain(f"{lead} {number}   {code}"))
    shown = grouped(seller.iban) if style.chance("iban in fours", 0.72) else seller.iban
    lines.append([*plain(f"{pen.ahead(style.say('iban'))} "), (shown, "iban", -1)])
    if style.chance("bic", 0.8):
        lines.append([*plain(f"{pen.ahead(style.say('bic'))} "), (seller.bic, "bic", -1)])
    if style.chance("second account", 0.06):
        lines.append([*plain(f"{pen.ahead(style.say('iban'))} "),
                      (grouped(seller.second_iban), "iban", -1)])  # fmt: skip
    return lines


def foot_columns(pen: Pen) -> list[_Lines]:
    """Give the columns of the foot, each with its lines; none where the layout has no foot."""
    style = pen.style
    unnamed = all(token.label != "seller_name" for token in pen.sheet.tokens)
    if not unnamed and not style.chance("foot", 0.78):
        return []
    parts = {
        "address": _address(pen, named=unnamed or style.chance("foot name", 0.7)),
        "contacts": _contacts(pen),
        "bank": bank_lines(pen) if style.chance("bank in foot", 0.6) else [],
        "register": _register(pen),
    }
    keys = list(parts)
    style.random("foot order").shuffle(keys)
    keys.sort(key=lambda key: key != "address")
    columns = [parts[key] for key in keys if parts[key]]
    if not unnamed and style.chance("short foot", 0.15):
        columns = [lines for lines in columns if lines is not parts["contacts"]]
    if style.chance("foot in one column", 0.25):
        return [_joined(pen, columns)]
    return columns


def _joined(pen: Pen, columns: list[_Lines]) -> _Lines:
    """Put what is in a column into one line, with dots between."""
    dot = pen.style.pick("foot dot", " · ", " - ", " | ", ", ", " – ")
    found: _Lines = []
    for lines in columns:
        run: Run = []
        for line in lines:
            run += [*plain(dot), *line] if run else line
        found.append(run)
    return found


def _address(pen: Pen, *, named: bool) -> _Lines:
    seller = pen.bill.seller
    lines = [address(seller.street), address(seller.place)]
    name: Run = [(seller.name, "seller_name", -1)]
    return [name, *lines] if named else lines


def _contacts(pen: Pen) -> _Lines:
    style, seller = pen.style, pen.bill.seller
    lines = []
    for key, value in (("phone", seller.phone), ("fax", seller.fax), ("email", seller.email),
                       ("web", seller.web)):  # fmt: skip
        if style.chance(f"foot {key}", 0.6):
            lines.append(plain(f"{pen.ahead(style.say(key))} {value}"))
    return lines


def _register(pen: Pen) -> _Lines:
    style, seller = pen.style, pen.bill.seller
    lines: _Lines = []
    if style.chance("foot vat", 0.75) and seller.vat_id:
        lead = pen.ahead(style.say("vat_id"))
        shown = seller.vat_id
        if shown.startswith("CHE") and style.chance("swiss dots", 0.7):
            shown = f"CHE-{shown[3:6]}.{shown[6:9]}.{shown[9:12]} {shown[12:]}"
        elif style.chance("vat spaced", 0.15):
            shown = f"{shown[:2]} {shown[2:5]} {shown[5:8]} {shown[8:]}"
        lines.append([*plain(f"{lead} "), (shown.strip(), "seller_vat_id", -1)])
    if style.chance("foot tax number", 0.35):
        lines.append(plain(f"{pen.ahead(style.say('tax_number'))} {seller.tax_number}"))
    if style.chance("foot register", 0.5):
        lines.append(plain(f"{style.say('register')} {seller.register}"))
    if style.chance("foot legal", 0.5):
        lines.append(pen.fill(style.say("legal")))
    return lines
