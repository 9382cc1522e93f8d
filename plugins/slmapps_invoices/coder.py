"""The coder: lines in, accounts of the client's own chart out, with what speaks for them.

``Coder`` works from the first line, with nothing but the chart's names, learns each reviewed line
at once, and states how far it may be trusted: its confidences are calibrated and its threshold
set on this client's own reviewed history, on lines it had not learnt when it was asked.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from slmapps.records import Alternative, Prediction, Status
from slmapps_invoices.coding import evidence, keeping
from slmapps_invoices.coding.lines import Lines, read_lines_frame
from slmapps_invoices.coding.model import FieldModel
from slmapps_invoices.coding.promise import Promise
from slmapps_invoices.coding.ranker import Ranker

if TYPE_CHECKING:
    from slmapps.backbone import Reader
    from slmapps.records import Evidence

__all__ = ["Coder"]

MODEL = "slmapps_invoices.coder"
VERSION = "1"
MODEL_FOLDER = Path(__file__).parent / "model"
TOP = 3
STALE = 365
"""Days after the newest reviewed line from which nothing is accepted: habits have moved on."""
OLD = "the newest reviewed line is over a year older: review some lines first"

_RETIRED = re.compile(
    r"do not use|not in use|no longer used|not used|obsolete|retired|closed|deactivated|inactive"
    r"|nicht (mehr )?verwenden|gesperrt|ne pas utiliser|non usare|^zz+[_ -]",
    re.IGNORECASE,
)


class Coder:
    """Codes the lines of one client to its chart.

    Args:
        chart: columns ``account`` and ``name``; ``group`` and ``retired`` where there are such.
            A name that says "do not use" or the like counts as retired.
        reader: the encoder; the shared backbone by default, loaded when first needed.
        budget: the share of accepted predictions that may be wrong.
        ranker: another than the one shipped, as for measuring on a client that it has not seen.

    Raises:
        ValueError: no account in the chart, an account twice, or a budget that is no share.
    """

    def __init__(
        self,
        chart: pd.DataFrame,
        *,
        reader: Reader | None = None,
        budget: float = 0.02,
        ranker: Ranker | None = None,
    ) -> None:
        self.chart = _checked(chart)
        self._reader = reader
        self.set_budget(budget)
        self._ranker = ranker
        self.models: dict[str, FieldModel] = {}
        self.promises: dict[str, Promise] = {}
        self.values: dict[str, list[str]] = {"account": self.chart["account"].tolist()}
        self.allowed = ~self.chart["retired"].to_numpy(dtype=bool)
        self._index = {account: i for i, account in enumerate(self.values["account"])}

    # learning -------------------------------------------------------------------------------
    def learn(
        self,
        lines: pd.DataFrame,
        accounts: Sequence[str],
        *,
        tax_codes: Sequence[str] | None = None,
        cost_centres: Sequence[str] | None = None,
    ) -> Coder:
        """Learn reviewed lines in their order; returns the coder itself.

        Lines whose account is not in the chart say nothing and are passed over. From 100 lines at
        once, the newer are first predicted from the older, and that sets the calibration and the
        threshold; single lines add to it as they come.
        """
        read = read_lines_frame(lines)
        given = {"account": accounts, "tax_code": tax_codes, "cost_centre": cost_centres}
        for field, labels in given.items():
            if isinstance(labels, str):
                raise TypeError(f"give a list of labels for the {field}, one a line, not one text")
            if labels is not None and len(labels) != len(read):
                raise ValueError(
                    f"{len(read)} lines but {len(labels)} labels for the {field}: give one for each"
                )
        for field, labels in given.items():
            if labels is not None:
                self._learn_field(field, read, [_label(label) for label in labels])
        return self

    def _learn_field(self, field: str, lines: Lines, labels: Sequence[str]) -> None:
        known = self._index if field == "account" else self._grow(field, labels)
        y = np.array([known.get(label, -1) for label in labels], dtype=np.int64)
        keep = y >= 0
        if not keep.any():
            return
        lines, y = (lines, y) if keep.all() else (lines.take(np.flatnonzero(keep)), y[keep])
        promise = self.promises.setdefault(field, Promise())
        if len(y) >= Promise.ENOUGH:
            self._rehearse(field, lines, y, promise)
        elif field in self.models and self.models[field].memory.seen:
            promise.add(*_checked_against(*self.model(field).judged(lines, self._may(field)), y))
        self.model(field).learn(lines, y)

    def _rehearse(self, field: str, lines: Lines, y: NDArray[np.int64], promise: Promise) -> None:
        """Predict the newer part of a history from the older: calibration that was not learnt.

        A short history is gone through in blocks, each predicted from all before it, since a
        fifth of it would say too little.
        """
        old = self.model(field)
        n = len(y)
        cuts = [n - min(n // 5, 8000), n] if n >= 3000 else [n * k // 5 for k in (2, 3, 4, 5)]
        allowed = self._may(field)
        trial = old.fork() if old.memory.seen else old.fresh()
        trial.learn(lines.take(slice(0, cuts[0])), y[: cuts[0]])
        for start, stop in pairwise(cuts):
            block = lines.take(slice(start, stop))
            promise.add(*_checked_against(*trial.judged(block, allowed), y[start:stop]))
            if stop < n:
                trial.learn(block, y[start:stop])

    def _grow(self, field: str, labels: Sequence[str]) -> dict[str, int]:
        values = self.values.setdefault(field, [])
        known = {value: i for i, value in enumerate(values)}
        new = [label for label in dict.fromkeys(labels) if label and label not in known]
        for label in new:
            known[label] = len(values)
            values.append(label)
        if new and field in self.models:
            self.models[field].widen(new)
        return known

    def model(self, field: str) -> FieldModel:
        """The model of one field, made at first use."""
        if field not in self.models:
            if field == "account":
                names, groups = self.chart["name"].tolist(), self.chart["group"].tolist()
            else:
                names, groups = list(self.values[field]), [""] * len(self.values[field])
            self.models[field] = FieldModel(
                names, groups, self._encode, ranker=self._ranker or _shipped()
            )
        return self.models[field]

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self.reader.encode(texts), dtype=np.float32)

    @property
    def reader(self) -> Reader:
        """The encoder, loaded at first use."""
        if self._reader is None:
            from slmapps.backbone import load_reader

            self._reader = load_reader()
        return self._reader

    # predicting -----------------------------------------------------------------------------
    def predict(self, lines: pd.DataFrame) -> list[Prediction]:
        """The account of each line, as a list of Predictions in the order of the lines."""
        return self._predict_field("account", read_lines_frame(lines))

    def predict_all(
        self, lines: pd.DataFrame, *, evidence: bool = True
    ) -> list[dict[str, Prediction]]:
        """Every field that the client uses: account, and tax code and cost centre if taught.

        Without ``evidence`` it takes half the time: for trying out what would change.
        """
        read = read_lines_frame(lines)
        fields = ["account", *(f for f in ("tax_code", "cost_centre") if f in self.models)]
        columns = {field: self._predict_field(field, read, evidence) for field in fields}
        return [{field: columns[field][i] for field in fields} for i in range(len(read))]

    def explain(self, lines: pd.DataFrame) -> list[tuple[Evidence, ...]]:
        """The evidence for each line's account."""
        return [prediction.evidence for prediction in self.predict(lines)]

    def _may(self, field: str) -> NDArray[np.bool_] | None:
        return self.allowed if field == "account" else None

    def _predict_field(
        self, field: str, lines: Lines, with_evidence: bool = True
    ) -> list[Prediction]:
        if not len(lines):
            return []
        model, values = self.model(field), self.values[field]
        if field == "account" and not self.allowed.any():
            return [self._refused(field, "every account of the chart is retired")] * len(lines)
        log_p, signals = model.judged(lines, self._may(field))
        promise = self.promises.get(field, Promise())
        order = np.argsort(-log_p, axis=1)[:, :TOP]
        raw = np.exp(np.take_along_axis(log_p, order, axis=1)).astype(np.float64)
        sure = promise.confidence(raw[:, 0], signals)
        confidence = promise.calibrated(sure)
        threshold = promise.threshold(self.budget)
        out = []
        for row in range(len(lines)):
            if not lines.supplier[row] and not lines.text[row]:
                why = "the line names neither a supplier nor what was bought: code it by hand"
                out.append(self._refused(field, why))
                continue
            best = int(order[row, 0])
            stated = float(confidence[row])
            rest = raw[row, 1:] * (1 - stated) / max(1 - raw[row, 0], 1e-9)
            alternatives = tuple(
                Alternative(value=values[int(i)], confidence=float(min(p, 1.0)))
                for i, p in zip(order[row, 1:], rest, strict=True)
                if field != "account" or self.allowed[i]
            )
            stale = (
                bool(model.memory.last_day) and int(lines.date[row]) > model.memory.last_day + STALE
            )
            accepted = sure[row] >= threshold and not stale
            out.append(
                Prediction(
                    field=field,
                    value=values[best],
                    confidence=min(max(stated, 0.0), 1.0),
                    alternatives=alternatives,
                    evidence=evidence.of(model, lines, row, best) if with_evidence else (),
                    status=Status.ACCEPTED if accepted else Status.REVIEW,
                    reason="" if accepted else OLD if stale else promise.why(self.budget),
                    model=MODEL,
                    version=VERSION,
                    fingerprint=self.reader.fingerprint,
                )
            )
        return out

    def _refused(self, field: str, why: str) -> Prediction:
        return Prediction(
            field=field, value=None, confidence=0.0, status=Status.REFUSED, reason=why,
            model=MODEL, version=VERSION,
        )  # fmt: skip

    # trust ----------------------------------------------------------------------------------
    def set_budget(self, budget: float) -> None:
        """Take another error budget; what is accepted changes with the next prediction."""
        if not 0 < budget < 1:
            raise ValueError(f"a budget is a share between 0 and 1, not {budget}: 0.02 is 2 in 100")
        self.budget = budget

    def report(self) -> dict[str, Any]:
        """Calibration, threshold, coverage, and expected beside observed error of the account."""
        promise = self.promises.get("account", Promise())
        return {"learnt": self._seen(), **promise.report(self.budget)}

    def _seen(self) -> int:
        return self.models["account"].memory.seen if "account" in self.models else 0

    # keeping --------------------------------------------------------------------------------
    def save(self, folder: str | Path) -> None:
        """Write the coder to ``folder`` as safetensors and JSON."""
        keeping.save(self, Path(folder))

    @classmethod
    def load(cls, folder: str | Path, *, reader: Reader | None = None) -> Coder:
        """Read what :meth:`save` wrote.

        Raises:
            FileNotFoundError: no coder is there.
            ValueError: the folder is damaged, or was written for another backbone or version.
        """
        return keeping.load(cls, Path(folder), reader)

    def __deepcopy__(self, memo: dict[int, Any]) -> Coder:
        """Copy what learning changes; what past lines taught is shared until it changes."""
        other = copy.copy(self)
        other.models = {field: model.fork() for field, model in self.models.items()}
        other.promises = copy.deepcopy(self.promises, memo)
        other.values = {field: list(values) for field, values in self.values.items()}
        return other


def _checked_against(
    log_p: NDArray[np.float32], signals: NDArray[np.float32], y: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float32]]:
    """Stated confidence, whether it was right, and the signals, of predictions ``(n, C)``."""
    best = log_p.argmax(axis=1)
    stated = np.exp(log_p[np.arange(len(y)), best]).astype(np.float64)
    return np.minimum(stated, 1.0), best == y, signals


def _label(value: Any) -> str:
    """A label as text. A column of whole numbers with a gap in it is one of floats to pandas."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    return str(value).strip()


def _checked(chart: pd.DataFrame) -> pd.DataFrame:
    if "account" not in chart.columns or not len(chart):
        raise ValueError("the chart needs a column 'account' and at least one row")
    # A heading has no account, and nothing can be booked to it.
    chart = chart[[bool(_label(cell)) for cell in chart["account"]]].reset_index(drop=True)
    account = pd.Series([_label(cell) for cell in chart["account"]], dtype=object)
    if account.empty:
        raise ValueError("the chart needs a column 'account' and at least one row")
    if account.duplicated().any():
        twice = account[account.duplicated()].iloc[0]
        raise ValueError(f"account {twice!r} stands twice in the chart: keep one of the rows")
    out = pd.DataFrame({"account": account})
    for column, default in (("name", account), ("group", "")):
        out[column] = chart[column].map(_label) if column in chart.columns else default
    out["name"] = out["name"].where(out["name"] != "", out["account"])
    marked = out["name"].map(lambda name: bool(_RETIRED.search(name)))
    if "retired" in chart.columns:
        said = chart["retired"].map(
            lambda v: str(v).strip().lower() in {"1", "1.0", "true", "yes", "y", "x"}
        )
        marked = marked | said
    out["retired"] = marked
    return out.reset_index(drop=True)


@lru_cache(maxsize=1)
def _shipped() -> Ranker | None:
    return Ranker.load(MODEL_FOLDER) if (MODEL_FOLDER / "ranker.json").exists() else None
