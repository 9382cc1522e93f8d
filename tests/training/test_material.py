"""A corpus as pieces: what is marked carries no loss, and shares are kept."""

from __future__ import annotations

import json

import numpy as np
import pytest

from slmapps.training.corpus import read_corpus
from slmapps.training.material import mixed, read_material, write_material
from slmapps.training.packing import Tokens
from tests.training.tiny import scenes, tokenizer


def tokens(name, pieces, learnt=None):
    return Tokens(name, np.full(pieces, 1), np.array([0, pieces]), learnt)


def test_marked_parts_are_read_and_carry_no_loss(tmp_path):
    rows = [{"prompt": f"[say: {n}]\nMira:", "target": f" I say {n}.\n"} for n in range(30)]
    (tmp_path / "tasks.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "plays.txt").write_text("\n<|endoftext|>\n".join(scenes(40)))
    corpus = read_corpus([tmp_path / "tasks.jsonl", tmp_path / "plays.txt"], held_out=0)
    write_material(corpus, tokenizer().to_str(), tmp_path / "material")
    tasks, plays = read_material(tmp_path / "material").tokens
    assert plays.learnt is None
    first = slice(int(tasks.starts[0]), int(tasks.starts[1]))
    learnt = tasks.pieces[first][tasks.learnt[first]]
    assert tokenizer().decode(list(learnt)) == " I say 0.\n"
    packed = mixed([tasks, plays], 64, 0, 0)
    targets = np.concatenate([packed.batch(step, 4).targets for step in range(20)])
    assert 0 < (targets == -100).mean() < 0.5


def test_sources_that_are_laid_together_keep_their_marks():
    short = tokens("a", 40, np.zeros(40, bool))
    packed = mixed([short, tokens("b", 40), tokens("c", 5000)], 16, 0, 0)
    joined = packed.sources[-1]
    assert joined.learnt is not None
    assert joined.learnt.sum() == 40


def test_named_shares_are_had_and_the_others_have_the_rest_by_their_root():
    sources = [tokens("a", 1600), tokens("b", 6400), tokens("c", 1600)]
    packed = mixed(sources, 16, 3, 0, {"c": 0.7})
    drawn = np.bincount([packed._source(n) for n in range(3000)]) / 3000
    assert drawn == pytest.approx([0.1, 0.2, 0.7], abs=0.01)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"d": 0.5}, "for d, which is not read. There is: a, b"),
        ({"a": 0.7, "b": 0.7}, "come to 1 at most"),
        ({"a": -0.1}, "above 0"),
        ({"a": 0.2, "b": 0.3}, "come to 0.5"),
        ({"a": 1.0}, "leave nothing for b"),
    ],
)
def test_shares_that_cannot_be_had_are_named(shares, said):
    with pytest.raises(ValueError, match=said):
        mixed([tokens("a", 1600), tokens("b", 6400)], 16, 3, 0, shares)


def test_a_source_that_is_laid_together_with_others_can_have_no_share():
    with pytest.raises(ValueError, match="a is shorter than"):
        mixed([tokens("a", 40), tokens("b", 40), tokens("c", 5000)], 16, 0, 0, {"a": 0.5})
