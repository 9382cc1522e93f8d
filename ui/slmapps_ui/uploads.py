"""Files from the browser to the disk, where readers expect them; nothing of a name is trusted."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

__all__ = ["Upload", "safe_name", "spooled"]


class Upload(Protocol):
    """What Streamlit's uploader hands over: a name the browser made up, and bytes."""

    name: str

    def getvalue(self) -> bytes:
        """The whole file."""


def safe_name(name: str) -> str:
    """The last part of a file's name without anything that a path or a terminal could trip over."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(letter if letter.isprintable() else "_" for letter in last).strip(" .")
    return kept[-120:] or "file"


@contextmanager
def spooled(files: Sequence[tuple[str, bytes]]) -> Iterator[list[Path]]:
    """Hold (name, bytes) pairs as files for as long as the block runs, each in a folder of its own.

    Two files of one name both keep it; the folder goes when the block is left.
    """
    folder = Path(tempfile.mkdtemp(prefix="slmapps-upload-"))
    try:
        paths = []
        for number, (name, data) in enumerate(files):
            place = folder / f"{number:05d}"
            place.mkdir()
            path = place / safe_name(name)
            path.write_bytes(data)
            paths.append(path)
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)
