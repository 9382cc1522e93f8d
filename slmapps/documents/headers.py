"""Which row of a list names its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["header_row", "is_value", "unique_names"]

_VALUE = re.compile(
    r"""\(?[-+]?\s*[€£$¥]?\s*\d[\d\s.,'’]*(%|€|£|\$|[A-Z]{3}|CR|DR|-)?\)?  # numbers, money
    |\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T\s].*)?                             # dates
    |\d{1,2}[-.\s][A-Za-zäéû]{3,9}\.?[-.\s]\d{2,4}""",
    re.VERBOSE,
)
_SEARCHED = 40  # rows from the top


def is_value(cell: str) -> bool:
    """Tell whether a cell is a number, an amount or a date, which no column is named after."""
    return bool(_VALUE.fullmatch(cell.strip()))


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Give the index of the row that names the columns, or None where no row does.

    It is the first row that is as wide as the body of the list, holds words only, no word twice
    but for empty cells, and has rows with values beneath it. In a list of words alone it is the
    first such row.
    """
    head = rows[:_SEARCHED]
    filled = [sum(1 for cell in row if cell.strip()) for row in head]
    wide = [count for count in filled if count >= 2]
    if not wide:
        return None
    usual = max(Counter(wide).items(), key=lambda item: (item[1], item[0]))[0]
    words: list[int] = []  # rows of words alone
    for index, row in enumerate(head):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) < max(2, 0.5 * usual) or any(is_value(cell) for cell in cells):
            continue
        if len({cell.casefold() for cell in cells}) < 0.6 * len(cells):
            continue
        beneath = [row for row in rows[index + 1 : index + 21] if any(c.strip() for c in row)]
        valued = sum(1 for row in beneath if any(is_value(cell) for cell in row))
        if beneath and valued >= 0.5 * len(beneath):
            # Rows that lack their values may come between the header and those that have some.
            fuller = (each for each in words if filled[each] >= max(usual, len(cells)))
            return next(fuller, index)
        words.append(index)
    wide_from = next(index for index, count in enumerate(filled) if count >= 2)
    return words[0] if words and words[0] in {wide_from, len(rows) - 1} else None


def unique_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Give ``width`` column names: the cells, with names for empty ones and no name twice."""
    names: list[str] = []
    taken: Counter[str] = Counter()
    for number in range(width):
        cell = " ".join(cells[number].split()) if number < len(cells) else ""
        name = cell or f"column {number + 1}"
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return tuple(names)
