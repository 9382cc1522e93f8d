"""The encoder with its adapter and the heads on its vector, as they are trained together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from slmapps.backbone.tuning import Tunable

__all__ = ["ALL", "Batch", "Network", "Schedule", "batches", "vectors_of"]

ALL = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""Every linear layer of a block takes part: a few megabytes at rank 16."""


class Network(nn.Module):
    """Heads on unit vectors (n, 384), each one matrix: they must serve in numpy in no time.

    ``outputs`` names the heads and how many numbers each gives.
    """

    def __init__(
        self, outputs: dict[str, int], *, rank: int = 16, seed: int = 0, sharpness: float = 12.0
    ) -> None:
        super().__init__()
        self.encoder = Tunable(rank=rank, targets=ALL, seed=seed)
        chance = torch.Generator().manual_seed(seed)
        width = self.encoder.encoder.dimension
        self.sharpness = sharpness
        self.heads = nn.ModuleDict()
        for name, count in outputs.items():
            head = nn.Linear(width, count)
            with torch.no_grad():
                head.weight.copy_(torch.randn(count, width, generator=chance) * width**-0.5 * 0.5)
                head.bias.zero_()
            self.heads[name] = head

    def forward(self, texts: Sequence[str]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Vectors (n, 384) of length 1, and each head's logits."""
        vectors = self.encoder(texts)
        scaled = vectors * self.sharpness
        return vectors, {name: head(scaled) for name, head in self.heads.items()}

    def groups(self, rate: float, head_rate: float, decay: float) -> list[dict[str, Any]]:
        """What an optimiser learns: the adapter and the heads, at rates of their own."""
        return [
            {"params": list(self.encoder.learning()), "lr": rate, "weight_decay": decay},
            {"params": list(self.heads.parameters()), "lr": head_rate, "weight_decay": 0.0},
        ]


@dataclass
class Batch:
    """Positions of examples of like length."""

    places: list[int] = field(default_factory=list)


def batches(
    lengths: Sequence[int], tokens: int, chance: np.random.Generator
) -> Iterator[list[int]]:
    """Positions in random order, yet of like lengths within a batch of at most ``tokens``."""
    noisy = np.asarray(lengths) * chance.uniform(0.8, 1.25, len(lengths))
    order = np.argsort(noisy, kind="stable")
    made: list[list[int]] = []
    batch: list[int] = []
    longest = 0
    for place in order.tolist():
        longest = max(longest, lengths[place])
        if batch and (len(batch) + 1) * longest > tokens:
            made.append(batch)
            batch, longest = [], lengths[place]
        batch.append(place)
    if batch:
        made.append(batch)
    for number in chance.permutation(len(made)).tolist():
        yield made[number]


@dataclass(frozen=True)
class Schedule:
    """A share of warm-up, then a cosine to nothing."""

    steps: int
    warm: float = 0.06

    def __call__(self, step: int) -> float:
        """The factor of the rate at ``step``."""
        first = max(1, int(self.steps * self.warm))
        if step < first:
            return (step + 1) / first
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - first) / max(1, self.steps - first))))


@torch.no_grad()
def vectors_of(
    network: Network, texts: Sequence[str], tokens: int = 4096
) -> tuple[npt.NDArray[np.float32], dict[str, npt.NDArray[np.float32]]]:
    """Vectors and logits of many texts, without gradients, in the order given."""
    lengths = [len(text) // 4 + 3 for text in texts]
    found: list[tuple[list[int], torch.Tensor, dict[str, torch.Tensor]]] = []
    for places in batches(lengths, tokens, np.random.default_rng(0)):
        vectors, logits = network([texts[n] for n in places])
        found.append((places, vectors, logits))
    order = np.concatenate([np.array(places) for places, _, _ in found])
    back = np.argsort(order)
    vectors_ = torch.cat([v for _, v, _ in found]).numpy()[back]
    heads = {
        name: torch.cat([each[name] for _, _, each in found]).numpy()[back]
        for name in network.heads
    }
    return vectors_, heads
