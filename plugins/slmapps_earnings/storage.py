"""A ScoredCall as the compact JSON that the workspace keeps, and back, without any loss.

Design choices:

* Turns and sentences are rows of places; their words are cut from the call's text when it is
  read again. Words that are not that very slice (a reader's repair) are kept beside their row.
* Opinions are columns, one list a measure: names that would come 350 times come once.
* Numbers stay as they are: Python writes the shortest decimal that is read back as the same float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slmapps_earnings.records import (
    Answer,
    Call,
    Exchange,
    Guidance,
    Opinion,
    ScoredCall,
    Sentence,
    SentenceKind,
    TargetOpinion,
    TopicScore,
    Turn,
)

__all__ = ["FORMAT", "heading", "packed", "sentence_at", "unpacked", "unpacked_call"]

FORMAT = 1
_KINDS = tuple(SentenceKind)
_PER_OPINION = ("sentence", "p", "forward", "uncertain", "guidance", "topics")


def packed(scored: ScoredCall) -> dict[str, Any]:
    """Give the JSON of a scored call; :func:`unpacked` makes an equal one of it."""
    call = scored.call
    return {
        "format": FORMAT,
        "call": call.model_dump(
            mode="json", exclude={"turns", "sentences", "exchanges", "text"}, exclude_defaults=True
        ),
        "text": call.text,
        "turns": _turn_rows(call),
        "sentences": _sentence_rows(call),
        "exchanges": [
            [each.number, each.asker, each.responder, list(each.question), list(each.answer)]
            for each in call.exchanges
        ],
        "opinions": _columns(scored.opinions),
        "answers": [each.model_dump(mode="json") for each in scored.answers],
        "guidance": [
            each.model_dump(mode="json", exclude_defaults=True) for each in scored.guidance
        ],
        "key_points": list(scored.key_points),
        "model_version": scored.model_version,
        "fingerprint": scored.fingerprint,
    }


def unpacked(data: Mapping[str, Any]) -> ScoredCall:
    """Make the scored call that :func:`packed` packed.

    Raises ``ValueError`` where the data are of a newer program.
    """
    return ScoredCall(
        call=unpacked_call(data),
        opinions=tuple(_opinions(data["opinions"])),
        answers=tuple(Answer.model_validate(each) for each in data["answers"]),
        guidance=tuple(Guidance.model_validate(each) for each in data["guidance"]),
        key_points=tuple(data["key_points"]),
        model_version=data["model_version"],
        fingerprint=data["fingerprint"],
    )


def unpacked_call(data: Mapping[str, Any]) -> Call:
    """Make only the call, as it was read; raises as :func:`unpacked` does."""
    if data.get("format") != FORMAT:
        raise ValueError(
            f"the call was kept in form {data.get('format')!r}, this program knows {FORMAT}:"
            " install the slmapps that wrote it, or score the file again"
        )
    text: str = data["text"]
    return Call.model_validate(
        {
            **data["call"],
            "text": text,
            "turns": tuple(_turns(data["turns"], text)),
            "sentences": tuple(_sentences(data["sentences"], text)),
            "exchanges": tuple(
                Exchange(number=number, asker=asker, responder=responder, question=q, answer=a)
                for number, asker, responder, q, a in data["exchanges"]
            ),
        }
    )


def heading(data: Mapping[str, Any]) -> Call:
    """Give a kept call's facts without its turns, sentences and text: cheap, for lists of calls."""
    return Call.model_validate(data["call"])


def sentence_at(data: Mapping[str, Any], number: int) -> tuple[Sentence, Opinion]:
    """Give one content sentence of a kept call and its opinion, without unpacking the rest.

    Raises ``KeyError`` where the call has no such sentence, or none that is scored.
    """
    columns = data["opinions"]
    if number not in columns["sentence"]:
        raise KeyError(f"the call has no scored sentence {number}")
    place = columns["sentence"].index(number)
    one = {
        name: values[place : place + 1] if name in _PER_OPINION else values
        for name, values in columns.items()
    }
    for name in ("targets", "corrected"):
        one[name] = {"0": columns[name][str(place)]} if str(place) in columns[name] else {}
    [opinion] = _opinions(one)
    turn, start, end, kind, *words = data["sentences"][number]
    text: str = data["text"]
    sentence = Sentence(
        number=number,
        turn=turn,
        start=start,
        end=end,
        text=words[0] if words else text[start:end],
        kind=_KINDS[kind],
    )
    return sentence, opinion


def _turn_rows(call: Call) -> list[list[Any]]:
    """``[speaker, role, section, title, firm, start, end]`` and the words where they differ."""
    _counted("turns", call.turns)
    return [
        [
            each.speaker,
            each.role.value,
            each.section.value,
            each.title,
            each.firm,
            each.start,
            each.end,
            *_words(each, call.text),
        ]
        for each in call.turns
    ]


def _sentence_rows(call: Call) -> list[list[Any]]:
    """``[turn, start, end, kind]`` and the words where they differ; kinds by their place."""
    _counted("sentences", call.sentences)
    return [
        [each.turn, each.start, each.end, _KINDS.index(each.kind), *_words(each, call.text)]
        for each in call.sentences
    ]


def _counted(what: str, rows: Sequence[Turn] | Sequence[Sentence]) -> None:
    if any(row.number != place for place, row in enumerate(rows)):
        raise ValueError(f"the {what} of a call are numbered from 0 in their order")


def _words(each: Turn | Sentence, text: str) -> list[str]:
    return [] if text[each.start : each.end] == each.text else [each.text]


def _turns(rows: Sequence[Sequence[Any]], text: str) -> list[Turn]:
    return [
        Turn(
            number=number,
            speaker=speaker,
            role=role,
            section=section,
            title=title,
            firm=firm,
            start=start,
            end=end,
            text=words[0] if words else text[start:end],
        )
        for number, (speaker, role, section, title, firm, start, end, *words) in enumerate(rows)
    ]


def _sentences(rows: Sequence[Sequence[Any]], text: str) -> list[Sentence]:
    return [
        Sentence(
            number=number,
            turn=turn,
            start=start,
            end=end,
            text=words[0] if words else text[start:end],
            kind=_KINDS[kind],
        )
        for number, (turn, start, end, kind, *words) in enumerate(rows)
    ]


def _columns(opinions: Sequence[Opinion]) -> dict[str, Any]:
    """One list a measure; targets and corrections, which few have, by the opinion's place."""
    names = list(dict.fromkeys(score.topic for each in opinions for score in each.topics))
    number = {name: place for place, name in enumerate(names)}
    return {
        "sentence": [each.sentence for each in opinions],
        "p": [list(each.p) for each in opinions],
        "forward": [each.forward for each in opinions],
        "uncertain": [each.uncertain for each in opinions],
        "guidance": [each.guidance for each in opinions],
        "topic_names": names,
        "topics": [
            [[number[score.topic], score.confidence] for score in each.topics] for each in opinions
        ],
        "targets": {
            str(place): [[t.name, t.start, t.end, list(t.p)] for t in each.targets]
            for place, each in enumerate(opinions)
            if each.targets
        },
        "corrected": {
            str(place): list(each.corrected)
            for place, each in enumerate(opinions)
            if each.corrected
        },
    }


def _opinions(columns: Mapping[str, Any]) -> list[Opinion]:
    names, targets, corrected = columns["topic_names"], columns["targets"], columns["corrected"]
    rows = zip(
        columns["sentence"],
        columns["p"],
        columns["forward"],
        columns["uncertain"],
        columns["guidance"],
        columns["topics"],
        strict=True,
    )
    return [
        Opinion(
            sentence=sentence,
            p=p,
            forward=forward,
            uncertain=uncertain,
            guidance=guidance,
            topics=tuple(TopicScore(topic=names[at], confidence=sure) for at, sure in topics),
            targets=tuple(
                TargetOpinion(name=name, start=start, end=end, p=chances)
                for name, start, end, chances in targets.get(str(place), ())
            ),
            corrected=tuple(corrected.get(str(place), ())),
        )
        for place, (sentence, p, forward, uncertain, guidance, topics) in enumerate(rows)
    ]
