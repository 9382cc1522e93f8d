"""Company, address, date and total off a receipt whose words are tagged.

Design choices:

* A value is what the tagger's shares speak for as a whole. Words that touch in a row are likely of
  one label: the likeliest way through them is taken in which a change costs something (Viterbi
  1967). Rows of a name or an address that make a block belong together.
* A date or an amount is likelier the more places it is printed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from slmapps.records import Page
from slmapps_invoices.pages.addresses import Block, blocks
from slmapps_invoices.pages.gather import Group, printed_rows
from slmapps_invoices.pages.receipts import ENTITIES, mark_before, money, squeezed

if TYPE_CHECKING:
    import numpy.typing as npt

    from slmapps.heads.pages import Tagged

__all__ = ["entities"]

_CHANGE = 3.0  # nats that it costs to change labels between words that touch
_TOUCH = 1.3  # of the height
# What stands around a company's name and is none of it: the number of the slip, of the register.
_NO_NAME = re.compile(
    r"^#\d+ | *\(?\b(?:CO(?:MPANY)?|REG)\b\W*(?:REG|NO)\b.*$| *\(?\b\d{5,}-?[A-Z]\b.*$",
    re.IGNORECASE,
)
_MONTH = "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}"
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}([/.-])\d{1,2}\1(?:20)?\d{2}|20\d{2}([/.-])\d{1,2}\2\d{1,2}|20\d{6}"
    rf"|\d{{1,2}}[ /.-]?{_MONTH}[ /,.'-]{{0,2}}(?:20)?\d{{2}})(?!\d)"
    rf"|{_MONTH} \d{{1,2}},? ?20\d{{2}}",
    re.IGNORECASE,
)


def entities(page: Page, tagged: Tagged) -> dict[str, str]:
    """The four values that a tagger's shares speak for; what nothing speaks for is left out."""
    rows = printed_rows(page)
    runs = list(_runs(page, rows))
    found = {
        "company": _NO_NAME.sub("", _block(page, tagged, runs, "company")),
        "address": _block(page, tagged, runs, "address"),
        "date": _date(page, _shares(tagged, "date"), rows),
        "total": _amount(page, _shares(tagged, "total")),
    }
    return {name: text for name, text in found.items() if text}


def _shares(tagged: Tagged, name: str) -> npt.NDArray[np.float32]:
    return tagged.shares[:, tagged.labels.index(ENTITIES[name])]


def _block(page: Page, tagged: Tagged, runs: Sequence[Sequence[int]], name: str) -> str:
    """The text of the block of rows whose words are likeliest of a label, all together."""
    shares = _shares(tagged, name)
    groups = []
    for run in runs:
        for stretch in _stretches(run, shares):
            boxes = np.array([page.words[at].box for at in stretch])
            low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
            text = " ".join(page.words[at].text for at in stretch)
            share = float(np.mean(shares[stretch]))
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            groups.append(Group(ENTITIES[name], page.number, tuple(stretch), text, share, box))

    def weight(block: Block) -> float:
        return sum(float(shares[at]) - 0.3 for row in block.rows for at in row.words)

    best = max(blocks(groups), key=weight, default=None)
    return best.text(" ") if best else ""


def _stretches(run: Sequence[int], shares: npt.NDArray[np.float32]) -> list[list[int]]:
    """The words of a run that are of the label: the likeliest way in which a change is seldom."""
    odds = np.log(np.clip(shares[run], 1e-4, 1 - 1e-4))
    against = np.log(1 - np.clip(shares[run], 1e-4, 1 - 1e-4))
    best = {True: (float(odds[0]), [True]), False: (float(against[0]), [False])}
    for yes, no in zip(odds[1:].tolist(), against[1:].tolist(), strict=True):
        best = {
            state: max(
                (score + (yes if state else no) - _CHANGE * (state != way[-1]), [*way, state])
                for score, way in best.values()
            )
            for state in (True, False)
        }
    found: list[list[int]] = []
    before = False
    for at, inside in zip(run, max(best.values())[1], strict=True):
        if inside and not before:
            found.append([])
        if inside:
            found[-1].append(at)
        before = inside
    return found


def _runs(page: Page, rows: Iterable[Sequence[int]]) -> Iterator[list[int]]:
    """The words of rows that touch."""
    for row in rows:
        run: list[int] = []
        for at in row:
            box = page.words[at].box
            if run and box[0] - page.words[run[-1]].box[2] > _TOUCH * (box[3] - box[1]):
                yield run
                run = []
            run.append(at)
        if run:
            yield run


def _date(page: Page, shares: npt.NDArray[np.float32], rows: Sequence[Sequence[int]]) -> str:
    """The date that is likeliest over all its places."""
    votes: dict[str, float] = {}
    texts: dict[str, str] = {}
    for row in rows:
        text, places = "", list[int]()
        for at in row:
            text += " " * bool(text) + page.words[at].text
            places += [at] * (len(text) - len(places))
        for found in _DATE.finditer(text):
            inside = sorted({*places[found.start() : found.end()]})
            key = squeezed(found[0])
            votes[key] = votes.get(key, 0.0) + float(shares[inside].mean())
            texts.setdefault(key, found[0])
    return texts[max(votes, key=votes.__getitem__)] if votes else ""


def _amount(page: Page, shares: npt.NDArray[np.float32]) -> str:
    """The amount that is likeliest over all its places, as it is printed there."""
    votes: dict[str, float] = {}
    likeliest: dict[str, int] = {}
    for at, word in enumerate(page.words):
        value = money(word.text)
        if value:
            votes[value] = votes.get(value, 0.0) + float(shares[at])
            best = likeliest.setdefault(value, at)
            likeliest[value] = at if shares[at] > shares[best] else best
    if not votes:
        return ""
    at = likeliest[max(votes, key=votes.__getitem__)]
    mark = mark_before(page, at)
    lead = f"{page.words[mark].text} " if mark is not None and shares[mark] > 0.5 else ""
    return lead + page.words[at].text
