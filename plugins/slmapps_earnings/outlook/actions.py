"""What a sentence does to the outlook, and whether it speaks of what is to come or of what was."""

from __future__ import annotations

import re
from decimal import Decimal

from slmapps_earnings.records import Action

__all__ = ["ahead", "compared", "judged_on_guidance", "middle", "moved", "named_outlook", "stated"]

OUTLOOK = r"(?:guidance|guide|outlook|forecasts?|ranges?|targets?|estimates?|expectations?|view|projections?|midpoint|(?:low|high|top|bottom|upper|lower) end|assumptions?|dividend|framework)"
_NEAR = rf"(?=[^.;]{{0,70}}\b{OUTLOOK}\b)"
_ACTIONS = (
    (Action.WITHDRAWN, rf"\b(?:withdr[ae]w(?:ing|n)?|suspend(?:ing|ed)?|pull(?:ing|ed)?|rescind(?:ing|ed)?|retract(?:ing|ed)?|paus(?:e|ing|ed)|discontinu(?:e|ing|ed)|remov(?:e|ing|ed)){_NEAR}"),
    (Action.WITHDRAWN, rf"\b(?:no longer|not|n['’]t)\s+(?:be\s+)?(?:\w+\s+){{0,3}}?(?:provid|issu|giv|offer)(?:e|ing)\b{_NEAR}"),
    (Action.KEPT, rf"\b(?:reiterat|re-?affirm|re-?confirm|affirm|confirm|maintain|keep|hold|leav|stand|stick)(?:e|es|ed|s|ing|ning)?\b(?:\s+by)?{_NEAR}|\b(?:remains?\s+unchanged|is\s+unchanged|are\s+unchanged|(?:have|has)\s+not\s+changed|unchanged\s+at|no\s+change\s+to)\b|\b(?:reiterat|re-?affirm)\w*"),
    (Action.KEPT, r"\b(?:continue|continues)\s+to\s+(?:expect|anticipate|target|forecast|see|guide|project|plan|believe|assume|estimate)\b|\bstill\s+(?:expect|anticipate|target|forecast|see|plan|project)\b"),
    (Action.RAISED, rf"\b(?:rais(?:e|es|ed|ing)|increas(?:e|es|ed|ing)|lift(?:s|ed|ing)?|boost(?:s|ed|ing)?|upgrad(?:e|ed|ing)|hik(?:e|ed|ing)|tak(?:e|ing)\s+up|mov(?:e|ing)\s+up|revis\w+\s+(?:\w+\s+)?(?:up|upward|upwards|higher)){_NEAR}"),
    (Action.LOWERED, rf"\b(?:lower(?:s|ed|ing)?\s+(?:our|its|the|full|fiscal)|reduc(?:e|es|ed|ing)|cut(?:s|ting)?|trim(?:s|med|ming)?|decreas(?:e|ed|ing)|downgrad(?:e|ed|ing)|tak(?:e|ing)\s+down|bring(?:ing)?\s+down|revis\w+\s+(?:\w+\s+)?(?:down|downward|downwards|lower)){_NEAR}|\blowering\b{_NEAR}"),
)  # fmt: skip
_COMPILED = tuple((action, re.compile(spoken, re.IGNORECASE)) for action, spoken in _ACTIONS)
_REVISED = re.compile(
    r"\b(?:raising|rais(?:e|ed)|increas(?:e|ed|ing)|lowering|lower(?:ed)?|reduc(?:e|ed|ing))\s+(?:our|its|the)\b[^.;]{0,60}?\s(?:guidance\s+)?(?:to|by)\s",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:expect(?:s|ing|ation|ations)?|(?:is|are|be|being|currently)\s+(?:\w+\s+)?(?:expected|forecast|forecasted|projected|anticipated|estimated|targeted)|expected\s+to|anticipat(?:e|es|ing)|forecast(?:s|ing)?|guid(?:e|ing|ance)|project(?:s|ing)?|outlook|target(?:s|ing)?|will|['’]ll|should|plan(?:s|ning)?(?=\s+(?:to|for|on|calls|assumes))|intend(?:s|ing)?|estimate(?:s)?|we(?:['’]re|\s+are)?\s+(?:now\s+|currently\s+|also\s+)*(?:see|look|seeing|looking)|looking\s+(?:for|at|to)|on\s+track|aim(?:s|ing)?|assum(?:e|es|ing|ption)|model(?:ing|ling)?|likely|committed\s+to|confident|call(?:s)?\s+for|going\s+to|budget(?:ing)?|continue\s+to\s+\w+|would\s+expect|reaffirm\w*|reiterat\w*|maintain(?:ing)?|rais(?:e|ing)\s+(?:our|the)|now\s+see|to\s+(?:be|come|land|reach|grow|range)|can\s+(?:deliver|achieve|reach|grow))\b",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"\b(?:was|were|came\s+(?:in|at|to)|come\s+in\s+at(?=\s+\$?\d[^.]*ago)|grew|rose|fell|declined|totall?ed|reported|delivered|generated|achieved|ended|finished|recorded|repurchased|returned|exceeded|beat|surpassed|reached|expanded|improved|contracted|dropped|jumped|posted|spent|invested|earned|added|closed|declared|opened|included|shipped|launched|hired|bought|sold|won|set\s+a\s+record|compressed|decelerated|accelerated\s+to|we\s+(?:have\s+)?(?:raised|paid|reduced|increased|cut)(?!\s+(?:our|the|its|full)\b)|would\s+have|had)\b"
    r"|\b(?:we|had|originally|previously|was|were|than)\s+(?:had\s+|we\s+|originally\s+|previously\s+)*(?:expected|planned|guided|anticipated|forecasted|projected|assumed)\b",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    rf"\b(?:exceed(?:ed|s)|beat|surpass(?:ed|es)|missed|(?:came|was|were|is|are)\s+(?:\w+\s+){{0,6}}?(?:above|below|better\s+than|in\s+line\s+with|within|ahead\s+of|short\s+of|at\s+the|over|under|consistent\s+with))\b[^.;]{{0,80}}\b{OUTLOOK}\b"
    rf"|\b(?:told\s+you|had\s+(?:\w+\s+)?(?:guided|planned|expected|forecast))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    rf"\b(?:compar\w+\s+(?:to|with)|versus|vs\.?|against|(?:up|down)?\s*from|(?<!more\s)(?<!less\s)(?<!greater\s)(?<!higher\s)(?<!lower\s)(?<!better\s)(?<!fewer\s)than|relative\s+to|previously|prior\s+{OUTLOOK}\s+of|as\s+opposed\s+to)\b(?P<what>[^.;]{{0,60}}?)$",
    re.IGNORECASE,
)
_PRIOR = re.compile(
    rf"\b(?:prior|previous(?:ly)?|earlier|initial(?:ly)?|original(?:ly)?|old|last|january|april|july|october)\b|\b{OUTLOOK}\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:guidance|outlook|forecast|expectations|targets?)\b", re.IGNORECASE)


def stated(text: str, place: int | None = None) -> tuple[Action, bool]:
    """The action that ``text`` states before ``place`` (else anywhere), and whether it states any."""
    found = [
        (match.start(), action) for action, spoken in _COMPILED for match in spoken.finditer(text)
    ]
    if not found:
        return Action.GIVEN, False
    before = [each for each in found if place is None or each[0] <= place]
    return (max(before) if before and place is not None else min(found))[1], True


def ahead(text: str, place: int) -> bool | None:
    """Whether the figure at ``place`` is of the time ahead; None where no word says so or not."""
    cues = [(match.end(), match.start(), True) for match in _AHEAD.finditer(text)]
    cues += [(match.end(), match.start(), False) for match in _WAS.finditer(text)]
    before = [each for each in cues if each[0] <= place]
    if before:
        return max(before)[2]
    after = [(start, told) for _, start, told in cues if start >= place]
    return min(after)[1] if after else None


def judged_on_guidance(text: str) -> bool:
    """Whether ``text`` measures what was against guidance given before."""
    return bool(_JUDGED.search(text))


def compared(text: str, start: int) -> str:
    """``"prior"`` for a figure before ``start`` that was the outlook until now, ``"past"`` for one
    that is only compared with, ``""`` for a figure of its own."""  # noqa: D205, D209
    aside = _ASIDE.search(text[:start])
    if not aside or (_AHEAD.search(aside["what"]) and "expect" in aside["what"].lower()):
        return ""
    if re.search(r"\d", aside["what"]) or (
        re.search(r"\b(?:range|headwind|tailwind)\b", aside["what"])
        and "from" in aside.group().lower()[:6]
        and not _PRIOR.search(aside["what"])
    ):
        return ""
    opening = aside.group().lower()
    if _PRIOR.search(opening):
        return "prior"
    return "past"


def named_outlook(text: str) -> bool:
    """Whether guidance itself is named: "our outlook", without a metric."""
    return bool(_NAMED.search(text))


def middle(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """The midpoint of a range; of an open one its only end."""
    if low is None or high is None:
        return high if low is None else low
    return (low + high) / 2


def moved(now: Decimal | None, before: Decimal | None) -> Action:
    """Raised, kept or lowered, as the midpoint moves."""
    if now is None or before is None:
        return Action.GIVEN
    return Action.RAISED if now > before else Action.LOWERED if now < before else Action.KEPT
