"""A line at a glance: from whom, what, how much, what is suggested and how sure that is."""

from __future__ import annotations

from slmapps.workspace import PredictionRow
from slmapps_ui.evidence import confidence_tone, status_chip
from slmapps_ui.markup import escape, meter, money

__all__ = ["card", "verdict"]

_IN_PLACE = {"supplier", "text", "amount", "currency"}


def card(described: dict[str, str], row: PredictionRow) -> str:
    """The line as the desk describes it, as HTML; what has no place of its own stands below."""
    amount = money(described.get("amount", ""), described.get("currency", ""))
    supplier, text = described.get("supplier", ""), described.get("text", "")
    rest = " · ".join(
        escape(value) for name, value in described.items() if value and name not in _IN_PLACE
    )
    return (
        '<div class="sl-item"><div class="top">'
        f"<span>{escape(supplier or text or row.item)}</span>"
        f'<span class="sl-num">{escape(amount)}</span></div>'
        f'<div class="text">{escape(text) if supplier else ""}</div>'
        f'<div class="sl-soft sl-small">{rest}</div></div>'
    )


def verdict(row: PredictionRow, label: str = "") -> str:
    """The status, the suggestion's ``label`` and its confidence as HTML, or why there is none."""
    prediction = row.prediction
    status = status_chip(prediction.status, row.corrected)
    if prediction.value is None:
        why = prediction.reason or "There is nothing to go by yet."
        return f'<div class="sl-small sl-verdict">{status}{escape(why)}</div>'
    bar = meter(prediction.confidence, confidence_tone(prediction))
    why = f" · {escape(prediction.reason)}" if prediction.reason else ""
    return (
        f'<div class="sl-small sl-verdict">{status}{escape(label)} {bar}'
        f' {prediction.confidence:.0%} sure<span class="sl-soft">{why}</span></div>'
    )
