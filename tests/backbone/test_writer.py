"""The writer on a tiny random model: numbers as the reference has them, texts alike in any company."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone import WeightsMissing, load_writer
from slmapps.backbone.decoding import Sampling, Text, contrasted, draw, log_softmax
from slmapps.backbone.four_bit import pack
from slmapps.backbone.writer import Writer
from tests.backbone.writer_folder import write_model

PROMPTS = ["Tom said", "Anna closed the gate and said nothing. The dog", "", "A" * 150]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def writer(model: Path, cache: Path) -> Writer:
    return load_writer(model, threads=1)


def test_logits_are_those_of_the_reference_implementation(model: Path, cache: Path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    reference = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    ids = np.random.default_rng(1).integers(0, 300, (2, 70))
    with torch.inference_mode():
        wanted = reference(torch.from_numpy(ids)).logits.numpy()
    served = load_writer(model, threads=1, precision="fp32")
    assert np.abs(served.logits(ids) - wanted).max() < 1e-3
    assert served.parameters == sum(p.numel() for p in reference.parameters())


def test_an_untied_head_is_used(tmp_path: Path, cache: Path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = write_model(tmp_path / "untied", tied=False)
    reference = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = np.arange(20)[None]
    with torch.inference_mode():
        wanted = reference(torch.from_numpy(ids)).logits.numpy()
    served = load_writer(folder, threads=1, precision="fp32")
    assert np.abs(served.logits(ids) - wanted).max() < 1e-3


@pytest.mark.parametrize(("precision", "most"), [("int8", 0.03), ("int4", 0.7)])
def test_few_bits_change_little(model: Path, cache: Path, precision: str, most: float):
    ids = np.random.default_rng(2).integers(0, 300, (1, 90))
    exact = log_softmax(load_writer(model, threads=1, precision="fp32").logits(ids))
    rounded = log_softmax(load_writer(model, threads=1, precision=precision).logits(ids))
    divergence = (np.exp(exact) * (exact - rounded)).sum(-1).mean()
    assert 0 <= divergence < most


@pytest.mark.parametrize("precision", ["int4", "int8", "fp32"])
def test_a_text_is_the_same_alone_and_in_any_company(model: Path, cache: Path, precision: str):
    writer = load_writer(model, threads=1, precision=precision)
    together = writer.generate(PROMPTS, max_tokens=30, seed=11, temperature=1.2)
    for number, prompt in enumerate(PROMPTS):
        (alone,) = load_writer(model, threads=1, precision=precision).generate(
            prompt, max_tokens=30, seed=11 + number, temperature=1.2
        )
        assert alone.tokens == together[number].tokens
        assert alone.text == together[number].text


def test_packed_weights_write_the_same_alone_and_in_any_company(
    model: Path, tmp_path: Path, cache: Path
):
    pack(model, tmp_path / "packed")
    writer = load_writer(tmp_path / "packed", threads=1)
    asked = {"max_tokens": 30, "temperature": 1.2}
    together = writer.generate(PROMPTS, seed=11, **asked)
    for number, prompt in enumerate(PROMPTS):
        assert writer.generate(prompt, seed=11 + number, **asked)[0].tokens == (
            together[number].tokens
        )
    assert "".join(writer.stream(PROMPTS[0], seed=11, **asked)) == together[0].text


def test_more_prompts_than_rows_and_rows_that_end_early(writer: Writer):
    many = writer.generate(["Tom"] * 20, max_tokens=12, seed=3, stop=["e"], temperature=1.3)
    assert {each.finished for each in many} >= {"stop", "length"}
    for number in (0, 7, 15, 16, 19):
        (alone,) = writer.generate("Tom", max_tokens=12, seed=3 + number, stop="e", temperature=1.3)
        assert alone == many[number]


def test_what_was_read_before_changes_nothing(model: Path, cache: Path):
    long = "Anna closed the gate. " * 12
    used = load_writer(model, threads=1)
    used.generate([long, long + "Tom", long[:100]], max_tokens=4)
    fresh = load_writer(model, threads=1)
    asked = {"max_tokens": 20, "seed": 5, "temperature": 1.2}
    assert used.generate(long + "Tom ran", **asked) == fresh.generate(long + "Tom ran", **asked)


def test_a_shared_beginning_is_read_once(writer: Writer, monkeypatch: pytest.MonkeyPatch):
    read = []
    go = writer._session._writing.go

    def counted(ids, cache, picked):
        read.append(ids.size)
        return go(ids, cache, picked)

    monkeypatch.setattr(writer._session._writing, "go", counted)
    prompt = "The rain went on as it had all day. " * 6
    writer.generate([prompt] * 5, max_tokens=1)
    first = sum(read)
    assert first == len(writer.tokenizer.encode(prompt).ids) + 1
    writer.generate(prompt + " Anna", max_tokens=1)
    assert sum(read) - first < 64


def test_the_stream_is_the_text_in_parts(writer: Writer):
    (whole,) = writer.generate("Who", max_tokens=60, seed=4, temperature=1.4)
    parts = list(writer.stream("Who", max_tokens=60, seed=4, temperature=1.4))
    assert "".join(parts) == whole.text
    assert len(parts) > 5


def test_a_stop_string_across_pieces_ends_the_text_and_is_not_handed_out(writer: Writer):
    (whole,) = writer.generate("Who", max_tokens=60, seed=4, temperature=1.4)
    middle = len(whole.text) // 2
    stop = whole.text[middle : middle + 4]
    (cut,) = writer.generate("Who", max_tokens=60, seed=4, temperature=1.4, stop=[stop])
    assert cut.finished == "stop"
    assert cut.text == whole.text[: whole.text.index(stop)]
    parts = list(writer.stream("Who", max_tokens=60, seed=4, temperature=1.4, stop=stop))
    assert "".join(parts) == cut.text


def test_parts_are_whole_characters_and_hold_back_what_may_become_a_stop():
    text = Text(stop=["STOP"])
    parts = []
    for byte in "na – é🙂 ST!".encode():
        text.add(bytes([byte]))
        parts.append(text.ready())
    assert "".join(parts) == "na – é🙂 ST!"
    assert "�" not in "".join(parts)
    for piece in (b" S", b"TO", b"Pper"):
        text.add(piece)
        parts.append(text.ready())
    assert text.stopped
    assert "".join(parts) == text.whole == "na – é🙂 ST! "


def test_a_score_is_the_probability_of_the_pieces(model: Path, cache: Path):
    writer = load_writer(model, threads=1, precision="fp32")
    context, text = "Tom looked at the road.", " The dog went on."
    before = [0, *writer.tokenizer.encode(context).ids]
    ids = writer.tokenizer.encode(text).ids
    rows = log_softmax(writer.logits(np.array([[*before, *ids]])))[0]
    wanted = sum(rows[len(before) - 1 + at, each] for at, each in enumerate(ids))
    scores = writer.score([text, "", text], context)
    assert scores == pytest.approx([wanted, 0, wanted], abs=1e-3)
    assert writer.score([text], [context]) == pytest.approx(scores[:1])
    assert writer.score(text)[0] != pytest.approx(wanted)


def test_logprob_is_that_of_the_text(model: Path, cache: Path):
    writer = load_writer(model, threads=1, precision="fp32")
    (found,) = writer.generate("Tom", max_tokens=15, seed=9)
    rows = log_softmax(
        writer.logits(np.array([[0, *writer.tokenizer.encode("Tom").ids, *found.tokens]]))
    )[0]
    start = len(rows) - len(found.tokens) - 1
    wanted = sum(rows[start + at, each] for at, each in enumerate(found.tokens))
    assert found.logprob == pytest.approx(wanted, abs=1e-3)


def test_special_pieces_are_never_written(writer: Writer):
    found = writer.generate(["Tom"] * 8, max_tokens=80, temperature=3, top_p=1, min_p=0)
    assert not {0, 1, 2} & {piece for each in found for piece in each.tokens}


def test_contrast_needs_a_prompt_to_matter(writer: Writer):
    settings = {"max_tokens": 20, "temperature": 0}
    with_prompt = writer.generate("Anna closed the gate", contrast=1.0, **settings)[0]
    assert with_prompt.tokens != writer.generate("Anna closed the gate", **settings)[0].tokens
    assert writer.generate("", contrast=1.0, **settings)[0].tokens == (
        writer.generate("", **settings)[0].tokens
    )


def test_contrast_rules_out_what_the_expert_does_not_believe():
    expert, amateur = np.log([0.6, 0.39, 0.01]), np.log([0.6, 0.1, 1e-6])
    values = contrasted(expert, amateur, 1.0)
    assert values.argmax() == 1
    assert values[2] == -np.inf


def test_sampling_keeps_to_its_settings():
    logits = np.log(np.array([0.5, 0.3, 0.15, 0.05]))

    def seen(written=(), **settings):
        chance = np.random.default_rng(0)
        sampling = Sampling(**{"temperature": 1, "top_p": 1, "min_p": 0, **settings})
        return [draw(logits, written, sampling, chance) for _ in range(4000)]

    shares = np.bincount(seen(), minlength=4) / 4000
    assert shares == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)
    assert set(seen(temperature=0)) == {0}
    assert set(seen(top_p=0.75)) == {0, 1}
    assert set(seen(min_p=0.2)) == {0, 1, 2}
    assert seen((0,), repetition=2.0).count(0) < seen().count(0) / 1.3
    assert 2 not in seen((1, 2, 3, 1), no_repeat_ngram=2)
    allowed = np.array([False, False, True, False])
    assert draw(logits, (), Sampling(), np.random.default_rng(0), allowed) == 2
    assert draw(logits, (), Sampling(), np.random.default_rng(0), allowed & False) is None


def test_settings_out_of_range_are_named_with_the_cure(writer: Writer):
    with pytest.raises(ValueError, match="top_p is 0"):
        writer.generate("Tom", top_p=0)
    with pytest.raises(ValueError, match="1 to 255"):
        writer.generate("Tom", max_tokens=256)
    with pytest.raises(ValueError, match="one for each"):
        writer.generate(["Tom", "Anna"], seed=[1])
    with pytest.raises(ValueError, match="beyond the 256"):
        writer.score("rain " * 400)


def test_a_prompt_that_is_too_long_keeps_its_end(writer: Writer):
    long = "The rain went on. " * 100
    (found,) = writer.generate(long, max_tokens=20, seed=1)
    ids = writer.tokenizer.encode(long).ids[-(256 - 20 - 1) :]
    (cut,) = writer.generate(writer.tokenizer.decode(ids), max_tokens=20, seed=1)
    assert found.tokens == cut.tokens


def test_weights_that_do_not_fit_are_refused_with_the_cure(tmp_path: Path, cache: Path):
    with pytest.raises(WeightsMissing, match="Name a folder"):
        load_writer(tmp_path / "nowhere")
    folder = write_model(tmp_path / "other")
    (folder / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(WeightsMissing, match="damaged"):
        load_writer(folder)
    folder = write_model(tmp_path / "wider")
    config = json.loads((folder / "config.json").read_text()) | {"intermediate_size": 128}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsMissing, match=r"config\.json says"):
        load_writer(folder)
    config |= {"model_type": "bert"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsMissing, match="Llama-class"):
        load_writer(folder)


def test_a_file_in_the_cache_that_was_cut_off_is_made_again(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SLMAPPS_CACHE", str(tmp_path))
    first = load_writer(model, threads=1).generate("Tom", max_tokens=8)
    for path in (tmp_path / "models").glob("*.onnx"):
        path.write_bytes(path.read_bytes()[:200])
    assert load_writer(model, threads=1).generate("Tom", max_tokens=8) == first


def test_serving_loads_neither_torch_nor_transformers(model: Path, cache: Path):
    code = (
        "import sys; from slmapps.backbone import load_writer;"
        f"load_writer({str(model)!r}, threads=1).generate('Tom', max_tokens=2);"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
