"""A scored call comes out of its record exactly as it went in, and takes little room there."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from slmapps_earnings.records import (
    Action,
    Answer,
    Guidance,
    Level,
    Opinion,
    Participant,
    Role,
    Sentence,
    SentenceKind,
    TargetOpinion,
    TimeSource,
    TopicScore,
)
from slmapps_earnings.storage import heading, packed, sentence_at, unpacked
from tests.earnings.scored_calls import ANALYST, CEO, CFO, OPERATOR, PREPARED, QA, said, scored_call


def full_call():
    """A call that uses every field there is, odd characters among them."""
    made = scored_call(
        said(OPERATOR, PREPARED, ("Welcome.", 0.0, {"kind": SentenceKind.OPERATOR})),
        said(
            CEO,
            PREPARED,
            (
                "Revenue rose 8% — “a record”, naïve \U0001f680 readers say.",
                1 / 3,
                {"forward": 0.7},
            ),
            (
                "We now see 4 to 5 billion.",
                0.1,
                {"topics": {"outlook": 0.91, "results": 0.1 + 0.2}},
            ),
        ),
        said(ANALYST, QA, ("Why, though?", -0.2, {})),
        said(CFO, QA, ("We do not break that out.", -0.123456789, {})),
        evasions=(0.87,),
        refusal="We do not break that out",
    )
    call = made.call.model_copy(
        update={
            "event_time": datetime(2025, 4, 24, 8, 30, tzinfo=timezone(timedelta(hours=-4))),
            "event_date": date(2025, 4, 24),
            "time_source": TimeSource.HEADER,
            "partial": True,
            "layout": "plain",
            "participants": (
                Participant(
                    name="Ada M. Lind", role=Role.CEO, title="President & CEO", firm="Velta"
                ),
            ),
        }
    )
    first = made.opinions[0].model_copy(
        update={
            "targets": (TargetOpinion(name="Velta", start=3, end=8, p=(0.1, 0.2, 0.7)),),
            "corrected": ("sentiment",),
        }
    )
    level = Level(level=1, p=(0.2, 0.5, 0.3))
    return made.model_copy(
        update={
            "call": call,
            "opinions": (first, *made.opinions[1:]),
            "answers": (
                Answer(exchange=0, levels={"CLEAR": level}, evasion=0.87, refusal="do not break"),
            ),
            "guidance": (
                Guidance(
                    sentence=2,
                    metric="revenue",
                    period="2025",
                    low=Decimal(4_000_000_000),
                    high=Decimal("5000000000.50"),
                    unit="USD",
                    action=Action.RAISED,
                    growth=True,
                    confidence=0.75,
                ),
                Guidance(sentence=2, metric="margin"),
            ),
            "key_points": (2, 1),
        }
    )


def test_a_call_comes_back_exactly_through_json():
    scored = full_call()
    again = unpacked(json.loads(json.dumps(packed(scored))))
    assert again == scored
    assert again.call.event_time.utcoffset() == timedelta(hours=-4)
    assert again.guidance[0].high == Decimal("5000000000.50")


def test_words_that_are_no_slice_of_the_text_come_back_too():
    scored = full_call()
    odd = scored.call.sentences[1].model_copy(update={"text": "Revenue rose (repaired)."})
    turn = scored.call.turns[0].model_copy(update={"text": "Welcome all."})
    call = scored.call.model_copy(
        update={
            "sentences": (scored.call.sentences[0], odd, *scored.call.sentences[2:]),
            "turns": (turn, *scored.call.turns[1:]),
        }
    )
    scored = scored.model_copy(update={"call": call})
    assert unpacked(packed(scored)) == scored


def test_a_call_without_opinions_comes_back():
    scored = scored_call(said(OPERATOR, PREPARED, ("Hello.", 0, {"kind": SentenceKind.OPERATOR})))
    assert unpacked(packed(scored)) == scored


def test_the_heading_has_the_facts_and_none_of_the_words():
    scored = full_call()
    facts = heading(packed(scored))
    assert (facts.company, facts.fiscal_period) == ("Velta Instruments", "2025Q1")
    assert (facts.turns, facts.sentences, facts.text) == ((), (), "")


def test_one_sentence_is_given_without_the_rest():
    scored = full_call()
    for opinion in scored.opinions:
        sentence, found = sentence_at(packed(scored), opinion.sentence)
        assert found == opinion
        assert sentence == scored.call.sentences[opinion.sentence]
    with pytest.raises(KeyError, match="no scored sentence 0"):
        sentence_at(packed(scored), 0)


def test_a_form_that_this_program_does_not_know_is_refused_with_the_cure():
    with pytest.raises(ValueError, match="install"):
        unpacked({**packed(full_call()), "format": 99})


def test_sentences_out_of_their_order_are_refused():
    scored = full_call()
    call = scored.call.model_copy(update={"sentences": scored.call.sentences[::-1]})
    with pytest.raises(ValueError, match="numbered from 0"):
        packed(scored.model_copy(update={"call": call}))


def test_the_words_of_a_call_are_kept_once():
    words = (
        "Orders in the quarter were ahead of what we had planned for the region, with {} lines. "
    )
    text, sentences, opinions = "", [], []
    for number in range(350):
        line = words.format(number).strip()
        sentences.append(
            Sentence(number=number, turn=0, start=len(text), end=len(text) + len(line), text=line)
        )
        opinions.append(
            Opinion(
                sentence=number,
                p=(0.0712, 0.2101, 0.7187),
                forward=0.1234,
                uncertain=0.0876,
                guidance=0.0031,
                topics=(TopicScore(topic="demand", confidence=0.8123),),
            )
        )
        text += line + " "
    base = full_call()
    call = base.call.model_copy(
        update={
            "text": text,
            "sentences": tuple(sentences),
            "turns": (
                base.call.turns[1].model_copy(
                    update={"number": 0, "start": 0, "end": len(text), "text": text}
                ),
            ),
            "exchanges": (),
        }
    )
    scored = base.model_copy(update={"call": call, "opinions": tuple(opinions)})
    size = len(json.dumps(packed(scored)))
    assert unpacked(packed(scored)) == scored
    assert size < 2.2 * len(text)
    assert size < len(scored.model_dump_json()) / 2.5
