"""One function over many items, with the same results in the same order wherever it runs.

Design choices:

* Results are yielded in the order of the items as soon as they are there, so a caller that
  saves each one has saved all that was done when a batch is interrupted.
* A failed item yields a Problem in its place and a crashed worker costs its own item only.
* At most a few items a worker are under way, so ``items`` may be a long generator.
* Worker processes are spawned, not forked: a fork of a process with threads may hang. Each has
  one thread, for two on a busy core run slower than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Literal, TypeVar, get_args

from slmapps.engine.attempt import attempt
from slmapps.records import Problem

__all__ = ["BACKENDS", "Backend", "Progress", "run"]

Item = TypeVar("Item")
Result = TypeVar("Result")

Backend = Literal["local", "processes", "ray"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
Progress = Callable[[int, int, str], object]
"""Called with how many are done, how many there are (0: unknown), and a label."""


def run(
    items: Iterable[Item],
    function: Callable[[Item], Result],
    *,
    workers: int = 1,
    backend: Backend = "local",
    progress: Progress | None = None,
) -> Iterator[Result | Problem]:
    """Yield ``function(item)`` for every item, in order; a Problem where an item failed.

    ``local`` works in this process, ``processes`` in ``workers`` processes on this machine, ``ray``
    in ``workers`` tasks on the cluster named by ``RAY_ADDRESS`` (a local one without it). But for
    ``local``, ``function`` has to stand at the top of a module, and items and results
    have to be picklable.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}: give 1 or more")
    total = len(items) if isinstance(items, Sized) else 0
    for done, result in enumerate(_results(items, function, workers, backend), start=1):
        if progress is not None:
            progress(done, total, "")
        yield result


def _results(
    items: Iterable[Item], function: Callable[[Item], Result], workers: int, backend: Backend
) -> Iterator[Result | Problem]:
    if backend == "local":
        return (attempt(function, item) for item in items)
    if backend == "processes":
        from slmapps.engine.processes import run_in_processes

        return run_in_processes(items, function, workers)
    if backend == "ray":
        from slmapps.engine.cluster import run_on_ray

        return run_on_ray(items, function, workers)
    raise ValueError(f"backend {backend!r}: give one of {', '.join(BACKENDS)}")
