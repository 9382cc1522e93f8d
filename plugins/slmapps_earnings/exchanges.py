"""Questions with their answers, as numbers of turns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slmapps_earnings.boilerplate import kind_of
from slmapps_earnings.records import Exchange, Role, Section, SentenceKind, Turn

__all__ = ["exchanges"]

_MANAGEMENT = frozenset({Role.CEO, Role.CFO, Role.OTHER_MANAGEMENT, Role.INVESTOR_RELATIONS})
_SHORT = 5
"""Words up to which a reply ("Sure, go ahead") is no answer where the asker goes on."""


def exchanges(turns: Sequence[Turn]) -> tuple[Exchange, ...]:
    """Pair what analysts ask with what the company replies.

    A follow-up is an exchange of its own; several who answer share one; the operator's turns are
    in none. Thanks alone ("Great, thank you.") ask nothing.
    """
    found: list[Exchange] = []
    question: list[int] = []
    answer: list[int] = []
    by_number = {turn.number: turn for turn in turns}

    def close() -> None:
        if question and (answer or not all(_is_thanks(by_number[n].text) for n in question)):
            said = [by_number[n] for n in answer]
            long = next((turn for turn in said if len(turn.text.split()) > _SHORT), None)
            responder = (long or said[0]).speaker if said else ""
            found.append(
                Exchange(
                    number=len(found),
                    asker=by_number[question[0]].speaker,
                    responder=responder,
                    question=tuple(question),
                    answer=tuple(answer),
                )
            )
        question.clear()
        answer.clear()

    for turn in turns:
        if turn.section is not Section.QA or turn.role is Role.OPERATOR:
            continue
        if turn.role is Role.ANALYST:
            same = bool(question) and by_number[question[0]].speaker == turn.speaker
            slight = all(len(by_number[n].text.split()) <= _SHORT for n in answer)
            if not (same and slight):
                close()
            if question or not _is_thanks(turn.text):
                question.append(turn.number)
        elif turn.role in _MANAGEMENT and question:
            answer.append(turn.number)
    close()
    return tuple(found)


def _is_thanks(text: str) -> bool:
    """Tell whether a turn holds courtesies only."""
    if "?" in text or len(text) > 300:
        return False
    parts = [part for part in re.split(r"(?<=[.!])\s+", text) if part.strip()]
    return all(kind_of(part, Role.ANALYST, Section.QA) is SentenceKind.PLEASANTRY for part in parts)
