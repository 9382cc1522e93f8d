"""Pictures decoded into pages of pixels, by Pillow, under limits.

Design choices:

* The number of pixels is read from the header before anything is decoded. Only the decoder of the
  kind that the file's first bytes say is tried.
* A decoder cannot be interrupted, but it reads: the file is handed to it through a stream that
  ends at the deadline.
* Pages come one at a time, at 12 megapixels at most (A4 at 350 dpi), as RGB on white, turned as
  their EXIF says, with square pixels.
* Many cameras write 72 dpi, whatever they took. The resolution in the file counts where it gives a
  page that people print on; else the page is taken to be as large as A4, or a till receipt.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slmapps.documents.limits import Deadline, Limits
from slmapps.records import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

__all__ = ["FORMATS", "Picture", "pictures", "points_per_pixel"]

# The decoder for each kind of picture that is read.
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
}

_WORKING = 12_000_000  # pixels of a page that is handed on
_A4 = 595.28 * 841.89  # square points
_RECEIPT = 227.0  # points: paper of 80 mm
_SMALL_COPY = 1  # the bit of TIFF's NewSubfileType that marks a thumbnail
_NEW_SUBFILE_TYPE = 254


@dataclass(frozen=True)
class Picture:
    """One page: rows x columns x 3 pixels, RGB; ``scale`` in points a pixel."""

    pixels: NDArray[np.uint8]
    scale: float


class _LateError(Exception):
    """The deadline passed while the picture was being decoded."""


class _Stream(io.BytesIO):
    """The bytes of a file, until the deadline."""

    def __init__(self, data: bytes, deadline: Deadline) -> None:
        super().__init__(data)
        self._deadline = deadline

    def read(self, size: int | None = -1, /) -> bytes:
        if self._deadline.passed:
            raise _LateError
        return super().read(size)


def pictures(
    data: bytes, kind: str, limits: Limits, deadline: Deadline
) -> Iterator[Picture | Problem]:
    """Give the pages of a picture one by one; a Problem is the last, and says why there is no more.

    ``kind`` is a media type in ``FORMATS``. A TIFF may hold several pages; of a moving picture the
    first is given.
    """
    image = _opened(data, kind, deadline)
    number = 0
    while not isinstance(image, Problem):
        page = _page(image, number, limits)
        if page is not None:
            yield page
            if isinstance(page, Problem):
                return
        number += 1
        if kind != "image/tiff":
            return
        following = _step(image, number, limits)
        if following is None:
            return
        image = following
    yield image


def points_per_pixel(width: int, height: int, dpi: float | None) -> float:
    """Give the size of a pixel in points, for a page of so many pixels.

    >>> round(1654 * points_per_pixel(1654, 2339, None))
    595
    >>> round(900 * points_per_pixel(900, 700, 96))
    675
    """
    short, long = sorted((width, height))
    if dpi and 50 <= dpi <= 2400 and long / dpi <= 17.5 and short / dpi >= 1.5:
        return 72 / dpi
    if long > 2.2 * short:
        return _RECEIPT / short
    return math.sqrt(_A4 / (width * height))


def _opened(data: bytes, kind: str, deadline: Deadline) -> Image | Problem:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is said by a Problem
            return Image.open(_Stream(data, deadline), formats=[FORMATS[kind]])
    except Image.DecompressionBombError:
        return _too_large("hundreds of millions of pixels")
    except _LateError:
        return _late()
    except Exception:  # a decoder says whatever it likes of a damaged file
        return _broken()


def _step(image: Image, number: int, limits: Limits) -> Image | Problem | None:
    """Go to the next page; None where there is none."""
    if number >= limits.max_pages:
        return Problem(
            code="too-many-pages",
            message=f"The picture has more than {limits.max_pages} pages.",
            cure="Split it into one file an invoice.",
        )
    try:
        image.seek(number)
    except EOFError:
        return None
    except _LateError:
        return _late()
    except Exception:
        return _broken()
    return image


def _page(image: Image, number: int, limits: Limits) -> Picture | Problem | None:
    """Decode the page that the picture stands at; None where it is a mere thumbnail."""
    tags: Any = getattr(image, "tag_v2", {})
    if number and tags.get(_NEW_SUBFILE_TYPE, 0) & _SMALL_COPY:
        return None
    width, height = image.size
    most = limits.max_scaled_pixels if image.format in {"JPEG", "MPO"} else limits.max_pixels
    if width * height > most:
        return _too_large(f"{width:,} x {height:,} pixels")
    dpi = _resolution(image)
    try:
        shrink = math.sqrt(_WORKING / (width * height))
        if width * height > limits.max_pixels:
            shrink = min(shrink, 0.5)
        if shrink < 1:  # a JPEG can be decoded at 1/2, 1/4 or 1/8, the next above what is asked
            image.draft(None, (round(width * shrink), round(height * shrink)))
        image.load()
        if image.width * image.height > limits.max_pixels:
            return _too_large(f"{width:,} x {height:,} pixels")
        return _finished(image, width, dpi)
    except _LateError:
        return _late()
    except MemoryError:
        return _too_large(f"{width:,} x {height:,} pixels")
    except Exception:
        return _broken()


def _resolution(image: Image) -> tuple[float, float]:
    """Give dots per inch across and down; 0 where the file does not say."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    known = math.isfinite(across) and math.isfinite(down) and min(across, down) > 0
    return (across, down) if known else (0.0, 0.0)


def _finished(image: Image, width: int, dpi: tuple[float, float]) -> Picture:
    """Give a decoded picture as a page; ``width`` and ``dpi`` are those of the file."""
    import numpy as np
    from PIL import Image as Pillow

    across, down = dpi
    stretch = across / down if across and 0.4 <= across / down <= 2.5 else 1.0
    drafted = image.width / width
    kept = min(1.0, math.sqrt(_WORKING / (image.width * image.height * stretch)))
    size = (max(1, round(image.width * kept)), max(1, round(image.height * stretch * kept)))
    page = _eight_bits(image)
    if size != page.size:
        page = page.resize(size, Pillow.Resampling.BILINEAR, reducing_gap=2.0)
    page = _turned(_on_white(page), image)
    found = across * drafted * kept if across else None
    pixels = np.array(page, np.uint8)
    return Picture(pixels, points_per_pixel(page.width, page.height, found))


def _eight_bits(image: Image) -> Image:
    """Give the picture in a mode that can be scaled: eight bits a band."""
    import numpy as np
    from PIL import Image as Pillow

    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        values = np.asarray(image).astype(np.float32)
        peak = max(255.0, float(np.nanmax(values))) if values.max() > 1 else 1.0
        return Pillow.fromarray(np.nan_to_num(values * (255 / peak)).clip(0, 255).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if _has_alpha(image) else "RGB")
    return image


def _has_alpha(image: Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info


def _on_white(page: Image) -> Image:
    from PIL import Image as Pillow

    if not _has_alpha(page):
        return page.convert("RGB")
    page = page.convert("RGBA")
    white = Pillow.new("RGBA", page.size, "white")
    return Pillow.alpha_composite(white, page).convert("RGB")


def _turned(page: Image, image: Image) -> Image:
    """Turn the page as the EXIF of ``image`` says; damaged EXIF says nothing."""
    from PIL import Image as Pillow

    ways = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT,
        3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_270,
        7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_90,
    }
    try:
        way = ways.get(image.getexif().get(0x0112, 1))
    except Exception:
        way = None
    return page if way is None else page.transpose(way)


def _too_large(size: str) -> Problem:
    return Problem(
        code="picture-too-large",
        message=f"The picture has {size}, more than are decoded.",
        cure="Scan it at 300 dpi, or save it smaller.",
    )


def _broken() -> Problem:
    return Problem(
        code="picture-broken",
        message="The picture is damaged, cut short, or not what its header says.",
        cure="Scan or photograph it again, or ask the sender for the file again.",
    )


def _late() -> Problem:
    return Problem(
        code="took-too-long",
        message="Decoding the picture took too long and was stopped.",
        cure="Scan it at 300 dpi, or save it as a plain JPEG.",
    )
