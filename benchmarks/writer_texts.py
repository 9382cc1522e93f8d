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
    """All documents of a free group, in the order of its file."""
    return read(data, f"free_{group}")


def read(data: Path, name: str) -> list[str]:
    """All documents of ``writer/<name>.txt.xz``, in its order."""
    path = data / "writer" / f"{name}.txt.xz"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: SLMAPPS_DATA or --data names the folder that holds writer/"
        )
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return file.read().split(MARK)[:-1]


def first(documents: Iterable[str], size: int) -> list[str]:
    """Whole documents by rising share, until there are ``size`` bytes of them."""
    chosen: list[str] = []
    for each in sorted(documents, key=share_of):
        chosen.append(each)
        size -= len(each.encode())
        if size <= 0:
            break
    return chosen


def write(path: Path, documents: Iterable[str]) -> None:
    """Write documents as a corpus, whole or not at all."""
    part = path.with_suffix(".partial")
    part.write_text("".join(each + MARK for each in documents), "utf-8")
    part.replace(path)


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
