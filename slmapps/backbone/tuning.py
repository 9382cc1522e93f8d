"""Training an adapter: the encoder in torch, frozen, with low-rank changes that learn.

torch and transformers are needed here and nowhere in serving. CPU trains in fp32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from slmapps.backbone import serving
from slmapps.backbone.adapters import Adapter
from slmapps.backbone.weights import describe, find_weights

__all__ = ["Tunable"]

_TARGETS = ("attention.self.query", "attention.self.value")


class _LowRank(nn.Module):
    """A frozen linear layer plus ``scale * up(down(x))``; up starts at zero, hence no change."""

    def __init__(self, base: nn.Linear, rank: int, scale: float, chance: torch.Generator) -> None:
        super().__init__()
        self.base = base
        self.scale = scale
        spread = base.in_features**-0.5
        self.down = nn.Parameter(torch.randn(rank, base.in_features, generator=chance) * spread)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply to ``x`` (…, inputs)."""
        changed: torch.Tensor = self.base(x) + self.scale * (x @ self.down.T @ self.up.T)
        return changed


class Tunable(nn.Module):
    """An encoder whose vectors can be trained: ``forward(texts)`` gives (n, dimension), length 1.

    Args:
        spec: as for ``find_weights``.
        rank: of the change to each matrix.
        scale: by which the change is multiplied; 2 is LoRA's alpha of twice the rank.
        targets: the linear layers of each block that are changed.
        seed: of the starting values.
    """

    def __init__(
        self,
        spec: str | None = None,
        *,
        rank: int = 8,
        scale: float = 2.0,
        targets: Sequence[str] = _TARGETS,
        seed: int = 0,
    ) -> None:
        super().__init__()
        from transformers import BertConfig, BertModel

        self.encoder = describe(find_weights(spec))
        self.scale = scale
        self.words = serving.tokenizer(self.encoder)
        config = BertConfig.from_pretrained(self.encoder.folder)
        self.model: Any = BertModel(config, add_pooling_layer=False)
        tensors = {k: torch.from_numpy(v) for k, v in serving.read_tensors(self.encoder).items()}
        self.model.load_state_dict(
            {k: v for k, v in tensors.items() if not k.startswith("pooler.")}, strict=False
        )
        self.model.train(mode=False)  # dropout would blur what little an adapter learns
        self.model.requires_grad_(requires_grad=False)
        chance = torch.Generator().manual_seed(seed)
        for block in self.model.encoder.layer:
            for target in targets:
                parent, _, last = target.rpartition(".")
                holder = block.get_submodule(parent)
                setattr(holder, last, _LowRank(getattr(holder, last), rank, scale, chance))

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """Encode ``texts`` with gradients to the adapter: (n, dimension), each of length 1."""
        inputs = serving.padded([found.ids for found in self.words.encode_batch(list(texts))])
        device = next(self.parameters()).device
        ids = torch.from_numpy(inputs["ids"].astype(np.int64)).to(device)
        real = torch.arange(ids.shape[1]) < torch.from_numpy(inputs["lengths"]).long()[:, None]
        real = real.to(device)
        hidden = self.model(ids, attention_mask=real.long()).last_hidden_state
        sums = hidden[:, 0] if self.encoder.pooling == "cls" else (hidden * real[..., None]).sum(1)
        return nn.functional.normalize(sums, dim=1)

    def learning(self) -> Iterator[nn.Parameter]:
        """The adapter's own parameters, for an optimiser."""
        return (value for value in self.parameters() if value.requires_grad)

    def adapter(self, card: Mapping[str, Any] | None = None) -> Adapter:
        """What has been learnt, as numbers; ``card`` says how it was trained (JSON values)."""
        downs, ups = {}, {}
        for name, module in self.model.named_modules():
            if isinstance(module, _LowRank):
                downs[f"{name}.weight"] = module.down.detach().cpu().numpy().copy()
                ups[f"{name}.weight"] = module.up.detach().cpu().numpy().copy()
        return Adapter(self.encoder.fingerprint, self.scale, downs, ups, dict(card or {}))
