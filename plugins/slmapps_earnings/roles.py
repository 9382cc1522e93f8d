"""Who somebody is: from the title, the list, the firm, what the operator says and what they do.

Design choices:

* What is printed comes first: a title that says it, then the list somebody stands in.
* Where nothing is printed, others say it: an introduction ("our CEO, Ada Lind", "Cleo Marsh with
  Northgate") and then conduct: whoever is given the line by the operator and asks is an analyst,
  whoever speaks before the questions is of the company.
* Titles are of the moment: an interim chief executive who also keeps the books is the chief
  executive of this call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slmapps_earnings.layouts.draft import ANALYSTS, COMPANY, Said, Voice
from slmapps_earnings.layouts.names import is_anonymous, is_operator, key
from slmapps_earnings.records import Role, Section

__all__ = ["Cast", "cast_of", "same_firm", "titled"]

_CEO = re.compile(
    r"\bco-?ceo\b|\bceo\b|chief\s+exec(?:utive|\.)?(?:\s+officer)?\b|\bc\.e\.o\b|\bgroup\s+chief\s+executive\b",
    re.IGNORECASE,
)
_CFO = re.compile(
    r"\bcfo\b|chief\s+financ(?:ial|e)\s+(?:officer)?|\bc\.f\.o\b|\bfinance\s+director\b|\bgroup\s+finance\s+director\b"
    r"|principal\s+financial\s+officer",
    re.IGNORECASE,
)
_IR = re.compile(
    r"\bir\b|\binvestors?['’]?\s+(?:&\s+\w+\s+)?relations?\b|\binvestor\s+(?:and\s+\w+\s+)(?:\w+\s+)?relations\b"
    r"|\b(?:shareholder|stockholder|financial)\s+relations\b|\binvestor\s+communications?\b",
    re.IGNORECASE,
)
_ANALYST = re.compile(
    r"\banalysts?\b|\b(?:equity|sell[- ]side|buy[- ]side)\s+research\b|\bresearch\s+(?:division|analyst|assoc\w*)\b"
    r"|\bportfolio\s+manager\b|\bprivate\s+investor\b|\bshareholder\b(?!\s+relations)",
    re.IGNORECASE,
)
_LEADER = re.compile(
    r"\bchair(?:man|woman|person)?\b|\bpresident\b|\bmanaging\s+director\b", re.IGNORECASE
)
_SMALL = re.compile(
    r"\b(?:the|inc|incorporated|corp|corporation|co|company|companies|ltd|limited|plc|llc|lp|ag|sa|se|nv|n v|ab|oyj|asa|spa|s p a|group|holdings?|international|technologies|technology|systems)\b"
)


def titled(title: str, *, analyst: bool = False) -> Role:
    """Give the role that a title says, UNKNOWN where it says none.

    Somebody who leads a bank's research is still an analyst on the call: ``analyst`` tells that
    the person does not belong to the company.
    """
    if analyst:
        return Role.ANALYST
    if _CEO.search(title):
        return Role.CEO
    if _CFO.search(title):
        return Role.CFO
    if _ANALYST.search(title) and not _IR.search(title):
        return Role.ANALYST
    if _IR.search(title):
        return Role.INVESTOR_RELATIONS
    return Role.UNKNOWN


def firm_key(name: str) -> str:
    """Give a firm's name without its legal form."""
    return " ".join(_SMALL.sub(" ", key(name)).split()) or key(name)


def same_firm(one: str, other: str) -> bool:
    """Tell whether two names are of one firm: "AMD" and "Advanced Micro Devices, Inc." are."""
    left, right = firm_key(one), firm_key(other)
    if not left or not right:
        return False
    if left == right or left in right.split() or right in left.split():
        return True
    short, long = sorted((left, right), key=len)
    if long.startswith(short + " ") or short.replace(" ", "") == long.replace(" ", ""):
        return True
    initials = "".join(word[0] for word in key(long if " " in long else "").split())
    return len(short) > 1 and initials.startswith(short.replace(" ", ""))


@dataclass
class Cast:
    """Everybody of a call by :func:`~slmapps_earnings.layouts.names.key`; grows in live use."""

    company: str = ""
    roles: dict[str, Role] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)

    def role(self, name: str) -> Role:
        """Give somebody's role."""
        return self.roles.get(key(name), Role.UNKNOWN)

    def voice(self, name: str) -> Voice:
        """Give what is known of somebody."""
        return self.voices.get(key(name)) or Voice(name)


def cast_of(
    text: str, said: Sequence[Said], voices: Sequence[Voice], company: str, ticker: str = ""
) -> Cast:
    """Settle the role of everybody who is listed or speaks."""
    cast = Cast(company)
    listed = {key(voice.name): voice for voice in voices}
    matched = {key(turn.name): _matching(turn.name, listed) for turn in said}
    for turn in said:
        _take(cast, turn, matched[key(turn.name)])
    spoken = {id(voice) for voice in matched.values() if voice is not None}
    for voice in voices:
        if id(voice) not in spoken:
            cast.voices.setdefault(key(voice.name), voice)
    own = [company, ticker, *_company_firms(voices)]
    for name, voice in cast.voices.items():
        cast.roles[name] = _printed(voice, own)
    _by_conduct(text, said, cast)
    return cast


def _take(cast: Cast, turn: Said, voice: Voice | None) -> None:
    name = key(turn.name)
    known = cast.voices.get(name)
    cast.voices[name] = Voice(
        turn.name,
        turn.title or (known.title if known else "") or (voice.title if voice else ""),
        turn.firm or (known.firm if known else "") or (voice.firm if voice else ""),
        voice.group if voice else "",
    )


def _matching(name: str, listed: Mapping[str, Voice]) -> Voice | None:
    """Find somebody in the lists: the same name, or one last name with a like first one."""
    wanted = key(name)
    if wanted in listed:
        return listed[wanted]
    parts = wanted.split()
    if len(parts) < 2:
        return None
    alike = [
        voice
        for other, voice in listed.items()
        if (words := other.split()) and words[-1] == parts[-1] and (words[0][0] == parts[0][0])
    ]
    if len(alike) == 1:
        return alike[0]
    alike = [v for other, v in listed.items() if other.split() and other.split()[-1] == parts[-1]]
    return alike[0] if len(alike) == 1 else None


def _company_firms(voices: Sequence[Voice]) -> list[str]:
    return list({voice.firm for voice in voices if voice.group == COMPANY and voice.firm})


def _printed(voice: Voice, own: Sequence[str]) -> Role:
    """Give the role that the lists, the firm and the title say together."""
    if is_operator(voice.name):
        return Role.OPERATOR
    anonymous = key(voice.name)
    if is_anonymous(voice.name):
        company = re.search(r"company|corporate|executive|representative", anonymous)
        if company or voice.group == COMPANY:
            return Role.OTHER_MANAGEMENT
        if re.search(r"analyst|audience|participant|shareholder|question|caller", anonymous):
            return Role.ANALYST
    if voice.group == ANALYSTS:
        return Role.ANALYST
    if key(voice.title) in {"operator", "conference operator", "moderator"}:
        return Role.OPERATOR
    foreign = bool(voice.firm) and any(own) and not any(same_firm(voice.firm, each) for each in own)
    if voice.group == COMPANY:
        found = titled(voice.title)
        return Role.OTHER_MANAGEMENT if found in {Role.UNKNOWN, Role.ANALYST} else found
    if foreign and not (titled(voice.title) in {Role.CEO, Role.CFO} and not _bank(voice.firm)):
        return Role.ANALYST
    found = titled(voice.title)
    if found is Role.UNKNOWN and voice.title and voice.firm:
        return Role.OTHER_MANAGEMENT
    return found


def _bank(firm: str) -> bool:
    return (
        re.search(
            r"(?i)\b(?:bank|securities|capital|markets|research|partners|sachs|stanley|equities|advisors)\b",
            firm,
        )
        is not None
    )


_INTRO_WORDS = (
    r"(?:questions?|line|queue|go ahead|proceed|comes? from|next|with your|caller|open|unmuted)"
)
_INTRODUCED = re.compile(rf"\b{_INTRO_WORDS}\b", re.IGNORECASE)


def introduced(operator: str, name: str) -> bool:
    """Tell whether the operator gives ``name`` the line for a question."""
    parts = key(name).split()
    words = set(key(operator[-600:]).split())
    named = bool(parts) and (parts[-1] in words or (len(parts) > 1 and parts[0] in words))
    return named and _INTRODUCED.search(operator[-600:]) is not None


_PASSED = re.compile(
    r"\b(?:turn|hand|pass|give)\w*\b.{0,40}\b(?:over|call|conference|floor|back|presentation|program)\b|\bintroduce\b|\byour host\b|\bspeakers?\b",
    re.IGNORECASE | re.DOTALL,
)


def _by_conduct(text: str, said: Sequence[Said], cast: Cast) -> None:
    """Settle those of whom nothing is printed, by introductions and by what they do."""
    open_ones = [n for n, role in cast.roles.items() if role is Role.UNKNOWN]
    if not open_ones:
        return
    first_line = _first_line(text, said, cast)
    spoke_before = {key(turn.name) for turn in said[:first_line]}
    intro = text[said[0].start : said[min(len(said) - 1, 3)].end] if said else ""
    for name in open_ones:
        own = [place for place, turn in enumerate(said) if key(turn.name) == name]
        if not own:
            continue
        voice = cast.voices[name]
        spoken_title = _spoken_title(intro, voice.name)
        role = titled(spoken_title)
        asks = [
            place
            for place in own
            if place >= first_line
            and place
            and cast.role(said[place - 1].name) is Role.OPERATOR
            and introduced(text[said[place - 1].start : said[place - 1].end], voice.name)
        ]
        if role not in {Role.UNKNOWN, Role.ANALYST} and (name in spoke_before or not asks):
            cast.roles[name] = role
        elif name in spoke_before:
            cast.roles[name] = Role.OTHER_MANAGEMENT
        elif asks or (own[0] >= first_line and own[0] and _asks(text, said, cast, own)):
            cast.roles[name] = Role.ANALYST
        else:
            cast.roles[name] = Role.OTHER_MANAGEMENT
    _by_subject(text, said, cast, open_ones, first_line)


def _first_line(text: str, said: Sequence[Said], cast: Cast) -> int:
    """Find the first turn of the questions: an analyst's, or one to whom the line is given."""
    for place, turn in enumerate(said):
        if turn.section is Section.QA:
            return place
        if cast.role(turn.name) is Role.ANALYST:
            return max(0, place - 1)
        if place < 2 or cast.role(said[place - 1].name) is not Role.OPERATOR:
            continue
        before = text[said[place - 1].start : said[place - 1].end]
        if cast.role(turn.name) is not Role.UNKNOWN:
            continue
        if introduced(before, turn.name) and re.search(r"(?i)question|line of|comes from", before):
            return place - 1
    return len(said)


def _asks(text: str, said: Sequence[Said], cast: Cast, own: Sequence[int]) -> bool:
    """Tell whether somebody who came in after the questions began asks rather than answers."""
    first = said[own[0]]
    before = cast.role(said[own[0] - 1].name)
    words = text[first.start : first.end]
    if before is Role.OPERATOR:
        return True
    return before is not Role.ANALYST and "?" in words


def _spoken_title(intro: str, name: str) -> str:
    """Give what is said beside a name: "our CEO, Ada Lind", "Ada Lind, Chief Executive Officer"."""
    parts = name.split()
    if not parts:
        return ""
    last = re.escape(parts[-1])
    after = re.search(
        rf"\b{last}\b(?:,?\s+(?:the\s+|our\s+|its\s+|[A-Z][\w&.-]*['’]s?\s+)?(?:new\s+)?)"
        r"((?:(?!\b(?:and\s+[A-Z]\w+\s+[A-Z]\w+,|who|will|to)\b)[^.;:?!]){3,110})",
        intro,
    )
    title = ""
    if after is not None:
        title = re.split(
            r";|, and (?=[A-Z]\w+ [A-Z])|\band (?=[A-Z]\w+ (?:[A-Z]\. )?[A-Z]\w+,)", after.group(1)
        )[0]
        if titled(_first_title(title)) is not Role.UNKNOWN:
            return _first_title(title)
    before = re.search(
        rf"([^.;:?!]{{3,80}}?)[, ]+(?:(?:Mr|Ms|Mrs|Dr)\.?\s+)?(?:\w+\.?\s+){{0,2}}{last}\b", intro
    )
    if before is not None:
        tail = re.split(r",\s+(?:and\s+)?(?=(?:our|the)\b)|\band (?:our|the)\b", before.group(1))[
            -1
        ]
        if titled(tail) is not Role.UNKNOWN:
            return tail
    return title


def _first_title(text: str) -> str:
    """Cut a list of introductions off after the first: before the next person's name."""
    found = re.match(
        r"((?:(?!,\s+(?:and\s+)?[A-Z]\w+\s+[A-Z]\w+,|\s+and\s+[A-Z]\w+\s+[A-Z]\w+,).)*)", text
    )
    return found.group(1) if found else text


_MONEY = re.compile(
    r"\b(?:gross margin|operating (?:expenses?|margin|income)|tax rate|free cash flow|cash flow|per share|eps"
    r"|basis points|year[- ]over[- ]year|balance sheet|capital expenditures?|depreciation|non-gaap|inventory"
    r"|share repurchases?|dividends?|net (?:income|loss)|interest expense)\b",
    re.IGNORECASE,
)
_SAFE = re.compile(r"forward-looking|safe harbor|actual results|press release", re.IGNORECASE)


def _by_subject(
    text: str, said: Sequence[Said], cast: Cast, open_ones: Sequence[str], first_line: int
) -> None:
    """Tell host, chief executive and finance chief by what they speak of before the questions."""
    roles = set(cast.roles.values())
    remarks: dict[str, str] = {}
    for turn in said[:first_line]:
        remarks[key(turn.name)] = (
            remarks.get(key(turn.name), "") + " " + text[turn.start : turn.end]
        )
    rest = [n for n in open_ones if cast.roles[n] is Role.OTHER_MANAGEMENT and n in remarks]
    if Role.INVESTOR_RELATIONS not in roles:
        host = next((n for n in remarks if cast.roles.get(n) is not Role.OPERATOR), None)
        if host in rest and len(remarks[host]) < 9000 and _SAFE.search(remarks[host]):
            cast.roles[host] = Role.INVESTOR_RELATIONS
            rest.remove(host)
    long = [n for n in rest if len(remarks[n]) > 1200]
    if Role.CFO not in roles and long:
        share = {n: len(_MONEY.findall(remarks[n])) / len(remarks[n]) for n in long}
        best = max(long, key=share.__getitem__)
        if len(_MONEY.findall(remarks[best])) >= 5 and (len(long) > 1 or Role.CEO in roles):
            cast.roles[best] = Role.CFO
            long.remove(best)
    if Role.CEO not in roles and long:
        cast.roles[long[0]] = Role.CEO
