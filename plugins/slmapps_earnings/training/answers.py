"""Training the head that judges answers, on SubjECTive-QA (CC BY 4.0, Pardawala et al. 2024)."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps_earnings.answering import Answering, Row, terms
from slmapps_earnings.records import DIMENSIONS

__all__ = ["Judged", "fitted", "judged"]

Floats = npt.NDArray[np.float32]
_LIFT = 0.3  # the power of a level's frequency that its probability is divided by
_RARE = 3  # documents that a term must be in
_COSTS = {"words": 5.0, "vectors": 0.02, "facts": 0.3}  # logistic regression's C
_SPREAD = 18.0  # vectors have length 1; their numbers are small beside the facts


@dataclass(frozen=True)
class Judged:
    """An answered question with its six levels, and the firm and call it is from."""

    question: str
    answer: str
    levels: tuple[int, ...]
    firm: str
    call: str


def judged(folder: Path) -> list[Judged]:
    """The rows of the train split."""
    path = folder / "subjectiveqa_train_5768.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Judged(
            row["question"],
            row["answer"],
            tuple(row["labels"][name] for name in DIMENSIONS),
            row["ticker"],
            f"{row['ticker']} {row['year']} {row['quarter']}",
        )
        for row in rows
    ]


def fitted(
    rows: Sequence[Row],
    answers: Sequence[str],
    levels: npt.NDArray[np.int64],
    card: Mapping[str, Any] | None = None,
) -> Answering:
    """The three models fitted to ``levels`` (n, 6).

    Args:
        rows: what :func:`slmapps_earnings.answering.features` gives for each answer.
        answers: their texts.
        levels: 0, 1 or 2 in each dimension.
        card: how, for the model card.
    """
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    counts = [Counter(terms(answer)) for answer in answers]
    often = Counter(term for counted in counts for term in counted)
    vocabulary = sorted(term for term, number in often.items() if number >= _RARE)
    places = {term: n for n, term in enumerate(vocabulary)}
    rarity = np.array(
        [np.log((1 + len(answers)) / (1 + often[term])) + 1 for term in vocabulary], np.float32
    )
    cells: list[tuple[int, int, float]] = []
    for number, counted in enumerate(counts):
        row = [
            (places[t], (1 + np.log(c)) * rarity[places[t]])
            for t, c in counted.items()
            if t in places
        ]
        length = np.sqrt(sum(value * value for _, value in row)) or 1.0
        cells += [(number, place, value / length) for place, value in row]
    at_row, at_column, values = zip(*cells, strict=True)
    words = sparse.csr_matrix(
        (values, (at_row, at_column)), shape=(len(answers), len(vocabulary)), dtype=np.float64
    )
    facts = np.stack([row.facts for row in rows])
    centre, spread = facts.mean(axis=0), facts.std(axis=0) + 1e-6
    plain = np.clip((facts - centre) / spread, -5, 5)
    vectors = np.stack([row.vectors for row in rows])
    inputs = {
        "words": words,
        "vectors": np.hstack([vectors * _SPREAD, plain]),
        "facts": plain,
    }
    weights: dict[str, Floats] = {}
    biases: dict[str, Floats] = {}
    for name, given in inputs.items():
        weight = np.zeros((given.shape[1], 18), np.float32)
        bias = np.full(18, -30.0, np.float32)
        for dimension in range(6):
            model = LogisticRegression(C=_COSTS[name], max_iter=500)
            model.fit(given, levels[:, dimension])
            coefficients, intercepts = model.coef_, model.intercept_
            if len(model.classes_) == 2:  # scikit-learn gives one row for two classes
                coefficients = np.vstack([-coefficients, coefficients]) / 2
                intercepts = np.concatenate([-intercepts, intercepts]) / 2
            for place, level in enumerate(model.classes_):
                weight[:, dimension * 3 + level] = coefficients[place]
                bias[dimension * 3 + level] = intercepts[place]
        if name == "vectors":
            weight[: vectors.shape[1]] *= _SPREAD
        weights[name], biases[name] = weight, bias
    share = np.stack([np.bincount(levels[:, d], minlength=3) / len(levels) for d in range(6)])
    return Answering(
        vocabulary=vocabulary,
        rarity=rarity,
        weights=weights,
        biases=biases,
        centre=centre.astype(np.float32),
        spread=spread.astype(np.float32),
        lift=(1 / np.maximum(share, 1e-3) ** _LIFT).astype(np.float32),
        card=dict(card or {}),
    )
