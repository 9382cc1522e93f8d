"""One client's desk in memory: predict lines, learn from people, say what changed.

Design choices:

* It is kept for each client and database and shared by the threads of a process; its lock keeps the
  coder to one of them at a time.
* A correction is one transaction: what the person said, and every open line that is predicted
  otherwise because of it. If anything fails nothing is stored and the coder is made anew.
* A prediction is superseded when its value, its status or its confidence (by 2 points) changes; a
  Change is told of what a person would notice: another value or another status.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slmapps.desk import Change
from slmapps.records import Correction, Prediction, Problem, Severity, Status
from slmapps_invoices import buyer_account
from slmapps_invoices.alarms import PastInvoices
from slmapps_invoices.clients import APP, used_values
from slmapps_invoices.line_items import frame_of, item_name, line_number, lines_of, rows_of
from slmapps_invoices.memory import Memory, teach
from slmapps_invoices.reach import marks, neighbourhood, reached

if TYPE_CHECKING:
    import pandas as pd

    from slmapps.workspace import CorrectionRow, PredictionRow, RecordRow, Workspace
    from slmapps_invoices.coder import Coder

__all__ = ["ClientDesk", "Line", "held_back", "open_client", "predictions_of"]

Line = tuple[Mapping[str, Any], Sequence[Problem], int]
"""A line to predict: its record's data, its record's Problems, its number."""

NO_CHART = "the client has no chart of accounts: import one"
NOTICED = 0.02
KEPT_RECORDS = 2000
HISTORY_LINES = 5000
FEW = 150
"""Open predictions that are all predicted anew after each correction."""
SWEEP = 25
"""Corrections after which all are, however many they be."""

_desks: dict[tuple[str, str], ClientDesk] = {}
_opening = threading.Lock()


def open_client(workspace: Workspace, client: str) -> ClientDesk:
    """Give the desk of a client; the same one as before for the same database."""
    with _opening:
        return _desks.setdefault((workspace.url, client), ClientDesk(client))


class ClientDesk:
    """One client's coder, chart, past invoices and records."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.lock = threading.RLock()
        self.past = PastInvoices(APP, client)
        self.chart: pd.DataFrame | None = None
        self._memory = Memory(client)
        self._records: OrderedDict[int, RecordRow] = OrderedDict()
        self._named: dict[str, str] = {}
        self._rate = 0.0
        self._learnt: tuple[str, list[dict[str, Any]]] = ("", [])
        self._accounts: list[tuple[str, str]] = []
        self._judged: dict[int, CorrectionRow] = {}
        self._judged_to = 0
        self._marks: dict[int, list[frozenset[str]]] = {}
        self._unswept = 0
        self._budget = 0.0
        self._revision = -1

    def record(self, workspace: Workspace, record_id: int) -> RecordRow:
        """Give a record, which never changes, from memory where it is there."""
        with self.lock:
            found = self._records.pop(record_id, None) or workspace.record(record_id)
            self._records[record_id] = found
            while len(self._records) > KEPT_RECORDS:
                self._records.popitem(last=False)
            return found

    def catch_up(self, workspace: Workspace) -> Coder | None:
        """Take in whatever any process has learnt since; None where there is no chart."""
        with self.lock:
            coder = self._memory.refresh(workspace)
            if self._revision != self._memory.revision:
                self._revision = self._memory.revision
                self._judge(workspace)
                self._budget = float(workspace.setting(APP, self.client, "budget", 0.02))
                if self.chart is not self._memory.chart:
                    self._chart(self._memory.chart)
            return coder

    def _chart(self, chart: pd.DataFrame) -> None:
        self.chart = chart
        open_ones = chart[~chart["retired"].astype(bool)]
        self._accounts = [
            (account, account if account == name else f"{account} {name}")
            for account, name in zip(open_ones["account"], open_ones["name"], strict=True)
        ]
        self._named = {
            str(name).casefold(): str(account)
            for column in ("name", "account")
            for name, account in zip(open_ones[column], open_ones["account"], strict=True)
        }

    def _judge(self, workspace: Workspace) -> None:
        """Keep the corrections of what the buyer's own references suggested."""
        holding = set(self._memory.learnt)
        self._judged = {key: row for key, row in self._judged.items() if key in holding}
        for row in workspace.corrections(APP, self.client, since=self._judged_to):
            self._judged_to = max(self._judged_to, row.id)
            if row.prediction.model == buyer_account.MODEL:
                self._judged[row.id] = row
        self._rate = buyer_account.rate(self._judged.values())

    def choices(self, workspace: Workspace, field: str) -> list[tuple[str, str]]:
        """List what a person may pick for a field, as (value, label)."""
        self.catch_up(workspace)
        if field != "account":
            names = workspace.setting(APP, self.client, f"{field} names", {})
            return [
                (value, f"{value} {names[value]}" if value in names else value)
                for value in used_values(workspace, self.client, field)
            ]
        return list(self._accounts)

    def learnt_lines(self, workspace: Workspace) -> list[dict[str, Any]]:
        """Give the newest lines of the history, read again only when there are more."""
        digest = workspace.examples_digest(APP, self.client)
        with self.lock:
            if self._learnt[0] != digest:
                history = workspace.examples(APP, self.client).tail(HISTORY_LINES)
                self._learnt = (digest, rows_of(history))
            return self._learnt[1]

    def predict(self, workspace: Workspace, lines: Sequence[Line]) -> list[dict[str, Prediction]]:
        """Predict lines; gives for each a Prediction by field."""
        with self.lock:
            return self._predict(self.catch_up(workspace), lines)

    def _predict(
        self, coder: Coder | None, lines: Sequence[Line], *, evidence: bool = True
    ) -> list[dict[str, Prediction]]:
        if not lines:
            return []
        if coder is None:
            refused = Prediction(
                field="account", value=None, confidence=0, status=Status.REFUSED, reason=NO_CHART
            )
            return [{"account": refused} for _ in lines]
        by_record: dict[int, list[int]] = {}
        for place, (data, _, _) in enumerate(lines):
            by_record.setdefault(id(data), []).append(place)
        said: dict[int, dict[str, Prediction]] = {}
        for places in by_record.values():
            of_record = lines_of(lines[places[0]][0])
            wanted = [lines[place][2] for place in places]
            near = neighbourhood(wanted, len(of_record))
            frame = frame_of([of_record[number] for number in near])
            found = coder.predict_all(frame, evidence=evidence)
            by_number = dict(zip(near, found, strict=True))
            said |= {place: by_number[number] for place, number in zip(places, wanted, strict=True)}
        return [self._settled(*line, said[place]) for place, line in enumerate(lines)]

    def _settled(
        self,
        data: Mapping[str, Any],
        problems: Sequence[Problem],
        number: int,
        said: dict[str, Prediction],
    ) -> dict[str, Prediction]:
        """Put the buyer's own reference first, and hold back what stands on a doubtful record."""
        said = dict(said)
        invoice = data.get("invoice")
        if invoice is not None:
            named = buyer_account.named_account(invoice, number, self._named)
            if named is not None:
                said["account"] = buyer_account.suggested(
                    *named, invoice, said["account"], self._rate, self._budget
                )
        return held_back(said, problems)

    @contextmanager
    def ready(self, workspace: Workspace) -> Iterator[None]:
        """Hold the coder, caught up; if what is done with it fails, it is made anew.

        What takes long, such as learning a history, happens here and not while the database is
        locked. Where several desks are held, take them in the order of their names.
        """
        with self.lock:
            self.catch_up(workspace)
            before = self._memory.revision
            try:
                yield
            except BaseException:
                if self._memory.revision != before:  # it has learnt what was not kept
                    self.forget()
                raise

    def forget(self) -> None:
        """Drop the coder; it is made again from what the workspace keeps."""
        self._memory.forget()
        self._revision = -1
        self._judged, self._judged_to = {}, 0

    def apply(
        self, workspace: Workspace, taught: Sequence[Mapping[str, Any]] | None = None
    ) -> list[Change]:
        """Predict open lines anew and supersede what comes out otherwise.

        All of them; after a correction or two, those that the lines ``taught`` may reach.
        """
        with self.ready(workspace), workspace.transaction(APP, self.client):
            coder = self.catch_up(workspace)
            rows = self._open(workspace, taught)
            differences, added = self._differences(workspace, coder, rows)
            for record_id, predictions in added.items():
                workspace.add_predictions(record_id, predictions)
            made = workspace.supersede_all([(row.id, new) for row, new in differences])
            return [
                _change(row, new, prediction_id)
                for (row, new), prediction_id in zip(differences, made, strict=True)
                if _visible(row.prediction, new)
            ]

    def correct(self, workspace: Workspace, corrections: Sequence[Correction]) -> list[Change]:
        """Store, learn at once, and predict the open lines anew, in one transaction."""
        with self.ready(workspace), workspace.transaction(APP, self.client):
            rows = self._check(workspace, corrections)
            workspace.correct(corrections)
            self._unswept += len(corrections)
            return self.apply(workspace, [self._line(workspace, row) for row in rows])

    def undo(self, workspace: Workspace, correction_id: int, who: str) -> list[Change]:
        """Take a correction back, un-learn it, and predict the open lines anew."""
        with self.ready(workspace), workspace.transaction(APP, self.client):
            workspace.undo(correction_id, who)
            return self.apply(workspace)

    def preview(self, workspace: Workspace, correction: Correction) -> list[Change]:
        """Say what :meth:`correct` would change; a copy of the coder learns, nothing is kept."""
        with self.lock:
            self.catch_up(workspace)
            [row] = self._check(workspace, [correction])
            if self._memory.coder is None:
                return []
            coder = self._memory.copied()
            line = self._line(workspace, row)
            teach(coder, [line], [{correction.field: correction.value}])
            rows = [each for each in self._open(workspace, [line]) if each.id != row.id]
            differences, _ = self._differences(workspace, coder, rows, evidence=False)
            return [
                _change(old, new, old.id)
                for old, new in differences
                if _visible(old.prediction, new)
            ]

    def _line(self, workspace: Workspace, row: PredictionRow) -> dict[str, Any]:
        return lines_of(self.record(workspace, row.record_id).data)[line_number(row.item)]

    def _open(
        self, workspace: Workspace, taught: Sequence[Mapping[str, Any]] | None
    ) -> list[PredictionRow]:
        """Give the open predictions that what was taught may reach; all when a sweep is due."""
        items = workspace.open_items(APP, self.client)
        if taught is None or len(items) <= FEW or self._unswept >= SWEEP:
            self._unswept = 0
            return workspace.predictions(APP, self.client)
        said = [marks(line) for line in taught]
        for record_id in {record_id for _, record_id, _ in items} - self._marks.keys():
            of_record = lines_of(self.record(workspace, record_id).data)
            self._marks[record_id] = [marks(line) for line in of_record]
        near = [
            prediction_id
            for prediction_id, record_id, item in items
            if reached(said, self._marks[record_id][line_number(item)])
        ]
        return list(workspace.newest_of(near).values())

    def _check(
        self, workspace: Workspace, corrections: Sequence[Correction]
    ) -> list[PredictionRow]:
        stand = workspace.newest_of(correction.prediction_id for correction in corrections)
        allowed = {value for value, _ in self.choices(workspace, "account")}
        for correction in corrections:
            row = stand[correction.prediction_id]
            if (row.app, row.client) != (APP, self.client):
                raise ValueError(
                    f"prediction {row.id} is of client {row.client!r}: correct it at its desk"
                )
            if correction.field == "account" and correction.value not in allowed:
                raise ValueError(
                    f"{correction.value!r} is no open account of the chart of {self.client!r}:"
                    " choose one that is, or import the chart again with it"
                )
        return [stand[correction.prediction_id] for correction in corrections]

    def _differences(
        self,
        workspace: Workspace,
        coder: Coder | None,
        rows: Sequence[PredictionRow],
        *,
        evidence: bool = True,
    ) -> tuple[list[tuple[PredictionRow, Prediction]], dict[int, list[tuple[str, Prediction]]]]:
        """Predict rows anew: what comes out otherwise, and what is said for the first time."""
        items = list(dict.fromkeys((row.record_id, row.item) for row in rows))
        lines: list[Line] = []
        for record_id, item in items:
            record = self.record(workspace, record_id)
            lines.append((record.data, record.problems, line_number(item)))
        said = dict(zip(items, self._predict(coder, lines, evidence=evidence), strict=True))
        differences = []
        for row in rows:
            new = said[row.record_id, row.item].pop(row.prediction.field, None)
            if new is not None and _differs(row.prediction, new):
                differences.append((row, new))
        return differences, self._first_time(workspace, said)

    def _first_time(
        self, workspace: Workspace, said: Mapping[tuple[int, str], Mapping[str, Prediction]]
    ) -> dict[int, list[tuple[str, Prediction]]]:
        """Find fields that the client has begun to use after the record was saved."""
        left = {key: fields for key, fields in said.items() if fields}
        known: dict[int, set[tuple[str, str]]] = {}
        added: dict[int, list[tuple[str, Prediction]]] = {}
        for (record_id, item), fields in left.items():
            if record_id not in known:
                rows = workspace.predictions(record_id=record_id, open_only=False)
                known[record_id] = {(row.item, row.prediction.field) for row in rows}
            for field, prediction in fields.items():
                if (item, field) not in known[record_id]:
                    added.setdefault(record_id, []).append((item, prediction))
        return added


def held_back(said: Mapping[str, Prediction], problems: Sequence[Problem]) -> dict[str, Prediction]:
    """Leave to a person what would be accepted but stands on a record with Problems."""
    doubts = [each.code for each in problems if each.severity is not Severity.INFO]
    if not doubts:
        return dict(said)
    reason = f"look at the record first: {', '.join(dict.fromkeys(doubts))}"
    held = {"status": Status.REVIEW, "reason": reason}
    return {
        field: each.model_copy(update=held) if each.status is Status.ACCEPTED else each
        for field, each in said.items()
    }


def predictions_of(said: Sequence[Mapping[str, Prediction]]) -> list[tuple[str, Prediction]]:
    """Name the lines of one record, for saving it with its predictions."""
    return [
        (item_name(number), prediction)
        for number, fields in enumerate(said)
        for prediction in fields.values()
    ]


def _visible(old: Prediction, new: Prediction) -> bool:
    return (old.value, old.status) != (new.value, new.status)


def _differs(old: Prediction, new: Prediction) -> bool:
    return _visible(old, new) or abs(old.confidence - new.confidence) >= NOTICED


def _change(row: PredictionRow, new: Prediction, prediction_id: int) -> Change:
    return Change(
        prediction_id=prediction_id,
        item=row.item,
        field=new.field,
        before=row.prediction.value,
        after=new.value,
        confidence_before=row.prediction.confidence,
        confidence_after=new.confidence,
    )
