"""``slmapps pretrain``: from a corpus to a folder that loads anywhere."""

from __future__ import annotations

import hashlib
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
from click.testing import CliRunner
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from slmapps.cli.root import cli
from slmapps.training.plan import Plan
from slmapps.training.pretraining import pretrain
from tests.training.tiny import folder, written

ROOT = Path(__file__).parents[2]
LEFT = {
    "README.md",
    "config.json",
    "generation_config.json",
    "log.jsonl",
    "loss.svg",
    "model.safetensors",
    "run.json",
    "tokenizer.json",
    "tokenizer_config.json",
}

CHILD = """
import json, sys
from pathlib import Path
import torch
from slmapps.training.plan import Plan
from slmapps.training.pretraining import pretrain
torch.set_num_threads(1)
given = json.loads(sys.argv[1])
plan = Plan(**{**given, "out": Path(given["out"]), "corpus": tuple(given["corpus"])})
pretrain(plan, resume=len(sys.argv) > 2, tell=lambda stage, facts: print(stage, flush=True))
"""


@pytest.fixture(scope="module")
def begin(tmp_path_factory):
    """A tiny model to start from."""
    return folder(tmp_path_factory.mktemp("tiny") / "begin")


@pytest.fixture
def plan(tmp_path, begin):
    corpus = written(tmp_path / "scenes.txt", 80)
    return Plan(
        (str(corpus),),
        tmp_path / "out",
        start=str(begin),
        tokens=20 * 4 * 32,
        length=32,
        rate=3e-3,
        licences={"scenes": "CC0-1.0"},
    )


def called(*arguments):
    return CliRunner().invoke(cli, ["pretrain", *map(str, arguments)])


def test_the_folder_loads_where_slmapps_is_not(plan):
    outcome = pretrain(plan)
    assert {path.name for path in plan.out.iterdir()} == LEFT
    script = """
import json, sys
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
text = "Mira: Déjà vu, 42\\N{ROCKET}!\\n"
ids = tokenizer(text, return_tensors="pt").input_ids
assert tokenizer.decode(ids[0]) == text
assert tokenizer.eos_token == "<|endoftext|>"
assert model.generate(ids, max_new_tokens=3, do_sample=False).shape[1] == ids.shape[1] + 3
assert "slmapps" not in sys.modules
print(model.num_parameters())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(plan.out)],
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.stdout.strip() == str(outcome.parameters), done.stderr[-2000:]


def test_the_card_tells_what_the_model_was_made_of(plan, begin):
    outcome = pretrain(plan, command="slmapps pretrain scenes.txt --out out")
    card = (plan.out / "README.md").read_text("utf-8")
    front = card.split("---\n")[1]
    assert "library_name: transformers" in front
    assert "pipeline_tag: text-generation" in front
    digest = hashlib.sha256(Path(plan.corpus[0]).read_bytes()).hexdigest()
    assert f"| scenes | CC0-1.0 | {80 - _held(plan)} |" in card
    assert digest in card
    assert begin.name in card
    assert "slmapps pretrain scenes.txt --out out" in card
    assert "![The loss against the tokens](loss.svg)" in card
    assert "<polyline" in (plan.out / "loss.svg").read_text("utf-8")
    assert f"{outcome.tokens:,} tokens" in card
    assert f"{outcome.bits_per_byte[0]['bits_per_byte']:.4f}" in card
    assert "not known" not in card


def _held(plan):
    from slmapps.training.corpus import read_corpus

    return read_corpus(list(plan.corpus)).sources[0].held_out


def test_text_of_a_llama_gives_the_model_its_name(plan):
    pretrain(replace(plan, licences={"scenes": "Llama 3.1 output"}))
    card = (plan.out / "README.md").read_text("utf-8")
    assert "# Llama-out" in card
    assert "Built with Llama" in card


def test_a_run_killed_anywhere_and_resumed_leaves_the_same_model(plan, start, tmp_path):
    pretrain(plan)
    broken = replace(plan, out=tmp_path / "broken", checkpoint_minutes=0.0)
    given = json.dumps(asdict(broken), default=str)
    chance = random.Random()
    for _ in range(2):
        child = start(CHILD, given, *(["resume"] if broken.out.exists() else []))
        for _ in range(chance.randrange(1, 18)):
            if not child.stdout.readline():
                break
        child.kill()
        child.wait()
    outcome = pretrain(broken, resume=True)
    assert outcome.steps == 20
    whole, resumed = (
        [json.loads(line)["loss"] for line in (out / "log.jsonl").read_text().splitlines()]
        for out in (plan.out, broken.out)
    )
    np.testing.assert_allclose(whole, resumed, atol=1e-5)
    wanted = load_file(plan.out / "model.safetensors")
    for name, weight in load_file(broken.out / "model.safetensors").items():
        torch.testing.assert_close(weight, wanted[name], atol=1e-5, rtol=0)
    assert {path.name for path in broken.out.iterdir()} == LEFT


def test_a_run_that_is_done_is_not_done_again(plan):
    first = pretrain(plan)
    before = (plan.out / "model.safetensors").stat().st_mtime_ns
    assert pretrain(plan, resume=True) == first
    assert (plan.out / "model.safetensors").stat().st_mtime_ns == before


def test_an_adapter_is_saved_apart_and_merged(plan, begin):
    from slmapps.backbone.adapters import Adapter

    pretrain(replace(plan, adapter="lora"))
    base = {name: weight.numpy() for name, weight in load_file(begin / "model.safetensors").items()}
    trained = load_file(plan.out / "model.safetensors")
    assert trained.keys() == base.keys()
    adapter = Adapter.load(plan.out / "adapter", None)
    changed = [name for name in base if not np.array_equal(base[name], trained[name].numpy())]
    assert sorted(changed) == sorted(adapter.downs)
    assert all("proj" in name for name in changed)
    for name, weight in adapter.merged(base).items():
        np.testing.assert_allclose(weight, trained[name].numpy(), atol=1e-6)


def test_a_random_start_learns_its_vocabulary_and_an_encoder_guesses_hidden_pieces(tmp_path):
    corpus = written(tmp_path / "scenes.txt", 60)
    out = tmp_path / "encoder"
    answer = called(
        *(corpus, "--out", out, "--size", "1M", "--objective", "masked", "--json"),
        *("--budget", "256tok", "--length", 32),
    )
    assert answer.exit_code == 0, answer.output
    config = json.loads((out / "config.json").read_text())
    assert config["architectures"] == ["ModernBertForMaskedLM"]
    settings = json.loads((out / "tokenizer_config.json").read_text())
    assert settings["mask_token"] == "<|mask|>"
    assert "pipeline_tag: fill-mask" in (out / "README.md").read_text("utf-8")
    found = json.loads(answer.stdout)
    assert found["tokens"] == 256
    assert found["pieces"] == config["vocab_size"]


def test_a_student_from_random_gets_the_teachers_vocabulary(tmp_path, begin):
    corpus = written(tmp_path / "scenes.txt", 60)
    # The teacher knows bytes alone; there is nothing to cut, and the error says so.
    answer = called(
        *(corpus, "--out", tmp_path / "out", "--size", "1M", "--teacher", begin),
        *("--budget", "256tok", "--length", 32),
    )
    assert answer.exit_code == 2
    assert "can be had" in answer.output
    assert not (tmp_path / "out" / "config.json").exists()


def test_a_teacher_of_the_same_vocabulary_takes_its_share(plan, tmp_path):
    teacher = folder(tmp_path / "teacher", width=48, seed=2)
    pretrain(replace(plan, teacher=str(teacher), teacher_share=1.0))
    pretrain(replace(plan, out=tmp_path / "alone"))
    one, two = (AutoModelForCausalLM.from_pretrained(o) for o in (plan.out, tmp_path / "alone"))
    assert any(
        not torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True)
    )
    assert str(teacher) in (plan.out / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--seed", "3"], "seed 0, not 3"),
        (["--optimiser", "muon"], "optimiser None, not 'muon'"),
        (["--objective", "hybrid"], "objective 'causal', not 'hybrid'"),
    ],
)
def test_another_plan_does_not_go_on_with_a_run(plan, changed, said):
    with pytest.raises(KeyboardInterrupt):
        pretrain(plan, tell=_interrupt_at(5))
    answer = called(
        *(*plan.corpus, "--out", plan.out, "--from", plan.start, "--budget", plan.tokens),
        *("--length", 32, "--rate", 3e-3, *changed, "--resume"),
    )
    assert answer.exit_code == 2
    assert said in answer.output
    assert "another --out" in answer.output


def test_a_corpus_that_has_changed_does_not_go_on_with_a_run(plan):
    with pytest.raises(KeyboardInterrupt):
        pretrain(plan, tell=_interrupt_at(5))
    with Path(plan.corpus[0]).open("a", encoding="utf-8") as file:
        file.write("\nOdo: One more thing.")
    with pytest.raises(ValueError, match="another corpus"):
        pretrain(plan, resume=True)


def test_an_interrupted_run_goes_on_with_a_longer_budget(plan):
    with pytest.raises(KeyboardInterrupt):
        pretrain(plan, tell=_interrupt_at(5))
    assert json.loads((plan.out / "run.json").read_text())["status"] == "stopped"
    assert not (plan.out / "config.json").exists()
    assert pretrain(replace(plan, tokens=30 * 128), resume=True).steps == 30


def _interrupt_at(step):
    def tell(stage, facts):
        if stage == "step" and facts["step"] == step:
            raise KeyboardInterrupt

    return tell


def test_a_folder_with_something_in_it_is_left_alone(plan):
    plan.out.mkdir()
    (plan.out / "thesis.txt").write_text("Years of work.")
    with pytest.raises(ValueError, match="is not empty"):
        pretrain(plan)
    assert [path.name for path in plan.out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (b"Mira: caf\xe9.\n" * 50, "UTF-8"),
        (b"Mira: No.", "too few"),
    ],
)
def test_a_corpus_that_cannot_be_learnt_from_leaves_no_model(tmp_path, begin, content, said):
    (tmp_path / "scenes.txt").write_bytes(content)
    answer = called(
        *(tmp_path / "scenes.txt", "--out", tmp_path / "out", "--from", begin, "--budget", "1ktok")
    )
    assert answer.exit_code == 2
    assert said in answer.output
    assert "Traceback" not in answer.output
    assert not (tmp_path / "out" / "config.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--budget", "soon"], "is no budget"),
        (["--budget", "0min"], "is no budget"),
        (["--budget", "1ktok", "--from", "writer", "--size", "1M"], "has its own size"),
        (["--budget", "1ktok", "--from", "/nowhere"], "lacks config.json"),
        (["--budget", "1ktok", "--adapter", "lora"], "--adapter full"),
        (["--budget", "1ktok", "--from", "writer", "--objective", "masked"], "--objective causal"),
        (["--budget", "1ktok", "--licence", "CC0"], "NAME=SPDX"),
        (["--budget", "1ktok", "--objective", "masked", "--teacher", "base"], "--objective causal"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_done(tmp_path, arguments, said):
    corpus = written(tmp_path / "scenes.txt", 20)
    answer = called(corpus, "--out", tmp_path / "out", *arguments)
    assert answer.exit_code == 2
    assert said in answer.output
    assert not (tmp_path / "out" / "config.json").exists()


def test_a_full_disk_leaves_no_half_of_a_model_and_the_run_goes_on_later(plan, tmp_path):
    script = """
import json, resource, sys
from pathlib import Path
from slmapps.training import pretraining
from slmapps.training.plan import Plan
given = json.loads(sys.argv[1])
plan = Plan(**{**given, "out": Path(given["out"]), "corpus": tuple(given["corpus"])})
def tell(stage, facts):
    if stage == "writing":
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    pretraining.pretrain(plan, tell=tell)
except OSError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(asdict(plan), default=str)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert "Make room and go on with --resume" in done.stdout, done.stderr[-2000:]
    names = {path.name for path in plan.out.iterdir()}
    assert not names & {"config.json", "model.safetensors", "README.md", "model.partial"}
    assert pretrain(plan, resume=True).steps == 20
    assert {path.name for path in plan.out.iterdir()} == LEFT


def test_a_disk_that_is_too_small_is_found_out_before_the_training(plan, monkeypatch):
    import shutil

    usage = shutil.disk_usage(plan.out.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100_000))
    stages = []
    with pytest.raises(OSError, match="Make room"):
        pretrain(plan, tell=lambda stage, _: stages.append(stage))
    assert "step" not in stages


def test_two_processes_through_the_same_command_train_one_model(plan, tmp_path):
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
        *("--nproc-per-node", "2", "--no-python", str(Path(sys.executable).parent / "slmapps")),
        *("pretrain", *plan.corpus, "--out", str(tmp_path / "two"), "--from", plan.start),
        *("--budget", f"{10 * 128}tok", "--length", "32", "--rate", "3e-3"),
        *("--batch", "2", "--json"),
    ]
    done = subprocess.run(
        command,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["steps"] == 10  # one answer, not one of each process
    pretrain(replace(plan, tokens=10 * 128, batch=4))
    wanted = load_file(plan.out / "model.safetensors")
    for name, weight in load_file(tmp_path / "two" / "model.safetensors").items():
        torch.testing.assert_close(weight, wanted[name], atol=1e-4, rtol=0)


def test_many_small_files_are_one_source(tmp_path, begin):
    for number in range(12):
        written(tmp_path / f"{number}.txt", 2, seed=number)
    outcome = pretrain(
        Plan((str(tmp_path),), tmp_path / "out", start=str(begin), tokens=512, length=32)
    )
    assert outcome.steps == 4


def test_the_page_finds_what_it_shows(plan):
    seen = {}

    def tell(stage, facts):
        if stage == "step" and facts["step"] == 3:
            seen.update(json.loads((plan.out / "run.json").read_text()))

    pretrain(plan, tell=tell)
    assert seen["status"] == "running"
    assert seen["steps"] == 20
    assert seen["settings"]["rate"] == 3e-3
    assert json.loads((plan.out / "run.json").read_text())["status"] == "done"
    line = json.loads((plan.out / "log.jsonl").read_text().splitlines()[0])
    assert {"step", "tokens", "loss", "rate", "seconds", "tokens_per_second"} <= line.keys()


def test_the_command_takes_shares_and_an_average_and_names_what_is_wrong(plan, begin, tmp_path):
    written(tmp_path / "more.txt", 80, seed=1)
    texts = [plan.corpus[0], tmp_path / "more.txt"]
    common = ("--from", begin, "--length", 32, "--budget", "1k", "--licence", "scenes=CC0-1.0")
    done = called(*texts, "--out", tmp_path / "a", *common, "--mix", "more=0.9", "--average", 0.9)
    assert done.exit_code == 0, done.output
    run = json.loads((tmp_path / "a" / "run.json").read_text("utf-8"))
    assert run["plan"]["shares"] == {"more": 0.9}
    assert run["settings"]["average"] == 0.9
    for wrong in ("more", "more=much", "moore=0.5"):
        done = called(*texts, "--out", tmp_path / "b", *common, "--mix", wrong)
        assert done.exit_code == 2
        assert wrong.partition("=")[0] in done.output
        assert "Traceback" not in done.output


def test_the_file_of_the_tasks_says_which_lines_are_read_only():
    from slmapps.training.tasks.dataset import _headers

    prompt = "[play]\nOdo: Who?\n[say: me]\nMira:"
    assert [prompt[a:b] for a, b in _headers(prompt)] == ["[play]\n", "[say: me]\n"]
    assert _headers("Mira:") == []
