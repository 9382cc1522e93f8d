"""Pages one after another: what stands at the top and at the foot of each."""

from __future__ import annotations

from slmapps_invoices.pages.synthetic.feet import foot_columns
from slmapps_invoices.pages.synthetic.figures import Run, plain
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.sheet import wrap

__all__ = ["Pages"]


class Pages:
    """Where the text of a page ends, and how the next is begun. Feet are drawn at the end."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        self.columns = self._wrapped(foot_columns(pen))
        self.step = pen.leading * self.size / pen.size
        tall = max((len(lines) for lines in self.columns), default=0) * self.step
        self.paged = pen.style.chance("page numbers", 0.6)
        self.foot = pen.bottom - tall
        self.end = self.foot - (16 if self.columns else 4) - (pen.leading if self.paged else 0)

    def _wrapped(self, columns: list[list[Run]]) -> list[list[Run]]:
        """Break lines that are wider than their column."""
        wide = self.pen.width / max(1, len(columns)) - 8
        font = self.pen.font()
        return [[line for run in one for line in wrap(run, wide, font, self.size)]
                for one in columns]  # fmt: skip

    @property
    def size(self) -> float:
        """The size of the type at the foot."""
        return self.pen.small * self.pen.style.pick("foot size", 0.85, 0.95, 1)

    def next_page(self) -> float:
        """Begin a page; gives where its text begins."""
        pen, style = self.pen, self.pen.style
        pen.sheet.new_page()
        y = pen.top + pen.leading
        if style.chance("later heads", 0.55):
            label = style.say("number") if not pen.bill.credit else style.say("number_credit")
            run: Run = [*plain(f"{pen.ahead(label)} "), (pen.bill.number, "number", -1)]
            if style.chance("later dates", 0.4):
                run += [*plain("   "), *pen.figures.date(pen.bill.issued, "issue_date")]
            pen.write(pen.left, y, run, most=pen.width)
            y += pen.leading * 2
        return y

    def finish(self) -> None:
        """Draw foot and page number on every page."""
        pen, style = self.pen, self.pen.style
        count = len(pen.sheet.pages)
        for at in range(count):
            pen.sheet.at = at
            if self.columns and (at == 0 or style.chance("foot on every page", 0.75)):
                self._foot()
            if self.paged and (count > 1 or style.chance("number on a single page", 0.6)):
                phrase = style.say("page")
                text = phrase.replace("{page}", str(at + 1)).replace("{pages}", str(count))
                side = style.weigh("page number side", {"right": 5, "centre": 3, "left": 1})
                x = {"left": pen.left, "right": pen.right, "centre": pen.sheet.width / 2}[side]
                top = style.chance("page number on top", 0.15)
                y = 16 if top else self.foot - (10 if self.columns else -pen.leading * 0.5)
                pen.write(x, y, text, size=pen.small, align=side, colour=pen.grey)

    def _foot(self) -> None:
        pen, style = self.pen, self.pen.style
        if style.chance("rule over foot", 0.55):
            pen.sheet.rule(pen.left, self.foot - 5, pen.right, self.foot - 5, width=0.4)
        share = pen.width / len(self.columns)
        centre = len(self.columns) == 1
        for number, lines in enumerate(self.columns):
            x = pen.left + (pen.width / 2 if centre else share * number)
            for at, run in enumerate(lines):
                y = self.foot + self.step * (at + 0.8)
                pen.write(x, y, run, size=self.size, align="centre" if centre else "left",
                          colour=pen.grey, most=share - 6)  # fmt: skip
