"""How a form-like invoice is drawn: headings, lists of labels and values, boxes, tables, pages."""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.cells import Cells
from slmapps_invoices.pages.synthetic.figures import Run, plain, text_of
from slmapps_invoices.pages.synthetic.form_words import WORDS
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import BLACK, wrap

__all__ = ["Field", "FormSheet"]

Field = tuple[str, Run]
# EN 16931's numbers of the fields, which some viewers print behind their names.
_TERMS = {
    "number": "BT-1", "issue_date": "BT-2", "currency": "BT-5", "due_date": "BT-9",
    "order": "BT-13", "name": "BT-27", "vat_id": "BT-31", "line_total": "BT-106", "net": "BT-109",
    "tax": "BT-110", "total": "BT-112", "paid": "BT-113", "due": "BT-115", "iban": "BT-84",
}  # fmt: skip


class FormSheet:
    """Draws sections one below the other; ``y`` is where the next one begins."""

    def __init__(self, pen: Pen) -> None:
        self.pen, self.bill, self.style = pen, pen.bill, pen.style
        self.words = WORDS[pen.style.language]
        self.cells = Cells(pen, merged=not self.style.chance("form no unit", 0.15))
        self.step = pen.leading * self.style.between("form leading", 1.0, 1.7)
        self.column = pen.left + pen.width * self.style.between("form label width", 0.22, 0.44)
        self.boxed = self.style.chance("form boxed", 0.28)
        self.numbered = self.style.chance("form numbered", 0.15)
        self.shaded = self.style.chance("form shaded", 0.45)
        self.details: dict[int, str] = {}
        self.y = pen.top + pen.leading

    def say(self, key: str) -> str:
        """The layout's word for a thing."""
        return self.style.pick(f"form {self.style.language} {key}", *self.words[key])

    def heading(self, key: str) -> None:
        """Begin a section, on the next page where little room is left."""
        pen = self.pen
        if self.y + self.step * 4 > pen.bottom - 24:
            self.next()
        self.y += self.step * self.style.between("form above", 0.5, 1.6)
        if not key:
            return
        if self.style.chance("form filled heads", 0.45):
            fill = self.style.pick("form fill", (0.8, 0.93, 1.0), (0.88,) * 3, (0.9, 0.95, 0.88))
            pen.sheet.box(pen.left, self.y, pen.right, self.y + self.step, fill=fill)
        elif self.style.chance("form ruled heads", 0.6):
            pen.sheet.rule(pen.left, self.y + self.step, pen.right, self.y + self.step)
        pen.write(pen.left + 3, self.y + self.step * 0.78, self.say(key), bold=True)
        self.y += self.step * 1.25

    def section(
        self, key: str, fields: list[Field], *, right: bool = False, named: bool = True
    ) -> None:
        """Draw a list of labels and values; ``right``: the values at the right edge."""
        self.heading(key)
        if self.boxed and not right and named:
            self._cells(fields)
            return
        pen = self.pen
        for number, (name, run) in enumerate(fields):
            label = self.say(name)
            if self.numbered and name in _TERMS:
                label += f" ({_TERMS[name]})"
            if label and named:
                label = pen.ahead(label)
            if self.y + self.step > pen.bottom - 24:
                self.next()
            if self.shaded and number % 2:
                box = (pen.left, self.y, pen.right, self.y + self.step)
                pen.sheet.box(*box, fill=(0.95, 0.95, 0.95))
            y = self.y + self.step * 0.75
            if named or number == 0:
                pen.write(pen.left + 3, y, label, colour=pen.grey, most=self.column - pen.left - 8)
            bold = name in {"name", "total", "due"} and self.style.chance(f"form bold {name}", 0.5)
            if right:
                pen.write(pen.right - 4, y, run, bold=bold, align="right")
            else:
                for line in wrap(run, pen.right - self.column - 4, pen.font(bold=bold), pen.size):
                    pen.write(self.column, self.y + self.step * 0.75, line, bold=bold)
                    self.y += pen.leading
                self.y -= pen.leading
            self.y += self.step

    def _cells(self, fields: list[Field]) -> None:
        """Small labels above their values, in ruled boxes side by side."""
        pen = self.pen
        count = self.style.pick("form boxes", 2, 3, 4)
        wide, tall = pen.width / count, pen.leading * 2.4
        for begin in range(0, len(fields), count):
            if self.y + tall > pen.bottom - 24:
                self.next()
            for at, (name, run) in enumerate(fields[begin : begin + count]):
                x = pen.left + wide * at
                pen.sheet.box(x, self.y, x + wide, self.y + tall, edge=BLACK, width=0.5)
                pen.write(x + 3, self.y + pen.small, self.say(name), size=pen.small, most=wide - 6)
                pen.write(x + 3, self.y + tall - pen.size * 0.5, run, most=wide - 6)
            self.y += tall

    def table(
        self, key: str, heads: list[str], rows: list[list[Run]], shares: tuple[float, ...]
    ) -> None:
        """Draw a table with a heading; ``shares`` of the width by column."""
        pen = self.pen
        self.heading(key)
        edges = [0.0]
        for share in shares:
            edges.append(edges[-1] + share)
        first = {str(0)}
        names = [str(at) for at in range(len(shares))]
        self.heads([plain(head) for head in heads], edges, right=set(names) - first, keys=names)
        for row in rows:
            if self.y + self.step > pen.bottom - 24:
                self.next()
            for at, run in enumerate(row):
                if not text_of(run):
                    continue
                x = pen.left + edges[at + (at > 0)] * pen.width + (-4 if at else 3)
                pen.write(x, self.y + self.step * 0.75, run, align="right" if at else "left")
            self.y += self.step

    def heads(
        self, heads: list[Run], edges: list[float], *, right: set[str], keys: list[str]
    ) -> None:
        """Draw the heads of columns; ``keys`` of those in ``right`` end at their right edge."""
        pen = self.pen
        stacks = [
            wrap(head, (edges[at + 1] - edges[at]) * pen.width - 6, pen.font(), pen.small)
            for at, head in enumerate(heads)
        ]
        step = pen.leading * pen.small / pen.size
        tall = step * max(len(stack) for stack in stacks) + 4
        if self.y + tall + self.step > pen.bottom - 24:
            self.next()
        if self.style.chance("form filled columns", 0.5):
            pen.sheet.box(pen.left, self.y, pen.right, self.y + tall, fill=(0.87, 0.93, 0.97))
        for at, stack in enumerate(stacks):
            edge = keys[at] in right
            x = pen.left + edges[at + edge] * pen.width + (-4 if edge else 2)
            for row, run in enumerate(stack):
                y = self.y + step * (row + 0.9)
                pen.write(x, y, run, size=pen.small, align="right" if edge else "left")
        self.y += tall + 2

    def next(self) -> None:
        """Go on to a new page."""
        self.pen.sheet.new_page()
        self.y = self.pen.top + self.pen.leading

    def feet(self) -> None:
        """Draw page numbers on all pages."""
        pen, count = self.pen, len(self.pen.sheet.pages)
        form = self.say("page")
        for at in range(count):
            pen.sheet.at = at
            text = form.replace("{n}", str(at + 1)).replace("{m}", str(count))
            pen.write(pen.right, pen.bottom - 2, text, size=pen.small, align="right", italic=True)
