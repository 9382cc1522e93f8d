"""What ``slmapps invoices read --json`` answers for one file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from slmapps.records import Problem, Severity
from slmapps_invoices.contract import to_contract
from slmapps_invoices.read import read_invoices

__all__ = ["read_file"]


def read_file(path: Path, *, places: bool = False) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Give an entry for each invoice in the file, or one without invoice, and all Problems.

    ``places``: see ``contract.to_contract``.

    ``status`` is ``ok``; ``problems``, where an error or a warning stands beside the invoice; or
    ``failed``, where nothing was read. A broken file never raises.
    """
    found, problems = read_invoices(path)
    noted = any(problem.severity is not Severity.INFO for problem in problems)
    status = "failed" if not found else "problems" if noted else "ok"
    entry: dict[str, Any] = {
        "file": str(path),
        "sha256": _sha256(path),
        "status": status,
        "invoice": None,
        "problems": [problem.model_dump(mode="json", exclude_none=True) for problem in problems],
    }
    invoices = [{**entry, "invoice": to_contract(invoice, places=places)} for invoice in found]
    return invoices or [entry], problems


def _sha256(path: Path) -> str | None:
    try:
        if not path.is_file():  # a pipe or a device would never end
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
