"""The writer's weights as they are shipped: what goes in comes out, small, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from slmapps.backbone import WeightsMissing, four_bit
from slmapps.backbone.writer import load_writer
from slmapps.backbone.writer_graph import expected, shape_of
from tests.backbone.writer_folder import TEXT, write_model

CONFIG = {
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 32,
    "vocab_size": 300,
    "tie_word_embeddings": True,
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 128,
    "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = np.random.default_rng(3)
    place = tmp_path / "whole"
    place.mkdir()
    weights = {
        name: (chance.standard_normal(shape) * 0.1 + (len(shape) == 1)).astype(np.float32)
        for name, shape in expected(shape_of(CONFIG)).items()
    }
    save_file(weights, place / "model.safetensors")
    (place / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    (place / "tokenizer.json").write_text("{}", "utf-8")
    return place


def _error(first, second):
    return float(np.sqrt(np.square(first - second).mean() / np.square(second).mean()))


def test_weights_come_back_near_to_what_they_were_and_vectors_exactly(folder, tmp_path):
    four_bit.pack(folder, tmp_path / "packed")
    back, whole = four_bit.unpack(tmp_path / "packed"), load_file(folder / "model.safetensors")
    assert back.keys() == whole.keys()
    for name, value in whole.items():
        if value.ndim == 1:
            assert np.array_equal(back[name], value)
        else:
            assert _error(back[name], value) < 0.05


def test_a_packed_folder_takes_about_five_bits_a_weight(folder, tmp_path):
    size = four_bit.pack(folder, tmp_path / "packed")
    assert size == sum(file.stat().st_size for file in (tmp_path / "packed").iterdir())
    streams = sum(
        value.nbytes
        for path in (tmp_path / "packed").glob("*.safetensors")
        for name, value in load_file(path).items()
        if ".codes." in name
    )
    matrices = [shape for shape in expected(shape_of(CONFIG)).values() if len(shape) == 2]
    # Tiny matrices pay more for their tables than the real ones, which come to 4.8.
    assert 4.3 < 8 * streams / sum(rows * inputs for rows, inputs in matrices) < 5.4


def test_packing_twice_gives_the_same_bytes(folder, tmp_path):
    for name in ("one", "two"):
        four_bit.pack(folder, tmp_path / name)
    first = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert first == {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}


def test_files_stay_under_their_limit_and_large_matrices_are_cut(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(four_bit, "_LARGEST", 12_000)
    monkeypatch.setattr(four_bit, "_STREAM", 5_000)
    four_bit.pack(folder, tmp_path / "packed")
    files = sorted((tmp_path / "packed").glob("*.safetensors"))
    assert len(files) > 2
    assert all(path.stat().st_size < 20_000 for path in files)
    back = four_bit.unpack(tmp_path / "packed")
    for name, value in load_file(folder / "model.safetensors").items():
        assert _error(back[name], value) < 0.05


def test_a_far_weight_keeps_its_size():
    matrix = np.full((2, 64), 0.01, np.float32)
    matrix[0, 5] = -3.0
    assert four_bit.nearest(matrix).full()[0, 5] == pytest.approx(-3.0, rel=0.02)


def test_rows_of_zeros_stay_zeros():
    assert not four_bit.nearest(np.zeros((3, 8), np.float32)).full().any()


@pytest.mark.parametrize("damage", ["cut", "gone", "other", "stream"])
def test_a_damaged_folder_is_refused_with_a_cure(folder, tmp_path, damage):
    packed = tmp_path / "packed"
    four_bit.pack(folder, packed)
    (path,) = packed.glob("*.safetensors")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-500])
    elif damage == "gone":
        path.unlink()
    elif damage == "other":
        save_file(load_file(path), path, metadata={"format": "another"})
    else:
        tensors = load_file(path)
        name = next(name for name in tensors if ".codes." in name)
        tensors[name] = tensors[name][: len(tensors[name]) // 2]
        save_file(tensors, path, metadata={"format": "slmapps-huffman-1"})
    with pytest.raises(WeightsMissing, match="Fetch the files again"):
        four_bit.read(packed)


def test_nothing_is_left_behind_where_packing_fails(folder, tmp_path):
    out = tmp_path / "packed"
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.norm.weight")
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(WeightsMissing, match=r"model\.norm\.weight"):
        four_bit.pack(folder, out)
    assert sorted(place.name for place in tmp_path.iterdir()) == ["whole"]


def test_errors_are_made_up_for_by_the_weights_that_follow():
    torch = pytest.importorskip("torch")
    gptq = pytest.importorskip("slmapps.backbone.gptq")
    chance = np.random.default_rng(5)
    mixing = chance.standard_normal((64, 64)) / 8 + np.eye(64)
    inputs = (chance.standard_normal((2000, 64)) @ mixing).astype(np.float32)
    matrix = chance.standard_normal((48, 64)).astype(np.float32)
    step = 0.6  # coarse, so that the difference is plain
    made = gptq._rounded(matrix, torch.from_numpy(inputs.T @ inputs), step).full()
    plain = four_bit.nearest(matrix, step).full()
    truth = inputs @ matrix.T
    assert _error(inputs @ made.T, truth) < 0.8 * _error(inputs @ plain.T, truth)


def test_rounding_with_text_keeps_nearer_to_the_model(tmp_path, cache):
    pytest.importorskip("torch")
    whole = write_model(tmp_path / "whole", max_position_embeddings=512)
    writer = load_writer(whole, precision="fp32")
    ids = np.array([[0, *writer.tokenizer.encode(TEXT[1]).ids]])
    errors = {}
    for name, texts in (("packed", TEXT * 8), ("plain", None)):
        four_bit.pack(whole, tmp_path / name, texts)
        found = load_writer(tmp_path / name, precision="fp32").logits(ids)
        errors[name] = _error(found, writer.logits(ids))
    assert errors["packed"] < 0.9 * errors["plain"] < 0.3


def test_evened_weights_are_the_same_function(tmp_path, cache):
    pytest.importorskip("torch")
    whole = write_model(tmp_path / "whole", max_position_embeddings=512)
    packed = tmp_path / "packed"
    four_bit.pack(whole, packed, TEXT * 8)
    plain, read = four_bit.unpack(packed), four_bit.read(packed)[1]
    even = {name: four_bit.evened(read, name, value) for name, value in plain.items()}
    assert plain.keys() == load_file(whole / "model.safetensors").keys()
    for name in ("self_attn.q_proj", "mlp.up_proj", "mlp.down_proj"):
        key = f"model.layers.1.{name}.weight"
        assert _error(even[key], plain[key]) > 0.05
    logits = []
    for name, weights in (("plain", plain), ("even", even)):
        folder = write_model(tmp_path / name, max_position_embeddings=512)
        save_file(weights, folder / "model.safetensors")
        logits.append(load_writer(folder, precision="fp32").logits(np.arange(3, 43)[None]))
    assert np.allclose(*logits, atol=1e-3)


def test_too_little_text_is_refused(tmp_path):
    pytest.importorskip("torch")
    whole = write_model(tmp_path / "whole")
    with pytest.raises(ValueError, match="give more of it"):
        four_bit.pack(whole, tmp_path / "packed", TEXT[:1])
    assert not (tmp_path / "packed").exists()
