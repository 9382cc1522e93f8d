"""The page tagger: features that tell places, a network that learns columns, numpy as torch has it."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from slmapps.heads.pages import PageTagger, page_features
from slmapps.heads.pages.features import OFFSETS, RELATIONS, relations
from slmapps.heads.pages.network import Measures, Network
from slmapps.heads.pages.tagger import known
from slmapps.heads.pages.training import Labelled, Recipe, train
from slmapps.records import Page, Word
from slmapps.training.vocabulary import train_bpe

LABELS = ("other", "number", "total")
WORDS = ["Invoice", "Total", "Order", "Date", "Thank", "you", "Harbour", "Street", "kettle"]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_str(train_bpe([" ".join(WORDS)] * 20, 300))


@pytest.fixture(scope="module")
def table():
    return np.random.default_rng(1).normal(0, 1, (300, 24)).astype(np.float16)


def word(text, left, top, size=10.0):
    return Word(text=text, box=(left, top, left + 5.5 * len(text), top + size))


def invoice(seed):
    """A page whose total and number stand right of, or below, what names them, among decoys."""
    chance = random.Random(seed)
    words, labels = [], []

    def put(text, left, top, label="other"):
        words.append(word(text, left, top))
        labels.append(LABELS.index(label))

    below = chance.random() < 0.5
    for name, label in (("Invoice", "number"), ("Order", "other"), ("Total", "total")):
        left, top = chance.randrange(40, 400), chance.randrange(40, 760)
        put(name, left, top)
        value = f"{chance.randrange(100, 9999)}.{chance.randrange(10, 99)}"
        put(value, left if below else left + 60, top + (14 if below else 0), label)
    for _ in range(6):
        put(chance.choice(WORDS[3:]), chance.randrange(40, 500), chance.randrange(40, 780))
    return Page(number=0, width=595, height=842, words=tuple(words)), np.array(labels)


def labelled(count, tokenizer, start=0):
    made = []
    for seed in range(start, start + count):
        page, labels = invoice(seed)
        begins = (labels > 0).astype(np.int64)
        made.append(Labelled(page_features(page, tokenizer), labels, begins))
    return made


def test_features_do_not_hang_on_paper_or_figures(tokenizer):
    words = (word("Total", 50, 100), word("1,234.56", 120, 100))
    twice = tuple(Word(text=w.text, box=tuple(2 * each for each in w.box)) for w in words)
    one = page_features(Page(number=0, width=595, height=842, words=words), tokenizer)
    two = page_features(Page(number=0, width=1190, height=1684, words=twice), tokenizer)
    np.testing.assert_allclose(one.looks, two.looks, atol=1e-5)
    np.testing.assert_allclose(one.boxes, two.boxes, atol=1e-6)
    other = (words[0], word("7,890.12", 120, 100))
    three = page_features(Page(number=0, width=595, height=842, words=other), tokenizer)
    assert (three.grams == one.grams).all()
    assert (three.shapes == one.shapes).all()


def test_relations_tell_right_of_from_below_and_a_common_edge(tokenizer):
    words = (word("Total", 50, 100), word("12.50", 120, 100), word("kettle", 50, 130))
    page = page_features(Page(number=0, width=595, height=842, words=words), tokenizer)
    offsets, edges = relations(page.boxes, page.height)
    assert len({offsets[0, 1], offsets[0, 2], offsets[1, 0], offsets[0, 0]}) == 4
    assert offsets.max() < OFFSETS
    assert edges.max() < RELATIONS
    assert edges[0, 2] // 3 == 1  # left edges in line
    assert edges[0, 1] // 3 == 0
    assert edges[0, 2] % 3 == 2  # below
    assert edges[0, 1] % 3 == 1  # beside


def test_numpy_gives_what_torch_gives(tokenizer, table):
    torch.manual_seed(0)
    network = Network(Measures(3, 24, width=24, heads=2, layers=2, inner=48)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    page = page_features(invoice(3)[0], tokenizer)
    offsets, edges = relations(page.boxes, page.height)
    batch = {
        "known": known(table, page.pieces),
        "grams": page.grams,
        "shapes": page.shapes,
        "looks": page.looks,
        "offsets": offsets.astype(np.int32),
        "edges": edges.astype(np.int32),
        "real": np.ones(len(page), bool),
    }
    with torch.no_grad():
        found, begun = network({k: torch.from_numpy(v)[None] for k, v in batch.items()})
    tagged = PageTagger(
        {k: v.numpy() for k, v in network.state_dict().items()}, LABELS, 2, table, tokenizer
    ).read(page)
    np.testing.assert_allclose(tagged.shares, found[0].softmax(1).numpy(), atol=1e-5)
    np.testing.assert_allclose(tagged.begins, begun[0].sigmoid().numpy(), atol=1e-5)


def test_it_learns_what_stands_beside_and_below_and_is_kept(tokenizer, table, tmp_path):
    torch.set_num_threads(1)
    steps = []
    pages, apart = labelled(400, tokenizer), labelled(40, tokenizer, 5000)
    torch.manual_seed(0)
    small = Network(Measures(3, 24, width=48, heads=4, layers=2, inner=96))
    recipe = Recipe(epochs=12, words=120, rate=4e-3)
    tagger = train(pages, apart, LABELS, table, tokenizer, recipe, begin=small, tell=steps.append)
    assert steps[-1]["loss"] < steps[0]["loss"] / 2
    found = [tagger.read(each.page) for each in apart]
    right = [(one.shares.argmax(1) == two.labels) for one, two in zip(found, apart, strict=True)]
    asked = np.concatenate([each.labels > 0 for each in apart])
    assert np.concatenate(right)[asked].mean() > 0.9
    begins = np.concatenate([each.begins for each in found])
    assert begins[asked].mean() > begins[~asked].mean() + 0.5
    tagger.save(tmp_path / "model")
    again = PageTagger.load(tmp_path / "model", table, tokenizer)
    assert again.labels == LABELS
    np.testing.assert_allclose(again.read(apart[0].page).shares, found[0].shares, atol=2e-3)


def test_a_long_page_is_read_in_bands_and_every_word_once(tokenizer, table):
    torch.manual_seed(0)
    network = Network(Measures(3, 24, width=24, heads=2, layers=1, inner=48))
    words = tuple(word("kettle", 50 + 100 * (n % 5), 10 + 14 * (n // 5)) for n in range(1800))
    page = Page(number=0, width=595, height=6000, words=words)
    tagger = PageTagger(network.numbers(), LABELS, 2, table, tokenizer)
    (tagged,) = tagger.tag([page])
    np.testing.assert_allclose(tagged.shares.sum(1), 1, atol=1e-5)


def test_an_empty_page_has_no_words(tokenizer, table):
    network = Network(Measures(3, 24, width=24, heads=2, layers=1, inner=48))
    tagger = PageTagger(network.numbers(), LABELS, 2, table, tokenizer)
    (tagged,) = tagger.tag([Page(number=0, width=595, height=842)])
    assert tagged.best == []
    with pytest.raises(ValueError, match="no pages"):
        train([], [], LABELS, table, tokenizer)
