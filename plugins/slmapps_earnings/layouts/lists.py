"""Lists of participants: who is there for the company, and who asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slmapps_earnings.layouts.draft import ANALYSTS, COMPANY, Voice
from slmapps_earnings.layouts.lines import Line, is_rule
from slmapps_earnings.layouts.names import (
    firm_and_title,
    is_anonymous,
    is_name,
    is_operator,
    is_title,
    plain,
)

__all__ = ["list_heading", "listed", "section_heading"]

_COMPANY = re.compile(
    r"(?:corporate|company|management|executive|company\s+representative)\s+(?:partic[a-z]+|speakers?|attendees)"
    r"|executives?|company\s+representatives?|management(?:\s+team)?|corporate\s+officers"
    r"|representing\s+the\s+company|company|presenters?|speakers?(?:\s+from\s+the\s+company)?"
    r"|(?:call\s+)?executives|key\s+executives",
    re.IGNORECASE,
)
_ANALYSTS = re.compile(
    r"(?:conference\s+call|other|analyst|external|call|q\s*&\s*a|question[- ]and[- ]answer)\s+partic[a-z]+"
    r"|analysts?|research\s+analysts?|conference\s+participants?|audience|participating\s+analysts?",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"(?:call\s+)?participants|(?:list\s+of\s+)?participants|call\s+participants", re.IGNORECASE
)
_QUESTIONS = re.compile(
    r"(?:questions?\s*(?:and|&|-and-)\s*answers?|question[-\s]+(?:and|&)[-\s]+answers?|q\s*(?:&|and)\s*a)"
    r"(?:\s*(?:session|section|part|portion|period))?",
    re.IGNORECASE,
)
_PREPARED = re.compile(
    r"(?:prepared|opening|introductory|management|formal)\s+remarks|presentations?|management\s+discussion"
    r"(?:\s+section)?|management'?s?\s+presentation|presentation\s+(?:section|operator\s+message)",
    re.IGNORECASE,
)


def _bare(line: str) -> str:
    return line.strip(" \t\xa0*#_:=-–—[]().•").strip()


def list_heading(line: str) -> str | None:
    """Give the group that a heading opens: the company's, the analysts', ``""`` for both."""
    text = _bare(line)
    if len(text) > 60:
        return None
    if _BOTH.fullmatch(text):
        return ""
    if _ANALYSTS.fullmatch(text):
        return ANALYSTS
    if _COMPANY.fullmatch(text):
        return COMPANY
    return None


def section_heading(line: str) -> str | None:
    """Give ``qa`` or ``prepared`` where the line is the heading of that section."""
    text = _bare(line)
    if len(text) > 60:
        return None
    if _QUESTIONS.fullmatch(text):
        return "qa"
    return "prepared" if _PREPARED.fullmatch(text) else None


def listed(lines: Sequence[Line], *, most: int = 200) -> tuple[list[Voice], list[int]]:
    """Read every list of participants; gives the voices and the numbers of the lists' lines.

    A list ends at a section's heading, or at the first line that is neither a name, nor what
    stands beside one, nor empty.
    """
    voices: list[Voice] = []
    used: list[int] = []
    place = 0
    while place < len(lines) and len(voices) < most:
        group = list_heading(lines[place].text) if lines[place].text else None
        if group is None:
            place += 1
            continue
        found, taken = _items(lines, place + 1, group)
        if found:
            voices += found
            used += [place, *taken]
            place = max(taken) + 1
        else:
            place += 1
    return voices, used


def _items(lines: Sequence[Line], place: int, group: str) -> tuple[list[Voice], list[int]]:
    voices: list[Voice] = []
    taken: list[int] = []
    bulleted = False
    while place < len(lines):
        text = lines[place].text
        if not text or is_rule(text):
            place += 1
            continue
        if list_heading(text) is not None and not (is_name(plain(text)) and voices):
            break
        if section_heading(text) or len(text) > 200:
            break
        bullet = text[:1] in "*•·-–" and len(text) > 2
        bulleted = bulleted or bullet
        voice, used = _item(lines, place, group, bulleted=bulleted)
        if voice is None or (bulleted and not bullet):
            break
        voices.append(voice)
        taken += range(place, place + used)
        place += used
    return voices, taken


def _item(
    lines: Sequence[Line], place: int, group: str, *, bulleted: bool
) -> tuple[Voice | None, int]:
    text = lines[place].text.lstrip("*•·-– \t\xa0")
    name, beside = split_name(text)
    if is_operator(name) and not beside:
        # In a list, "Operator" stands last or not at all; alone on a line it begins the call.
        return (Voice(name, group=group), 1) if bulleted else (None, 0)
    if not (is_name(name) or is_anonymous(name) or (bulleted and len(name) < 80)):
        return None, 0
    used = 1
    if not beside and place + 1 < len(lines):
        follower = lines[place + 1].text
        if follower and follower[0] not in "*•·" and _is_beside(follower, bulleted=bulleted):
            beside, used = follower, 2
    firm, title = firm_and_title(beside, group=group)
    if not bulleted and not beside and not lines[place].text:
        return None, 0
    return Voice(name, title, firm, group), used


def _is_beside(text: str, *, bulleted: bool) -> bool:
    """Tell whether a line under a name is the firm and title of the one named."""
    if len(text) > 200 or is_rule(text) or list_heading(text) is not None:
        return False
    if bulleted:
        return True
    if text.endswith((".", "?", "!")) and not text.endswith(("Inc.", "Co.", "Corp.", "Ltd.")):
        return False
    return is_title(text) and not is_name(split_name(text)[0])


def split_name(text: str) -> tuple[str, str]:
    """Split "Name - whatever", "Name -- whatever", "Name, whatever" or "Name (whatever)"."""
    semicolon = text.partition(";")
    if semicolon[1] and is_name(plain(semicolon[0])):
        return plain(semicolon[0]), semicolon[2].strip(" ,-")
    dash = re.split(
        r"\s+(?:--|[-–—])\s+|\s*(?:--|—)\s*|\s+[–-](?=\S)|(?<=\S)[–]\s+", text, maxsplit=1
    )
    if len(dash) == 2:
        name, beside = dash
        inner = re.match(r"(.+?),\s+(.+)$", name)
        if inner and not is_name(plain(name)) and is_name(plain(inner.group(1))):
            return plain(inner.group(1)), f"{inner.group(2)} - {beside}"
        return plain(name), beside.strip()
    bracket = re.match(r"([^()]{2,60}?)\s*[(\[]([^()\[\]]{2,120})[)\]]$", text)
    if bracket:
        return plain(bracket.group(1)), bracket.group(2).strip()
    comma = re.match(r"(.+?),\s+(?!(?:Jr|Sr|II|III|IV|CFA|Ph\.?D)\b)(.+)$", text)
    if comma and is_name(plain(comma.group(1))):
        return plain(comma.group(1)), comma.group(2).strip()
    return plain(text), ""
