"""What people said of a book's calls, laid over what was read and scored.

Design choices:

* What is kept of a call never changes when somebody corrects it: the corrections that hold are
  laid over it when it is asked for, so taking one back is leaving it out.
* A sentence's figures change by what a person said of that sentence alone. What the program has
  learnt from it moves the suggestions for others, which count once somebody agrees.
* A role is a fact about a person in a firm: said once, it holds in all of that firm's calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slmapps_earnings.records import (
    SENTIMENTS,
    Call,
    Opinion,
    Role,
    ScoredCall,
    TopicScore,
)

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow

__all__ = [
    "APP",
    "FIELDS",
    "NO_TOPIC",
    "Said",
    "Sayings",
    "as_corrected",
    "label_of",
    "person_key",
    "sentence_item",
    "sentence_number",
    "speaker_item",
    "speaker_of",
]

APP = "earnings"
FIELDS = ("sentiment", "topic", "role")
NO_TOPIC = "none"
"""The value of the field topic that says: on none of the topics."""

_SENTENCE = re.compile(r"sentences\[(\d+)\]")
_SPEAKER = re.compile(r"speakers\[(.*)\]", re.DOTALL)


def sentence_item(number: int) -> str:
    """Name the item of a sentence, which counts from 0 over the call."""
    return f"sentences[{number}]"


def sentence_number(item: str) -> int | None:
    """Give the number of the sentence that an item is, None where it is none.

    >>> sentence_number("sentences[12]"), sentence_number("speakers[Ada Byrne]")
    (12, None)
    """
    found = _SENTENCE.fullmatch(item)
    return int(found[1]) if found else None


def speaker_item(name: str) -> str:
    """Name the item of a speaker."""
    return f"speakers[{name}]"


def speaker_of(item: str) -> str | None:
    """Give the name of the speaker that an item is, None where it is none."""
    found = _SPEAKER.fullmatch(item)
    return found[1] if found else None


def person_key(firm: str, speaker: str) -> tuple[str, str]:
    """What makes a speaker the same person in another call: the firm and the name, case aside."""
    return firm.casefold().strip(), " ".join(speaker.casefold().split())


def label_of(value: str) -> str:
    """What a person calls a value: ``capital_returns`` is "Capital returns".

    >>> label_of("capital_returns"), label_of("ceo"), label_of("none")
    ('Capital returns', 'CEO', 'No topic')
    """
    known = {Role.CEO: "CEO", Role.CFO: "CFO", NO_TOPIC: "No topic"}
    return known.get(value, value.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Said:
    """One thing that a person said of a sentence, with where it stands."""

    record_id: int
    sentence: int
    field: str
    value: str


@dataclass
class Sayings:
    """Everything that holds in a book: of sentences by record, and the roles of people."""

    sentences: dict[int, dict[int, dict[str, str]]] = field(default_factory=dict)
    """By record, by sentence, by field: the value."""
    people: dict[tuple[str, str], str] = field(default_factory=dict)
    """By :func:`person_key`: the role that was said last."""

    @classmethod
    def of(cls, rows: Iterable[CorrectionRow], firms: Mapping[int, str]) -> Sayings:
        """Gather corrections in their order; ``firms`` gives the firm of each record."""
        held = cls()
        for row in rows:
            number, speaker = sentence_number(row.item), speaker_of(row.item)
            if number is not None:
                of_record = held.sentences.setdefault(row.record_id, {})
                of_record.setdefault(number, {})[row.correction.field] = row.correction.value
            elif speaker is not None and row.record_id in firms:
                key = person_key(firms[row.record_id], speaker)
                held.people[key] = row.correction.value
        return held

    def role(self, firm: str, speaker: str) -> str | None:
        """Give the role that somebody said a speaker has, None where nobody did."""
        return self.people.get(person_key(firm, speaker))


def as_corrected(scored: ScoredCall, record_id: int, sayings: Sayings) -> ScoredCall:
    """Give a call as it stands: with the roles and the opinions that people have set."""
    call = _with_roles(scored.call, sayings)
    said = sayings.sentences.get(record_id, {})
    if call is scored.call and not said:
        return scored
    opinions = tuple(
        _corrected(each, said[each.sentence]) if each.sentence in said else each
        for each in scored.opinions
    )
    return scored.model_copy(update={"call": call, "opinions": opinions})


def _with_roles(call: Call, sayings: Sayings) -> Call:
    if not sayings.people:
        return call
    roles = {name: sayings.role(call.firm, name) for name in _names(call)}
    known = {name: Role(role) for name, role in roles.items() if role is not None}
    if not known:
        return call
    turns = tuple(
        turn.model_copy(update={"role": known[turn.speaker]}) if turn.speaker in known else turn
        for turn in call.turns
    )
    participants = tuple(
        each.model_copy(update={"role": known[each.name]}) if each.name in known else each
        for each in call.participants
    )
    return call.model_copy(update={"turns": turns, "participants": participants})


def _names(call: Call) -> list[str]:
    names = [turn.speaker for turn in call.turns] + [each.name for each in call.participants]
    return list(dict.fromkeys(names))


def _corrected(opinion: Opinion, said: Mapping[str, str]) -> Opinion:
    """An opinion with what a person said: all the probability on the sentiment that is right.

    A topic takes the place of the one the model was surest of; other topics stay.
    """
    changed: dict[str, Any] = {"corrected": tuple(name for name in FIELDS if name in said)}
    if "sentiment" in said:
        changed["p"] = tuple(float(name == said["sentiment"]) for name in SENTIMENTS)
    if "topic" in said:
        changed["topics"] = _topics(opinion.topics, said["topic"])
    return opinion.model_copy(update=changed)


def _topics(topics: Sequence[TopicScore], right: str) -> tuple[TopicScore, ...]:
    if right == NO_TOPIC:
        return ()
    surest = max(topics, key=lambda each: each.confidence, default=None)
    others = [each for each in topics if each is not surest and each.topic != right]
    return (TopicScore(topic=right, confidence=1.0), *others)
