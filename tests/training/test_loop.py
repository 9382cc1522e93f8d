"""What a run learns depends on its seed and its data, on nothing that happens on the way."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from slmapps.training.distillation import Teacher
from slmapps.training.loop import Settings, train
from slmapps.training.objectives import pose
from tests.training.tiny import llama, packed

ROOT = Path(__file__).parents[2]
A_STEP = 4 * 32
SHORT = Settings(tokens=40 * A_STEP, rate=3e-3, average=0.9, seed=5)

CHILD = """
import json, sys
from dataclasses import replace
from pathlib import Path
import torch
from slmapps.training.loop import Settings, train
from tests.training.tiny import llama, packed
torch.set_num_threads(1)
settings = Settings(**json.loads(sys.argv[2]))
train(
    llama(), packed(), settings, Path(sys.argv[1]), resume=len(sys.argv) > 3,
    on_step=lambda line: print(line["step"], flush=True),
)
"""


def settings_of(settings, **changed):
    return json.dumps(asdict(replace(settings, **changed)))


def losses(out):
    return [json.loads(line)["loss"] for line in (out / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_run_killed_at_any_moment_and_resumed_ends_as_if_it_had_not_been(
    tmp_path, start, optimiser
):
    settings = replace(SHORT, optimiser=optimiser)
    whole = llama()
    train(whole, packed(), settings, tmp_path / "whole")
    out, given = tmp_path / "killed", settings_of(settings, checkpoint_minutes=0.0)
    chance = random.Random()
    for _ in range(2):
        resume = ["resume"] if out.exists() else []
        child = start(CHILD, str(out), given, *resume)
        for _ in range(chance.randrange(3, 16)):
            assert child.stdout.readline()
        child.kill()
        child.wait()
    resumed = llama()
    train(resumed, packed(), settings, out, resume=True)
    assert len(losses(out)) == 40
    np.testing.assert_allclose(losses(out), losses(tmp_path / "whole"), atol=1e-5)
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_a_kill_between_the_two_renames_leaves_the_checkpoint_before(tmp_path):
    train(llama(), packed(), SHORT, tmp_path)
    (tmp_path / "checkpoint").rename(tmp_path / "checkpoint.old")
    (tmp_path / "checkpoint.partial").mkdir()
    result = train(llama(), packed(), SHORT, tmp_path, resume=True)
    assert result.steps == 40


def test_two_runs_with_one_seed_are_identical_and_another_seed_is_another_run(tmp_path):
    first, second, other = llama(), llama(), llama()
    train(first, packed(), SHORT, tmp_path / "first")
    train(second, packed(), SHORT, tmp_path / "second")
    train(other, packed(seed=6), replace(SHORT, seed=6), tmp_path / "other")
    assert losses(tmp_path / "first") == losses(tmp_path / "second")
    assert losses(tmp_path / "first") != losses(tmp_path / "other")
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_run_learns(tmp_path):
    train(llama(), packed(), Settings(tokens=120 * A_STEP, rate=1e-2), tmp_path)
    found = losses(tmp_path)
    assert found[0] > 5.4  # ln 257 = 5.55
    assert np.mean(found[-5:]) < 3.2


def test_passes_of_a_step_are_no_other_than_one_large_pass(tmp_path):
    def half(pieces):
        return np.arange(len(pieces)) % 7 > 2  # passes with unlike numbers of asked pieces

    settings = {"tokens": 10 * A_STEP, "rate": 3e-3}
    one, two = llama(), llama()
    train(one, packed(learnt=half), Settings(batch=4, **settings), tmp_path / "one")
    train(two, packed(learnt=half), Settings(batch=1, accumulate=4, **settings), tmp_path / "two")
    np.testing.assert_allclose(losses(tmp_path / "one"), losses(tmp_path / "two"), atol=1e-5)


def test_two_processes_learn_what_one_with_the_doubled_batch_learns(tmp_path):
    script = tmp_path / "two.py"
    script.write_text(
        "import sys, torch\n"
        "from pathlib import Path\n"
        "from slmapps.training.loop import Settings, train\n"
        "from slmapps.training.processes import joined\n"
        "from tests.training.tiny import llama, packed\n"
        "torch.set_num_threads(1)\n"
        "with joined('cpu') as processes:\n"
        "    model = llama(seed=processes.rank)  # unlike; the first one's counts\n"
        f"    settings = Settings(tokens={20 * A_STEP}, batch=2, rate=3e-3, optimiser='muon')\n"
        "    train(model, packed(), settings, Path(sys.argv[1]), processes=processes)\n",
        "utf-8",
    )
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*run, str(script), str(tmp_path / "two")],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    settings = Settings(tokens=20 * A_STEP, batch=4, rate=3e-3, optimiser="muon")
    train(llama(), packed(), settings, tmp_path / "one")
    np.testing.assert_allclose(losses(tmp_path / "two"), losses(tmp_path / "one"), atol=1e-4)


def test_a_loss_that_is_no_number_ends_the_run_and_is_not_saved(tmp_path):
    model = llama()
    with torch.no_grad():
        model.model.norm.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="lower --rate"):
        train(model, packed(), SHORT, tmp_path)
    assert not (tmp_path / "checkpoint").exists()
    assert json.loads((tmp_path / "run.json").read_text())["status"] == "failed"


def test_an_interrupted_run_keeps_what_it_has_learnt(tmp_path):
    def interrupt(line):
        if line["step"] == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(llama(), packed(), SHORT, tmp_path, on_step=interrupt)
    assert json.loads((tmp_path / "run.json").read_text())["status"] == "stopped"
    assert json.loads((tmp_path / "checkpoint" / "state.json").read_text())["step"] == 7


def test_a_budget_in_minutes_ends_by_the_clock_with_the_rate_at_zero(tmp_path):
    train(llama(), packed(), Settings(minutes=0.02, rate=1e-3), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["seconds"] >= 1.2
    assert rows[-1]["rate"] < 1e-4 < max(row["rate"] for row in rows)


def test_documents_kept_apart_do_not_see_each_other():
    model, texts = llama(), packed()
    batches = (texts.batch(number, 1) for number in range(texts.windows))
    batch = next(each for each in batches if (each.inputs[0, 4:28] == 0).any())
    at = int(np.flatnonzero(batch.inputs[0] == 0)[-1])
    device = torch.device("cpu")
    posed = pose(batch, "causal", mask=None, seed=0, number=0, device=device, end=0)
    alone = model(torch.from_numpy(batch.inputs[:, at:])).logits[0]
    seen = posed.logits(model).view(32, -1)[at:]
    mixed = pose(batch, "causal", mask=None, seed=0, number=0, device=device).logits(model)
    torch.testing.assert_close(seen, alone, atol=1e-5, rtol=0)
    assert not torch.allclose(mixed.view(32, -1)[at:], alone, atol=1e-5)


def test_a_hidden_piece_is_asked_one_place_before_it_and_all_others_are_seen():
    batch = packed().batch(0, 2)
    posed = pose(batch, "hybrid", mask=9, seed=1, number=1, device=torch.device("cpu"))
    asked = posed.targets != -100
    assert 0.15 < asked.float().mean() < 0.45
    places = asked[:, :-1]
    assert (posed.inputs[:, 1:][places] == 9).all()
    original = torch.from_numpy(batch.inputs)
    assert torch.equal(posed.targets[:, :-1][places], original[:, 1:][places])
    assert posed.sight.all()


def test_hidden_pieces_follow_from_the_seed_and_the_pass():
    batch, device = packed().batch(0, 2), torch.device("cpu")
    given = {"mask": 9, "device": device}
    one = pose(batch, "masked", seed=1, number=4, **given)
    same = pose(batch, "masked", seed=1, number=4, **given)
    other = pose(batch, "masked", seed=1, number=5, **given)
    assert torch.equal(one.inputs, same.inputs)
    assert not torch.equal(one.inputs, other.inputs)


def test_a_teacher_draws_the_student_to_its_own_probabilities(tmp_path):
    teacher = llama(seed=3)
    with torch.no_grad():
        teacher.model.embed_tokens.weight.mul_(20)  # far from even

    def apart(model):
        with torch.no_grad():
            inputs = torch.from_numpy(packed().batch(90, 4).inputs)
            own, wanted = model(inputs).logits, teacher(inputs).logits
            return functional.kl_div(
                own.log_softmax(-1), wanted.log_softmax(-1), log_target=True, reduction="batchmean"
            ).item()

    taught, untaught = llama(), llama()
    settings = {"tokens": 60 * A_STEP, "rate": 1e-2}
    train(
        taught,
        packed(),
        Settings(teacher_share=1.0, temperature=2.0, **settings),
        tmp_path / "taught",
        teacher=Teacher(teacher),
    )
    train(untaught, packed(), Settings(**settings), tmp_path / "untaught")
    assert apart(taught) < 0.8 * apart(llama())
    assert apart(taught) < apart(untaught)
