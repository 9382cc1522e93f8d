"""A call in, its opinions out: every content sentence encoded once, every head asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from slmapps_earnings.figures import marked
from slmapps_earnings.guidance import read_guidance
from slmapps_earnings.records import (
    DIMENSIONS,
    Answer,
    Call,
    Exchange,
    Level,
    Opinion,
    ScoredCall,
    Sentence,
    SentenceKind,
    TopicScore,
)
from slmapps_earnings.refusals import refusal
from slmapps_earnings.scorer import Scorer, Scores, load_scorer

__all__ = ["Verdict", "judge_answers", "score_call", "score_sentences"]

ON_TOPIC = 0.5


@dataclass(frozen=True)
class Verdict:
    """How one question was answered; see :class:`slmapps_earnings.records.Answer`."""

    levels: dict[str, Level]
    evasion: float
    refusal: str


def score_sentences(texts: Sequence[str], *, scorer: Scorer | None = None) -> list[Opinion]:
    """An Opinion of each text, in the order given; ``Opinion.sentence`` counts from 0."""
    scores = (scorer or load_scorer()).score(texts)
    return _opinions(scores, range(len(texts)))


def score_call(call: Call, *, scorer: Scorer | None = None) -> ScoredCall:
    """Everything that the model says of ``call``; of a refused one nothing."""
    scorer = scorer or load_scorer()
    content = [each for each in call.sentences if each.kind is SentenceKind.CONTENT]
    scores = scorer.score([each.text for each in content])
    opinions = tuple(_opinions(scores, (each.number for each in content)))
    return ScoredCall(
        call=call,
        opinions=opinions,
        answers=tuple(_answers(call, scorer)),
        guidance=read_guidance(call, opinions) if content else (),
        model_version=scorer.version,
        fingerprint=scorer.fingerprint,
    )


def judge_answers(
    questions: Sequence[str], answers: Sequence[str], *, scorer: Scorer | None = None
) -> list[Verdict]:
    """How each question was answered: levels, evasion and outright refusals."""
    levels = (scorer or load_scorer()).answers(questions, answers)
    return [_verdict(levels[row], answer) for row, answer in enumerate(answers)]


def _opinions(scores: Scores, numbers: Iterable[int]) -> list[Opinion]:
    found = []
    for row, number in enumerate(numbers):
        topics = [
            TopicScore(topic=name, confidence=round(float(scores.topics[row, place]), 4))
            for place, name in enumerate(scores.topic_names)
            if scores.topics[row, place] >= ON_TOPIC
        ]
        low, middle, high = (round(float(p), 4) for p in scores.sentiment[row])
        found.append(
            Opinion(
                sentence=number,
                p=(low, middle, high),
                forward=round(float(scores.forward[row]), 4),
                uncertain=round(float(scores.uncertain[row]), 4),
                guidance=round(float(scores.guidance[row]), 4),
                topics=tuple(sorted(topics, key=lambda each: -each.confidence)),
            )
        )
    return found


def _answers(call: Call, scorer: Scorer) -> Iterable[Answer]:
    by_turn: dict[int, list[Sentence]] = {}
    for sentence in call.sentences:
        by_turn.setdefault(sentence.turn, []).append(sentence)

    def said(turns: Sequence[int]) -> list[str]:
        return [each.text for turn in turns for each in by_turn.get(turn, [])]

    pairs: list[tuple[Exchange, list[str], list[str]]] = [
        (each, said(each.question), said(each.answer)) for each in call.exchanges
    ]
    pairs = [(each, asked, told) for each, asked, told in pairs if asked and told]
    if not pairs:
        return
    flat = [marked(text) for _, asked, told in pairs for text in (*asked, *told)]
    ends = np.cumsum([size for _, asked, told in pairs for size in (len(asked), len(told))])
    vectors = np.split(scorer.reader.encode(flat), ends[:-1])
    questions = [" ".join(asked) for _, asked, _ in pairs]
    answers = [" ".join(told) for _, _, told in pairs]
    levels = scorer.answers_of(questions, answers, vectors[0::2], vectors[1::2])
    for row, (exchange, _, _) in enumerate(pairs):
        verdict = _verdict(levels[row], answers[row])
        yield Answer(
            exchange=exchange.number,
            levels=verdict.levels,
            evasion=verdict.evasion,
            refusal=verdict.refusal,
        )


def _verdict(levels: np.ndarray[tuple[int, ...], np.dtype[np.float32]], answer: str) -> Verdict:
    """Levels (6, 3) as a verdict; evasion is the chance that it misses the question or is unclear.

    The chance of RELEVANT below 2 or SPECIFIC at 0, whichever is greater: an answer may be on the
    subject and say nothing.
    """
    by_name = {
        name: Level(
            level=int(levels[place].argmax()),
            p=tuple(round(float(p), 4) for p in levels[place]),  # type: ignore[arg-type]
        )
        for place, name in enumerate(DIMENSIONS)
    }
    beside = 1 - by_name["RELEVANT"].p[2]
    nothing = by_name["SPECIFIC"].p[0]
    said = refusal(answer)
    return Verdict(by_name, round(max(beside, nothing, 0.9 if said else 0.0), 4), said)
