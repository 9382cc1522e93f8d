"""A seller's examples change the shares of the seller's own documents, and of no others."""

from __future__ import annotations

import json

import numpy as np

from slmapps.heads.pages import Tagged
from slmapps.records import Page, Word
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.seller_memory import Example, SellerMemory, parts_of, sellers_of
from slmapps_invoices.records import Invoice, Party

TOTAL = LABELS.index("total")


def page(*rows: tuple[float, str]) -> Page:
    """A page with rows of words at heights; words stand 60 points apart."""
    words = [
        Word(text=text, box=(60 * at + 10, y, 60 * at + 50, y + 10))
        for y, line in rows
        for at, text in enumerate(line.split())
    ]
    return Page(number=0, width=600, height=800, words=tuple(words))


def tags(sheet: Page, total: str, states: dict[str, int]) -> Tagged:
    """Tags by which the word ``total`` is the total; words of one state play one part."""
    count = len(sheet.words)
    shares = np.full((count, len(LABELS)), 0.05 / (len(LABELS) - 1), np.float32)
    vectors = np.zeros((count, 8), np.float32)
    for at, word in enumerate(sheet.words):
        shares[at, TOTAL if word.text == total else 0] = 0.95
        vectors[at, states.get(word.text, 0)] = 1
    return Tagged(shares, np.zeros(count, np.float32), LABELS, vectors)


def example(seller: str) -> Example:
    """On a page the total was taken to be 99.00, and is 12.00."""
    first = page((40, "Weir Mills"), (300, "Sum 12.00"), (400, "Balance 99.00"))
    parts = parts_of(first, tags(first, "99.00", {"12.00": 1, "99.00": 2}))
    return Example((seller,), "0" * 64, "total", (parts[3],), (parts[5],))


def share(found, sheet: Page, text: str) -> float:
    at = next(at for at, word in enumerate(sheet.words) if word.text == text)
    return float(found[0].shares[at, TOTAL])


def test_what_was_put_right_holds_lower_down_on_the_next_page_of_the_seller():
    second = page((40, "Weir Mills"), (350, "Sum 15.00"), (450, "Balance 99.50"))
    told = tags(second, "99.50", {"15.00": 1, "99.50": 2})
    found = SellerMemory([example("name:weir mills")]).adjust([second], [told])
    assert share(found, second, "15.00") > 0.9
    assert share(found, second, "99.50") < 0.1
    assert np.allclose(found[0].shares.sum(1), 1, atol=1e-5)
    assert share([told], second, "99.50") > 0.9, "what the tagger said is not changed itself"


def test_a_page_that_does_not_name_the_seller_stays_as_it_is():
    other = page((40, "Harrow Prints"), (350, "Sum 15.00"), (450, "Balance 99.50"))
    told = [tags(other, "99.50", {"15.00": 1, "99.50": 2})]
    assert SellerMemory([example("name:weir mills")]).adjust([other], told) is told


def test_an_example_comes_back_from_json_as_it_was():
    kept = json.loads(json.dumps(example("vat:de1").kept()))
    memory = SellerMemory.of([{"layout": kept}, {"else": 1}])
    [back] = memory.examples
    assert back.sellers == ("vat:de1",)
    assert back.right[0].likeness(example("vat:de1").right[0], column=False) > 0.99


def test_a_name_counts_only_where_no_number_says_who_the_seller_is():
    named = Party(name="Weir & Sons Millers Ltd")
    assert sellers_of(Invoice(seller=named)) == ("name:weir sons millers",)
    number = named.model_copy(update={"vat_id": "DE136695976"})
    assert sellers_of(Invoice(seller=number)) == ("vat:de136695976",)
    assert sellers_of(Invoice(seller=named, buyer=named)) == ()
