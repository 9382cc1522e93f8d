"""The benches of the writer: pairs come out of their grammar, and an interrupted run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import writer_results, writer_texts
from benchmarks.writer_pairs import make
from slmapps.training.evaluation import read_pairs

PAIRS = Path(make.__file__).parent


@pytest.mark.parametrize("number", range(len(make.FILES)), ids=list(make.FILES))
def test_the_pairs_are_what_the_grammar_draws(number):
    name = list(make.FILES)[number]
    rows = [json.loads(line) for line in (PAIRS / f"{name}.jsonl").read_text().splitlines()]
    assert rows == make.drawn(make.FILES[name], 240, number)
    assert rows != make.drawn(make.FILES[name], 240, number + 1000)


@pytest.mark.parametrize("name", make.FILES)
def test_no_pair_stands_twice_and_none_on_both_sides(name):
    pairs = read_pairs(PAIRS / f"{name}.jsonl")
    good, bad = {pair.good for pair in pairs}, {pair.bad for pair in pairs}
    assert len({(pair.good, pair.bad) for pair in pairs}) == len(pairs) >= 200
    assert not good & bad


def test_an_interrupted_measurement_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_results, "SLICE", 10)
    texts = ["twelve bytes", "thirteen byte", "a few more bytes"]
    asked = []

    def bits(part):
        if len(asked) == 1:
            raise KeyboardInterrupt
        asked.extend(part)
        return [float(len(text)) for text in part]

    path = tmp_path / "kept.json"
    with pytest.raises(KeyboardInterrupt):
        writer_results.in_slices(texts, writer_results.Kept(path), bits, "")
    asked.append("interrupted")
    found = writer_results.in_slices(texts, writer_results.Kept(path), bits, "")
    assert found == [12.0, 13.0, 16.0]
    assert asked == [texts[0], "interrupted", *texts[1:]]


def test_held_out_documents_are_whole_and_a_higher_limit_only_adds(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_texts, "TEST", 0.5)
    texts = [f"document number {n}" for n in range(40)]
    monkeypatch.setattr(writer_texts, "documents", lambda data, group: texts)
    small = writer_texts.held_out(tmp_path, "plays", 60)
    large = writer_texts.held_out(tmp_path, "plays", 200)
    whole = writer_texts.held_out(tmp_path, "plays")
    assert sum(map(len, small)) <= 60
    assert small == large[: len(small)]
    assert large == whole[: len(large)]
    assert set(whole) < set(texts)
