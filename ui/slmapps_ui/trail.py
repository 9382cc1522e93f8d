"""The audit trail as a table that a person reads."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from slmapps.workspace import Workspace

__all__ = ["activity"]

_ACTIONS = {
    "record saved": "Read and coded",
    "corrected": "Corrected",
    "accepted": "Confirmed",
    "undone": "Taken back",
    "predictions superseded": "Coded again",
    "examples added": "History learnt",
    "setting changed": "Setting changed",
    "client added": "Client added",
    "document added": "File kept",
    "model version added": "Model trained",
    "batch started": "Batch started",
}


def activity(
    workspace: Workspace,
    limit: int,
    app: str | None = None,
    client: str | None = None,
    about: Collection[str] | None = None,
) -> pd.DataFrame:
    """The newest entries of the audit trail as a table; ``about`` keeps those on these subjects."""
    rows = [
        row
        for row in workspace.audit(limit, app=app, client=client)
        if about is None or row.subject in about
    ]
    return pd.DataFrame(
        {
            "When": [row.at.astimezone().strftime("%Y-%m-%d %H:%M") for row in rows],
            "What": [_ACTIONS.get(row.action, row.action.capitalize()) for row in rows],
            "Client": [row.client for row in rows],
            "About": [_about(row.subject, row.detail) for row in rows],
            "Who": [row.who for row in rows],
        }
    )


def _about(subject: str, detail: dict[str, object]) -> str:
    if "right" in detail:
        said, right = detail.get("said"), detail["right"]
        return str(right) if said == right else f"{said or '—'} → {right}"
    if detail.get("predictions"):
        return f"{subject}, {detail['predictions']} predictions"
    return subject
