from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pytest

from slmapps.trust import (
    accuracy_by_week,
    deciding_words,
    nearest_cases,
    psi,
    psi_of_shares,
    words_as_evidence,
)


def test_the_stability_index_tells_the_same_from_the_shifted() -> None:
    chance = np.random.default_rng(0)
    before = chance.normal(size=4000)
    assert psi(before, chance.normal(size=4000)) < 0.02
    assert psi(before, chance.normal(1, 1, size=4000)) > 0.25
    assert np.isnan(psi(before, []))
    assert psi(np.ones(100), np.ones(100)) == pytest.approx(0)
    assert psi(np.ones(100), np.zeros(100)) > 1


def test_the_stability_index_of_shares_sees_a_new_kind() -> None:
    assert psi_of_shares(["a", "b"] * 50, ["b", "a"] * 50) == pytest.approx(0)
    assert psi_of_shares(["a", "b"] * 50, ["c"] * 100) > 1


def test_accuracy_is_gathered_by_the_week_it_belongs_to() -> None:
    days = [date(2026, 3, 2), datetime(2026, 3, 8, 23, tzinfo=UTC), date(2026, 3, 9)]
    first, second = accuracy_by_week(days, [True, False, True], [True, False, False])
    assert (first.monday, first.count, first.accuracy, first.coverage) == (
        date(2026, 3, 2),
        2,
        0.5,
        0.5,
    )
    assert first.accepted_error == 0
    assert second.monday == date(2026, 3, 9)
    assert np.isnan(second.accepted_error)


def test_the_word_that_decided_is_named_with_its_place() -> None:
    text = "Fracht nach Linz, fuel surcharge 3.5"
    calls = []

    def score(texts):
        calls.append(len(texts))
        return [0.9 if "fuel" in text else 0.2 for text in texts]

    words = deciding_words(text, score)
    assert words[0].word == "fuel"
    assert text[words[0].start : words[0].end] == "fuel"
    assert words[0].weight == pytest.approx(0.7)
    assert calls == [7], "all in one batch"
    (evidence,) = words_as_evidence(words, document="ab" * 32)
    assert evidence.text == "fuel"
    assert evidence.weight == 1
    assert evidence.span.start == words[0].start
    assert deciding_words("", score) == []


def test_the_nearest_past_cases_come_nearest_first() -> None:
    past = np.eye(4, dtype=np.float32)
    past[3] = [0.8, 0.6, 0, 0]
    found = nearest_cases(np.array([1, 0, 0, 0], np.float32), past, 2)
    assert [(case.row, round(case.similarity, 2)) for case in found] == [(0, 1.0), (3, 0.8)]
    assert nearest_cases(past[0], past[:0]) == []
    assert len(nearest_cases(past[0], past, 9)) == 4


def test_trust_and_heads_load_without_the_heavy_libraries() -> None:
    script = (
        "import sys, slmapps.trust, slmapps.heads;"
        "print([m for m in ('torch', 'sklearn', 'pandas', 'scipy.stats', 'onnxruntime', 'mapie')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
