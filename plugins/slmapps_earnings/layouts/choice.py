"""Which layout a text is in: every reader tries, and the one that finds most is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from slmapps_earnings.layouts import dashed, plain, streetevents
from slmapps_earnings.layouts.draft import Draft, Head, Voice, between
from slmapps_earnings.layouts.lines import Line, lines_of
from slmapps_earnings.layouts.names import is_operator, key
from slmapps_earnings.records import Call

__all__ = ["best", "resumed", "score"]

_READERS = (streetevents.read, dashed.read, plain.read)
_HEADS = {
    streetevents.NAME: streetevents.heads,
    dashed.NAME: dashed.heads,
    plain.NAME: plain.heads,
}


def best(text: str, lines: Sequence[Line]) -> Draft:
    """Give the draft that explains the text best; an empty one where no layout fits."""
    drafts = [read(text, lines) for read in _READERS]
    return max(drafts, key=score, default=Draft(""))


def score(draft: Draft) -> float:
    """Weigh a draft: turns, those of people who speak again or are listed, and titles found.

    A turn of somebody who speaks but once and is in no list may be a line of prose.
    """
    if not draft.said:
        return 0.0
    counts = Counter(key(turn.name) for turn in draft.said)
    listed = {key(voice.name) for voice in draft.voices}
    sure = sum(
        counts[key(turn.name)] > 1 or key(turn.name) in listed or is_operator(turn.name)
        for turn in draft.said
    )
    titled = sum(bool(turn.title or turn.firm) for turn in draft.said)
    return sure + 0.3 * (len(draft.said) - sure) + 0.2 * titled


def resumed(call: Call, whole: str) -> Draft:
    """Read on from the last turn of ``call``, whose text is the beginning of ``whole``.

    The last turn is taken as it was headed; only what stands after its beginning is read.
    """
    last = call.turns[-1]
    rest = whole[last.start :]
    lines = list(lines_of(rest))
    names = {key(each.name): Voice(each.name, each.title, each.firm) for each in call.participants}
    names |= {key(each.speaker): Voice(each.speaker, each.title, each.firm) for each in call.turns}
    heads = _HEADS.get(call.layout, plain.heads)(rest, lines, names)
    found = [Head(0, 0, last.speaker, last.title, last.firm), *heads]
    stops, questions, closed = streetevents.stops(lines, found)
    said = tuple(
        replace(turn, start=turn.start + last.start, end=turn.end + last.start)
        for turn in between(rest, found, stops)
    )
    asked = None if questions is None else questions + last.start
    return Draft(call.layout, said, tuple(names.values()), asked, last.start, closed)
