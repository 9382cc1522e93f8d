"""How fast the writer is served: a start, the first token, one stream, a batch, and its memory.

    python -m benchmarks.writer_speed [MODEL] [--precision int4|int8|fp32] [--threads N] [--json]

Run by itself in a fresh process, so that the start and the memory are the writer's alone. Each
time is the median of several rounds, the least and the greatest beside it: on a machine that does
other work too, the least time is the nearest to the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

PROMPT = (
    "INT. LIGHTHOUSE - NIGHT\n\nRain on glass. MARTHA trims the lamp; the new keeper stands at the "
    "foot of the stairs with his coat still on.\n\nMartha: You are the fourth they have sent.\n"
    "Keeper: They told me that I was the first.\n"
)


def _rounds(work: Callable[[int], Any], rounds: int) -> list[float]:
    times = []
    for number in range(rounds):
        begun = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - begun)
    return times


def _first(writer: Any, prompt: str, seed: int) -> None:
    next(iter(writer.stream(prompt, max_tokens=8, seed=seed)))


def _written(found: list[Any]) -> int:
    return sum(len(each.tokens) for each in found)


def measure(spec: str, precision: str | None, threads: int | None, rounds: int) -> dict[str, Any]:
    """All figures of one model; seconds, tokens per second, and MB."""
    begun = time.perf_counter()
    from slmapps.backbone import load_writer

    writer = load_writer(spec, threads=threads, precision=precision)
    _first(writer, PROMPT, 0)
    start = time.perf_counter() - begun
    ids = writer.tokenizer.encode(PROMPT * 8, add_special_tokens=False).ids[:200]
    long = writer.tokenizer.decode(ids)
    # A prompt that was read before may be kept: each round changes the first word.
    firsts = _rounds(lambda n: _first(writer, f"{n} {long}", n), rounds)

    def speed(prompts: list[str]) -> list[float]:
        found = []
        for number in range(rounds):
            begun = time.perf_counter()
            written = _written(writer.generate(prompts, max_tokens=120, seed=number))
            found.append(written / (time.perf_counter() - begun))
        return found

    one, many = speed([PROMPT]), speed([PROMPT] * 16)
    return {
        "model": spec,
        "threads": threads or os.environ.get("OMP_NUM_THREADS", "all"),
        "start_s": start,
        "first_token_s": [statistics.median(firsts), min(firsts), max(firsts)],
        "one_stream_tokens_per_s": [statistics.median(one), min(one), max(one)],
        "batch_16_tokens_per_s": [statistics.median(many), min(many), max(many)],
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="writer")
    parser.add_argument("--precision", choices=("int4", "int8", "fp32"))
    parser.add_argument("--threads", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.model, given.precision, given.threads, given.rounds)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        cells = value if isinstance(value, list) else [value]
        shown = "  ".join(f"{each:.3f}" if isinstance(each, float) else f"{each}" for each in cells)
        print(f"{name:<26}{shown}")


if __name__ == "__main__":
    main()
