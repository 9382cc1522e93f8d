"""Low-rank adapters for causal models (Hu et al. 2021, LoRA): small changes to a frozen model.

Every linear map inside the layers is changed; embeddings and the output layer stay as they are.
What was learnt is saved apart as :class:`slmapps.backbone.adapters.Adapter`, and merged into the
weights, so that the folder of the model loads like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from slmapps.backbone.adapters import Adapter

__all__ = ["LowRank", "adapt", "adapter_of", "merge"]

RANK = 16
SCALE = 2.0  # LoRA's alpha of twice the rank
_APART = ("lm_head", "decoder", "cls", "embed")


class LowRank(nn.Module):
    """A frozen linear layer plus ``scale * up(down(x))``; up starts at zero, hence no change."""

    def __init__(self, base: nn.Linear, rank: int, scale: float, chance: torch.Generator) -> None:
        super().__init__()
        self.base, self.scale = base, scale
        spread = base.in_features**-0.5
        self.down = nn.Parameter(torch.randn(rank, base.in_features, generator=chance) * spread)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply to ``x`` (…, inputs)."""
        changed: torch.Tensor = self.base(x) + self.scale * (x @ self.down.T @ self.up.T)
        return changed


def adapt(model: nn.Module, *, rank: int = RANK, scale: float = SCALE, seed: int = 0) -> None:
    """Freeze ``model`` and put a change of ``rank`` on each linear map inside its layers.

    Raises:
        ValueError: the model has no such map.
    """
    model.requires_grad_(requires_grad=False)
    chance = torch.Generator().manual_seed(seed)
    found = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and not any(part in name for part in _APART)
    ]
    if not found:
        raise ValueError("The model has no linear map that could be adapted: --adapter full.")
    for name in found:
        base = model.get_submodule(name)
        assert isinstance(base, nn.Linear)
        _put(model, name, LowRank(base, rank, scale, chance))


def adapter_of(model: nn.Module, backbone: str, card: Mapping[str, Any] | None = None) -> Adapter:
    """What has been learnt, as numbers; ``backbone`` is the fingerprint of the frozen weights."""
    changed = _changed(model)
    return Adapter(
        backbone,
        next(iter(changed.values())).scale,
        {f"{name}.weight": each.down.detach().cpu().numpy() for name, each in changed.items()},
        {f"{name}.weight": each.up.detach().cpu().numpy() for name, each in changed.items()},
        dict(card or {}),
    )


@torch.no_grad()
def merge(model: nn.Module) -> None:
    """Add the changes to the weights they change; the model is a stock one again."""
    for name, each in _changed(model).items():
        each.base.weight += each.scale * (each.up @ each.down)
        _put(model, name, each.base)


def _changed(model: nn.Module) -> dict[str, LowRank]:
    return {name: each for name, each in model.named_modules() if isinstance(each, LowRank)}


def _put(model: nn.Module, name: str, module: nn.Module) -> None:
    holder, _, last = name.rpartition(".")
    setattr(model.get_submodule(holder), last, module)
