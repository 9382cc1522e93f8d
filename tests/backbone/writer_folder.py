"""A model of a few thousand random numbers in a folder, as `transformers` would save it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from slmapps.backbone.writer_graph import expected, shape_of

TEXT = [
    "Anna closed the gate and said nothing. The dog looked at her, then at the road.",
    "“Who is there?” said Tom. Nobody answered; the rain went on — as it had all day.",
    "TOM: You were late.\nANNA: I was early. You were not there.\n",
]


def write_model(folder: Path, *, seed: int = 0, tied: bool = True, **more: object) -> Path:
    folder.mkdir(parents=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT * 3, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "intermediate_size": 96,
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5,
        "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
        "tie_word_embeddings": tied,
        "bos_token_id": 1,
        "eos_token_id": 2,
        **more,
    }
    (folder / "config.json").write_text(json.dumps(config))
    chance = np.random.default_rng(seed)
    weights = {}
    for name, shape in expected(shape_of(config)).items():
        spread = 0.3 if "embed" in name or "head" in name else 0.15
        values = (
            chance.normal(0, spread, shape) if len(shape) == 2 else chance.uniform(0.8, 1.2, shape)
        )
        weights[name] = values.astype(np.float32)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder
