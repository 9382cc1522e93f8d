"""Held-out bits per byte against parameters, and against tokens, from four starts.

    python -m benchmarks.size_curves [--tokens N] [--start-tokens N] [--sizes 1M,3M,6M,10M]
        [--starts random,reader,writer] [--base FOLDER] [--data FOLDER]
        [--limit BYTES] [--json]

Every run is one `slmapps pretrain` on the same text with the same number of tokens; the curve
against tokens is made of runs with an eighth, a quarter, a half and all of them, because a rate
that has not come down to zero says nothing of the model that a run of that length would give. The
text is taken from the free groups in equal parts, as much as one epoch needs. A run that is done
is not done again: an interrupted bench goes on. The picture is written to benchmarks/pictures/.

Where `exact` is False, a model's pieces do not give the text back as it was: its bits are those of
less text, divided by all of it, and so they flatter it.
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

from benchmarks import writer_texts
from benchmarks.writer_results import Kept, in_slices
from slmapps import places
from slmapps.cli.output import say

HERE = Path(__file__).parent
SHARES = (8, 4, 2, 1)
BYTES_A_TOKEN = 5  # more than any of the vocabularies needs
START_SIZE = "10M"  # what a random start is compared with the other starts at


def text(data: Path, results: Path, tokens: int) -> list[Path]:
    """The text that all runs read: whole documents of each group by rising share."""
    folder = results / f"text-{tokens}"
    paths = [folder / f"free_{group}.txt" for group in writer_texts.GROUPS]
    folder.mkdir(parents=True, exist_ok=True)
    for path, group in zip(paths, writer_texts.GROUPS, strict=True):
        if path.exists():
            continue
        (documents,) = writer_texts.training(data, [group])
        size = tokens * BYTES_A_TOKEN // len(paths)
        writer_texts.write(path, writer_texts.first(documents, size))
    return paths


def pretrained(
    files: list[Path], results: Path, start: str, size: str | None, tokens: int, seed: int
) -> Path:
    """The folder of one run; done now if it has not been."""
    name = f"{start}-{size or 'whole'}-{tokens}-{seed}"
    out = results / name
    if (out / "config.json").is_file():
        return out
    command = [
        *(str(Path(sys.executable).parent / "slmapps"), "pretrain", *map(str, files)),
        *("--out", str(out), "--from", start, "--budget", f"{tokens}", "--seed", f"{seed}"),
        *(("--size", size) if size else ()),
        *(("--resume",) if out.exists() else ()),
    ]
    say(f"{name} …")
    subprocess.run(command, check=True, stdout=sys.stderr)
    return out


def measured(folder: Path, held: dict[str, list[str]]) -> dict[str, Any]:
    """Bits per byte by group and in the mean, and the model's parameters."""
    from slmapps.training.evaluation import bits_of, load

    kept = Kept(folder.parent / f"{folder.name}.json")
    loaded: list[Any] = []

    def bits(part: list[str]) -> Any:
        if not loaded:
            loaded.append(load(folder))
        return bits_of(loaded[0], part)

    found: dict[str, Any] = {}
    for group, documents in held.items():
        size = sum(len(each.encode()) for each in documents)
        found[group] = sum(in_slices(documents, kept, bits, f"{folder.name}: {group}")) / size
    if "parameters" not in kept.values:
        model = loaded[0] if loaded else load(folder)
        some = [documents[0] for documents in held.values()]
        exact = all(model.decode(model.encode(each)) == each for each in some)
        kept.add({"parameters": model.parameters, "exact": exact})
    mean = sum(found.values()) / len(found)
    known = {name: kept.values[name] for name in ("parameters", "exact")}
    return {**found, "mean": mean, **known}


def curves(given: argparse.Namespace, data: Path) -> dict[str, list[dict[str, Any]]]:
    """Run and measure everything; one row a run."""
    held = {group: writer_texts.held_out(data, group, given.limit) for group in writer_texts.GROUPS}

    files = text(data, given.results, max(given.tokens, given.start_tokens or 0))

    def row(start: str, size: str | None, tokens: int) -> dict[str, Any]:
        folder = pretrained(files, given.results, start, size, tokens, given.seed)
        found = {"start": start, "size": size, "tokens": tokens, **measured(folder, held)}
        say(json.dumps(found))
        return found

    sizes = [row("random", size, given.tokens) for size in given.sizes.split(",") if size]
    starts = [
        row(
            start,
            START_SIZE if start == "random" else None,
            (given.start_tokens or given.tokens) // share,
        )
        for start in given.starts.split(",")
        if start
        for share in SHARES
    ]
    base = []
    if given.base:
        kept = given.results / "base"
        kept.mkdir(parents=True, exist_ok=True)
        for file in Path(given.base).resolve().iterdir():
            if not (kept / file.name).exists():
                (kept / file.name).symlink_to(file)
        base = [{"start": "base, untouched", "tokens": 0, **measured(kept, held)}]
    return {"sizes": sizes, "starts": starts, "base": base}


def drawn(found: dict[str, list[dict[str, Any]]], folder: Path) -> list[Path]:
    """Draw both curves, as PNG and as SVG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import NullFormatter

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    rows = sorted(found["sizes"], key=lambda row: row["parameters"])
    for group in (*writer_texts.GROUPS, "mean"):
        strong = group == "mean"
        left.plot(
            [row["parameters"] / 1e6 for row in rows],
            [row[group] for row in rows],
            marker="o",
            label=group,
            color="black" if strong else None,
            linewidth=2.5 if strong else 1.2,
        )
    left.set_xlabel("parameters, millions (from random, equal tokens)")
    for start in dict.fromkeys(row["start"] for row in found["starts"]):
        points = sorted(
            (row["tokens"] / 1e6, row["mean"]) for row in found["starts"] if row["start"] == start
        )
        right.plot(*zip(*points, strict=True), marker="o", label=f"from {start}")
    for row in found["base"]:
        right.axhline(row["mean"], linestyle=":", color="grey", label=row["start"])
    right.set_xlabel("tokens trained on, millions (mean of the groups)")
    millions = [round(row["parameters"] / 1e6, 2) for row in rows]
    tokens = sorted({round(row["tokens"] / 1e6, 3) for row in found["starts"]})
    for axis, at in ((left, millions), (right, tokens)):
        axis.set_xscale("log")
        axis.set_xticks(at, [f"{x:g}" for x in at], minor=False)
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_ylabel("held-out bits per byte")
        axis.grid(visible=True, which="both", alpha=0.25)
        if axis.lines:
            axis.legend(frameon=False, fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "size_curves.png", folder / "size_curves.svg"]
    mpl.rcParams["svg.hashsalt"] = "slmapps"  # the same figures give the same file
    figure.savefig(written[0], dpi=150, metadata={"Software": None})
    figure.savefig(written[1], metadata={"Date": None})
    plt.close(figure)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=1_000_000, help="the budget of each run")
    parser.add_argument("--start-tokens", type=int, help="that of the starts, if another")
    parser.add_argument("--sizes", default="1M,3M,6M,10M", help="from random")
    parser.add_argument("--starts", default="random,reader,writer")
    parser.add_argument("--base", help="a folder of the untouched base, drawn as a line")
    parser.add_argument("--data", help="the folder that holds writer/; else SLMAPPS_DATA")
    parser.add_argument("--limit", type=int, help="bytes of each held-out group that are read")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path(".cache/size_curves"))
    parser.add_argument("--pictures", type=Path, default=HERE / "pictures")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = curves(given, places.data(given.data))
    for path in drawn(found, given.pictures):
        say(f"Picture: {path}")
    if given.json:
        print(json.dumps(found, indent=1))
        return
    from slmapps.cli.output import table

    columns = ["start", "size", "tokens", "parameters", *writer_texts.GROUPS, "mean", "exact"]
    cells = [
        [f"{v:.4f}" if isinstance(v := row.get(each, ""), float) else v for each in columns]
        for rows in found.values()
        for row in rows
    ]
    table(columns, cells)


if __name__ == "__main__":
    main()
