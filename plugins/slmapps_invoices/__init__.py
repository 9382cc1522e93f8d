"""The invoices desk: e-invoices and lists of lines in, every line coded to the client's chart."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slmapps_invoices.coder import Coder
    from slmapps_invoices.read import read_invoice, read_invoices, read_lines
    from slmapps_invoices.records import Invoice

__all__ = ["Coder", "Invoice", "read_invoice", "read_invoices", "read_lines"]

# Imported when first asked for, so that a command that only reads loads no model's libraries.
_HOME = {
    "Coder": "coder",
    "Invoice": "records",
    "read_invoice": "read",
    "read_invoices": "read",
    "read_lines": "read",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
