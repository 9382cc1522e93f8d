"""The lines of a text with their places, white space of every kind trimmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["BLANK", "Line", "is_rule", "lines_of", "trimmed"]

BLANK = (
    " \t\r\n\x0b\x0c\xa0\u2000\u2001\u2002\u2003\u2009\u200a\u200b\u202f\u2028\u2029\u3000\ufeff"
)
"""What is trimmed at both ends; byte order marks and zero-width spaces are no words either."""

_END = re.compile(r"\r\n|\n|\r")
_RULE = re.compile(r"[-=_*~–—‐]{5,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the white space around it; ``text`` is ``Call.text[start:end]``."""

    start: int
    end: int
    text: str


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a range inwards over white space."""
    part = text[start:end]
    left = len(part) - len(part.lstrip(BLANK))
    return start + left, max(start + left, start + len(part.rstrip(BLANK)))


def lines_of(text: str, start: int = 0) -> Iterator[Line]:
    """Give the lines from ``start`` on, empty ones too; CRLF, LF and CR may be mixed."""
    at = start
    for end in _END.finditer(text, start):
        left, right = trimmed(text, at, end.start())
        yield Line(left, right, text[left:right])
        at = end.end()
    left, right = trimmed(text, at, len(text))
    yield Line(left, right, text[left:right])


def is_rule(line: str) -> bool:
    """Tell whether a line is drawn, not written: five dashes or more."""
    return _RULE.fullmatch(line) is not None
