"""Several processes that train one model together, started by ``torchrun`` or not at all.

Design choices:

* Each process works on windows of its own, and the gradients are summed in one message a step. No
  wrapper goes round the model: what is saved has the names that a single process gives.
* Whatever is decided by the clock is decided by the first process and told to the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed

__all__ = ["ALONE", "Processes", "joined"]


@dataclass(frozen=True)
class Processes:
    """This process's ``rank`` among ``count``; the first has rank 0, and it alone writes files."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes, logs and keeps the clock."""
        return self.rank == 0

    def add(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace each of ``tensors`` by its sum over all processes."""
        parts = list(tensors)
        if self.count == 1 or not parts:
            return
        flat = torch.cat([part.flatten() for part in parts])
        distributed.all_reduce(flat)
        sizes = [part.numel() for part in parts]
        for part, value in zip(parts, torch.split(flat, sizes), strict=True):
            part.copy_(value.view_as(part))

    def total(self, value: float, device: torch.device) -> float:
        """The sum of what each process gives as ``value``."""
        if self.count == 1:
            return value
        message = torch.tensor([value], dtype=torch.float64, device=device)
        distributed.all_reduce(message)
        return float(message.item())

    def told(self, value: float, device: torch.device) -> float:
        """``value`` as the first process has it."""
        if self.count == 1:
            return value
        message = torch.tensor([value], dtype=torch.float64, device=device)
        distributed.broadcast(message, 0)
        return float(message.item())

    def alike(self, tensors: Iterable[torch.Tensor]) -> None:
        """Make ``tensors`` in all processes what they are in the first."""
        if self.count > 1:
            for tensor in tensors:
                distributed.broadcast(tensor, 0)

    def wait(self) -> None:
        """Go on only when all processes have come here."""
        if self.count > 1:
            distributed.barrier()


ALONE = Processes()


@contextmanager
def joined(device: str) -> Iterator[Processes]:
    """Join the processes that ``torchrun`` has started; alone where it has started none."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE
        return
    rank = int(os.environ["RANK"])
    if device == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield Processes(rank, count)
    finally:
        distributed.destroy_process_group()
