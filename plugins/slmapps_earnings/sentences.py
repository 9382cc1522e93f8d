"""Sentences with exact places, split by spaCy, and what kind each is.

Design choices:

* spaCy's English tokenizer knows abbreviations, figures and web addresses; its sentencizer ends a
  sentence at its marks. Only what those two cannot know is put right here: an abbreviation that
  is followed by a number ("No. 1"), and one that closes a sentence ("... at Velta Inc. We ...").
* A blank line always ends a sentence; a single line break only where the line is finished, since
  texts are wrapped at every width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from slmapps_earnings.boilerplate import kind_of
from slmapps_earnings.layouts.lines import trimmed
from slmapps_earnings.records import Sentence, Turn

__all__ = ["ranges", "sentences_of", "split"]

_ABBREVIATIONS = [
    "approx.",
    "est.",
    "incl.",
    "excl.",
    "vs.",
    "Nos.",
    "Fig.",
    "figs.",
    "Vol.",
    "cf.",
    "resp.",
    "adj.",
    "avg.",
    "max.",
    "min.",
    "dept.",
    "Dept.",
    "Assn.",
    "assoc.",
    "Intl.",
    "Mfg.",
    "Natl.",
    "Univ.",
    "Ave.",
    "Blvd.",
    "Sr.",
    "Jr.",
    "Bros.",
    "Cos.",
    "Hon.",
    "Pres.",
    "Capt.",
    "Lt.",
    "Maj.",
    "U.S.",
    "U.K.",
    "E.U.",
    "U.N.",
    "U.S.A.",
    "N.A.",
    "S.A.",
    "N.V.",
    "A.G.",
    "Ph.D.",
    "M.D.",
    "B.V.",
    "L.P.",
    "L.L.C.",
    "P.L.C.",
    "yr.",
    "yrs.",
    "qtr.",
    "qtrs.",
    "mo.",
    "bn.",
    "mn.",
    "sq.",
    "ft.",
]
_PARAGRAPH = re.compile(
    r"(?:\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*|(?<=[.?!)\]:\"”])[^\S\r\n]*(?:\r\n|\n|\r)\s*"
)
_NUMBERED = re.compile(r"(?:\b(?:Nos?|[Aa]rt|[Ss]ec|[Pp]p?|[Ff]ig|[Vv]ol|[Aa]pprox|ca)|#)\.$")
_OPEN = re.compile(
    r"(?:\b[A-Z]|\b(?:approx|incl|vs|est|Mr|Mrs|Ms|Dr|St|No|e\.g|i\.e|U\.S|U\.K))\.$"
)
_CLOSED = re.compile(
    r"\b(?:Inc|Corp|Co|Ltd|LLC|plc|U\.S|U\.K|E\.U|a\.m|p\.m|etc|N\.V|S\.A|L\.P|Jr|Sr)\.(?=\s+(?:We|The|Our|In|I|And|But|So|This|That|It|These|They|Now|As|With|For|Today|You|Thank|Good|At|On|If|There|What|Yes|My|Please|Before|During|Additionally|Also|However)\b)"
)
_MOST = 200_000
"""Characters handed to spaCy at once; a longer paragraph is no paragraph of a call."""


@lru_cache(maxsize=1)
def _splitter() -> Any:
    import spacy
    from spacy.symbols import ORTH

    language = spacy.blank("en")
    for word in _ABBREVIATIONS:
        language.tokenizer.add_special_case(word, [{ORTH: word}])
        if word[0].islower():
            capital = word[0].upper() + word[1:]
            language.tokenizer.add_special_case(capital, [{ORTH: capital}])
    language.add_pipe("sentencizer")
    language.max_length = 2 * _MOST
    return language


def ranges(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each sentence of ``text``."""
    at = 0
    for stop, after in [
        *((m.start(), m.end()) for m in _PARAGRAPH.finditer(text)),
        (len(text), len(text)),
    ]:
        for piece in range(at, stop, _MOST):
            yield from _of_paragraph(text, piece, min(stop, piece + _MOST))
        at = after


def _of_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    if not part.strip():
        return
    found: list[tuple[int, int]] = []
    for sentence in _splitter()(part).sents:
        left, right = trimmed(text, start + sentence.start_char, start + sentence.end_char)
        if right == left:
            continue
        if found and _runs_on(text[found[-1][0] : found[-1][1]], text[left:right]):
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
    for left, right in found:
        yield from _closed(text, left, right)


def _runs_on(before: str, after: str) -> bool:
    """Tell whether a mark that spaCy took for the end was none."""
    if not any(c.isalnum() for c in after):
        return True
    if after[0].isdigit() and _NUMBERED.search(before[-12:]):
        return True
    if after[0].islower() and before.endswith((".", "…")):
        return True
    return _OPEN.search(before[-12:]) is not None and not before.endswith("No.") and len(before) > 4


def _closed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """End a sentence at an abbreviation where the next word can only begin one."""
    for match in _CLOSED.finditer(text, start, end):
        yield start, match.end()
        start = trimmed(text, match.end(), end)[0]
    yield start, end


def sentences_of(text: str) -> list[str]:
    """Give the sentences of any text, as they stand in it."""
    return [text[start:end] for start, end in ranges(text)]


def split(text: str, turns: Sequence[Turn], *, first: int = 0) -> tuple[Sentence, ...]:
    """Give the sentences of ``turns`` with their places in ``text`` and their kinds.

    They are numbered from ``first`` on.
    """
    found: list[Sentence] = []
    for turn in turns:
        for place, (left, right) in enumerate(ranges(turn.text)):
            start, end = turn.start + left, turn.start + right
            words = text[start:end]
            found.append(
                Sentence.model_construct(
                    number=first + len(found),
                    turn=turn.number,
                    start=start,
                    end=end,
                    text=words,
                    kind=kind_of(words, turn.role, turn.section, place),
                )
            )
    return tuple(found)
