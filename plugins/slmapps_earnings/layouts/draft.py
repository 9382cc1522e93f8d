"""What the reader of one layout finds in a text, before it is known whether the layout fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slmapps_earnings.layouts.lines import trimmed
from slmapps_earnings.records import Section

__all__ = ["ANALYSTS", "COMPANY", "Draft", "Facts", "Head", "Said", "Voice", "between"]

COMPANY = "company"
ANALYSTS = "analysts"


@dataclass(frozen=True, slots=True)
class Voice:
    """Someone in a list of participants; ``group`` is the list: the company's or the analysts'."""

    name: str
    title: str = ""
    firm: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A line (or its beginning) that says who speaks from ``end`` on."""

    start: int
    end: int
    name: str
    title: str = ""
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as the layout marks it; ``section`` is None where the layout does not tell."""

    name: str
    start: int
    end: int
    title: str = ""
    firm: str = ""
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself in fields of its own; what it does not say is empty."""

    company: str = ""
    ticker: str = ""
    year: int | None = None
    quarter: int | None = None
    moment: datetime | None = None


@dataclass(frozen=True)
class Draft:
    """The turns one layout's reader found, and where the header before them ends.

    ``questions`` is the offset of the heading of the Q&A, None where the layout prints none;
    ``closed`` tells that matter of the publisher's follows the last turn, so that the call is whole.
    """

    layout: str
    said: tuple[Said, ...] = ()
    voices: tuple[Voice, ...] = ()
    questions: int | None = None
    header: int = 0
    closed: bool = False
    facts: Facts = field(default_factory=Facts)


def between(text: str, heads: Sequence[Head], stops: Sequence[int]) -> tuple[Said, ...]:
    """Give what is said from each head to the next, or to the first of ``stops`` (sorted) before.

    A head with nothing after it is left out.
    """
    said = []
    ends = [*(head.start for head in heads[1:]), len(text)]
    place = 0
    for head, end in zip(heads, ends, strict=True):
        while place < len(stops) and stops[place] < head.end:
            place += 1
        stop = min(end, stops[place]) if place < len(stops) else end
        start, stop = trimmed(text, head.end, max(head.end, stop))
        if stop > start:
            said.append(Said(head.name, start, stop, head.title, head.firm))
    return tuple(said)
