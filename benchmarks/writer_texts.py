"""The writer's corpus as the benches split it: what was trained on, and what was held out.

A document's share is a number in [0, 1) that follows from its text alone. Below 0.015 it is for
the published figures, below 0.03 for choosing between models, above it for training.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

from slmapps.training.corpus import share_of

GROUPS = ("plays", "stories", "dialogue", "worlds")
TEST, CHOOSING = 0.015, 0.03
MARK = "\n<|endoftext|>\n"


def documents(data: Path, group: str) -> list[str]:
    """All documents of a group, in the order of its file."""
    path = data / "writer" / f"free_{group}.txt.xz"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: SLMAPPS_DATA or --data names the folder that holds writer/"
        )
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return file.read().split(MARK)[:-1]


def training(data: Path, groups: Iterable[str] = GROUPS) -> Iterator[list[str]]:
    """What was trained on, group by group."""
    for group in groups:
        yield [each for each in documents(data, group) if share_of(each) >= CHOOSING]


def held_out(
    data: Path, group: str, limit: int | None = None, *, choosing: bool = False
) -> list[str]:
    """The held-out documents of a group by rising share; whole ones up to ``limit`` bytes in all.

    At least one document is given. With ``choosing`` it is the part for choosing between models.
    """
    low, high = (TEST, CHOOSING) if choosing else (0.0, TEST)
    found = sorted((share_of(each), each) for each in documents(data, group))
    chosen: list[str] = []
    size = 0
    for share, each in found:
        if low <= share < high:
            size += len(each.encode())
            if limit is not None and chosen and size > limit:
                break
            chosen.append(each)
    return chosen
