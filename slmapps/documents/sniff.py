"""What a file is, judged by its bytes and never by its name."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["NAMES", "PICTURES", "media_type"]

PDF = "application/pdf"
XML = "application/xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
GZIP = "application/gzip"
SIGNED = "application/pkcs7-mime"
HTML = "text/html"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

# What to call a kind of file in a message to the person who sent it.
NAMES = {
    PDF: "a PDF",
    XML: "XML",
    XLSX: "an Excel workbook",
    ZIP: "a ZIP archive",
    GZIP: "a gzip file",
    SIGNED: "a signed envelope (p7m)",
    HTML: "a web page",
    TEXT: "text",
    "application/vnd.ms-office": "an old Office file",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/tiff": "a TIFF picture",
    "image/webp": "a WebP picture",
    "image/bmp": "a BMP picture",
    "image/gif": "a GIF picture",
    "image/heic": "a HEIC picture",
    UNKNOWN: "of an unknown kind",
}

# Kinds of pictures that are decoded.
PICTURES = frozenset(f"image/{kind}" for kind in ("png", "jpeg", "tiff", "webp", "bmp", "gif"))

_MAGIC = (
    (b"\x1f\x8b", GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-office"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}  # bytes
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MARKUP = re.compile(r"\s*<(\?xml\b|!--|!DOCTYPE|[A-Za-z_][\w.:-]*[\s/>])", re.IGNORECASE)
_WEB = re.compile(r"<(!DOCTYPE\s+html|html[\s>])", re.IGNORECASE)


def media_type(data: bytes) -> str:
    """Give the media type of ``data``; ``application/octet-stream`` where nothing fits."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    head = data[:1024]
    if b"%PDF-" in head:
        return PDF
    if picture := _picture(head):
        return picture
    start = _head_text(head)
    if _MARKUP.match(start):
        return HTML if _WEB.search(start) else XML
    if head[:1] == b"\x30" and b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" in head[:64]:
        return SIGNED
    if head.startswith(b"MI") and re.fullmatch(rb"[A-Za-z0-9+/=\s]+", head):
        return SIGNED
    return TEXT if _is_text(data[:8192]) else UNKNOWN


def _picture(head: bytes) -> str:
    """Give the kind of a picture that a few letters alone do not tell; else nothing."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "image/heic"
    size = int.from_bytes(head[14:18], "little")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and size in _BMP_HEADERS:
        return "image/bmp"
    return ""


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ZIP
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return XLSX
    if "mimetype" in names and "content.xml" in names:
        return "application/vnd.oasis.opendocument.spreadsheet"
    return ZIP


def _head_text(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(
                encoding if encoding == "utf-8" else _utf16(bom), "ignore"
            )
    if head[:4] in (b"<\x00?\x00", b"<\x00!\x00"):
        return head.decode("utf-16-le", "ignore")
    if head[:4] in (b"\x00<\x00?", b"\x00<\x00!"):
        return head.decode("utf-16-be", "ignore")
    return head.decode("latin-1")


def _utf16(bom: bytes) -> str:
    return "utf-16-le" if bom == b"\xff\xfe" else "utf-16-be"


def _is_text(head: bytes) -> bool:
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return True
    zeros = head.count(0)
    if zeros > len(head) // 10:  # no text, or UTF-16 without a mark: every other byte is NUL
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return max(even, odd) > 0.4 * len(head) and min(even, odd) < 0.05 * len(head)
    # Stray NUL bytes in a list are let through here, so that decoding can say where they are.
    odd = sum(1 for byte in head if 0 < byte < 32 and byte not in (9, 10, 12, 13, 26, 27))
    return odd <= len(head) // 100
