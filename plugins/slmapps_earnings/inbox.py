"""The files that a person means who names files and folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["files_in"]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Give the files among ``paths``: folders searched to the bottom, hidden files left out.

    A path that is not there is given too, so that reading it says so.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        for each in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in each.relative_to(path).parts)
            if each.is_file() and not hidden:
                found[each] = None
    return list(found)
