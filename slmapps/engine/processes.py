"""Worker processes on this machine, each with a pipe, so that it is known who had which item."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from slmapps.engine.attempt import attempt, crashed
from slmapps.records import Problem

__all__ = ["ONE_THREAD", "run_in_processes"]

Item = TypeVar("Item")
Result = TypeVar("Result")

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""The environment of a worker; libraries read it when they are loaded."""

AHEAD = 4
"""How many items a worker may be ahead of the one that is yielded next."""

_environment = threading.Lock()


def _serve(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """Work in the child: an item in, (its result) out, until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    pipe.send(None)
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        result = attempt(function, item)
        try:
            pipe.send(result)
        except OSError:
            return
        except Exception as error:  # the result cannot be pickled
            pipe.send(attempt(_raise, error))


def _raise(error: Exception) -> None:
    raise error


@contextmanager
def _one_thread() -> Iterator[None]:
    """Give processes started meanwhile the environment of :data:`ONE_THREAD`."""
    with _environment:
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class _Worker:
    """A child process and the position of the item that it has, if any."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self.position: int | None = None
        self.process = spawn.Process(target=_serve, args=(theirs, function), daemon=True)
        with _one_thread():
            self.process.start()
        theirs.close()

    def greet(self) -> None:
        """Wait until the child is ready."""
        try:
            self.pipe.recv()
        except EOFError:
            raise RuntimeError(
                "a worker process could not start: the function must stand at the top of a module"
                " that can be imported, and a script must start its work under"
                " `if __name__ == '__main__':`"
            ) from None

    def give(self, position: int, item: Any) -> None:
        self.position = position
        with suppress(BrokenPipeError):  # the end of the pipe will be noticed as a crash
            self.pipe.send(item)

    def take(self) -> Any:
        """Receive the result of the item, which is a Problem if the child is gone."""
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return _GONE

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


_GONE = object()


def run_in_processes(
    items: Iterable[Item], function: Callable[[Item], Result], workers: int
) -> Iterator[Result | Problem]:
    """Yield the results in order; see :func:`slmapps.engine.run`."""
    queue = enumerate(items)
    finished: dict[int, Result | Problem] = {}
    crew: list[_Worker] = []
    following = 0
    exhausted = False
    try:
        while True:
            while not exhausted:
                idle = next((worker for worker in crew if worker.position is None), None)
                under_way = sum(worker.position is not None for worker in crew) + len(finished)
                if (idle is None and len(crew) >= workers) or under_way >= workers * AHEAD:
                    break
                try:
                    position, item = next(queue)
                except StopIteration:
                    exhausted = True
                    break
                if idle is None:
                    idle = _Worker(function)
                    idle.greet()
                    crew.append(idle)
                idle.give(position, item)
            while following in finished:
                yield finished.pop(following)
                following += 1
            busy = {worker.pipe: worker for worker in crew if worker.position is not None}
            if not busy:
                if exhausted:
                    return
                continue
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                result = worker.take()
                assert worker.position is not None
                if result is _GONE:
                    worker.end()
                    crew.remove(worker)
                    result = crashed()
                finished[worker.position] = result
                worker.position = None
    finally:
        for worker in crew:
            worker.end()
