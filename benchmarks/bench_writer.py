"""Every published figure of the writer, beside the untouched base in the same run.

    python -m benchmarks.bench_writer [MODEL] [--base FOLDER] [--data FOLDER] [--parts …]
                                      [--limit BYTES] [--results FOLDER] [--json]

MODEL is a folder or the word `writer` (default). The base is read from its GGUF file unless a
folder is named. Whatever has been measured lies in --results as JSON and is not measured again:
a run that was interrupted goes on, and one with a higher --limit only reads the documents that
are new. --limit takes whole documents of each group, by their hash, the same for all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks import writer_samples, writer_texts
from benchmarks.writer_results import Kept, Measured, base_folder, in_slices, key_of
from slmapps import places
from slmapps.cli.output import say, table

HERE = Path(__file__).parent
PARTS = ("text", "baselines", "pairs", "samples", "speed", "tasks")
ORDER = 5


def text(measured: list[Measured], held: dict[str, list[str]]) -> list[dict[str, Any]]:
    from slmapps.training.evaluation import bits_of

    rows = []
    for group, documents in held.items():
        size = sum(len(each.encode()) for each in documents)
        row: dict[str, Any] = {"group": group, "documents": len(documents), "bytes": size}
        for each in measured:
            bits = in_slices(
                documents,
                each.kept("text"),
                lambda part, each=each: bits_of(each.model, part),
                f"{each.title}: {group}",
            )
            row[each.title] = sum(bits) / size
        rows.append(row)
        say(json.dumps(row))
    return rows


def baselines(
    measured: Measured, data: Path, held: dict[str, list[str]], results: Path
) -> list[dict[str, Any]]:
    """The n-gram over the writer's own pieces, and xz, on the same documents."""
    from slmapps.training.evaluation.ngram import NGram, packed_behind, packed_bits

    kept = Kept(results / f"ngram-{ORDER}-{measured.vocabulary}.json")
    everything = [each for documents in held.values() for each in documents]
    if any(key_of(each) not in kept.values for each in everything):
        encode = measured.model.encode
        say("Counting n-grams …")
        rows = [encode(each) for group in writer_texts.training(data) for each in group]
        model = NGram(ORDER, 1 + max(max(row, default=0) for row in rows)).fit(rows)
        del rows
        in_slices(everything, kept, lambda part: model.bits([*map(encode, part)]), "n-gram")
    packed = Kept(results / "packed.json")
    found = []
    for group, documents in held.items():
        size = sum(len(each.encode()) for each in documents)
        key = f"{group}-{key_of(''.join(documents))}"
        if key not in packed.values:
            say(f"Packing {group} …")
            (known,) = writer_texts.training(data, [group])
            behind = packed_behind("\n".join(known), documents)
            packed.add({key: {"alone": packed_bits(documents), "behind": behind}})
        found.append(
            {
                "group": group,
                f"{ORDER}-gram": sum(kept.values[key_of(each)] for each in documents) / size,
                "xz alone": packed.values[key]["alone"] / size,
                "xz behind training": packed.values[key]["behind"] / size,
            }
        )
    return found


def pairs(measured: list[Measured]) -> list[dict[str, Any]]:
    from slmapps.training.evaluation import Pair, bits_of, read_pairs

    files = sorted((HERE / "writer_pairs").glob("*.jsonl"))
    known: dict[str, list[Pair]] = {path.stem: read_pairs(path) for path in files}
    rows: list[dict[str, Any]] = [{"pairs": name, "n": len(k)} for name, k in known.items()]
    total = {"pairs": "all", "n": sum(row["n"] for row in rows)}
    for each in measured:
        sentences = dict.fromkeys(t for k in known.values() for p in k for t in (p.good, p.bad))
        bits = in_slices(
            list(sentences),
            each.kept("pairs"),
            lambda part, each=each: bits_of(each.model, part),
            f"{each.title}: pairs",
        )
        cost = dict(zip(sentences, bits, strict=True))
        for row, found in zip(rows, known.values(), strict=True):
            row[each.title] = sum(cost[p.good] < cost[p.bad] for p in found) / len(found)
        total[each.title] = sum(row[each.title] * row["n"] for row in rows) / total["n"]
    return [*rows, total]


def samples(
    measured: list[Measured], held: dict[str, list[str]], data: Path, markdown: Path
) -> dict[str, Any]:
    found = {}
    for each in measured:
        kept = each.kept("samples")
        found[each.title] = writer_samples.measured(each.served, kept, held, data)
    writer_samples.published(
        {each.title: lambda each=each: each.served for each in measured},
        {each.title: each.kept("samples") for each in measured},
        markdown,
    )
    return found


def beside(program: str, *arguments: str) -> dict[str, Any]:
    """Run another bench in a process of its own; it answers in JSON."""
    command = [sys.executable, "-m", f"benchmarks.{program}", *arguments, "--json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {"failed": f"{' '.join(command)} ended with {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The plain mean over groups of whatever is a figure."""
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    return {"group": "mean", **{n: sum(row[n] for row in rows) / len(rows) for n in names}}


def summary(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Every figure in one table: what, asked, the model's, the base's."""
    rows: list[tuple[str, str, str, str]] = []
    baseline = {row["group"]: row for row in found.get("baselines", [])}
    for row in found.get("text", []):
        group = row["group"]
        asked = "<= .94 of the base" if group == "mean" else "<= the base"
        mine = f"{row['model']:.4f} ({row['model / base']:.3f})"
        rows.append((f"bits per byte, {group}", asked, mine, f"{row['base']:.4f}"))
    for group, row in baseline.items():
        shown = "; ".join(f"{name} {value:.3f}" for name, value in row.items() if name != "group")
        rows.append((f"  without a model, {group}", "", shown, ""))
    for row in found.get("pairs", []):
        asked = ">= the base - .02" if row["pairs"] == "all" else ""
        name = f"pairs, {row['pairs']} ({row['n']})"
        rows.append((name, asked, f"{row['model']:.4f}", f"{row['base']:.4f}"))
    for way in ("from openings", "from nothing") if "samples" in found else ():
        mine, base = (found["samples"][title][way] for title in ("model", "base"))
        for what, asked in (
            ("repeated_4grams / human", ".85 to 1.15"),
            ("distinct_2 / human", ".85 to 1.15"),
            ("overlap_under_60", ">= .99"),
        ):
            name = f"samples {way}, {what}"
            rows.append((name, asked, f"{mine[what]:.3f}", f"{base[what]:.3f}"))
        for what in ("repeated_4grams", "distinct_2"):
            shown = f"{mine['samples'][what]:.4f} (human {mine['human'][what]:.4f})"
            rows.append((f"  {what}", "", shown, f"{base['samples'][what]:.4f}"))
    asked_speed = {
        "start_s": "<= 3",
        "first_token_s": "<= .3",
        "one_stream_tokens_per_s": ">= 60",
        "batch_16_tokens_per_s": ">= 200",
        "peak_memory_mb": "<= 600",
    }
    for what, asked in asked_speed.items() if "speed" in found else ():
        value = found["speed"].get(what, found["speed"].get("failed", ""))
        shown = (
            f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})" if _three(value) else f"{value}"
        )
        rows.append((what.replace("_", " "), asked, shown, ""))
    for what, value in _flat(found.get("tasks", {})):
        rows.append((f"task: {what}", "", value, ""))
    return rows


def _three(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested results as names with dots and their figures."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flat(each, f"{name}.{key}")]
    shown = f"{value:.4f}" if isinstance(value, float) else f"{value}"
    return [(name.lstrip("."), shown)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="writer")
    parser.add_argument("--base", help="a folder of the untouched base; else its GGUF file is read")
    parser.add_argument("--data", help="the folder that holds writer/; else SLMAPPS_DATA")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--limit", type=int, help="bytes of each group that are read")
    parser.add_argument("--choosing", action="store_true", help="the part for choosing models")
    parser.add_argument("--results", type=Path, default=Path(".cache/bench_writer"))
    parser.add_argument("--markdown", type=Path, help="where the twenty samples are written")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    parts = given.parts.split(",")
    if wrong := [part for part in parts if part not in PARTS]:
        parser.error(f"--parts: no {', '.join(wrong)}; there are {', '.join(PARTS)}")
    data = places.data(given.data)
    model = Measured(given.model, "model", given.results)
    both = [model, Measured(base_folder(given.base), "base", given.results)]
    held = {
        group: writer_texts.held_out(data, group, given.limit, choosing=given.choosing)
        for group in writer_texts.GROUPS
    }
    found: dict[str, Any] = {"model": given.model, "limit": given.limit}
    if "speed" in parts:
        found["speed"] = beside("writer_speed", given.model, "--threads", "2")
    if "text" in parts:
        rows = text(both, held)
        found["text"] = [*rows, means(rows)]
        for row in found["text"]:
            row["model / base"] = row["model"] / row["base"]
    if "baselines" in parts:
        rows = baselines(model, data, held, given.results)
        found["baselines"] = [*rows, means(rows)]
    if "pairs" in parts:
        found["pairs"] = pairs(both)
    if "samples" in parts:
        markdown = given.markdown or model.results / "samples.md"
        found["samples"] = samples(both, held, data, markdown)
    if "tasks" in parts:
        kept = model.kept("tasks")
        if "tasks" not in kept.values:
            place = ("--base", both[1].spec, "--data", str(data))
            answer = beside("writer_tasks", given.model, *place)
            if "failed" not in answer:
                kept.add({"tasks": answer})
        found["tasks"] = kept.values.get("tasks", {"failed": "writer_tasks gave no answer"})
    if given.json:
        print(json.dumps(found, indent=1))
        return
    table(["what", "asked", "model", "base"], summary(found))


if __name__ == "__main__":
    main()
