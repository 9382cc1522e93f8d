"""`slmapps prune` on a tiny random Llama: what comes out loads, is as small as asked, and says so."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch", reason="pip install torch==2.13.0 'slmapps[train]'")
transformers = pytest.importorskip("transformers")

from slmapps.cli.root import cli  # noqa: E402
from slmapps.training.vocabulary import train_bpe  # noqa: E402

END = "\n<|endoftext|>\n"


def texts():
    """Forty short documents, no two alike."""
    who = ["The miller", "Our baker", "A carter", "The ferryman", "One smith"]
    what = ["mends", "paints", "sells", "counts"]
    where = ["by the river at dawn", "behind the old hall, quietly"]
    return [
        f"{a} {b} {n} kettles {c}. Nobody asks why the {b} man needs {n + 3} of them."
        for n, (a, b, c) in enumerate((a, b, c) for a in who for b in what for c in where)
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "kettles.txt"
    path.write_text(END.join(texts()), "utf-8")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Three layers of 32 with 64 neurons and 420 word pieces, random."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = train_bpe([*texts(), "unheard harbour lanterns " * 40], 420)
    (folder / "tokenizer.json").write_text(tokenizer, "utf-8")
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=len(json.loads(tokenizer)["model"]["vocab"]),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        tie_word_embeddings=True,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def prune(*arguments):
    return CliRunner().invoke(cli, ["prune", *map(str, arguments)])


def test_what_comes_out_is_as_small_as_asked_and_loads(model, corpus, tmp_path):
    out = tmp_path / "small"
    said = prune(
        model, "--layers", 2, "--width", 40, "--vocabulary", corpus, "--size", 300,
        "--out", out, "--json",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    report = json.loads(said.stdout)["report"]
    loaded = transformers.AutoModelForCausalLM.from_pretrained(out)
    assert loaded.config.num_hidden_layers == 2
    assert loaded.config.intermediate_size == report["width"] == 40
    assert loaded.config.vocab_size == report["vocabulary"] == 300
    assert sum(each.numel() for each in loaded.parameters()) == report["parameters"]
    assert len(report["layers_dropped"]) == 1
    assert report["bits_per_byte_before"] > 0
    assert report["bits_per_byte_after"] > 0


def test_without_a_size_the_pieces_go_that_the_text_never_uses(model, corpus, tmp_path):
    from tokenizers import Tokenizer

    out = tmp_path / "fewer"
    said = prune(model, "--vocabulary", corpus, "--out", out, "--json")
    assert said.exit_code == 0, said.output
    whole = Tokenizer.from_file(str(model / "tokenizer.json"))
    fewer = Tokenizer.from_file(str(out / "tokenizer.json"))
    assert fewer.get_vocab_size() < whole.get_vocab_size()
    assert len(fewer.encode(texts()[0]).ids) == len(whole.encode(texts()[0]).ids)


def test_with_text_alone_the_vocabulary_stays(model, corpus, tmp_path):
    out = tmp_path / "shallow"
    said = prune(model, "--layers", 1, "--greedy", "--text", corpus, "--out", out)
    assert said.exit_code == 0, said.output
    assert (out / "tokenizer.json").read_text() == (model / "tokenizer.json").read_text()
    assert "layers dropped" in said.stdout
    assert "slmapps pretrain CORPUS --from" in said.stderr


@pytest.mark.parametrize(
    ("asked", "cure"),
    [
        ([], "give --layers N"),
        (["--layers", "2"], "give --text CORPUS"),
        (["--size", "300", "--layers", "2"], "--vocabulary CORPUS"),
        (["--greedy", "--vocabulary", "CORPUS"], "give --layers N too"),
        (["--layers", "3", "--text", "CORPUS"], "has 3 layers"),
        (["--width", "64", "--text", "CORPUS"], "between 1 and 63"),
        (["--vocabulary", "CORPUS", "--size", "9000"], "takes none out"),
        (["--layers", "2", "--text", "NOWHERE.txt"], "NOWHERE.txt"),
    ],
)
def test_a_mistake_is_named_with_its_cure_and_leaves_nothing(model, corpus, tmp_path, asked, cure):
    out = tmp_path / "small"
    asked = [str(corpus) if each == "CORPUS" else each for each in asked]
    said = prune(model, *asked, "--out", out)
    assert said.exit_code == 2
    assert cure in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_over(model, corpus, tmp_path):
    out = tmp_path / "small"
    out.mkdir()
    said = prune(model, "--layers", 2, "--text", corpus, "--out", out)
    assert said.exit_code == 2
    assert "is there already" in said.stderr
    assert list(out.iterdir()) == []


def test_a_folder_without_a_model_is_named(corpus, tmp_path):
    said = prune(tmp_path, "--layers", 2, "--text", corpus, "--out", tmp_path / "small")
    assert said.exit_code == 2
    assert "lacks config.json and tokenizer.json" in said.stderr
