"""The protocol of the coding figures: what is training, what is test, and the baselines.

Temporal split: a client's lines in order of date; the test begins at ``test_from`` of
``splits.csv``; training is the last 60,000 lines before it, the test the first 20,000 from it on.
Baselines: last account of the supplier, the supplier's most frequent account, and ``linear``
(TF-IDF of words and character 3-5-grams with a logistic SGD, alpha 3e-6, 8 passes, seed 0).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier

CLIENTS = (
    "harrogate",
    "birmingham",
    "darlington",
    "manchester",
    "gla",
    "leeds",
    "calderdale_cards",
    "cabinetoffice",
    "gpa",
)
TRAIN_LINES = 60_000
TEST_LINES = 20_000
INPUTS = ("date", "supplier", "text", "amount", "currency", "invoice_id", "department", "line_id")


@dataclass(frozen=True)
class Split:
    """One client's training and test lines and its chart."""

    client: str
    train: pd.DataFrame
    test: pd.DataFrame
    chart: pd.DataFrame

    @property
    def unseen(self) -> NDArray[np.bool_]:
        """Test lines whose supplier is not in the training part, shape ``(n_test,)``."""
        known = set(self.train["supplier"].str.lower())
        return ~self.test["supplier"].str.lower().isin(known).to_numpy()


def read_client(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All lines of a client in order of date, and its chart."""
    parts = [
        pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for name in ("lines_older.csv.gz", "lines.csv.gz")
        if (folder / name).exists()
    ]
    lines = pd.concat(parts, ignore_index=True)
    lines = lines.sort_values(["date", "line_id"], kind="stable", ignore_index=True)
    chart = pd.read_csv(folder / "chart.csv", dtype=str, keep_default_na=False)
    return lines, chart


def temporal_split(data: Path, client: str) -> Split:
    """The split of the protocol for one client; ``data`` is the folder that holds ``coding/``."""
    lines, chart = read_client(data / "coding" / client)
    splits = pd.read_csv(data / "coding" / "splits.csv", dtype=str)
    start = splits.set_index(splits.columns[0]).loc[client, "test_from"]
    before = lines[lines["date"] < start]
    after = lines[lines["date"] >= start]
    return Split(client, before.tail(TRAIN_LINES), after.head(TEST_LINES), chart)


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """Only what is known before coding: no account, tax code or cost centre."""
    return frame[[name for name in INPUTS if name in frame.columns]]


def _words(frame: pd.DataFrame) -> list[str]:
    amount = pd.to_numeric(frame["amount"], errors="coerce").fillna(0.0)
    size = np.floor(np.log2(amount.abs() + 1)).astype(int)
    rows = zip(frame["supplier"], frame["text"], frame["department"], size, amount < 0, strict=True)
    return [
        " ".join(
            [f"s_{word}" for word in supplier.lower().split()]
            + [f"S_{supplier.lower().replace(' ', '_')}"]
            + [f"t_{word}" for word in text.lower().split()]
            + [f"d_{department.lower().replace(' ', '_')}", f"a_{'-' if credit else ''}{log2}"]
        )
        for supplier, text, department, log2, credit in rows
    ]


@dataclass
class Linear:
    """The "linear" baseline of the protocol."""

    def fit(self, frame: pd.DataFrame, y: NDArray[np.str_]) -> Linear:
        """Fit on lines and their accounts."""
        self.words = TfidfVectorizer(token_pattern=r"\S+", lowercase=False, sublinear_tf=True)
        self.chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=40_000)
        chars = frame["supplier"] + " " + frame["text"]
        x = hstack([self.words.fit_transform(_words(frame)), self.chars.fit_transform(chars)])
        self.model = SGDClassifier(
            loss="log_loss", alpha=3e-6, max_iter=8, tol=None, random_state=0
        ).fit(csr_matrix(x), y)
        return self

    def predict_proba(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Probabilities of shape ``(n, n_classes)`` in the order of ``model.classes_``."""
        chars = frame["supplier"] + " " + frame["text"]
        x = hstack([self.words.transform(_words(frame)), self.chars.transform(chars)])
        return np.asarray(self.model.predict_proba(csr_matrix(x)))


def coverage_at(confidence: NDArray[np.float64], correct: NDArray[np.bool_], level: float) -> float:
    """Largest share of lines, in order of confidence, right in ``level`` of the cases (oracle)."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(running >= level)
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0


def supplier_counts(
    train: pd.DataFrame,
) -> tuple[dict[str, Counter[str]], Counter[str], dict[str, str]]:
    """Accounts by supplier, accounts overall, and the last account of each supplier."""
    by: dict[str, Counter[str]] = defaultdict(Counter)
    last: dict[str, str] = {}
    for supplier, account in zip(train["supplier"], train["account"], strict=True):
        by[supplier][account] += 1
        last[supplier] = account
    return by, Counter(train["account"]), last
