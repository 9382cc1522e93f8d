"""Whether a line does what was asked of it: the words are in it, and the speaker keeps to it.

Words count up to inflection: ``letter`` is said by "letters", ``leave`` by "leaving".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["keeps_to_speaker", "says"]

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "er", "e", "y")
_OTHER_TURN = re.compile(r"\n\s*[A-Z][\w'. -]{0,30}:\s")


def says(text: str, words: Sequence[str]) -> bool:
    """Whether all ``words`` (each one word or several) stand in ``text``, up to inflection."""
    spoken = [_stem(word) for word in _WORD.findall(text.lower())]
    for phrase in words:
        stems = [_stem(word) for word in _WORD.findall(phrase.lower())]
        places = range(len(spoken) - len(stems) + 1)
        if not any(spoken[place : place + len(stems)] == stems for place in places):
            return False
    return True


def keeps_to_speaker(text: str, others: Sequence[str] = ()) -> bool:
    """Whether ``text`` is one speech: something is said, and no other turn or header begins.

    ``others`` are the scene's other speakers, whose turns are known anywhere in the line.
    """
    line = text.strip()
    if not _WORD.search(line) or "[" in line or _OTHER_TURN.search(line):
        return False
    return not any(f"{name}:" in line for name in others)


def _stem(word: str) -> str:
    """A word without its endings; crude, and the same for both sides of a comparison."""
    while True:
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)].rstrip("i")
                break
        else:
            return word
