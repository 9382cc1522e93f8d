"""Invented invoices of thousands of layouts, to train and to measure a reader of pages.

``make(seed)`` gives one with its truth; ``python -m slmapps_invoices.pages.synthetic`` writes many.
The PDF writer and the imaging library are loaded when they are first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slmapps_invoices.pages.synthetic.degrading import degrade
    from slmapps_invoices.pages.synthetic.making import LabelledPage, Sample, layouts, make

__all__ = ["LabelledPage", "Sample", "degrade", "layouts", "make"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    module = "degrading" if name == "degrade" else "making"
    return getattr(import_module(f"{__name__}.{module}"), name)
