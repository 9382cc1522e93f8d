from __future__ import annotations

import json
import math

import numpy as np
import pytest

from slmapps.trust import Threshold, budget_threshold, error_report


def history(count: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stated confidences, outcomes, and the true probability of being right."""
    p = chance.beta(6, 0.5, count)
    return p**2, chance.random(count) < p, p


@pytest.mark.parametrize(("budget", "count"), [(0.02, 2000), (0.05, 600), (0.1, 300)])
def test_the_budget_is_kept_in_95_of_100_histories(budget: float, count: int) -> None:
    chance = np.random.default_rng(1)
    stated, _, p = history(200_000, chance)
    kept, coverage = 0, []
    for _ in range(200):
        threshold = budget_threshold(*history(count, chance)[:2], budget)
        taken = stated >= threshold.value
        kept += not taken.any() or float((1 - p[taken]).mean()) <= budget
        coverage.append(taken.mean())
    assert kept >= 190
    assert np.mean(coverage) > 0.25, "a promise kept by accepting nothing is worth nothing"


def test_the_promise_in_the_mean_accepts_more_and_holds_in_the_mean() -> None:
    chance = np.random.default_rng(2)
    stated, _, p = history(200_000, chance)
    errors, coverage, careful = [], [], []
    for _ in range(200):
        given = history(1000, chance)[:2]
        taken = stated >= budget_threshold(*given, 0.05, delta=None).value
        errors.append(float((1 - p[taken]).mean()) if taken.any() else 0.0)
        coverage.append(taken.mean())
        careful.append((stated >= budget_threshold(*given, 0.05).value).mean())
    assert np.mean(errors) <= 0.05 * 1.05
    assert np.mean(coverage) > np.mean(careful)


def test_a_perfect_history_is_accepted_whole_once_it_is_long_enough_to_prove_it() -> None:
    stated = np.linspace(0.5, 1, 400)
    threshold = budget_threshold(stated, np.ones(400), 0.02)
    assert threshold.coverage == 1
    assert threshold.value == 0.5
    assert threshold.expected_error == 0
    assert math.isinf(budget_threshold(stated[:100], np.ones(100), 0.02).value)


@pytest.mark.parametrize("delta", [0.05, None])
def test_a_budget_that_cannot_be_kept_accepts_nothing(delta: float | None) -> None:
    chance = np.random.default_rng(3)
    threshold = budget_threshold(chance.random(2000), chance.random(2000) < 0.5, 0.02, delta)
    assert math.isinf(threshold.value)
    assert threshold.coverage == 0
    assert math.isinf(budget_threshold([], [], 0.02, delta).value)


def test_cases_of_one_confidence_are_accepted_or_left_together() -> None:
    stated = np.repeat([0.9, 0.6], [500, 500])
    right = np.ones(1000, bool)
    right[500:750] = False
    threshold = budget_threshold(stated, right, 0.02)
    assert threshold.value == 0.9
    assert threshold.coverage == 0.5


def test_a_threshold_survives_json_even_when_infinite() -> None:
    for made in (
        budget_threshold([], [], 0.02),
        budget_threshold(np.ones(900), np.ones(900), 0.02),
    ):
        assert Threshold.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_expected_and_observed_error_stand_side_by_side() -> None:
    stated = np.array([0.9] * 100 + [0.2] * 50)
    right = np.array([True] * 95 + [False] * 5 + [False] * 50)
    report = error_report(stated, right, 0.5, 0.02)
    assert (report.n, report.accepted) == (150, 100)
    assert np.isclose(report.expected_error, 0.1)
    assert np.isclose(report.observed_error, 0.05)
    assert report.low < 0.05 < report.high
    assert report.kept, "5 of 100 may be chance where 2 of 100 were promised"
    right[:40] = False
    assert not error_report(stated, right, 0.5, 0.02).kept
    empty = error_report(stated, right, math.inf, 0.02)
    assert empty.accepted == 0
    assert empty.kept
    assert math.isnan(empty.observed_error)


def test_nonsense_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match=r"0\.02 is 2 in 100"):
        budget_threshold([0.5], [True], 2)
    with pytest.raises(ValueError, match="or None"):
        budget_threshold([0.5], [True], 0.02, delta=0)


def test_it_agrees_with_the_reference_on_what_can_be_promised() -> None:
    control = pytest.importorskip("mapie.risk_control", reason="pip install MAPIE to compare")
    chance = np.random.default_rng(4)
    stated, right, p = history(3000, chance)

    def predict(X: np.ndarray) -> np.ndarray:
        return np.column_stack([1 - X[:, 0], X[:, 0]])

    made = control.BinaryClassificationController(
        predict, control.precision, target_level=0.95, confidence_level=0.95
    )
    made.calibrate(stated[:, None], right.astype(int))
    ours = budget_threshold(stated, right, 0.05)
    theirs = stated >= min(made.valid_predict_params)
    assert (stated >= ours.value).sum() >= theirs.sum() * 0.9
    assert 1 - p[stated >= ours.value].mean() <= 0.05
