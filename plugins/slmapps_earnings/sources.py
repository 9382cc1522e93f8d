"""Bytes in, text out: what a file holds, decoded so that places in it stay what they are."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from slmapps.documents import Limits, sniff
from slmapps.documents.gzipped import unpack
from slmapps.records import Problem

__all__ = ["Source", "opened"]

_MOST = 6_000_000
"""Characters; the longest call is under 300,000, its JSON with a time for each word under 5 million."""


@dataclass(frozen=True)
class Source:
    """A file as it came: its hash, its media type, its bytes unpacked, and its text if it is text."""

    sha256: str
    kind: str = ""
    data: bytes = b""
    text: str = ""


def opened(source: Path | bytes, name: str) -> tuple[Source, list[Problem]]:
    """Read a file, unpack it, decode it; what cannot be read is a Problem and an empty text."""
    limits = Limits()
    data, problems = (source, []) if isinstance(source, bytes) else _loaded(source, limits, name)
    sha256 = hashlib.sha256(data).hexdigest()
    if problems:
        return Source(sha256), problems
    if len(data) > limits.max_bytes:
        return Source(sha256), [_too_long(name)]
    kind = sniff.media_type(data) if data else sniff.TEXT
    if kind == sniff.GZIP:
        unpacked, problems = unpack(data, limits)
        if unpacked is None:
            return Source(sha256), [each.model_copy(update={"file": name}) for each in problems]
        data, kind = unpacked, sniff.media_type(unpacked) if unpacked else sniff.TEXT
    if kind == sniff.PDF:
        return Source(sha256, kind, data), []
    if len(data) > _MOST:
        return Source(sha256, kind), [_too_long(name)]
    if kind in {sniff.TEXT, sniff.XML, sniff.HTML}:
        text = _decoded(data)
        if text is not None:
            return Source(sha256, kind, data, text), []
    return Source(sha256, kind), [
        Problem(
            code="file-kind",
            message=f"The file is {sniff.NAMES.get(kind, kind)}, which holds no transcript.",
            cure="Send the transcript as text or JSON.",
            file=name,
        )
    ]


def _loaded(path: Path, limits: Limits, name: str) -> tuple[bytes, list[Problem]]:
    try:
        if not path.is_file():
            raise FileNotFoundError(2, "there is no such file")
        with path.open("rb") as stream:
            return stream.read(limits.max_bytes + 1), []
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(
            code="file-unreadable",
            message=f"The file cannot be opened: {reason}.",
            cure="Check the path, and who may read the file.",
            file=name,
        )
        return b"", [problem]


def _too_long(name: str) -> Problem:
    return Problem(
        code="file-too-large",
        message=f"The file is longer than any call ({_MOST:,} characters).",
        cure="Send one call a file.",
        file=name,
    )


def _decoded(data: bytes) -> str | None:
    """Decode; a byte that is no UTF-8 is read as Windows-1252, one letter for each fault.

    So every place is the same as in a decoding that replaces faults, and a byte order mark stays.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:4096]:
        for encoding, zeros in (("utf-16-le", data[1:400:2]), ("utf-16-be", data[0:400:2])):
            if zeros and zeros.count(0) > 0.8 * len(zeros):
                return data.decode(encoding, "replace")
        return None
    return data.decode("utf-8", "slmapps-western")


def _western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    letter = bad.decode("cp1252", "replace") if len(bad) == 1 else "\ufffd"
    return letter, error.end


codecs.register_error("slmapps-western", _western)
