"""Logos of drawn shapes, with or without the seller's short name in them."""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK

__all__ = ["draw_code_square", "draw_logo"]


def draw_logo(pen: Pen, x: float, y: float, side: str) -> float:
    """Draw a logo whose left, right or middle is x; gives where it ends."""
    style, sheet = pen.style, pen.sheet
    tall = style.between("logo height", 18, 52)
    wide = tall * style.pick("logo shape", 1, 1.4, 2.4)
    brand = pen.bill.seller.brand[:14] if style.chance("brand", 0.6) else ""
    size = min(tall * 0.6, 26.0)
    whole = wide + (pen.wide(brand, bold=True, size=size) + 6 if brand else 0)
    left = x - whole * {"left": 0, "right": 1, "centre": 0.5}[side]
    colour = pen.accent if pen.accent != BLACK else (0.3, 0.4, 0.6)
    kind = style.pick("logo kind", "disc", "square", "bars", "rings", "steps")
    if kind == "disc":
        sheet.disc(left + tall / 2, y + tall / 2, tall / 2, fill=colour)
    elif kind == "square":
        sheet.box(left, y, left + wide, y + tall, fill=colour, radius=tall / 6)
    elif kind == "rings":
        sheet.disc(left + tall / 2, y + tall / 2, tall / 2, fill=colour)
        sheet.disc(left + tall / 2, y + tall / 2, tall / 3.2, fill=(1, 1, 1))
    else:
        for at in range(4):
            rise = tall * (at / 5 if kind == "steps" else (at % 2) / 4)
            sheet.box(left + wide / 4 * at, y + rise, left + wide / 4 * (at + 0.7), y + tall,
                      fill=colour)  # fmt: skip
    if brand:
        pen.write(left + wide + 6, y + tall * 0.5 + size * 0.35, brand, bold=True, size=size,
                  colour=colour)  # fmt: skip
    return y + tall + 4


def draw_code_square(pen: Pen, x: float, y: float, side: float) -> None:
    """Draw a square of black and white cells, as codes for phones look."""
    cells = 15
    step = side / cells
    dice = pen.style.random("code square")
    for row in range(cells):
        for column in range(cells):
            corner = (row < 4 or row > 10) and (column < 4 or column > 10)
            corner = corner and not (row > 10 and column > 10)
            if corner or dice.random() < 0.45:
                left, top = x + column * step, y + row * step
                pen.sheet.box(left, top, left + step, top + step, fill=BLACK)
