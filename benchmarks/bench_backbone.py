"""The reader and the heads: speed against torch in fp32, nearness to it, and what learning costs.

    python -m benchmarks.bench_backbone [--threads N] [--repeats N] [--json]

Both encode the same 1,000 invented texts on the same cores, from text to unit vector, sorted by
length, each with the batch size that suits it best (found in a first round). Then they take
turns, so that whatever else the machine does falls on both; medians and their ratio are given,
by the clock and by CPU time, which a busy machine disturbs less. The cache is left out of this
and measured by itself.
"""

# ruff: noqa: ISC004, SLF001, B023, E501

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

KINDS = {
    "invoice lines": [
        "{n} {unit} {thing}",
        "{thing} {thing2}",
        "{who} {thing}",
        "{thing}, order {n}-{m}, {unit}",
        "{who} / {thing} / {month}",
        "{thing} {month} {year} less {d} % rebate",
    ],
    "headlines": [
        "{who} to close {d} depots as demand for {thing} cools",
        "{place} votes on {thing} after {d} weeks of talks",
        "Why nobody in {place} wants to sell {thing} any more",
        "{who} names new chair; shares slip {d} %",
    ],
    "prose": [
        "Nothing had moved on the quay since {month}. {who} kept the ledger as before, one line for "
        "{thing}, one for {thing2}, and at the foot of each page a sum that {place} would never pay.",
        "We said in {month} that margins in {place} would recover once {thing} cost less; they did, "
        "by about {d} points, and I would ask you to treat that with some care, because {who} "
        "still buys {thing2} at last year's price and the contract runs until {year}.",
        '"You bring me {thing}," she said, "and I will tell you where {who} went in {month}."',
        "{who}, a surveyor, is sent to {place} to count {thing} and stays for {d} winters, until a "
        "letter about {thing2} arrives that was posted before any of them was born, and the village "
        "has to decide whether the road should be built at all. A slow, wry film about maps, "
        "with snow on every frame and a dog that knows more than it lets on.",
    ],
}  # fmt: skip
WORDS = {
    "unit": ["pcs", "kg", "boxes", "hrs", "m2", "Stk", "litres"],
    "thing": [
        "hydraulic hose", "printer paper", "gritting salt", "respite care", "asphalt repair",
        "Druckerpatronen", "canned tomatoes", "bin liners", "translation of leaflets", "taxi fares",
        "gas boiler service", "vaccination clinic", "broadband line", "crane hire", "brass hinges",
        "pension advice", "drone survey", "oat milk", "hard hats", "carte carburant",
    ],
    "who": ["Wexcombe Haulage", "Dr. Ilvane", "the harbour board", "Petra Molnar & Sons", "Ostrel AG"],
    "place": ["Varnholt", "the lower valley", "Port Ennis", "Santa Brisa"],
    "month": ["February", "May", "agosto", "November"],
}  # fmt: skip


def texts(kind: str, count: int, seed: int) -> list[str]:
    """Invented texts of one kind; no word list here is that of the quantiser's specimens."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        fill: dict[str, Any] = {name: chance.choice(words) for name, words in WORDS.items()}
        fill |= {"thing2": chance.choice(WORDS["thing"]), "n": chance.randint(1, 9999)}
        fill |= {"m": n, "d": chance.randint(2, 19), "year": chance.randint(2001, 2030)}
        made.append(chance.choice(KINDS[kind]).format(**fill))
    return made


def torch_encoder(folder: Path, threads: int) -> Callable[[list[str], int], Any]:
    """The encoder as torch runs it in fp32: the baseline."""
    import numpy as np
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words.no_padding()
    words.enable_truncation(256)
    model = BertModel.from_pretrained(folder, dtype=torch.float32, add_pooling_layer=False).eval()

    def encode(texts: list[str], batch: int) -> Any:
        ids = [found.ids for found in words.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda n: len(ids[n]))
        out = np.empty((len(ids), 384), np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                part = order[start : start + batch]
                width = max(len(ids[n]) for n in part)
                block = torch.zeros((len(part), width), dtype=torch.long)
                for row, n in enumerate(part):
                    block[row, : len(ids[n])] = torch.tensor(ids[n])
                real = (block != 0).long()
                hidden = model(block, attention_mask=real).last_hidden_state
                sums = (hidden * real[..., None]).sum(1)
                out[part] = torch.nn.functional.normalize(sums, dim=1).numpy()
        return out

    return encode


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(threads: int, repeats: int) -> list[dict[str, Any]]:
    """Sentences a second and cosines, all kinds together and each by itself."""
    import numpy as np

    from slmapps.backbone import find_weights, load_reader
    from slmapps.backbone import reader as reading

    encode = torch_encoder(find_weights(), threads)
    reader = load_reader(threads=threads)
    per_kind = {kind: texts(kind, 400, seed) for seed, kind in enumerate(KINDS)}
    mixed = [text for each in per_kind.values() for text in each[:334]][:1000]
    rows = []
    for name, sample in {"all kinds": mixed, **per_kind}.items():
        plain = encode(sample, 32)
        cosine = (plain * reader._encoded(sample)).sum(axis=1)

        def ours(budget: int, sample: list[str] = sample) -> Any:
            reading._TOKENS = budget
            return reader._encoded(sample)

        batches = {b: seconds(lambda b=b: encode(sample, b)) for b in (8, 16, 32, 64, 128)}
        budgets = {b: seconds(lambda b=b: ours(b)) for b in (128, 256, 512, 1024)}
        batch, budget = min(batches, key=batches.get), min(budgets, key=budgets.get)
        base, mine, base_cpu, mine_cpu = [], [], [], []
        for turn in range(repeats):
            pair = [
                (base, base_cpu, lambda batch=batch: encode(sample, batch)),
                (mine, mine_cpu, lambda budget=budget: ours(budget)),
            ]
            for times, cpu, work in pair if turn % 2 else pair[::-1]:
                before = time.process_time()
                times.append(seconds(work))
                cpu.append(time.process_time() - before)
        ratios = [a / b for a, b in zip(base, mine, strict=True)]
        rows.append(
            {
                "texts": name,
                "count": len(sample),
                "torch_per_s": round(len(sample) / statistics.median(base)),
                "int8_per_s": round(len(sample) / statistics.median(mine)),
                "ratio": round(statistics.median(base) / statistics.median(mine), 3),
                "ratios": f"{min(ratios):.2f}-{max(ratios):.2f}",
                "cpu_ratio": round(statistics.median(base_cpu) / statistics.median(mine_cpu), 3),
                "torch_batch": batch,
                "int8_tokens": budget,
                "cosine_least": round(float(cosine.min()), 5),
                "cosine_mean": round(float(np.mean(cosine)), 5),
            }
        )
    return rows


def costs() -> list[dict[str, Any]]:
    """Milliseconds: the first export, one example learnt, a look-up in the cache."""
    import numpy as np

    from slmapps.backbone import load_reader
    from slmapps.backbone.cache import EncodingCache, keys_of
    from slmapps.heads import LinearClassifier, Matcher

    rows = []

    def told(what: str, times: Sequence[float]) -> None:
        rows.append(
            {
                "what": what,
                "median_ms": round(statistics.median(times) * 1e3, 2),
                "most_ms": round(max(times) * 1e3, 2),
            }
        )

    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("SLMAPPS_CACHE")
        os.environ["SLMAPPS_CACHE"] = folder
        told("export to int8, once", [seconds(lambda: load_reader(threads=1).encode(["rent"]))])
        told(
            "a start with the export there, and one text",
            [seconds(lambda n=n: load_reader(threads=1).encode([f"rent {n}"])) for n in range(5)],
        )
        if before is None:
            del os.environ["SLMAPPS_CACHE"]
        else:
            os.environ["SLMAPPS_CACHE"] = before
        cache = EncodingCache(Path(folder) / "a.db", 384)
        names = [f"text {n}" for n in range(50_000)]
        vectors = np.random.default_rng(0).normal(size=(5000, 384)).astype(np.float32)
        for start in range(0, len(names), 5000):
            cache.put(keys_of(names[start : start + 5000]), vectors)
        parts = [random.Random(n).sample(names, 1000) for n in range(20)]
        told(
            "1,000 look-ups among 50,000 encodings",
            [seconds(lambda part=part: cache.get(keys_of(part))) for part in parts],
        )
    chance = np.random.default_rng(0)
    centre = chance.normal(size=(500, 384))
    X = centre[chance.integers(0, 500, 2000)] + chance.normal(size=(2000, 384)) * 0.5
    X = (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32)
    y = [f"class {n % 500}" for n in range(2000)]
    head = LinearClassifier(epochs=2).fit(X, y)
    told(
        "linear: one example, 500 classes x 384 features",
        [seconds(lambda n=n: head.partial_fit(X[n : n + 1], [y[n]])) for n in range(100)],
    )
    reader = load_reader(threads=1)
    labels = [f"class {n}" for n in range(500)]
    matcher = Matcher(labels, [f"account number {n}" for n in range(500)], reader)
    reader.encode(names[:100])
    told(
        "matcher: one example, 500 labels",
        [seconds(lambda n=n: matcher.partial_fit([names[n]], [labels[n]])) for n in range(100)],
    )
    return rows


def table(title: str, rows: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    made = Table(title=title)
    for name in rows[0]:
        made.add_column(name.replace("_", " "), justify="left" if name == "texts" else "right")
    for row in rows:
        made.add_row(*map(str, row.values()))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(given.threads)
    os.environ["RAYON_NUM_THREADS"] = str(given.threads)
    found = {
        "threads": given.threads,
        "speed": speed(given.threads, given.repeats),
        "costs": costs(),
    }
    if given.json:
        print(json.dumps(found, indent=1))
        return
    from rich.console import Console

    console = Console(width=150)
    console.print(table(f"int8 against torch fp32, {given.threads} thread(s) each", found["speed"]))
    console.print(table("What learning and looking up cost", found["costs"]))


if __name__ == "__main__":
    main()
