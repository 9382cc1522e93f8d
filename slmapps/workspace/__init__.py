"""What is kept: documents, predictions, corrections, the audit trail, model versions."""

from slmapps.workspace.batches import Batch
from slmapps.workspace.rows import (
    AuditRow,
    BatchRow,
    CorrectionRow,
    ModelVersionRow,
    PredictionRow,
    RecordRow,
)
from slmapps.workspace.workspace import Workspace

__all__ = [
    "AuditRow",
    "Batch",
    "BatchRow",
    "CorrectionRow",
    "ModelVersionRow",
    "PredictionRow",
    "RecordRow",
    "Workspace",
]
