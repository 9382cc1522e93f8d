"""Near doubles go; what only shares phrases, a form or a part stays."""

from __future__ import annotations

import random

import numpy as np

from slmapps.training.duplicates import Seen

SYLLABLES = ["ba", "ko", "ri", "ten", "mul", "sa", "vor", "li", "den", "ga", "pesh", "tu"]


def words(chance, count):
    return ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)]


def shingles(text):
    parts = text.split()
    return {tuple(parts[n : n + 5]) for n in range(len(parts) - 4)}


def with_part(chance, share, count=400):
    """Two texts of which the same ``share`` of words stands in one run in both."""
    common = words(chance, int(count * share))
    rest = count - len(common)
    return tuple(" ".join(common + words(chance, rest)) for _ in range(2))


def test_every_hash_orders_the_shingles_anew():
    seen = Seen()
    chance = random.Random(5)
    agreed = []
    for _ in range(60):
        one, two = with_part(chance, 0.5)
        alike = len(shingles(one) & shingles(two)) / len(shingles(one) | shingles(two))
        share = (seen._signature(one.split()) == seen._signature(two.split())).mean()
        agreed.append(share - alike)
    assert abs(np.mean(agreed)) < 0.03  # an estimate of the likeness, without bias
    assert np.std(agreed) < 0.12  # of many hashes; that of a single one spreads by 0.47


def test_near_doubles_are_found():
    chance = random.Random(6)
    seen = Seen()
    missed = 0
    for _ in range(100):
        text = words(chance, 300)
        assert not seen.near(" ".join(text))
        text[chance.randrange(300)] = "altered"
        missed += not seen.near(", ".join(text).upper())  # punctuation and case do not count
    assert missed <= 1


def test_texts_that_share_a_third_or_half_of_their_words_stay():
    chance = random.Random(7)
    seen = Seen()
    gone = 0
    for number in range(200):
        one, two = with_part(chance, 0.33 if number % 2 else 0.5)
        gone += seen.near(one) + seen.near(two)
    assert gone == 0


def test_short_lines_are_only_compared_whole():
    seen = Seen()
    line = "The ferry to the island left an hour before dawn"
    assert not seen.near(line)
    assert not seen.near(line)
    assert not seen.exact(line)
    assert seen.exact(line.replace(" ", "  \n"))


def test_what_is_near_is_the_same_in_every_run():
    chance = random.Random(8)
    texts = [" ".join(words(chance, 50)) for _ in range(1500)]  # past the first growth of the table
    texts += texts[:40]
    first, second = Seen(), Seen()
    answers = [first.near(text) for text in texts]
    assert answers == [second.near(text) for text in texts]
    assert answers == [False] * 1500 + [True] * 40
