"""Under what licence a file of text is: said by the user, or by a ``manifest.json`` beside it.

A manifest is any JSON in which an object names the file (as its key, or by ``file`` or ``path``)
and says ``licence`` or ``license``, itself or in what lies inside it (one entry a work, say); or
one that says it once at the top, for all files of the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["UNKNOWN", "licence_of"]

UNKNOWN = "unknown"
MANIFEST = "manifest.json"


def licence_of(path: Path | None, names: tuple[str, ...], said: Mapping[str, str]) -> str:
    """The licence of a source, several joined by ``;``, or "unknown".

    Args:
        path: its file; None where the source is no file.
        names: what the user may have called it.
        said: licence by name; it goes before any manifest.
    """
    for name in names:
        if name in said:
            return said[name]
    if path is None:
        return UNKNOWN
    try:
        listed = json.loads((path.parent / MANIFEST).read_text("utf-8"))
        found = list(dict.fromkeys(_licences(_entries(listed, path.name))))
        if not found and isinstance(listed, dict):
            found = list(_licences(iter([listed])))
    except (OSError, ValueError, RecursionError):  # a manifest is a help, not a duty
        return UNKNOWN
    return "; ".join(found) or UNKNOWN


def _licences(entries: Iterator[dict[str, object]]) -> Iterator[str]:
    for entry in entries:
        licence = entry.get("licence") or entry.get("license")
        if isinstance(licence, str):
            yield licence


def _entries(listed: object, file: str) -> Iterator[dict[str, object]]:
    """All objects of a manifest that belong to ``file``, however deep they lie."""
    if isinstance(listed, dict):
        if file in listed:
            yield from _inside(listed[file])
        elif file in (listed.get("file"), listed.get("path")):
            yield from _inside(listed)
        else:
            for value in listed.values():
                yield from _entries(value, file)
    elif isinstance(listed, list):
        for value in listed:
            yield from _entries(value, file)


def _inside(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)
