"""What is measured of each sentence, signal by signal; the aggregates add it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum

from slmapps_earnings.records import (
    Action,
    Opinion,
    Role,
    ScoredCall,
    Section,
    Sentence,
    SentenceKind,
    Turn,
)

__all__ = ["FORWARD", "SIGNALS", "Measured", "measured", "signals_of"]

SIGNALS = (
    "tone",
    "forward_tone",
    "uncertainty",
    "evasion",
    "guidance_change",
    "dispersion",
    "qa_gap",
)
"""The signals that every call may have; to them comes ``topic:NAME`` for each topic spoken of."""

FORWARD = 0.5
"""From this probability on a sentence counts as forward-looking."""

_DIRECTION = {Action.RAISED: 1.0, Action.LOWERED: -1.0, Action.WITHDRAWN: -1.0}
_OUTSIDE = Turn(
    number=-1, speaker="", role=Role.UNKNOWN, section=Section.PREPARED, start=0, end=0, text=""
)


@dataclass(frozen=True)
class Measured:
    """One reading of a signal: the sentence, its own value, and how much of a reading it is.

    ``weight`` is 1, but an answer's evasion is one reading spread over the answer's sentences.
    """

    sentence: int
    own: float
    section: Section
    role: Role
    speaker: str
    topics: tuple[tuple[str, float], ...]
    weight: float = 1.0


@dataclass(frozen=True)
class _Scored:
    """A content sentence with its turn and its opinion."""

    sentence: Sentence
    turn: Turn
    opinion: Opinion


def _scored_sentences(scored: ScoredCall) -> list[_Scored]:
    opinions = {opinion.sentence: opinion for opinion in scored.opinions}
    turns = {turn.number: turn for turn in scored.call.turns}
    return [
        _Scored(sentence, turns.get(sentence.turn, _OUTSIDE), opinions[sentence.number])
        for sentence in scored.call.sentences
        if sentence.kind is SentenceKind.CONTENT and sentence.number in opinions
    ]


def _topic_shares(opinion: Opinion | None) -> tuple[tuple[str, float], ...]:
    """The sentence shared among its topics by their confidence; all of it under "" without any."""
    if opinion is None or not opinion.topics:
        return (("", 1.0),)
    sure: dict[str, float] = {}
    for each in opinion.topics:
        sure[each.topic] = max(sure.get(each.topic, 0.0), each.confidence)
    whole = fsum(sure.values())
    if not whole:
        return tuple((name, 1 / len(sure)) for name in sure)
    return tuple((name, confidence / whole) for name, confidence in sure.items())


def _of_sentences(
    scored: ScoredCall, own: Callable[[Opinion], float], keep: Callable[[Opinion], bool]
) -> list[Measured]:
    return [
        Measured(
            sentence=each.sentence.number,
            own=own(each.opinion),
            section=each.turn.section,
            role=each.turn.role,
            speaker=each.turn.speaker,
            topics=_topic_shares(each.opinion),
        )
        for each in _scored_sentences(scored)
        if keep(each.opinion)
    ]


def _of_guidance(scored: ScoredCall) -> list[Measured]:
    """One reading for each figure of the outlook, also those that a sentence states together."""
    opinions = {opinion.sentence: opinion for opinion in scored.opinions}
    turns = {turn.number: turn for turn in scored.call.turns}
    sentences = {sentence.number: sentence for sentence in scored.call.sentences}
    found = []
    for stated in scored.guidance:
        if stated.sentence in sentences:
            turn = turns.get(sentences[stated.sentence].turn, _OUTSIDE)
            found.append(
                Measured(
                    sentence=stated.sentence,
                    own=_DIRECTION.get(stated.action, 0.0) * stated.confidence,
                    section=turn.section,
                    role=turn.role,
                    speaker=turn.speaker,
                    topics=_topic_shares(opinions.get(stated.sentence)),
                )
            )
    return found


def _of_answers(scored: ScoredCall) -> list[Measured]:
    """One reading for each answer, carried by the sentence that refuses or by all of its own.

    Where no answer came at all, the question stands for it, in the name of whoever was asked.
    """
    opinions = {opinion.sentence: opinion for opinion in scored.opinions}
    turns = {turn.number: turn for turn in scored.call.turns}
    exchanges = {exchange.number: exchange for exchange in scored.call.exchanges}
    roles = {each.name: each.role for each in scored.call.participants}
    roles |= {turn.speaker: turn.role for turn in scored.call.turns}
    held: dict[int, list[Sentence]] = {}
    for sentence in scored.call.sentences:
        held.setdefault(sentence.turn, []).append(sentence)
    found = []
    for answer in scored.answers:
        exchange = exchanges.get(answer.exchange)
        if exchange is None:
            continue
        said = [s for turn in exchange.answer for s in held.get(turn, [])]
        said = [s for s in said if s.kind is SentenceKind.CONTENT] or said
        asked = [s for turn in exchange.question for s in held.get(turn, [])]
        words = answer.refusal.casefold()
        refusing = [s for s in said if words and words in s.text.casefold()]
        carrying = refusing[:1] or said or asked
        for sentence in carrying:
            turn = turns.get(sentence.turn, _OUTSIDE)
            found.append(
                Measured(
                    sentence=sentence.number,
                    own=answer.evasion,
                    section=turn.section,
                    role=turn.role if said else roles.get(exchange.responder, Role.UNKNOWN),
                    speaker=turn.speaker if said else exchange.responder,
                    topics=_topic_shares(opinions.get(sentence.number)),
                    weight=1 / len(carrying),
                )
            )
    return found


def measured(scored: ScoredCall, signal: str) -> list[Measured]:
    """Every reading of ``signal`` in the call, in order; empty where nothing carries it.

    An unknown name of a signal raises ``ValueError``.
    """
    if signal.startswith("topic:"):
        name = signal.removeprefix("topic:")
        return _of_sentences(
            scored, lambda o: o.tone, lambda o: any(each.topic == name for each in o.topics)
        )
    if signal not in SIGNALS:
        raise ValueError(
            f"there is no signal {signal!r}; take one of {', '.join(SIGNALS)} or topic:NAME"
        )
    if signal == "evasion":
        return _of_answers(scored)
    if signal == "guidance_change":
        return _of_guidance(scored)
    if signal == "uncertainty":
        return _of_sentences(scored, lambda o: o.uncertain, lambda _: True)
    if signal == "forward_tone":
        return _of_sentences(scored, lambda o: o.tone, lambda o: o.forward >= FORWARD)
    return _of_sentences(scored, lambda o: o.tone, lambda _: True)


def signals_of(scored: ScoredCall) -> tuple[str, ...]:
    """The names of the signals that a call can have: the fixed ones, then its topics by name."""
    topics = {each.topic for opinion in scored.opinions for each in opinion.topics}
    return (*SIGNALS, *(f"topic:{name}" for name in sorted(topics)))
