"""``slmapps earnings sentences``: a table of sentences in, the same table with opinions out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps.records import Problem, Severity
from slmapps_earnings.given_table import read_given
from slmapps_earnings.records import SENTIMENTS
from slmapps_earnings.scored_rows import number, write_beside

if TYPE_CHECKING:
    from slmapps_earnings.scorer import Scorer, Scores

__all__ = ["ADDED", "score_table"]

ADDED = (
    "label",
    "p_negative",
    "p_neutral",
    "p_positive",
    "forward",
    "uncertain",
    "guidance",
    "topics",
    "problem",
)
"""The columns that are added; ``topics`` are joined by ``;``, ``problem`` may be ``empty``."""

_AT_ONCE = 2048
_ON_TOPIC = 0.5
_EMPTY = ("neutral", "0.000000", "1.000000", "0.000000", *["0.000000"] * 3, "", "empty")

Tick = Callable[[int, int], None]


def score_table(
    path: Path, column: str, out: Path, *, target: str | None = None, tick: Tick | None = None
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Score the texts in ``column`` and write ``out``: the table as it is, then :data:`ADDED`.

    Where ``target`` names a column, its cell says whom the sentiment is about. A row without a text
    is neutral, and its problem says ``empty``. Gives a summary (file, rows, empty, how many of each
    label, model_version) and Problems; None, and no file, where the table could not be read.
    """
    from slmapps_earnings.scorer import load_scorer

    table, problems = read_given(path, [column] if target is None else [column, target])
    if table is None:
        return None, problems
    scorer = load_scorer()
    texts = table.column(0)
    names = table.column(1) if target is not None else [""] * len(texts)
    cells: list[Sequence[str]] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        cells += _scored(scorer, texts[part], names[part])
        if tick is not None:
            tick(len(cells), len(texts))
    write_beside(out, table, ADDED, cells)
    empty = sum(cell[-1] == "empty" for cell in cells)
    if empty:
        problems = [*problems, _no_text(empty, path.name)]
    labels = Counter(cell[0] for cell in cells)
    summary = {
        "file": str(out),
        "rows": len(cells),
        "empty": empty,
        **{name: labels[name] for name in SENTIMENTS},
        "model_version": scorer.version,
    }
    return summary, problems


def _scored(scorer: Scorer, texts: Sequence[str], names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Score rows, each text once; gives the cells of :data:`ADDED`, a row a text."""
    filled = [at for at, text in enumerate(texts) if text.strip()]
    scores = scorer.score([texts[at] for at in filled])
    sentiment = scores.sentiment.copy()
    aimed = [place for place, at in enumerate(filled) if names[at].strip()]
    if aimed:
        rows = [filled[place] for place in aimed]
        sentiment[aimed] = scorer.targets([texts[at] for at in rows], [names[at] for at in rows])
    places = {at: place for place, at in enumerate(filled)}
    for at in range(len(texts)):
        yield _EMPTY if at not in places else _cells(scores, sentiment, places[at])


def _cells(scores: Scores, sentiment: Any, place: int) -> Sequence[str]:
    chances = sentiment[place]
    order = (-scores.topics[place]).argsort(kind="stable")
    topics = [scores.topic_names[at] for at in order if scores.topics[place, at] >= _ON_TOPIC]
    return (
        SENTIMENTS[int(chances.argmax())],
        *(number(each) for each in chances),
        number(scores.forward[place]),
        number(scores.uncertain[place]),
        number(scores.guidance[place]),
        ";".join(topics),
        "",
    )


def _no_text(count: int, file: str) -> Problem:
    return Problem(
        code="text-empty",
        message=f"{count:,} rows have no text; they are neutral, and marked empty.",
        severity=Severity.INFO,
        file=file,
    )
