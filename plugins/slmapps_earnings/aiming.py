"""A sentence read for one of the names in it: that name becomes "the company", in front and inside.

Two names in one headline may have opposite fates, so the text that is encoded differs for each.
Putting the same words in the target's place also keeps the model from knowing the firm.
"""

from __future__ import annotations

import re

__all__ = ["TARGET", "aimed"]

TARGET = "XX"


def aimed(text: str, name: str) -> str:
    """``text`` with every mention of ``name`` (any case) replaced by :data:`TARGET`.

    Where the name does not occur it is set in front, so that the reader knows what is asked.
    """
    if not name.strip():
        return text
    pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.IGNORECASE)
    replaced, count = pattern.subn(TARGET, text)
    return f"{TARGET}: {replaced}" if count else f"{TARGET} = {name.strip()}: {text}"
