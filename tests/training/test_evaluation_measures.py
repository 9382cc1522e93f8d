"""What needs no model: repetition, overlap with the training text, the n-gram and the packer."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest

from slmapps.training.evaluation import overlap
from slmapps.training.evaluation.ngram import NGram, packed_behind, packed_bits
from slmapps.training.evaluation.overlap import longest_overlaps
from slmapps.training.evaluation.samples import likeness, openings, words_of


def test_a_word_and_a_mark_count_alike_and_capitals_do_not():
    assert words_of("Don't! The ROAD, the road.") == [
        *("don't", "!", "the", "road", ",", "the", "road", "."),
    ]


def test_repetition_is_counted_within_a_text_and_richness_over_all():
    figure = likeness(["a b c d a b c d", "a b c d e"])
    assert figure.words == 13
    assert figure.repeated_4grams == pytest.approx(1 / 7)  # `a b c d` again, of 5 + 2
    assert figure.distinct_2 == pytest.approx(5 / 11)  # ab bc cd da de, of 7 + 4
    assert likeness(["a b c d e f"]).repeated_4grams == 0


def test_richness_is_compared_at_the_same_number_of_words():
    chance = random.Random(1)
    texts = [" ".join(chance.choice("abcdefgh") for _ in range(n)) for n in (5, 40, 60)]
    cut = likeness(texts, 50)
    assert 48 <= cut.words <= 50
    assert cut.distinct_2 > likeness(texts).distinct_2


class Letters:
    """A tokenizer that cuts text into characters."""

    def encode(self, text):
        return [ord(each) for each in text]

    def decode(self, pieces):
        return "".join(map(chr, pieces))


def test_an_opening_is_followed_by_what_its_author_wrote():
    document = "".join(chr(97 + n % 26) for n in range(200))
    found = openings(Letters(), ["too short", document], 2, 50)
    assert [each.prompt + each.followed for each in found] == [document[:82], document[82:164]]
    with pytest.raises(ValueError, match="longer texts"):
        openings(Letters(), ["too short"], 2, 50)


def brute(sample, documents):
    best = 0
    for start in range(len(sample)):
        while any(sample[start : start + best + 1] in each for each in documents) and (
            start + best < len(sample)
        ):
            best += 1
    return best


@pytest.mark.parametrize("chunk", [64, 1 << 22])
def test_the_longest_overlap_is_exact_across_any_cut_of_the_training_text(monkeypatch, chunk):
    monkeypatch.setattr(overlap, "_CHUNK", chunk)
    chance = random.Random(2)
    documents = ["".join(chance.choice("ab ") for _ in range(n)) for n in (10, 300, 150)]
    samples = [
        documents[1][40:100],  # all of it
        "xx" + documents[1][200:235] + "y",  # in the middle
        documents[2][-30:] + documents[1][:25],  # not across two documents
        "nothing of the kind stands anywhere",
        "",
    ]
    found = longest_overlaps(samples, [documents[:2], documents[2:]])
    exact = [brute(each, documents) for each in samples]
    assert found == [length if length >= 20 else 0 for length in exact]
    assert found[:3] == [60, 35, 30]
    assert found[3:] == [0, 0]


def test_characters_beyond_ascii_count_once():
    text = "žluťoučký kůň — pěl 😀 ďábelské ódy"
    assert longest_overlaps([f"!{text}!"], [[f"?{text}?"]]) == [len(text)]


def chance_of_all(model, context, vocabulary):
    before = model.bits([context])[0] if context else 0.0
    return sum(2 ** -(model.bits([[*context, piece]])[0] - before) for piece in range(vocabulary))


@pytest.mark.parametrize("context", [[], [3], [0, 1], [5, 5, 5], [1, 2, 3, 4, 5]])
def test_the_chances_of_all_next_pieces_add_up_to_one(context):
    chance = np.random.default_rng(0)
    documents = [chance.integers(0, 7, chance.integers(1, 30)).tolist() for _ in range(60)]
    model = NGram(4, 7).fit(documents)
    assert chance_of_all(model, context, 7) == pytest.approx(1, abs=1e-6)


def test_a_bigram_is_kneser_ney_as_it_is_written_in_the_paper():
    documents = [[0, 1, 0, 2, 0, 1], [2, 0, 1, 1, 0, 3], [3, 1, 0, 2, 2, 0, 1]]
    mark, size = 4, 4
    pairs = Counter(pair for each in documents for pair in zip([mark, *each], each, strict=False))
    spread = Counter(second for _, second in pairs)

    def discounts(counts):
        n = [0] + [max(1, sum(c == k for c in counts.values())) for k in (1, 2, 3, 4)]
        y = n[1] / (n[1] + 2 * n[2])
        raw = [k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)]
        return [0.0] + [min(max(d, 0.1), k) for k, d in enumerate(raw, 1)]

    def single(piece):
        d = discounts(spread)
        total = sum(spread.values())
        left = sum(min(d[min(c, 3)], c) for c in spread.values()) / total
        return max(spread[piece] - d[min(spread[piece], 3)], 0) / total + left / size

    def double(first, piece):
        d = discounts(pairs)
        row = {b: c for (a, b), c in pairs.items() if a == first}
        total, own = sum(row.values()), row.get(piece, 0)
        left = sum(min(d[min(c, 3)], c) for c in row.values()) / total
        return max(own - d[min(own, 3)], 0) / total + left * single(piece)

    wanted = -math.log2(double(mark, 0) * double(0, 3) * double(3, 1))
    assert NGram(2, size).fit(documents).bits([[0, 3, 1]])[0] == pytest.approx(wanted, rel=1e-5)


def test_text_that_was_counted_is_cheaper_than_text_that_was_not():
    chance = np.random.default_rng(1)
    known = chance.integers(0, 50, 400).tolist()
    strange = chance.integers(0, 50, 400).tolist()
    model = NGram(5, 50).fit([known])
    seen, unseen = model.bits([known, strange])
    assert seen < 0.8 * unseen
    assert model.bits([[], [1]]).argmin() == 0


def test_an_n_gram_that_counted_nothing_says_so():
    with pytest.raises(ValueError, match="call fit"):
        NGram(3, 5).bits([[1]])
    with pytest.raises(ValueError, match="no text"):
        NGram(3, 5).fit([[]])


def test_text_behind_itself_packs_into_almost_nothing():
    chance = random.Random(3)
    text = " ".join(f"{chance.random():.12f}" for _ in range(300))
    assert packed_behind(text, [text]) < 0.05 * packed_bits([text])
