"""What stands in a cell of the table of lines, with its label."""

from __future__ import annotations

from decimal import Decimal

from slmapps_invoices.pages.synthetic.bill import Item
from slmapps_invoices.pages.synthetic.figures import Run, plain
from slmapps_invoices.pages.synthetic.pen import Pen

__all__ = ["Cells"]


class Cells:
    """Writes the values of lines; ``merged``: quantity and unit share a column."""

    def __init__(self, pen: Pen, *, merged: bool) -> None:
        self.pen, self.merged = pen, merged

    def of(self, key: str, at: int) -> Run:
        """Give what a column shows of the line ``at``; nothing where the line has none of it."""
        pen, item = self.pen, self.pen.bill.lines[at]
        figures, style = pen.figures, pen.style
        match key:
            case "pos":
                start = style.weigh("first position", {1: 8, 10: 1.5})
                text = str((at + 1) * (10 if start == 10 else 1))
                text = text.zfill(style.weigh("position digits", {1: 8, 2: 1, 3: 1}))
                return [(text + style.weigh("position dot", {"": 8, ".": 2}), "position", at)]
            case "item":
                return [(item.code, "item", at)] if item.quantity is not None else []
            case "quantity":
                return self.quantity(item, at)
            case "unit":
                return [(item.unit, "unit", at)] if item.quantity is not None else []
            case "unit_price":
                return self.price(item, at)
            case "discount":
                return self._discount(item, at)
            case "tax_rate":
                return figures.percent(item.rate, "line_tax_rate", at, name="c")
            case "line_tax":
                return figures.money(item.tax, "line_tax", at)
            case "gross":
                return figures.money(item.gross)
            case "date":
                return figures.date(item.day)
            case "net":
                return figures.money(item.net, "line_net", at)
            case _:
                return [(item.name, "description", at)]

    def quantity(self, item: Item, at: int) -> Run:
        """Give the quantity, with its unit where the layout writes both into one column."""
        if item.quantity is None:
            return []
        style = self.pen.style
        places = style.weigh("quantity places", {None: 7, 2: 4, 3: 0.7, 1: 0.7})
        if places is not None and item.quantity != round(item.quantity, places):
            places = None
        run: Run = [(self.pen.figures.number(item.quantity, places), "quantity", at)]
        if style.chance("times sign", 0.04):
            run += plain(" x")
        if self.merged and item.unit:
            run += [*plain(" "), (item.unit, "unit", at)]
        return run

    def price(self, item: Item, at: int) -> Run:
        """Give the price of one unit."""
        if item.price is None:
            return []
        places = 2 if item.price == round(item.price, 2) else 4
        if self.pen.style.chance("four places", 0.05):
            places = 4
        return self.pen.figures.money(item.price, "unit_price", at, places=places)

    def _discount(self, item: Item, at: int) -> Run:
        style, figures = self.pen.style, self.pen.figures
        if not item.discount:
            nothing = style.pick("no discount", "", "", "-", "0")
            return plain(nothing) if nothing != "0" else figures.percent(Decimal(0))
        if style.chance("discount in per cent", 0.7):
            return figures.percent(item.percent, "discount", at)
        return figures.money(item.discount, "discount", at)
