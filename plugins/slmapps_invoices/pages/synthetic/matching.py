"""Labels of the words that are read back, by the boxes of the words that were drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from slmapps.records import Page
from slmapps_invoices.pages.labels import OTHER
from slmapps_invoices.pages.synthetic.sheet import Token

__all__ = ["Labels", "match"]

Labels = tuple[tuple[str, ...], tuple[int, ...]]
_Box = tuple[float, float, float, float]

_BAND = 24.0  # points; a word's box touches two bands at most


def match(tokens: Sequence[Token], pages: Sequence[Page]) -> tuple[list[Labels], float]:
    """Give labels and lines of each page's words, and the share of labelled tokens found.

    A token is found when the words that lie on it spell its text.
    """
    found: list[Labels] = []
    spelt: dict[int, list[str]] = defaultdict(list)
    for page in pages:
        bands: dict[int, list[int]] = defaultdict(list)
        for at, token in enumerate(tokens):
            if token.page == page.number:
                for band in range(int(token.box[1] // _BAND), int(token.box[3] // _BAND) + 1):
                    bands[band].append(at)
        labels, lines = [], []
        for word in page.words:
            best = _best(word.text, word.box, tokens, bands)
            labels.append(OTHER if best is None else tokens[best].label)
            lines.append(-1 if best is None else tokens[best].line)
            if best is not None:
                spelt[best].append(word.text)
        found.append((tuple(labels), tuple(lines)))
    wanted = [at for at, token in enumerate(tokens) if token.label != OTHER]
    right = sum("".join(spelt[at]) == tokens[at].text for at in wanted)
    return found, right / len(wanted) if wanted else 1.0


def _best(text: str, box: _Box, tokens: Sequence[Token], bands: dict[int, list[int]]) -> int | None:
    most, best = 0.0, None
    left, top, right, bottom = box
    for at in bands.get(int((top + bottom) / 2 // _BAND), ()):
        x0, y0, x1, y1 = tokens[at].box
        wide, tall = min(right, x1) - max(left, x0), min(bottom, y1) - max(top, y0)
        # A stamp lies over other words without being part of them.
        alike = text in tokens[at].text or tokens[at].text in text
        if wide > 0 and tall > 0 and alike and wide * tall > most:
            most, best = wide * tall, at
    return best
