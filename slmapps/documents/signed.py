"""The content of a signed envelope (PKCS#7, ``.p7m``), as Italian invoices are often sent.

Only unwrapped: the signature is not verified.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

__all__ = ["unwrap"]

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_CONSTRUCTED = 0x20
_DEPTH = 12


def unwrap(data: bytes) -> bytes | None:
    """Give the signed bytes inside a DER, BER or base64 envelope; None where there are none."""
    if data.startswith(b"MI"):
        try:
            data = base64.b64decode(data, validate=False)
        except (binascii.Error, ValueError):
            return None
    if _SIGNED_DATA not in data[:80]:
        return None
    start = data.find(b"\x06\x09" + _DATA)
    if start < 0:
        return None
    try:
        parts = list(_octets(data, start + 11, len(data), 0))
    except (IndexError, ValueError):
        return None
    return b"".join(parts) or None


def _octets(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    """Give the octet strings at and under the first element at ``start``, in order."""
    if depth > _DEPTH:
        raise ValueError("an envelope this deep is no envelope")
    position = start
    while position < end:
        tag = data[position]
        length, body = _length(data, position + 1)
        if tag == 0 and length == 0:
            return  # end of a part of unstated length
        stop = end if length is None else body + length
        if stop > end:
            raise ValueError("the envelope is cut short")
        if tag & _CONSTRUCTED:
            yield from _octets(data, body, stop, depth + 1)
            if depth == 0:
                return  # what follows the content is certificates and signatures
        elif tag == 0x04:
            yield data[body:stop]
        position = stop


def _length(data: bytes, position: int) -> tuple[int | None, int]:
    first = data[position]
    if first < 0x80:
        return first, position + 1
    if first == 0x80:
        return None, position + 1
    count = first & 0x7F
    return int.from_bytes(data[position + 1 : position + 1 + count]), position + 1 + count
