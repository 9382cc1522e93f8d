"""Files that are there whole, or as they were before, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(place: Path, content: bytes) -> None:
    """Write a file beside its place and move it there; OSError where that can't be done."""
    place = place.resolve()
    if place.exists() and not place.is_file():  # a pipe or a device
        place.write_bytes(content)
        return
    part = place.with_name(f".{place.name[:100]}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
