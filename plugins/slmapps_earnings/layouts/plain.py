"""``Name: text`` and its kin: ``NAME - TITLE: text``, ``Name (Title): text``, ``[00:12] Name:``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slmapps_earnings.layouts.draft import Draft, Head, Voice, between
from slmapps_earnings.layouts.lines import Line
from slmapps_earnings.layouts.lists import listed, section_heading, split_name
from slmapps_earnings.layouts.names import (
    firm_and_title,
    is_anonymous,
    is_name,
    is_operator,
    is_title,
    key,
)

__all__ = ["NAME", "heads", "read"]

NAME = "plain"
_CLOCK = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?[\])]?\s*[-–]?\s*)?"
_LABEL = re.compile(
    rf"{_CLOCK}([*_#>\s]*)([^:：\n]{{2,160}}?)\s*(?:[:：][*_]*|[*_]+[:：])(?!//)(?=\s|$|[\"“(\[A-Z])"
)
_END = re.compile(
    r"(?:this concludes|end of) (?:the )?(?:transcript|q&a|call).{0,40}|disclaimer|definitions"
    r"|copyright \d{4}.*|©.*|all rights reserved\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Label:
    line: Line
    end: int
    name: str
    beside: str


def read(text: str, lines: Sequence[Line]) -> Draft:
    """Find the labels that people's turns begin with; other colons are part of what is said."""
    voices, used = listed(lines)
    inside = {lines[place].start for place in used}
    names = {key(voice.name): voice for voice in voices}
    found = list(heads(text, lines, names, skip=inside))
    if not found:
        return Draft(NAME)
    questions = None
    stops = []
    closed = False
    for line in lines:
        if line.start < found[0].start or not line.text:
            continue
        if section_heading(line.text):
            stops.append(line.start)
            if section_heading(line.text) == "qa" and questions is None:
                questions = line.start
        elif line.start in inside or (line.start > found[-1].end and _END.fullmatch(line.text)):
            stops.append(line.start)
            closed = closed or line.start > found[-1].end
    return Draft(
        NAME, between(text, found, stops), tuple(voices), questions, found[0].start, closed
    )


def heads(
    text: str,
    lines: Sequence[Line],
    names: Mapping[str, Voice],
    skip: frozenset[int] | set[int] = frozenset(),
) -> Iterator[Head]:
    """Give the believed labels in order."""
    labels = [
        label
        for line in lines
        if line.text and line.start not in skip and (label := _label(line)) is not None
    ]
    counts = Counter(key(label.name) for label in labels)
    words: set[str] | None = None
    before: _Label | None = None
    for label in labels:
        known = key(label.name) in names or counts[key(label.name)] > 1 or label.beside
        single = " " not in label.name
        sure = is_operator(label.name) or is_anonymous(label.name) or key(label.name) in names
        if not sure:
            if single and (counts[key(label.name)] < 3 or _common(label.name, text)):
                continue
            if not known:
                words = words if words is not None else _lower_words(text)
                introduced = before is not None and (
                    is_operator(before.name)
                    or label.name.split()[-1] in text[before.end : label.line.start]
                )
                if not introduced and all(each.casefold() in words for each in label.name.split()):
                    continue
        before = label
        firm, title = firm_and_title(label.beside)
        yield Head(label.line.start, label.end, label.name, title, firm)


def _label(line: Line) -> _Label | None:
    match = _LABEL.match(line.text)
    if match is None:
        return None
    said = match.group(2).strip(" *_")
    name, beside = split_name(said)
    question = re.fullmatch(r"[QA]", name)
    if question and is_name(beside.split(" - ")[0].split(",")[0]):
        name, beside = split_name(beside)
    if beside and not (is_title(beside) or len(beside) <= 80):
        return None
    if not (is_operator(name) or is_anonymous(name) or is_name(name)):
        return None
    return _Label(line, line.start + match.end(), name, beside)


def _lower_words(text: str) -> set[str]:
    return set(re.findall(r"(?<![^\W\d_])[a-z]{2,}", text))


def _common(name: str, text: str) -> bool:
    """Tell whether a lone word is an everyday one: it stands in small letters elsewhere."""
    return re.search(rf"\b{re.escape(name.casefold())}\b", text) is not None
