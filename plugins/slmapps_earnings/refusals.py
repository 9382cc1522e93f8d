"""Answers that refuse outright: "we don't break that out", "let's do that after the call".

Design choices:

* Three kinds, after Gow, Larcker and Zakolyukina (2021, "Non-answers during conference calls"):
  refused, unable, put off until after the call. The patterns are this desk's own.
* A refusal needs three parts near each other: who (we, I, the firm), a no (a negated verb, or
  "decline", "prefer not", "premature"), and a verb of telling. Without a verb of telling a no is
  about the business ("we don't expect", "we can't ship"), which is an answer.
* What is refused must be what was asked: "we won't provide guidance on every call, but revenue will
  be 4 billion" is still reported, as the words that refuse; how much of an answer is left is for
  the model's six dimensions.
"""

from __future__ import annotations

import re

__all__ = ["refusal"]

_GAP = r"(?:[\w'’,%-]+\s+){0,3}?"
_NOT = (
    r"(?:(?:do|does|did|ca|wo|would|could|are|is|was|have|has|had|should)n['’]?t|cannot"
    r"|(?:do|does|did|will|would|could|can|are|is|am|was|have|has|may|['’](?:re|m|ll|ve|d))\s+"
    r"(?:\w+\s+)?not|not|never)"
)
# What may be told once it is given: "give … guidance" tells, "give … discounts" does not.
_TOLD = (
    r"(?:guidance|numbers?|figures?|details?|colou?r|specifics?|outlooks?|breakdowns?|split"
    r"|break-?outs?|forecasts?|projections?|comments?|commentary|information|timelines?|metrics?"
    r"|disclosures?|granularity|announcements?|predictions?|targets?|percentages?|data|timing"
    r"|clarity|updates?|dates?|specific\s+\w+)"
)
_GIVE = (
    r"(?:provid|giv|shar|offer|report|releas|updat|announc|mak)(?:e[ds]?|ing|ed|en|)"
    r"|add(?:ing|ed)?|say|said|tell|get|have"
)
_HAND = rf"(?:(?:{_GIVE})\s+(?:[\w'’-]+\s+){{0,5}}?{_TOLD}\b)"
# Verbs that are of telling in whatever they are used for.
_TELL = (
    r"(?:comment(?:ing|ed)?\b|disclos(?:ed?|es|ing)\b|speculat(?:ed?|ing)\b|elaborat(?:ed?|ing)\b"
    r"|quantif(?:y|ied|ying)\b|break(?:ing)?\s+(?:\w+\s+){0,3}?(?:out|down)\b"
    r"|bro(?:ke|ken)\s+(?:\w+\s+){0,2}?(?:out|down)\b|split(?:ting)?\s+(?:\w+\s+){0,2}?out\b"
    r"|call(?:ing)?\s+out\b|speak(?:ing)?\s+(?:to|about|on)\b|prejudge\b|preview(?:ing)?\b"
    r"|pre-?announc(?:e|ing)\b|guid(?:e|ed|ing)\b|itemi[sz]e\b|divulg(?:e|ing)\b"
    r"|(?:be|get|getting|being|go|going)\s+(?:\w+\s+){0,2}?(?:specific|granular|that\s+detail)\b"
    r"|(?:go|going|get|getting|dig|delve|drill)\s+(?:\w+\s+)?(?:into|beyond\s+(?:that|what))\b"
    r"|put(?:ting)?\s+(?:an?|any|some)\s+(?:\w+\s+)?(?:numbers?|figures?|timeline|date)\b"
    r"|nam(?:e|ing)\b|predict(?:ing)?\b|forecast(?:ing)?\b|talk(?:ed|ing)?\s+(?:\w+\s+)?about\b"
    r"|discuss(?:ed|es|ing)?\b|reveal(?:ed|ing)?\b)"
)
_WHO = r"\b(?:we|i|the\s+company)\b(?:['’]\w+)?\s*(?:\w+\s+){0,3}?"
_REFUSED = (
    rf"{_WHO}{_NOT}\s+{_GAP}(?:{_TELL}|{_HAND})",
    (
        r"\bnot\s+(?:going|prepared|ready|able|at\s+liberty|in\s+a\s+position)\s+to\s+"
        rf"{_GAP}(?:{_TELL}|{_HAND}|answer\b|(?:{_GIVE})\s+(?:\w+\s+)?you\b)"
    ),
    r"\bnot\s+to\s+(?:comment|disclose|discuss|speculate|guide|quantify)\b",
    r"\bhaven['’]?t\s+(?:\w+\s+)?announced\b",
    (
        r"\bnot\s+(?:sure|certain)\s+(?:that\s+)?(?:i|we)\s+(?:would\s+)?(?:want|wish)\s+to\s+"
        rf"{_GAP}{_TELL}"
    ),
    (
        r"\b(?:don['’]?t|do\s+not)\s+(?:think|believe)\s+(?:that\s+)?(?:we|i)(?:['’]\w+)?\s+"
        rf"{_GAP}(?:anything|nothing)\s+(?:else\s+|more\s+)?to\s+(?:say|add|share)\b"
    ),
    (
        r"\b(?:declin(?:e|ed|ing)\s+to|refrain(?:ing)?\s+from|refus(?:e|ing)\s+to|unable\s+to"
        r"|(?:prefer|rather|choose|chosen|like)\s+not\s+(?:to\s+)?|stop\s+short\s+of"
        r"|(?:hesitate|hesitant|reluctant|premature|impossible)\s+(?:for\s+\w+\s+)?to"
        r"|too\s+(?:early|soon)\s+(?:for\s+\w+\s+)?to|(?:hard|difficult)\s+for\s+(?:me|us)\s+to)"
        rf"\s*{_GAP}(?:{_TELL}|(?:{_GIVE}|answer|know|call|share)\b)"
    ),
    (
        r"\bno\s+(?:further\s+|additional\s+|specific\s+|more\s+|new\s+)?"
        r"(?:comments?|announcements?|details?)\b"
    ),
    (
        r"\b(?:nothing|anything)\s+(?:new\s+|else\s+|more\s+|further\s+|specific\s+|really\s+)*to\s+"
        r"(?:announce|report|share|disclose|add|comment|talk\s+about|update)\b"
    ),
    (
        r"\b(?:that|it|this)(?:['’]s|\s+is)\s+(?:really\s+)?(?:all|as\s+(?:far|much)\s+as)\s+"
        r"(?:we|i)(?:['’]ll|\s+can|\s+will|\s+would)\b"
    ),
    r"\ball\s+(?:that\s+)?(?:we|i)\s+(?:can|will|would|could)\s+say\b",
    r"\bleave\s+(?:it|that)\s+(?:at\s+that|there)\b",
    (
        rf"\b(?:without|rather\s+than|instead\s+of)\s+{_GAP}(?:commenting|disclosing|speculating"
        r"|quantifying|getting\s+into|going\s+into|giving\s+(?:you\s+)?(?:\w+\s+){0,2}?"
        r"(?:guidance|specifics|numbers))\b"
    ),
    r"\b(?:for|due\s+to|because\s+of)\s+(?:competitive|legal|confidentiality)\s+reasons\b",
)
_LACK = (
    r"\b(?:i|we)\s+(?:\w+\s+){0,2}?"
    r"(?:don['’]?t|do\s+not|can['’]?t|cannot|couldn['’]?t|wouldn['’]?t)\s+"
)
_UNABLE = (
    rf"{_LACK}(?:\w+\s+){{0,2}}?(?:recall|remember|know)\b(?!\s+of\b)",
    (
        rf"{_LACK}have\s+(?:(?:it|that|this|those|them|the|any|an?|exact|specific|precise)\s+)+"
        r"(?:[\w'’-]+\s+){0,4}?(?:in\s+front|on\s+hand|at\s+hand|handy|with\s+me|here|off\s+the\s+top"
        r"|numbers?|figures?|data|details?|answer|breakdown|information|insight|visibility|view|opinion"
        r"|crystal\s+ball)\b"
    ),
    (
        rf"{_LACK}have\s+(?:it|that|this|those|them|anything)\b"
        r"(?=\s*(?:[.,;-]|$|yet|right|today|for\s+you))"
    ),
    r"\bhav(?:e|ing)\s+no\s+(?:idea|clue|way\s+of\s+knowing|visibility)\b",
    r"\b(?:hard|impossible)\s+(?:for\s+\w+\s+)?to\s+(?:say|know|tell|predict|quantify|call)\b",
    r"\byour\s+guess\s+is\s+as\s+good\b",
)
_LATER = (
    (
        r"\boff-?line\b[^.?!]{0,40}\b(?:you|call|details?|talk|discuss)\b"
        r"|\b(?:you|we|i|us)\b[^.?!,]{0,30}\boff-?line\b"
    ),
    r"\b(?:get|come|circle|report)\s+back\s+to\s+you\b",
    (
        r"\b(?:follow|catch)\s+up\s+(?:with\s+you\s+)?(?:\w+\s+){0,2}?"
        r"(?:after|later|separately|afterwards?)\b"
    ),
    r"\b(?:after|following)\s+(?:the|this)\s+call\b",
    r"\b(?:for|at|until)\s+(?:another|a\s+later)\s+(?:day|time|call|date)\b",
    r"\bstay\s+tuned\b",
    r"\b(?:have\s+to|['’]ll|will|let['’]?s|must|should)\s+(?:\w+\s+){0,2}?wait\s+and\s+see\b",
    r"\b(?:reach\s+out|speak|talk|refer\s+you)\s+to\s+(?:our\s+)?(?:investor\s+relations|ir\b)",
)
_ANY = re.compile("|".join(f"(?:{each})" for each in (*_REFUSED, *_UNABLE, *_LATER)), re.IGNORECASE)
# "You know", "I don't know if you saw": habits of speech, not answers.
_HABIT = re.compile(
    r"know\s+(?:if\s+you|whether\s+you|about\s+you|what\s+you['’]re)|not\s+to\s+mention",
    re.IGNORECASE,
)


def refusal(text: str) -> str:
    """The words of ``text`` that refuse to answer, as they stand there; ``""`` where none do.

    The first such words are given, from the one who refuses to what is not told.
    """
    for match in _ANY.finditer(text):
        if not _HABIT.match(text, max(match.start(), match.end() - 4)):
            return " ".join(match.group().split())
    return ""
