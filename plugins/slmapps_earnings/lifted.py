"""The text of a source, and the draft of the layout that fits it."""

from __future__ import annotations

from slmapps.records import Problem
from slmapps_earnings.layouts import choice, fields
from slmapps_earnings.layouts.draft import Draft
from slmapps_earnings.layouts.lines import lines_of
from slmapps_earnings.sources import Source

__all__ = ["lifted"]


def lifted(source: Source) -> tuple[str, Draft, list[Problem]]:
    """Give the text that places point into, the draft, and what could not be read."""
    text = source.text
    if text.lstrip()[:1] in {"{", "["}:
        words, draft = fields.read(text.lstrip("\ufeff"))
        if draft.said:
            return words, draft, []
    return text, choice.best(text, list(lines_of(text))), []
