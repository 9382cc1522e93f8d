"""What turns gradients into steps: AdamW, or Muon for the matrices and AdamW for the rest.

AdamW: Loshchilov and Hutter 2019. Muon: Jordan et al. 2024, orthogonalised momentum, with the rate
scaled so that its steps are as large as AdamW's (Liu et al. 2025, "Muon is scalable for LLM
training"): one learning rate serves both.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import nn

__all__ = ["Kind", "moments_of", "optimisers_for", "restore_moments"]

Kind = Literal["adamw", "muon"]


def optimisers_for(
    model: nn.Module, kind: Kind, rate: float, betas: tuple[float, float], decay: float
) -> list[torch.optim.Optimizer]:
    """The optimisers of ``model``'s trained weights; gains and biases do not decay."""
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    inner = [p for name, p in trained if p.ndim == 2 and not _outer(name)] if kind == "muon" else []
    taken = {id(p) for p in inner}
    rest = [p for _, p in trained if id(p) not in taken]
    made: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            [
                {"params": [p for p in rest if p.ndim > 1], "weight_decay": decay},
                {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0},
            ],
            rate,
            betas,
            fused=True,
        )
    ]
    if inner:
        made.append(
            torch.optim.Muon(inner, rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw")
        )
    return made


def moments_of(
    model: nn.Module, optimisers: list[torch.optim.Optimizer]
) -> dict[str, torch.Tensor]:
    """Everything the optimisers remember, by the weight's name and the kind of memory."""
    names = {id(p): name for name, p in model.named_parameters()}
    kept: dict[str, torch.Tensor] = {}
    for optimiser in optimisers:
        for parameter, memory in optimiser.state.items():
            for kind, value in memory.items():
                if isinstance(value, torch.Tensor):
                    kept[f"{names[id(parameter)]}|{kind}"] = value.contiguous()
    return kept


def restore_moments(
    model: nn.Module,
    optimisers: list[torch.optim.Optimizer],
    kept: dict[str, torch.Tensor],
) -> None:
    """Give the optimisers back what :func:`moments_of` kept."""
    parameters = dict(model.named_parameters())
    owner: dict[int, Any] = {
        id(p): optimiser
        for optimiser in optimisers
        for group in optimiser.param_groups
        for p in group["params"]
    }
    for key, value in kept.items():
        name, _, kind = key.rpartition("|")
        parameter = parameters[name]
        memory = owner[id(parameter)].state[parameter]
        memory[kind] = value if value.ndim == 0 else value.to(parameter.device)


def _outer(name: str) -> bool:
    """Embeddings and heads: Muon is for the matrices between them."""
    return any(part in name for part in ("embed", "lm_head", "cls", "decoder.weight"))
