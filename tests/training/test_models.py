"""What a training starts from: sizes that are what they say, and vectors taken along."""

from __future__ import annotations

import json

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertLMHeadModel

from slmapps.backbone import four_bit
from slmapps.training.models import SIZES, _exchange, find_start
from slmapps.training.vocabulary import train_bpe
from tests.training.tiny import END, folder, scenes, tokenizer


def million(size):
    return float(size.removesuffix("M"))


def with_pieces(count):
    """A vocabulary of ``count`` pieces whose like no corpus of a test would give."""
    content = json.loads(tokenizer().to_str())
    vocabulary = content["model"]["vocab"]
    while len(vocabulary) < count:
        vocabulary[f"@@{len(vocabulary)}"] = len(vocabulary)
    return json.dumps(content)


@pytest.mark.parametrize("size", SIZES)
def test_a_size_has_the_parameters_it_is_named_for(size):
    with torch.device("meta"):
        start = find_start("random", size=size, tokenizer=with_pieces(SIZES[size].pieces))
    assert start.parameters / 1e6 == pytest.approx(million(size), rel=0.12)
    assert start.parameters < 100_000_000


def test_one_seed_draws_the_same_weights():
    text = tokenizer().to_str()
    one, two, other = (
        find_start("random", size="1M", tokenizer=text, seed=seed).model.model.embed_tokens.weight
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_a_model_without_a_piece_that_parts_documents_is_refused(tmp_path):
    folder(tmp_path)
    content = json.loads((tmp_path / "tokenizer.json").read_text())
    content["added_tokens"] = []
    content["model"]["vocab"]["plain"] = content["model"]["vocab"].pop(END)
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match="no piece"):
        find_start(str(tmp_path))


def test_broken_weights_are_named(tmp_path):
    folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ValueError, match="does not load as a causal model"):
        find_start(str(tmp_path))


def test_a_reader_that_gets_another_vocabulary_takes_its_vectors_along():
    old_pieces = ["[PAD]", "[UNK]", "[SEP]", "the", "lamp", "was", "##er", "mira", "odo"]
    old = Tokenizer(models.WordPiece(vocab={p: n for n, p in enumerate(old_pieces)}))
    old.normalizer = normalizers.BertNormalizer(lowercase=True)
    old.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    text = train_bpe(scenes(40), 400)
    new = Tokenizer.from_str(text)
    config = BertConfig(
        vocab_size=len(old_pieces),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        is_decoder=True,
    )
    model = BertLMHeadModel(config)
    before = model.get_input_embeddings().weight.detach().clone()
    _exchange(model, old, new)
    vectors = model.get_input_embeddings().weight
    assert vectors.shape == (new.get_vocab_size(), 16)
    for piece, was in (("Mira", 7), ("Ġlamp", 4), ("er", 6), ("ĠThe", 3)):
        number = new.token_to_id(piece)
        if number is not None:
            torch.testing.assert_close(vectors[number], before[was])
    assert new.token_to_id("Ġlamp") is not None
    assert model.get_output_embeddings().weight is vectors
    ids = new.encode("Mira: The lamp, 42 — déjà vu!").ids
    assert new.decode(ids) == "Mira: The lamp, 42 — déjà vu!"
    assert model(torch.tensor([ids])).logits.shape == (1, len(ids), new.get_vocab_size())


def test_a_packed_model_is_made_fp32_again(tmp_path):
    whole = folder(tmp_path / "whole", width=64)
    four_bit.pack(whole, tmp_path / "packed")
    wanted = find_start(str(whole)).model.model.layers[1].mlp.up_proj.weight
    found = find_start(str(tmp_path / "packed"))
    weight = found.model.model.layers[1].mlp.up_proj.weight
    assert weight.dtype == torch.float32
    assert (weight - wanted).norm() / wanted.norm() < 0.15
    assert found.end == 0
