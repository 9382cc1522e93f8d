from __future__ import annotations

import json

import numpy as np
import pytest

from slmapps.trust import (
    Calibrator,
    expected_calibration_error,
    fit_calibrator,
    reliability_curve,
)
from slmapps.trust.reliability import brier, log_loss


def overconfident(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Confidences twice as sure, in logits, as what then happens."""
    chance = np.random.default_rng(seed)
    p = chance.beta(4, 1.2, count)
    stated = 1 / (1 + (1 / np.clip(p, 1e-6, 1 - 1e-6) - 1) ** 2)
    return stated, chance.random(count) < p


@pytest.mark.parametrize("method", ["best", "temperature", "isotonic"])
@pytest.mark.parametrize("count", [150, 3000])
def test_calibration_mends_an_overconfident_model(method: str, count: int) -> None:
    made = fit_calibrator(*overconfident(count), method=method)
    stated, right = overconfident(20_000, seed=1)
    raw = expected_calibration_error(stated, right)
    assert raw > 0.06
    assert expected_calibration_error(made.transform(stated), right) < raw * 0.75
    assert log_loss(made.transform(stated), right) < log_loss(stated, right)
    assert brier(made.transform(stated), right) < brier(stated, right)


def test_isotonic_is_chosen_where_a_temperature_cannot_bend_enough() -> None:
    chance = np.random.default_rng(0)
    stated = chance.random(4000)
    stepped = np.where(stated < 0.5, 0.45, 0.55)
    made = fit_calibrator(stated, chance.random(4000) < stepped)
    assert made.method == "temperature"
    stepped = np.where(stated < 0.3, 0.05, np.where(stated < 0.9, 0.5, 0.99))
    made = fit_calibrator(stated, chance.random(4000) < stepped)
    assert made.method == "isotonic"


@pytest.mark.parametrize("method", ["best", "temperature", "isotonic"])
def test_few_cases_move_little_and_none_nothing(method: str) -> None:
    stated = np.array([0.9, 0.8, 0.95])
    made = fit_calibrator(stated, [True, True, True], method=method)
    moved = made.transform(stated)
    assert np.all(moved < 0.995)
    assert np.abs(moved - stated).max() < 0.15
    assert np.array_equal(fit_calibrator([], [], method=method).transform(stated), stated)


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
@pytest.mark.parametrize("right", [True, False])
def test_a_history_of_one_kind_gives_probabilities_inside_0_and_1(method: str, right: bool) -> None:
    stated = np.linspace(0, 1, 200)
    made = fit_calibrator(stated, np.full(200, right), method=method).transform(stated)
    assert np.isfinite(made).all()
    assert 0 < made.min() <= made.max() < 1


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
def test_the_order_of_confidences_is_kept(method: str) -> None:
    chance = np.random.default_rng(5)
    made = fit_calibrator(chance.random(300), chance.random(300) < 0.5, method=method)
    assert np.all(np.diff(made.transform(np.linspace(0, 1, 500))) >= 0)


def test_a_calibrator_survives_json() -> None:
    for method in ("temperature", "isotonic"):
        made = fit_calibrator(*overconfident(300), method=method)
        again = Calibrator.from_dict(json.loads(json.dumps(made.to_dict())))
        assert again == made


def test_the_reliability_curve_says_how_often_each_bin_was_right() -> None:
    curve = reliability_curve([0.05, 0.95, 0.95, 0.95, 1.0], [0, 1, 1, 0, 1], bins=10)
    assert [(round(b.low, 1), b.count, round(b.accuracy, 3)) for b in curve] == [
        (0.0, 1, 0.0),
        (0.9, 4, 0.75),
    ]
    assert np.isclose(
        expected_calibration_error([0.05, 0.95, 0.95, 0.95, 1.0], [0, 1, 1, 0, 1], bins=10),
        (0.05 + 4 * abs(0.75 - 0.9625)) / 5,
    )


def test_what_is_no_confidence_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.1"):
        fit_calibrator([1.2], [True])
    with pytest.raises(ValueError, match="give one for each"):
        expected_calibration_error([0.1, 0.2], [True])
    assert np.isnan(expected_calibration_error([], []))
