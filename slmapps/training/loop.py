"""The training loop: batches in, a model that has learnt from them out, through any interruption.

Design choices:

* Everything that decides the next step lies in a checkpoint or follows from the seed and the step
  (see ``packing``), so that a run killed at any moment and resumed ends with the same weights.
* The rate warms up, then falls in a straight line to zero (Defazio et al. 2023, "When, Why and How
  Much? Adaptive Learning Rate Scheduling by Refinement"). With a budget in minutes the line follows
  the clock, which is then part of the checkpoint.
* A checkpoint is written beside the old one and renamed: there is always a whole one.
* fp32 on the CPU, always: on some virtual CPUs a bf16 product kills the process.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from slmapps.training.packing import Packed

__all__ = ["Result", "Settings", "train"]


@dataclass(frozen=True)
class Settings:
    """What a run does.

    ``tokens`` or ``minutes`` is the budget; ``batch`` windows go into one pass, ``accumulate``
    passes into one step. ``rate`` is the highest learning rate, reached after the share ``warmup``
    of the budget. ``average`` is the decay of the weights' moving average, 0 for none.
    """

    tokens: int | None = None
    minutes: float | None = None
    batch: int = 4
    accumulate: int = 1
    rate: float = 3e-4
    warmup: float = 0.02
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = 1.0
    average: float = 0.0
    temperature: float = 1.0
    teacher_share: float = 0.0
    seed: int = 0
    checkpoint_minutes: float = 5.0


@dataclass(frozen=True)
class Result:
    """What came of a run: steps and tokens done, the last loss in nats a piece, seconds taken."""

    steps: int
    tokens: int
    loss: float
    seconds: float


def train(
    model: nn.Module,
    packed: Packed,
    settings: Settings,
    out: Path,
    *,
    teacher: nn.Module | None = None,
    resume: bool = False,
    on_step: Callable[[dict[str, Any]], None] | None = None,
) -> Result:
    """Train ``model`` in place; checkpoints and ``log.jsonl`` go into ``out``.

    Raises:
        ValueError: no budget, or a checkpoint that belongs to another run.
    """
    if (settings.tokens is None) == (settings.minutes is None):
        raise ValueError("Give a budget: tokens or minutes, one of them.")
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    model.train()
    optimiser = torch.optim.AdamW(
        _groups(model, settings.weight_decay), settings.rate, settings.betas, fused=True
    )
    average = _copy(model) if settings.average else None
    state = {"step": 0, "seconds": 0.0, "loss": float("nan")}
    if resume:
        state = _restore(out, model, optimiser, average, settings, packed) or state
    a_step = settings.batch * settings.accumulate * packed.length
    started = time.monotonic() - state["seconds"]
    saved = time.monotonic()
    _write(out / "run.json", {"settings": asdict(settings), "tokens_a_step": a_step})
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        while True:
            step = int(state["step"])
            elapsed = time.monotonic() - started
            done = (
                step * a_step / settings.tokens
                if settings.tokens
                else elapsed / 60 / (settings.minutes or 1)
            )
            if done >= 1:
                break
            rate = settings.rate * min(1.0, (done + 1e-4) / settings.warmup) * (1 - done)
            for group in optimiser.param_groups:
                group["lr"] = rate
            before = time.monotonic()
            loss = _step(model, packed, settings, optimiser, step, teacher)
            if average is not None:
                _blend(average, model, min(settings.average, (step + 1) / (step + 10)))
            now = time.monotonic()
            state = {"step": step + 1, "seconds": now - started, "loss": loss}
            line = {
                "step": step + 1,
                "tokens": (step + 1) * a_step,
                "loss": round(loss, 5),
                "rate": rate,
                "done": round(done, 5),
                "seconds": round(now - started, 2),
                "tokens_per_second": round(a_step / (now - before), 1),
            }
            log.write(json.dumps(line) + "\n")
            log.flush()
            if on_step is not None:
                on_step(line)
            if now - saved > settings.checkpoint_minutes * 60:
                _save(out, model, optimiser, average, state, settings, packed)
                saved = time.monotonic()
    _save(out, model, optimiser, average, state, settings, packed)
    if average is not None:
        model.load_state_dict(average, strict=False)
    model.eval()
    return Result(int(state["step"]), int(state["step"]) * a_step, state["loss"], state["seconds"])


def _step(
    model: nn.Module,
    packed: Packed,
    settings: Settings,
    optimiser: torch.optim.Optimizer,
    step: int,
    teacher: nn.Module | None,
) -> float:
    optimiser.zero_grad(set_to_none=True)
    total = 0.0
    for part in range(settings.accumulate):
        batch = packed.batch(step * settings.accumulate + part, settings.batch)
        inputs, targets = torch.from_numpy(batch.inputs), torch.from_numpy(batch.targets)
        logits = model(input_ids=inputs, use_cache=False).logits.flatten(0, 1)
        loss = functional.cross_entropy(logits, targets.flatten(), ignore_index=-100)
        total += loss.item() / settings.accumulate
        if teacher is not None and settings.teacher_share > 0:
            loss = (1 - settings.teacher_share) * loss + settings.teacher_share * _from_teacher(
                logits, teacher, inputs, settings.temperature
            )
        (loss / settings.accumulate).backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
    optimiser.step()
    return total


def _from_teacher(
    logits: torch.Tensor, teacher: nn.Module, inputs: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Kullback-Leibler divergence to the teacher's softened distribution (Hinton et al. 2015)."""
    with torch.no_grad():
        wanted = teacher(input_ids=inputs, use_cache=False).logits.flatten(0, 1) / temperature
    return (
        functional.kl_div(
            functional.log_softmax(logits / temperature, -1),
            functional.log_softmax(wanted, -1),
            log_target=True,
            reduction="batchmean",
        )
        * temperature**2
    )


def _groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Matrices decay; gains and biases do not."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _copy(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def _blend(average: dict[str, torch.Tensor], model: nn.Module, decay: float) -> None:
    for name, parameter in model.named_parameters():
        average[name].lerp_(parameter.detach(), 1 - decay)


def _identity(settings: Settings, packed: Packed) -> dict[str, Any]:
    """What has to be the same for a checkpoint to be gone on with."""
    return {
        "seed": settings.seed,
        "tokens_a_step": settings.batch * settings.accumulate * packed.length,
        "windows": packed.windows,
    }


def _save(
    out: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: dict[str, torch.Tensor] | None,
    state: dict[str, Any],
    settings: Settings,
    packed: Packed,
) -> None:
    part = out / "checkpoint.partial"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    names = {id(p): name for name, p in model.named_parameters()}
    weights = {name: p.detach().contiguous() for name, p in model.named_parameters()}
    moments: dict[str, torch.Tensor] = {}
    for group in optimiser.param_groups:
        for p in group["params"]:
            for key, value in optimiser.state.get(p, {}).items():
                moments[f"{names[id(p)]}|{key}"] = value
    save_file(weights, part / "weights.safetensors")
    save_file(moments, part / "moments.safetensors")
    if average is not None:
        save_file(average, part / "average.safetensors")
    _write(part / "state.json", {**state, "identity": _identity(settings, packed)})
    whole, old = out / "checkpoint", out / "checkpoint.old"
    shutil.rmtree(old, ignore_errors=True)
    if whole.exists():
        whole.rename(old)
    part.rename(whole)


def _restore(
    out: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: dict[str, torch.Tensor] | None,
    settings: Settings,
    packed: Packed,
) -> dict[str, Any] | None:
    folder = next((f for f in (out / "checkpoint", out / "checkpoint.old") if f.exists()), None)
    if folder is None:
        return None
    state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
    if state.pop("identity") != _identity(settings, packed):
        raise ValueError(f"{folder} belongs to a run with another seed, batch or corpus.")
    parameters = dict(model.named_parameters())
    weights = load_file(folder / "weights.safetensors")
    if {n: w.shape for n, w in weights.items()} != {n: p.shape for n, p in parameters.items()}:
        raise ValueError(f"{folder} holds a model of another size.")
    with torch.no_grad():
        for name, weight in weights.items():
            parameters[name].copy_(weight)
    for key, value in load_file(folder / "moments.safetensors").items():
        name, _, kind = key.rpartition("|")
        optimiser.state[parameters[name]][kind] = value
    if average is not None:
        average.update(load_file(folder / "average.safetensors"))
    log = out / "log.jsonl"
    if log.exists():  # steps after the checkpoint are done again
        lines = log.read_text("utf-8").splitlines()[: int(state["step"])]
        _write_text(log, "".join(line + "\n" for line in lines))
    return state


def _write(path: Path, value: dict[str, Any]) -> None:
    _write_text(path, json.dumps(value, indent=1))


def _write_text(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(text, "utf-8")
    part.replace(path)
