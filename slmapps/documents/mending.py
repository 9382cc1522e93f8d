"""Three faults of XML that senders' programs make, and that can be put right without guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from slmapps.records import Problem, Severity

__all__ = ["Mending", "mendings"]

_DECLARATION = re.compile(rb"\A<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")


@dataclass(frozen=True)
class Mending:
    """Mended bytes, the warning that goes with them, and whether their end is still missing."""

    data: bytes
    warning: Problem
    is_cut: bool = False


def mendings(data: bytes) -> Iterator[Mending]:
    """Give what may be right instead of ``data``, which no parser accepts, likeliest first.

    * A declaration that names no encoding ("UTF-8/x"): the text is read as UTF-8 if it is that.
    * Text that is not UTF-8 although it says so or says nothing: it is Windows-1252.
    * A missing end: read up to the last element that is whole, so that no half number counts.
    """
    match = _DECLARATION.match(data)
    body = data[match.end() :] if match else data
    named = _ENCODING.search(match.group()) if match else None
    encoding = named.group(1).decode("ascii", "replace").upper() if named else "UTF-8"
    if b"\x00" in data[:64]:
        return  # UTF-16
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        if encoding == "UTF-8":
            yield Mending(body.decode("cp1252", "replace").encode(), _warning("xml-encoding"))
    else:
        if not re.fullmatch(r"[A-Z][A-Z0-9._-]*", encoding):
            yield Mending(body, _warning("xml-declaration"))
    root = _ROOT.search(data[:4096])
    if root is None or b"</" + root.group(1) in data[-len(root.group(1)) - 200 :]:
        return
    end = max(data.find(b">", data.rfind(b"</")) + 1, data.rfind(b"/>") + 2)
    if end > root.end():
        yield Mending(data[:end], _warning("xml-cut-short"), is_cut=True)


_WORDING = {
    "xml-declaration": (
        "The XML declaration names no valid encoding; the text was read as UTF-8.",
        "Ask the sender to write a valid XML declaration.",
    ),
    "xml-encoding": (
        "The XML is not in UTF-8, though it should be; it was read as Windows-1252.",
        "Check the letters with accents, and ask the sender to write UTF-8.",
    ),
    "xml-cut-short": (
        "The XML has no end; it was read up to the last part that is whole.",
        "Check that nothing is missing, or ask the sender for the file again.",
    ),
}


def _warning(code: str) -> Problem:
    message, cure = _WORDING[code]
    return Problem(code=code, message=message, cure=cure, severity=Severity.WARNING)
