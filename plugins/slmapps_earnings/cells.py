"""Cells that a spreadsheet opens without running anything."""

from __future__ import annotations

import re

__all__ = ["disarmed"]

_NUMBER = re.compile(r"[-+]?[\s€£$]*\d[\d\s.,'’]*(?:[eE][-+]?\d+)?%?")


def disarmed(cell: str) -> str:
    """Keep a spreadsheet from running a cell: an apostrophe before what starts like a formula.

    Numbers and a lone sign stay as they are.

    >>> disarmed("=1+1"), disarmed("-3.5"), disarmed("- Sales rose")
    ("'=1+1", '-3.5', "'- Sales rose")
    """
    if cell[:1] in "=+-@\t\r" and len(cell) > 1 and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
