"""A call beside the one before it: which statements are new, dropped, stronger, softer or the same.

Design choices:

* Statements are paired one to one by the cosine of their vectors, with the assignment that makes
  the most of all pairs together (Kuhn and Munkres; ``scipy.optimize.linear_sum_assignment``), not
  greedily: a phrase said twice is used up once.
* Another section or another topic costs a pair some of its cosine; an analyst's words are never
  paired with the management's. Below :data:`ALIKE` nothing is paired.
* Stronger and softer are meant for who holds the share: more positive or less hedged is
  strengthened. A changed figure is told and decides nothing, for whether a figure that grew is
  good depends on what it counts; a raised or lowered outlook does decide.
* ``sure`` orders the pairs; it is made of calibrated probabilities but isn't calibrated itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slmapps_earnings.figures import figures_in
from slmapps_earnings.records import Action, Opinion, Role, ScoredCall, Section, Sentence, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32] | NDArray[np.float64]

__all__ = ["ALIKE", "Change", "Pair", "Quote", "diff", "statements"]

ALIKE = 0.55
"""From this cosine on, less what section and topic cost, two statements can be one another's."""

TONE_STEP = 0.25
HEDGE_STEP = 0.4
_ELSEWHERE = 0.08
_NEARBY = 0.01
_DIRECTION = {Action.RAISED: 1, Action.LOWERED: -1, Action.WITHDRAWN: -1}


class Change(StrEnum):
    """What has become of a statement."""

    NEW = "new"
    DROPPED = "dropped"
    STRENGTHENED = "strengthened"
    SOFTENED = "softened"
    KEPT = "kept"


@dataclass(frozen=True)
class Quote:
    """A statement as it was said; ``start`` and ``end`` are offsets into its call's text."""

    sentence: int
    text: str
    start: int
    end: int
    section: Section
    role: Role
    speaker: str
    tone: float
    uncertain: float


@dataclass(frozen=True)
class Pair:
    """A statement now and before; one of the two is None where it is new or was dropped.

    ``similarity`` is the cosine of the pair, or that of the nearest statement where there is none
    to pair it with. ``sure`` lies within 0..1, and ``reasons`` say why in words.
    """

    change: Change
    now: Quote | None
    before: Quote | None
    similarity: float
    sure: float
    tone_change: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Statement:
    sentence: Sentence
    turn: Turn
    opinion: Opinion
    guided: int

    @property
    def topics(self) -> frozenset[str]:
        return frozenset(each.topic for each in self.opinion.topics)

    @property
    def quote(self) -> Quote:
        return Quote(
            sentence=self.sentence.number,
            text=self.sentence.text,
            start=self.sentence.start,
            end=self.sentence.end,
            section=self.turn.section,
            role=self.turn.role,
            speaker=self.turn.speaker,
            tone=self.opinion.tone,
            uncertain=self.opinion.uncertain,
        )


def statements(scored: ScoredCall) -> list[str]:
    """The texts of a call's opinions in their order: what the rows of its vectors stand for."""
    texts = {sentence.number: sentence.text for sentence in scored.call.sentences}
    return [texts[opinion.sentence] for opinion in scored.opinions]


def _statements(scored: ScoredCall) -> list[_Statement]:
    sentences = {sentence.number: sentence for sentence in scored.call.sentences}
    turns = {turn.number: turn for turn in scored.call.turns}
    guided: dict[int, int] = {}
    for stated in scored.guidance:
        guided[stated.sentence] = guided.get(stated.sentence, 0) + _DIRECTION.get(stated.action, 0)
    return [
        _Statement(
            sentence := sentences[opinion.sentence],
            turns[sentence.turn],
            opinion,
            guided.get(opinion.sentence, 0),
        )
        for opinion in scored.opinions
    ]


def _worth(
    now: Sequence[_Statement], before: Sequence[_Statement], cosines: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each pair (now, before) lies above what pairs need; 0 where it may not be."""
    import numpy as np

    def differ(one: list[bool], other: list[bool]) -> NDArray[np.bool_]:
        return np.not_equal.outer(np.array(one), np.array(other))

    section = differ(
        [s.turn.section is Section.QA for s in now], [s.turn.section is Section.QA for s in before]
    )
    asking = differ(
        [s.turn.role is Role.ANALYST for s in now], [s.turn.role is Role.ANALYST for s in before]
    )
    names = sorted({name for each in (*now, *before) for name in each.topics})
    about = [
        np.array(
            [[name in each.topics for name in names] for each in side], dtype=np.int64
        ).reshape(len(side), len(names))
        for side in (now, before)
    ]
    has = [side.any(axis=1) for side in about]
    apart = ((about[0] @ about[1].T) == 0) & np.logical_and.outer(*has)
    held: NDArray[np.float64] = cosines - _ELSEWHERE * section - _ELSEWHERE * apart - ALIKE
    # Of two pairs alike, the one that stands at the same place in its call.
    places = [np.arange(len(side)) / max(len(side) - 1, 1) for side in (now, before)]
    held = held + _NEARBY * (1 - np.abs(np.subtract.outer(*places)))
    held[asking | (held < _NEARBY)] = 0.0
    return held


def diff(
    now: ScoredCall, before: ScoredCall, now_vectors: Vectors, before_vectors: Vectors
) -> list[Pair]:
    """Pair the statements of ``now`` with those of the call ``before`` it.

    The vectors have a row for each opinion, in order (:func:`statements` gives the texts), each of
    length 1. Pairs come in the order of ``now``; what was dropped comes last, in its own order.
    Another number of rows raises ``ValueError``.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    for name, scored, vectors in (("now", now, now_vectors), ("before", before, before_vectors)):
        if len(vectors) != len(scored.opinions):
            raise ValueError(
                f"{name} has {len(scored.opinions)} opinions and {len(vectors)} vectors; "
                "encode statements(call), one row a text"
            )
    ours, theirs = _statements(now), _statements(before)
    if not ours or not theirs:
        return [_alone(each, Change.NEW, 0.0) for each in ours] + [
            _alone(each, Change.DROPPED, 0.0) for each in theirs
        ]
    cosines = np.asarray(now_vectors, dtype=np.float64) @ np.asarray(before_vectors).T
    worth = _worth(ours, theirs, cosines)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    partner = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0}
    pairs = [
        _paired(each, theirs[partner[place]], float(cosines[place, partner[place]]))
        if place in partner
        else _alone(each, Change.NEW, float(cosines[place].max()))
        for place, each in enumerate(ours)
    ]
    used = set(partner.values())
    return pairs + [
        _alone(each, Change.DROPPED, float(cosines[:, place].max()))
        for place, each in enumerate(theirs)
        if place not in used
    ]


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _alone(each: _Statement, change: Change, nearest: float) -> Pair:
    words = "nothing like it was said" if nearest < ALIKE else "what is like it is paired already"
    new = change is Change.NEW
    return Pair(
        change=change,
        now=each.quote if new else None,
        before=None if new else each.quote,
        similarity=nearest,
        sure=_share(1 - nearest),
        tone_change=each.opinion.tone if new else -each.opinion.tone,
        reasons=(f"{words} {'before' if new else 'now'}",),
    )


def _figures(now: str, before: str) -> str:
    """How the figures of two statements differ, in words; "" where they don't."""
    held = [
        {(figure.value, figure.unit): text[figure.start : figure.end].strip() for figure in found}
        for text, found in ((now, figures_in(now)), (before, figures_in(before)))
    ]
    came = [words for key, words in held[0].items() if key not in held[1]]
    went = [words for key, words in held[1].items() if key not in held[0]]
    if came and went:
        return f"figure changed: {', '.join(went)} → {', '.join(came)}"
    if came:
        return f"figure added: {', '.join(came)}"
    return f"figure left out: {', '.join(went)}" if went else ""


def _paired(now: _Statement, before: _Statement, cosine: float) -> Pair:
    step = now.opinion.tone - before.opinion.tone
    hedge = now.opinion.uncertain - before.opinion.uncertain
    reasons = []
    if now.guided:
        reasons.append(f"outlook {'raised' if now.guided > 0 else 'lowered or withdrawn'}")
    if abs(step) >= TONE_STEP:
        reasons.append(f"tone {before.opinion.tone:+.2f} → {now.opinion.tone:+.2f}")
    if abs(hedge) >= HEDGE_STEP:
        reasons.append("hedging added" if hedge > 0 else "hedging removed")
    if figures := _figures(now.sentence.text, before.sentence.text):
        reasons.append(figures)
    direction = now.guided or (step if abs(step) >= TONE_STEP else 0)
    direction = direction or (-hedge if abs(hedge) >= HEDGE_STEP else 0)
    change = Change.KEPT
    if direction:
        change = Change.STRENGTHENED if direction > 0 else Change.SOFTENED
    return Pair(
        change=change,
        now=now.quote,
        before=before.quote,
        similarity=cosine,
        sure=_share(cosine) * _probability(change, now, before),
        tone_change=step,
        reasons=tuple(reasons) or ("said in the same way",),
    )


def _probability(change: Change, now: _Statement, before: _Statement) -> float:
    """How probable the change is where the two statements' labels are drawn independently."""
    p, q = now.opinion.p, before.opinion.p
    up = p[1] * q[0] + p[2] * (q[0] + q[1])
    down = q[1] * p[0] + q[2] * (p[0] + p[1])
    firmer = before.opinion.uncertain * (1 - now.opinion.uncertain)
    vaguer = now.opinion.uncertain * (1 - before.opinion.uncertain)
    if change is Change.STRENGTHENED:
        return 1.0 if now.guided > 0 else 1 - (1 - up) * (1 - firmer)
    if change is Change.SOFTENED:
        return 1.0 if now.guided < 0 else 1 - (1 - down) * (1 - vaguer)
    return (1 - up - down) * (1 - firmer) * (1 - vaguer)
