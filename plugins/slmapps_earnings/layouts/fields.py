"""JSON with a list of turns: ``{"symbol": …, "transcript": [{"speaker", "title", "content"}]}``.

What is said becomes the call's text, a paragraph a turn, and places point into that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slmapps_earnings.layouts.draft import Draft, Facts, Said
from slmapps_earnings.layouts.names import firm_and_title
from slmapps_earnings.records import Section

__all__ = ["NAME", "read"]

NAME = "json"
_WHO = ("speaker", "speaker_name", "name", "person", "author")
_WORDS = ("content", "text", "speech", "transcript", "body")
_TITLE = ("title", "role", "position", "speaker_title")
_QUARTER = re.compile(r"(?P<year>20\d\d)\D?Q(?P<quarter>[1-4])|Q(?P<q>[1-4])\D{1,3}(?P<y>20\d\d)")
_DEEP = 6


def read(raw: str) -> tuple[str, Draft]:
    """Give the text of a JSON transcript and its turns; two empty ones where it is none."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return "", Draft("")
    turns = max(_lists(data), key=len, default=[])
    parts: list[str] = []
    said: list[Said] = []
    place = 0
    names = _named(data)
    for turn in turns:
        words = _text(turn, _WORDS)
        if not words:
            continue
        given = _text(turn, _WHO) or "Unidentified speaker"
        name, known = names.get(given, (given, ""))
        firm, title = firm_and_title(_text(turn, _TITLE) or known)
        section = (
            Section.QA if "question" in _text(turn, ("section", "session")).casefold() else None
        )
        said.append(Said(name, place, place + len(words), title, firm, section))
        parts.append(words)
        place += len(words) + 2
    if not said:
        return "", Draft("")
    return "\n\n".join(parts), Draft(NAME, tuple(said), facts=_facts(data))


def _lists(data: Any, depth: int = 0) -> Iterator[list[dict[str, Any]]]:
    """Give every list of objects that hold words of somebody."""
    if depth > _DEEP:
        return
    if isinstance(data, list):
        objects = [each for each in data if isinstance(each, dict)]
        if objects and any(_text(each, _WHO) and _text(each, _WORDS) for each in objects):
            yield objects
    for inner in (
        data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    ):
        yield from _lists(inner, depth + 1)


def _text(turn: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = turn.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _named(data: Any) -> dict[str, tuple[str, str]]:
    """Who is behind ``spk01`` and the like, with the title."""
    listed = data.get("speaker_name_map_v2") if isinstance(data, dict) else None
    if not isinstance(listed, dict):
        return {}
    return {
        code: (_text(each, ("name",)) or code, _text(each, _TITLE))
        for code, each in listed.items()
        if isinstance(each, dict)
    }


def _facts(data: Any) -> Facts:
    if not isinstance(data, dict):
        return Facts()
    event = data.get("event")
    top = {**(event if isinstance(event, dict) else {}), **data}
    quarter, year = top.get("quarter"), top.get("year", top.get("fiscal_year"))
    match = _QUARTER.search(str(quarter or ""))
    if match:
        year = match["year"] or match["y"]
        quarter = match["quarter"] or match["q"]
    return Facts(
        company=_text(top, ("company", "company_name", "companyName")),
        ticker=_text(top, ("symbol", "ticker")),
        year=_whole(year, 1990, 2100),
        quarter=_whole(quarter, 1, 4),
    )


def _whole(value: Any, low: int, high: int) -> int | None:
    number = int(value) if str(value).isdecimal() and len(str(value)) < 5 else None
    return number if number is not None and low <= number <= high else None
