"""A transcript in any layout in, a Call out.

Design choices:

* Nothing a file holds raises: what is no call comes back as a Call of another kind, with the reason.
* The layout is found by what its reader finds, never by the file's name.
* Live, only what is new is read: the last turn and what came after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from slmapps.records import Problem, Severity, Span
from slmapps_earnings.endings import is_partial
from slmapps_earnings.exchanges import exchanges
from slmapps_earnings.headed import Heading, heading_of
from slmapps_earnings.kinds import refusal
from slmapps_earnings.layouts import choice
from slmapps_earnings.layouts.draft import Draft, Said
from slmapps_earnings.layouts.lines import lines_of
from slmapps_earnings.layouts.names import is_operator, key
from slmapps_earnings.lifted import lifted
from slmapps_earnings.records import Call, Kind, Participant, Role, Section, Turn
from slmapps_earnings.roles import Cast, cast_of
from slmapps_earnings.sections import sectioned
from slmapps_earnings.sentences import split
from slmapps_earnings.sources import opened

__all__ = ["next_turn", "read_call"]


def read_call(
    source: Path | str | bytes, *, name: str = "", company_hint: str = ""
) -> tuple[Call, list[Problem]]:
    """Read one transcript; ``name`` is the file's, ``company_hint`` the firm it should be of.

    Always gives a Call: one that is refused has a ``kind`` other than ``call``, a ``reason`` and no
    turns. What is odd about a call that was read is told in the Problems.
    """
    if isinstance(source, str):
        source = Path(source)
    name = name or (source.name if isinstance(source, Path) else "")
    opening, problems = opened(source, name)
    if problems:
        call = Call(file=name, sha256=opening.sha256, kind=Kind.OTHER, reason=problems[0].message)
        return call, problems
    try:
        text, draft, problems = lifted(opening)
    except (RecursionError, MemoryError):
        text, draft, problems = "", Draft(""), []
    return _call(text, draft, name, opening.sha256, company_hint, problems)


def _call(
    text: str, draft: Draft, name: str, sha256: str, hint: str, problems: list[Problem]
) -> tuple[Call, list[Problem]]:
    lines = list(lines_of(text))
    kind, reason = refusal(text, lines, draft)
    heading = heading_of(text, draft, name, hint)
    base = Call(
        file=name, sha256=sha256, kind=kind, reason=reason, layout=draft.layout,
        company=heading.company, ticker=heading.ticker, fiscal_year=heading.period.year,
        fiscal_quarter=heading.period.quarter, event_time=heading.moment, event_date=heading.day,
        time_source=heading.source, text=text,
    )  # fmt: skip
    if kind is not Kind.CALL:
        reason = problems[0].message if problems and not text else reason
        told = Problem(
            code=kind.value.replace("_", "-") if kind is not Kind.OTHER else "no-transcript",
            message=reason,
            cure="Send the transcript of the call, with the names of those who speak.",
            file=name,
        )
        return base.model_copy(update={"reason": reason}), problems or [told]
    cast = cast_of(text, draft.said, draft.voices, heading.company, heading.ticker)
    turns = _turns(text, draft.said, cast, sectioned(text, draft, cast))
    call = base.model_copy(
        update={
            "turns": turns,
            "participants": _participants(cast),
            "sentences": split(text, turns),
            "exchanges": exchanges(turns),
            "partial": is_partial(turns, closed=draft.closed),
        }
    )
    return call, [*problems, *_doubts(call, heading)]


def _turns(
    text: str, said: Sequence[Said], cast: Cast, sections: Sequence[Section], first: int = 0
) -> tuple[Turn, ...]:
    return tuple(
        Turn.model_construct(
            number=first + place,
            speaker="Operator" if is_operator(turn.name) else turn.name,
            role=cast.role(turn.name),
            section=section,
            title=turn.title or cast.voice(turn.name).title,
            firm=turn.firm or cast.voice(turn.name).firm,
            start=turn.start,
            end=turn.end,
            text=text[turn.start : turn.end],
        )
        for place, (turn, section) in enumerate(zip(said, sections, strict=True))
    )


def _participants(cast: Cast) -> tuple[Participant, ...]:
    return tuple(
        Participant(name=voice.name, role=cast.roles[name], title=voice.title, firm=voice.firm)
        for name, voice in cast.voices.items()
        if cast.roles.get(name) is not Role.OPERATOR
    )


def _doubts(call: Call, heading: Heading) -> list[Problem]:
    """Tell what a person should look at in a call that was read."""
    where = Span(document=call.sha256)
    doubts = []
    if not heading.company and not heading.ticker:
        doubts.append(
            (
                "company-unknown",
                "The text does not say whose call it is.",
                "Name the file by its ticker.",
            )
        )
    if heading.period.year is None:
        doubts.append(
            (
                "period-unknown",
                "The text does not say of which quarter it is.",
                "Name the file by its quarter, such as 2026Q3.",
            )
        )
    if heading.moment is None:
        doubts.append(
            (
                "time-unknown",
                "No time with a zone is printed; windows within the day are refused.",
                "Add a header line with date, time and zone.",
            )
        )
    return [
        Problem(
            code=code,
            message=message,
            cure=cure,
            severity=Severity.INFO,
            file=call.file,
            where=where,
        )
        for code, message, cure in doubts
    ]


def next_turn(call: Call, text: str) -> Call:
    """Give ``call`` with ``text`` appended to its source; only the end of it is read.

    Raises ``ValueError`` for a call that was refused: there is nothing to go on from.
    """
    if call.kind is not Kind.CALL or not call.turns:
        raise ValueError("next_turn goes on from a call that was read; this one was refused")
    whole = call.text + text
    last = call.turns[-1]
    draft = choice.resumed(call, whole)
    cast = Cast(call.company)
    for turn in call.turns:
        cast.roles[key(turn.speaker)] = turn.role
    new = cast_of(whole, draft.said, _voices(call), call.company, call.ticker)
    for name, role in new.roles.items():
        if cast.roles.get(name, Role.UNKNOWN) is Role.UNKNOWN:
            cast.roles[name] = role
        cast.voices[name] = new.voices[name]
    before = call.turns[:-1]
    printed = replace(draft, questions=None) if last.section is Section.QA else draft
    sections = (
        tuple(Section.QA for _ in draft.said)
        if last.section is Section.QA
        else sectioned(whole, printed, cast)
    )
    turns = (*before, *_turns(whole, draft.said, cast, sections, len(before)))
    kept = tuple(each for each in call.sentences if each.turn < last.number)
    return call.model_copy(
        update={
            "text": whole,
            "turns": turns,
            "sentences": (*kept, *split(whole, turns[len(before) :], first=len(kept))),
            "exchanges": exchanges(turns),
            "participants": _joined(call, cast),
            "partial": is_partial(turns, closed=draft.closed),
        }
    )


def _voices(call: Call) -> list:
    from slmapps_earnings.layouts.draft import ANALYSTS, COMPANY, Voice

    return [
        Voice(each.name, each.title, each.firm, ANALYSTS if each.role is Role.ANALYST else COMPANY)
        for each in call.participants
    ]


def _joined(call: Call, cast: Cast) -> tuple[Participant, ...]:
    known = {key(each.name) for each in call.participants}
    new = [each for each in _participants(cast) if key(each.name) not in known]
    return (*call.participants, *new)
