"""What can be read off a text for the fields of a request: mood, act, words, setting, genre, kin.

Design choices:

* A field is filled only where a rule is sure of it; else it stays empty, which the task allows.
* A setting is what the opening direction of a scene names; a genre what the text is full of.
"""

from __future__ import annotations

import re
from collections import Counter

__all__ = [
    "act_of",
    "content_words",
    "genre_of",
    "heading_of",
    "mood_of",
    "relation_of",
    "setting_of",
]

_WORD = re.compile(r"[A-Za-z][a-z']{3,}")
_ROOTS = {
    "angry": "angr furious fierc indignant wrath rage vehement violent harsh savage stern "
    "exasperat irritat snapp cross",
    "happy": "laugh smil gaily gay delight merr joy cheer happ triumph radian excited beaming",
    "sad": "sad gloom mourn sorrow sob weep tear cry sigh miser melanchol wistful despair bitter",
    "afraid": "afraid fright terr alarm anxious nervous uneas horrif tremb fear timid aghast panic",
    "tender": "gentl soft tender warm kind affection caress lov sooth sympath",
    "surprised": "surpris astonish amaz startl taken~aback stagger bewilder puzzl astound",
    "cold": "coldly contempt scorn stiff dril dryly curt icily disdain haught sneer sarcas iron "
    "severe grim",
}
_COMMON = frozenset(
    """
    about above after again against almost alone along already also although always another
    anything because been before being believe better between cannot come could didn't does
    doesn't doing don't down each either else enough even ever every everything from give going
    gone good have haven't having here hers herself himself however i'll i'm i've into isn't
    it's itself just know least less like little look made make many maybe might more most much
    must myself need never nothing often once only other ought over perhaps quite rather really
    said same says shall she's should shouldn't since some something still such sure take tell
    than that that's their them then there there's these they they're thing things think this
    those though through till under until upon very want wasn't well went were what what's when
    where which while whole will with without won't would yeah years you'd you'll you're you've
    your yours yourself
    """.split()  # noqa: SIM905  a list of words reads better as text
)
_PLACE = re.compile(
    r"\b(?:drawing-room|sitting-room|dining-room|living-room|bedroom|kitchen|study|library|garden"
    r"|office|street|forest|wood|inn|tavern|church|prison|cell|station|hotel|restaurant|terrace"
    r"|farm|shop|school|hospital|palace|castle|tent|camp|cottage|courtyard|square|park|harbou?r"
    r"|beach|deck|cabin|hall|studio|attic|cellar|parlou?r)\b",
    re.IGNORECASE,
)
_OUTSIDE = frozenset(
    """
    garden street forest wood terrace farm camp courtyard square park harbor harbour beach deck
    """.split()  # noqa: SIM905  a list of words reads better as text
)
_TIME = re.compile(
    r"\b(?:dawn|morning|noon|afternoon|evening|dusk|twilight|night|midnight)\b", re.IGNORECASE
)
_GENRES = {
    "science fiction": "spaceship rocket planet planets spaceman galaxy martian robot robots alien",
    "fantasy": "wizard witch magic dragon sorcerer fairy enchanted spell goblin giant princess",
    "crime": "detective murder murdered murderer inspector clue police revolver corpse burglar",
}
_KIN = re.compile(
    r"(?:^|, )(father|mother|papa|mamma|uncle|aunt|grandmother|grandfather|brother|sister|doctor"
    r"|captain|inspector|professor|my (?:boy|girl|son|daughter|child|wife|husband))(?=[,.!?])",
    re.IGNORECASE,
)


_MOODS = {
    mood: re.compile(rf"\b(?:{'|'.join(root.replace('~', ' ') for root in roots.split())})")
    for mood, roots in _ROOTS.items()
}


def mood_of(direction: str) -> str:
    """The mood that a direction names, or nothing: "angrily, rising" is angry."""
    words = direction.lower()
    found = [mood for mood, roots in _MOODS.items() if roots.search(words)]
    return found[0] if len(found) == 1 else ""


def act_of(text: str) -> str:
    """What a line does, where its form says so: question, thanks, greeting, refusal, command."""
    start = text.lower()
    if text.rstrip("\"'").endswith("?"):
        return "question"
    if re.match(r"(thank you|thanks|many thanks)\b", start):
        return "thanks"
    if re.match(r"(hello|hi|hey|good (morning|evening|afternoon|day)|welcome)\b", start):
        return "greeting"
    if re.match(r"(good ?bye|farewell|good night|so long|bye)\b", start):
        return "farewell"
    if re.match(r"(no|never|not at all|certainly not|i won't|i will not|i can't)\b", start):
        return "refusal"
    if re.match(
        r"(yes|yeah|of course|certainly|exactly|i agree|that's (right|true)|quite)\b", start
    ):
        return "agreement"
    if re.match(r"(i'm sorry|i am sorry|forgive me|excuse me|i beg your pardon|sorry)\b", start):
        return "apology"
    return "statement"


def content_words(text: str) -> list[str]:
    """The words of a line that say what it is about, each once."""
    return list(
        dict.fromkeys(w for w in _WORD.findall(text) if w.lower() not in _COMMON and len(w) > 3)
    )


def setting_of(opening: str) -> tuple[str, str]:
    """The place and the time of day that an opening direction names first, each maybe nothing."""
    place, time = _PLACE.search(opening), _TIME.search(opening)
    return (place[0].lower() if place else "", time[0].lower() if time else "")


def heading_of(place: str, time: str) -> str:
    """A scene heading as screenplays have it: ``INT. KITCHEN - NIGHT``."""
    where = "EXT." if place in _OUTSIDE else "INT."
    return f"{where} {place.upper()}" + (f" - {time.upper()}" if time else "")


def genre_of(document: str) -> str:
    """The genre whose words the first pages are full of, or nothing.

    They are one word in 700, three different ones, and twice as many as the next genre has: a
    play in which a princess is named is no fantasy yet.
    """
    words = Counter(re.findall(r"[a-z]+", document[:8000].lower()))
    counts = sorted(
        ((sum(words[mark] for mark in marks.split()), genre) for genre, marks in _GENRES.items()),
        reverse=True,
    )
    (most, genre), (next_, _) = counts[0], counts[1]
    different = sum(mark in words for mark in _GENRES[genre].split())
    return genre if different >= 3 and most >= max(words.total() / 700, 2 * next_) else ""


def relation_of(text: str) -> str:
    """What the addressee is to the speaker, where a line calls them so ("Come, father!")."""
    found = _KIN.search(text)
    return found[1].lower().removeprefix("my ") if found else ""
