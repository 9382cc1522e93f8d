"""Words, attachments and drawn pages of a PDF, by PDFium, in a process of its own (``pdf.py``).

Design choices:

* PDFium cannot be interrupted and may die on a hostile file, so whoever waits for it must be able
  to end it: this module answers a parent over a pipe and holds nothing worth saving.
* Answers are lines of JSON, one a page, so that what was read before a deadline is not lost.
* Boxes are in points from the top left corner of the page as it is shown.
* With each page goes what tells whether its words can be trusted: how many letters there are, how
  many of them no reader could know, how much of the page pictures cover, how many shapes it has.
"""

from __future__ import annotations

import base64
import ctypes
import json
import re
import resource
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

__all__ = ["main", "page_words"]

Box = tuple[float, float, float, float]
Say = Callable[[dict[str, Any]], None]

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_NO_TEXT = 10  # words; a page with fewer is looked over for pictures and shapes
_LOOKED_OVER = 20_000  # objects of a page
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")


def main() -> None:
    """Answer requests on stdin until it closes: a JSON line of limits, then the file's bytes."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(8):
        order_size, data_size = struct.unpack(">II", head)
        order = json.loads(source.read(order_size))
        data = source.read(data_size)
        # Only the soft limit: the next file may be allowed more.
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (order["max_memory"], hard))
        _answer(data, order, sink)
        del data
        # Room to take the next order in.
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _answer(data: bytes, order: dict[str, int], sink: BinaryIO) -> None:
    def say(message: dict[str, Any]) -> None:
        sink.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sink.flush()

    try:
        if "render" in order:
            _render(data, order, say)
        else:
            _read(data, order, say)
    except MemoryError:
        say({"kind": "problem", "code": "pdf-memory"})
    except Exception as error:  # whatever a damaged file makes PDFium say, the parent hears it
        say({"kind": "problem", "code": "pdf-broken", "detail": f"{type(error).__name__}: {error}"})
    say({"kind": "end"})


def _read(data: bytes, order: dict[str, int], say: Say) -> None:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        say({"kind": "problem", "code": "pdf-encrypted" if locked else "pdf-broken"})
        return
    try:
        count = len(document)
        if count > order["max_pages"]:
            say({"kind": "problem", "code": "too-many-pages", "detail": str(count)})
            return
        sent = 0
        for name, content in _attachments(document, order):
            sent += 1
            say(_attachment(name, content))
        if not sent:
            for name, content in _stray_attachments(data, order["max_bytes"]):
                say(_attachment(name, content))
        words = 0
        for number in range(count):
            page = document[number]
            text_page = page.get_textpage()
            found = page_words(page, text_page, order["max_words"] - words)
            letters, unknown = _letters(text_page)
            text_page.close()
            words += len(found)
            width, height = page.get_size()
            covered, shapes = _drawn(page) if len(found) < _NO_TEXT else (0.0, 0)
            say(
                {
                    "kind": "page",
                    "number": number,
                    "width": width,
                    "height": height,
                    "words": found,
                    "letters": letters,
                    "unknown": unknown,
                    "covered": covered,
                    "shapes": shapes,
                }
            )
            page.close()
            if words >= order["max_words"]:
                say({"kind": "problem", "code": "too-many-words"})
                return
    finally:
        document.close()


def _render(data: bytes, order: dict[str, int], say: Say) -> None:
    """Draw page ``render`` in grey at ``dpi``, or coarser where that is over ``most`` pixels."""
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[order["render"]]
        width, height = page.get_size()
        scale = min(order["dpi"] / 72, (order["most"] / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        rows = memoryview(bitmap.buffer).cast("B")
        pixels = b"".join(
            rows[at * bitmap.stride : at * bitmap.stride + bitmap.width]
            for at in range(bitmap.height)
        )
        packed = base64.b64encode(zlib.compress(pixels, 1)).decode("ascii")
        say({"kind": "drawn", "width": bitmap.width, "height": bitmap.height, "data": packed})
    finally:
        document.close()


def _letters(text_page: pypdfium2.PdfTextPage) -> tuple[int, int]:
    """Count the letters of a page, and those among them that stand for nothing known."""
    raw = text_page.raw
    letters = unknown = 0
    for index in range(min(pdfium.FPDFText_CountChars(raw), _LOOKED_OVER)):
        if pdfium.FPDFText_IsGenerated(raw, index) == 1:  # a blank or line end of PDFium's own
            continue
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in {9, 10, 13, 32, 160}:
            continue
        letters += 1
        unknown += (
            code < 32
            or 0x7F <= code < 0xA0
            or 0xE000 <= code < 0xF900
            or code in {0xFFFC, 0xFFFD, 0xFFFF}
            or pdfium.FPDFText_HasUnicodeMapError(raw, index) == 1
        )
    return letters, unknown


def _drawn(page: pypdfium2.PdfPage) -> tuple[float, int]:
    """Give the share of the page that its largest picture covers, and its number of shapes."""
    width, height = page.get_size()
    covered, shapes = 0.0, 0
    bounds = tuple(ctypes.c_float() for _ in range(4))
    for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), _LOOKED_OVER)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, index)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            shapes += 1
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            shapes += max(0, pdfium.FPDFFormObj_CountObjects(drawn))
        if kind in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM} and (
            pdfium.FPDFPageObj_GetBounds(drawn, *(ctypes.byref(bound) for bound in bounds))
        ):
            left, bottom, right, top = (bound.value for bound in bounds)
            area = max(0.0, right - left) * max(0.0, top - bottom)
            covered = max(covered, area / max(width * height, 1.0))
    return min(covered, 1.0), shapes


def _attachment(name: str, content: bytes) -> dict[str, Any]:
    return {"kind": "attachment", "name": name, "data": base64.b64encode(content).decode("ascii")}


def _attachments(
    document: pypdfium2.PdfDocument, order: dict[str, int]
) -> Iterator[tuple[str, bytes]]:
    """Give the files in the document's name tree, then those pinned to a page as an annotation."""
    left = order["max_bytes"]
    count = min(document.count_attachments(), order["max_attachments"])
    for index in range(count):
        attachment = document.get_attachment(index)
        content = _content(attachment.raw, left)
        if content is not None:
            left -= len(content)
            yield attachment.get_name(), content
    if count:
        return
    for number in range(min(len(document), 20)):
        page = document[number]
        for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), 200)):
            annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
            if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                raw = pdfium.FPDFAnnot_GetFileAttachment(annotation)
                content = _content(raw, left) if raw else None
                if content is not None:
                    left -= len(content)
                    yield f"annotation {index + 1} on page {number + 1}", content
            pdfium.FPDFPage_CloseAnnot(annotation)
        page.close()


def _content(attachment: Any, most: int) -> bytes | None:
    size = ctypes.c_ulong()
    if not pdfium.FPDFAttachment_GetFile(attachment, None, 0, ctypes.byref(size)):
        return None
    if size.value > most:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    pdfium.FPDFAttachment_GetFile(attachment, buffer, size.value, ctypes.byref(size))
    return buffer.raw[: size.value]


def _stray_attachments(data: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Find XML files that lie in the PDF but are in no list of attachments.

    The dictionary of a stream always stands in plain bytes before it, so a search finds it.
    """
    if b"EmbeddedFile" not in data and b"text#2Fxml" not in data:
        return
    number = 0
    for match in _STREAM.finditer(data):
        about = data[max(0, match.start() - 800) : match.start()].rpartition(b" obj")[2]
        if b"EmbeddedFile" not in about and b"text#2Fxml" not in about:
            continue
        length = _LENGTH.search(about)
        end = match.end() + int(length.group(1)) if length else data.find(b"endstream", match.end())
        body = data[match.end() : end]
        if b"FlateDecode" in about:
            try:
                body = zlib.decompressobj().decompress(body, most)
            except zlib.error:
                continue
        number += 1
        yield f"embedded file {number}", body


def page_words(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, most: int
) -> list[tuple[str, float, float, float, float]]:
    """Give at most ``most`` words of a page: text, left, top, right, bottom; in PDFium order."""
    place = _placer(page)
    raw = text_page.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = tuple(ctypes.byref(value) for value in (left, right, bottom, top))
    words: list[tuple[str, float, float, float, float]] = []
    letters: list[str] = []
    box: Box | None = None

    def finish() -> None:
        nonlocal box
        if letters:
            shown = place(box) if box else (0.0, 0.0, 0.0, 0.0)
            x0, y0, x1, y1 = (round(value, 2) for value in shown)
            words.append(("".join(letters), x0, y0, x1, y1))
            letters.clear()
        box = None

    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        letter = chr(code) if 0 < code <= 0x10FFFF else " "
        if letter.isspace() or code == 0xFFFE:
            finish()
            if len(words) >= most:
                break
            continue
        pdfium.FPDFText_GetCharBox(raw, index, *pointers)
        here = (left.value, bottom.value, right.value, top.value)
        if box is not None and _apart(box, here):
            finish()
        letters.append(letter)
        box = here if box is None else _union(box, here)
    finish()
    return words[:most]


def _apart(box: Box, here: Box) -> bool:
    """Tell whether a letter belongs to another line or column than the word before it."""
    height = max(box[3] - box[1], here[3] - here[1], 1.0)
    if here[1] > box[3] + 0.5 * height or here[3] < box[1] - 0.5 * height:
        return True
    return here[0] - box[2] > 1.5 * height or here[0] < box[0] - 2 * height


def _union(one: Box, two: Box) -> Box:
    return (min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]))


def _placer(page: pypdfium2.PdfPage) -> Callable[[Box], Box]:
    """Give a function from PDF space (left, bottom, right, top) to the page as it is shown."""
    x0, y0, x1, y1 = page.get_bbox()
    turn = page.get_rotation() % 360

    def place(box: Box) -> Box:
        left, bottom, right, top = box
        if turn == 90:
            return (bottom - y0, left - x0, top - y0, right - x0)
        if turn == 180:
            return (x1 - right, bottom - y0, x1 - left, top - y0)
        if turn == 270:
            return (y1 - top, x1 - right, y1 - bottom, x1 - left)
        return (left - x0, y1 - top, right - x0, y1 - bottom)

    return place


if __name__ == "__main__":
    main()
