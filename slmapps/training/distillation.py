"""Learning from a larger model's probabilities, over a vocabulary that the student may have cut.

Design choices:

* A student with fewer pieces is taught over those it has: the teacher's logits of its pieces, by
  name, normalised anew. Its text goes to the teacher piece by piece under the teacher's numbers.
* The divergence is multiplied by the temperature squared, so that its gradients keep their size
  beside those of the true next piece (Hinton et al. 2015, "Distilling the Knowledge in a Neural
  Network").
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Teacher", "divergence", "shared_pieces"]


class Teacher(nn.Module):
    """A frozen causal model that answers over the student's vocabulary.

    ``pieces`` (student's vocabulary,) int64 are the teacher's numbers of the student's pieces; None
    where both vocabularies are one.
    """

    pieces: torch.Tensor | None

    def __init__(self, model: nn.Module, pieces: torch.Tensor | None = None) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("pieces", pieces)
        self.requires_grad_(requires_grad=False)
        self.eval()

    def forward(self, input_ids: torch.Tensor, **given: Any) -> SimpleNamespace:
        """Logits (b, n, student's vocabulary) for the student's ``input_ids`` (b, n)."""
        pieces = self.pieces
        if pieces is None:
            return SimpleNamespace(logits=self.model(input_ids=input_ids, **given).logits)
        logits = self.model(input_ids=pieces[input_ids], **given).logits
        return SimpleNamespace(logits=logits[..., pieces])


def shared_pieces(student: str, teacher: str) -> torch.Tensor | None:
    """The teacher's number of each of the student's pieces, from both tokenizers' JSON.

    None where the numbers are the same and the teacher knows no other piece.

    Raises:
        ValueError: the student has a piece that the teacher does not know.
    """
    own, known = _vocabulary(student), _vocabulary(teacher)
    lacking = [piece for piece in own if piece not in known]
    if lacking:
        raise ValueError(
            f"The teacher's vocabulary lacks {len(lacking)} of the student's {len(own)} pieces "
            f"({lacking[0]!r} is one). A student learns from a teacher with its own vocabulary or "
            "a larger one: cut the student from the teacher with `slmapps prune`, or start it "
            "from random with --teacher, which cuts the teacher's vocabulary for it."
        )
    numbers = torch.empty(max(own.values()) + 1, dtype=torch.int64)
    for piece, number in own.items():
        numbers[number] = known[piece]
    same = len(known) == len(numbers) and bool((numbers == torch.arange(len(numbers))).all())
    return None if same else numbers


def divergence(logits: torch.Tensor, wanted: torch.Tensor, temperature: float) -> torch.Tensor:
    """Summed Kullback-Leibler divergence, in nats, of ``logits`` from ``wanted``, both (n, pieces).

    Both are softened by ``temperature``, and the sum is multiplied by its square.
    """
    return (
        functional.kl_div(
            functional.log_softmax(logits / temperature, -1),
            functional.log_softmax(wanted / temperature, -1),
            log_target=True,
            reduction="sum",
        )
        * temperature**2
    )


def _vocabulary(tokenizer: str) -> dict[str, int]:
    content = json.loads(tokenizer)
    vocabulary = dict(content["model"]["vocab"])
    vocabulary.update({token["content"]: token["id"] for token in content["added_tokens"]})
    return vocabulary
