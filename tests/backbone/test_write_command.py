"""`slmapps write` on a tiny random model: streams, seeds, JSON, stdin, and clear mistakes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file

from slmapps.cli.root import cli
from slmapps.training.vocabulary import train_bpe


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """One layer of 64 with 300 word pieces, random; made without torch."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = train_bpe(["the ferryman mended a kettle by the river " * 30], 300)
    (folder / "tokenizer.json").write_text(tokenizer, "utf-8")
    pieces = len(json.loads(tokenizer)["model"]["vocab"])
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": pieces,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 32,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5,
        "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    chance = np.random.default_rng(5)
    layer = "model.layers.0."
    shapes = {
        "model.embed_tokens": (pieces, 64),
        f"{layer}self_attn.q_proj": (64, 64),
        f"{layer}self_attn.k_proj": (32, 64),
        f"{layer}self_attn.v_proj": (32, 64),
        f"{layer}self_attn.o_proj": (64, 64),
        f"{layer}mlp.gate_proj": (96, 64),
        f"{layer}mlp.up_proj": (96, 64),
        f"{layer}mlp.down_proj": (64, 96),
        f"{layer}input_layernorm": (64,),
        f"{layer}post_attention_layernorm": (64,),
        "model.norm": (64,),
    }
    weights = {
        f"{name}.weight": np.ones(shape, np.float32)
        if "norm" in name
        else chance.normal(0, 0.08, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def write(*arguments, text=None):
    return CliRunner().invoke(cli, ["write", *map(str, arguments)], input=text)


def test_the_new_text_alone_goes_into_a_pipe_and_a_seed_writes_it_again(model):
    first = write("the ferry", "--model", model, "--tokens", 12, "--seed", 3)
    assert first.exit_code == 0, first.output
    assert first.stdout.strip()
    assert not first.stdout.startswith("the ferry")
    assert write("the ferry", "--model", model, "--tokens", 12, "--seed", 3).stdout == first.stdout
    other = write("the ferry", "--model", model, "--tokens", 12, "--seed", 4)
    assert other.stdout != first.stdout


def test_json_tells_each_sample_by_its_seed_and_agrees_with_the_stream(model):
    said = write("a kettle", "--model", model, "--tokens", 9, "--samples", 2, "--seed", 7, "--json")
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert told["prompt"] == "a kettle"
    assert told["parameters"] > 40_000
    assert [each["seed"] for each in told["samples"]] == [7, 8]
    assert all(0 < each["tokens"] <= 9 and each["logprob"] < 0 for each in told["samples"])
    streamed = write("a kettle", "--model", model, "--tokens", 9, "--seed", 8)
    assert streamed.stdout == told["samples"][1]["text"] + "\n"


def test_cold_it_writes_the_likeliest_whatever_the_seed(model):
    texts = {
        write("the", "--model", model, "--tokens", 8, "--temperature", 0, "--seed", seed).stdout
        for seed in (1, 2)
    }
    assert len(texts) == 1


def test_the_prompt_comes_from_stdin_where_none_is_given(model):
    piped = write("--model", model, "--tokens", 6, "--json", text="the river\n")
    assert piped.exit_code == 0, piped.output
    assert json.loads(piped.stdout)["prompt"] == "the river"
    dashed = write("-", "--model", model, "--tokens", 6, "--json", text="the river\n")
    assert (
        json.loads(dashed.stdout)["samples"][0]["text"]
        == (json.loads(piped.stdout)["samples"][0]["text"])
    )


def test_a_folder_that_holds_no_model_is_named_without_a_traceback(tmp_path):
    said = write("the", "--model", tmp_path / "nothing")
    assert said.exit_code == 2
    assert "nothing" in said.stderr
    assert "Traceback" not in said.output


def test_stdin_that_is_no_text_is_named(model):
    said = write("--model", model, text=b"\xff\xfe\x00")
    assert said.exit_code == 2
    assert "UTF-8" in said.stderr


def test_a_line_to_order_says_its_words_and_the_same_seed_gives_it_again(model):
    asked = ("MIRA: Where is it?", "--speaker", "TOM", "--say", "kettle", "--tokens", 40)
    plain = write(*asked, "--model", model, "--seed", 3)
    assert plain.exit_code == 0, plain.output
    assert plain.stdout.startswith("TOM: ")
    assert "kettle" in plain.stdout.lower()
    told = json.loads(write(*asked, "--model", model, "--seed", 3, "--json").stdout)
    assert told["prompt"].endswith("MIRA: Where is it?\n[say: kettle]\nTOM:")
    (line,) = told["lines"]
    assert len(line["candidates"]) == 8
    assert plain.stdout == f"TOM: {line['candidates'][0]['text']}\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--say", "kettle"), "--speaker NAME"),
        (("--mood", "angry"), "--speaker NAME"),
        (("--speaker", " : "), "--speaker is empty"),
        (("--speaker", "TOM", "--say", "..."), "no letter"),
        (("--speaker", "TOM", "--say", "xylophones " * 30, "--tokens", 40), "ask less"),
    ],
)
def test_an_order_that_cannot_be_kept_is_named_with_the_cure(model, arguments, named):
    found = write("Once", "--model", model, *arguments)
    assert found.exit_code == 2
    assert named in found.output
    assert "Traceback" not in found.output
