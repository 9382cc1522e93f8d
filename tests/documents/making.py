"""Small invented files for the tests of reading."""

from __future__ import annotations

import base64
import io
import zipfile

import pikepdf
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

__all__ = ["blank_pages", "endless_page", "pdf", "signed", "workbook", "zipped"]


def pdf(pages: list[list[tuple[float, float, str]]], *, rotate: int = 0) -> bytes:
    """Pages of 300 x 200 points with texts at (x, y from the bottom)."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(300, 200))
    for page in pages:
        canvas.setFont("Helvetica", 10)
        for x, y, text in page:
            canvas.drawString(x, y, text)
        if rotate:
            canvas.setPageRotation(rotate)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def blank_pages(count: int) -> bytes:
    """A PDF of many pages that is small."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    for _ in range(count - 1):
        document.pages.append(document.pages[0])
    return saved(document)


def endless_page(words: int) -> bytes:
    """A small PDF whose only page holds millions of words."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(500, 500))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    # PDFium drops text that lies on equal text, so each line lies elsewhere.
    line = b"1 0 0 1 %d %d Tm (aa bb) Tj "
    lines = b"".join(line % (n % 490, n // 490 % 490) for n in range(10_000))
    page.Contents = document.make_stream(b"BT /F1 1 Tf " + lines * (words // 20_000 + 1) + b"ET")
    return saved(document)


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    """The bytes of a document."""
    written = io.BytesIO()
    document.save(written, **options)
    return written.getvalue()


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An Excel workbook."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive packed as tightly as it goes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def signed(content: bytes, *, chunks: int = 1, text: bool = False) -> bytes:
    """An envelope as a signer writes it, without certificates; in pieces where ``chunks`` > 1."""

    def element(tag: int, body: bytes) -> bytes:
        size = len(body)
        if size < 128:
            return bytes([tag, size]) + body
        digits = size.to_bytes((size.bit_length() + 7) // 8)
        return bytes([tag, 0x80 | len(digits)]) + digits + body

    step = -(-len(content) // chunks)
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    octets = b"".join(element(0x04, piece) for piece in pieces)
    held = octets if chunks == 1 else bytes([0x24, 0x80]) + octets + b"\0\0"
    data = bytes.fromhex("06092a864886f70d010701") + element(0xA0, held)
    body = b"\x02\x01\x01" + element(0x31, b"") + element(0x30, data) + element(0x31, b"")
    whole = element(
        0x30, bytes.fromhex("06092a864886f70d010702") + element(0xA0, element(0x30, body))
    )
    return base64.encodebytes(whole) if text else whole
