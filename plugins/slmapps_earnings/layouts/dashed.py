"""A line for whoever speaks, with two dashes: ``Name -- Title``, ``Name -- Firm -- Analyst``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from slmapps_earnings.layouts.draft import Draft, Head, Voice, between
from slmapps_earnings.layouts.lines import Line
from slmapps_earnings.layouts.lists import listed, section_heading, split_name
from slmapps_earnings.layouts.names import firm_and_title, is_anonymous, is_name, is_operator, key

__all__ = ["NAME", "heads", "read"]

NAME = "motley_fool"
_DASHES = re.compile(r"\s(?:--|—)\s")
_END = re.compile(
    r"duration:\s*\d+ minutes?|call participants:?|more \S+ analysis|all earnings call transcripts",
    re.IGNORECASE,
)


def read(text: str, lines: Sequence[Line]) -> Draft:
    """Find the lines that name a speaker; those in the list at the end name nobody who speaks."""
    voices, used = listed(lines)
    inside = frozenset(lines[place].start for place in used)
    names = {key(voice.name): voice for voice in voices}
    last = [line.start for line in lines if line.text and _END.fullmatch(line.text)]
    found = list(heads(text, lines, names, inside))
    # "Call participants" stands in the contents as well: only what follows the talk ends it.
    ends = [place for place in last if found and place > found[0].start]
    if ends:
        found = [each for each in found if each.start < ends[0]]
    if not found:
        return Draft(NAME)
    headings = [
        (line.start, kind)
        for line in lines
        if line.text and line.start > found[0].start and (kind := section_heading(line.text))
    ]
    questions = next((start for start, kind in headings if kind == "qa"), None)
    stops = sorted([*(start for start, _ in headings), *ends])
    return Draft(
        NAME,
        between(text, found, stops),
        tuple(voices),
        questions,
        found[0].start,
        closed=bool(ends),
    )


def heads(
    text: str,  # noqa: ARG001 - every layout's heads are asked alike
    lines: Sequence[Line],
    names: Mapping[str, Voice],
    skip: frozenset[int] | set[int] = frozenset(),
) -> Iterator[Head]:
    """Give the lines that are a speaker's and nothing else, in order."""
    for line in lines:
        if not line.text or len(line.text) > 160 or line.start in skip:
            continue
        if is_operator(line.text) or is_anonymous(line.text):
            yield Head(line.start, line.end, line.text)
        elif _DASHES.search(line.text):
            name, beside = split_name(line.text)
            if is_name(name) or is_anonymous(name) or is_operator(name):
                firm, title = firm_and_title(beside)
                yield Head(line.start, line.end, name, title, firm)
        elif key(line.text) in names:
            yield Head(line.start, line.end, line.text)
