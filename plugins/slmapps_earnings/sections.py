"""Where the prepared remarks end and the questions begin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slmapps_earnings.layouts.draft import Draft, Said
from slmapps_earnings.records import Role, Section
from slmapps_earnings.roles import Cast, introduced

__all__ = ["opens_questions", "sectioned"]

_OPENS = re.compile(
    r"\b(?:first|1st|next|our)\s+question\b|\bquestion(?:s)?\s+(?:will\s+)?(?:comes?|is|coming)\s+from\b|\bline\s+of\b"
    r"|question[- ]and[- ]answer\s+session|\bq\s*&\s*a\b",
    re.IGNORECASE,
)


def sectioned(text: str, draft: Draft, cast: Cast) -> tuple[Section, ...]:
    """Give the section of each turn: as printed, else from the operator's first question on.

    Without a heading the questions begin with the operator's turn that gives the first analyst the
    line, or with that analyst where no operator speaks.
    """
    said = draft.said
    if any(turn.section is not None for turn in said):
        return _carried(said)
    if draft.questions is not None:
        return tuple(
            Section.QA if turn.start >= draft.questions else Section.PREPARED for turn in said
        )
    first = _first(text, said, cast)
    return tuple(Section.QA if place >= first else Section.PREPARED for place in range(len(said)))


def _carried(said: Sequence[Said]) -> tuple[Section, ...]:
    found: list[Section] = []
    for turn in said:
        found.append(turn.section or (found[-1] if found else Section.PREPARED))
    return tuple(found)


def _first(text: str, said: Sequence[Said], cast: Cast) -> int:
    for place, turn in enumerate(said):
        role = cast.role(turn.name)
        if role is Role.OPERATOR and place and _gives_line(text, said, cast, place):
            return place
        if role is not Role.ANALYST:
            continue
        while place and cast.role(said[place - 1].name) is Role.OPERATOR and place > 1:
            place -= 1
        return place
    return len(said)


def _gives_line(text: str, said: Sequence[Said], cast: Cast, place: int) -> bool:
    """Tell whether an operator's turn calls the first question, even if nobody speaks yet."""
    words = text[said[place].start : said[place].end]
    if place + 1 < len(said):
        after = said[place + 1]
        return cast.role(after.name) is Role.ANALYST and (
            introduced(words, after.name) or opens_questions(words)
        )
    return opens_questions(words)


def opens_questions(words: str) -> bool:
    """Tell whether an operator's words call for a question."""
    return _OPENS.search(words) is not None
