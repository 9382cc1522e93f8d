"""A page of a Document as an image, with boxes round the values that were read from it.

Design choices:

* PDFium draws in a process of its own under a deadline: the file is somebody else's, and a page
  that takes a minute to draw must not hold the others' pages up.
* A page that was recognised on a picture is drawn as it was put upright, for its boxes lie there.
* What is given lies in points, what is drawn in pixels; a Sheet knows how many of them a point is.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from slmapps.documents import Limits
from slmapps.documents.gzipped import unpack
from slmapps.documents.limits import Deadline
from slmapps.documents.pictures import FORMATS, Picture, pictures
from slmapps.documents.upright import as_recognised
from slmapps.records import Document, Page, Span

__all__ = ["Box", "Sheet", "boxes_of", "can_draw", "sheet"]

SCALE = 2.0
"""Pixels per point: sharp on a screen of double density at half the window's width."""
LARGEST = 2600
"""Pixels of the longer side; a poster is drawn smaller."""
SECONDS = 10
MARGIN = (70.0, 14.0)
"""Points left and right, and above and below, of what is cut out of a page."""
NARROWEST = 190.0
"""Points of a cut-out: a value alone says little without what stands beside it."""

EDGE = (203, 214, 218)

Box = tuple[float, float, float, float]
PDF = "application/pdf"
GZIPPED = b"\x1f\x8b"


@dataclass(frozen=True)
class Sheet:
    """A page as it is drawn: a JPEG, and ``scale`` in pixels a point."""

    jpeg: bytes
    scale: float

    @property
    def image(self) -> Image.Image:
        """The page's pixels, RGB."""
        return Image.open(io.BytesIO(self.jpeg)).convert("RGB")

    def png(self, boxes: Sequence[Box] = ()) -> bytes:
        """Give it as PNG with ``boxes`` marked."""
        return _png(self._marked(boxes))

    def crop(self, box: Box) -> bytes:
        """Give what stands at a place, with a little of what is around it, as PNG."""
        left, top, right, bottom = box
        across, down = MARGIN
        across = max(across, (NARROWEST - (right - left)) / 2)
        area = (left - across, top - down, right + across, bottom + down)
        edges = [round(edge * self.scale) for edge in area]
        marked = self._marked([box], fill=0)
        width, height = marked.size
        cut = (
            max(0, min(edges[0], width - 1)),
            max(0, min(edges[1], height - 1)),
            max(1, min(edges[2], width)),
            max(1, min(edges[3], height)),
        )
        piece = marked.crop(cut)
        edge = (0, 0, piece.width - 1, piece.height - 1)
        ImageDraw.Draw(piece).rectangle(edge, outline=EDGE, width=2)
        return _png(piece)

    def _marked(self, boxes: Sequence[Box], fill: int = 34) -> Image.Image:
        image = self.image
        pen = ImageDraw.Draw(image, "RGBA")
        for box in boxes:
            left, top, right, bottom = (edge * self.scale for edge in box)
            frame = [left - 4, top - 4, right + 4, bottom + 4]
            pen.rectangle(frame, outline=(11, 100, 112, 255), fill=(11, 100, 112, fill), width=3)
        return image


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


def can_draw(document: Document) -> bool:
    """Tell whether the document's pages can be drawn."""
    return bool(document.pages) and document.media_type in {PDF, *FORMATS}


def sheet(document: Document, data: bytes, number: int) -> Sheet | None:
    """Draw page ``number`` (from 0) as its boxes lie; None where it cannot be drawn in time."""
    page = next((page for page in document.pages if page.number == number), None)
    if page is None or not can_draw(document):
        return None
    if data[:2] == GZIPPED:
        data = unpack(data, Limits())[0] or b""
    if document.media_type == PDF:
        image = _of_pdf(data, number)
    else:
        image = _of_picture(data, document.media_type, number)
    if image is None:
        return None
    image = _upright(image, page)
    most = min(SCALE * page.width, LARGEST * min(1.0, page.width / max(page.height, 1.0)))
    if image.width > 1.05 * most:
        size = (round(most), round(most * image.height / image.width))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return Sheet(out.getvalue(), image.width / max(page.width, 1.0))


def _upright(image: Image.Image, page: Page) -> Image.Image:
    if not page.turned and not page.straightened:
        return image
    pixels = np.array(image, np.uint8)
    with contextlib.suppress(ImportError):  # without what recognises pages it stays as it came
        return Image.fromarray(as_recognised(pixels, page.turned, page.straightened))
    return image


def _of_picture(data: bytes, kind: str, number: int) -> Image.Image | None:
    for at, each in enumerate(pictures(data, kind, Limits(), Deadline(SECONDS))):
        if not isinstance(each, Picture):
            return None
        if at == number:
            return Image.fromarray(each.pixels)
    return None


def _of_pdf(data: bytes, number: int) -> Image.Image | None:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "slmapps_ui.pdf_sheet", str(number)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
