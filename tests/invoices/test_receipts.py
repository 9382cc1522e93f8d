"""Recognised receipts with four true values: which words they are, and what is not asked for."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from slmapps.heads.pages import Tagged
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.receipt_values import entities
from slmapps_invoices.pages.receipts import (
    ENTITIES,
    labelled_receipts,
    money,
    read_receipts,
    receipt_page,
    squeezed,
)

# Segment, left, top, right; each is 20 high.
SEGMENTS = [
    ("KEDAI LARCH LANE(123-X)", 100, 0, 330),
    ("NO 7, MILL LANE,", 120, 30, 300),
    ("81100 WESTBURY", 120, 60, 290),
    ("TEL: 00-111", 140, 90, 260),
    ("DATE:03/04/2018 10:15", 20, 130, 240),
    ("2 X SOAP", 20, 170, 110),
    ("12.50", 360, 170, 410),
    ("SUBTOTAL", 20, 200, 110),
    ("12.50", 360, 200, 410),
    ("TOTAL (RM)", 20, 230, 130),
    ("12.50", 360, 230, 410),
    ("CASH", 20, 260, 70),
    ("12.50", 360, 260, 410),
]
TRUTH = {
    "company": "KEDAI LARCH LANE",
    "address": "NO 7 MILL LANE 81100 WESTBVRY",
    "date": "03/04/2018",
    "total": "RM12.50",
}


@pytest.fixture
def path(tmp_path):
    row = {
        "id": "r1",
        "words": [text for text, *_ in SEGMENTS],
        "boxes": [[x0, y, x1, y + 20] for _, x0, y, x1 in SEGMENTS],
        "entities": TRUTH,
        "image_size": {"width": 900, "height": 1400},
    }
    file = tmp_path / "receipts.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
    return file


def texts(receipt, label: str) -> list[str]:
    pairs = zip(receipt.page.words, receipt.labels, strict=True)
    return [word.text for word, is_label in pairs if is_label == label]


def test_the_words_of_each_value_are_found_though_one_letter_differs(path) -> None:
    (receipt,) = read_receipts(path)
    assert texts(receipt, "seller_name") == ["KEDAI", "LARCH", "LANE"]
    assert texts(receipt, "seller_address") == ["NO", "7,", "MILL", "LANE,", "81100", "WESTBURY"]
    assert texts(receipt, "issue_date") == ["03/04/2018"]


def test_the_total_is_the_amount_beside_its_word_and_its_equals_are_not_asked_for(path) -> None:
    (receipt,) = read_receipts(path)
    assert texts(receipt, "total") == ["12.50"]
    at = receipt.labels.index("total")
    assert receipt.page.words[at].box[1] == pytest.approx(
        receipt.page.words[[word.text for word in receipt.page.words].index("(RM)")].box[1]
    )
    assert texts(receipt, "") == ["12.50"] * 3


def test_what_the_values_do_not_say_is_asked_for_only_among_the_four(path) -> None:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    four = ("other", *ENTITIES.values())
    ((name, (made,)),) = labelled_receipts(path, tokenizer)
    ((_, (simple,)),) = labelled_receipts(path, tokenizer, four)
    (receipt,) = read_receipts(path)
    words = [word.text for word in receipt.page.words]
    assert name == "r1"
    assert made.labels[words.index("SOAP")] == -1
    assert LABELS[made.labels[words.index("TEL:")]] == "other"
    assert four[simple.labels[words.index("SOAP")]] == "other"
    assert simple.labels[words.index("12.50")] == -1
    assert set(np.unique(made.begins)) == {-1}
    assert len(made.page) == len(words)


def test_the_page_is_the_paper_and_words_share_their_segment() -> None:
    page = receipt_page(["AB CD"], [[100, 50, 200, 70]])
    first, second = page.words
    assert (first.text, second.text) == ("AB", "CD")
    assert first.box[2] - first.box[0] == pytest.approx(40)
    assert second.box[0] - first.box[2] == pytest.approx(20)
    assert page.width == pytest.approx(106)
    assert page.height == pytest.approx(26)


def test_what_is_compared_is_letters_digits_and_amounts() -> None:
    assert squeezed("No. 7, mill-lane") == "NO7MILLLANE"
    assert money("RM1,234.5") == money("$1234.50") == "1234.50"
    assert money("12/04") == ""


def tags(receipt, **changed: float) -> Tagged:
    """The true labels with a share of 0.9 each; ``changed`` gives that of a label's words."""
    shares = np.full((len(receipt.labels), len(LABELS)), 0.1 / (len(LABELS) - 1), np.float32)
    for at, label in enumerate(receipt.labels):
        share = changed.get(label, 0.9)
        shares[at, LABELS.index(label or "other")] = share
        shares[at, 0] = max(shares[at, 0], 0.95 - share)
    return Tagged(shares, np.zeros(len(receipt.labels), np.float32), LABELS)


def test_names_and_addresses_are_read_over_rows_and_without_what_stands_beside_them(path) -> None:
    (receipt,) = read_receipts(path)
    found = entities(receipt.page, tags(receipt))
    assert found["company"] == "KEDAI LARCH LANE"
    assert squeezed(found["address"]) == "NO7MILLLANE81100WESTBURY"


def test_a_word_that_is_missed_amid_others_is_read_with_them(path) -> None:
    (receipt,) = read_receipts(path)
    tagged = tags(receipt)
    at = [word.text for word in receipt.page.words].index("MILL")
    tagged.shares[at] = 0.0
    tagged.shares[at, [0, LABELS.index("seller_address")]] = 0.7, 0.3
    assert squeezed(entities(receipt.page, tagged)["address"]) == "NO7MILLLANE81100WESTBURY"


def test_of_dates_and_amounts_all_places_count_and_what_is_none_never_does(path) -> None:
    (receipt,) = read_receipts(path)
    found = entities(receipt.page, tags(receipt, total=0.3, issue_date=0.3))
    assert (found["date"], found["total"]) == ("03/04/2018", "12.50")
    nothing = tags(receipt, seller_name=0.0, seller_address=0.0)
    assert "address" not in entities(receipt.page, nothing)


def test_the_currency_is_part_of_a_total_where_the_tagger_says_so() -> None:
    page = receipt_page(["TOTAL", "RM 9.00"], [[0, 0, 50, 20], [200, 0, 270, 20]])
    shares = np.full((3, len(LABELS)), 0.001, np.float32)
    shares[:, LABELS.index("total")] = (0.1, 0.8, 0.9)
    tagged = Tagged(shares, np.zeros(3, np.float32), LABELS)
    assert entities(page, tagged)["total"] == "RM 9.00"
    tagged.shares[1, LABELS.index("total")] = 0.2
    assert entities(page, tagged)["total"] == "9.00"


def test_the_number_in_a_register_is_no_part_of_the_name() -> None:
    page = receipt_page(
        ["LARCH LANE SDN BHD (CO. NO: 20154-T)", "TOTAL"], [[0, 0, 360, 20], [0, 60, 50, 80]]
    )
    shares = np.full((len(page.words), len(LABELS)), 0.001, np.float32)
    shares[:-1, LABELS.index("seller_name")] = 0.9
    tagged = Tagged(shares, np.zeros(len(page.words), np.float32), LABELS)
    assert entities(page, tagged) == {"company": "LARCH LANE SDN BHD"}
