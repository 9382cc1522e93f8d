"""Minimal pairs: whether the model gives the good sentence the higher probability.

The measure of BLiMP (Warstadt et al. 2020, "BLiMP: The Benchmark of Linguistic Minimal Pairs"):
summed log-probability of the whole sentence behind the end piece, no division by length; equal is
wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slmapps.training.evaluation.models import LanguageModel
from slmapps.training.evaluation.text import bits_of

__all__ = ["Pair", "PairFigure", "judge", "read_pairs"]

_KINDS = ("phenomenon", "linguistics_term", "UID")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Pair:
    """Two sentences that differ in one thing, of which one is right."""

    good: str
    bad: str
    phenomenon: str = ""


@dataclass(frozen=True)
class PairFigure:
    """The share of ``n`` pairs judged rightly, over all and by phenomenon (share, pairs)."""

    accuracy: float
    n: int
    by: dict[str, tuple[float, int]] = field(default_factory=dict)


def read_pairs(path: str | Path) -> list[Pair]:
    """Read a JSONL file with ``sentence_good`` and ``sentence_bad`` in each line.

    The phenomenon is taken from ``phenomenon``, or BLiMP's ``linguistics_term`` or ``UID``, or
    from the file's name.

    Raises:
        ValueError: a line is not such an object, or there is none; the text names the line.
    """
    path = Path(path)
    found = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text (byte {error.start}).") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error.msg}).") from error
        entry = entry if isinstance(entry, dict) else {}
        good, bad = entry.get("sentence_good"), entry.get("sentence_bad")
        if not (isinstance(good, str) and isinstance(bad, str) and good and bad):
            raise ValueError(
                f"{path}, line {number}: wants an object with the texts sentence_good and "
                "sentence_bad."
            )
        kind = next((str(entry[key]) for key in _KINDS if entry.get(key)), path.stem)
        found.append(Pair(good, bad, kind))
    if not found:
        raise ValueError(f"{path} holds no pair. Give one JSON object a line.")
    return found


def judge(
    model: LanguageModel, pairs: Sequence[Pair], *, progress: Progress | None = None
) -> PairFigure:
    """Count the pairs whose good sentence is the likelier.

    Raises:
        ValueError: no pair.
    """
    if not pairs:
        raise ValueError("There is no pair to judge.")
    sentences = list(dict.fromkeys(text for pair in pairs for text in (pair.good, pair.bad)))
    bits = dict(zip(sentences, bits_of(model, sentences, progress=progress), strict=True))
    right = [bool(bits[pair.good] < bits[pair.bad]) for pair in pairs]
    kinds: dict[str, list[bool]] = {}
    for pair, won in zip(pairs, right, strict=True):
        kinds.setdefault(pair.phenomenon, []).append(won)
    by = {kind: (sum(won) / len(won), len(won)) for kind, won in sorted(kinds.items())}
    return PairFigure(sum(right) / len(right), len(right), by)
