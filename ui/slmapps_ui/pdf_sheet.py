"""Draw one page of the PDF on stdin as PNG on stdout: ``python -m slmapps_ui.pdf_sheet 0``.

It is a program of its own, so that whoever waits for PDFium can end it, and it imports nothing else
that takes time.
"""

from __future__ import annotations

import io
import sys

import pypdfium2

SCALE = 2.0
LARGEST = 2600


def main(number: int) -> None:
    """Draw page ``number``, which counts from 0."""
    page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[number]
    scale = min(SCALE, LARGEST / max(1.0, *page.get_size()))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG", compress_level=1)
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    main(int(sys.argv[1]))
