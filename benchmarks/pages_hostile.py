"""Files that try to break the reading of pages: each gives a Problem or is read, and all go on.

Design choices:

* The files are made here, most of them byte by byte, so that no tool mends what is broken.
* They are read in one batch in a fresh process, an honest invoice last; its memory is measured.
* A file passes when it gives the Problem that fits it, or is read right where there is nothing
  wrong with what its page shows.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.pages_process import in_fresh_process
from benchmarks.pages_tables import number, rows

__all__ = ["FILES", "Hostile", "hostile", "hostile_table", "pdf_of"]

SECONDS = 30.0  # none may take longer; recognising one page on a busy machine included
_TOTAL = Decimal("59.50")
_INVOICE = (
    (50, 780, "Larkmoor Timber Ltd"), (50, 764, "4 Sawmill Lane, Wexbridge"),
    (50, 720, "Bill to: Ottery Joinery"), (350, 720, "Invoice no: LT-20417"),
    (350, 704, "Invoice date: 2024-03-05"), (350, 688, "Due date: 2024-04-04"),
    (50, 640, "Description"), (300, 640, "Qty"), (380, 640, "Price"), (470, 640, "Amount"),
    (50, 622, "Oak boards"), (300, 622, "2"), (380, 622, "20.00"), (470, 622, "40.00"),
    (50, 606, "Wood glue"), (300, 606, "1"), (380, 606, "10.00"), (470, 606, "10.00"),
    (380, 570, "Net total"), (470, 570, "50.00"), (380, 554, "VAT 19%"), (470, 554, "9.50"),
    (380, 538, "Total GBP"), (470, 538, "59.50"),
)  # fmt: skip

_LETTER = b"Dear all,\nplease find the invoice attached.\n"
_NO_INVOICE = ("page-too-dense",)
_NO_PICTURE = ("picture-broken", "page-without-words")


@dataclass(frozen=True)
class Hostile:
    """A file that is made when it is needed.

    ``codes``: one of these Problems is due; without any, the right total is.
    """

    name: str
    make: Callable[[], bytes]
    codes: tuple[str, ...] = ()


def pdf_of(
    content: bytes, *, catalog: bytes = b"", page: bytes = b"", trailer: bytes = b"",
    more: Sequence[bytes] = (),
) -> bytes:  # fmt: skip
    """A PDF of one A4 page, byte by byte; ``more`` are objects from number 6 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> " + page + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *more,
    ]
    written, places = bytearray(b"%PDF-1.7\n"), []
    for at, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (at, each)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % start)


def _written(texts: Sequence[tuple[int, int, str]] = _INVOICE, size: int = 10) -> bytes:
    shown = b" ".join(
        b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, text.encode("cp1252")) for x, y, text in texts
    )
    return b"BT /F1 %d Tf %s ET" % (size, shown)


def honest() -> bytes:
    """A small invoice with nothing wrong."""
    return pdf_of(_written())


def _png(width: int, height: int, count: int, length: int = 0) -> bytes:
    """A white PNG that says ``width`` x ``height`` and holds ``count`` rows of ``length``."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    packer, packed = zlib.compressobj(1), []
    row = b"\0" + b"\xff" * (length or width)
    for _ in range(count):
        packed.append(packer.compress(row))
    packed.append(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"".join(packed))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def _one_point() -> bytes:
    """10,000 different words, all at one place."""
    return pdf_of(_written([(200, 400, f"word{at}") for at in range(10_000)]))


def _encrypted() -> bytes:
    lock = (
        b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44"
        b" /O <" + b"5a" * 32 + b"> /U <" + b"a5" * 32 + b"> >>"
    )
    trailer = b"/Encrypt 6 0 R /ID [<00112233445566778899aabbccddeeff> <00>]"
    return pdf_of(_written(), trailer=trailer, more=[lock])


def _with_actions() -> bytes:
    """The honest invoice, which would run a script and start a program if it could."""
    script = b"<< /S /JavaScript /JS (this.submitForm('http://127.0.0.1:9/'); while (true) {}) >>"
    launch = b"<< /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) /P (/c calc) >> >>"
    note = b"<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A 7 0 R /AA << /PV 6 0 R >> >>"
    return pdf_of(
        _written(),
        catalog=b"/OpenAction 6 0 R /AA << /WC 7 0 R >> /Names << /JavaScript"
        b" << /Names [(a) 6 0 R] >> >>",
        page=b"/AA << /O 6 0 R /C 7 0 R >> /Annots [8 0 R]",
        more=[script, launch, note],
    )


def _without_unicode_map() -> bytes:
    """The honest invoice in a font whose letters stand for nothing known: shapes and no text."""
    import matplotlib as mpl
    import pikepdf
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    path = f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    pdfmetrics.registerFont(TTFont("Unmapped", path, asciiReadable=0))
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842))
    canvas.setFont("Unmapped", 10)
    for x, y, text in _INVOICE:
        canvas.drawString(x, y, text)
    canvas.save()
    fresh = io.BytesIO()
    with pikepdf.open(io.BytesIO(written.getvalue())) as document:
        for each in document.objects:
            if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each:
                del each["/ToUnicode"]
                if "/Encoding" in each:
                    del each["/Encoding"]
        document.save(fresh)
    return fresh.getvalue()


FILES = (
    Hostile("300 megapixels.png", lambda: _png(20_000, 15_000, 15_000), ("picture-too-large",)),
    Hostile("says 20,000 x 15,000.png", lambda: _png(20_000, 15_000, 3), ("picture-too-large",)),
    Hostile("says longer rows than it has.png", lambda: _png(900, 900, 90, 100), _NO_PICTURE),
    Hostile("says more rows than it has.png", lambda: _png(900, 900, 90), _NO_PICTURE),
    Hostile("10,000 words in one point.pdf", _one_point, _NO_INVOICE),
    Hostile("encrypted.pdf", _encrypted, ("pdf-encrypted",)),
    Hostile("truncated.pdf", lambda: honest()[:700], ("pdf-broken",)),
    Hostile("JavaScript and launch actions.pdf", _with_actions),
    Hostile("font without a Unicode map.pdf", _without_unicode_map, ("page-recognised",)),
    Hostile("zero bytes.pdf", lambda: b"", ("file-empty",)),
    Hostile("plain text.pdf", lambda: _LETTER, ("not-an-invoice",)),
    Hostile("the honest one.pdf", honest),
)


def hostile() -> dict[str, Any]:
    """Read all in one batch and judge each."""
    with tempfile.TemporaryDirectory() as scratch:
        for at, each in enumerate(FILES):
            Path(scratch, f"{at:02} {each.name}").write_bytes(each.make())
        answer = in_fresh_process(Path(scratch))
    rows = []
    for each, told in zip(FILES, answer["files"], strict=True):
        rows.append(
            {
                "file": each.name,
                "seconds": told["seconds"],
                "problems": [problem["code"] for problem in told["problems"]],
                "total": told["total"],
                "passed": passed(each, told),
            }
        )
    return {
        "files": rows,
        "passed": sum(row["passed"] for row in rows),
        "peak MB": answer["peak MB"],
        "peak MB of the reader of PDFs": answer["peak MB of children"],
    }


def passed(each: Hostile, told: dict[str, Any]) -> bool:
    """Tell whether a file gave what it should, in time."""
    if told["seconds"] > SECONDS:
        return False
    codes = {problem["code"] for problem in told["problems"]}
    if each.codes:
        return bool(codes & set(each.codes))
    return told["total"] is not None and Decimal(told["total"]) == _TOTAL


def hostile_table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    count = f"{found['passed']} of {len(found['files'])} as they should be"
    inner = found["peak MB of the reader of PDFs"]
    files = [
        (
            row["file"],
            "yes" if row["passed"] else "NO",
            ", ".join(dict.fromkeys(row["problems"])) or "none",
            row["total"] or "",
            number(row["seconds"], 2),
        )
        for row in found["files"]
    ]
    columns = "file|as it should be|Problems|total read|seconds"
    return "\n".join(
        [
            "\n### hostile files, one batch",
            f"{count}; peak memory {found['peak MB']} MB, of the reader of PDFs {inner} MB.",
            "",
            *rows(columns, files),
            "",
        ]
    )
