"""The bench of the tasks asks fair questions: replies of the same work, scenes that were held out."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

from benchmarks import writer_tasks, writer_texts
from slmapps.training.corpus import share_of

WORKS = ("The Lamp, by A. B. Nobody", "The Ferry, by Someone")


def scene(work: str, number: int) -> str:
    lines = [f"{work}. Act {number}"]
    for turn in range(12):
        who = ("Tilda", "Brand")[turn % 2]
        lines.append(f"{who}: In {work[:9]} this is sentence {turn} of act {number}.")
    return "\n".join(lines)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "writer").mkdir()
    scenes = [scene(work, number) for work in WORKS for number in range(400)]
    with lzma.open(tmp_path / "writer" / "free_plays.txt.xz", "wt", encoding="utf-8") as file:
        file.write("".join(each + writer_texts.MARK for each in scenes))
    return tmp_path


@pytest.mark.parametrize(
    ("title", "work"),
    [
        ("The Lamp, by A. B. Nobody. Act II", "The Lamp, by A. B. Nobody"),
        ("The Lamp, by A. B. Nobody", "The Lamp, by A. B. Nobody"),
        ("Three Lamps, by various authors. Scene: A Kitchen", "Three Lamps, by various authors"),
        ("The Lamp, by Someone. The Third Act", "The Lamp, by Someone"),
    ],
)
def test_a_work_is_its_title_without_the_act(title: str, work: str) -> None:
    assert writer_tasks.work_of(title) == work


@pytest.mark.parametrize("choosing", [False, True])
def test_questions_are_of_held_out_scenes_and_wrong_replies_of_the_same_work(
    data: Path, choosing: bool
) -> None:
    low, high = (0.015, 0.03) if choosing else (0.0, 0.015)
    mine = {
        line.split(": ", 1)[1]
        for work in WORKS
        for number in range(400)
        if low <= share_of(scene(work, number)) < high
        for line in scene(work, number).split("\n")[1:]
    }
    found = writer_tasks.questions(data, "plays", 1000, seed=1, choosing=choosing)
    assert found
    for question in found:
        true = question.replies[question.true]
        assert true in mine
        assert len(set(question.replies)) == 10
        assert {reply[:12] for reply in question.replies} == {true[:12]}
        act = true.rsplit(" ", 1)[1]
        assert sum(reply.endswith(f" {act}") for reply in question.replies) == 1
        assert 3 <= len(question.before) <= writer_tasks.LINES


def test_a_hit_is_the_highest_likelihood_for_the_mix_and_the_length() -> None:
    row = {
        "given": np.array([-10.0, -12.0]),
        "alone": np.array([-8.0, -14.0]),
        "length": np.array([1, 4]),
        "true": 1,
    }
    assert writer_tasks.hits([row], 0.0) == 0
    assert writer_tasks.hits([row], 1.0) == 1
    assert writer_tasks.hits([row], 0.0, 1.0) == 1


def test_of_equal_mixes_the_middle_one_is_settled() -> None:
    row = {
        "given": np.array([-1.0, -90.0]),
        "alone": np.array([-9.0, -9.0]),
        "length": np.array([9, 9]),
        "true": 0,
    }
    assert writer_tasks.settled([row]) == (0.85, 0.5)
    other = {**row, "given": np.array([-8.0, -12.0]), "alone": np.array([-1.0, -20.0]), "true": 1}
    assert writer_tasks.settled([other]) != (0.0, 0.0)
