"""Models that train in seconds: a byte-level vocabulary and a Llama of two narrow layers."""

from __future__ import annotations

import random

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

from slmapps.training.packing import Packed, Tokens

END = "<|endoftext|>"
PIECES = 257


def tokenizer():
    """The bytes, and the end piece as number 0."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={p: n for n, p in enumerate([END, *alphabet])}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([END])
    return made


def llama(width=32, layers=2, pieces=PIECES, seed=0):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=pieces,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config)


def folder(path, **measures):
    """A folder that `transformers` loads."""
    llama(**measures).save_pretrained(path)
    tokenizer().save(str(path / "tokenizer.json"))
    return path


def scenes(count, seed=0):
    """Documents of an invented play, each another one."""
    chance = random.Random(seed)
    names, things = ["Mira", "Odo", "Tessa", "Bram"], ["ladder", "lamp", "boat", "kettle", "goose"]
    return [
        "\n".join(
            f"{chance.choice(names)}: The {chance.choice(things)} was under the "
            f"{chance.choice(things)} for {chance.randrange(9000)} days."
            for _ in range(chance.randrange(2, 12))
        )
        for _ in range(count)
    ]


def written(path, count, seed=0):
    """A corpus file."""
    path.write_text(f"\n{END}\n".join(scenes(count, seed)), "utf-8")
    return path


def packed(count=60, length=32, seed=0, learnt=None):
    encoder = tokenizer()
    rows = [np.array(encoder.encode(text).ids, np.uint16) for text in scenes(count)]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    pieces = np.concatenate(rows)
    marks = None if learnt is None else learnt(pieces)
    return Packed([Tokens("scenes", pieces, starts, marks)], [1.0], length, seed, 0)
