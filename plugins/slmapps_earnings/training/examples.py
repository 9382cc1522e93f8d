"""Labelled sentences of every source in one form, each with the group it may not be split from.

The hand-written sets lie beside this file (``sentences/``, see ``ANNOTATION.md``); SEntFiN and FiQA
are read from a folder that the user names. A sentence that names a target is aimed at it
(:func:`slmapps_earnings.aiming.aimed`), and every text is marked
(:func:`slmapps_earnings.figures.marked`), as both are when the model is used.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slmapps_earnings.aiming import aimed
from slmapps_earnings.figures import marked
from slmapps_earnings.topics import TOPICS

__all__ = ["Example", "fiqa", "prepared", "sentfin", "share_of", "written", "written_sets"]

FOLDER = Path(__file__).parent / "sentences"
_LABELS = {"neg": 0, "neu": 1, "pos": 2, "negative": 0, "neutral": 1, "positive": 2}
_NEUTRAL = 0.1  # FiQA scores nearer to zero than this are neutral, as FLaME has it
_TOPICS = {topic.name: n for n, topic in enumerate(TOPICS)}


@dataclass(frozen=True)
class Example:
    """A text and what is known of it; None where a label was not given.

    ``sentiment`` is 0, 1 or 2; ``flags`` are forward, uncertain, guidance; ``topics`` are places in
    ``TOPICS``; ``score`` is FiQA's, -1..1. ``group`` names what may not be split.
    """

    text: str
    sentiment: int | None
    flags: tuple[bool, bool, bool] | None
    topics: tuple[int, ...] | None
    source: str
    group: str
    target: str = ""
    score: float | None = None
    several: bool = False
    sure: bool = True


def share_of(group: str) -> float:
    """A number in 0..1 that a group always has, by which sets are split."""
    digest = hashlib.blake2b(group.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def prepared(examples: Sequence[Example]) -> list[str]:
    """The texts as the model reads them: marked, and aimed where a target is named."""
    return [
        aimed(marked(each.text), each.target) if each.target else marked(each.text)
        for each in examples
    ]


def sentfin(folder: Path) -> list[Example]:
    """Pairs of headline and entity; the group is the headline."""
    with gzip.open(folder / "sentfin" / "pairs.csv.gz", "rt", encoding="utf-8") as stream:
        return [
            Example(
                text=row["title"],
                sentiment=_LABELS[row["label"]],
                flags=None,
                topics=None,
                source="sentfin",
                group=row["headline"],
                target=row["entity"],
                several=int(row["entities_in_headline"]) > 1,
            )
            for row in csv.DictReader(stream)
        ]


def fiqa(folder: Path, parts: Sequence[str]) -> list[Example]:
    """FiQA 2018 task 1: headlines and posts with a score for each target."""
    found = []
    for part in parts:
        listed = json.loads((folder / "fiqa" / f"{part}.json").read_text("utf-8"))
        for entry in listed.values() if isinstance(listed, dict) else listed:
            for info in entry["info"]:
                score = float(info["sentiment_score"])
                place = 1 if abs(score) < _NEUTRAL else 2 if score > 0 else 0
                found.append(
                    Example(
                        text=entry["sentence"],
                        sentiment=place,
                        flags=None,
                        topics=None,
                        source="fiqa",
                        group=entry["sentence"],
                        target=info["target"],
                        score=score,
                        several=len(entry["info"]) > 1,
                    )
                )
    return found


def written_sets(prefix: str) -> list[Path]:
    """The hand-written sets whose names begin so: ``news_a``, ``calls``, ``dev`` …"""
    return sorted(FOLDER.glob(f"{prefix}*.tsv"))


def written(path: Path) -> Iterator[Example]:
    """The sentences of one hand-written file; its author set is the first parts of its name."""
    source = path.stem.rpartition("_")[0]
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        sentiment, flags, topics, text, *sure = line.split("\t")
        yield Example(
            text=text,
            sentiment=_LABELS[sentiment],
            flags=("f" in flags, "u" in flags, "g" in flags),
            topics=tuple(sorted({_TOPICS[name] for name in topics.split(",") if name in _TOPICS}))
            if topics.strip() not in {"", "-"}
            else (),
            source=source,
            group=f"{path.stem}:{number // 5}",
            sure=not sure or sure[0].strip() == "1",
        )


def without_target(example: Example) -> Example:
    """The same with its target forgotten, as a sentence of unknown subject is read."""
    return replace(example, target="")
