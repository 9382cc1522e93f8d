"""Whether a call is whole, or half: still going on, or cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slmapps_earnings.records import Section, Turn

__all__ = ["is_partial"]

_CLOSING = re.compile(
    r"\bconcludes?\b|\bdisconnect|\bgoodbye\b|\bgood[- ]?bye\b|\bbye\b|\bthank(?:s| you)\b|\bhave a (?:good|great|nice|wonderful|lovely|pleasant)"
    r"|\bend of (?:the|today|our)\b|\badjourn|\bclos(?:e|es|ing) (?:the|today|our)\b|\bended\b|\bspeak (?:to|with) you\b",
    re.IGNORECASE,
)
_FINISHED = (".", "!", "?", ")", "]", '"', "”", "…", "—", "--", "’", "'")


def is_partial(turns: Sequence[Turn], *, closed: bool = False) -> bool:
    """Tell whether the end is missing: no questions yet, a turn cut short, or no word of closing.

    ``closed`` tells that the publisher's own matter follows, which only a whole transcript has.
    """
    if not turns or all(turn.section is Section.PREPARED for turn in turns):
        return not closed
    if closed:
        return False
    if not turns[-1].text.rstrip().endswith(_FINISHED):
        return True
    return not any(_CLOSING.search(turn.text) for turn in turns[-2:])
