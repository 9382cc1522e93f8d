"""Optimisers: Muon for the matrices inside a model with AdamW for the rest, or AdamW for all.

Design choices:

* AdamW: Loshchilov and Hutter 2019. Muon: Jordan et al. 2024, orthogonalised momentum, its steps
  scaled to AdamW's root mean square (Liu et al. 2025, "Muon is Scalable for LLM Training"): one
  rate and one decay serve both.
* torch's Muon makes its matrices orthogonal in bf16, which kills the process on some virtual CPUs.
  On the CPU the same iteration runs here in fp32, matrices of one shape together.
* Embeddings and the output layer are tables of vectors, no maps: AdamW moves them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import torch
from torch import nn

__all__ = ["Kind", "Muon", "moments_of", "optimisers_for", "orthogonal", "restore_moments"]

Kind = Literal["adamw", "muon"]
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of Jordan et al., as in torch
_ROUNDS = 5
_TABLES = ("embed", "lm_head", "decoder.weight", "cls.")


def optimisers_for(
    model: nn.Module, kind: Kind, rate: float, betas: tuple[float, float], decay: float
) -> list[torch.optim.Optimizer]:
    """The optimisers of all that learns in ``model``; matrices decay, gains and biases do not.

    Raises:
        ValueError: a kind that is not known, or nothing that learns.
    """
    if kind not in {"adamw", "muon"}:
        raise ValueError(f"There is no optimiser {kind!r}: choose adamw or muon.")
    learnt = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    if not learnt:
        raise ValueError("No weight of the model learns. Unfreeze some.")
    inner = [p for name, p in learnt if kind == "muon" and p.ndim == 2 and not _table(name)]
    moved = {id(p) for p in inner}
    others = [p for _, p in learnt if id(p) not in moved]
    groups = [
        {"params": [p for p in others if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in others if p.ndim <= 1], "weight_decay": 0.0},
    ]
    made: list[torch.optim.Optimizer] = []
    if others:
        made.append(torch.optim.AdamW(groups, rate, betas, fused=True))
    if inner:
        made.append(Muon(inner, rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"))
    return made


class Muon(torch.optim.Muon):
    """``torch.optim.Muon`` with fp32 on the CPU."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move each matrix along its orthogonalised momentum."""
        if all(p.is_cuda for group in self.param_groups for p in group["params"]):
            return super().step(closure)  # type: ignore[no-untyped-call]
        for group in self.param_groups:
            alike: dict[torch.Size, list[torch.Tensor]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    alike.setdefault(p.shape, []).append(p)
            for shape, members in alike.items():
                moves = orthogonal(torch.stack([self._momentum(p, group) for p in members]))
                length = group["lr"] * 0.2 * math.sqrt(max(shape))
                for p, move in zip(members, moves, strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(move, alpha=-length)
        return None

    def _momentum(self, p: torch.Tensor, group: dict[str, Any]) -> torch.Tensor:
        assert p.grad is not None
        memory = self.state[p]
        if "momentum_buffer" not in memory:
            memory["momentum_buffer"] = torch.zeros_like(p.grad)
        buffer: torch.Tensor = memory["momentum_buffer"]
        buffer.lerp_(p.grad, 1 - group["momentum"])
        return p.grad.lerp(buffer, group["momentum"])


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Matrices (n, rows, columns) with all singular values brought near to 1.

    Five rounds of the quintic Newton-Schulz iteration; the values end between about 0.7 and 1.2.
    """
    a, b, c = _COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(_ROUNDS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


def moments_of(
    model: nn.Module, optimisers: Iterable[torch.optim.Optimizer]
) -> dict[str, torch.Tensor]:
    """Everything the optimisers remember, by the weight's name and the kind of memory."""
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        f"{names[id(parameter)]}|{kind}": value.contiguous()
        for optimiser in optimisers
        for parameter, memory in optimiser.state.items()
        for kind, value in memory.items()
        if isinstance(value, torch.Tensor)
    }


def restore_moments(
    model: nn.Module,
    optimisers: Iterable[torch.optim.Optimizer],
    kept: Mapping[str, torch.Tensor],
) -> None:
    """Give the optimisers back what :func:`moments_of` kept."""
    parameters = dict(model.named_parameters())
    owners: dict[int, Any] = {
        id(p): optimiser
        for optimiser in optimisers
        for group in optimiser.param_groups
        for p in group["params"]
    }
    for key, value in kept.items():
        name, _, kind = key.rpartition("|")
        parameter = parameters[name]
        owners[id(parameter)].state[parameter][kind] = value.to(parameter.device)


def _table(name: str) -> bool:
    return any(part in name for part in _TABLES)
