"""A table with what was said of its rows beside it: columns kept, none overwritten, order kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from slmapps.whole_files import write_whole
from slmapps_earnings.cells import disarmed
from slmapps_earnings.given_table import GivenTable

__all__ = ["apart", "number", "write_beside"]


def write_beside(
    out: Path, table: GivenTable, added: Sequence[str], cells: Sequence[Sequence[str]]
) -> None:
    """Write the table as CSV, then the columns ``added`` with ``cells`` (n rows of them).

    A column of the table that has one of their names is kept as ``NAME_given``. The file is there
    whole or not at all.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([disarmed(name) for name in [*apart(table.columns, added), *added]])
    for row, more in zip(table.rows, cells, strict=True):
        writer.writerow([*(disarmed(cell) for cell in row), *more])
    # A lone half of a surrogate pair cannot be written.
    write_whole(out, stream.getvalue().encode("utf-8", "replace"))


def apart(columns: Sequence[str], added: Sequence[str]) -> list[str]:
    """Name a table's own columns so that none is taken for one of those that are added."""
    reserved = {name.casefold() for name in added}
    taken = {name.casefold() for name in (*columns, *added)}
    names = []
    for name in columns:
        given = name
        while given.casefold() in reserved or (given != name and given.casefold() in taken):
            given = f"{given}_given"
        taken.add(given.casefold())
        names.append(given)
    return names


def number(value: float) -> str:
    """A share of 1 as a cell: six decimals."""
    return f"{value:.6f}"
