"""What a training is asked to do, what came of it, and whether the two go together.

A run is gone on with only by the plan that it was begun with; what differs is named. The budget may
change: the rate then falls to the new end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from slmapps.training.models import SIZES
from slmapps.training.objectives import Objective
from slmapps.training.optimisers import Kind

__all__ = ["Outcome", "Plan", "check", "outcome_of"]


@dataclass(frozen=True)
class Plan:
    """What to train and how; ``tokens`` or ``minutes`` is the budget.

    ``start`` is ``random`` (then ``size`` counts), ``writer``, ``reader``, ``base`` or a folder;
    ``teacher`` is any of these but ``random`` and ``reader``. ``shares`` of what is read go by a
    source's name; ``average`` is the decay of the weights' moving average, 0 for none; ``held_out``
    is the share of documents that training never sees; ``compiled``: see ``Settings``. None leaves
    a value to what suits the start and the device.
    """

    corpus: tuple[str, ...]
    out: Path
    start: str = "random"
    size: str | None = None
    objective: Objective = "causal"
    teacher: str | None = None
    teacher_share: float = 0.5
    temperature: float = 1.0
    adapter: Literal["lora", "full"] = "full"
    tokens: int | None = None
    minutes: float | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    length: int | None = None
    batch: int | None = None
    accumulate: int = 1
    rate: float | None = None
    optimiser: Kind | None = None
    seed: int = 0
    text_field: str = "text"
    licences: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    average: float = 0.0
    held_out: float = 0.015
    compiled: bool = False
    checkpoint_minutes: float = 5.0

    def named(self) -> dict[str, Any]:
        """What may not change when the run is resumed, as JSON values."""
        kept = asdict(self)
        settled_anew = ("out", "tokens", "minutes", "device", "licences", "checkpoint_minutes")
        for name in (*settled_anew, "compiled"):
            del kept[name]
        return kept | {"corpus": list(self.corpus)}


@dataclass(frozen=True)
class Outcome:
    """What came of it. ``bits_per_byte``: by source, on held-out documents."""

    out: str
    parameters: int
    pieces: int
    steps: int
    tokens: int
    seconds: float
    loss: float
    bits_per_byte: tuple[Mapping[str, Any], ...]


def check(plan: Plan) -> None:
    """Raise ``ValueError`` where parts of ``plan`` do not go together; the text says the cure."""
    if (plan.tokens is None) == (plan.minutes is None):
        raise ValueError("Give a budget, say --budget 2Mtok or --budget 30min.")
    if (plan.tokens or plan.minutes or 0) <= 0:
        raise ValueError("The budget must be more than nothing.")
    if not 0 <= plan.held_out <= 0.5:
        raise ValueError(f"--held-out lies between 0 and 0.5, not at {plan.held_out:g}.")
    if plan.size is not None and plan.start != "random":
        raise ValueError(f"{plan.start!r} has its own size: --size goes with --from random.")
    if plan.size is not None and plan.size not in SIZES:
        raise ValueError(f"There is no size {plan.size!r}: {', '.join(SIZES)}.")
    if plan.teacher is not None and plan.objective != "causal":
        raise ValueError("A teacher teaches the next piece: --objective causal.")
    if plan.adapter == "lora" and plan.start == "random":
        raise ValueError("Random weights have to be trained as a whole: --adapter full.")
    if plan.adapter == "lora" and plan.objective == "masked":
        raise ValueError("Adapters are for causal models: --adapter full, or --objective causal.")


def outcome_of(plan: Plan, resume: bool) -> Outcome | None:
    """The outcome of the run in the plan's ``out``; None if there is work to do.

    Raises:
        ValueError: something else lies there, or a run of another plan.
    """
    out = plan.out
    if out.is_file():
        raise ValueError(f"{out} is a file. Name a folder by --out.")
    if not out.exists() or not any(out.iterdir()):
        return None
    if not resume:
        raise ValueError(
            f"{out} is not empty. Go on with the run in it by --resume, or name another --out."
        )
    try:
        run = json.loads((out / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        run = {}
    if not run and not (out / "material").exists() and (out / "config.json").exists():
        raise ValueError(f"{out} holds a model, but no run. Name another --out.")
    now = plan.named()
    for name, value in run.get("plan", now).items():
        if now.get(name) != value:
            raise ValueError(
                f"The run in {out} was begun with {name} {value!r}, not {now.get(name)!r}. Resume "
                "with what it was begun with, or name another --out."
            )
    if run.get("status") == "done":
        kept = run["outcome"]
        return Outcome(**{**kept, "bits_per_byte": tuple(kept["bits_per_byte"])})
    return None
