"""``slmapps earnings answers``: a table of questions and answers in, with six levels each out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slmapps.records import Problem
from slmapps_earnings.given_table import read_given
from slmapps_earnings.records import DIMENSIONS
from slmapps_earnings.scored_rows import number, write_beside

__all__ = ["ADDED", "judge_table"]

ADDED = (
    *DIMENSIONS,
    *(f"p_{name}_{level}" for name in DIMENSIONS for level in range(3)),
    "evasion",
    "refusal",
    "problem",
)
"""The columns that are added: levels, their probabilities, evasion, the words that refuse."""

_AT_ONCE = 256

Tick = Callable[[int, int], None]


def judge_table(
    path: Path, question: str, answer: str, out: Path, *, tick: Tick | None = None
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Judge each answer and write ``out``: the table as it is, then :data:`ADDED`.

    A row without an answer gets no levels, and its problem says ``empty``. Gives a summary (file,
    rows, empty, model_version) and Problems; None, and no file, where the table could not be read.
    """
    from slmapps_earnings.score import judge_answers
    from slmapps_earnings.scorer import load_scorer

    table, problems = read_given(path, [question, answer])
    if table is None:
        return None, problems
    scorer = load_scorer()
    asked, told = table.column(0), table.column(1)
    cells: list[Sequence[str]] = [("",) * (len(ADDED) - 1) + ("empty",) for _ in told]
    filled = [at for at, text in enumerate(told) if text.strip()]
    for start in range(0, len(filled), _AT_ONCE):
        part = filled[start : start + _AT_ONCE]
        verdicts = judge_answers([asked[n] for n in part], [told[n] for n in part], scorer=scorer)
        for at, verdict in zip(part, verdicts, strict=True):
            levels = [verdict.levels[name] for name in DIMENSIONS]
            cells[at] = (
                *(str(level.level) for level in levels),
                *(number(p) for level in levels for p in level.p),
                number(verdict.evasion),
                verdict.refusal,
                "",
            )
        if tick is not None:
            tick(min(start + _AT_ONCE, len(filled)), len(filled))
    write_beside(out, table, ADDED, cells)
    summary = {
        "file": str(out),
        "rows": len(cells),
        "empty": len(cells) - len(filled),
        "model_version": scorer.version,
    }
    return summary, problems
