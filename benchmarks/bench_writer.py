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
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks import writer_texts
from slmapps import places
from slmapps.cli.output import progress, say

HERE = Path(__file__).parent
PARTS = ("text", "baselines", "pairs", "samples", "speed", "tasks")
SLICE = 64_000  # bytes of text between two writes of what was measured
ORDER = 5


class Kept:
    """Results by key in one JSON file, written whole after each addition."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def add(self, values: dict[str, Any]) -> None:
        """Keep more results."""
        self.values |= values
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".partial")
        part.write_text(json.dumps(self.values, indent=1), "utf-8")
        part.replace(self.path)


class Measured:
    """A model that is loaded only when something has not been measured yet."""

    def __init__(self, spec: str, title: str, results: Path) -> None:
        self.spec, self.title = spec, title
        self.results = results / _identity(spec)
        self._loaded: Any = None

    @property
    def model(self) -> Any:
        """The model, loaded."""
        from slmapps.training.evaluation import load

        if self._loaded is None:
            self._loaded = load(self.spec)
        return self._loaded

    def kept(self, part: str) -> Kept:
        """What is known of this model's part."""
        return Kept(self.results / f"{part}.json")


def _identity(spec: str) -> str:
    from slmapps.backbone.weights import sha256_of

    folder = Path(spec)
    if spec == "writer":
        import slmapps.backbone

        folder = Path(slmapps.backbone.__file__).parent / "writer_weights"
    files = sorted(each for each in folder.glob("*") if each.suffix in {".safetensors", ".json"})
    if not files:
        raise SystemExit(f"{folder} holds no model; name a folder of weights")
    parts = [f"{each.name} {sha256_of(each)}" for each in files]
    return f"{folder.name}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"


def base_folder(named: str | None) -> str:
    """The folder of the untouched base, written from its GGUF file on first use."""
    if named:
        return named
    from slmapps.backbone.smollm import find_base, read_base, write_folder

    folder = places.cache() / "base" / "folder"
    if not (folder / "tokenizer_config.json").exists():
        write_folder(read_base(find_base()), folder)
    return str(folder)


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def in_slices(
    texts: list[str], kept: Kept, bits: Callable[[list[str]], Any], label: str
) -> list[float]:
    """The bits of each text; those already known are not asked for."""
    missing = [text for text in texts if _key(text) not in kept.values]
    with progress(label) as tick:
        done = 0
        while done < len(missing):
            size, stop = 0, done
            while stop < len(missing) and (stop == done or size < SLICE):
                size += len(missing[stop].encode())
                stop += 1
            part = missing[done:stop]
            kept.add(dict(zip(map(_key, part), map(float, bits(part)), strict=True)))
            done = stop
            tick(done, len(missing))
    return [kept.values[_key(text)] for text in texts]


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

    kept = Kept(results / f"ngram-{ORDER}-{measured.results.name}.json")
    everything = [each for documents in held.values() for each in documents]
    if any(_key(each) not in kept.values for each in everything):
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
        key = f"{group}-{_key(''.join(documents))}"
        if key not in packed.values:
            say(f"Packing {group} …")
            (known,) = writer_texts.training(data, [group])
            behind = packed_behind("\n".join(known), documents)
            packed.add({key: {"alone": packed_bits(documents), "behind": behind}})
        found.append(
            {
                "group": group,
                f"{ORDER}-gram": sum(kept.values[_key(each)] for each in documents) / size,
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


def means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The plain mean over groups of whatever is a figure."""
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    return {"group": "mean", **{n: sum(row[n] for row in rows) / len(rows) for n in names}}


def show(title: str, rows: list[dict[str, Any]]) -> None:
    from slmapps.cli.output import table

    print(f"\n{title}")
    cells = [[f"{v:.4f}" if isinstance(v, float) else v for v in row.values()] for row in rows]
    table(list(rows[0]), cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="writer")
    parser.add_argument("--base", help="a folder of the untouched base; else its GGUF file is read")
    parser.add_argument("--data", help="the folder that holds writer/; else SLMAPPS_DATA")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--limit", type=int, help="bytes of each group that are read")
    parser.add_argument("--choosing", action="store_true", help="the part for choosing models")
    parser.add_argument("--results", type=Path, default=Path(".cache/bench_writer"))
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
    if given.json:
        print(json.dumps(found, indent=1))
        return
    titles = {
        "text": "Bits per byte",
        "baselines": "Bits per byte of baselines",
        "pairs": "Minimal pairs: share judged rightly",
    }
    for part, title in titles.items():
        if part in found:
            show(title, found[part])


if __name__ == "__main__":
    main()
