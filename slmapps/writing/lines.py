"""Lines to order: several candidates of one request, and the best of those that obey.

Design choices:

* Words that must be said are brought in while the line is written (:mod:`slmapps.writing.guides`),
  words to avoid are masked; whether a line obeys is looked at again when it is done.
* A mood is pressed by contrast: what the order makes likelier than the same request without the
  mood is made likelier still.
* Of the candidates that obey, the one comes first that fits the scene best for its length: its log
  probability behind the scene less a share of that behind the speaker's name alone, by which dull
  lines that would fit anywhere lose (Li et al. 2016, "A diversity-promoting objective function
  for neural conversation models").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from slmapps.writing.guides import MustSay
from slmapps.writing.obedience import keeps_to_speaker, says
from slmapps.writing.request import Request

if TYPE_CHECKING:
    from slmapps.backbone import TokenMask, Writer

__all__ = ["Line", "write_lines"]

CANDIDATES = 8
MOOD_CONTRAST = 0.5
_DULL = 0.5  # how much of the likelihood without the scene is taken off


@dataclass(frozen=True)
class Line:
    """A candidate: its text, whether it ``obeys``, and how well it fits (nats a piece)."""

    text: str
    obeys: bool
    fit: float


def write_lines(
    writer: Writer,
    request: Request,
    *,
    candidates: int = CANDIDATES,
    max_tokens: int = 48,
    seed: int = 0,
    mask: TokenMask | None = None,
    **sampling: Any,
) -> list[Line]:
    """Candidates for what ``request`` asks, best first: those that obey, by their fit.

    Args:
        writer: who writes.
        request: what is asked.
        candidates: how many are written.
        max_tokens: the most pieces of a line.
        seed: of the first candidate; the next ones have the numbers after it.
        mask: which pieces may come, beside what the request rules out.
        sampling: ``temperature`` and so on, as for ``Writer.generate``.

    Raises:
        ValueError: a number out of its range, or words that do not go into the line.
    """
    if candidates < 1:
        raise ValueError(f"candidates is {candidates}; give 1 or more")
    prompt = request.prompt()
    pressed = {}
    if request.mood:
        pressed = {"contrast": MOOD_CONTRAST, "against": replace(request, mood="").prompt()}
    found = writer.generate(
        [prompt] * candidates,
        max_tokens=max_tokens,
        stop=")" if request.asked == "direction" else "\n",
        mask=_mask(writer, request, mask),
        guide=MustSay(writer, request.say, max_tokens) if request.say else None,
        seed=seed,
        **{**pressed, **sampling},
    )
    texts = [each.text.strip() for each in found]
    fits = _fits(writer, request, prompt, texts)
    lines = [
        Line(text, _obeys(request, text) and each.finished != "length", fit)
        for text, each, fit in zip(texts, found, fits, strict=True)
    ]
    return sorted(lines, key=lambda line: (not line.obeys, -line.fit))


def _mask(writer: Writer, request: Request, mask: TokenMask | None) -> TokenMask | None:
    if not request.avoid:
        return mask
    from slmapps.backbone.masks import AllOf, BannedStrings

    words = [*request.avoid, *(word.lower() for word in request.avoid)]
    banned = BannedStrings(writer, [*words, *(word.capitalize() for word in words)])
    return banned if mask is None else AllOf(mask, banned)


def _fits(writer: Writer, request: Request, prompt: str, texts: Sequence[str]) -> Any:
    """Log probability in the scene less a share of that out of it, by the length in pieces."""
    if len(texts) == 1:
        return np.zeros(1)
    end = ")" if request.asked == "direction" else "\n"
    lead = "" if request.asked == "direction" else " "
    whole = [f"{lead}{text}{end}" for text in texts]
    bare = replace(Request(), speaker=request.speaker, asked=request.asked).prompt()
    sizes = [len(writer.tokenizer.encode(text, add_special_tokens=False).ids) for text in whole]
    gain = writer.score(whole, prompt, exact=False)
    gain -= _DULL * writer.score(whole, bare, exact=False)
    return gain / np.maximum(sizes, 1)


def _obeys(request: Request, text: str) -> bool:
    lower = text.lower()
    return (
        keeps_to_speaker(text, request.speakers)
        and says(text, request.say)
        and not any(word.lower() in lower for word in request.avoid)
    )
