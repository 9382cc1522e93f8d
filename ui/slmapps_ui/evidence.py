"""Why a Prediction says what it says, shown in the order in which a person would ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slmapps.records import Evidence, EvidenceKind, Prediction, Status
from slmapps_ui.markup import chip, escape, meter

__all__ = ["confidence_tone", "evidence_html", "status_chip", "status_word"]

_TITLES = {
    EvidenceKind.RULE: "Rule",
    EvidenceKind.PAST_CASE: "Nearest past lines",
    EvidenceKind.LABEL_TEXT: "The account's own name",
    EvidenceKind.WORDS: "Words that decided",
    EvidenceKind.SPAN: "In the document",
}


def status_word(status: Status, corrected: str | None = None) -> str:
    """The status as the tables say it."""
    if corrected is not None:
        return "Confirmed"
    return {Status.ACCEPTED: "Coded", Status.REVIEW: "Review", Status.REFUSED: "No suggestion"}[
        status
    ]


def status_chip(status: Status, corrected: str | None = None) -> str:
    """The status as a small coloured label."""
    tone = {Status.ACCEPTED: "key", Status.REVIEW: "warn", Status.REFUSED: "bad"}[status]
    return chip(status_word(status, corrected), "good" if corrected is not None else tone)


def confidence_tone(prediction: Prediction) -> str:
    """The colour of the bar: plain within the error budget, a warning outside it."""
    return "" if prediction.status is Status.ACCEPTED else "warn"


def evidence_html(evidence: Sequence[Evidence], label: Callable[[str], str] = str) -> str:
    """Evidence grouped by kind; ``label`` turns a value into what a person calls it."""
    parts: list[str] = []
    for kind, title in _TITLES.items():
        of_kind = [each for each in evidence if each.kind is kind]
        if not of_kind:
            continue
        parts.append(f'<div class="sl-head">{title}</div>')
        if kind is EvidenceKind.WORDS:
            parts.append("".join(chip(each.text, "key") for each in of_kind))
            continue
        rows = "".join(
            f"<tr><td>{escape(each.text)}</td>"
            f"<td>{escape(label(each.value)) if each.value else ''}</td>"
            f'<td class="sl-num">{meter(each.weight)}</td></tr>'
            for each in of_kind
        )
        parts.append(f'<table class="sl-rows">{rows}</table>')
    return (
        "".join(parts) or '<div class="sl-soft sl-small">No evidence was kept for this line.</div>'
    )
