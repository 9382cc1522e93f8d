"""Markdown as benchmarks/RESULTS.md keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["number", "rows", "share"]


def number(value: Any, digits: int = 3) -> str:
    """A figure as the tables show it; "-" where there is none.

    >>> number(0.95), number(float("nan")), number(7)
    ('0.950', '-', '7')
    """
    if value is None or value != value:  # noqa: PLR0124 - not a number is unlike itself
        return "-"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def share(part: float, whole: float) -> str:
    """A part of a whole in words.

    >>> share(3, 4)
    '3 of 4 = 75.0%'
    """
    return f"{part} of {whole} = {part / whole:.1%}" if whole else "none"


def rows(columns: str, cells: Iterable[Iterable[Any]]) -> list[str]:
    """The lines of a table; ``columns`` are parted by bars.

    >>> rows("what|reached", [("F1", 0.5)])
    ['| what | reached |', '|---|---|', '| F1 | 0.500 |']
    """
    head = columns.split("|")
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(number(cell) for cell in each)} |" for each in cells),
    ]
