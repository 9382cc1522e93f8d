"""Examples of the task, made from documents: what was asked, as far as can be told, and the line.

Design choices:

* The header's fields are read off the text. A mood is taken only from what the author wrote beside
  the line ("(angrily)"), never guessed: a label that is wrong teaches the model not to listen.
* Words that must be said are taken from the line, words to avoid are those of other lines. So a
  line that obeys is in the corpus for every order that is given.
* Each field is dropped at random, so that any subset of them works.
* ``A`` and ``B`` get names drawn for the document, and in half of the plays the names are drawn
  anew: what stands before the colon is a slot.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slmapps.training.tasks.format import Kind, Request
from slmapps.training.tasks.names import NAMES

__all__ = ["Example", "act_of", "content_words", "examples_from", "mood_of", "turns_of"]

_TURN = re.compile(r"([A-Z0-9][\w'. -]{0,30}): +(.+)")
_DIRECTION = re.compile(r"^\(([^()]{3,60})\)\s*")
_ANY_DIRECTION = re.compile(r"\s*\([^()]*\)")
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
_MOST_BEFORE = 6
_LONGEST, _SHORTEST = 260, 6


@dataclass(frozen=True)
class Example:
    """A prompt, the text that follows it (with its line end), and where it was taken from."""

    prompt: str
    target: str
    kind: str
    source: str


@dataclass(frozen=True)
class _Turn:
    """One line of a document: a speech of ``speaker`` with its ``direction``, or a direction."""

    speaker: str
    text: str
    direction: str = ""

    @property
    def line(self) -> str:
        return f"{self.speaker}: {self.text}" if self.speaker else f"({self.text})"


def turns_of(document: str) -> tuple[str, list[_Turn]]:
    """A document's title line, if it has one, and its turns."""
    title = ""
    turns: list[_Turn] = []
    for number, line in enumerate(document.split("\n")):
        stripped = line.strip()
        if found := _TURN.fullmatch(stripped):
            text = found[2]
            direction = ""
            if begun := _DIRECTION.match(text):
                direction, text = begun[1], text[begun.end() :]
            text = " ".join(_ANY_DIRECTION.sub("", text).split())
            if text:
                turns.append(_Turn(found[1], text, direction.strip(" .")))
        elif stripped.startswith("(") and stripped.endswith(")"):
            turns.append(_Turn("", stripped[1:-1]))
        elif number == 0:
            title = stripped
    return title, turns


def mood_of(direction: str) -> str:
    """The mood that a direction names, or nothing: "angrily, rising" is angry."""
    words = direction.lower()
    found = [
        mood
        for mood, roots in _ROOTS.items()
        if any(re.search(rf"\b{root.replace('~', ' ').strip()}", words) for root in roots.split())
    ]
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


def examples_from(
    documents: Sequence[str], kind: Kind, source: str, seed: int, each: int = 12
) -> Iterator[Example]:
    """Up to ``each`` examples from every document, in the documents' order.

    ``kind`` play and chat: documents of ``Name: line``. ``game``: character sheets. ``story``:
    prose with quoted speech whose speaker the text names.
    """
    for number, document in enumerate(documents):
        chance = random.Random(f"{seed}/{source}/{number}")  # noqa: S311  a draw, no secret
        if kind == "game":
            yield from _sheets(document, source)
        elif kind == "story":
            yield from _quoted(document, source, chance, each)
        else:
            yield from _spoken(document, kind, source, chance, each)


def _spoken(
    document: str, kind: Kind, source: str, chance: random.Random, each: int
) -> Iterator[Example]:
    _, turns = turns_of(document)
    speakers = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    if len(turns) < 4 or len(speakers) < 2:
        return
    renamed = _renaming(speakers, kind, chance)
    turns = [
        _Turn(renamed.get(turn.speaker, turn.speaker), _renamed(turn.text, renamed), turn.direction)
        for turn in turns
    ]
    places = [
        place
        for place, turn in enumerate(turns)
        if place and turn.speaker and _SHORTEST <= len(turn.text) <= _LONGEST
    ]
    moody = [place for place in places if mood_of(turns[place].direction)]
    chosen = chance.sample(places, min(each, len(places)))
    for place in sorted({*chosen, *moody}):
        yield _example(turns, place, kind, source, chance)
    stage = [place for place, turn in enumerate(turns) if place and not turn.speaker]
    for place in chance.sample(stage, min(2, len(stage))):
        request = Request(kind=kind, previous=_before(turns, place, chance), asked="direction")
        target = f"{turns[place].text[:_LONGEST]})\n"
        yield Example(request.prompt(), target, kind, source)


def _example(
    turns: list[_Turn], place: int, kind: Kind, source: str, chance: random.Random
) -> Example:
    turn = turns[place]
    bare = chance.random() < 0.3  # nothing but the lines so far
    kept = (lambda _share: False) if bare else (lambda share: chance.random() < share)
    words = content_words(turn.text)
    say: tuple[str, ...] = ()
    if words and kept(0.5):
        say = tuple(chance.sample(words, min(len(words), chance.choice((1, 1, 2, 2, 3)))))
    avoid: tuple[str, ...] = ()
    if kept(0.1):
        others = content_words(chance.choice(turns).text)
        avoid = tuple(w for w in others[:2] if w.lower() not in turn.text.lower())
    addressee = ""
    earlier = turns[place - 1].speaker
    if earlier and earlier != turn.speaker and kept(0.3):
        addressee = earlier
    request = Request(
        kind=kind if kept(0.7) else None,
        previous=_before(turns, place, chance),
        speaker=turn.speaker,
        addressee=addressee,
        mood=mood_of(turn.direction) if chance.random() < 0.9 else "",
        act=act_of(turn.text) if kept(0.3) else "",
        say=say,
        avoid=avoid,
    )
    return Example(request.prompt(), f" {turn.text}\n", kind, source)


def _before(turns: list[_Turn], place: int, chance: random.Random) -> tuple[str, ...]:
    lines: list[str] = []
    size = 0
    for turn in reversed(turns[max(0, place - chance.randint(1, _MOST_BEFORE)) : place]):
        line = turn.line if len(turn.line) <= 300 else f"{turn.line[:297]}..."
        size += len(line)
        if lines and size > 500:
            break
        lines.insert(0, line)
    return tuple(lines)


def content_words(text: str) -> list[str]:
    """The words of a line that say what it is about, each once."""
    return list(
        dict.fromkeys(w for w in _WORD.findall(text) if w.lower() not in _COMMON and len(w) > 3)
    )


def _renaming(speakers: list[str], kind: Kind, chance: random.Random) -> dict[str, str]:
    anonymous = all(len(name) == 1 for name in speakers)
    if not anonymous and (kind != "play" or chance.random() < 0.5):
        return {}
    return (
        dict(zip(speakers, chance.sample(NAMES, len(speakers)), strict=False))
        if len(speakers) <= len(NAMES)
        else {}
    )


def _renamed(text: str, renamed: dict[str, str]) -> str:
    """Put the new names into what is said, too; a name of one letter is no name in a text."""
    for old, new in renamed.items():
        if len(old) > 2:
            text = re.sub(rf"\b{re.escape(old)}\b", new, text)
    return text


def _sheets(document: str, source: str) -> Iterator[Example]:
    """A character's, an object's or a place's description from its name; a persona from that."""
    head, _, rest = document.partition("\n")
    what, _, name = head.partition(": ")
    if not name or not rest:
        return
    text, _, persona = rest.partition("Persona: ")
    text = " ".join(text.split())
    if text:
        yield Example(f"[game]\n{what}: {name}\n", f"{text[:400]}\n", "game", source)
    if persona:
        before = f"[game; {what.lower()}: {name}]\nPersona:"
        yield Example(before, f" {' '.join(persona.split())[:400]}\n", "game", source)


_SAID = re.compile(
    r"\"([^\"]{8,220}[.,!?])\" (?:said|asked|cried|answered|replied|whispered|shouted) "
    r"([A-Z][a-z]{2,12})\b|\"([^\"]{8,220}[.,!?])\" ([A-Z][a-z]{2,12}) "
    r"(?:said|asked|cried|answered|replied|whispered|shouted)\b"
)


def _quoted(document: str, source: str, chance: random.Random, each: int) -> Iterator[Example]:
    found = list(_SAID.finditer(document))
    for match in chance.sample(found, min(each, len(found))):
        text, speaker = (match[1], match[2]) if match[1] else (match[3], match[4])
        before = document[max(0, match.start() - 420) : match.start()]
        paragraphs = [" ".join(part.split()) for part in before.split("\n")[1:] if part.strip()]
        if not paragraphs or speaker in ("The", "She", "Her", "His", "They", "And", "But"):
            continue
        words = content_words(text)
        say = tuple(chance.sample(words, 1)) if words and chance.random() < 0.4 else ()
        request = Request(kind="story", previous=tuple(paragraphs[-3:]), speaker=speaker, say=say)
        line = re.sub(r",$", ".", text)
        yield Example(request.prompt(), f" {line}\n", "story", source)
