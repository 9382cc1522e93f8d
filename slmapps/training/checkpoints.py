"""Checkpoints: everything that a run needs to go on, whole at any moment.

A checkpoint is written beside the last one and takes its place by renaming; the last one is kept
until the next. Tensors are safetensors, the rest is JSON: nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from slmapps.training.optimisers import moments_of, restore_moments

__all__ = ["restore", "room_for", "save", "write_json"]

_NAME, _OLD, _PARTIAL = "checkpoint", "checkpoint.old", "checkpoint.partial"


def save(
    out: Path,
    model: nn.Module,
    optimisers: list[torch.optim.Optimizer],
    average: dict[str, torch.Tensor] | None,
    state: dict[str, Any],
    identity: dict[str, Any],
) -> None:
    """Write the checkpoint of ``state`` into ``out``.

    Raises:
        OSError: no room, or no right to write; the last checkpoint is left as it was.
    """
    part = out / _PARTIAL
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        weights = {name: p.detach().contiguous() for name, p in model.named_parameters()}
        _tensors(weights, part / "weights.safetensors")
        _tensors(moments_of(model, optimisers), part / "moments.safetensors")
        if average is not None:
            _tensors(average, part / "average.safetensors")
        write_json(part / "state.json", {**state, "identity": identity})
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(out / _OLD, ignore_errors=True)
    if (out / _NAME).exists():
        (out / _NAME).rename(out / _OLD)
    part.rename(out / _NAME)


def restore(
    out: Path,
    model: nn.Module,
    optimisers: list[torch.optim.Optimizer],
    average: dict[str, torch.Tensor] | None,
    identity: dict[str, Any],
) -> dict[str, Any] | None:
    """Put ``model`` and ``optimisers`` where the last checkpoint left them; None if there is none.

    Raises:
        ValueError: the checkpoint belongs to another run or another model, or is damaged.
    """
    folder = next((out / n for n in (_NAME, _OLD) if (out / n / "state.json").exists()), None)
    if folder is None:
        return None
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
        weights = load_file(folder / "weights.safetensors")
        moments = load_file(folder / "moments.safetensors")
        blend = load_file(folder / "average.safetensors") if average is not None else {}
    except Exception as error:  # safetensors, json and the system each raise their own
        raise ValueError(
            f"The checkpoint {folder} is damaged: {error}. Delete it to begin anew."
        ) from error
    known = state.pop("identity")
    for key, value in identity.items():
        if known.get(key) != value:
            raise ValueError(
                f"{folder} belongs to a run with another {key} ({known.get(key)}, now {value}). "
                "Resume with what the run was begun with, or name another --out."
            )
    parameters = dict(model.named_parameters())
    shapes = {name: tuple(p.shape) for name, p in parameters.items()}
    if {name: tuple(w.shape) for name, w in weights.items()} != shapes:
        raise ValueError(f"{folder} holds a model of another size. Name another --out.")
    with torch.no_grad():
        for name, weight in weights.items():
            parameters[name].copy_(weight)
    restore_moments(model, optimisers, moments)
    if average is not None:
        average.update({name: w.to(parameters[name].device) for name, w in blend.items()})
    return state


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write ``value`` so that a reader sees the old file or the new one, never half of one."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(value, indent=1), "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _tensors(tensors: dict[str, torch.Tensor], path: Path) -> None:
    try:
        save_file(tensors, path)
    except OSError:
        raise
    except Exception as error:  # safetensors wraps what the system says
        raise OSError(f"{path.parent.parent}: cannot be written: {error}. Make room.") from error
