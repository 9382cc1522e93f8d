"""Gzip, unpacked only as far as the limits allow."""

from __future__ import annotations

import zlib

from slmapps.documents.limits import Limits
from slmapps.records import Problem

__all__ = ["unpack"]

_CHUNK = 1 << 20


def unpack(data: bytes, limits: Limits) -> tuple[bytes | None, list[Problem]]:
    """Give the content of a gzip file (all its members), or None with the reason."""
    parts: list[bytes] = []
    size = 0
    rest = data
    while rest:
        stream = zlib.decompressobj(wbits=31)
        pending = rest
        while not stream.eof:
            try:
                part = stream.decompress(pending, _CHUNK)
            except zlib.error:
                if parts and not part_of_member(rest):
                    return b"".join(parts), []
                return None, [_broken()]
            size += len(part)
            if size > limits.max_bytes:
                return None, [
                    Problem(
                        code="file-too-large",
                        message=f"Unpacked, the file holds more than {limits.max_bytes:,} bytes.",
                        cure="Split the list into smaller files.",
                    )
                ]
            parts.append(part)
            pending = stream.unconsumed_tail
            if not part and not pending and not stream.eof:
                return None, [_broken()]
        rest = stream.unused_data.lstrip(b"\x00")
    return b"".join(parts), []


def part_of_member(data: bytes) -> bool:
    """Tell whether ``data`` begins like a gzip member (padding after the last member does not)."""
    return data.startswith(b"\x1f\x8b")


def _broken() -> Problem:
    return Problem(
        code="gzip-broken",
        message="The gzip file is damaged or cut short.",
        cure="Send the file again, or send it unpacked.",
    )
