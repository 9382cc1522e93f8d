"""Bytes to text: which encoding a text file is in."""

from __future__ import annotations

from slmapps.records import Problem

__all__ = ["decode"]


def decode(data: bytes) -> tuple[str | None, list[Problem]]:
    """Give the text of ``data``: by its byte order mark, else UTF-8, else Windows-1252.

    Windows-1252 is what spreadsheets in western Europe write when they do not write UTF-8. A NUL
    byte in anything but UTF-16 means that the file is damaged or no text at all.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), []
    if b"\x00" in data:
        for encoding, zeros in (("utf-16-le", data[1:400:2]), ("utf-16-be", data[0:400:2])):
            if zeros and zeros.count(0) > 0.8 * len(zeros):
                return data.decode(encoding, "replace"), []
        return None, [
            Problem(
                code="nul-bytes",
                message=f"The file holds NUL bytes (the first at byte {data.index(0):,}).",
                cure="Save it again as plain text or CSV in UTF-8.",
            )
        ]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves open are read as Latin-1 reads them.
        return data.decode("cp1252", "backslashreplace"), []
