"""The examples of the task as one source of a training: drawn, shuffled, and cut into pieces.

    python -m slmapps.training.tasks.dataset DATA --out tasks.jsonl

`slmapps pretrain` takes the file beside the corpora that it was made from.

Design choices:

* Plays give most of the examples, for only they say moods, actions and settings.
* Held-out documents give none, whatever the caller hands over: their share is looked at here.
* Few documents tell a setting, a genre or who is whose father: all that do are taken.
* The header carries no loss, since at work it is always given. The lines so far do carry it: they
  are text like any other, and without them nine pieces in ten would teach nothing.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from slmapps.training.corpus import share_of
from slmapps.training.material import learnt_pieces
from slmapps.training.packing import Tokens
from slmapps.training.reading import Marked
from slmapps.training.tasks.pairs import Example, examples_from
from slmapps.writing.request import Kind, parse

__all__ = ["GROUPS", "HELD_OUT", "gathered", "tokens_of"]

HELD_OUT = 0.03
# Of each group: what its documents are, examples from one document, and examples in all.
GROUPS: dict[str, tuple[Kind, int, int]] = {
    "plays": ("play", 10, 16_000),
    "dialogue": ("chat", 1, 7_000),
    "stories": ("story", 2, 3_500),
    "worlds": ("game", 1, 2_500),
}


def gathered(documents: Mapping[str, Iterable[str]], seed: int) -> list[Example]:
    """Shuffled examples from the documents of each group (a key of ``GROUPS``).

    Documents whose share is below ``HELD_OUT`` are left out. The same seed gives the same examples.

    Raises:
        ValueError: a group that is not known.
    """
    chance = random.Random(seed)  # noqa: S311  a draw, no secret
    found: list[Example] = []
    for group, texts in documents.items():
        if group not in GROUPS:
            raise ValueError(f"{group} is no group of documents; there are {', '.join(GROUPS)}")
        kind, each, most = GROUPS[group]
        kept = [text for text in texts if share_of(text) >= HELD_OUT]
        examples = list(examples_from(kept, kind, group, seed, each))
        chance.shuffle(examples)
        found += sorted(examples, key=lambda example: not _rare(example.prompt))[:most]
    chance.shuffle(found)
    return found


def tokens_of(examples: Sequence[Example], tokenizer: Any) -> Tokens:
    """The examples as a source named ``tasks``: prompt and target are one document each.

    ``tokenizer`` is a ``tokenizers.Tokenizer``. Prompt and target are cut into pieces apart, as
    they are when the writer is asked. Pieces of header lines are read and not learnt.
    """
    rows: list[Any] = []
    learnt: list[Any] = []
    starts = [0]
    for example in examples:
        prompt = tokenizer.encode(example.prompt, add_special_tokens=False)
        target = tokenizer.encode(example.target, add_special_tokens=False).ids
        rows.append(np.asarray([*prompt.ids, *target], np.uint32))
        marked = Marked(example.prompt, tuple(_headers(example.prompt)))
        learnt.append([*learnt_pieces(marked, prompt), *[True] * len(target)])
        starts.append(starts[-1] + len(rows[-1]))
    empty = np.zeros(0, np.uint32)
    return Tokens(
        "tasks",
        np.concatenate([empty, *rows]),
        np.asarray(starts, np.int64),
        np.asarray([each for row in learnt for each in row], bool),
    )


def _rare(prompt: str) -> bool:
    """Whether an order has a field that few have."""
    asked = parse(prompt)
    fields = (asked.place, asked.time, asked.genre, asked.relation, asked.mood, asked.traits)
    return any(fields) or asked.asked != "line"


def _headers(prompt: str) -> list[tuple[int, int]]:
    """Where the header lines of a prompt stand, their line ends too, in characters."""
    found: list[tuple[int, int]] = []
    begin = 0
    for line in prompt.split("\n"):
        end = begin + len(line) + 1
        if line.startswith("[") and line.endswith("]"):
            joins = found and found[-1][1] == begin
            found.append((found.pop()[0] if joins else begin, end))
        begin = end
    return found


def main() -> None:
    """Write the examples of a folder's ``free_*.txt.xz`` as JSON, one a line."""
    parser = argparse.ArgumentParser(description="Examples of the task, as JSON lines.")
    parser.add_argument("data", type=Path, help="the folder that holds free_plays.txt.xz and so on")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=4)
    given = parser.parse_args()
    documents = {}
    for group in GROUPS:
        with lzma.open(given.data / f"free_{group}.txt.xz", "rt", encoding="utf-8") as file:
            documents[group] = file.read().split("\n<|endoftext|>\n")[:-1]
    part = given.out.with_name(f"{given.out.name}.partial")
    with part.open("w", encoding="utf-8") as file:
        for each in gathered(documents, given.seed):
            known = {"read_only": _headers(each.prompt)}
            file.write(json.dumps(vars(each) | known, ensure_ascii=False) + "\n")
    part.replace(given.out)


if __name__ == "__main__":
    main()
