from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone.adapters import Adapter
from slmapps.backbone.binding import Damaged, WrongBackbone
from slmapps.backbone.reader import Reader, load_reader
from slmapps.backbone.weights import describe, find_weights

NAME = "encoder.layer.5.attention.self.value.weight"


def adapter(backbone: str, size: float = 0.02) -> Adapter:
    chance = np.random.default_rng(1)
    down = chance.normal(size=(4, 384)).astype(np.float32) * size
    up = chance.normal(size=(384, 4)).astype(np.float32)
    return Adapter(backbone, 2.0, {NAME: down}, {NAME: up}, {"made": "for a test"})


def test_an_adapter_for_another_backbone_is_refused(weights: Path, tmp_path: Path) -> None:
    adapter("another").save(tmp_path)
    with pytest.raises(WrongBackbone, match="made for the encoder another"):
        load_reader(adapter=tmp_path)


def test_a_served_adapter_changes_vectors_as_its_numbers_say(
    weights: Path, reader: Reader, tmp_path: Path
) -> None:
    made = adapter(reader.fingerprint)
    made.save(tmp_path)
    loaded = Adapter.load(tmp_path, reader.fingerprint)
    assert loaded.fingerprint == made.fingerprint
    bent = load_reader(adapter=tmp_path, precision="fp32", threads=1)
    assert bent.fingerprint == f"{reader.fingerprint}+{made.fingerprint}"
    texts = ["library books", "street lighting"]
    plain = load_reader(precision="fp32", threads=1).encode(texts)
    changed = bent.encode(texts)
    assert (plain * changed).sum(axis=1).max() < 0.9999
    served = load_reader(adapter=tmp_path, threads=1).encode(texts)
    assert (served * changed).sum(axis=1).min() > 0.99


def test_arrays_that_were_swapped_are_refused(weights: Path, tmp_path: Path) -> None:
    backbone = describe(find_weights()).fingerprint
    adapter(backbone).save(tmp_path / "a")
    adapter(backbone, size=0.5).save(tmp_path / "b")
    (tmp_path / "b" / "adapter.safetensors").replace(tmp_path / "a" / "adapter.safetensors")
    with pytest.raises(Damaged, match="is not the file"):
        Adapter.load(tmp_path / "a", backbone)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="no whole 'adapter'"):
        Adapter.load(tmp_path, "x")


def test_an_adapter_for_a_layer_that_is_not_there_says_so() -> None:
    with pytest.raises(Damaged, match="this encoder lacks"):
        adapter("x").merged({})


def test_training_pulls_two_texts_together_and_serves_the_same(
    weights: Path, cache: Path, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'slmapps[train]' to train")
    pytest.importorskip("transformers")
    from slmapps.backbone.tuning import Tunable

    model = Tunable(rank=4, seed=3)
    pair = ["grit for roads", "Winterdienst Streusalz"]
    plain = load_reader(precision="fp32", threads=1).encode(pair)
    with torch.no_grad():
        start = model(pair).numpy()
    assert (start * plain).sum(axis=1).min() > 0.9999, "an untrained adapter changes nothing"
    optimiser = torch.optim.Adam(model.learning(), lr=3e-3)
    for _ in range(8):
        left, right = model(pair)
        loss = 1 - left @ right
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.adapter({"steps": 8}).save(tmp_path)
    with torch.no_grad():
        trained = model(pair).numpy()
    served = load_reader(adapter=tmp_path, precision="fp32", threads=1).encode(pair)
    assert (served * trained).sum(axis=1).min() > 0.9999
    assert served[0] @ served[1] > plain[0] @ plain[1] + 0.1
    assert (tmp_path / "adapter.safetensors").stat().st_size < 1_000_000
