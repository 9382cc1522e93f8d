"""From tagged words to values: which words make one value, and which rows make one line.

Design choices:

* A value is words of one label that touch in one printed row. Names and descriptions go on over
  several rows, amounts never do.
* All groups are kept with their probability, the unlikely ones too: the sums choose among them
  (``solver``), and what loses is an alternative for the person who looks it through.
* A line begins where the tagger says that a row begins an item, and ends before the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from slmapps.records import Page, Word
from slmapps_invoices.pages.labels import LINE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from slmapps.heads.pages import Tagged

__all__ = ["Group", "Item", "groups", "items", "printed_rows", "with_words_beside"]

Box = tuple[float, float, float, float]
_SAME_ROW = 0.5  # of the height: how far two middles may lie apart
_TOUCH = 1.3  # of the height: the widest gap between words of one value
_LEAST = 0.02
_BEGINS = 0.5
_FAR = 1.1  # of the height: the widest gap between two rows of one name
_AMOUNT = re.compile(r"\d[\d.,' ]*[.,]\d{2,4}")
_CODE = re.compile(r"(?=.*[\dA-Z])[A-Z\d][A-Z\d./_-]+")
_NAMES = {"seller_name", "buyer_name"}
_JOINS = 0.12  # a word of a name that stands beside one that surely is


@dataclass(frozen=True)
class Group:
    """Words that make one value.

    ``words`` are their places in the page's words, ``share`` the geometric mean of the label's
    probabilities, within 0..1.
    """

    label: str
    page: int
    words: tuple[int, ...]
    text: str
    share: float
    box: Box


@dataclass(frozen=True)
class Item:
    """The groups of one line, in reading order; ``share``: how likely its first row begins one."""

    page: int
    groups: tuple[Group, ...]
    share: float

    def of(self, label: str) -> list[Group]:
        """The groups of a label."""
        return [group for group in self.groups if group.label == label]


def printed_rows(page: Page) -> list[list[int]]:
    """The page's words by printed rows from top to bottom, each from left to right.

    Words that run up or down the margin stand in no row.
    """
    if not page.words:
        return []
    heights = [max(0.1, word.box[3] - word.box[1]) for word in page.words]
    usual = median(heights)
    middles = [(word.box[1] + word.box[3]) / 2 for word in page.words]
    rows: list[list[int]] = []
    level = tallest = 0.0
    level_ones = [at for at in range(len(middles)) if not _upright(page.words[at], usual)]
    for at in sorted(level_ones, key=middles.__getitem__):
        # Rows of small print lie closer than the page's usual ones.
        height = min(usual, max(tallest, heights[at]))
        if rows and middles[at] - level <= _SAME_ROW * height:
            rows[-1].append(at)
            level += (middles[at] - level) / len(rows[-1])
            tallest = max(tallest, heights[at])
        else:
            rows.append([at])
            level, tallest = middles[at], heights[at]
    return [sorted(row, key=lambda at: page.words[at].box[0]) for row in rows]


def _upright(word: Word, usual: float) -> bool:
    """Whether a word of several letters is far taller than it is wide: it is printed sideways."""
    left, top, right, bottom = word.box
    tall = bottom - top
    return len(word.text) > 2 and tall > 1.6 * usual and tall > 1.5 * (right - left)


def groups(
    page: Page,
    tagged: Tagged,
    label: str,
    *,
    least: float = _LEAST,
    rows: Sequence[Sequence[int]] | None = None,
) -> list[Group]:
    """The groups of one label on a page, likeliest first.

    A word belongs to a group where the label is its likeliest, or has a share of ``least`` and no
    neighbour that is likelier; so a value that the tagger takes for another is kept as a candidate.
    """
    column = tagged.labels.index(label)
    shares = tagged.shares[:, column]
    best = tagged.shares.argmax(1)
    found = []
    for row in rows if rows is not None else printed_rows(page):
        run: list[int] = []
        for at in row:
            if shares[at] < least:
                continue
            apart = run and not _touches(page, run[-1], at)
            # What is surely of the label does not join what hardly is; of a name a word less sure.
            doubtful = not run or label not in _NAMES or min(shares[[at, run[-1]]]) < _JOINS
            unlike = run and doubtful and (best[run[-1]] == column) != (best[at] == column)
            if apart or unlike:
                found.append(_group(page, shares, label, run))
                run = []
            run.append(at)
        if run:
            found.append(_group(page, shares, label, run))
    return sorted(found, key=lambda group: -group.share)


def with_words_beside(
    page: Page, group: Group, rows: Sequence[Sequence[int]], *, after: bool = False
) -> Group:
    """The group with all words that touch it from the left in its row, or from both sides."""
    row = next((list(row) for row in rows if group.words[0] in row), [])
    if not row:
        return group
    begin, end = row.index(group.words[0]), row.index(group.words[-1])
    while begin and _touches(page, row[begin - 1], row[begin]):
        begin -= 1
    while after and end + 1 < len(row) and _touches(page, row[end], row[end + 1]):
        end += 1
    taken = row[begin : end + 1]
    return replace(
        group,
        words=tuple(taken),
        text=" ".join(page.words[at].text for at in taken),
        box=_around(page, taken),
    )


def items(
    page: Page,
    tagged: Tagged,
    *,
    least: float = 0.3,
    rows: Sequence[Sequence[int]] | None = None,
) -> list[Item]:
    """The lines of a page: what stands from one beginning to the next.

    Words of a line's labels before the first beginning go on with a line of the page before: they
    make an Item of ``share`` 0.
    """
    lines = {tagged.labels.index(label) for label in LINE if label in tagged.labels}
    best = tagged.shares.argmax(1)
    made: list[tuple[list[Group], float]] = []
    for row in rows if rows is not None else printed_rows(page):
        mine = [at for at in row if best[at] in lines and tagged.shares[at, best[at]] >= least]
        if not mine:
            continue
        share = max(float(tagged.begins[at]) for at in mine)
        if share >= _BEGINS or not made:
            made.append(([], share if share >= _BEGINS else 0.0))
        made[-1][0].extend(_apart(list(_runs(page, tagged, mine, best))))
    return [Item(page.number, tuple(_joined(parts)), share) for parts, share in made]


def _runs(
    page: Page, tagged: Tagged, row: Sequence[int], best: npt.NDArray[np.intp]
) -> Iterable[Group]:
    run: list[int] = []
    for at in [*row, -1]:
        if run and (at < 0 or best[at] != best[run[-1]] or not _touches(page, run[-1], at)):
            label = tagged.labels[best[run[0]]]
            yield _group(page, tagged.shares[:, best[run[0]]], label, run)
            run = []
        run.append(at)


def _apart(runs: list[Group]) -> list[Group]:
    """Of several descriptions in one row: a code is the article's number, an amount a price."""
    named = [run for run in runs if run.label == "description"]
    if len(named) < 2:
        return runs
    name = max(named, key=lambda run: len(run.text))

    def meant(run: Group) -> Group:
        if run is name or run.label != "description":
            return run
        if _AMOUNT.fullmatch(run.text):
            return replace(run, label="unit_price")
        return replace(run, label="item") if _CODE.fullmatch(run.text) else run

    return [meant(run) for run in runs]


def _joined(parts: Sequence[Group]) -> list[Group]:
    """Descriptions and details that go on in the next row are one; the rest stays as it is."""
    done: list[Group] = []
    places: dict[str, int] = {}
    for each in parts:
        part = each
        if part.label == "description" and "description" in places:
            above = done[places["description"]].box
            if part.box[1] - above[3] > _FAR * (part.box[3] - part.box[1]):
                part = replace(part, label="details")  # a name goes on in the very next row
        if part.label in {"description", "details"} and part.label in places:
            place = places[part.label]
            done[place] = _union(done[place], part)
        else:
            places[part.label] = len(done)
            done.append(part)
    return done


def _union(one: Group, two: Group) -> Group:
    a, b = one.box, two.box
    box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    first, second = len(one.words), len(two.words)
    share = (one.share**first * two.share**second) ** (1 / (first + second))
    text = f"{one.text} {two.text}"
    if one.text.endswith("-") and two.text[:1].islower():
        text = one.text[:-1] + two.text  # a word that was parted at the row's end
    return Group(one.label, one.page, one.words + two.words, text, share, box)


def _group(page: Page, shares: npt.NDArray[np.float32], label: str, run: Sequence[int]) -> Group:
    product = 1.0
    for at in run:
        product *= max(float(shares[at]), 1e-9)
    return Group(
        label,
        page.number,
        tuple(run),
        " ".join(page.words[at].text for at in run),
        product ** (1 / len(run)),
        _around(page, run),
    )


def _around(page: Page, words: Iterable[int]) -> Box:
    left, top, right, bottom = zip(*(page.words[at].box for at in words), strict=True)
    return min(left), min(top), max(right), max(bottom)


def _touches(page: Page, left: int, right: int) -> bool:
    one, two = page.words[left].box, page.words[right].box
    height = max(one[3] - one[1], two[3] - two[1], 1.0)
    return two[0] - one[2] <= _TOUCH * height
