"""The same work on a Ray cluster, when one machine is not enough."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from slmapps.engine.attempt import attempt, crashed
from slmapps.engine.processes import AHEAD, ONE_THREAD
from slmapps.records import Problem

__all__ = ["run_on_ray"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine
    try:
        import ray
    except ImportError:
        raise ModuleNotFoundError(
            "Ray isn't installed: pip install 'slmapps[ray]', or choose backend='processes'"
        ) from None
    return ray


def run_on_ray(
    items: Iterable[Item], function: Callable[[Item], Result], workers: int
) -> Iterator[Result | Problem]:
    """Yield the results in order; see :func:`slmapps.engine.run`."""
    ray = _ray()
    ours = not ray.is_initialized()
    if ours:
        there = dict(ONE_THREAD)
        local = {}
        if not os.environ.get("RAY_ADDRESS"):
            local["num_cpus"] = workers
            there["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        ray.init(
            include_dashboard=False,
            log_to_driver=False,
            logging_level="warning",
            runtime_env={"env_vars": there},
            **local,
        )
    try:
        task = ray.remote(num_cpus=1, max_retries=0)(attempt)
        # Whichever cluster it is, no more than ``workers`` tasks run at once.
        running: list[Any] = []
        ordered: deque[Any] = deque()
        for item in items:
            while len(ordered) >= workers * AHEAD:
                yield _result(ray, ordered.popleft())
            if len(running) >= workers:
                _, running = ray.wait(running, num_returns=1)
            reference = task.remote(function, item)
            running.append(reference)
            ordered.append(reference)
        while ordered:
            yield _result(ray, ordered.popleft())
    finally:
        if ours:
            ray.shutdown()


def _result(ray: Any, reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.WorkerCrashedError:
        return crashed()
    except ray.exceptions.RayTaskError as error:  # the result cannot be pickled
        return attempt(_raise, error.cause)


def _raise(error: Exception) -> None:
    raise error
