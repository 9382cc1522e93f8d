"""A checkpoint is whole or not there, and goes with its own run only."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from slmapps.training import checkpoints
from slmapps.training.loop import Settings, train
from tests.training.tiny import llama, packed

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(tokens=6 * 4 * 32, rate=1e-3)


@pytest.fixture
def begun(tmp_path):
    train(llama(), packed(), SETTINGS, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("what", "model", "data", "settings"),
    [
        ("of another size", {"width": 64}, {}, {}),
        ("of another size", {"layers": 3}, {}, {}),
        ("with another vocabulary", {"pieces": 300}, {}, {}),
        ("another corpus", {}, {"count": 50}, {}),
        ("another seed", {}, {}, {"seed": 1}),
        ("another batch size", {}, {}, {"batch": 2}),
        ("another optimiser", {}, {}, {"optimiser": "muon"}),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_by_what_differs(begun, what, model, data, settings):
    with pytest.raises(ValueError, match=what) as told:
        train(llama(**model), packed(**data), replace(SETTINGS, **settings), begun, resume=True)
    assert "another --out" in str(told.value)


def test_a_run_does_not_begin_anew_over_a_checkpoint(begun):
    with pytest.raises(ValueError, match="holds a checkpoint"):
        train(llama(), packed(), SETTINGS, begun)


def test_a_damaged_checkpoint_is_named(begun):
    (begun / "checkpoint" / "moments.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0not json")
    with pytest.raises(ValueError, match="is damaged"):
        train(llama(), packed(), SETTINGS, begun, resume=True)


def test_two_checkpoints_are_kept(tmp_path):
    train(llama(), packed(), replace(SETTINGS, checkpoint_minutes=0.0), tmp_path)
    steps = [
        json.loads((tmp_path / name / "state.json").read_text())["step"]
        for name in ("checkpoint", "checkpoint.old")
    ]
    assert steps == [6, 5]
    assert not (tmp_path / "checkpoint.partial").exists()


def test_a_checkpoint_without_later_entries_is_gone_on_with(begun):
    path = begun / "checkpoint" / "state.json"
    state = json.loads(path.read_text())
    state["identity"] = {
        name: state["identity"][name] for name in ("seed", "tokens_a_step", "windows")
    }
    path.write_text(json.dumps(state))
    result = train(llama(), packed(), replace(SETTINGS, tokens=8 * 128), begun, resume=True)
    assert result.steps == 8


def test_a_full_disk_is_one_clear_error_and_the_last_checkpoint_stays(begun):
    script = """
import resource, sys
from pathlib import Path
from slmapps.training.loop import Settings, train
from tests.training.tiny import llama, packed
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    train(llama(), packed(), Settings(tokens=9 * 128, rate=1e-3), Path(sys.argv[1]), resume=True)
except OSError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(begun)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Make room and go on with --resume" in done.stdout, done.stderr
    assert not (begun / "checkpoint.partial").exists()
    assert json.loads((begun / "checkpoint" / "state.json").read_text())["step"] == 6
    result = train(llama(), packed(), replace(SETTINGS, tokens=9 * 128), begun, resume=True)
    assert result.steps == 9


def test_no_reader_ever_sees_half_a_file(tmp_path):
    path = tmp_path / "run.json"
    checkpoints.write_json(path, {"status": "running"})
    with pytest.raises(TypeError):
        checkpoints.write_json(path, {"status": object()})
    assert json.loads(path.read_text()) == {"status": "running"}
    assert list(tmp_path.iterdir()) == [path]


def test_frozen_weights_are_in_no_checkpoint(tmp_path):
    model = llama()
    model.model.layers[0].requires_grad_(requires_grad=False)
    before = {name: p.clone() for name, p in model.named_parameters()}
    train(model, packed(), SETTINGS, tmp_path)
    from safetensors.torch import load_file

    names = load_file(tmp_path / "checkpoint" / "weights.safetensors").keys()
    assert not any(name.startswith("model.layers.0.") for name in names)
    for name, p in model.named_parameters():
        assert torch.equal(p, before[name]) == name.startswith("model.layers.0.")
