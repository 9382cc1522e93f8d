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
from dataclasses import dataclass, replace

from slmapps.training.tasks.fields import (
    act_of,
    content_words,
    genre_of,
    heading_of,
    mood_of,
    relation_of,
    setting_of,
)
from slmapps.training.tasks.names import NAMES
from slmapps.writing.request import Kind, Request

__all__ = [
    "Example",
    "act_of",
    "content_words",
    "examples_from",
    "mood_of",
    "moody_lines",
    "turns_of",
]

_TURN = re.compile(r"([A-Z0-9][\w'. -]{0,30}): +(.+)")
_DIRECTION = re.compile(r"^\(([^()]{3,60})\)\s*")
_ANY_DIRECTION = re.compile(r"\s*\([^()]*\)")
_NO_NAMES = frozenset(
    """
    All Both Will Mark Hope Grace Rose May June Art Bill Voice Voices Man Woman Boy Girl Child Men
    Women Crowd Chorus Nurse Doctor Judge Captain Servant Maid Father Mother Uncle Aunt King Queen
    Prince Princess Lady Lord Sir Mr Mrs Miss First Second Third One Two Old Young Soldier Officer
    Policeman Waiter Clerk Guard Priest Ghost Stranger Everybody Others
    """.split()  # noqa: SIM905  a list of words reads better as text
)
_NO_SPEAKERS = frozenset(
    """
    Mr Mrs Miss Lady Lord Sir Captain Colonel Major Doctor Dr Professor Judge The She Her His They
    And But Then You Well
    """.split()  # noqa: SIM905  as above
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
            yield from _sheets(document, source, chance)
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
    scene = _scene(document, turns)
    moody = [place for place in places if mood_of(turns[place].direction)]
    chosen = chance.sample(places, min(each, len(places)))
    for place in sorted({*chosen, *moody}):
        yield _example(turns, place, kind, source, chance, scene)
    yield from _staged(turns, scene, kind, source, chance)
    stage = [place for place, turn in enumerate(turns) if place and not turn.speaker]
    for place in chance.sample(stage, min(2, len(stage))):
        request = Request(kind=kind, previous=_before(turns, place, chance), asked="direction")
        target = f"{_cut(turns[place].text)})\n"
        yield Example(request.prompt(), target, kind, source)


def _example(
    turns: list[_Turn],
    place: int,
    kind: Kind,
    source: str,
    chance: random.Random,
    scene: tuple[str, str, str],
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
    relation = relation_of(turn.text) if kept(0.7) else ""
    genre, where, time = (each if kept(0.35) else "" for each in scene)
    request = Request(
        kind=kind if kept(0.7) else None,
        genre=genre,
        place=where,
        time=time,
        relation=relation,
        previous=_before(turns, place, chance),
        speaker=turn.speaker,
        addressee=addressee,
        mood=mood_of(turn.direction) if chance.random() < 0.9 else "",
        act=act_of(turn.text) if kept(0.3) else "",
        say=say,
        avoid=avoid,
    )
    return Example(request.prompt(), f" {turn.text}\n", kind, source)


def _scene(document: str, turns: list[_Turn]) -> tuple[str, str, str]:
    """Genre, place and time of a scene; the last two from what stands before the first speech."""
    speech = next(place for place, turn in enumerate(turns) if turn.speaker)
    opening = " ".join(turn.text for turn in turns[:speech])
    return (genre_of(document), *setting_of(opening))


def _staged(
    turns: list[_Turn],
    scene: tuple[str, str, str],
    kind: Kind,
    source: str,
    chance: random.Random,
) -> Iterator[Example]:
    """The heading of a scene whose place is told, and the action line that opens it."""
    genre, where, time = scene
    if kind != "play" or not where:
        return
    given = Request(
        kind="script",
        genre=genre,
        place=where if chance.random() < 0.6 else "",
        time=time if chance.random() < 0.6 else "",
    )
    heading = heading_of(where, time)
    yield Example(replace(given, asked="heading").prompt(), f" {heading}\n", "script", source)
    opened = replace(given, previous=(f"*** {heading}",), asked="direction")
    yield Example(opened.prompt(), f"{_cut(turns[0].text)})\n", "script", source)


def _cut(text: str) -> str:
    """At most ``_LONGEST`` characters, and whole sentences where there is an end to one.

    A blank before a stop, which the plays have where a name was lifted out, goes.
    """
    text = re.sub(r" +([.,;])", r"\1", text)
    if len(text) <= _LONGEST:
        return text
    end = text.rfind(". ", 0, _LONGEST)
    return text[: end + 1] if end > 0 else text[: text.rfind(" ", 0, _LONGEST)]


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
    """Put the new names into what is said, in one pass: a new name may be another's old one.

    A name of one letter is no name in a text, and one that is a word too (All, Will, Voice) or
    the second half of a form (the Judge) is left standing.
    """
    old = [
        name for name in renamed if len(name) > 2 and name not in _NO_NAMES and "The " not in name
    ]
    if not old:
        return text
    found = "|".join(re.escape(name) for name in sorted(old, key=len, reverse=True))
    names = {name.upper(): renamed[name] for name in old}

    def drawn(match: re.Match[str]) -> str:
        name = names[match[0].upper()]
        return name.upper() if match[0].isupper() else name

    return re.sub(rf"\b(?:{found}|{found.upper()})\b", drawn, text)


def _sheets(document: str, source: str, chance: random.Random) -> Iterator[Example]:
    """A character's, an object's or a place's description from its name; a persona from that."""
    head, _, rest = document.partition("\n")
    what, _, name = head.partition(": ")
    if not name or not rest:
        return
    text, _, persona = rest.partition("Persona: ")
    persona = re.sub(r"\s*Persona: (My goal: )?", " ", persona)
    text = " ".join(text.split())
    if text:
        yield Example(f"[game]\n{what}: {name}\n", f"{text[:400]}\n", "game", source)
    if persona:
        before = f"[game; {what.lower()}: {name}]\nPersona:"
        yield Example(before, f" {' '.join(persona.split())[:400]}\n", "game", source)
        yield from _voiced(name, persona, source, chance)


def _voiced(name: str, persona: str, source: str, chance: random.Random) -> Iterator[Example]:
    """A sentence that a character says of itself; the others of its persona are its traits."""
    sentences = re.findall(r"[^.!?]+[.!?]", " ".join(persona.split()))
    fit = [each.strip() for each in sentences if re.match(r"\s*(I|My|I'm|I've)\b", each)]
    if len(fit) < 3:
        return
    line = chance.choice(fit)
    words = content_words(line)
    request = Request(
        kind="game" if chance.random() < 0.7 else None,
        genre="fantasy" if chance.random() < 0.4 else "",
        traits={name: " ".join(each for each in fit if each != line)[:240]},
        speaker=name,
        say=tuple(chance.sample(words, 1)) if words and chance.random() < 0.5 else (),
    )
    yield Example(request.prompt(), f" {line}\n", "game", source)


_VERB = (
    "(?:said|asked|cried|answered|replied|whispered|shouted|exclaimed|demanded|muttered|murmured"
    "|remarked|returned|retorted)"
)
_SAID = re.compile(
    rf"\"([^\"]{{8,220}}[.,!?])\" {_VERB} ([A-Z][a-z]{{2,12}})\b"
    rf"|\"([^\"]{{8,220}}[.,!?])\" ([A-Z][a-z]{{2,12}}) {_VERB}\b"
)
_SAID_SO = re.compile(
    rf"\"([^\"\n]{{12,220}}[.,!?])\" (?:{_VERB} [\w'.]+(?: [\w'.]+)?|[\w'.]+ {_VERB}),? "
    r"((?:in |with )?[\w-]+(?: [\w-]+)?)(?=[.,;])"
)
_MANNER = re.compile(r",? ((?:in |with )?[\w-]+(?: [\w-]+)?)(?=[.,;])")


def moody_lines(document: str) -> list[tuple[str, str]]:
    """What is said in a document in a mood that its author names, and the mood."""
    found = [(turn.text, mood_of(turn.direction)) for turn in turns_of(document)[1]]
    found += [(match[1], mood_of(match[2])) for match in _SAID_SO.finditer(document)]
    return [(text, mood) for text, mood in found if mood and len(text) > 15]


def _quoted(document: str, source: str, chance: random.Random, each: int) -> Iterator[Example]:
    found = list(_SAID.finditer(document))
    genre = genre_of(document) if found else ""
    moods = {match.start(): _manner(document, match) for match in found}
    chosen = chance.sample(found, min(each, len(found)))
    moody = [match for match in found if moods[match.start()] and match not in chosen]
    for match in (*chosen, *moody):
        text, speaker = (match[1], match[2]) if match[1] else (match[3], match[4])
        before = document[max(0, match.start() - 420) : match.start()]
        paragraphs = [" ".join(part.split()) for part in before.split("\n")[1:] if part.strip()]
        if not paragraphs or speaker in _NO_SPEAKERS:
            continue
        words = content_words(text)
        say = tuple(chance.sample(words, 1)) if words and chance.random() < 0.4 else ()
        request = Request(
            kind="story" if chance.random() < 0.7 else None,
            genre=genre if chance.random() < 0.5 else "",
            previous=tuple(paragraphs[-3:]),
            speaker=speaker,
            mood=moods[match.start()] if chance.random() < 0.9 else "",
            say=say,
        )
        line = re.sub(r",$", ".", text)
        yield Example(request.prompt(), f" {line}\n", "story", source)


def _manner(document: str, match: re.Match[str]) -> str:
    """The mood in which something is said: what stands behind "said Anna"."""
    told = _MANNER.match(document, match.end())
    return mood_of(told[1]) if told else ""
