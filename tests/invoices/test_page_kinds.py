"""What a document calls itself, and where in a file the next invoice begins."""

from __future__ import annotations

import numpy as np
import pytest

from slmapps.heads.pages import Tagged
from slmapps.records import Page, Word
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.splitting import parts
from slmapps_invoices.pages.titles import kind_of_document


def page(rows, number=0):
    """``rows``: (top, height, text); words of a row stand side by side."""
    words = []
    for top, height, text in rows:
        left = 50.0
        for word in text.split():
            right = left + 0.5 * height * len(word)
            words.append(Word(text=word, box=(left, top, right, top + height)))
            left = right + 0.3 * height
    return Page(number=number, width=595, height=842, words=tuple(words))


BODY = [(300 + 14 * n, 9, f"Service {n} in the month of May") for n in range(6)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("INVOICE", "invoice"),
        ("Tax Invoice 2024-17", "invoice"),
        ("Rechnung Nr. 17", "invoice"),
        ("Credit Note", "credit_note"),
        ("Gutschrift", "credit_note"),
        ("Facture d’avoir n° 8", "credit_note"),
        ("Auftragsbestätigung", "an order"),
        ("Bon de livraison 77", "a delivery note"),
        ("Proforma Invoice", "a pro forma invoice"),
        ("Hello there", ""),
    ],
)
def test_a_title_says_the_kind(title, kind):
    assert kind_of_document([page([(80, 18, title), *BODY])]) == kind


def test_the_tallest_title_counts_and_what_goes_on_after_the_name_is_none():
    rows = [(60, 9, "Order confirmation"), (80, 20, "Invoice"), *BODY]
    assert kind_of_document([page(rows)]) == "invoice"
    assert kind_of_document([page([(80, 9, "Billing address"), *BODY])]) == ""
    assert kind_of_document([page([(80, 9, "Order confirmation 4711"), *BODY])]) == ""
    assert kind_of_document([page([(80, 18, "Bestellung: 2018-471331"), *BODY])]) == ""
    far_down = [*BODY, (700, 18, "Credit note")]
    assert kind_of_document([page(far_down)]) == ""


def tagged(page, **labels):
    """The words that a label is said to have, by their text."""
    shares = np.full((len(page.words), len(LABELS)), 0.001, np.float32)
    for at, word in enumerate(page.words):
        label = next((name for name, texts in labels.items() if word.text in texts), "other")
        shares[at, LABELS.index(label)] = 0.95
    return Tagged(shares, np.zeros(len(page.words), np.float32), LABELS)


def sheet(number, text, at):
    return page([(80, 12, f"Invoice {number}"), (120, 9, text), *BODY], at)


def test_another_number_begins_another_invoice_and_the_same_goes_on():
    pages = [sheet("A-100", "x", 0), sheet("A-100", "x", 1), sheet("B-7", "x", 2)]
    told = [tagged(each, number={"A-100", "B-7"}) for each in pages]
    assert parts(pages, told) == [range(2), range(2, 3)]


def test_a_page_without_number_goes_on_unless_it_says_that_it_is_the_first():
    pages = [sheet("A-100", "x", 0), page(BODY, 1), page([(20, 9, "Page 1 of 2"), *BODY], 2)]
    told = [tagged(each, number={"A-100"}) for each in pages]
    assert parts(pages, told) == [range(2), range(2, 3)]
    pages[2] = page([(20, 9, "Seite 3 von 3"), (40, 9, "Invoice B-7"), *BODY], 2)
    told[2] = tagged(pages[2], number={"B-7"})
    assert parts(pages, told) == [range(3)]


def test_totals_of_its_own_beside_a_date_of_its_own_begin_an_invoice():
    rows = [(80, 9, "Harbour Works"), (100, 9, "2024-05-01"), (700, 9, "119.00"), *BODY]
    pages = [page(rows, 0), page(rows, 1), page(BODY, 2)]
    labels = {"seller_name": {"Harbour"}, "issue_date": {"2024-05-01"}, "total": {"119.00"}}
    told = [tagged(each, **labels) for each in pages]
    assert parts(pages, told) == [range(1), range(1, 3)]
