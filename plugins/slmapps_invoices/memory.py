"""What the coder of one client has learnt, and the short way back to it.

Design choices:

* Its state is a function of what the workspace keeps: the chart, the history, and the corrections
  that hold, in their order. So it can always be made again, and undoing is making it without one.
* The coder stays in memory. A correction is learnt at once; that another process has added or
  undone something shows in the client's revision, one tiny query.
* What was learnt from history is saved in the cache under a hash of all it came from, and again
  after many corrections; the next process loads it and learns only the rest.
* A line booked to several accounts says nothing about one account, so it is not learnt from.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache as once
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from slmapps import places
from slmapps_invoices.clients import APP, LABELS, chart_of
from slmapps_invoices.line_items import frame_of, is_line, line_number, lines_of, rows_of

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, Workspace
    from slmapps_invoices.coder import Coder

__all__ = ["SPLITS", "Memory", "measures", "teach"]

SPLITS = "splits"
"""The note of a correction that books a line to several accounts: [[account, share], …]."""

SNAPSHOT_EVERY = 400
"""How many corrections may have to be learnt again when a process starts."""

KEPT_SNAPSHOTS = 3


@once
def _program() -> str:
    """Give a hash of the coder's own code and model: another program learns otherwise."""
    here = Path(__file__).parent
    files = sorted(
        [here / "coder.py", *(here / "coding").rglob("*.py"), *(here / "model").rglob("*")]
    )
    stamp = hashlib.sha256()
    for file in files:
        if file.is_file():
            stamp.update(file.name.encode())
            stamp.update(file.read_bytes() if file.suffix in {".py", ".json"} else b"")
            stamp.update(str(file.stat().st_size).encode())
    return stamp.hexdigest()


class Memory:
    """The coder of one client, kept up to date with the workspace."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.coder: Coder | None = None
        self.revision = -1
        self._base = ""
        self.chart = pd.DataFrame()
        self._stamp = ""
        self.learnt: tuple[int, ...] = ()

    def forget(self) -> None:
        """Drop the coder; it is made again when it is needed."""
        self.coder = None
        self.revision = -1

    def refresh(self, workspace: Workspace) -> Coder | None:
        """Catch up with whatever was learnt, corrected or undone anywhere; None without a chart."""
        revision = workspace.revision(APP, self.client)
        if revision == self.revision:
            return self.coder
        chart = chart_of(workspace, self.client)
        if not chart.equals(self.chart):
            self.chart, self._stamp = chart, chart.to_json()
        base = hashlib.sha256(
            "\n".join(
                [_program(), self._stamp, workspace.examples_digest(APP, self.client)]
            ).encode()
        ).hexdigest()[:32]
        holding = tuple(workspace.live_corrections(APP, self.client))
        if chart.empty:
            self.coder = None
        elif self.coder is None or base != self._base or holding[: len(self.learnt)] != self.learnt:
            self._make(workspace, chart, base, holding)
        elif holding != self.learnt:
            self._learn(workspace, self.coder, holding[len(self.learnt) :])
        self._base, self.learnt, self.revision = base, holding, revision
        self._set_budget(float(workspace.setting(APP, self.client, "budget", 0.02)))
        return self.coder

    def copied(self) -> Coder:
        """Give a coder of its own for trying something out."""
        if self.coder is None:
            raise RuntimeError("there is no coder: import the client's chart first")
        return copy.deepcopy(self.coder)

    def _set_budget(self, budget: float) -> None:
        if self.coder is not None:
            self.coder.set_budget(budget)

    def _make(
        self, workspace: Workspace, chart: pd.DataFrame, base: str, holding: tuple[int, ...]
    ) -> None:
        from slmapps_invoices.coder import Coder

        self.coder, done = _load(self.client, base, holding)
        if self.coder is None:
            self.coder = Coder(chart)
            history = workspace.examples(APP, self.client)
            if len(history):
                labels = [label for label in LABELS if label in history]
                filled = rows_of(history[labels].fillna(""))
                teach(
                    self.coder,
                    rows_of(history),
                    [{key: text for key, text in row.items() if text} for row in filled],
                )
                _save(self.coder, self.client, base, ())
        known = workspace.model_versions(APP, self.client)
        if base[:12] not in {row.version for row in known}:
            workspace.add_model_version(
                APP, self.client, "coder", base[:12], metrics=measures(self.coder.report())
            )
        self._learn(workspace, self.coder, holding[done:])
        if len(holding) - done >= SNAPSHOT_EVERY:
            _save(self.coder, self.client, base, holding)

    def _learn(self, workspace: Workspace, coder: Coder, ids: Sequence[int]) -> None:
        if ids:
            since = min(ids) - 1
            rows = workspace.corrections(APP, self.client, since=since)
            wanted = set(ids)
            learn(workspace, coder, [row for row in rows if row.id in wanted])


def learn(workspace: Workspace, coder: Coder, rows: Sequence[CorrectionRow]) -> None:
    """Teach the coder what people said; fields of one line together, in the order of the lines."""
    said: dict[tuple[int, str], dict[str, str]] = {}
    for row in rows:
        if is_line(row.item) and not row.correction.note.get(SPLITS):
            said.setdefault((row.record_id, row.item), {})[row.correction.field] = (
                row.correction.value
            )
    records = {record_id: workspace.record(record_id).data for record_id, _ in said}
    lines = [lines_of(records[record_id])[line_number(item)] for record_id, item in said]
    teach(coder, lines, list(said.values()))


def teach(
    coder: Coder, lines: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, str]]
) -> None:
    """Teach the coder lines with what was said of each, by field; "" where nothing was."""
    if not lines:
        return
    accounts, tax_codes, cost_centres = (
        [each.get(label, "") for each in said] for label in ("account", "tax_code", "cost_centre")
    )
    coder.learn(
        frame_of(list(lines)),
        accounts,
        tax_codes=tax_codes if any(tax_codes) else None,
        cost_centres=cost_centres if any(cost_centres) else None,
    )


def measures(value: Any) -> Any:
    """Bring a report to JSON, which knows no infinite threshold and no number of numpy's."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dict):
        return {str(key): measures(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [measures(each) for each in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _folder(client: str) -> Path:
    name = hashlib.sha256(client.encode()).hexdigest()[:16]
    folder = places.cache() / "invoices" / "coders" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _label(base: str, corrections: Sequence[int]) -> str:
    learnt = hashlib.sha256(json.dumps(list(corrections)).encode()).hexdigest()[:16]
    return f"{base}-{len(corrections)}-{learnt}"


def _load(client: str, base: str, holding: Sequence[int]) -> tuple[Coder | None, int]:
    """Load the snapshot that has learnt most of what holds, and nothing else."""
    from slmapps_invoices.coder import Coder

    found: dict[int, Path] = {}
    for folder in _folder(client).glob(f"{base}-*"):
        count = int(folder.name.split("-")[1])
        if folder.name == _label(base, holding[:count]) and count <= len(holding):
            found[count] = folder
    for count in sorted(found, reverse=True):
        # A snapshot cut short or made for another backbone is made again from the workspace.
        with contextlib.suppress(OSError, ValueError, KeyError):
            return Coder.load(found[count]), count
    return None, 0


def _save(coder: Coder, client: str, base: str, corrections: Sequence[int]) -> None:
    """Save a snapshot whole or not at all, and let the oldest go."""
    folder = _folder(client)
    target = folder / _label(base, corrections)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder))
    coder.save(draft)
    try:
        draft.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(draft, ignore_errors=True)
    made = sorted(
        (path for path in folder.glob("*-*-*") if path.is_dir()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for old in made[KEPT_SNAPSHOTS:]:
        shutil.rmtree(old, ignore_errors=True)
