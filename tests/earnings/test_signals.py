"""The long table of signals, and the factor that alphalens takes."""

from __future__ import annotations

import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, timedelta
from math import isnan
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from slmapps_earnings.aggregate import parts, total
from slmapps_earnings.history import history
from slmapps_earnings.signals import COLUMNS, factor, signals, table
from tests.earnings.scored_calls import (
    CEO,
    CFO,
    PREPARED,
    QA,
    plain_call,
    quarterly,
    said,
    scored_call,
)

NEW_YORK = ZoneInfo("America/New_York")


def at(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2025, 4, day, hour, minute, tzinfo=NEW_YORK)  # the 22nd is a Tuesday


def landed(*calls, **given) -> list[pd.Timestamp]:
    return list(factor(signals(calls), "tone", **given).index.get_level_values("date"))


def test_the_table_has_exactly_the_agreed_columns_and_types():
    frame = signals(quarterly([0.1, 0.2]))
    assert tuple(frame.columns) == COLUMNS
    assert (
        str(frame["asof_utc"].dtype) == str(frame["event_time_utc"].dtype) == "datetime64[us, UTC]"
    )
    assert frame["n_sentences"].dtype == "int64"
    assert tuple(signals([]).columns) == COLUMNS
    assert signals([]).empty


def test_whole_call_rows_and_parts_say_what_the_aggregates_say():
    call = scored_call(
        said(CEO, PREPARED, ("Up.", 0.8, {"topics": {"demand": 0.9}}), ("Down.", -0.2)),
        said(CFO, QA, ("Flat.", 0.1)),
    )
    frame = signals([call]).set_index(["section", "role", "signal"])
    assert frame.loc[("all", "all", "tone"), "value"] == pytest.approx(total(call))
    levels = {part.name: part.level for part in parts(call, by="section")}
    assert frame.loc[("prepared", "all", "tone"), "value"] == pytest.approx(levels["prepared"])
    assert frame.loc[("qa", "cfo", "tone"), "value"] == pytest.approx(0.1)
    assert frame.loc[("all", "all", "topic:demand"), "n_sentences"] == 1
    assert frame.loc[("all", "all", "qa_gap"), "value"] == pytest.approx(0.3 - 0.1)
    assert ("prepared", "all", "qa_gap") not in frame.index
    assert frame.index.is_unique


def test_z_in_the_table_is_the_firms_own_history():
    calls = [*quarterly([0.1, 0.3, -0.2, 0.4, 0.25, 0.5]), *quarterly([0.9] * 6, "LOUD")]
    frame = signals(calls).query("section == 'all' and role == 'all' and signal == 'tone'")
    rows, _ = history(calls)
    want = {row.transcript_sha256: row.z for row in rows}
    got = dict(zip(frame["transcript_sha256"], frame["z"], strict=True))
    assert got == pytest.approx(want, nan_ok=True)
    assert sum(not isnan(z) for z in got.values()) == 2


def test_appending_future_calls_changes_no_past_row():
    calls = quarterly(list(np.random.default_rng(4).uniform(-1, 1, 12)))
    before = signals(calls[:7])
    after = signals(calls)
    past = after[after["transcript_sha256"].isin(before["transcript_sha256"])]
    pd.testing.assert_frame_equal(past.reset_index(drop=True), before)


def test_an_unknown_time_of_day_leaves_the_event_time_empty_and_the_row_late():
    frame = signals([plain_call(0.1, when=None, day=date(2025, 4, 22))])
    assert frame["event_time_utc"].isna().all()
    assert (frame["asof_utc"] == pd.Timestamp("2025-04-23 12:00", tz="UTC")).all()


def test_what_is_left_out_is_named():
    frame, problems = table([plain_call(0.1, when=None), plain_call(0.2, ticker="")])
    assert set(frame["ticker"]) == {"Velta Instruments"}
    assert [problem.code for problem in problems] == ["no-date", "no-ticker"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (at(8), "2025-04-22"),  # before the open: that day's close
        (at(11), "2025-04-22"),  # during trading: the close comes after it
        (at(15, 30), "2025-04-23"),  # not over by the close
        (at(17), "2025-04-23"),  # after the close: the next session
        (at(17, day=25), "2025-04-28"),  # a Friday: over the weekend
    ],
)
def test_a_reading_lands_on_the_first_close_after_it_was_known(moment, day):
    assert landed(plain_call(0.1, when=moment)) == [pd.Timestamp(day)]


def test_for_prices_at_the_open_a_call_that_ends_after_it_waits_for_the_next():
    assert landed(plain_call(0.1, when=at(8)), at="open") == [pd.Timestamp("2025-04-22")]
    assert landed(plain_call(0.1, when=at(9)), at="open") == [pd.Timestamp("2025-04-23")]


def test_sessions_skip_a_holiday_and_bring_their_time_zone():
    sessions = pd.DatetimeIndex(["2025-04-22", "2025-04-24", "2025-04-25"], tz="UTC")
    assert landed(plain_call(0.1, when=at(17)), sessions=sessions) == [
        pd.Timestamp("2025-04-24", tz="UTC")
    ]
    assert landed(plain_call(0.1, when=at(17, day=25)), sessions=sessions) == []
    assert (
        landed(plain_call(0.1, when=datetime(2024, 1, 3, 21, tzinfo=UTC)), sessions=sessions) == []
    )


def test_a_held_reading_gives_way_to_the_next_call():
    calls = [plain_call(0.1, when=at(17, day=21)), plain_call(0.7, when=at(17, day=23))]
    held = factor(signals(calls), "tone", hold=3)
    assert held.tolist() == pytest.approx([0.1, 0.1, 0.7, 0.7, 0.7, 0.7])
    assert held.index.is_unique


def test_a_signal_that_nobody_has_gives_an_empty_factor():
    empty = factor(signals([]), "tone")
    assert empty.empty
    assert empty.index.names == ["date", "asset"]


def test_alphalens_takes_the_factor_as_it_is():
    utils = pytest.importorskip("alphalens.utils")
    rng = np.random.default_rng(7)
    tickers = [f"F{n:02d}" for n in range(10)]
    days = pd.bdate_range("2023-01-02", periods=400)
    prices = pd.DataFrame(
        100 * np.exp(np.cumsum(rng.normal(0, 0.01, (400, 10)), axis=0)), index=days, columns=tickers
    )
    calls = [
        plain_call(
            float(rng.uniform(-1, 1)), ticker,
            when=datetime(2023, 1, 24, 17, tzinfo=NEW_YORK) + timedelta(days=91 * quarter),
        )
        for quarter in range(4) for ticker in tickers
    ]  # fmt: skip
    one = factor(signals(calls), "tone", sessions=prices.index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = utils.get_clean_factor_and_forward_returns(one, prices, quantiles=5, periods=(1, 5))
    assert len(clean) == len(one) == 40
    first = one.index[0]
    place = days.get_loc(first[0])
    assert first[0] == pd.Timestamp("2023-01-25")  # after the close of the 24th: the next session
    want = prices[first[1]].iloc[place + 1] / prices[first[1]].iloc[place] - 1
    assert clean.loc[first].iloc[0] == pytest.approx(want)


def test_importing_the_signals_loads_neither_pandas_nor_a_model():
    program = "import slmapps_earnings.signals, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"pandas", "numpy", "torch", "spacy", "streamlit"} & set(loaded.stdout.split()) == set()
