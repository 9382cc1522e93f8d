"""Why this account: the nearest past lines, the account's own name, and the words that decided."""

from __future__ import annotations

import numpy as np

from slmapps.records import Evidence, EvidenceKind
from slmapps_invoices.coding.lines import Lines
from slmapps_invoices.coding.model import FieldModel

__all__ = ["of"]

_PAST = 3


def of(model: FieldModel, lines: Lines, row: int, label: int) -> tuple[Evidence, ...]:
    """Evidence for ``label`` on one line, strongest first."""
    found: list[Evidence] = []
    seller = lines.seller[row]
    booked = model.memory.booked(lines, row)
    if booked:
        total = sum(booked.values())
        here = booked.get(label, 0.0)
        if here:
            found.append(
                Evidence(
                    kind=EvidenceKind.PAST_CASE,
                    text=f"{here:.0f} of {total:.0f} reviewed lines of this supplier went there",
                    weight=float(here / total),
                    value=model.names[label],
                )
            )
    for past in model.past.get((seller, label), ())[-_PAST:]:
        found.append(
            Evidence(kind=EvidenceKind.PAST_CASE, text=past, weight=0.5, value=model.names[label])
        )
    if not booked and seller:
        for name, strength in model.alike(lines, row, label)[:_PAST]:
            found.append(
                Evidence(
                    kind=EvidenceKind.PAST_CASE, text=f"similar supplier: {name}", weight=strength
                )
            )
    words = model.words(lines, row, label)
    total = sum(weight for _, weight in words)
    found += [
        Evidence(kind=EvidenceKind.WORDS, text=word, weight=float(np.clip(weight / total, 0, 1)))
        for word, weight in words
    ]
    near = model.nearness(lines, row, label)
    if near > 0.2 or not found:
        found.append(
            Evidence(
                kind=EvidenceKind.LABEL_TEXT,
                text=model.names[label],
                weight=float(np.clip(near, 0, 1)),
            )
        )
    return tuple(found)
