"""What is asked of a person about a call, and how each question is put.

Design choices:

* A call has some 350 sentences. The sentiment of those that the error budget leaves in doubt is
  asked, the least sure first, :data:`MOST_SENTENCES` a call and no more; with it goes their topic.
* The probabilities are calibrated, so the budget is kept by adding up: sentences are accepted from
  the surest down for as long as the errors to be expected among them stay within it.
* A role is asked only where the transcript says too little to know it, and of no one twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.records import Alternative, Evidence, EvidenceKind, Prediction, Span, Status
from slmapps_earnings.corrections import (
    NO_TOPIC,
    Sayings,
    label_of,
    sentence_item,
    speaker_item,
)
from slmapps_earnings.records import (
    SENTIMENTS,
    Call,
    Opinion,
    Role,
    ScoredCall,
    Sentence,
    Turn,
)

__all__ = [
    "BUDGET",
    "MOST_SENTENCES",
    "SENTENCE_FIELDS",
    "asked_sentences",
    "asked_speakers",
    "chances_of",
    "falling",
    "questions",
    "role_prediction",
    "sentence_prediction",
    "share_right",
    "threshold",
    "thresholds",
]

BUDGET = 0.05
"""The share of accepted sentiments that may be wrong where nobody has set another."""

MOST_SENTENCES = 12
MOST_SPEAKERS = 6

SENTENCE_FIELDS = ("sentiment", "topic")
MODEL = "earnings"
_GUESSED = 0.75
_LAST_WORD = 0.98
_MANAGEMENT = frozenset(
    {Role.CEO, Role.CFO, Role.OTHER_MANAGEMENT, Role.INVESTOR_RELATIONS, Role.UNKNOWN}
)


def threshold(confidences: npt.ArrayLike, budget: float) -> float:
    """From which confidence (0 to 1) on a call's sentiments are accepted; above 1 where none is.

    Args:
        confidences: (n,) calibrated probabilities of the likeliest sentiment.
        budget: the share of accepted ones that may be wrong, as expected from them.
    """
    falling = -np.sort(-np.asarray(confidences, np.float64))
    errors = np.cumsum(1 - falling) / np.arange(1, len(falling) + 1)
    kept = np.flatnonzero(errors <= budget)
    return float(falling[kept[-1]]) if len(kept) else 2.0


def thresholds(opinions: Sequence[Opinion], budget: float) -> dict[str, float]:
    """Give :func:`threshold` for each field of a call's sentences."""
    return {
        field: threshold([max(chances_of(each, field).values()) for each in opinions], budget)
        for field in SENTENCE_FIELDS
    }


def asked_sentences(opinions: Sequence[Opinion], budget: float) -> list[int]:
    """Numbers of the sentences whose sentiment is in doubt, the least sure first."""
    sure = {each.sentence: max(each.p) for each in opinions}
    least = threshold(list(sure.values()), budget)
    doubtful = [number for number, confidence in sure.items() if confidence < least]
    return sorted(doubtful, key=lambda number: (sure[number], number))[:MOST_SENTENCES]


def asked_speakers(call: Call, sayings: Sayings) -> list[Turn]:
    """The first turn of each speaker whose role the reader could only guess.

    That is a role unknown, or one in the management without a printed title, which is told from
    what is said. Someone whose role a person has given is not asked about.
    """
    first: dict[str, Turn] = {}
    for turn in call.turns:
        first.setdefault(turn.speaker, turn)
    titled = _titled(call)
    return [
        turn
        for name, turn in first.items()
        if name.strip()
        and turn.role in _MANAGEMENT
        and (turn.role is Role.UNKNOWN or name not in titled)
        and sayings.role(call.firm, name) is None
    ][:MOST_SPEAKERS]


def _titled(call: Call) -> set[str]:
    """Name the speakers whose title or firm is printed somewhere."""
    speakers = {turn.speaker for turn in call.turns if turn.title or turn.firm}
    return speakers | {each.name for each in call.participants if each.title or each.firm}


def chances_of(opinion: Opinion, field: str) -> dict[str, float]:
    """The model's probability of each value of a sentence's field, the likeliest first.

    Topics may hold together, so theirs need not sum to 1; that there is none is as likely as that
    the likeliest is wrong.
    """
    if field == "sentiment":
        chances = dict(zip(SENTIMENTS, opinion.p, strict=True))
    else:
        chances = {each.topic: each.confidence for each in opinion.topics}
        chances[NO_TOPIC] = 1 - max(chances.values(), default=0.0)
    return falling(chances)


def falling(chances: Mapping[str, float]) -> dict[str, float]:
    """Put values in the order of their probability."""
    return dict(sorted(chances.items(), key=lambda item: -item[1]))


def sentence_prediction(
    call: Call,
    sentence: Sentence,
    field: str,
    chances: Mapping[str, float],
    accepted_from: float,
    *,
    version: str = "",
    fingerprint: str = "",
    alike: Sequence[Evidence] = (),
) -> Prediction:
    """Put what is believed of a sentence as a Prediction.

    Args:
        chances: of the values of ``field``, the likeliest first.
        accepted_from: the confidence from which the error budget accepts it.
        alike: judged sentences like it that were learnt from.
    """
    (value, confidence), *others = chances.items()
    accepted = confidence >= accepted_from
    span = Span(document=call.sha256, start=sentence.start, end=sentence.end)
    return Prediction(
        field=field,
        value=value,
        confidence=_share(confidence),
        alternatives=tuple(
            Alternative(value=other, confidence=_share(chance)) for other, chance in others[:3]
        ),
        evidence=(Evidence(kind=EvidenceKind.SPAN, text=sentence.text, span=span), *alike),
        status=Status.ACCEPTED if accepted else Status.REVIEW,
        reason="" if accepted else "outside the error budget",
        model=MODEL,
        version=version,
        fingerprint=fingerprint,
    )


def role_prediction(call: Call, turn: Turn, said: str | None, *, right: float) -> Prediction:
    """Put what is believed of a speaker's role as a Prediction.

    Args:
        turn: the speaker's first one, which is the evidence.
        said: the role that a person gave the speaker in another call of the firm, if one did.
        right: the share of such guesses that people have found right.
    """
    span = Span(document=call.sha256, start=turn.start, end=turn.end)
    seen = Evidence(kind=EvidenceKind.SPAN, text=turn.text[:300], span=span)
    if said is not None:
        known = f"{turn.speaker} was said to be {label_of(said)} in another call of the firm"
        past = Evidence(kind=EvidenceKind.PAST_CASE, text=known, value=said)
        return Prediction(
            field="role",
            value=said,
            confidence=_LAST_WORD,
            evidence=(past, seen),
            status=Status.ACCEPTED,
            model=MODEL,
        )
    if turn.role is Role.UNKNOWN:
        return Prediction(
            field="role",
            value=None,
            confidence=0.0,
            evidence=(seen,),
            status=Status.REFUSED,
            reason="the transcript gives neither a title nor a firm",
            model=MODEL,
        )
    if turn.role not in _MANAGEMENT or turn.speaker in _titled(call):
        return Prediction(
            field="role",
            value=turn.role.value,
            confidence=_LAST_WORD,
            evidence=(seen,),
            status=Status.ACCEPTED,
            model=MODEL,
        )
    return Prediction(
        field="role",
        value=turn.role.value,
        confidence=_share(right),
        evidence=(seen,),
        status=Status.REVIEW,
        reason="no title is printed: the role is told from what is said",
        model=MODEL,
    )


def share_right(right: int, reviewed: int) -> float:
    """The share of guessed roles that are right, from what was reviewed and a prior of four."""
    return (right + 4 * _GUESSED) / (reviewed + 4)


def questions(
    scored: ScoredCall,
    sayings: Sayings,
    budget: float,
    *,
    right: float,
    chances: Mapping[tuple[int, str], tuple[Mapping[str, float], Sequence[Evidence]]],
) -> Iterator[tuple[str, Prediction]]:
    """Put everything that is asked about a call, as (item, Prediction).

    ``chances`` gives what was learnt of a sentence's field, where anything was.
    """
    call = scored.call
    for turn in asked_speakers(call, sayings):
        yield speaker_item(turn.speaker), role_prediction(call, turn, None, right=right)
    opinions = {each.sentence: each for each in scored.opinions}
    least = thresholds(scored.opinions, budget)
    for number in asked_sentences(scored.opinions, budget):
        for field in SENTENCE_FIELDS:
            believed, alike = chances.get((number, field)) or (
                chances_of(opinions[number], field),
                (),
            )
            yield (
                sentence_item(number),
                sentence_prediction(
                    call,
                    call.sentences[number],
                    field,
                    believed,
                    least[field],
                    version=scored.model_version,
                    fingerprint=scored.fingerprint,
                    alike=alike,
                ),
            )


def _share(value: Any) -> float:
    return round(min(1.0, max(0.0, float(value))), 4)
