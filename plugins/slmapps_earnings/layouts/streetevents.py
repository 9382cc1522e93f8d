"""StreetEvents (Thomson Reuters, Refinitiv, LSEG): ``Name,  Firm - Title    [7]`` between rules."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from slmapps_earnings.layouts.draft import Draft, Head, Voice, between
from slmapps_earnings.layouts.lines import Line, is_rule
from slmapps_earnings.layouts.lists import list_heading, listed, section_heading
from slmapps_earnings.layouts.names import firm_and_title, is_name, key, plain

__all__ = ["NAME", "heads", "read", "stops"]

NAME = "streetevents"
_HEAD = re.compile(r"(\S.{0,398}?)\s*\[(\d{1,4})\]")
_TAIL = re.compile(
    r"definitions|disclaimers?|(?:preliminary|edited) transcript: .*|copyright \d{4}.*|©\s*\d{4}.*",
    re.IGNORECASE,
)
_JUNIOR = re.compile(r"\s*(?:jr|sr|ii|iii|iv|cfa|cpa|ph\.?d|m\.?d|esq)\.?\s*", re.IGNORECASE)


def read(text: str, lines: Sequence[Line]) -> Draft:
    """Find the numbered headings, the sections between double rules, and both lists."""
    voices, _ = listed(lines)
    names = {key(voice.name): voice for voice in voices}
    found = list(heads(text, lines, names))
    if not found:
        return Draft(NAME)
    ends, questions, closed = stops(lines, found)
    said = between(text, found, ends)
    if questions is None:
        questions = _before_first(lines, found[0].start)
    header = min(found[0].start, _lists_start(lines, found[0].start))
    return Draft(NAME, said, tuple(voices), questions, header, closed)


def stops(lines: Sequence[Line], found: Sequence[Head]) -> tuple[list[int], int | None, bool]:
    """Give where a turn must end, where the Q&A is headed, and whether the publisher's end is there."""
    questions: int | None = None
    ends: list[int] = []
    ruled = any(is_rule(line.text) for line in lines)
    for place, line in enumerate(lines):
        if line.start < found[0].start or not line.text:
            continue
        if is_rule(line.text):
            ends.append(line.start)
        elif section_heading(line.text) and _apart(lines, place, ruled=ruled):
            ends.append(line.start)
            if section_heading(line.text) == "qa" and questions is None:
                questions = line.start
        elif line.start > found[-1].end and _TAIL.fullmatch(line.text):
            ends.append(line.start)
            return ends, questions, True
    return ends, questions, False


def heads(_text: str, lines: Sequence[Line], names: Mapping[str, Voice]) -> Iterator[Head]:
    """Give the headings; a number is believed between rules, or where it counts on."""
    number: int | None = None
    for place, line in enumerate(lines):
        match = _HEAD.fullmatch(line.text) if line.text.endswith("]") else None
        if match is None:
            continue
        here = int(match.group(2))
        ruled = (place > 0 and is_rule(lines[place - 1].text)) or (
            place + 1 < len(lines) and is_rule(lines[place + 1].text)
        )
        counts = here == 1 or (number is not None and here == number + 1)
        if not ruled and not counts:
            continue
        name, firm, title = _who(match.group(1), names)
        if not ruled and not (is_name(name) or key(name) in names or " " not in name):
            continue
        end = line.end
        if place + 1 < len(lines) and is_rule(lines[place + 1].text):
            end = lines[place + 1].end
        number = here
        # The rule above a heading belongs to it, not to the turn before.
        start = lines[place - 1].start if place and is_rule(lines[place - 1].text) else line.start
        yield Head(start, end, name, title, firm)


def _who(text: str, names: Mapping[str, Voice]) -> tuple[str, str, str]:
    """Split "Name,  Firm - Title"; the firm may hold commas, and a name may, too."""
    name, comma, beside = text.partition(",  ")
    if not comma:
        name, beside = _single(text, names)
    joined = name.partition(";")
    if joined[1] and is_name(plain(joined[0])):
        name = joined[0]
        beside = beside if beside.strip(" -") else f"- {joined[2]}"
    name = " ".join(name.split()).strip(" ,;*")
    if beside.lstrip().startswith("-"):
        return name, "", beside.strip(" -")
    firm, title = firm_and_title(beside)
    voice = names.get(key(name))
    if voice is not None and not (firm or title):
        firm, title = voice.firm, voice.title
    return name, firm, title


def _single(text: str, names: Mapping[str, Voice]) -> tuple[str, str]:
    parts = text.split(",")
    for count in range(1, min(len(parts), 4) + 1):
        name = ",".join(parts[:count])
        if key(name) in names:
            return name, ",".join(parts[count:])
    count = 2 if len(parts) > 1 and _JUNIOR.fullmatch(parts[1]) else 1
    if count == 1 and len(parts) == 1:
        name, dash, beside = text.partition(" - ")
        return name, beside if dash else ""
    return ",".join(parts[:count]), ",".join(parts[count:])


def _apart(lines: Sequence[Line], place: int, *, ruled: bool) -> bool:
    """Tell whether a heading stands by itself: between rules where the text has any."""
    if not ruled:
        return True
    around = (
        lines[place - 1].text if place else "",
        lines[place + 1].text if place + 1 < len(lines) else "",
    )
    return any(is_rule(each) for each in around)


def _before_first(lines: Sequence[Line], start: int) -> int | None:
    """Find a Q&A heading right before the first turn: the file holds the questions alone."""
    for place in range(bisect_left([line.start for line in lines], start), -1, -1):
        heading = section_heading(lines[place].text) if lines[place].text else None
        if heading is not None:
            return lines[place].start if heading == "qa" else None
    return None


def _lists_start(lines: Sequence[Line], before: int) -> int:
    for line in lines:
        if line.start >= before:
            break
        if line.text and list_heading(line.text) is not None:
            return line.start
    return before
