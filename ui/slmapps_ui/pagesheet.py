"""A page of a PDF as an image, with boxes round the values that were read from it.

PDFium draws in a process of its own under a deadline: the file is somebody else's, and a page that
takes a minute to draw must not hold the others' pages up.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence

from PIL import Image, ImageDraw

from slmapps.records import Document, Span

__all__ = ["boxes_of", "page_image"]

SCALE = 2.0
"""Pixels per point: sharp on a screen of double density at half the window's width."""
LARGEST = 2600
"""Pixels of the longer side; a poster is drawn smaller."""
SECONDS = 10

Box = tuple[float, float, float, float]


def boxes_of(
    document: Document, places: dict[str, Span], values: Sequence[str]
) -> list[tuple[int, Box]]:
    """Where values stand on the pages: by their recorded places, and by the words that spell them.

    ``values`` are looked up as whole words (an invoice's number, its totals as printed); returns
    (page number from 0, box in points from the top left).
    """
    found = [
        (span.page, span.box) for span in places.values() if span.page is not None and span.box
    ]
    wanted = {value.casefold() for value in values if len(value) > 2}
    for page in document.pages:
        for word in page.words:
            if word.text.strip(".,:;()€$£").casefold() in wanted:
                found.append((page.number, word.box))
    return list(dict.fromkeys(found))


def page_image(data: bytes, number: int, boxes: Sequence[Box] = ()) -> bytes | None:
    """Draw page ``number`` (from 0) of a PDF as PNG, with ``boxes`` in points from the top left.

    None where the page cannot be drawn within ten seconds.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "slmapps_ui.pagesheet", str(number)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    scale, _, drawn = done.stdout.partition(b"\n")
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    pen = ImageDraw.Draw(image, "RGBA")
    for box in boxes:
        left, top, right, bottom = (edge * float(scale) for edge in box)
        frame = [left - 4, top - 4, right + 4, bottom + 4]
        pen.rectangle(frame, outline=(11, 100, 112, 255), fill=(11, 100, 112, 34), width=3)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _draw(number: int) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[number]
    scale = min(SCALE, LARGEST / max(1.0, *page.get_size()))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG", compress_level=1)
    sys.stdout.buffer.write(f"{scale}\n".encode() + out.getvalue())


if __name__ == "__main__":
    _draw(int(sys.argv[1]))
