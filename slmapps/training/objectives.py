"""What a model is to guess: the next piece, hidden pieces, or now one and now the other.

Design choices:

* ``causal``: each piece from those before it.
* ``masked``: three pieces in ten are hidden, and an encoder guesses them (Devlin et al. 2019; the
  share is that of Wettig et al. 2023, "Should you mask 15 % in masked language modeling?").
* ``hybrid``: a decoder guesses the next piece in one batch, and in the next one hidden pieces
  with the whole text before its eyes, each from the place before it (Charpentier and Samuel 2024,
  GPT-BERT).
* What is hidden follows from the seed and the step: a resumed run hides the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from slmapps.training.packing import Batch

__all__ = ["Posed", "pose"]

_HIDDEN = 0.3


@dataclass(frozen=True)
class Posed:
    """One batch as a question: ``inputs`` and ``targets`` (size, length); -100 asks nothing."""

    inputs: torch.Tensor
    targets: torch.Tensor
    both_ways: bool = False

    def logits(self, model: nn.Module) -> torch.Tensor:
        """The model's answer, (size * length, pieces)."""
        given: dict[str, Any] = {"input_ids": self.inputs}
        if self.both_ways:
            size, length = self.inputs.shape
            given["attention_mask"] = self.inputs.new_ones(
                (size, 1, length, length), dtype=torch.bool
            )
            given["use_cache"] = False
        answer = model(**given).logits
        flat: torch.Tensor = answer.flatten(0, 1)
        return flat


def pose(
    batch: Batch, objective: str, mask: int | None, seed: int, number: int, device: str = "cpu"
) -> Posed:
    """Turn batch ``number`` into a question.

    Raises:
        ValueError: hidden pieces are asked for, and the vocabulary has no mask.
    """
    inputs = torch.from_numpy(batch.inputs)
    targets = torch.from_numpy(batch.targets)
    if objective == "causal" or (objective == "hybrid" and number % 2 == 0):
        return Posed(inputs.to(device), targets.to(device))
    if mask is None:
        raise ValueError("The vocabulary has no mask piece: --objective causal.")
    chance = np.random.default_rng([seed, 7, number])
    hidden = torch.from_numpy(chance.random(batch.inputs.shape) < _HIDDEN)
    covered = inputs.masked_fill(hidden, mask)
    if objective == "masked":
        asked = inputs.masked_fill(~hidden, -100)
    else:  # the guess stands one place before the hidden piece, as it does for the next piece
        asked = torch.full_like(targets, -100)
        asked[:, :-1] = inputs[:, 1:].masked_fill(~hidden[:, 1:], -100)
    return Posed(covered.to(device), asked.to(device), both_ways=objective == "hybrid")
