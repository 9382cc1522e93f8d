"""From tagged pages to an invoice: right tags give every value, wrong ones prove no wrong total."""

from __future__ import annotations

import numpy as np
import pytest

from slmapps.heads.pages import Tagged
from slmapps.records import Document, Page
from slmapps_invoices.pages import synthetic
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.reading import read_pages
from slmapps_invoices.pages.training import _begins

SEEDS = range(1000, 1016)


class Told:
    """Tags pages as their makers labelled them; a share of the words gets another label."""

    def __init__(self, sample, wrong=0.0, seed=0):
        self.sample, self.wrong, self.dice = sample, wrong, np.random.default_rng(seed)

    def tag(self, pages):
        found = []
        for page, made in zip(pages, self.sample.pages, strict=True):
            shares = np.full((len(made.words), len(LABELS)), 0.05 / (len(LABELS) - 1), np.float32)
            for row, label in enumerate(made.labels):
                at = LABELS.index(label)
                if self.dice.random() < self.wrong:
                    at = int(self.dice.integers(len(LABELS)))
                shares[row, at] = 0.95
            begins = np.where(_begins(page, made.lines) > 0, 0.95, 0.05).astype(np.float32)
            found.append(Tagged(shares, begins, LABELS))
        return found


def document(sample):
    pages = tuple(
        Page(number=number, width=each.width, height=each.height, words=each.words)
        for number, each in enumerate(sample.pages)
    )
    return Document(
        sha256="0" * 64, name="made.pdf", media_type="application/pdf", size=1, pages=pages
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_with_right_tags_the_head_is_read_as_it_was_printed(seed):
    sample = synthetic.make(seed)
    found = read_pages(document(sample), Told(sample))
    for name in ("number", "issue_date", "due_date", "currency", "net", "tax", "total", "due"):
        wanted = getattr(sample.invoice, name)
        if wanted is not None:
            assert getattr(found.invoice, name) == wanted, name
    assert found.invoice.seller.iban == sample.invoice.seller.iban
    assert len(found.invoice.lines) == len(sample.invoice.lines)
    assert [each.description for each in found.invoice.lines] == [
        each.description for each in sample.invoice.lines
    ]


def test_with_right_tags_the_sellers_address_is_read_whole_or_in_its_parts():
    parts = printed = 0
    for seed in range(3000, 3020):
        sample = synthetic.make(seed)
        found = read_pages(document(sample), Told(sample)).invoice
        wanted = sample.invoice.seller
        if not wanted.street:
            assert not found.seller.street
            continue
        printed += 1
        parts += (found.seller.street, found.seller.postcode, found.seller.city) == (
            wanted.street,
            wanted.postcode,
            wanted.city,
        )
        assert wanted.street in found.seller.street or wanted.city in found.seller.street
        assert "seller.street" in found.places
    assert printed > 10
    assert parts > 0.8 * printed


def test_every_value_has_its_place_and_a_confidence():
    sample = synthetic.make(SEEDS[3])
    found = read_pages(document(sample), Told(sample))
    for key in ("number", "issue_date", "total"):
        place = found.invoice.places[key]
        page = document(sample).pages[place.page]
        left, top, right, bottom = place.box
        assert any(
            left <= word.box[0] and word.box[2] <= right and top <= word.box[1] + 1
            for word in page.words
        )
        assert bottom > top
        assert 0 < found.confidences[key] <= 1


def test_no_wrong_total_is_proved_however_wrong_the_tags_are():
    for seed in SEEDS:
        sample = synthetic.make(seed)
        for wrong in (0.2, 0.5):
            found = read_pages(document(sample), Told(sample, wrong, seed))
            if found.solution.proved:
                assert found.invoice.total == sample.invoice.total
            elif found.invoice.total is not None:
                assert any(problem.code == "total-unproved" for problem in found.problems)


def test_pages_without_a_word_hold_no_invoice():
    empty = Document(
        sha256="0" * 64,
        name="blank.pdf",
        media_type="application/pdf",
        size=1,
        pages=(Page(number=0, width=595, height=842),),
    )
    assert read_pages(empty, None) is None
