"""A trimmed or learnt vocabulary gives any text back, and keeps what is used."""

from __future__ import annotations

import json
import random

import pytest
from tokenizers import Tokenizer, pre_tokenizers

from slmapps.training.corpus import read_corpus
from slmapps.training.vocabulary import END, count_pieces, train_bpe, trim_vocabulary

LINES = [
    "Mira carried the lantern down to the landing stage and waited for the ferry.",
    "Odo: The ferry is late, and the landing stage is older than the lantern.",
    "In 1942 the harbour master wrote 17 letters, waiting, waiting, waiting.",
] * 20
ODD = "héllo 世界 \x00\x04\x7f 😀\U0010ffff zebra1942\r\n\t  \u202e"


@pytest.fixture(scope="module")
def whole():
    return train_bpe(LINES, 500)


def corpus_of(tmp_path, **texts):
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return read_corpus([tmp_path], held_out=0, deduplicate=False)


def test_a_learnt_vocabulary_gives_any_text_back(whole):
    tokenizer = Tokenizer.from_str(whole)
    anything = "".join(chr(c) for c in range(0x2000)) + ODD
    assert tokenizer.decode(tokenizer.encode(anything).ids) == anything
    assert tokenizer.token_to_id(END) == 0
    assert tokenizer.get_vocab_size() <= 500
    assert len(tokenizer.encode("1942").ids) == 4
    assert tokenizer.encode(END).ids == [0]


def test_a_vocabulary_is_learnt_alike_twice(whole):
    assert train_bpe(iter(LINES), 500) == whole


def test_a_vocabulary_without_room_for_the_bytes_is_refused():
    with pytest.raises(ValueError, match="more than 257 pieces, not 256"):
        train_bpe(LINES, 256)


def test_a_trimmed_vocabulary_gives_any_text_back_in_valid_ids(whole):
    tokenizer = Tokenizer.from_str(whole)
    counts = {n: float(n) for n in range(tokenizer.get_vocab_size())}
    trimmed, ids = trim_vocabulary(whole, counts, 300)
    small = Tokenizer.from_str(trimmed)
    assert small.get_vocab_size() == len(ids) <= 300
    assert ids == sorted(set(ids))
    for text in [ODD, *LINES[:3]]:
        found = small.encode(text).ids
        assert small.decode(found) == text
        assert max(found) < len(ids)
    # a kept piece is the same piece under its new number
    old, new = tokenizer.get_vocab(), small.get_vocab()
    assert all(old[piece] == ids[number] for piece, number in new.items())


def test_every_kept_piece_can_still_be_reached(whole):
    counts = {Tokenizer.from_str(whole).token_to_id("Ġlantern"): 1.0}
    trimmed, _ = trim_vocabulary(whole, counts, 300)
    model = json.loads(trimmed)["model"]
    made = {"".join(merge) for merge in model["merges"]}
    alphabet = set(pre_tokenizers.ByteLevel.alphabet())
    assert set(model["vocab"]) - alphabet - {END} == made
    assert all(part in model["vocab"] for merge in model["merges"] for part in merge)
    assert Tokenizer.from_str(trimmed).encode(" lantern").tokens == ["Ġlantern"]


def test_the_most_used_pieces_are_kept(whole, tmp_path):
    corpus = corpus_of(tmp_path, a="Lanterns: " + "the lantern, " * 200)
    counts = count_pieces(whole, corpus)
    small = Tokenizer.from_str(trim_vocabulary(whole, counts, 275)[0])
    assert "Ġlantern" in small.get_vocab()
    assert "Ġwaiting" not in small.get_vocab()


def test_a_small_source_has_a_say(whole, tmp_path):
    corpus = corpus_of(tmp_path, big="the lantern " * 5000, little="waiting for the ferry " * 50)
    counts = count_pieces(whole, corpus)
    number = Tokenizer.from_str(whole).token_to_id
    common, rare = counts[number("Ġlantern")], counts[number("Ġferry")]
    assert 5000 / 50 / 20 < common / rare < 5000 / 50 / 5  # by the root of the sizes


def test_only_training_documents_are_counted(whole, tmp_path):
    chance = random.Random(1)
    texts = [" ".join(chance.sample(LINES[0].split(), 9)) for _ in range(200)]
    (tmp_path / "a.txt").write_text("\n<|endoftext|>\n".join(texts))
    corpus = read_corpus([tmp_path], held_out=0.5, deduplicate=False)
    tokenizer = Tokenizer.from_str(whole)
    pieces = sum(len(tokenizer.encode(text).ids) for text in corpus.training(0))
    assert len(corpus.held_out(0)) > 50
    assert sum(count_pieces(whole, corpus).values()) == pytest.approx(pieces**0.5 * 1000)


def test_specials_that_are_not_of_use_go_and_the_end_stays(whole):
    content = json.loads(whole)
    size = len(content["model"]["vocab"])
    special = {**content["added_tokens"][0]}
    content["added_tokens"] += [{**special, "id": size, "content": "<|im_start|>"}]
    content["added_tokens"] += [{**special, "id": size + 1, "content": "<|repository|>"}]
    trimmed, ids = trim_vocabulary(json.dumps(content), {size + 1: 9.0, 300: 1.0}, 280)
    vocabulary = Tokenizer.from_str(trimmed).get_vocab()
    assert vocabulary[END] == 0
    assert ids[vocabulary["<|im_start|>"]] == size
    assert "<|repository|>" not in vocabulary


def test_what_cannot_be_trimmed_is_refused(whole):
    for size in (100, 501):
        with pytest.raises(ValueError, match=f"can be had, not {size}"):
            trim_vocabulary(whole, {}, size)
    other = json.loads(whole)
    other["decoder"] = {"type": "Metaspace", "replacement": "_", "prepend_scheme": "always"}
    with pytest.raises(ValueError, match="byte-level"):
        trim_vocabulary(json.dumps(other), {}, 300)
