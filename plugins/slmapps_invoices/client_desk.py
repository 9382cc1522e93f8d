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
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slmapps.desk import Change
from slmapps.records import Correction, Prediction, Problem, Status
from slmapps_invoices import buyer_account, page_desk, page_fields
from slmapps_invoices.alarms import PastInvoices
from slmapps_invoices.chart_names import account_names
from slmapps_invoices.clients import APP, used_values
from slmapps_invoices.line_items import frame_of, is_line, line_number, lines_of, rows_of
from slmapps_invoices.memory import Memory, teach
from slmapps_invoices.open_rows import OpenRows
from slmapps_invoices.page_problems import UNSURE
from slmapps_invoices.pages.seller_memory import SellerMemory
from slmapps_invoices.predicted import change_of, differs, first_time, held_back, is_visible
from slmapps_invoices.reach import neighbourhood

if TYPE_CHECKING:
    import pandas as pd

    from slmapps.workspace import CorrectionRow, PredictionRow, RecordRow, Workspace
    from slmapps_invoices.coder import Coder

__all__ = ["ClientDesk", "Line", "open_client"]

Line = tuple[Mapping[str, Any], Sequence[Problem], int]
"""A line to predict: its record's data, its record's Problems, its number."""

NO_CHART = "the client has no chart of accounts: import one"
KEPT_RECORDS = 2000
HISTORY_LINES = 5000

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
        self._open = OpenRows(client)
        self.budget = 0.0
        self._layouts: SellerMemory | None = None
        self._revision = -1

    def record(self, workspace: Workspace, record_id: int) -> RecordRow:
        """Give a record from memory where it is there; only what a page said ever changes."""
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
                self._layouts = None
                for record_id, row in list(self._records.items()):
                    if page_fields.is_page_read(row.data):  # another process may have revised it
                        self._let_go(record_id)
                self.budget = float(workspace.setting(APP, self.client, "budget", 0.02))
                if self.chart is not self._memory.chart:
                    self.chart = self._memory.chart
                    self._accounts, self._named = account_names(self.chart)
            return coder

    def _let_go(self, record_id: int) -> None:
        self._records.pop(record_id, None)
        self._open.forget(record_id)

    def layouts(self, workspace: Workspace) -> SellerMemory:
        """Give what people put right on the pages of the client's sellers."""
        with self.lock:
            self.catch_up(workspace)
            if self._layouts is None:
                rows = workspace.corrections(APP, self.client)
                self._layouts = SellerMemory.of(row.correction.note for row in rows)
            return self._layouts

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
        waits: dict[int, list[str]] = {}
        for places in by_record.values():
            data, problems, _ = lines[places[0]]
            waits[id(data)] = page_fields.waiting(data, problems, self.budget)
            of_record = lines_of(lines[places[0]][0])
            wanted = [lines[place][2] for place in places]
            near = neighbourhood(wanted, len(of_record))
            frame = frame_of([of_record[number] for number in near])
            found = coder.predict_all(frame, evidence=evidence)
            by_number = dict(zip(near, found, strict=True))
            said |= {place: by_number[number] for place, number in zip(places, wanted, strict=True)}
        return [
            self._settled(*line, said[place], waits[id(line[0])])
            for place, line in enumerate(lines)
        ]

    def _settled(
        self,
        data: Mapping[str, Any],
        problems: Sequence[Problem],
        number: int,
        said: dict[str, Prediction],
        waits: Sequence[str],
    ) -> dict[str, Prediction]:
        """Put the buyer's own reference first, and hold back what stands on a doubtful record."""
        said = dict(said)
        invoice = data.get("invoice")
        if invoice is not None:
            named = buyer_account.named_account(invoice, number, self._named)
            if named is not None:
                said["account"] = buyer_account.suggested(
                    *named, invoice, said["account"], self._rate, self.budget
                )
        fields = [page_fields.title(key) for key in waits if page_fields.concerns(key, number)]
        return held_back(said, [each for each in problems if each.code != UNSURE], fields)

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
        self,
        workspace: Workspace,
        taught: Sequence[Mapping[str, Any]] | None = None,
        touched: Collection[int] = (),
    ) -> list[Change]:
        """Predict open lines anew and supersede what comes out otherwise.

        All of them; after a correction or two, those that the lines ``taught`` may reach, and those
        of the records ``touched``.
        """
        with self.ready(workspace), workspace.transaction(APP, self.client):
            coder = self.catch_up(workspace)
            rows = self._open.reached(workspace, self.record, taught, touched)
            differences, added = self._differences(workspace, coder, rows)
            for record_id, predictions in added.items():
                workspace.add_predictions(record_id, predictions)
            made = workspace.supersede_all([(row.id, new) for row, new in differences])
            return [
                change_of(row, new, prediction_id)
                for (row, new), prediction_id in zip(differences, made, strict=True)
                if is_visible(row.prediction, new)
            ]

    def noted(self, workspace: Workspace, corrections: Sequence[Correction]) -> list[Correction]:
        """Check corrections, and put into those of pages what they say of the seller's next one.

        It takes the tagger, so it comes before the database is locked.
        """
        pairs = self._check(workspace, corrections)
        noted = {row.id: correction for row, correction in pairs}
        for record_id, of_record in page_desk.by_record(pairs).items():
            record = self.record(workspace, record_id)
            done = page_desk.noted(workspace, record, of_record)
            noted |= {row.id: each for (row, _), each in zip(of_record, done, strict=True)}
        return [noted[row.id] for row, _ in pairs]

    def correct(self, workspace: Workspace, corrections: Sequence[Correction]) -> list[Change]:
        """Store, learn at once, and predict the open lines anew, in one transaction."""
        with self.ready(workspace), workspace.transaction(APP, self.client):
            pairs = self._check(workspace, corrections)
            workspace.correct([correction for _, correction in pairs])
            self._open.unswept += len(corrections)
            touched = page_desk.by_record(pairs)
            for record_id, of_record in touched.items():
                record = self.record(workspace, record_id)
                who = of_record[0][1].who
                self._revised(workspace, page_desk.store(workspace, record, of_record, who))
            lines = [self._line(workspace, row) for row, _ in pairs if is_line(row.item)]
            return self.apply(workspace, lines, touched)

    def _revised(self, workspace: Workspace, record: RecordRow) -> None:
        """Take a revised record in; what was learnt of its lines as they were is learnt anew."""
        old = lines_of(self.record(workspace, record.id).data)
        self._let_go(record.id)
        self._records[record.id] = record
        self.past = PastInvoices(APP, self.client)
        if old != lines_of(record.data):
            rows = workspace.predictions(record_id=record.id, open_only=False)
            if any(row.corrected is not None and is_line(row.item) for row in rows):
                self.forget()

    def undo(self, workspace: Workspace, correction_id: int, who: str) -> list[Change]:
        """Take a correction back, un-learn it, and predict the open lines anew."""
        with self.ready(workspace), workspace.transaction(APP, self.client):
            row = workspace.undo(correction_id, who)
            if is_line(row.item):
                return self.apply(workspace)
            record = self.record(workspace, row.record_id)
            key = page_fields.key_of(row.item, row.correction.field)
            self._revised(workspace, page_desk.take_back(workspace, record, key, who))
            return self.apply(workspace, None, [record.id])

    def preview(self, workspace: Workspace, correction: Correction) -> list[Change]:
        """Say what :meth:`correct` would change; a copy of the coder learns, nothing is kept."""
        with self.lock:
            self.catch_up(workspace)
            [(row, correction)] = self._check(workspace, [correction])
            if not is_line(row.item):
                return self._preview_field(workspace, row, correction)
            if self._memory.coder is None:
                return []
            coder = self._memory.copied()
            line = self._line(workspace, row)
            teach(coder, [line], [{correction.field: correction.value}])
            return self._told(
                workspace, coder, row, self._open.reached(workspace, self.record, [line])
            )

    def _preview_field(
        self, workspace: Workspace, row: PredictionRow, correction: Correction
    ) -> list[Change]:
        """Say what changes with a record's field: the record is supposed to be so meanwhile."""
        record = self.record(workspace, row.record_id)
        self._records[record.id] = page_desk.supposing(workspace, record, row, correction)
        try:
            rows = self._open.reached(workspace, self.record, [], [record.id])
            return self._told(workspace, self._memory.coder, row, rows)
        finally:
            self._records[record.id] = record

    def _told(
        self,
        workspace: Workspace,
        coder: Coder | None,
        row: PredictionRow,
        rows: Sequence[PredictionRow],
    ) -> list[Change]:
        others = [each for each in rows if each.id != row.id]
        differences, _ = self._differences(workspace, coder, others, evidence=False)
        return [
            change_of(old, new, old.id)
            for old, new in differences
            if is_visible(old.prediction, new)
        ]

    def _line(self, workspace: Workspace, row: PredictionRow) -> dict[str, Any]:
        return lines_of(self.record(workspace, row.record_id).data)[line_number(row.item)]

    def _check(
        self, workspace: Workspace, corrections: Sequence[Correction]
    ) -> list[tuple[PredictionRow, Correction]]:
        """Give each correction with the newest form of its prediction, brought to what is kept."""
        stand = workspace.newest_of(correction.prediction_id for correction in corrections)
        allowed = {value for value, _ in self.choices(workspace, "account")}
        pairs = []
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
            kept = correction
            if not is_line(row.item):
                record = self.record(workspace, row.record_id)
                kept = page_desk.checked_correction(workspace, record, row, correction)
            pairs.append((row, kept))
        return pairs

    def _differences(
        self,
        workspace: Workspace,
        coder: Coder | None,
        rows: Sequence[PredictionRow],
        *,
        evidence: bool = True,
    ) -> tuple[list[tuple[PredictionRow, Prediction]], dict[int, list[tuple[str, Prediction]]]]:
        """Predict rows anew: what comes out otherwise, and what is said for the first time."""
        items = list(dict.fromkeys((row.record_id, row.item) for row in rows if is_line(row.item)))
        lines: list[Line] = []
        for record_id, item in items:
            record = self.record(workspace, record_id)
            lines.append((record.data, record.problems, line_number(item)))
        said = dict(zip(items, self._predict(coder, lines, evidence=evidence), strict=True))
        differences = []
        for row in rows:
            new = said.get((row.record_id, row.item), {}).pop(row.prediction.field, None)
            if new is not None and differs(row.prediction, new):
                differences.append((row, new))
        for record_id in dict.fromkeys(row.record_id for row in rows if not is_line(row.item)):
            fields = [row for row in rows if row.record_id == record_id and not is_line(row.item)]
            record = self.record(workspace, record_id)
            differences += page_desk.field_differences(record, fields, self.budget)
        return differences, first_time(workspace, said)
