"""Pages to learn from: clean or as if scanned, and receipts repeated among them."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

pytest.importorskip("reportlab")
pytest.importorskip("torch")

from slmapps_invoices.pages import synthetic
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.training import examples, labelled, repeated

TOKENIZER = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))


def test_a_document_comes_clean_or_as_if_scanned() -> None:
    sample = synthetic.make(4)
    clean = labelled(sample, TOKENIZER)
    scanned = labelled(sample, TOKENIZER, np.random.default_rng(2))
    assert [len(each.page) for each in clean] == [len(page.words) for page in sample.pages]
    assert [LABELS[at] for at in clean[0].labels] == list(sample.pages[0].labels)
    assert not np.array_equal(clean[0].page.boxes, scanned[0].page.boxes[: len(clean[0].page)])
    assert all(len(each.labels) == len(each.page) == len(each.begins) for each in scanned)
    rare = {"number", "issue_date", "total"}
    assert rare & {LABELS[at] for each in scanned for at in each.labels}


def test_the_share_of_scans_is_as_asked() -> None:
    def made(noise: float) -> list[bytes]:
        pages = examples(4, 1, (10, 60), TOKENIZER, noise)
        return [each[0].page.boxes.tobytes() for each in pages]

    clean, some, every = made(0.0), made(0.5), made(1.0)
    assert all(one != two for one, two in zip(clean, every, strict=True))
    assert all(one in pair for one, *pair in zip(some, clean, every, strict=True))


def test_receipts_are_a_twelfth_of_the_pages() -> None:
    receipts = labelled(synthetic.make(1), TOKENIZER) * 3
    found = repeated(receipts, 920, np.random.default_rng(0))
    assert len(found) == 80
    assert {id(each) for each in found} == {id(each) for each in receipts}
    assert repeated([], 920, np.random.default_rng(0)) == []
