"""The tagger's network as it learns, in torch; ``tagger.py`` does the same in numpy.

A transformer over the words of a page (Vaswani et al. 2017, pre-norm). Instead of a position each
head has tables of how much two words matter to each other by how they lie: by offset and by common
edges, as in relative attention (Shaw et al. 2018; over boxes: Xu et al. 2021, LayoutLMv2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from slmapps.heads.pages.features import (
    GRAMS,
    LOOKS,
    OFFSETS,
    RELATIONS,
    ROWS,
    SHAPES,
    STEPS,
)

__all__ = ["Measures", "Network"]


@dataclass(frozen=True)
class Measures:
    """``known`` is the width of the reader's vectors; ``labels`` how many labels there are."""

    labels: int
    known: int = 384
    width: int = 192
    heads: int = 6
    layers: int = 4
    inner: int = 576

    def plain(self) -> dict[str, int]:
        """As JSON values."""
        return asdict(self)


class _Block(nn.Module):
    def __init__(self, measures: Measures) -> None:
        super().__init__()
        width = measures.width
        self.heads = measures.heads
        self.before = nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.heard = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.wide = nn.Linear(width, measures.inner)
        self.narrow = nn.Linear(measures.inner, width)

    def forward(self, state: torch.Tensor, bias: torch.Tensor, drop: float) -> torch.Tensor:
        rows, words, width = state.shape
        parts = self.asked(self.before(state)).view(rows, words, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        mixed = self.heard(mixed.transpose(1, 2).reshape(rows, words, width))
        state = state + functional.dropout(mixed, drop, self.training)
        inner = self.narrow(functional.gelu(self.wide(self.between(state)), approximate="tanh"))
        return state + functional.dropout(inner, drop, self.training)


def _nearness(heads: int) -> torch.Tensor:
    """Where the tables of offsets begin, (OFFSETS, heads).

    The first heads see all alike, the later ones look ever nearer (Press et al. 2022, "Train Short,
    Test Long"), half of them along the row and half along the column: what is near is what labels
    are made of, and it need not be found out.
    """
    wide = len(STEPS) * 2 + 1
    across = (torch.arange(wide) - len(STEPS)).abs().float()[:, None]
    down = (torch.arange(OFFSETS // wide) - len(ROWS)).abs().float()[None]
    parts = []
    for head in range(heads):
        slope = 1.2 * head / max(1, heads - 1)
        along = (0.5 * across + 2.0 * down) if head % 2 else (1.5 * across + 0.7 * down)
        parts.append(-slope * along.flatten())
    return torch.stack(parts, 1)


class Network(nn.Module):
    """Words of pages in, what each is and whether its row begins an item out."""

    def __init__(self, measures: Measures, drop: float = 0.1) -> None:
        super().__init__()
        self.measures, self.drop = measures, drop
        width = measures.width
        self.known = nn.Linear(measures.known, width)
        self.grams = nn.EmbeddingBag(GRAMS, width, mode="sum", padding_idx=0)
        self.shapes = nn.Embedding(SHAPES, width)
        self.looks = nn.Linear(LOOKS, width)
        self.offsets = nn.Embedding(OFFSETS, measures.heads)
        self.edges = nn.Embedding(RELATIONS, measures.heads)
        self.blocks = nn.ModuleList(_Block(measures) for _ in range(measures.layers))
        self.last = nn.LayerNorm(width)
        self.label = nn.Linear(width, measures.labels)
        self.begin = nn.Linear(width, 1)
        for table in (self.grams, self.shapes):
            nn.init.normal_(table.weight, std=0.05)
        nn.init.zeros_(self.edges.weight)
        with torch.no_grad():
            self.grams.weight[0].zero_()
            self.offsets.weight.copy_(_nearness(measures.heads))

    def forward(self, batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """(pages, words, labels) and (pages, words) logits.

        ``batch``: ``known`` (pages, words, known), ``grams`` (pages, words, grams), ``shapes``
        (pages, words), ``looks`` (pages, words, looks), ``offsets`` and ``edges`` (pages, words,
        words), ``real`` (pages, words) bool.
        """
        rows, words = batch["shapes"].shape
        grams = self.grams(batch["grams"].flatten(0, 1)).view(rows, words, -1)
        state = self.known(batch["known"]) + grams + self.shapes(batch["shapes"])
        state = functional.dropout(state + self.looks(batch["looks"]), self.drop, self.training)
        bias = self.offsets(batch["offsets"]) + self.edges(batch["edges"])
        bias = bias.permute(0, 3, 1, 2)
        bias = bias.masked_fill(~batch["real"][:, None, None], float("-inf"))
        for block in self.blocks:
            state = block(state, bias, self.drop)
        state = self.last(state)
        return self.label(state), self.begin(state).squeeze(-1)

    @classmethod
    def of(cls, weights: Mapping[str, Any], heads: int, drop: float = 0.1) -> Network:
        """The network that gave a :class:`slmapps.heads.pages.PageTagger` these weights."""
        layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
        measures = Measures(
            labels=len(weights["label.bias"]),
            known=weights["known.weight"].shape[1],
            width=weights["known.weight"].shape[0],
            heads=heads,
            layers=layers,
            inner=len(weights["blocks.0.wide.bias"]),
        )
        made = cls(measures, drop)
        made.load_state_dict({n: torch.from_numpy(value.copy()) for n, value in weights.items()})
        return made

    def numbers(self) -> dict[str, Any]:
        """Its weights as float16 arrays by name, for :class:`slmapps.heads.pages.PageTagger`."""
        return {name: value.detach().half().numpy() for name, value in self.state_dict().items()}
