"""Sentences that say nothing of the business: safe harbour, housekeeping, courtesies.

Design choices:

* Marked, never dropped, so that the page can show what was not scored.
* A sentence is a courtesy when nothing is left of it once the courteous phrases, names and small
  words are taken away; "Thanks, and congrats on the margin improvement to 41%" keeps its margin.
"""

from __future__ import annotations

import re

from slmapps_earnings.records import Role, Section, SentenceKind

__all__ = ["kind_of"]

_SAFE = re.compile(
    r"forward[- ]looking|safe[- ]harbou?r|private securities litigation|actual (?:results|outcomes|events)"
    r".{0,60}(?:differ|vary)|results (?:could|may|might) differ|differ(?:ing)? materially|materially different"
    r"|risks?,? (?:and|or) uncertaint|uncertainties and risks|cautionary (?:statement|language|note)"
    r"|no (?:obligation|duty)|undertake .{0,40}(?:update|revise)|not (?:obligated|required|undertak\w+).{0,30}(?:to )?(?:update|revise)"
    r"|disclaims? any|obligation to (?:update|revise)|duty to update"
    r"|reconcil\w+.{0,80}(?:gaap|ifrs|non-gaap|measures?|press release|website|tables?)|(?:gaap|ifrs).{0,120}reconcil"
    r"|comparable gaap|accordance with (?:u\.?s\.? )?gaap|non-gaap (?:financial )?(?:measures?|metrics|information|results)"
    r".{0,80}(?:discuss|refer|present|disclos|includ|use)|(?:discuss|refer\w*|present|disclos|includ|use)\w*.{0,60}non-gaap"
    r"|(?:form|forms) (?:10-?[kq]|20-?f|8-?k|6-?k)\b|\b10-[kq]\b|(?:filings?|filed|furnished) .{0,40}\b(?:sec|securities and exchange commission)\b"
    r"|securities and exchange commission|risk factors?\b|annual report on form"
    r"|webcast|(?:audio )?replay|rebroadcast|recorded|recording|(?:transcript|copy) (?:of|will)"
    r"|earnings (?:press )?release.{0,60}(?:website|site|available|posted|issued|distributed|found|review)"
    r"|(?:press release|slides?|presentation|materials?|supplement\w*|prepared remarks|documents?).{0,80}(?:website|web site|posted|available (?:on|at)|investor relations|ir\.)"
    r"|(?:posted|available|found|located|access\w*) .{0,50}(?:website|web site|investor relations (?:section|page|site))"
    r"|www\.|https?://|\bir\.\w+\.\w+|investor relations (?:website|section|page)|quiet (?:time|period)|property of .{0,60}(?:copyright|company|inc)"
    r"|(?:copyright|unauthorized (?:use|reproduction))|speak only as of|as of (?:today|the date)s?.{0,40}(?:only|hereof)"
    r"|based on (?:the )?(?:current|our current|information).{0,60}(?:assumptions|beliefs|expectations|available).{0,40}(?:today|risk|date|chang)"
    r"|limit (?:yourself|your questions?|themselves)|one question and|\bone[- ]on[- ]one\b.{0,30}question|return to the queue",
    re.IGNORECASE | re.DOTALL,
)
_FIGURE = re.compile(
    r"[$€£%]|\b(?:million|billion|percent|basis points)\b|\bup \d|\bdown \d", re.IGNORECASE
)
_COURTESY = re.compile(
    r"\b(?:thank(?:s| you)?(?: (?:so|very) much| a lot| all| everyone| everybody| again| operator)*|good (?:morning|afternoon|evening|day|night)"
    r"|hello|hi|hey|welcome(?: back)?|congrat\w*|congratulations|appreciate (?:it|that|the \w+(?: \w+)?|you\w*(?: \w+){0,3})|goodbye|bye(?:[- ]bye)?"
    r"|you['’]re welcome|no problem|my pleasure|great (?:job|work|execution)|nice (?:job|work|quarter|results?|execution)"
    r"|(?:great|good|strong|solid|amazing|fantastic|terrific|excellent|impressive|nice) (?:quarter|results?|job|year|execution|print|numbers?|performance|start|set of results)"
    r"|take care|have a (?:good|great|nice|wonderful|lovely) \w+|best of luck|good luck|happy (?:new year|holidays)"
    r"|(?:for )?taking (?:my|our|the) questions?|for (?:the|my|letting|squeezing|your|joining)(?: \w+){0,5}|letting me ask(?: \w+){0,3}|(?:look(?:ing)?) forward to (?:speaking|talking|seeing|updating|hearing)(?: \w+){0,8}"
    r"|that['’]s (?:it|all)(?: (?:for|from) (?:me|us))?|(?:that['’]s|it['’]s) (?:very |really |super )?(?:helpful|great|clear|perfect|fair)|very helpful|super helpful|helpful"
    r"|go ahead|please (?:go ahead|proceed)|can you hear me(?: okay| ok| now)?|next question(?: please)?|(?:let['’]s )?(?:take|have|go to|move to) (?:the|our) (?:next|first|last|final) question"
    r"|(?:i(?:['’]ll| will| would| ['’]d)?|we(?:['’]ll| will)?|let me|now|with that|so|i['’]d|like|to|want|going|and|then|me|pass|turn|hand|back|over|call|the|it|this|things|floor|microphone|mic)+"
    r"|operator|(?:ladies and gentlemen)|everyone|everybody|guys|team|all|sir|ma['’]am|folks|gentlemen"
    r"|(?:this|it) is \w+|here|on for|of course|absolutely|sure|yes|yeah|yep|no|okay|ok|all right|alright|great|perfect|excellent|right|got it|understood|fair enough|makes sense|exactly|correct|indeed|wonderful|fantastic|awesome|cool)\b",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"\b(?:and|to|the|a|an|for|on|you|your|our|in|of|that|this|it|is|so|very|much|again|well|just|with|us|today|joining|call|at|everyone|really|my|me|i|we|as|but|also|now|then|both|question|questions|quarter|results?|time|color|comments?|answer|answers|will|be|let|there|afternoon|morning|please|thereby|for|up|out|on|off|from|guys|team|a lot|one|by)\b|n['’]t",
    re.IGNORECASE,
)
_HANDOVER = re.compile(
    r"\b(?:turn|hand|pass|give)\w*\s+(?:\w+\s+){0,5}?(?:over|back|to)\b|\bover to\b|\bback to you\b",
    re.IGNORECASE,
)
_STAGE = re.compile(r"[(\[][^()\[\]]{2,60}[)\]]\.?")
_NAME = re.compile(r"\b[A-Z][\w.'’-]*")


def kind_of(text: str, role: Role, section: Section, place: int = 0) -> SentenceKind:
    """Give the kind of a sentence spoken by ``role``; ``place`` counts within its turn.

    Long housekeeping in the Q&A is rare: there only safe-harbour words count, and a sentence with
    a figure of business in it is never a courtesy.
    """
    if role is Role.OPERATOR:
        return SentenceKind.OPERATOR
    if _STAGE.fullmatch(text.strip()):
        return SentenceKind.BOILERPLATE
    if section is Section.PREPARED and _SAFE.search(text) and not _FIGURE.search(text):
        return SentenceKind.BOILERPLATE
    if section is Section.QA and len(text) < 600 and _harbour(text):
        return SentenceKind.BOILERPLATE
    if _is_courtesy(text, place):
        return SentenceKind.PLEASANTRY
    return SentenceKind.CONTENT


def _harbour(text: str) -> bool:
    return re.search(
        r"(?i)forward-looking statements?|safe harbou?r|webcast|replay", text
    ) is not None and not _FIGURE.search(text)


def _is_courtesy(text: str, place: int) -> bool:
    if len(text) > 260 or _FIGURE.search(text) or any(c.isdigit() for c in text):
        return False
    if _HANDOVER.search(text) and len(text) < 200 and ("call" in text or len(text) < 110):
        return True
    if len(text) > 180:
        return False
    left = _COURTESY.sub(" ", text)
    if left == text:
        return False
    left = _SMALL.sub(" ", left)
    names = _NAME.findall(left)
    rest = re.findall(r"[^\W\d_]{2,}", _NAME.sub(" ", left))
    return not rest and len(names) <= (4 if place < 3 else 3)
