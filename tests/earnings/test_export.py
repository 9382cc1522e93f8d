"""What leaves comes back as it was, nothing in it runs, and every line of evidence opens its words."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pandas as pd
import pytest

from slmapps_earnings.aggregate import total
from slmapps_earnings.export import disarmed, export, frame_csv, read_signals
from slmapps_earnings.measures import signals_of
from slmapps_earnings.signals import signals
from tests.earnings.scored_calls import (
    ANALYST,
    CEO,
    CFO,
    PREPARED,
    QA,
    plain_call,
    quarterly,
    said,
    scored_call,
)

TALK = scored_call(
    said(
        CEO,
        PREPARED,
        ("Orders rose, “well”.", 0.7, {"topics": {"demand": 0.8}}),
        ("=SUM(A1) was bad.", -1 / 3),
    ),
    said(ANALYST, QA, ("Why?", 0.0)),
    said(CFO, QA, ("No comment.", -0.1)),
    evasions=(0.8,),
)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_written_table_reads_back_as_it_was(tmp_path, kind):
    calls = [
        TALK,
        *quarterly([0.1, 1 / 3, -0.2, 0.4, 0.25], "NA"),
        plain_call(0.2, "TRUE", when=None, day=date(2025, 4, 1)),
    ]
    written, problems = export(calls, kind)
    assert problems == []
    path = tmp_path / f"signals.{kind}"
    path.write_bytes(written)
    back, problems = read_signals(path)
    assert problems == []
    pd.testing.assert_frame_equal(back, signals(calls), check_dtype=kind == "csv")


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers():
    hostile = plain_call(-0.5, "=cmd|' /C calc'!A0", version="@SUM(1)")
    cells = list(csv.DictReader(io.StringIO(export([hostile], "csv")[0].decode())))
    assert {cell["ticker"] for cell in cells} == {"'=cmd|' /C calc'!A0"}
    assert {cell["model_version"] for cell in cells} == {"'@SUM(1)"}
    assert {cell["value"] for cell in cells if cell["signal"] == "tone"} == {"-0.5"}
    assert frame_csv(pd.DataFrame({"=A1": ["+1+2"]})).decode().split() == ["'=A1", "'+1+2"]


def test_a_disarmed_ticker_is_itself_again_when_read(tmp_path):
    path = tmp_path / "signals.csv"
    path.write_bytes(export([plain_call(0.1, "-X=")], "csv")[0])
    assert set(read_signals(path)[0]["ticker"]) == {"-X="}


def test_control_and_bidirectional_characters_do_not_leave():
    assert disarmed("A\u202eB\x00C\r\n=1") == "AB C  =1"
    assert disarmed("\u200e=1+1") == "'=1+1"


def test_each_line_of_evidence_opens_its_words_and_the_lines_sum_to_the_value():
    rows = [json.loads(line) for line in export([TALK], "jsonl")[0].decode().splitlines()]
    for row in rows:
        assert TALK.call.text[row["start"] : row["end"]] == row["quote"]
        assert row["sha256"] == TALK.call.sha256
    for signal in signals_of(TALK):
        held = [row["value"] for row in rows if row["signal"] == signal]
        if held:
            assert sum(held) == pytest.approx(total(TALK, signal), abs=1e-9)
            assert [abs(v) for v in held] == sorted((abs(v) for v in held), reverse=True)
    assert {row["signal"] for row in rows} >= {"tone", "evasion", "topic:demand", "dispersion"}


def test_a_foreign_table_needs_only_four_columns(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "asof_utc,Ticker,signal,value\n2025-04-24T22:30:00Z,ABC,mood,0.5\n,ABC,mood,1\n2025-04-25,ABC,mood,x\n"
    )
    frame, problems = read_signals(path)
    assert frame[["ticker", "section", "role", "signal", "value"]].to_numpy().tolist() == [
        ["ABC", "all", "all", "mood", 0.5]
    ]
    assert [problem.code for problem in problems] == ["rows-left-out"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"\x00" * 64])
def test_what_is_no_table_is_a_problem_with_a_cure(tmp_path, content):
    for name in ("x.csv", "x.parquet"):
        (tmp_path / name).write_bytes(content)
        frame, problems = read_signals(tmp_path / name)
        assert frame is None
        assert problems[0].cure


def test_an_unknown_format_is_the_callers_mistake():
    with pytest.raises(ValueError, match="csv, parquet, jsonl"):
        export([TALK], "xls")
