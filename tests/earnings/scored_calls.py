"""Scored calls made by hand: every tone, answer and figure is set, so every sum can be checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

from slmapps_earnings.records import (
    Action,
    Answer,
    Call,
    Exchange,
    Guidance,
    Kind,
    Opinion,
    Participant,
    Role,
    ScoredCall,
    Section,
    Sentence,
    SentenceKind,
    TimeSource,
    TopicScore,
    Turn,
)

CEO, CFO, ANALYST, OPERATOR = Role.CEO, Role.CFO, Role.ANALYST, Role.OPERATOR
PREPARED, QA = Section.PREPARED, Section.QA
NAMES = {CEO: "Ada M. Lind", CFO: "Bruno Sato", ANALYST: "Cleo Marsh", OPERATOR: "Operator"}

Line = tuple[str, float] | tuple[str, float, dict]


def said(role: Role, section: Section, *lines: Line, speaker: str = "") -> tuple:
    return role, section, lines, speaker or NAMES[role]


def opinion_of(number: int, tone: float, about: dict) -> Opinion:
    spare = 1 - abs(tone)
    p = (max(-tone, 0) + spare / 4, spare / 2, max(tone, 0) + spare / 4)
    return Opinion(
        sentence=number,
        p=p,
        forward=about.get("forward", 0.1),
        uncertain=about.get("uncertain", 0.1),
        guidance=about.get("guidance", 0.0),
        topics=tuple(TopicScore(topic=n, confidence=c) for n, c in about.get("topics", {}).items()),
    )


def scored_call(
    *turns: tuple,
    ticker: str = "VLTA",
    company: str = "Velta Instruments",
    year: int | None = 2025,
    quarter: int | None = 1,
    when: datetime | None = datetime(2025, 4, 24, 21, 0, tzinfo=UTC),
    day: date | None = None,
    evasions: Sequence[float] = (),
    refusal: str = "",
    kind: Kind = Kind.CALL,
    salt: str = "",
    version: str = "test-1",
) -> ScoredCall:
    """A call of ``turns`` (see ``said``); each analyst's turn is answered by the one after it."""
    text = ""
    made, sentences, opinions, guidance = [], [], [], []
    for number, (role, section, lines, speaker) in enumerate(turns):
        start = len(text)
        for line in lines:
            words, tone, about = (*line, {})[:3]
            at = len(text)
            text += words + " "
            kind_of = about.get("kind", SentenceKind.CONTENT)
            place = len(sentences)
            sentences.append(
                Sentence(
                    number=place,
                    turn=number,
                    start=at,
                    end=at + len(words),
                    text=words,
                    kind=kind_of,
                )
            )
            if kind_of is SentenceKind.CONTENT:
                opinions.append(opinion_of(place, tone, about))
            guidance += [
                Guidance(sentence=place, metric="revenue", action=Action(action))
                for action in about.get("actions", ())
            ]
        made.append(
            Turn(
                number=number, speaker=speaker, role=role, section=section,
                start=start, end=len(text) - 1, text=text[start:-1],
            )
        )  # fmt: skip
        text += "\n"
    exchanges = [
        Exchange(
            number=place,
            asker=made[turn].speaker,
            responder=made[turn + 1].speaker if turn + 1 < len(made) else NAMES[CEO],
            question=(turn,),
            answer=(turn + 1,)
            if turn + 1 < len(made) and turns[turn + 1][0] is not ANALYST
            else (),
        )
        for place, turn in enumerate(n for n, each in enumerate(turns) if each[0] is ANALYST)
    ]
    moment = when
    sha = hashlib.sha256(f"{ticker}{moment}{day}{salt}{text}".encode()).hexdigest()
    call = Call(
        file=f"{ticker}-{year}Q{quarter}.txt", sha256=sha, kind=kind, company=company, ticker=ticker,
        fiscal_year=year, fiscal_quarter=quarter, event_time=moment,
        event_date=day or (moment.date() if moment else None),
        time_source=TimeSource.HEADER if moment else TimeSource.UNKNOWN,
        participants=tuple(Participant(name=n, role=r) for r, n in NAMES.items()),
        turns=tuple(made), sentences=tuple(sentences), exchanges=tuple(exchanges), text=text,
    )  # fmt: skip
    answers = tuple(
        Answer(exchange=n, levels={}, evasion=e, refusal=refusal if n == 0 else "")
        for n, e in enumerate(evasions)
    )
    return ScoredCall(
        call=call, opinions=tuple(opinions), answers=answers, guidance=tuple(guidance),
        model_version=version, fingerprint="f" * 8,
    )  # fmt: skip


def plain_call(tone: float, ticker: str = "VLTA", **given) -> ScoredCall:
    """A call of one sentence with that tone."""
    return scored_call(said(CEO, PREPARED, ("Sales moved.", tone)), ticker=ticker, **given)


def quarterly(
    tones: Sequence[float], ticker: str = "VLTA", first: int = 2020, **given
) -> list[ScoredCall]:
    """A call a quarter from the first quarter of ``first`` on, in the evening of New York."""
    return [
        plain_call(
            tone,
            ticker,
            year=first + n // 4,
            quarter=n % 4 + 1,
            when=datetime(first + n // 4, 1 + 3 * (n % 4), 22, 21, 0, tzinfo=UTC),
            **given,
        )
        for n, tone in enumerate(tones)
    ]
