from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone.binding import WrongBackbone
from slmapps.heads import Matcher

LABELS = ["6100", "6200", "6300", "6400"]
TEXTS = ["office supplies", "travel and hotels", "vehicle fuel", "insurance premium"]


class WordReader:
    """Each word has a direction of its own; a text is the sum of its words, of length 1."""

    dimension = 64

    def __init__(self, fingerprint: str = "words") -> None:
        self.fingerprint = fingerprint

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for place, text in enumerate(texts):
            for word in text.lower().split():
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
                rows[place] += np.random.default_rng(seed).normal(size=self.dimension)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def test_the_labels_own_text_is_enough_to_start() -> None:
    head = Matcher(LABELS, TEXTS, WordReader())
    assert list(head.predict(["hotels in Linz", "fuel for the vehicle"])) == ["6200", "6300"]
    proba = head.predict_proba(["insurance"])
    assert proba.shape == (1, 4)
    assert np.isclose(proba.sum(), 1, atol=1e-5)
    assert list(head.classes_) == LABELS


def test_one_example_is_felt_at_once() -> None:
    head = Matcher(LABELS, TEXTS, WordReader())
    before = head.predict_proba(["Brennwald quarterly"])[0, 3]
    head.partial_fit(["Brennwald quarterly"], ["6400"])
    assert head.predict(["Brennwald monthly"])[0] == "6400"
    assert head.predict_proba(["Brennwald quarterly"])[0, 3] > before
    assert head.predict(["hotels in Linz"])[0] == "6200"


def test_examples_of_one_label_teach_about_a_label_without_any() -> None:
    """That "Kosten" means nothing is learnt from three labels and helps with the fourth."""
    reader = WordReader()
    texts = [f"{name} Reise" for name in ("alpha", "beta", "gamma")] * 5
    labels = ["6100", "6200", "6300"] * 5
    names = ["alpha", "beta", "gamma", "Reise delta"]
    plain = Matcher(LABELS, names, reader)
    taught = Matcher(LABELS, names, reader).fit(texts, labels)
    probe = ["alpha Reise"]
    assert taught.predict_proba(probe)[0, 3] < plain.predict_proba(probe)[0, 3]
    assert taught.predict(probe)[0] == "6100"


def test_one_by_one_gives_the_sums_that_all_at_once_gives() -> None:
    texts = ["paper clips", "two nights", "diesel", "policy", "paper towels"]
    labels = ["6100", "6200", "6300", "6400", "6100"]
    once = Matcher(LABELS, TEXTS, WordReader()).fit(texts, labels)
    steps = Matcher(LABELS, TEXTS, WordReader())
    for text, label in zip(texts, labels, strict=True):
        steps.partial_fit([text], [label])
    steps._sharpness, steps._frequency = once._sharpness, once._frequency
    assert np.allclose(once.predict_proba(TEXTS), steps.predict_proba(TEXTS), atol=1e-4)


def test_a_label_admitted_later_is_scored_with_the_others() -> None:
    head = Matcher(LABELS, TEXTS, WordReader()).fit(["diesel"], ["6300"])
    head.admit(["6500"], ["legal fees"])
    assert head.predict(["legal fees Harlow"])[0] == "6500"
    head.partial_fit(["solicitor"], ["6500"])
    assert head.predict(["solicitor"])[0] == "6500"


def test_saved_and_loaded_it_answers_the_same(tmp_path: Path) -> None:
    head = Matcher(LABELS, TEXTS, WordReader()).fit(["diesel", "policy"], ["6300", "6400"])
    head.save(tmp_path)
    again = Matcher.load(tmp_path, WordReader())
    assert np.array_equal(again.predict_proba(TEXTS), head.predict_proba(TEXTS))
    with pytest.raises(WrongBackbone):
        Matcher.load(tmp_path, WordReader("others"))


def test_an_unknown_label_is_named() -> None:
    head = Matcher(LABELS, TEXTS, WordReader())
    with pytest.raises(ValueError, match=r"\['9999'\]; admit them first"):
        head.partial_fit(["x"], ["9999"])
    with pytest.raises(ValueError, match="each label once"):
        Matcher(["a", "a"], ["x", "y"], WordReader())
