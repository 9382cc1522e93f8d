"""Lines to order on a tiny random model: words are brought in, others kept out, the best chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone import Writer, load_writer
from slmapps.writing import Request, says, write_lines
from slmapps.writing.guides import MustSay
from tests.backbone.writer_folder import write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def writer(model: Path, cache: Path) -> Writer:
    return load_writer(model, threads=1)


def ids(writer: Writer, text: str) -> list[int]:
    return writer.tokenizer.encode(text, add_special_tokens=False).ids


def test_words_that_must_be_said_are_said_whatever_the_model_would_write(writer: Writer):
    free = writer.generate(["Tom:"] * 8, max_tokens=40, stop="\n", seed=3)
    assert not any(says(each.text, ["letter"]) for each in free)
    guide = MustSay(writer, ["letter", "old mill"], 40)
    held = writer.generate(["Tom:"] * 8, max_tokens=40, stop="\n", seed=3, guide=guide)
    assert all(says(each.text, ["letter", "old mill"]) for each in held)
    assert len({each.text for each in held}) > 1


def test_a_line_does_not_end_before_its_words_and_is_free_after_them(writer: Writer):
    guide = MustSay(writer, ["road"], 40)
    before = guide.bias(ids(writer, " The dog"))
    assert before is not None
    breaks = [number for number, piece in enumerate(writer.pieces) if b"\n" in piece]
    assert np.isneginf(before[[*breaks, *writer.ends]]).all()
    assert guide.bias(ids(writer, " The roads went on")) is None


def test_a_word_that_has_begun_is_gone_on_with(writer: Writer):
    form = ids(writer, " xylophone")
    assert len(form) > 3
    guide = MustSay(writer, ["xylophone"], 60)
    bias = guide.bias([*ids(writer, " The"), *form[:2]])
    assert bias is not None
    assert bias.argmax() == form[2]


def test_the_push_grows_with_the_line_and_forces_at_its_end(writer: Writer):
    guide = MustSay(writer, ["letter"], 40)
    form, said = ids(writer, " letter"), ids(writer, " a")[:1]
    pushes = [guide.bias(said * size)[form[0]] for size in (0, 10, 39 - len(form))]
    assert 0 < pushes[0] < pushes[1] < 10 < pushes[2]


@pytest.mark.parametrize(
    ("phrases", "named"), [(["..."], "no letter"), (["xylophone"] * 12, "at most 16")]
)
def test_words_that_cannot_be_said_are_named(writer: Writer, phrases: list[str], named: str):
    with pytest.raises(ValueError, match=named):
        MustSay(writer, phrases, 16)


def test_lines_that_obey_come_first_and_the_best_of_them_leads(writer: Writer):
    request = Request(previous=("Tom: Where?",), speaker="Anna", say=("road",), avoid=("gate",))
    lines = write_lines(writer, request, candidates=6, max_tokens=30, seed=1)
    assert len(lines) == 6
    obeying = [line for line in lines if line.obeys]
    assert obeying == lines[: len(obeying)]
    assert [line.fit for line in obeying] == sorted((x.fit for x in obeying), reverse=True)
    assert all(says(line.text, ["road"]) and "gate" not in line.text.lower() for line in obeying)
    assert write_lines(writer, request, candidates=6, max_tokens=30, seed=1) == lines


def test_one_candidate_is_enough_and_none_is_too_few(writer: Writer):
    request = Request(speaker="Anna")
    assert len(write_lines(writer, request, candidates=1, max_tokens=8)) == 1
    with pytest.raises(ValueError, match="give 1 or more"):
        write_lines(writer, request, candidates=0)


def test_contrast_presses_what_the_other_prompt_lacks(writer: Writer):
    settings = {"max_tokens": 20, "temperature": 0}
    prompts = ["Anna closed the gate", "Tom"]
    plain = writer.generate(prompts, **settings)
    same = writer.generate(prompts, contrast=1.0, against=prompts, **settings)
    other = writer.generate(prompts, contrast=1.0, against=["Tom", "Anna"], **settings)
    assert [each.tokens for each in same] == [each.tokens for each in plain]
    assert [each.tokens for each in other] != [each.tokens for each in plain]
    alone = writer.generate(prompts[1], contrast=1.0, against="Anna", **settings)[0]
    assert alone.tokens == other[1].tokens
    with pytest.raises(ValueError, match="2 prompts to contrast"):
        writer.generate("Tom", contrast=1.0, against=["a", "b"])


def test_an_order_is_kept_under_contrast_too(writer: Writer):
    request = Request(previous=("Tom: Where?",), speaker="Anna", mood="angry", say=("road",))
    lines = write_lines(writer, request, candidates=8, max_tokens=40, seed=2)
    assert all(says(line.text, ["road"]) for line in lines)


def test_quick_scores_rank_as_exact_ones_do(writer: Writer):
    texts = [" The dog looked at her.", " q", " Nobody answered; the rain went on."]
    exact, quick = writer.score(texts, "Anna"), writer.score(texts, "Anna", exact=False)
    assert quick == pytest.approx(exact, rel=0.05)
    assert list(np.argsort(quick)) == list(np.argsort(exact))
