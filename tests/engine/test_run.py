from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from slmapps.engine import Backend, run
from slmapps.records import Problem

sys.path.insert(0, str(Path(__file__).parent))  # the workers are given this path
import engine_work

RAY = pytest.param(
    "ray",
    marks=pytest.mark.skipif(
        find_spec("ray") is None, reason="Ray isn't installed: pip install 'slmapps[ray]'"
    ),
)


@pytest.fixture(scope="module")
def one_ray() -> Iterator[None]:
    """One local Ray for several tests, for starting one takes seconds."""
    import ray

    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="warning",
        runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}},
    )
    yield
    ray.shutdown()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "ray":
        request.getfixturevalue("one_ray")
    return request.param


@pytest.mark.parametrize("backend", ["local", "processes", RAY], indirect=True)
def test_results_are_the_same_row_for_row_and_a_failed_item_is_a_problem(backend: Backend) -> None:
    results = list(
        run(range(30), engine_work.halve, workers=2 if backend != "local" else 1, backend=backend)
    )
    expected = [{"number": number, "half": Decimal(number) / 2} for number in range(30)]
    assert results[:13] + results[14:] == expected[:13] + expected[14:]
    assert results[13] == Problem(
        code="item-failed",
        message="ValueError: thirteen cannot be halved",
        cure="the other items are done; mend this one and run it again",
    )


@pytest.mark.parametrize("backend", ["processes", RAY], indirect=True)
def test_a_crashed_worker_costs_its_own_item_only(backend: Backend) -> None:
    results = list(run(iter(range(12)), engine_work.halve_or_crash, workers=2, backend=backend))
    failed = {
        number: result.code for number, result in enumerate(results) if isinstance(result, Problem)
    }
    assert failed == {3: "worker-crashed", 7: "worker-crashed"}
    assert [result["number"] for result in results if not isinstance(result, Problem)] == [
        0, 1, 2, 4, 5, 6, 8, 9, 10, 11,
    ]  # fmt: skip


@pytest.mark.parametrize("backend", ["processes", RAY], indirect=True)
def test_a_worker_has_one_thread(backend: Backend) -> None:
    assert list(run([0, 1], engine_work.threads, workers=2, backend=backend)) == ["1", "1"]


def test_a_result_that_cannot_travel_is_a_problem_and_the_worker_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = list(run(range(3), engine_work.unpicklable, workers=1, backend="processes"))
    assert [getattr(result, "code", result) for result in results] == [0, "item-failed", 2]


@pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray isn't installed: pip install 'slmapps[ray]'"
)
def test_a_local_ray_is_started_where_none_runs_and_stopped_afterwards() -> None:
    import ray

    if ray.is_initialized():
        ray.shutdown()
    results = run([2, 4], engine_work.halve, workers=2, backend="ray")
    assert [result["half"] for result in results] == [1, 2]
    assert not ray.is_initialized()


def test_progress_is_told_after_every_item() -> None:
    told: list[tuple[int, int, str]] = []
    list(run([1, 2], engine_work.halve, progress=lambda *each: told.append(each)))
    assert told == [(1, 2, ""), (2, 2, "")]


def test_items_are_taken_only_as_the_results_are_wanted() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = run(items(), engine_work.halve, workers=2, backend="processes")
    assert [next(results)["number"] for _ in range(3)] == [0, 1, 2]
    results.close()
    assert len(taken) < 20


def test_a_function_that_workers_cannot_import_is_refused_with_the_cure() -> None:
    with pytest.raises((RuntimeError, AttributeError)):
        list(run([1], lambda number: number, workers=1, backend="processes"))


@pytest.mark.parametrize(
    ("asked", "cure"), [({"workers": 0}, "1 or more"), ({"backend": "moon"}, "processes")]
)
def test_a_caller_s_mistake_says_the_cure(asked: dict[str, object], cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        list(run([1], engine_work.halve, **asked))


SCRIPT = """
import signal
import sys
# A program started in the background may have been told to ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, sys.argv[1])
import engine_work
from slmapps.engine import run

if __name__ == "__main__":
    try:
        for result in run(iter(int, 1), engine_work.halve, workers=2, backend="processes"):
            print(result["number"], flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_an_interrupt_leaves_what_is_done_and_no_worker_behind(start) -> None:
    process = start(SCRIPT, str(Path(__file__).parent))
    first = [process.stdout.readline().strip() for _ in range(5)]
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [child for child in children if b"spawn_main" in command(child)]
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read().split()
    assert process.wait(timeout=30) == 0
    assert first == ["0"] * 5
    assert rest[-1] == "interrupted"
    assert len(workers) == 2
    assert [child for child in workers if b"spawn_main" in command(child)] == []
