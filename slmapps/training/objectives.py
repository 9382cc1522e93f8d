"""What a model is to guess: the next piece, hidden pieces, or now one and now the other.

Design choices:

* ``causal``: each piece from those before it.
* ``masked``: three pieces in ten are hidden, and an encoder guesses them (Devlin et al. 2019; the
  share is that of Wettig et al. 2023, "Should you mask 15 % in masked language modeling?").
* ``hybrid``: a decoder guesses the next piece in one pass, and in the next one hidden pieces
  with the whole text before its eyes, each from the place before it (Charpentier and Samuel 2024,
  GPT-BERT). Its weights stay those of a stock decoder.
* What is hidden follows from the seed and the number of the pass: a resumed run hides the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from slmapps.training.packing import Batch

__all__ = ["Objective", "Posed", "pose"]

Objective = Literal["causal", "masked", "hybrid"]
_HIDDEN = 0.3


@dataclass(frozen=True)
class Posed:
    """One batch as a question: ``inputs`` and ``targets`` (size, length); -100 asks nothing.

    ``sight`` (size, 1, length, length) bool says which places, along the last axis, each place
    sees; None leaves it to the model.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    sight: torch.Tensor | None = None

    @property
    def count(self) -> int:
        """How many pieces are asked for."""
        return int((self.targets != -100).sum())

    def logits(self, model: nn.Module) -> torch.Tensor:
        """The model's answer, (size * length, pieces) fp32."""
        given: dict[str, Any] = {"input_ids": self.inputs}
        if getattr(getattr(model, "config", None), "use_cache", False):
            given["use_cache"] = False  # nothing is written on from here
        if self.sight is not None:
            given["attention_mask"] = self.sight
        flat: torch.Tensor = model(**given).logits.flatten(0, 1)
        return flat.float()


def pose(
    batch: Batch,
    objective: Objective,
    *,
    mask: int | None,
    seed: int,
    number: int,
    device: torch.device,
    end: int | None = None,
) -> Posed:
    """Turn batch ``number`` into a question.

    ``mask`` is the piece that stands for a hidden one. Where ``end`` is given, the documents that
    it parts within a window do not see each other.

    Raises:
        ValueError: hidden pieces are asked for, and the vocabulary has no mask.
    """
    inputs, targets = torch.from_numpy(batch.inputs), torch.from_numpy(batch.targets)
    length = inputs.shape[1]
    document = None if end is None else (inputs == end).cumsum(1)
    sight = None if document is None else document[:, None, :, None] == document[:, None, None, :]
    if objective == "causal" or (objective == "hybrid" and number % 2 == 0):
        if sight is not None:
            sight = (sight & torch.ones(length, length, dtype=torch.bool).tril()).to(device)
        return Posed(inputs.to(device), targets.to(device), sight)
    if mask is None:
        raise ValueError("The vocabulary has no mask piece: --objective causal.")
    chance = np.random.default_rng([seed, 7, number])
    hidden = torch.from_numpy(chance.random(batch.inputs.shape) < _HIDDEN)
    covered = inputs.masked_fill(hidden, mask).to(device)
    if objective == "masked":
        return Posed(
            covered,
            inputs.masked_fill(~hidden, -100).to(device),
            None if sight is None else sight.to(device),
        )
    asked = torch.full_like(targets, -100)  # the place before it answers, as for the next piece
    asked[:, :-1] = inputs[:, 1:].masked_fill(~hidden[:, 1:], -100)
    if sight is None:
        sight = torch.ones(len(inputs), 1, length, length, dtype=torch.bool)
    return Posed(covered, asked.to(device), sight.to(device))
