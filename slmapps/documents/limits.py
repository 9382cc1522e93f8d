"""How much of a file is read before it is refused."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

__all__ = ["Deadline", "Limits"]

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Every limit that a file may meet. The defaults fit a laptop and any honest invoice."""

    max_bytes: int = 50 * MEGABYTE  # of the file, and of what is packed inside it
    max_xml_bytes: int = 20 * MEGABYTE  # a tree takes about ten times its text
    max_xml_tags: int = 1_000_000  # opening and closing
    max_pages: int = 300
    max_seconds: float = 6.0  # for one file, all told; recognising has its own
    max_rows: int = 200_000
    max_columns: int = 500
    max_cell: int = 100_000  # characters
    max_line: int = 1 * MEGABYTE  # bytes of one line of a CSV
    max_attachments: int = 50
    max_words: int = 200_000  # of a whole PDF
    max_ratio: int = 200  # unpacked / packed bytes of a part of a spreadsheet
    max_memory: int = 1_000 * MEGABYTE  # address space of the process that opens PDFs
    max_pixels: int = 50_000_000  # of a picture, as decoded
    max_scaled_pixels: int = 85_000_000  # of a JPEG, which is decoded at half its size or less
    max_picture_seconds: float = 60.0  # for recognising the pages of one file, all told


@dataclass(frozen=True)
class Deadline:
    """A moment after which nothing more of a file is read."""

    seconds: float
    start: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds until the moment; 0 when it has passed."""
        return max(0.0, self.start + self.seconds - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether the time is used up."""
        return self.left <= 0
