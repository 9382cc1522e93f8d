"""Checkpoints: everything that a run needs to go on, whole at any moment.

Design choices:

* A checkpoint is written beside the last one, brought to the disk, and takes its place by renaming;
  the last one is kept until the next. What a kill leaves behind is never taken for a checkpoint.
* ``weights``, ``moments`` and ``average`` are safetensors by the weights' names; ``state.json``
  says where the run stood and what run it was. Nothing is unpickled.
* A run goes on only from a checkpoint of its own. An entry of the identity that an older checkpoint
  does not have is not asked for.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from slmapps.training.optimisers import moments_of, restore_moments

__all__ = ["latest", "restore", "room_for", "save", "write_json", "write_text"]

_NAME, _OLD, _PARTIAL = "checkpoint", "checkpoint.old", "checkpoint.partial"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WORDS = {
    "seed": "seed",
    "tokens_a_step": "batch size or number of processes",
    "windows": "corpus or vocabulary",
    "corpus": "corpus or vocabulary",
    "optimiser": "optimiser",
    "objective": "objective",
}


def latest(out: Path) -> Path | None:
    """The newest whole checkpoint of the run in ``out``; None where there is none yet."""
    return next((out / n for n in (_NAME, _OLD) if (out / n / "state.json").is_file()), None)


def save(
    out: Path,
    model: nn.Module,
    optimisers: Sequence[torch.optim.Optimizer],
    average: Mapping[str, torch.Tensor] | None,
    state: Mapping[str, Any],
    identity: Mapping[str, Any],
) -> None:
    """Write the checkpoint of ``state`` into ``out``.

    Raises:
        OSError: no room, or no right to write; the last checkpoint is left as it was.
    """
    files = {"weights": _learnt(model), "moments": moments_of(model, optimisers)}
    if average is not None:
        files["average"] = dict(average)
    part = out / _PARTIAL
    shutil.rmtree(part, ignore_errors=True)
    try:
        with room_for(out):
            part.mkdir(parents=True)
            for name, tensors in files.items():
                path = part / f"{name}.safetensors"
                save_file({key: each.detach().contiguous() for key, each in tensors.items()}, path)
                _to_disk(path)
            write_json(part / "state.json", {**state, "identity": dict(identity)})
            _to_disk(part / "state.json")
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if (out / _NAME).exists():
        shutil.rmtree(out / _OLD, ignore_errors=True)
        (out / _NAME).rename(out / _OLD)
    part.rename(out / _NAME)


def restore(
    out: Path,
    model: nn.Module,
    optimisers: Sequence[torch.optim.Optimizer],
    average: dict[str, torch.Tensor] | None,
    identity: Mapping[str, Any],
) -> dict[str, Any] | None:
    """Put ``model`` and ``optimisers`` where the last checkpoint left them; None if there is none.

    Raises:
        ValueError: the checkpoint belongs to another run or another model, or is damaged.
    """
    folder = latest(out)
    if folder is None:
        return None
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
        weights = load_file(folder / "weights.safetensors")
        moments = load_file(folder / "moments.safetensors")
        blend = load_file(folder / "average.safetensors") if average is not None else {}
    except Exception as error:  # safetensors, json and the system each raise their own
        raise ValueError(
            f"The checkpoint {folder} is damaged: {error}. Delete that folder to go on from the "
            "one before it, or to begin anew."
        ) from error
    parameters = _learnt(model)
    _check_shapes(folder, weights, parameters)
    known = state.pop("identity", {})
    for key, value in identity.items():
        if key in known and known[key] != value:
            raise ValueError(
                f"{folder} belongs to a run with another {_WORDS.get(key, key)} "
                f"({known[key]}, now {value}). Resume with what the run was begun with, or name "
                "another --out."
            )
    with torch.no_grad():
        for name, weight in weights.items():
            parameters[name].copy_(weight)
    restore_moments(model, optimisers, moments)
    if average is not None:
        average.update({name: w.to(parameters[name].device) for name, w in blend.items()})
    return state


def _learnt(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def _check_shapes(
    folder: Path, weights: Mapping[str, torch.Tensor], parameters: Mapping[str, torch.Tensor]
) -> None:
    """Raise ``ValueError`` where the checkpoint's model is not this one."""
    cure = "Resume with the model the run was begun with, or name another --out."
    odd = sorted(weights.keys() ^ parameters.keys())
    for name in sorted(weights.keys() & parameters.keys()):
        found, wanted = tuple(weights[name].shape), tuple(parameters[name].shape)
        if found != wanted:
            table = not odd and "embed" in name and found[1:] == wanted[1:]
            what = "with another vocabulary" if table else "of another size"
            raise ValueError(
                f"{folder} holds a model {what}: {name} is {found} there and {wanted} here. {cure}"
            )
    if odd:
        raise ValueError(
            f"{folder} holds a model of another size or kind: only one has {odd[0]}. {cure}"
        )


@contextmanager
def room_for(out: Path) -> Iterator[None]:
    """Turn what the system and safetensors say of a full disk into one clear error.

    Raises:
        OSError: with the cure in its text.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _full(out) from error
    except Exception as error:
        if type(error).__name__ != "SafetensorError":
            raise
        raise _full(out, str(error)) from error


def _full(out: Path, said: str = "no space left on the device") -> OSError:
    return OSError(
        f"{out} cannot be written: {said}. Make room and go on with --resume: what was saved "
        "before is whole."
    )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write ``value`` so that a reader sees the old file or the new one, never half of one."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """Write ``text`` so that a reader sees the old file or the new one, never half of one."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
