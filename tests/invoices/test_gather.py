"""Tagged words become values and lines: rows, touching words, items over several rows."""

from __future__ import annotations

import numpy as np

from slmapps.heads.pages import Tagged
from slmapps.records import Page, Word
from slmapps_invoices.pages.gather import groups, items, printed_rows
from slmapps_invoices.pages.labels import LABELS


def page_of(*rows):
    """A page and its tags from rows of (left, text, label, share, begins)."""
    words, shares, begins = [], [], []
    for number, row in enumerate(rows):
        for left, text, label, share, begin in row:
            top = 50.0 + 14 * number
            words.append(Word(text=text, box=(left, top, left + 5 * len(text), top + 10)))
            spread = np.full(len(LABELS), (1 - share) / (len(LABELS) - 1))
            spread[LABELS.index(label)] = share
            shares.append(spread)
            begins.append(begin)
    page = Page(number=0, width=595, height=842, words=tuple(words))
    return page, Tagged(np.array(shares, np.float32), np.array(begins, np.float32), LABELS)


def test_rows_are_found_though_words_stand_a_little_higher_or_lower():
    words = tuple(
        Word(text=text, box=(left, top, left + 20, top + 10))
        for text, left, top in (("b", 90, 51.5), ("a", 50, 50), ("d", 90, 63.0), ("c", 50, 64.5))
    )
    page = Page(number=0, width=595, height=842, words=words)
    rows = [[page.words[at].text for at in row] for row in printed_rows(page)]
    assert rows == [["a", "b"], ["c", "d"]]


def test_words_that_touch_are_one_value_and_others_are_not():
    page, tagged = page_of(
        [(50, "1", "total", 0.9, 0), (58, "234,50", "total", 0.9, 0), (300, "9", "total", 0.6, 0)]
    )
    found = groups(page, tagged, "total")
    assert [group.text for group in found] == ["1 234,50", "9"]
    assert found[0].share > found[1].share
    assert found[0].box == (50, 50, 88, 60)


def test_what_is_taken_for_another_is_kept_as_a_candidate():
    page, tagged = page_of([(50, "99.00", "net", 0.9, 0)])
    (found,) = groups(page, tagged, "total", least=0.001)
    assert found.text == "99.00"
    assert found.share < 0.01
    assert groups(page, tagged, "total") == []


def test_a_line_goes_over_its_rows_and_ends_before_the_next():
    page, tagged = page_of(
        [(50, "Copper", "description", 0.9, 0.9), (90, "pipe", "description", 0.9, 0.8),
         (400, "12.00", "line_net", 0.9, 0.9)],
        [(50, "cut", "description", 0.8, 0.1), (70, "to", "description", 0.8, 0.1),
         (90, "mea-", "description", 0.8, 0.1)],
        [(50, "sure", "description", 0.8, 0.1)],
        [(50, "Thank", "other", 0.9, 0.1)],
        [(50, "Valve", "description", 0.9, 0.9), (400, "3.00", "line_net", 0.9, 0.9)],
    )  # fmt: skip
    first, second = items(page, tagged)
    assert [g.text for g in first.of("description")] == ["Copper pipe cut to measure"]
    assert [g.text for g in first.of("line_net")] == ["12.00"]
    assert [g.text for g in second.of("description")] == ["Valve"]
    assert first.share > 0.5


def test_what_stands_before_the_first_beginning_goes_on_with_the_page_before():
    page, tagged = page_of(
        [(50, "cut", "details", 0.9, 0.1)],
        [(50, "Valve", "description", 0.9, 0.9)],
    )
    before, line = items(page, tagged)
    assert before.share == 0
    assert [group.label for group in line.groups] == ["description"]


def test_an_empty_page_gives_nothing():
    page = Page(number=0, width=595, height=842)
    tagged = Tagged(np.zeros((0, len(LABELS)), np.float32), np.zeros(0, np.float32), LABELS)
    assert printed_rows(page) == []
    assert items(page, tagged) == []
    assert groups(page, tagged, "total") == []
