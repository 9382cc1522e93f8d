"""The same call gives the same turns whoever has published it."""

from __future__ import annotations

import json

import pytest

from slmapps_earnings import read_call

TURNS = [
    ("Operator", "", "Good day, and welcome to the Tarnbrook Tools third quarter earnings call."),
    (
        "Callum Reyes",
        "Chief Executive Officer",
        "Revenue rose 9 percent to 412 million dollars, and margins fell.",
    ),
    ("Operator", "", "Our first question comes from Piotr Lindqvist with Harrow Street Research."),
    ("Piotr Lindqvist", "Harrow Street Research -- Analyst", "Why did margins fall?"),
    ("Callum Reyes", "Chief Executive Officer", "Freight costs rose: that is all."),
]
ROLES = ["operator", "ceo", "operator", "analyst", "ceo"]
SECTIONS = ["prepared", "prepared", "qa", "qa", "qa"]


def dashed() -> bytes:
    lines = ["Tarnbrook Tools (NYSE: TBK)", "Q3 2026 Earnings Call", "Oct 29, 2026, 8:30 a.m. ET"]
    lines += ["Contents:", "Prepared Remarks", "Questions and Answers", "Call Participants"]
    lines += ["Prepared Remarks:"]
    for place, (name, beside, words) in enumerate(TURNS):
        if place == 2:
            lines.append("Questions and Answers:")
        lines += [f"{name} -- {beside}" if beside else name, words]
    lines += [
        "Duration: 41 minutes",
        "Call participants:",
        "Callum Reyes -- Chief Executive Officer",
    ]
    return "\n\n".join(lines).encode()


def fields() -> bytes:
    said = [{"speaker": n, "title": b.replace(" -- ", " - "), "content": w} for n, b, w in TURNS]
    return json.dumps({"symbol": "TBK", "quarter": "2026Q3", "transcript": said}).encode()


def coded() -> bytes:
    codes = {name: f"spk{n:02}" for n, name in enumerate(dict.fromkeys(t[0] for t in TURNS))}
    titles = {name: beside.replace(" -- ", " - ") for name, beside, _ in TURNS}
    data = {
        "event": {"year": 2026, "quarter": 3},
        "ticker": "TBK",
        "speaker_name_map_v2": {
            code: {"name": name, "title": titles[name]} for name, code in codes.items()
        },
        "speakers": [{"speaker": codes[name], "text": words} for name, _, words in TURNS],
    }
    return json.dumps(data).encode()


@pytest.mark.parametrize("data", [dashed(), fields(), coded()], ids=["dashed", "fields", "coded"])
def test_every_layout_gives_the_same_turns(data):
    call, _ = read_call(data, name="call")
    assert (call.kind, call.ticker, call.fiscal_period) == ("call", "TBK", "2026Q3")
    assert [(turn.speaker, turn.text) for turn in call.turns] == [(t[0], t[2]) for t in TURNS]
    assert [turn.role for turn in call.turns] == ROLES
    assert [turn.section for turn in call.turns] == SECTIONS
    assert all(call.text[turn.start : turn.end] == turn.text for turn in call.turns)


@pytest.mark.parametrize(
    "data",
    [
        b'{"transcript": [{"speaker": 3, "content": ["a"]}, null, 5]}',
        b"[" * 50_000,
        b'{"transcript": "a text"}',
        b'{"speaker_name_map_v2": [1], "speakers": [{"speaker": "x", "text": ""}]}',
        b"{not json",
    ],
)
def test_json_that_is_no_transcript_is_refused_with_a_reason(data):
    call, problems = read_call(data, name="odd.json")
    assert call.kind != "call"
    assert call.reason
    assert problems
