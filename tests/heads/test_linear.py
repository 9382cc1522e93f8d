from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from slmapps.backbone.binding import WrongBackbone
from slmapps.heads import LinearClassifier


def clusters(count: int, classes: int = 12, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    centre = np.random.default_rng(99).normal(size=(classes, 32))
    chance = np.random.default_rng(seed)
    place = chance.integers(0, classes, count)
    X = centre[place] + chance.normal(size=(count, 32)) * 0.8
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return X.astype(np.float32), [f"acc-{n}" for n in place]


def test_it_learns_what_can_be_learnt() -> None:
    X, y = clusters(600)
    head = LinearClassifier().fit(X, y)
    new, truth = clusters(400, seed=1)
    assert (head.predict(new) == np.array(truth)).mean() > 0.95
    proba = head.predict_proba(new)
    assert proba.shape == (400, 12)
    assert np.allclose(proba.sum(axis=1), 1, atol=1e-4)
    assert list(head.classes_) == sorted(set(y))


def test_one_correction_is_felt_at_once_and_the_rest_is_kept() -> None:
    X, y = clusters(600)
    head = LinearClassifier().fit(X, y)
    odd = np.zeros((1, 32), np.float32)
    odd[0, 3] = 1
    wanted = next(label for label in head.classes_ if label != head.predict(odd)[0])
    head.partial_fit(odd, [wanted])
    assert head.predict(odd)[0] == wanted
    new, truth = clusters(400, seed=1)
    assert (head.predict(new) == np.array(truth)).mean() > 0.9


def test_a_new_class_may_come_at_any_time() -> None:
    X, y = clusters(300)
    head = LinearClassifier().fit(X, y)
    odd = np.zeros((1, 32), np.float32)
    odd[0, 5] = 1
    head.partial_fit(odd, ["acc-new"])
    assert head.predict(odd)[0] == "acc-new"
    assert head.classes_[-1] == "acc-new"
    assert head.predict_proba(X).shape == (300, 13)


def test_it_starts_from_nothing_with_one_example() -> None:
    head = LinearClassifier()
    with pytest.raises(ValueError, match="nothing has been learnt"):
        head.predict(np.zeros((1, 4), np.float32))
    head.partial_fit(np.ones((1, 4), np.float32), ["a"])
    head.partial_fit(-np.ones((1, 4), np.float32), ["b"])
    assert list(head.predict(np.array([[1, 1, 1, 1], [-1, -1, -1, -1]], np.float32))) == ["a", "b"]


def test_sparse_and_dense_features_learn_the_same() -> None:
    X, y = clusters(200)
    X[np.abs(X) < 0.1] = 0
    dense = LinearClassifier(decay=0).fit(X, y)
    sparse = LinearClassifier(decay=0).fit(scipy.sparse.csr_matrix(X), y)
    assert np.allclose(dense.predict_proba(X), sparse.predict_proba(X), atol=1e-3)


def test_weights_of_examples_count() -> None:
    X = np.ones((2, 3), np.float32)
    head = LinearClassifier().fit(X, ["a", "b"], sample_weight=[0.1, 1.9])
    assert head.predict(X)[0] == "b"


def test_saved_and_loaded_it_answers_and_learns_the_same(tmp_path: Path) -> None:
    X, y = clusters(200)
    head = LinearClassifier(rate=0.7).fit(X, y)
    head.save(tmp_path, "backbone-1")
    again = LinearClassifier.load(tmp_path, "backbone-1")
    assert np.array_equal(again.predict_proba(X), head.predict_proba(X))
    assert again.get_params() == head.get_params()
    for one in (head, again):
        one.partial_fit(X[:1], ["acc-new"])
    assert np.array_equal(again.predict_proba(X), head.predict_proba(X))
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_a_head_for_another_backbone_is_refused(tmp_path: Path) -> None:
    LinearClassifier().fit(*clusters(20)).save(tmp_path, "backbone-1")
    with pytest.raises(WrongBackbone, match="backbone-1"):
        LinearClassifier.load(tmp_path, "backbone-2")


def test_it_can_be_cloned_and_set_like_an_estimator() -> None:
    clone = pytest.importorskip("sklearn.base").clone
    assert clone(LinearClassifier(rate=0.5)).rate == 0.5
    assert LinearClassifier().set_params(epochs=3).epochs == 3
    with pytest.raises(ValueError, match="no parameter"):
        LinearClassifier().set_params(speed=3)


def test_rows_and_classes_must_agree_in_number() -> None:
    with pytest.raises(ValueError, match="give one for each"):
        LinearClassifier().fit(np.ones((2, 3), np.float32), ["a"])
