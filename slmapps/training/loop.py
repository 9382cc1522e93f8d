"""The training loop: batches in, a model that has learnt from them out, through any interruption.

Design choices:

* Everything that decides the next step lies in a checkpoint or follows from the seed and the step
  (see ``packing``), so that a run killed at any moment and resumed ends with the same weights.
* The rate warms up, then falls in a straight line to zero (Defazio et al. 2023, "When, Why and How
  Much? Adaptive Learning Rate Scheduling by Refinement"). With a budget in minutes the line follows
  the clock, which is then part of the checkpoint.
* Losses are summed and divided by what the whole step asks for. So neither the passes that a step
  is made of, nor the processes that share it, change what is learnt.
* fp32 on the CPU, always: on some virtual CPUs a bf16 product kills the process. On CUDA bf16 by
  autocast over fp32 weights, compiled, with PyTorch's fused attention.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from slmapps.training import checkpoints
from slmapps.training.distillation import divergence
from slmapps.training.objectives import Objective, Posed, pose
from slmapps.training.optimisers import Kind, optimisers_for
from slmapps.training.packing import Packed
from slmapps.training.processes import ALONE, Processes

__all__ = ["Result", "Settings", "train"]


@dataclass(frozen=True)
class Settings:
    """What a run does.

    ``tokens`` or ``minutes`` is the budget; ``batch`` windows go into one pass, ``accumulate``
    passes into one step of each process. ``rate`` is the highest learning rate, reached after the
    share ``warmup`` of the budget. ``average`` is the decay of the weights' moving average, 0 for
    none. ``teacher_share`` of the loss is the teacher's. With ``apart`` the documents of a window
    do not see each other. ``compiled``: translate the layers into machine code first, on the CPU,
    too, where that needs a C++ compiler and some minutes and then gains a quarter of the time.
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
    optimiser: Kind = "adamw"
    objective: Objective = "causal"
    mask: int | None = None
    apart: bool = False
    compiled: bool = False


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
    processes: Processes = ALONE,
    facts: Mapping[str, Any] | None = None,
) -> Result:
    """Train ``model`` in place; checkpoints, ``log.jsonl`` and ``run.json`` go into ``out``.

    ``facts`` are written into ``run.json`` beside what the loop has to say. Interrupted from the
    keyboard, a checkpoint is written first.

    Raises:
        ValueError: no budget, or a checkpoint that belongs to another run.
        FloatingPointError: the loss is no number any more.
        OSError: no room on the disk; the last checkpoint stays.
    """
    if (settings.tokens is None) == (settings.minutes is None):
        raise ValueError("Give a budget: tokens or minutes, one of them.")
    out.mkdir(parents=True, exist_ok=True)
    if not resume and checkpoints.latest(out) is not None:
        raise ValueError(f"{out} holds a checkpoint. Resume that run, or name another folder.")
    return _Run(model, packed, settings, out, teacher, processes, facts or {}).go(resume, on_step)


class _Run:
    """The state of one call of :func:`train`."""

    def __init__(
        self,
        model: nn.Module,
        packed: Packed,
        settings: Settings,
        out: Path,
        teacher: nn.Module | None,
        processes: Processes,
        facts: Mapping[str, Any],
    ) -> None:
        self.model, self.packed, self.settings, self.out = model, packed, settings, out
        self.teacher, self.processes, self.facts = teacher, processes, facts
        self.device = next(model.parameters()).device
        self.learnt = {n: p for n, p in model.named_parameters() if p.requires_grad}
        processes.alike(p.detach() for p in self.learnt.values())
        self.optimisers = optimisers_for(
            model, settings.optimiser, settings.rate, settings.betas, settings.weight_decay
        )
        self.average = (
            {name: p.detach().clone() for name, p in self.learnt.items()}
            if settings.average
            else None
        )
        self.passes = settings.accumulate * processes.count
        self.a_step = settings.batch * self.passes * packed.length
        self.state: dict[str, Any] = {"step": 0, "seconds": 0.0, "loss": math.nan}

    def go(self, resume: bool, on_step: Callable[[dict[str, Any]], None] | None) -> Result:
        settings, processes = self.settings, self.processes
        identity = _identity(settings, self.packed) | {"tokens_a_step": self.a_step}
        if resume:
            found = checkpoints.restore(
                self.out, self.model, self.optimisers, self.average, identity
            )
            self.state = found or self.state
        processes.wait()  # nobody reads what the first one changes from here on
        if processes.first:
            self._shorten_log()
        self.model.train()
        if self.device.type == "cuda":
            self.model.compile()
        elif self.settings.compiled:
            _compile_layers(self.model)
        self._say("running")
        saved = time.monotonic()
        started = saved - float(self.state["seconds"])
        kept = self.state["step"] if checkpoints.latest(self.out) else None
        try:
            with self._log() as log:
                while (done := self._done(started)) < 1:
                    before = time.monotonic()
                    line = self._step(done)
                    now = time.monotonic()
                    self.state["seconds"] = now - started
                    line |= {
                        "seconds": round(now - started, 2),
                        "tokens_per_second": round(self.a_step / (now - before), 1),
                    }
                    with checkpoints.room_for(self.out):
                        log.write(json.dumps(line) + "\n")
                        log.flush()
                    if on_step is not None:
                        on_step(line)
                    if now - saved > settings.checkpoint_minutes * 60:
                        self._save(identity)
                        saved, kept = time.monotonic(), self.state["step"]
            if kept != self.state["step"]:
                self._save(identity)
        except KeyboardInterrupt:
            self._save(identity)
            self._say("stopped")
            raise
        except BaseException:
            self._say("failed")
            raise
        if self.average is not None:
            self.model.load_state_dict(self.average, strict=False)
        self.model.eval()
        self._say("trained")
        step = int(self.state["step"])
        return Result(step, step * self.a_step, self.state["loss"], self.state["seconds"])

    def _done(self, started: float) -> float:
        if self.settings.tokens is not None:
            return float(self.state["step"] * self.a_step / self.settings.tokens)
        elapsed = (time.monotonic() - started) / 60
        return self.processes.told(elapsed / (self.settings.minutes or 1), self.device)

    def _step(self, done: float) -> dict[str, Any]:
        settings, step, turn = self.settings, int(self.state["step"]), self.processes
        rate = settings.rate * min(1.0, (done + 1e-4) / max(settings.warmup, 1e-4)) * (1 - done)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
            for group in optimiser.param_groups:
                group["lr"] = rate
        torch.manual_seed((settings.seed * 1_000_003 + step) * turn.count + turn.rank)
        parts = [
            self._posed((step * settings.accumulate + part) * turn.count + turn.rank)
            for part in range(settings.accumulate)
        ]
        whole = turn.total(float(sum(part.count for part in parts)), self.device)
        nats = sum(self._learn(part, max(whole, 1.0)) for part in parts)
        turn.add([p.grad for p in self.learnt.values() if p.grad is not None])
        loss = turn.total(nats, self.device) / max(whole, 1.0)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss} at step {step + 1}. Begin anew with a lower --rate."
            )
        nn.utils.clip_grad_norm_(self.learnt.values(), settings.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        if self.average is not None:
            decay = min(settings.average, (step + 1) / (step + 10))
            for name, p in self.learnt.items():
                self.average[name].lerp_(p.detach(), 1 - decay)
        self.state = {**self.state, "step": step + 1, "loss": loss}
        return {
            "step": step + 1,
            "tokens": (step + 1) * self.a_step,
            "loss": round(loss, 7),
            "rate": rate,
            "done": round(done, 5),
        }

    def _posed(self, number: int) -> Posed:
        settings = self.settings
        return pose(
            self.packed.batch(number, settings.batch),
            settings.objective,
            mask=settings.mask,
            seed=settings.seed,
            number=number,
            device=self.device,
            end=self.packed.end if settings.apart else None,
        )

    def _learn(self, part: Posed, whole: float) -> float:
        """Add the gradients of one pass; the summed loss of its pieces, in nats."""
        cuda, share = self.device.type == "cuda", self.settings.teacher_share
        targets = part.targets.flatten()
        with torch.autocast("cuda", torch.bfloat16, enabled=cuda):
            logits = part.logits(self.model)
        nats = functional.cross_entropy(logits, targets, ignore_index=-100, reduction="sum")
        loss = nats
        if self.teacher is not None and share > 0:
            with torch.no_grad(), torch.autocast("cuda", torch.bfloat16, enabled=cuda):
                wanted = part.logits(self.teacher)
            heat, asked = self.settings.temperature, targets != -100
            taught = divergence(logits[asked], wanted[asked], heat)
            loss = (1 - share) * nats + share * taught
        (loss / whole).backward()  # type: ignore[no-untyped-call]
        return float(nats.item())

    def _save(self, identity: Mapping[str, Any]) -> None:
        if self.processes.first:
            checkpoints.save(
                self.out,
                self.model,
                self.optimisers,
                self.average,
                self.state,
                identity,
            )

    def _log(self) -> Any:
        place = self.out / "log.jsonl" if self.processes.first else Path(os.devnull)
        return place.open("a", encoding="utf-8")

    def _shorten_log(self) -> None:
        """Steps after the checkpoint are done again."""
        log = self.out / "log.jsonl"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        kept = lines[: int(self.state["step"])]
        checkpoints.write_text(log, "".join(line + "\n" for line in kept))

    def _say(self, status: str) -> None:
        """Tell whoever looks on what is going on here."""
        if not self.processes.first:
            return
        tokens = self.settings.tokens
        run = {
            **self.facts,
            "status": status,
            "process": os.getpid(),
            "settings": asdict(self.settings),
            "tokens_a_step": self.a_step,
            "steps": None if tokens is None else math.ceil(tokens / self.a_step),
            "parameters": sum(p.numel() for p in self.model.parameters()),
        }
        try:
            checkpoints.write_json(self.out / "run.json", run)
        except OSError:
            if status == "running":
                raise  # on a full disk the error that came first is the one to be told


def _compile_layers(model: nn.Module) -> None:
    """One piece of code serves all layers: compiled whole, a deep model takes many minutes."""
    for stack in model.modules():
        if isinstance(stack, nn.ModuleList):
            for layer in stack:
                layer.compile()


def _identity(settings: Settings, packed: Packed) -> dict[str, Any]:
    """What has to be the same for a checkpoint to be gone on with."""
    return {
        "seed": settings.seed,
        "tokens_a_step": settings.batch * settings.accumulate * packed.length,
        "windows": packed.windows,
        "optimiser": settings.optimiser,
        "objective": settings.objective,
    }
