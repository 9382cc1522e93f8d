"""The task format: a header of control fields, the lines so far, and then the line that is asked.

    [play; genre: comedy; place: a garden; time: night]
    [Anna: proud, quick to laugh; Boris's sister]
    (They sit down.)
    Boris: Where have you been?
    [mood: angry; to: Boris; act: question; say: letter, tomorrow; avoid: money]
    Anna:

Design choices:

* The lines are ``Name: line``, as plays have them: the model knows them before it is tuned.
* What holds for the scene stands first, so that all lines of a scene share a beginning (and its
  cache); what holds for one line stands right before it, where a small model still has it in mind.
* Every field may be missing, and a header with no field is left out.
* Fields are parted by ``; ``, lists by ``, ``; a value loses these marks and its line ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["KINDS", "MOODS", "Kind", "Request", "parse"]

Kind = Literal["play", "chat", "story", "game", "script"]
KINDS: tuple[Kind, ...] = ("play", "chat", "story", "game", "script")
MOODS = ("angry", "happy", "sad", "afraid", "tender", "surprised", "cold")


@dataclass(frozen=True)
class Request:
    """What is asked of the writer; every field may be left empty.

    ``previous`` are the lines so far as they stand in the text (``Name: line``, or a direction in
    round brackets). ``asked`` is what is to be written: a ``line`` of the ``speaker``, a
    ``direction`` (an action line), or a ``heading`` of the next scene. ``traits`` are personas by
    name: what a person is like, and to whom they are what.
    """

    kind: Kind | None = None
    genre: str = ""
    place: str = ""
    time: str = ""
    traits: dict[str, str] = field(default_factory=dict)
    previous: tuple[str, ...] = ()
    speaker: str = ""
    addressee: str = ""
    relation: str = ""
    mood: str = ""
    act: str = ""
    say: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    asked: Literal["line", "direction", "heading"] = "line"

    @property
    def speakers(self) -> list[str]:
        """Who spoke the lines so far, in their order."""
        return [line.partition(":")[0] for line in self.previous if not line.startswith("(")]

    def prompt(self) -> str:
        """The text that the line follows; it ends right where the line begins, without a blank."""
        scene = [
            self.kind or "",
            _pair("genre", self.genre),
            _pair("place", self.place),
            _pair("time", self.time),
        ]
        lines = [_header(scene)]
        lines += [
            _header([f"{_flat(name)}: {_flat(trait)}"]) for name, trait in self.traits.items()
        ]
        lines += [" ".join(line.split()) for line in self.previous]
        lines.append(
            _header(
                [
                    _pair("mood", self.mood),
                    _pair("to", self.addressee),
                    _pair("who is", self.relation),
                    _pair("act", self.act),
                    _pair("say", ", ".join(_flat(each, ",") for each in self.say)),
                    _pair("avoid", ", ".join(_flat(each, ",") for each in self.avoid)),
                ]
            )
        )
        last = {"line": f"{_flat(self.speaker)}:", "direction": "(", "heading": "***"}[self.asked]
        return "\n".join([*(line for line in lines if line), last])


def parse(prompt: str) -> Request:
    """The request that gave ``prompt``; what it cannot place it takes for a line so far."""
    *lines, last = prompt.split("\n")
    scene: dict[str, str] = {}
    traits: dict[str, str] = {}
    order: dict[str, str] = {}
    previous: list[str] = []
    kind: Kind | None = None
    for number, line in enumerate(lines):
        if not (line.startswith("[") and line.endswith("]")):
            previous.append(line)
            continue
        fields = line[1:-1].split("; ")
        named = dict(part.split(": ", 1) for part in fields if ": " in part)
        first = next((each for each in KINDS if each == fields[0]), None)
        if number == len(lines) - 1 and set(named) <= _ORDER and named:
            order = named
        elif first is not None or (not previous and not traits and set(named) <= _SCENE):
            kind, scene = first, named
        elif ": " in line:
            name, trait = line[1:-1].split(": ", 1)
            traits[name] = trait
        else:
            previous.append(line)
    asked: Literal["line", "direction", "heading"] = "line"
    if last == "(":
        asked = "direction"
    elif last == "***":
        asked = "heading"
    return Request(
        kind=kind,
        genre=scene.get("genre", ""),
        place=scene.get("place", ""),
        time=scene.get("time", ""),
        traits=traits,
        previous=tuple(previous),
        speaker=last.removesuffix(":") if asked == "line" else "",
        addressee=order.get("to", ""),
        relation=order.get("who is", ""),
        mood=order.get("mood", ""),
        act=order.get("act", ""),
        say=_list(order.get("say", "")),
        avoid=_list(order.get("avoid", "")),
        asked=asked,
    )


_ORDER = {"mood", "to", "who is", "act", "say", "avoid"}
_SCENE = {"genre", "place", "time"}


def _pair(name: str, value: str) -> str:
    flat = _flat(value)
    return f"{name}: {flat}" if flat else ""


def _header(parts: list[str]) -> str:
    kept = "; ".join(part for part in parts if part)
    return f"[{kept}]" if kept else ""


def _flat(value: str, also: str = "") -> str:
    """One line without the marks that part fields."""
    return " ".join(re.sub(f"[\\[\\];{also}]", " ", value).split())


def _list(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(", ") if part)
