"""A call is set against its own past only, and the past never changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmapps_earnings.asof import span
from slmapps_earnings.comparison import Dated, compare, z_score
from slmapps_earnings.history import history, person
from slmapps_earnings.records import Kind
from tests.earnings.scored_calls import CEO, CFO, PREPARED, plain_call, quarterly, said, scored_call

TONES = [0.1, 0.3, -0.2, 0.4, 0.25, 0.5, 0.0]


def test_changes_are_against_the_prior_and_the_year_ago_call():
    rows, problems = history(quarterly(TONES))
    assert problems == []
    assert [row.value for row in rows] == pytest.approx(TONES)
    assert isnan(rows[0].change)
    assert rows[1].change == pytest.approx(0.2)
    assert rows[4].change_year == pytest.approx(0.25 - 0.1)
    assert rows[4].year_ago == rows[0].transcript_sha256
    assert isnan(rows[3].change_year)


def test_z_needs_four_past_calls_and_looks_at_nothing_else():
    rows, _ = history(quarterly(TONES))
    assert [isnan(row.z) for row in rows[:4]] == [True] * 4
    past = TONES[:4]
    assert rows[4].z == pytest.approx((TONES[4] - np.mean(past)) / np.std(past, ddof=1))
    assert [row.n_past for row in rows] == list(range(len(TONES)))


def test_a_past_that_never_moved_gives_no_z():
    assert isnan(z_score(0.3, [0.1] * 6))
    assert isnan(z_score(0.3, [0.1, 0.2, float("nan"), 0.4]))


def test_a_missing_quarter_is_told_and_the_year_ago_call_is_not_mistaken():
    calls = quarterly(TONES)
    del calls[2]
    rows, _ = history(calls)
    by_period = {row.fiscal_period: row for row in rows}
    assert (by_period["2020Q4"].skipped, by_period["2020Q2"].skipped) == (1, 0)
    assert by_period["2020Q4"].change == pytest.approx(0.4 - 0.3)
    assert isnan(by_period["2021Q3"].change_year)


def test_without_fiscal_periods_the_year_ago_call_is_found_by_its_date():
    calls = [
        plain_call(
            tone,
            year=None,
            quarter=None,
            when=datetime(2020, 1, 22, tzinfo=UTC) + timedelta(days=91 * n),
        )
        for n, tone in enumerate(TONES)
    ]
    rows, _ = history(calls)
    assert rows[4].year_ago == rows[0].transcript_sha256
    assert rows[2].year_ago is None
    assert [row.skipped for row in rows] == [0] * len(TONES)


def test_firms_do_not_mix_and_speakers_have_their_own_past():
    loud = quarterly([0.9] * 5, "LOUD")
    rows, _ = history([*quarterly(TONES), *loud])
    mine = [row for row in rows if row.firm == "VLTA"]
    assert [repr(row) for row in mine] == [repr(row) for row in history(quarterly(TONES))[0]]
    calls = [
        scored_call(
            said(CEO, PREPARED, ("Good.", tone), speaker="Ada M. Lind" if n % 2 else "Ada Lind"),
            said(CFO, PREPARED, ("Bad.", -tone)),
            when=datetime(2020, 1, 22, tzinfo=UTC) + timedelta(days=91 * n),
        )
        for n, tone in enumerate(TONES)
    ]
    rows, _ = history(calls, by="speaker")
    ada = [row for row in rows if person(row.who) == "ada lind"]
    assert [row.value for row in sorted(ada, key=lambda r: r.start_utc)] == pytest.approx(TONES)
    assert {row.role for row in ada} == {CEO}
    last = max(ada, key=lambda row: row.start_utc)
    assert last.z == pytest.approx((TONES[-1] - np.mean(TONES[:-1])) / np.std(TONES[:-1], ddof=1))


def test_what_has_no_place_in_time_is_named_not_dropped_in_silence():
    dated = plain_call(0.1)
    undated = plain_call(0.2, when=None, salt="u")
    brief = plain_call(0.3, kind=Kind.EVENT_BRIEF, salt="b")
    rows, problems = history([dated, dated, undated, brief])
    assert len(rows) == 1
    assert [problem.code for problem in problems] == ["duplicate", "no-date", "not-a-call"]


def test_two_texts_of_one_call_count_once_in_the_past():
    calls = quarterly(TONES)
    again = quarterly(TONES[:1], salt="another vendor")
    rows, _ = history([*calls, *again])
    assert max(row.n_past for row in rows) == len(TONES) - 1


def test_a_quarter_in_which_the_signal_is_silent_is_a_gap_not_a_bridge():
    calls = quarterly(TONES)
    guiding = {
        n: scored_call(
            said(CEO, PREPARED, ("We raise.", 0.1, {"actions": ["raised"]})),
            when=call.call.event_time, year=call.call.fiscal_year, quarter=call.call.fiscal_quarter,
        )
        for n, call in enumerate(calls) if n in {0, 2}
    }  # fmt: skip
    rows, _ = history([guiding.get(n, call) for n, call in enumerate(calls)], "guidance_change")
    assert len(rows) == 2
    assert isnan(rows[1].change)


def test_a_call_is_known_when_it_has_ended_and_a_day_when_it_has_ended_everywhere():
    evening = plain_call(0.1, when=datetime(2025, 4, 24, 21, 0, tzinfo=UTC)).call
    assert span(evening).known == datetime(2025, 4, 24, 22, 30, tzinfo=UTC)
    day_only = plain_call(0.1, when=None, day=date(2025, 4, 24)).call
    assert span(day_only).known == datetime(2025, 4, 25, 12, 0, tzinfo=UTC)
    assert not span(day_only).exact
    assert span(plain_call(0.1, when=None).call) is None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=10),
    st.lists(st.floats(-1, 1), max_size=6),
    st.sampled_from(["firm", "speaker"]),
)
def test_later_calls_never_change_a_past_row(past, future, by):
    calls = quarterly([*past, *future])
    alone, _ = history(calls[: len(past)], by=by)
    together, _ = history(calls, by=by)
    assert [repr(row) for row in together[: len(past)]] == [repr(row) for row in alone]


def test_a_call_held_before_the_last_one_was_over_does_not_see_it():
    start = datetime(2025, 4, 24, 13, 0, tzinfo=UTC)
    first = Dated(start, start + timedelta(minutes=90), 0.1, key="a")
    second = Dated(start + timedelta(minutes=30), start + timedelta(minutes=120), 0.5, key="b")
    assert compare(second, [first, second]).prior is None
