"""A call's value is the sum of its sentences, whichever way it is cut."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmapps_earnings.aggregate import contributions, evidence, parts, removal, total
from slmapps_earnings.measures import SIGNALS, signals_of
from slmapps_earnings.records import Role, Section, SentenceKind
from tests.earnings.scored_calls import (
    ANALYST,
    CEO,
    CFO,
    OPERATOR,
    PREPARED,
    QA,
    opinion_of,
    said,
    scored_call,
)


def example():
    return scored_call(
        said(OPERATOR, PREPARED, ("Welcome.", 0.0, {"kind": SentenceKind.OPERATOR})),
        said(
            CEO,
            PREPARED,
            ("Orders rose.", 0.8, {"topics": {"demand": 0.9}}),
            ("We raise our outlook.", 0.6, {"forward": 0.9, "actions": ["raised", "kept"]}),
        ),
        said(CFO, PREPARED, ("Costs climbed.", -0.4, {"topics": {"costs": 0.6, "margins": 0.3}})),
        said(ANALYST, QA, ("What of pricing?", 0.0, {"topics": {"pricing": 0.8}})),
        said(CFO, QA, ("Prices fall.", -0.5), ("I won't go into it.", 0.0, {"uncertain": 0.9})),
        said(ANALYST, QA, ("And China?", 0.0)),
        evasions=(0.9, 0.7),
        refusal="I won't go into",
    )


def test_the_tone_of_a_call_is_the_mean_of_its_scored_sentences():
    call = example()
    assert total(call) == pytest.approx((0.8 + 0.6 - 0.4 + 0 - 0.5 + 0 + 0) / 7)
    assert "Welcome." not in [each.text for each in contributions(call)]
    assert total(call, "forward_tone") == pytest.approx(0.6)
    assert total(call, "topic:demand") == pytest.approx(0.8)
    assert total(call, "uncertainty") == pytest.approx((6 * 0.1 + 0.9) / 7)


def test_the_gap_is_prepared_less_questions_and_answers_and_needs_both():
    assert total(example(), "qa_gap") == pytest.approx(1.0 / 3 - (-0.5) / 4)
    assert isnan(total(scored_call(said(CEO, PREPARED, ("Fine.", 0.3))), "qa_gap"))


def test_dispersion_is_the_standard_deviation_of_the_tone():
    tones = [each.own for each in contributions(example())]
    assert total(example(), "dispersion") == pytest.approx(np.std(tones))


def test_guidance_raised_counts_up_lowered_and_withdrawn_down_kept_not_at_all():
    assert total(example(), "guidance_change") == pytest.approx(0.5)
    lowered = scored_call(
        said(
            CFO,
            PREPARED,
            ("We cut.", -0.5, {"actions": ["lowered"]}),
            ("We withdraw.", -0.5, {"actions": ["withdrawn"]}),
        )
    )
    assert total(lowered, "guidance_change") == -1.0
    assert isnan(total(scored_call(said(CEO, PREPARED, ("Fine.", 0.3))), "guidance_change"))


def test_an_answers_evasion_is_carried_by_the_words_that_refuse():
    held = contributions(example(), "evasion")
    assert total(example(), "evasion") == pytest.approx(0.8)
    assert [(each.text, each.role) for each in held] == [
        ("I won't go into it.", CFO),
        ("And China?", CEO),  # no answer came: the question stands for whoever was asked
    ]


def test_evidence_points_the_way_of_the_value_largest_first_with_exact_offsets():
    call = example()
    cited = evidence(call)
    assert [each.text for each in cited] == ["Orders rose.", "We raise our outlook."]
    assert all(call.call.text[each.start : each.end] == each.text for each in cited)
    assert [each.text for each in evidence(call, section=QA)] == ["Prices fall."]
    assert evidence(call, count=1) == cited[:1]


def test_taking_out_what_is_cited_moves_the_value_more_than_taking_out_others():
    call = example()
    cited = {each.sentence for each in evidence(call)}
    found = removal(call, cited)
    assert found.before == pytest.approx(found.taken + found.left)
    assert found.after == pytest.approx((-0.4 - 0.5) / 5)
    others = {each.sentence for each in contributions(call) if each.own == 0}
    assert abs(found.change) > 5 * abs(removal(call, list(others)[:2]).change)


def test_a_sentence_on_two_topics_is_shared_and_each_topic_keeps_its_own_level():
    by_topic = {part.name: part for part in parts(example(), by="topic")}
    assert by_topic["costs"].value == pytest.approx(-0.4 / 7 * 2 / 3)
    assert by_topic["costs"].level == by_topic["margins"].level == pytest.approx(-0.4)
    assert by_topic["costs"].level == total(example(), "topic:costs")


def test_an_unknown_signal_is_the_callers_mistake():
    with pytest.raises(ValueError, match="take one of tone"):
        total(example(), "mood")


def test_a_call_without_opinions_has_no_value_rather_than_zero():
    empty = scored_call(
        said(OPERATOR, PREPARED, ("Welcome.", 0.0, {"kind": SentenceKind.OPERATOR}))
    )
    assert all(isnan(total(empty, signal)) for signal in SIGNALS)
    assert parts(empty) == contributions(empty) == evidence(empty) == []


lines = st.tuples(
    st.just("Words were said."),
    st.floats(-1, 1, allow_subnormal=False),
    st.fixed_dictionaries(
        {
            "forward": st.floats(0, 1),
            "uncertain": st.floats(0, 1),
            "topics": st.dictionaries(
                st.sampled_from(["demand", "costs", "deals"]), st.floats(0, 1), max_size=3
            ),
            "actions": st.lists(
                st.sampled_from(["raised", "lowered", "kept", "given", "withdrawn"]), max_size=2
            ),
        }
    ),
)
turns = st.builds(
    lambda role, section, held, speaker: said(role, section, *held, speaker=speaker),
    st.sampled_from(list(Role)),
    st.sampled_from(list(Section)),
    st.lists(lines, max_size=5),
    st.sampled_from(["Ada Lind", "Bruno Sato", "Cleo Marsh"]),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(turns, min_size=1, max_size=8), st.lists(st.floats(0, 1), max_size=4))
def test_every_partition_of_every_signal_sums_to_the_whole(held, evasions):
    call = scored_call(*held, evasions=evasions)
    for signal in signals_of(call):
        whole = total(call, signal)
        pieces = contributions(call, signal)
        assert isnan(whole) == (not pieces)
        if pieces:
            assert sum(each.value for each in pieces) == pytest.approx(whole, abs=1e-9)
        for by in ("section", "role", "topic", "speaker"):
            found = parts(call, signal, by=by)
            if found:
                assert sum(part.value for part in found) == pytest.approx(whole, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(turns, min_size=1, max_size=6), st.data())
def test_removal_says_what_a_call_without_the_sentence_would_read(held, data):
    call = scored_call(*held)
    numbers = [each.sentence for each in contributions(call)]
    if not numbers:
        return
    out = set(data.draw(st.lists(st.sampled_from(numbers), unique=True)))
    rest = call.model_copy(
        update={"opinions": tuple(o for o in call.opinions if o.sentence not in out)}
    )
    found = removal(call, out)
    assert found.after == pytest.approx(total(rest), nan_ok=True)
    assert found.taken + found.left == pytest.approx(found.before, abs=1e-9)


def test_tones_of_the_fixture_are_what_was_asked_for():
    assert [opinion_of(0, tone, {}).tone for tone in (-1.0, 0.25)] == pytest.approx([-1.0, 0.25])
