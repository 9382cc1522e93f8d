"""What text with duties would add: one training with and without it, on the free groups.

    python -m benchmarks.other_groups [--from random] [--size 6M] [--tokens 300000]
        [--limit BYTES] [--data FOLDER] [--json]

Each run is one `slmapps pretrain` with the same number of tokens. The sources beside the free
groups are those that a licence ties: output of a Llama (a name), share-alike, GPL. A source with
duties is worth having only where the free groups are foretold much better with it than without.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

from benchmarks import writer_texts
from benchmarks.size_curves import BYTES_A_TOKEN, measured, pretrained, text
from slmapps import places
from slmapps.cli.output import say, table
from slmapps.training.corpus import share_of

HELD = 0.03  # documents below this share are test or choosing text, never trained on
OTHERS = {
    "free groups alone": (),
    "and Llama output": ("llama_scripts", "llama_stories"),
    "and share-alike": ("sharealike_roleplay", "sharealike_games"),
    "and GPL": ("gpl_games",),
}


def other(data: Path, results: Path, name: str, size: int) -> Path:
    """The first documents of a group with duties by rising share, ``size`` bytes of them."""
    path = results / f"{name}-{size}.txt"
    if not path.exists():
        # The lowest shares are what `slmapps pretrain` holds out, so it would read none of these.
        read = (each for each in writer_texts.read(data, name) if share_of(each) >= HELD)
        writer_texts.write(path, writer_texts.first(read, size))
    return path


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="start", default="random")
    parser.add_argument("--size", default="6M", help="of a random start")
    parser.add_argument("--tokens", type=int, default=300_000)
    parser.add_argument("--limit", type=int, default=60_000, help="bytes of each held-out group")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", help="the folder that holds writer/; else SLMAPPS_DATA")
    parser.add_argument("--results", type=Path, default=Path(".cache/other_groups"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    data = places.data(given.data)
    held = {group: writer_texts.held_out(data, group, given.limit) for group in writer_texts.GROUPS}
    free = text(data, given.results, given.tokens)
    rows: list[dict[str, Any]] = []
    for title, names in OTHERS.items():
        share = given.tokens * BYTES_A_TOKEN // 4
        more = [other(data, given.results, name, share) for name in names]
        size = given.size if given.start == "random" else None
        folder = given.results / title.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        done = pretrained([*free, *more], folder, given.start, size, given.tokens, given.seed)
        rows.append({"trained on": title, **measured(done, held)})
        say(json.dumps(rows[-1]))
    if given.json:
        print(json.dumps(rows, indent=1))
        return
    columns = ["trained on", *writer_texts.GROUPS, "mean"]
    cells = [[f"{v:.4f}" if isinstance(v := row[c], float) else v for c in columns] for row in rows]
    table(columns, cells)


if __name__ == "__main__":
    main()
