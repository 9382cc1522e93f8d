"""The second opinion on a long history: one linear model an account over the same hashed features.

The narrow classifier shares what it learns between accounts, a flat one does not; their errors
differ, and together they are right more often than either, above all on suppliers never seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from slmapps_invoices.coding.softmax import BUCKETS, LineFeatures

__all__ = ["Flat"]

Floats = NDArray[np.float32]
_FLOOR = 1e-4


@dataclass(frozen=True)
class Flat:
    """Weights ``(len(columns), len(accounts))`` over the columns in use, biases ``(accounts,)``."""

    columns: NDArray[np.int32]
    accounts: NDArray[np.int64]
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, features: LineFeatures, y: NDArray[np.int64], *, passes: int = 4) -> Flat | None:
        """Logistic one-against-the-rest by stochastic gradient; None below two accounts."""
        accounts = np.unique(y)
        if len(accounts) < 3:  # two would be one model, not one an account
            return None
        whole = (features.general + features.identity).tocsr()
        columns = np.unique(whole.indices)
        model = SGDClassifier(
            loss="log_loss", alpha=3e-6, max_iter=passes, tol=None, random_state=0, n_jobs=2
        ).fit(whole[:, columns], y)
        weights = model.coef_.T.astype(np.float32)
        return cls(columns.astype(np.int32), accounts, weights, model.intercept_.astype(np.float32))

    def log_proba(self, features: LineFeatures, n_accounts: int, *, named: bool = True) -> Floats:
        """Log probabilities ``(n, n_accounts)``; ``named=False`` hides who the supplier is."""
        sparse = features.general + features.identity if named else features.general
        place = np.full(BUCKETS, -1, np.int64)
        place[self.columns] = np.arange(len(self.columns))
        rows = csr_matrix(sparse)
        at = place[rows.indices]
        kept = np.where(at >= 0, rows.data, 0).astype(np.float32)
        shape = (rows.shape[0], len(self.columns))
        narrow = csr_matrix((kept, np.maximum(at, 0).astype(np.int32), rows.indptr), shape)
        scores = np.asarray(narrow @ self.weights) + self.bias
        p = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        out = np.full((len(p), n_accounts), _FLOOR, np.float32)
        out[:, self.accounts] += p / (p.sum(axis=1, keepdims=True) + 1e-9)
        return np.asarray(np.log(out), dtype=np.float32)
