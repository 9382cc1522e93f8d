"""A layout's hand: its fonts, colours and margins, and the runs that several parts draw.

Design choices:

* ``fill`` turns a phrase with ``{x}`` into a run: a value keeps its label inside a sentence.
* TrueType fonts are taken where the machine has them; without them the layout falls back to the
  standard fonts, which every PDF reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

from slmapps_invoices.pages.synthetic.bill import Bill
from slmapps_invoices.pages.synthetic.figures import Figures, Run, plain
from slmapps_invoices.pages.synthetic.identities import phone
from slmapps_invoices.pages.synthetic.sheet import BLACK, Colour, Sheet, measure, wrap
from slmapps_invoices.pages.synthetic.style import Style

__all__ = ["Pen", "grouped"]

_FONTS = Path("/usr/share/fonts/truetype")
_STANDARD = {
    "Helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "Times": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "Courier": ("Courier", "Courier-Bold", "Courier-Oblique"),
}
_FAMILIES = {
    "Helvetica": 30, "Times": 7, "Courier": 4, "liberation/LiberationSans": 14,
    "liberation/LiberationSansNarrow": 6, "liberation/LiberationSerif": 6, "dejavu/DejaVuSans": 8,
    "dejavu/DejaVuSansCondensed": 8, "dejavu/DejaVuSerif": 3, "liberation/LiberationMono": 2,
}  # fmt: skip
_ACCENTS: tuple[Colour, ...] = (
    (0.1, 0.25, 0.5), (0.7, 0.1, 0.15), (0.05, 0.45, 0.3), (0.9, 0.45, 0.05), (0.35, 0.2, 0.5),
    (0.0, 0.5, 0.65), (0.2, 0.2, 0.2), (0.45, 0.3, 0.15), (0.15, 0.15, 0.4), (0.75, 0.6, 0.1),
)  # fmt: skip
_SLOT = re.compile(r"\{(\w+)\}")
_TILL = {
    "Courier": 4,
    "Helvetica": 3,
    "dejavu/DejaVuSansCondensed": 2,
    "liberation/LiberationMono": 2,
}


def _asked(bill: Bill, figures: Figures) -> Run:
    """Give the sum that is asked for: what is due, where that is not the total."""
    last = "due" if bill.paid or bill.rounding else "total"
    return figures.money(getattr(bill, last), last, total=True)


# What ``{x}`` in a phrase stands for: values of the invoice, and what is none of them.
_LABELLED: dict[str, Callable[[Bill, Figures], Run]] = {
    "number": lambda bill, _: [(bill.number, "number", -1)],
    "date": lambda bill, figures: figures.date(bill.issued, "issue_date"),
    "due_date": lambda bill, figures: figures.date(bill.due_date, "due_date"),
    "amount": _asked,
    "seller": lambda bill, _: [(bill.seller.name, "seller_name", -1)],
    "iban": lambda bill, _: [(grouped(bill.seller.iban), "iban", -1)],
    "bic": lambda bill, _: [(bill.seller.bic, "bic", -1)],
    "currency": lambda bill, _: [(bill.currency, "currency", -1)],
}
_PLAIN: dict[str, Callable[[Bill], str]] = {
    "days": lambda bill: str(bill.days),
    "city": lambda bill: bill.seller.city.partition(",")[0],
    "person": lambda bill: bill.seller.person,
    "phone": lambda bill: phone(bill.dice, bill.seller.country),
    "email": lambda bill: bill.seller.email,
    "ref": lambda bill: bill.reference(),
    "gtin": lambda bill: "40" + "".join(bill.dice.choices("0123456789", k=11)),
    "group": lambda _: "",
}


class Pen:
    """Draws one bill on one sheet in one layout's hand."""

    def __init__(self, sheet: Sheet, style: Style, bill: Bill) -> None:
        self.sheet, self.style, self.bill = sheet, style, bill
        self.figures = Figures(style, bill.currency)
        self.fonts = fonts(style.weigh("font", _TILL if style.receipt else _FAMILIES))
        family = self.fonts[0]
        wide = "Serif" not in family and ("DejaVuSans" in family or family.startswith("Courier"))
        self.size = round(style.between("size", 7.6, 10.6) * (0.88 if wide else 1), 1)
        self.small = round(self.size * style.between("small", 0.68, 0.88), 1)
        self.leading = self.size * style.between("leading", 1.12, 1.42)
        self.accent = style.pick("accent", *_ACCENTS) if style.chance("coloured", 0.6) else BLACK
        self.grey = (0.45,) * 3 if style.chance("grey labels", 0.25) else BLACK
        self.left = style.between("margin left", 30, 72)
        self.right = sheet.width - style.between("margin right", 28, 62)
        self.top = style.between("margin top", 26, 60)
        self.bottom = sheet.height - style.between("margin bottom", 22, 44)
        self.colon = style.weigh(
            "colon", {"": 5, ":": 8, " :": 4 if style.language == "fr" else 0.5}
        )
        # What the title bears, settled before the first block is drawn.
        self.title_line = False
        self.title_phrase = ""
        self.title_date_below = False
        self.in_title: set[str] = set()

    @property
    def width(self) -> float:
        """The width between the margins."""
        return self.right - self.left

    def font(self, *, bold: bool = False, italic: bool = False) -> str:
        """Give a font's name."""
        return self.fonts[1 if bold else 2 if italic else 0]

    def write(
        self, x: float, y: float, run: Run | str, *, bold: bool = False, italic: bool = False,
        size: float = 0, align: str = "left", colour: Colour = BLACK, gap: float = 0,
        most: float = 0,
    ) -> float:  # fmt: skip
        """Draw a run on one line, shrunk to the width ``most`` if one is given; gives its width."""
        run = plain(run) if isinstance(run, str) else run
        size = size or self.size
        font = self.font(bold=bold, italic=italic)
        if most:
            wide = self.wide(run, bold=bold, size=size) + gap * sum(len(one[0]) for one in run)
            size *= max(0.5, min(1.0, most / wide)) if wide else 1
        return self.sheet.text(x, y, run, font, size, align=align, colour=colour, gap=gap)

    def wide(self, run: Run | str, *, bold: bool = False, size: float = 0) -> float:
        """Give the width that a run takes."""
        text = run if isinstance(run, str) else "".join(piece[0] for piece in run)
        return measure(text, self.font(bold=bold), size or self.size)

    def paragraph(
        self, x: float, y: float, width: float, run: Run | str, *, size: float = 0,
        bold: bool = False, italic: bool = False, align: str = "left", colour: Colour = BLACK,
    ) -> float:  # fmt: skip
        """Draw a run over as many lines as it takes from base line ``y``; gives the next one."""
        run = plain(run) if isinstance(run, str) else run
        size = size or self.size
        step = self.leading * size / self.size
        for line in wrap(run, width, self.font(bold=bold, italic=italic), size):
            self.write(x, y, line, size=size, bold=bold, italic=italic, align=align, colour=colour)
            y += step
        return y

    def fill(self, phrase: str, slots: dict[str, Run] | None = None) -> Run:
        """Give a phrase as a run, its ``{x}`` replaced by runs of their own labels."""
        run: Run = []
        slots = slots or {}
        for at, part in enumerate(_SLOT.split(phrase)):
            if at % 2 == 0:
                run += plain(part) if part else []
            else:
                run += slots[part] if part in slots else self.slot(part)
        return run

    def slot(self, name: str) -> Run:
        """Give what stands for ``{name}`` wherever it is used."""
        bill, figures = self.bill, self.figures
        if name in _LABELLED:
            return _LABELLED[name](bill, figures)
        if name in _PLAIN:
            return plain(_PLAIN[name](bill))
        if name == "early":
            return figures.date(bill.issued + timedelta(days=bill.days // 2))
        if name == "other_date2":
            return figures.date(bill.issued + timedelta(days=365))
        if name == "reduced":
            return figures.money(round(bill.due * 98 / 100, 2), total=True)
        if name == "amount2":
            return figures.money(round(bill.previous, 2))
        return figures.date(bill.other_date())

    def ahead(self, text: str) -> str:
        """Give a label as it stands before its value."""
        return text if text.endswith((":", ".:")) else f"{text.rstrip(':')}{self.colon}"


def grouped(code: str) -> str:
    """Give an IBAN in groups of four.

    >>> grouped("DE02120300000000202051")
    'DE02 1203 0000 0000 2020 51'
    """
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


@cache
def fonts(family: str) -> tuple[str, str, str]:
    """Register a family and give the names of its regular, bold and slanted font."""
    if family in _STANDARD:
        return _STANDARD[family]
    from reportlab.pdfbase import pdfmetrics, ttfonts

    folder, _, name = family.partition("/")
    regular = "-Regular" if folder == "liberation" else ""
    slanted = "-Italic" if folder == "liberation" or "Serif" in name else "-Oblique"
    if "DejaVuSansCondensed" in name:
        slanted = "-Oblique"
    names = []
    for ending in (regular, "-Bold", slanted):
        path = _FONTS / folder / f"{name}{ending}.ttf"
        if not path.is_file():
            return _STANDARD["Times" if "Serif" in name else "Helvetica"]
        pdfmetrics.registerFont(ttfonts.TTFont(f"{name}{ending}", str(path)))
        names.append(f"{name}{ending}")
    return names[0], names[1], names[2]
