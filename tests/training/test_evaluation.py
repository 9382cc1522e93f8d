"""What is measured of a language model is what its own library says of it."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

from slmapps.cli.root import cli
from slmapps.training.evaluation import Pair, Unusable, bits_of, bits_per_byte, judge, load
from slmapps.training.evaluation.models import _served, _Torch

SCENE = "Mira: Who moved the ladder?\nOdo: The wind did, and it was not sorry.\n"


def tiny(path, context):
    """Write a tiny Llama with random weights and a piece for every byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: n for n, piece in enumerate(["<|endoftext|>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.save(str(path / "tokenizer.json"))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=context,
        initializer_range=0.3,  # far from the even distribution, so that a slip shows
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("tiny"), 64)


@pytest.fixture(scope="module")
def roomy(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("roomy"), 256)


def by_hand(folder, document, window):
    """One window after the other, straight from transformers."""
    model = LlamaForCausalLM.from_pretrained(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    row = torch.tensor([[0, *tokenizer.encode(document).ids]])
    total, counted, start = 0.0, 0, 0
    with torch.no_grad():
        while True:
            inputs = row[:, start : start + window]
            inputs = inputs[:, : row.shape[1] - 1 - start]
            found = torch.log_softmax(model(inputs).logits[0], -1)
            for at in range(inputs.shape[1]):
                if start + at >= counted:
                    total -= found[at, row[0, start + at + 1]].item()
                    counted += 1
            if counted == row.shape[1] - 1:
                return total / math.log(2)
            start += window // 2


@pytest.mark.parametrize("length", [1, 63, 64, 65, 96, 97, 300])
def test_bits_are_those_of_transformers_window_by_window(folder, length):
    document = (SCENE * 5)[:length]
    (bits,) = bits_of(load(folder), [document])
    assert bits == pytest.approx(by_hand(folder, document, 64), rel=1e-5)


def test_a_document_costs_the_same_in_any_company(folder):
    model = load(folder)
    documents = [SCENE * 3, "Nobody came.", "", SCENE, "Ein Fuß, é — 雨"]
    together = bits_of(model, documents)
    alone = [bits_of(model, [each])[0] for each in documents]
    assert together == pytest.approx(alone, rel=1e-5)
    assert together[2] == 0


def test_bits_are_divided_by_bytes_and_not_by_characters(folder):
    model, text = load(folder), "雨が降る"
    figure = bits_per_byte(model, [text, text], file="rain.txt")
    assert (figure.file, figure.bytes, figure.documents) == ("rain.txt", 24, 2)
    assert figure.bits_per_byte == pytest.approx(2 * bits_of(model, [text])[0] / 24)


def test_served_in_fp32_gives_the_figures_that_transformers_gives(folder):
    pytest.importorskip("slmapps.backbone.writer")
    documents = [SCENE * 3, "Nobody came.", SCENE]
    served, loaded = _served(folder, "fp32"), load(folder)
    assert isinstance(loaded, _Torch)
    assert (served.end, served.context) == (loaded.end, loaded.context)
    assert bits_of(served, documents) == pytest.approx(bits_of(loaded, documents), rel=1e-4)


def test_a_pair_is_won_by_the_likelier_sentence_and_lost_when_both_are_equal(folder):
    model = load(folder)
    one, two = "The dogs bark.", "The dogs barks."
    cheap, dear = sorted((one, two), key=lambda text: by_hand(folder, text, 64))
    pairs = [Pair(cheap, dear, "a"), Pair(dear, cheap, "b"), Pair(one, one, "b")]
    figure = judge(model, pairs)
    assert (figure.accuracy, figure.n) == (pytest.approx(1 / 3), 3)
    assert figure.by == {"a": (1.0, 1), "b": (0.0, 2)}


def test_a_sample_is_drawn_again_by_its_seed_and_ends_where_the_document_ends(folder):
    model = load(folder)
    three = model.continuations(["Mira:", "Mira:", "Mira:"], tokens=12, seed=1)
    assert len(set(three)) == 3
    assert model.continuations(["Mira:"], tokens=12, seed=2) == three[1:2]
    assert not any("<|endoftext|>" in each for each in three)


def run(*arguments):
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments)])


def test_the_command_answers_in_its_contract(folder, tmp_path):
    (tmp_path / "plays.txt").write_text(f"{SCENE}\n<|endoftext|>\nA short one.\n<|endoftext|>\n")
    (tmp_path / "tales.txt").write_text("Once there was a lamp.\n<|endoftext|>\n")
    (tmp_path / "pairs.jsonl").write_text(
        json.dumps({"sentence_good": "Dogs bark.", "sentence_bad": "Dogs barks."}) + "\n"
    )
    result = run(
        folder,
        *("--text", tmp_path / "plays.txt", tmp_path / "tales.txt"),
        *("--pairs", tmp_path / "pairs.jsonl", "--json"),
    )
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert set(answer) == {"text", "pairs", "samples"}
    assert [row["documents"] for row in answer["text"]] == [2, 1]
    assert set(answer["text"][0]) == {"file", "bits_per_byte", "bytes", "documents"}
    assert answer["text"][1]["bytes"] == len("Once there was a lamp.")
    assert set(answer["pairs"]) == {"accuracy", "n"}
    assert answer["samples"] is None


def test_samples_are_measured_beside_what_the_author_wrote(roomy, tmp_path):
    chance = random.Random(0)
    words = ("rain", "lamp", "door", "sea", "bird", "song")
    text = " ".join(chance.choice(words) for _ in range(200))
    (tmp_path / "long.txt").write_text(text + "\n<|endoftext|>\n")
    long = tmp_path / "long.txt"
    result = run(roomy, "--text", long, "--samples", 2, "--overlap", long, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["samples"]
    assert (found["n"], found["text"]["n"], found["tokens"]) == (2, 2, 120)
    assert found["text"]["words"] <= found["words"]
    assert found["longest_overlap"] < 60
    assert found["overlap_under_60"] == 1


def test_without_a_long_text_samples_go_on_from_nothing(roomy, tmp_path):
    (tmp_path / "short.txt").write_text("Too short.\n<|endoftext|>\n")
    result = run(roomy, "--text", tmp_path / "short.txt", "--samples", 1, "--json")
    assert result.exit_code == 0, result.output
    assert "go on from nothing" in result.stderr
    assert json.loads(result.stdout)["samples"]["n"] == 1


def test_a_model_that_cannot_hold_a_sample_is_told_apart(folder):
    result = run(folder, "--samples", 2)
    assert result.exit_code == 2
    assert "reads 64 pieces at most" in result.output


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, [], "nothing to measure"),
        ({"a.jsonl": '{"sentence_good": "x"}\n'}, ["--pairs", "a.jsonl"], "line 1"),
        ({"a.jsonl": "{}\nnot json\n"}, ["--pairs", "a.jsonl"], "line 1"),
        ({"a.jsonl": ""}, ["--pairs", "a.jsonl"], "holds no pair"),
        ({}, ["--pairs", "missing.jsonl"], "does not exist"),
        ({"a.txt": "x"}, ["--text", "a.txt", "--overlap", "a.txt"], "--samples"),
        ({"a.txt": "\n\n"}, ["--text", "a.txt"], "holds no text"),
        ({"a.txt": "%PDF-1.7"}, ["--text", "a.txt"], "is a PDF"),
    ],
)
def test_what_cannot_be_measured_is_said_with_the_cure(folder, tmp_path, files, arguments, said):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    placed = [tmp_path / each if "." in each else each for each in arguments]
    result = run(folder, *placed)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: (path / "config.json").unlink(), "lacks config.json"),
        (lambda path: (path / "model.safetensors").write_bytes(b"nothing"), "model"),
        (lambda path: (path / "tokenizer.json").write_text("{"), "tokenizer"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(folder, tmp_path, spoil, said):
    for each in folder.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    spoil(tmp_path)
    with pytest.raises(Unusable, match=said):
        load(tmp_path)


def test_a_tokenizer_larger_than_the_model_is_refused(folder, tmp_path):
    for each in folder.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens(["<|extra|>"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(Unusable, match="belong to different models"):
        load(tmp_path)


def test_costs_through_both_doors_are_natural_logarithms(folder):
    model = load(folder)
    inputs = np.zeros((1, 1), np.int64)
    costs = [model.nats(inputs, np.full((1, 1), piece, np.int64))[0, 0] for piece in range(257)]
    assert np.exp(-np.array(costs)).sum() == pytest.approx(1)
