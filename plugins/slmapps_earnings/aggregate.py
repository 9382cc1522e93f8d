"""A call's value of a signal as the sum of what its sentences contribute, and back again.

Design choices:

* Every signal is a list of contributions, one for each sentence that carries it. The call's value
  is their sum, so any partition (sections, roles, speakers, topics) adds up to the whole.
* A part has two figures: ``value``, what it adds to the call, and ``level``, what the call would
  read if it held that part alone. A short part can be glowing and add little.
* Sums are ``math.fsum``: the order of the sentences never shows in the last digit.

The signals:

=================  ==============================================================================
tone               mean of the tone (positive less negative probability) of the scored sentences
forward_tone       the same over forward-looking sentences
uncertainty        mean probability that a scored sentence hedges
topic:NAME         mean tone of the sentences on the topic
evasion            mean over the answers of the probability that the question was not answered
guidance_change    mean over the statements of guidance: raised +1, lowered and withdrawn -1, else
                   0, each times its confidence
dispersion         standard deviation of the tone; a sentence carries its share of the variance
qa_gap             mean tone of the prepared remarks less that of the questions and answers
=================  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum, nan, sqrt
from typing import Literal

from slmapps_earnings.measures import Measured, measured
from slmapps_earnings.records import Role, ScoredCall, Section

__all__ = [
    "Contribution",
    "Part",
    "Partition",
    "Removal",
    "contributions",
    "evidence",
    "group",
    "parts",
    "removal",
    "shares",
    "total",
]

Partition = Literal["section", "role", "topic", "speaker"]


@dataclass(frozen=True)
class Contribution:
    """What one sentence adds to a call's value of a signal.

    ``own`` is the sentence's own reading (its tone, say) and ``value`` what of it reaches the call;
    ``start`` and ``end`` are character offsets into ``Call.text``, and ``text`` is that slice.
    ``topics`` are shares of the sentence that sum to 1; a sentence on no topic has the topic "".
    """

    signal: str
    sentence: int
    value: float
    own: float
    section: Section
    role: Role
    speaker: str
    topics: tuple[tuple[str, float], ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Part:
    """One part of a call: what it adds (``value``), and its own reading (``level``)."""

    name: str
    value: float
    level: float
    n_sentences: int


@dataclass(frozen=True)
class Removal:
    """What taking sentences out does to a value.

    ``taken`` is the sum of their contributions and ``left`` the sum of the others, so that
    ``before == taken + left``; ``after`` is the value of a call that never held them.
    """

    before: float
    taken: float
    left: float
    after: float

    @property
    def change(self) -> float:
        """How far the value moves, signed."""
        return self.after - self.before


def shares(items: Sequence[Measured], signal: str) -> list[float]:
    """What each of ``items`` adds to the value of ``signal`` over just these items.

    Empty where there is nothing to say: no items, or for ``qa_gap`` one of the sections missing.
    """
    if not items:
        return []
    if signal == "qa_gap":
        weight = {
            section: fsum(item.weight for item in items if item.section is section)
            for section in Section
        }
        if not all(weight.values()):
            return []
        sign = {Section.PREPARED: 1.0, Section.QA: -1.0}
        return [sign[i.section] * i.own * i.weight / weight[i.section] for i in items]
    whole = fsum(item.weight for item in items)
    if signal == "dispersion":
        mean = fsum(item.own * item.weight for item in items) / whole
        squares = [item.weight * (item.own - mean) ** 2 for item in items]
        deviation = sqrt(fsum(squares) / whole)
        return [square / (whole * deviation) if deviation else 0.0 for square in squares]
    return [item.own * item.weight / whole for item in items]


def group(items: Sequence[Measured], signal: str) -> float:
    """The reading of ``signal`` over just these items; NaN where there is none."""
    found = shares(items, signal)
    return fsum(found) if found else nan


def contributions(scored: ScoredCall, signal: str = "tone") -> list[Contribution]:
    """What each sentence adds to the call's value of ``signal``, in the order of the call.

    Sentences that do not carry the signal are left out. A sentence stands once, even where it
    makes several statements of guidance. An unknown name of a signal raises ``ValueError``.
    """
    texts = {sentence.number: sentence for sentence in scored.call.sentences}
    items = measured(scored, signal)
    found: dict[tuple[int, Role, str], Contribution] = {}
    for item, value in zip(items, shares(items, signal), strict=False):
        key = (item.sentence, item.role, item.speaker)
        if key in found:
            before = found[key]
            found[key] = replace(before, value=before.value + value, own=before.own + item.own)
            continue
        sentence = texts[item.sentence]
        found[key] = Contribution(
            signal=signal,
            sentence=item.sentence,
            value=value,
            own=item.own,
            section=item.section,
            role=item.role,
            speaker=item.speaker,
            topics=item.topics,
            text=sentence.text,
            start=sentence.start,
            end=sentence.end,
        )
    return sorted(found.values(), key=lambda each: each.sentence)


def total(scored: ScoredCall, signal: str = "tone", *, without: Collection[int] = ()) -> float:
    """The call's value of ``signal``; NaN where no sentence carries it.

    ``without`` names sentences to leave out, as if they had never been said.
    """
    left_out = frozenset(without)
    return group([i for i in measured(scored, signal) if i.sentence not in left_out], signal)


def _names(item: Measured, by: Partition) -> tuple[tuple[str, float], ...]:
    if by == "topic":
        return item.topics
    if by == "speaker":
        return ((item.speaker, 1.0),)
    return (((item.section if by == "section" else item.role).value, 1.0),)


def parts(scored: ScoredCall, signal: str = "tone", *, by: Partition = "section") -> list[Part]:
    """The call's value of ``signal``, parted; the parts' values sum to the whole (to 1e-9).

    A sentence on several topics is shared among them by their confidence, and one on none stands
    under ``""``; its level counts each of its topics' sentences whole. In order of first mention.
    """
    items = measured(scored, signal)
    values = shares(items, signal)
    pieces: dict[str, list[tuple[Measured, float]]] = {}
    for item, value in zip(items, values, strict=False):
        for name, share in _names(item, by):
            pieces.setdefault(name, []).append((item, value * share))
    return [
        Part(
            name=name,
            value=fsum(value for _, value in held),
            level=group([item for item, _ in held], signal),
            n_sentences=len({item.sentence for item, _ in held}),
        )
        for name, held in pieces.items()
    ]


def removal(scored: ScoredCall, sentences: Iterable[int], signal: str = "tone") -> Removal:
    """What taking ``sentences`` (their numbers) out of the call does to its value."""
    out = frozenset(sentences)
    held = contributions(scored, signal)
    return Removal(
        before=total(scored, signal),
        taken=fsum(each.value for each in held if each.sentence in out),
        left=fsum(each.value for each in held if each.sentence not in out),
        after=total(scored, signal, without=out),
    )


def evidence(
    scored: ScoredCall,
    signal: str = "tone",
    *,
    section: Section | None = None,
    role: Role | None = None,
    topic: str | None = None,
    count: int | None = None,
) -> list[Contribution]:
    """The sentences that carry a value: contributions of its sign, largest first.

    The value is that of the whole call or of the part named. Where the contributions cancel out
    exactly, both signs are cited. ``count`` keeps that many.
    """
    held = [
        each
        for each in contributions(scored, signal)
        if (section is None or each.section is section)
        and (role is None or each.role is role)
        and (topic is None or topic in dict(each.topics))
    ]
    whole = fsum(each.value for each in held)
    carrying = [each for each in held if each.value and (not whole or each.value * whole > 0)]
    return sorted(carrying, key=lambda each: (-abs(each.value), each.sentence))[:count]
