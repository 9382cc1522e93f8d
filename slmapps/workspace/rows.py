"""What the workspace gives back: one frozen dataclass a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slmapps.records import Correction, Prediction, Problem

__all__ = [
    "AuditRow",
    "BatchRow",
    "CorrectionRow",
    "ModelVersionRow",
    "PredictionRow",
    "RecordRow",
]


@dataclass(frozen=True)
class RecordRow:
    """A domain record as it was saved; ``data`` is the application's own JSON."""

    id: int
    app: str
    client: str
    kind: str
    key: str
    data: dict[str, Any]
    document: str | None
    problems: tuple[Problem, ...]
    created_at: datetime


@dataclass(frozen=True)
class PredictionRow:
    """A prediction with its place; ``corrected`` is the value a person gave, if one did."""

    id: int
    record_id: int
    item: str
    app: str
    client: str
    prediction: Prediction
    corrected: str | None
    created_at: datetime
    superseded_by: int | None = None

    @property
    def open(self) -> bool:
        """Whether neither a newer prediction nor a person has closed it."""
        return self.superseded_by is None and self.corrected is None


@dataclass(frozen=True)
class CorrectionRow:
    """A correction with the item it was about; ``undone_at`` is None while it holds."""

    id: int
    app: str
    client: str
    correction: Correction
    undone_at: datetime | None
    undone_by: str | None
    record_id: int
    item: str
    prediction: Prediction


@dataclass(frozen=True)
class ModelVersionRow:
    """A model version and its measures."""

    id: int
    app: str
    client: str
    name: str
    version: str
    fingerprint: str
    metrics: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class AuditRow:
    """One entry of the audit trail."""

    id: int
    at: datetime
    who: str
    action: str
    app: str
    client: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchRow:
    """How far a batch is: ``done`` of ``total`` items."""

    id: int
    app: str
    client: str
    key: str
    created_at: datetime
    total: int
    done: int
