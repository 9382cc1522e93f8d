"""The table of lines: which columns, in which order, how ruled, and how a line is laid out.

Design choices:

* Widths come from what the columns hold; the description takes the rest, and columns that may be
  missed are left out when it would be too narrow.
* What is printed of a line is known from the labels that were drawn, so a column that is left out
  is left out of the truth without a word here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from slmapps_invoices.pages.synthetic.bill import Item
from slmapps_invoices.pages.synthetic.cells import Cells
from slmapps_invoices.pages.synthetic.figures import Run, plain, text_of
from slmapps_invoices.pages.synthetic.lexicon import terms
from slmapps_invoices.pages.synthetic.pages import Pages
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK, wrap

__all__ = ["Table"]

_ORDERS = {
    "pos item description quantity unit unit_price discount tax_rate line_tax net gross": 12,
    "pos quantity unit item description unit_price discount tax_rate net gross": 5,
    "item description tax_rate unit_price quantity unit discount net gross": 4,
    "description quantity unit unit_price discount tax_rate line_tax net gross": 7,
    "quantity unit description tax_rate unit_price discount net": 4,
    "pos description item unit_price quantity unit discount net tax_rate": 4,
    "date description quantity unit unit_price net tax_rate": 4,
    "description unit_price quantity discount net tax_rate": 4,
    "description net": 4,
    "description line_tax net gross": 1,
    "item quantity unit description unit_price discount net tax_rate": 3,
    "description tax_rate net": 2,
    "pos description tax_rate quantity unit unit_price discount net": 2,
    "date item description quantity unit_price net": 1,
}
_SHARES = {
    "pos": 0.75, "item": 0.6, "unit": 0.6, "unit_price": 0.95, "discount": 1.0, "tax_rate": 0.6,
    "line_tax": 0.3, "gross": 0.35, "quantity": 1.0, "date": 1.0, "net": 1.0, "description": 1.0,
}  # fmt: skip
_MISSED = ("gross", "line_tax", "date", "unit", "item", "pos", "tax_rate", "unit_price")
_MONEY = {"unit_price", "net", "gross", "line_tax", "discount"}


@dataclass
class _Column:
    key: str
    head: Run
    left: float = 0.0
    width: float = 0.0
    side: str = "left"


class Table:
    """The lines of a bill, drawn over as many pages as they take."""

    def __init__(self, pen: Pen, pages: Pages) -> None:
        self.pen, self.pages = pen, pages
        style = pen.style
        self.size = pen.size * style.pick("table size", 1, 1, 1, 0.9, 0.85)
        self.step = pen.leading * self.size / pen.size
        self.padding = style.between("row padding", 0.5, 7)
        self.form = style.weigh("ruling", {"none": 5, "head": 7, "rows": 5, "full": 5, "zebra": 4,
                                           "frame": 2})  # fmt: skip
        self.head_form = style.weigh(
            "table head", {"plain": 6, "filled": 5, "dark": 4, "double": 1}
        )
        self.details: dict[int, str] = {}
        self.merged = style.chance("unit beside quantity", 0.3)
        self.cells = Cells(pen, merged=self.merged)
        self.compound = style.chance("compound lines", 0.06)
        self.discount_below = style.chance("discount under item", 0.15)
        self.cards = style.chance("cards", 0.035)
        self.dark = self.head_form == "dark"
        self.frame_top = 0.0
        self.columns = self._columns()

    # ---- columns

    def _columns(self) -> list[_Column]:
        style = self.pen.style
        keys = [
            key for key in style.weigh("column order", _ORDERS).split()
            if style.chance(f"column {key}", _SHARES[key])
        ]  # fmt: skip
        bill = self.pen.bill
        if not any(item.discount for item in bill.lines) and style.chance(
            "no empty discount", 0.85
        ):
            keys = [key for key in keys if key != "discount"]
        if self.discount_below:
            keys = [key for key in keys if key != "discount"]
        elif any(item.discount for item in bill.lines) and "discount" not in keys:
            keys.insert(keys.index("net"), "discount")
        if bill.untaxed:
            keys = [key for key in keys if key not in {"tax_rate", "line_tax", "gross"}]
        if bill.gross_lines:
            keys = [key for key in keys if key not in {"gross", "line_tax"}]
        if self.merged or self.compound:
            keys = [key for key in keys if key != "unit"]
        if self.compound:
            keys = [key for key in keys if key not in {"quantity", "unit_price"}]
        while True:
            columns = self._placed(keys)
            name = next(one for one in columns if one.key == "description")
            spare = next((key for key in _MISSED if key in keys), None)
            if name.width >= self.pen.width * 0.24 or spare is None:
                return columns
            keys.remove(spare)

    def _placed(self, keys: list[str]) -> list[_Column]:
        pen, style = self.pen, self.pen.style
        columns = [_Column(key, self._head(key), side=self._side(key)) for key in keys]
        gap = style.between("column gap", 7, 16)
        for column in columns:
            if column.key != "description":
                cells = [self.cells.of(column.key, at) for at in range(len(pen.bill.lines))]
                widest = max((pen.wide(cell, size=self.size) for cell in cells), default=0)
                head = max(pen.wide(word, bold=True, size=self.size)
                           for word in text_of(column.head).split() or [""])  # fmt: skip
                column.width = max(widest, min(head, 62), 12) + gap
        used = sum(column.width for column in columns)
        left = pen.left
        for column in columns:
            if column.key == "description":
                column.width = pen.width - used
            column.left = left
            left += column.width
        return columns

    def _side(self, key: str) -> str:
        style = self.pen.style
        if key in {"description", "item", "date"}:
            return "left"
        if key in {"pos", "unit"}:
            return style.pick(f"side {key}", "left", "left", "right", "centre")
        if key == "tax_rate":
            return style.weigh("side rate", {"right": 6, "centre": 3, "left": 2})
        return style.weigh("side numbers", {"right": 16, "left": 2, "centre": 2})

    def _head(self, key: str) -> Run:
        style, bill = self.pen.style, self.pen.bill
        text = style.say("c_net" if key == "net" else f"c_{key}")
        if key == "net" and bill.gross_lines and style.chance("gross named", 0.6):
            text = style.say("c_gross")
        if key in _MONEY - {"discount"} and style.chance("currency in heads", 0.18):
            mark = style.pick("currency in head", self.pen.figures.symbol, bill.currency)
            form = style.pick("form in head", " ({})", " {}", " in {}").split("{}")
            return [*plain(text + form[0]), (mark, "currency", -1), *plain(form[1])]
        return plain(text)

    # ---- drawing

    def draw(self, y: float) -> float:
        """Draw heads and lines from ``y`` on; gives where the next part may begin."""
        style, bill = self.pen.style, self.pen.bill
        y = self._heads(y)
        grouped = style.chance("groups", 0.12) and len(bill.lines) > 3
        every = max(2, len(bill.lines) // 3)
        running = group_sum = Decimal(0)
        for at, item in enumerate(bill.lines):
            if grouped and at % every == 0:
                y = self._group_head(y, at // every)
            elif style.chance("texts between", 0.12) and bill.dice.random() < 0.25:
                y = self._note(y, style.say("between", str(at % 2)))
            y = self._card(y, at) if self.cards else self._line(y, at, running)
            running += item.net
            group_sum += item.net
            last = at + 1 == len(bill.lines)
            if grouped and (last or (at + 1) % every == 0):
                if style.chance("group sums", 0.6):
                    y = self._sum(y, style.say("group_total"), group_sum)
                group_sum = Decimal(0)
        if self.form in {"head", "rows", "full", "frame"} and style.chance("closing rule", 0.8):
            self.pen.sheet.rule(self.pen.left, y, self.pen.right, y, colour=self._edge())
        self._frame(y)
        return y + 2

    def _heads(self, y: float) -> float:
        pen = self.pen
        style = pen.style
        size = self.size * style.pick("head size", 1, 1, 0.9)
        if self.cards or (self.compound and style.chance("no heads", 0.5)):
            self.frame_top = y
            return y + 2
        bold = style.chance("head bold", 0.75) or self.dark
        lines = [wrap(one.head, one.width - 4, pen.font(bold=bold), size) for one in self.columns]
        tall = max(len(one) for one in lines) * self.step + 5
        colour = (1.0, 1.0, 1.0) if self.dark else BLACK
        if self.dark:
            fill = pen.accent if pen.accent != BLACK else (0.2, 0.2, 0.22)
            pen.sheet.box(pen.left - 2, y, pen.right + 2, y + tall, fill=fill)
        elif self.head_form == "filled":
            pen.sheet.box(pen.left - 2, y, pen.right + 2, y + tall, fill=(0.88, 0.9, 0.92))
        for column, head in zip(self.columns, lines, strict=True):
            for at, line in enumerate(head):
                self._put(column, y + self.step * (at + 0.9), line, size, bold=bold, colour=colour)
        if self.head_form == "double" or self.form in {"head", "rows", "full", "frame"}:
            pen.sheet.rule(pen.left - 2, y + tall, pen.right + 2, y + tall, colour=self._edge())
            if self.head_form == "double" or style.chance("rule above head", 0.3):
                pen.sheet.rule(pen.left - 2, y, pen.right + 2, y, colour=self._edge())
        self.frame_top = y
        return y + tall + 2

    def _put(self, column: _Column, y: float, run: Run, size: float, *, bold: bool = False,
             colour: tuple[float, float, float] = BLACK) -> None:  # fmt: skip
        edge = {"left": column.left + 2, "right": column.left + column.width - 3,
                "centre": column.left + column.width / 2}[column.side]  # fmt: skip
        self.pen.write(edge, y, run, size=size, align=column.side, bold=bold, colour=colour,
                       most=column.width - 2)  # fmt: skip

    def _line(self, y: float, at: int, running: Decimal) -> float:
        pen, item = self.pen, self.pen.bill.lines[at]
        style = pen.style
        name = next(one for one in self.columns if one.key == "description")
        bold = style.chance("item bold", 0.12)
        named: Run = [(item.name, "description", at)]
        wrapped = wrap(named, name.width - 6, pen.font(bold=bold), self.size)
        lines = [(run, self.size, bold) for run in wrapped]
        lines += [(run, size, False) for run, size in self._under(name, item, at)]
        tall = sum(self.step * size / self.size for _, size, _ in lines) + self.padding
        y = self._room(y, tall, running)
        if self.form == "zebra" and at % 2:
            pen.sheet.box(pen.left - 2, y, pen.right + 2, y + tall, fill=(0.93, 0.94, 0.95))
        below = y
        for number, (run, size, strong) in enumerate(lines):
            below += self.step * size / self.size
            self._put(name, below - self.step * 0.2, run, size, bold=strong)
            last = number + 1 == len(lines)
            if last if style.chance("amounts on last", 0.08) else number == 0:
                for column in self.columns:
                    if column.key != "description" and (cell := self.cells.of(column.key, at)):
                        self._put(column, below - self.step * 0.2, cell, self.size)
        y += tall
        if self.form in {"rows", "full"}:
            edge = (0.75, 0.75, 0.75) if self.form == "rows" else self._edge()
            pen.sheet.rule(pen.left - 2, y, pen.right + 2, y, colour=edge, width=0.4)
        return y

    def _card(self, y: float, at: int) -> float:
        """Draw a line as a block: its name, then each value after its label."""
        pen, item = self.pen, self.pen.bill.lines[at]
        name = next(one for one in self.columns if one.key == "description")
        one = _Column("description", [], pen.left, pen.width)
        joint = pen.style.pick("card joint", "   ", ", ", " | ", "      ")
        values: Run = []
        for column in self.columns:
            cell = self.cells.of(column.key, at)
            if column is name or not cell:
                continue
            lead = f"{joint if values else ''}{pen.ahead(text_of(column.head))} "
            values += [*plain(lead), *cell]
        title: Run = [(item.name, "description", at)]
        runs = [
            (line, self.size) for line in wrap(title, one.width, pen.font(bold=True), self.size)
        ]
        runs += self._under(one, item, at)
        runs += [(line, self.size) for line in wrap(values, one.width, pen.font(), self.size)]
        y = self._room(y, self.step * (len(runs) + 0.5) + self.padding, None)
        for number, (run, size) in enumerate(runs):
            y += self.step
            self._put(one, y - self.step * 0.2, run, size, bold=number == 0)
        y += self.padding + self.step * 0.4
        pen.sheet.rule(pen.left, y, pen.right, y, colour=(0.8, 0.8, 0.8), width=0.4)
        return y + 2

    def _under(self, name: _Column, item: Item, at: int) -> list[tuple[Run, float]]:
        """Give what stands under the item's name: reckoning, article number, details."""
        pen, style = self.pen, self.pen.style
        size = style.pick("detail size", self.size, self.size * 0.85, self.size * 0.8)
        found: list[Run] = []
        if self.compound and item.quantity is not None:
            times = style.pick("compound sign", " x ", " à ", " @ ", " * ")
            apart = item.unit and not self.merged
            unit: Run = [*plain(" "), (item.unit, "unit", at)] if apart else []
            count, price = self.cells.quantity(item, at), self.cells.price(item, at)
            found.append([*count, *unit, *plain(times), *price])
        if (
            all(one.key != "item" for one in self.columns)
            and style.chance("code under item", 0.12)
            and item.price
        ):
            lead = pen.ahead(style.say("c_item"))
            found.append([*plain(f"{lead} "), (item.code, "item", at)])
        if item.discount and self.discount_below:
            lead = style.pick("discount lead", "", "- ", "./. ", "> ")
            found.append(
                [*plain(f"{lead}{style.say('c_discount')} "), *self.cells.of("discount", at)]
            )
        printed = []
        for phrase in item.details:
            text = text_of(pen.fill(phrase))
            printed.append(text)
            found.append([(text, "details", at)])
        self.details[at] = " ".join(printed)
        lines = [wrap(run, name.width - 6, pen.font(), size) for run in found]
        return [(line, size) for part in lines for line in part]

    # ---- rows that are no lines

    def _group_head(self, y: float, number: int) -> float:
        names = self.pen.style.random("group names").sample(range(12), 4)
        groups = terms(self.pen.style.language)["groups"]
        text = groups[names[number % 4] % len(groups)]
        y = self._room(y, self.step * 3, None)
        y += self.step
        if self.pen.style.chance("group filled", 0.3):
            self.pen.sheet.box(self.pen.left - 2, y - self.step * 0.85, self.pen.right + 2,
                               y + self.step * 0.3, fill=(0.95, 0.95, 0.95))  # fmt: skip
        self.pen.write(self.pen.left + 2, y, text, bold=True, size=self.size)
        return y + self.padding + 2

    def _note(self, y: float, phrase: str) -> float:
        name = next(one for one in self.columns if one.key == "description")
        y = self._room(y, self.step * 2, None)
        run = self.pen.fill(phrase)
        self.pen.write(name.left + 2, y + self.step * 0.9, run, size=self.size,
                       most=self.pen.right - name.left - 4)  # fmt: skip
        return y + self.step + self.padding

    def _sum(self, y: float, label: str, amount: Decimal) -> float:
        pen = self.pen
        y = self._room(y, self.step * 1.5, None) + self.step
        column = next(one for one in self.columns if one.key == "net")
        run = pen.figures.money(amount)
        self._put(column, y, run, self.size, bold=True)
        wide = pen.wide(run, bold=True, size=self.size)
        label = text_of(pen.fill(label)).strip()
        pen.write(column.left + column.width - wide - 14, y, label, size=self.size, bold=True,
                  align="right")  # fmt: skip
        return y + self.padding + 3

    def _room(self, y: float, tall: float, running: Decimal | None) -> float:
        """Go to the next page when the row does not fit, with what is carried over."""
        style = self.pen.style
        spare = self.step * 2.5 if style.chance("carries", 0.35) else 4
        if y + tall + spare <= self.pages.end:
            return y
        carried = style.chance("carries", 0.35) and running
        if carried and running is not None:
            self._sum_here(y, style.say("carry"), running)
            y += self.step * 1.4
        self._frame(y)
        y = self.pages.next_page()
        if style.chance("heads repeated", 0.85):
            y = self._heads(y)
        else:
            self.frame_top = y
        if carried and running is not None:
            self._sum_here(y, style.say("carried"), running)
            y += self.step * 1.4
        return y

    def _sum_here(self, y: float, label: str, amount: Decimal) -> None:
        column = next(one for one in self.columns if one.key == "net")
        run = self.pen.figures.money(amount)
        self._put(column, y + self.step, run, self.size)
        self.pen.write(self.pen.left + 2, y + self.step, label, size=self.size)

    def _frame(self, y: float) -> None:
        pen = self.pen
        if self.cards or self.form not in {"full", "frame"}:
            return
        edge = self._edge()
        pen.sheet.box(pen.left - 2, self.frame_top, pen.right + 2, y, edge=edge)
        for column in self.columns[1:]:
            pen.sheet.rule(column.left, self.frame_top, column.left, y, colour=edge, width=0.4)

    def _edge(self) -> tuple[float, float, float]:
        return self.pen.style.pick("edge", BLACK, BLACK, (0.5, 0.5, 0.5), self.pen.accent)
