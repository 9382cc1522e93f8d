"""The earnings desk: transcripts in, opinions with their sentences and signals out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slmapps_earnings.read import read_call
    from slmapps_earnings.records import Call, ScoredCall
    from slmapps_earnings.score import score_call, score_sentences
    from slmapps_earnings.signals import signals

__all__ = ["Call", "ScoredCall", "read_call", "score_call", "score_sentences", "signals"]

# Imported when first asked for, so that reading alone loads no model's libraries.
_HOME = {
    "Call": "records",
    "ScoredCall": "records",
    "read_call": "read",
    "score_call": "score",
    "score_sentences": "score",
    "signals": "signals",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
