"""One item's work, and what became of it when it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from slmapps.records import Problem

__all__ = ["attempt", "crashed"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def attempt(function: Callable[[Item], Result], item: Item) -> Result | Problem:
    """Do the work; an exception becomes a Problem, so that the batch goes on."""
    try:
        return function(item)
    except Exception as error:
        return Problem(
            code="item-failed",
            message=f"{type(error).__name__}: {error}".splitlines()[0],
            cure="the other items are done; mend this one and run it again",
        )


def crashed() -> Problem:
    """Say that the process which had the item is gone (memory, a signal, a fault in a library)."""
    return Problem(
        code="worker-crashed",
        message="the worker process ended in the middle of this item",
        cure="run this item again alone; if it crashes again, it may need more memory",
    )
