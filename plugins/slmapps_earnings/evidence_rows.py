"""The evidence behind every value: one row a contribution, with its quote and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from slmapps_earnings.aggregate import contributions
from slmapps_earnings.asof import span
from slmapps_earnings.measures import signals_of
from slmapps_earnings.records import Kind, ScoredCall

__all__ = ["evidence_rows"]


def evidence_rows(
    calls: Sequence[ScoredCall], signals: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Each sentence's contribution to each of ``signals`` (all, where none is named), as JSON.

    The ``value`` of a call's rows of one signal sum to the value of the call. ``start`` and ``end``
    are character offsets of ``quote`` into the text of the call, whose file has ``sha256``; the
    largest contribution comes first.
    """
    for scored in calls:
        call = scored.call
        if call.kind is not Kind.CALL:
            continue
        when = span(call)
        for signal in signals or signals_of(scored):
            held = contributions(scored, signal)
            for each in sorted(held, key=lambda one: (-abs(one.value), one.sentence)):
                yield {
                    "asof_utc": when.known.isoformat() if when else None,
                    "ticker": call.firm,
                    "fiscal_period": call.fiscal_period,
                    "signal": signal,
                    "value": each.value,
                    "own": each.own,
                    "section": each.section.value,
                    "role": each.role.value,
                    "speaker": each.speaker,
                    "topics": [name for name, _ in each.topics if name],
                    "sentence": each.sentence,
                    "quote": each.text,
                    "start": each.start,
                    "end": each.end,
                    "sha256": call.sha256,
                    "file": call.file,
                    "model_version": scored.model_version,
                }
