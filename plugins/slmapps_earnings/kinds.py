"""What a text is where it is no call: an event brief, a press release, something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slmapps_earnings.layouts.draft import Draft
from slmapps_earnings.layouts.lines import Line, is_rule
from slmapps_earnings.records import Kind

__all__ = ["refusal"]

_BRIEF = re.compile(r"\bevent\s+brief\b", re.IGNORECASE)
_BRIEF_HEADINGS = frozenset({"overview", "financial data", "presentation summary"})
_RELEASE = re.compile(
    r"for immediate release|/?pr\s?newswire/?|\(?business\s?wire\)?|globe\s?newswire|\(marketwired?\)|accesswire"
    r"|press release|news release|media contacts?:|investor contacts?:|safe harbor statement under|about [A-Z][\w&. ]{2,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_OF_A_CALL = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bearnings\b|\bquarter(?:ly)?\b|\bfull[- ]year\b|\bhalf[- ]year\b",
        r"\b(?:conference )?call\b|\bwebcast\b",
        r"\boperator\b",
        r"\brevenues?\b|\bsales\b|\bmargins?\b|\bprofit|\bcash flow\b|\bresults\b|\bnet interest\b",
        r"\bguidance\b|\boutlook\b|\bfiscal\b|\bforward-looking\b",
        r"\bquestions?\b|\bq&a\b|\banalysts?\b",
        r"\binvestors?\b|\bshareholders?\b|\bgaap\b|\bbasis points\b",
    )
)
_NOT_A_CALL = "This is no transcript of a call: "


def refusal(text: str, lines: Sequence[Line], draft: Draft) -> tuple[Kind, str]:
    """Give the kind of a text, and why it is refused where it is no call.

    The questions of an event brief are often verbatim, so its outline decides, not its turns.
    """
    if not text.strip():
        return Kind.OTHER, "The file is empty."
    top = "\n".join(line.text for line in lines[:12] if line.text)[:600]
    outline = {
        line.text.casefold()
        for place, line in enumerate(lines)
        if len(line.text) < 30
        and line.text.casefold() in _BRIEF_HEADINGS
        and any(is_rule(near.text) for near in lines[max(0, place - 1) : place + 2])
    }
    if _BRIEF.search(top) or len(outline) >= 2:
        return Kind.EVENT_BRIEF, "An event brief: an editor's outline, not what was said."
    speakers = {turn.name.casefold() for turn in draft.said}
    release = len(_RELEASE.findall(text[:200_000]))
    turns = len(draft.said)
    told = sum(pattern.search(text) is not None for pattern in _OF_A_CALL)
    if turns < 2 or (len(speakers) < 2 and turns < 3):
        if release:
            return Kind.PRESS_RELEASE, "A press release: nobody takes the word in it."
        if turns and draft.layout == "streetevents" and told >= 3:
            return Kind.CALL, ""
        return Kind.OTHER, _NOT_A_CALL + "nobody takes the word in it."
    if told < 3:
        return Kind.OTHER, _NOT_A_CALL + "people speak, but not of a company's results."
    said = sum(turn.end - turn.start for turn in draft.said)
    if release >= 2 and turns < 6 and said < 0.3 * len(text):
        return Kind.PRESS_RELEASE, "A press release: it quotes people, but is no call."
    return Kind.CALL, ""
