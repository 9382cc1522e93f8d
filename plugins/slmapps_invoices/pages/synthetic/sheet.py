"""Pages on which every text that is drawn is noted with its label and its box.

Design choices:

* Drawing is kept as a list of steps and played to the PDF writer at the end, so that a page may
  still be added to when the number of pages is known.
* y counts downwards from the page's top, as it does in the boxes of words that are read back; a
  text's y is its base line.
* Widths are summed from the fonts' own tables and kept, for a text is measured more than once.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slmapps_invoices.pages.labels import OTHER
from slmapps_invoices.pages.synthetic.figures import Piece, Run

__all__ = ["Sheet", "Token", "words_of", "wrap"]

Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)

_WIDTHS: dict[tuple[str, str], float] = {}


@dataclass(frozen=True, slots=True)
class Token:
    """One drawn word: text, label, line and (left, top, right, bottom)."""

    page: int
    text: str
    label: str
    line: int
    box: tuple[float, float, float, float]


@dataclass
class Sheet:
    """A document being drawn; ``width`` and ``height`` are of its pages, in points."""

    width: float
    height: float
    pages: list[list[tuple[Any, ...]]] = field(default_factory=lambda: [[]])
    tokens: list[Token] = field(default_factory=list)
    at: int = 0

    def new_page(self) -> None:
        """Go on to a new page."""
        self.pages.append([])
        self.at = len(self.pages) - 1

    def text(
        self, x: float, y: float, run: Run, font: str, size: float, *, align: str = "left",
        colour: Colour = BLACK, gap: float = 0.0,
    ) -> float:  # fmt: skip
        """Draw a run; x is its left, right or middle by ``align``. Gives its width."""
        text = "".join(piece[0] for piece in run)
        width = measure(text, font, size, gap)
        left = x - width * {"left": 0, "right": 1, "centre": 0.5}[align]
        self.pages[self.at].append(("text", left, y, text, font, size, colour, gap))
        start = 0
        for word, label, line in words_of(run):
            place = text.index(word, start)
            start = place + len(word)
            x0 = left + measure(text[:place], font, size, gap)
            x1 = x0 + measure(word, font, size, gap)
            box = (x0, y - 0.75 * size, x1, y + 0.22 * size)
            self.tokens.append(Token(self.at, word, label, line, box))
        return width

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, *, colour: Colour = BLACK,
        width: float = 0.6,
    ) -> None:  # fmt: skip
        """Draw a line."""
        self.pages[self.at].append(("rule", x0, y0, x1, y1, colour, width))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, *, fill: Colour | None = None,
        edge: Colour | None = None, width: float = 0.6, radius: float = 0.0, under: bool = False,
    ) -> None:  # fmt: skip
        """Draw a rectangle; ``under`` puts it beneath all that is drawn on the page already."""
        step = ("box", x0, y0, x1, y1, fill, edge, width, radius)
        steps = self.pages[self.at]
        steps.insert(0 if under else len(steps), step)

    def disc(self, x: float, y: float, radius: float, *, fill: Colour) -> None:
        """Draw a filled circle."""
        self.pages[self.at].append(("disc", x, y, radius, fill))

    def turned(self, x: float, y: float, text: str, font: str, size: float, *, angle: float,
               colour: Colour) -> None:  # fmt: skip
        """Draw a text at an angle, as stamps are; its words carry no label."""
        self.pages[self.at].append(("turned", x, y, text, font, size, angle, colour))

    def pdf(self) -> bytes:
        """Give the PDF, the same bytes for the same drawing."""
        from reportlab.pdfgen.canvas import Canvas

        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(self.width, self.height), invariant=1)
        for steps in self.pages:
            for step in steps:
                _PLAY[step[0]](canvas, self.height, *step[1:])
            canvas.showPage()
        canvas.save()
        return out.getvalue()


def _play_text(
    canvas: Any, height: float, x: float, y: float, text: str, font: str, size: float,
    colour: Colour, gap: float,
) -> None:  # fmt: skip
    canvas.setFont(font, size)
    canvas.setFillColorRGB(*colour)
    canvas.drawString(x, height - y, text, charSpace=gap or None)


def _play_rule(
    canvas: Any, height: float, x0: float, y0: float, x1: float, y1: float, colour: Colour,
    width: float,
) -> None:  # fmt: skip
    canvas.setStrokeColorRGB(*colour)
    canvas.setLineWidth(width)
    canvas.line(x0, height - y0, x1, height - y1)


def _play_box(
    canvas: Any, height: float, x0: float, y0: float, x1: float, y1: float, fill: Colour | None,
    edge: Colour | None, width: float, radius: float,
) -> None:  # fmt: skip
    if fill:
        canvas.setFillColorRGB(*fill)
    if edge:
        canvas.setStrokeColorRGB(*edge)
        canvas.setLineWidth(width)
    draw = canvas.roundRect if radius else canvas.rect
    extra = (radius,) if radius else ()
    draw(x0, height - y1, x1 - x0, y1 - y0, *extra, stroke=int(bool(edge)), fill=int(bool(fill)))


def _play_disc(canvas: Any, height: float, x: float, y: float, radius: float, fill: Colour) -> None:
    canvas.setFillColorRGB(*fill)
    canvas.circle(x, height - y, radius, stroke=0, fill=1)


def _play_turned(
    canvas: Any, height: float, x: float, y: float, text: str, font: str, size: float,
    angle: float, colour: Colour,
) -> None:  # fmt: skip
    canvas.saveState()
    canvas.translate(x, height - y)
    canvas.rotate(angle)
    canvas.setFont(font, size)
    canvas.setFillColorRGB(*colour)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


_PLAY: dict[str, Callable[..., None]] = {
    "text": _play_text, "rule": _play_rule, "box": _play_box, "disc": _play_disc,
    "turned": _play_turned,
}  # fmt: skip


def measure(text: str, font: str, size: float, gap: float = 0.0) -> float:
    """Give a text's width in points."""
    from reportlab.pdfbase import pdfmetrics

    key = (font, text)
    unit = _WIDTHS.get(key)
    if unit is None:
        if len(_WIDTHS) > 200_000:
            _WIDTHS.clear()
        unit = _WIDTHS[key] = pdfmetrics.stringWidth(text, font, 1000) / 1000
    return unit * size + gap * len(text)


def words_of(run: Run) -> list[Piece]:
    """Give the words of a run; a word made of several pieces has the label of its value.

    >>> words_of([("(", "other", -1), ("EUR", "currency", -1), (") net", "other", -1)])
    [('(EUR)', 'currency', -1), ('net', 'other', -1)]
    """
    words: list[Piece] = []
    open_word = False
    for text, label, line in run:
        if not text:
            continue
        if open_word and not text[0].isspace():
            first, *rest = text.split()
            before, was, where = words[-1]
            kept = (label, line) if was == OTHER else (was, where)
            words[-1] = (before + first, *kept)
        else:
            rest = text.split()
        words += [(word, label, line) for word in rest]
        open_word = not text[-1].isspace()
    return words


def wrap(run: Run, width: float, font: str, size: float) -> list[Run]:
    """Break a run into lines that are no wider than ``width``; a single word may be."""
    if measure("".join(piece[0] for piece in run), font, size) <= width:
        return [run]
    lines: list[Run] = [[]]
    used = 0.0
    space = measure(" ", font, size)
    for word in words_of(run):
        wide = measure(word[0], font, size)
        if lines[-1] and used + space + wide > width:
            lines.append([])
            used = 0.0
        if lines[-1]:
            _, label, line = lines[-1][-1]
            joint = (label, line) if (label, line) == word[1:] else (OTHER, -1)
            lines[-1].append((" ", *joint))
            used += space
        lines[-1].append(word)
        used += wide
    return lines
