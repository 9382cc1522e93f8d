"""Invented pages as pictures, for the tests of recognising."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

__all__ = ["LINES", "drawn", "in_shadow", "letter", "png_of", "saved_as", "scanned"]

# Text, x from the left, y from the top, in points; 12 points high.
LINES = (
    ("Möwenstein Bürobedarf", 60, 80),
    ("Große Fährstraße 17", 60, 100),
    ("Facture réglée à Besançon", 60, 140),
    ("Rechnung Nr. 2024-00317", 320, 140),
    ("Füllfederhalter", 60, 300),
    ("1.249,50 €", 440, 300),
    ("Gesamtbetrag", 60, 400),
    ("1.486,91 €", 440, 400),
)


def letter(lines=LINES, size=A4) -> bytes:
    """A PDF with one page of text."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=size)
    canvas.setFont("Helvetica", 12)
    for text, x, y in lines:
        canvas.drawString(x, size[1] - y, text)
    canvas.save()
    return written.getvalue()


def width_of(text: str) -> float:
    """Points that a text of ``letter`` is wide."""
    return pdfmetrics.stringWidth(text, "Helvetica", 12)


def drawn(data: bytes, dpi: float) -> Image.Image:
    """The first page of a PDF as a picture."""
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    document.close()
    return picture


def saved_as(picture: Image.Image, kind: str, **options) -> bytes:
    """The file of a picture."""
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def scanned(pictures, size=A4, also: str = "") -> bytes:
    """A PDF whose pages are pictures, ``also`` with a line of text on the first."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=size)
    for number, picture in enumerate(pictures):
        if picture is None:
            for text, x, y in LINES:
                canvas.drawString(x, size[1] - y, text)
            canvas.drawString(60, 200, "These words are text, and stay as they are")
        else:
            canvas.drawInlineImage(picture, 0, 0, *size)
        if also and not number:
            canvas.drawString(60, 20, also)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def in_shadow(picture: Image.Image, light: float) -> Image.Image:
    """The picture with a soft shadow over its right half."""
    pixels = np.asarray(picture, np.float32)
    across = np.linspace(0, 1, pixels.shape[1], dtype=np.float32)
    fading = 1 - (1 - light) / (1 + np.exp(-(across - 0.55) * 40))
    return Image.fromarray((pixels * fading[None, :, None]).astype(np.uint8))


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """A grey PNG whose header says ``width`` x ``height``, whatever ``rows`` hold."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(rows)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
