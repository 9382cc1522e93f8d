"""Irregular forms: pasts, participles and plurals that do not follow the rule."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]


def participle(rng: random.Random) -> Pair:
    """Behind `has` and `was` stands the participle."""
    verb, objects = rng.choice(lex.TWO_PASTS)
    who, aux = rng.choice(lex.NAMES), rng.choice(("has", "had", "has already", "had never"))
    thing = rng.choice(objects)
    return f"{who} {aux} {verb.participle} {thing}", f"{who} {aux} {verb.past} {thing}"


def past(rng: random.Random) -> Pair:
    """Alone stands the past, not the participle."""
    verb, objects = rng.choice(lex.TWO_PASTS)
    who = rng.choice(lex.NAMES) if rng.random() < 0.6 else f"the {rng.choice(lex.WORKERS).one}"
    thing = rng.choice(objects)
    when = "" if verb.plain == "know" else rng.choice(("", "yesterday", "last week"))
    return f"{who} {verb.past} {thing} {when}", f"{who} {verb.participle} {thing} {when}"


def attribute(rng: random.Random) -> Pair:
    """As an adjective stands the participle."""
    right, wrong, nouns = rng.choice((
        ("broken", "broke", ("chair", "window", "clock", "cup", "plate")),
        ("stolen", "stole", ("car", "ring", "picture", "money", "horse")),
        ("hidden", "hid", ("door", "key", "room", "letter", "treasure")),
        ("forgotten", "forgot", ("song", "book", "name", "promise", "war")),
        ("torn", "tore", ("coat", "letter", "map", "page", "shirt")),
        ("written", "wrote", ("answer", "word", "order", "promise", "test")),
        ("frozen", "froze", ("lake", "river", "meat", "pond", "ground")),
        ("fallen", "fell", ("tree", "leaf", "soldier", "branch", "wall")),
    ))  # fmt: skip
    start = f"{rng.choice(lex.NAMES)} {rng.choice(('saw', 'remembered', 'liked', 'found'))} the"
    noun = rng.choice(nouns)
    return f"{start} {right} {noun}", f"{start} {wrong} {noun}"


def over_regular_past(rng: random.Random) -> Pair:
    """`caught`, not `catched`."""
    right, wrong, end = rng.choice(lex.OVER_REGULAR)
    who = rng.choice(lex.NAMES) if rng.random() < 0.6 else f"the {rng.choice(lex.WORKERS).many}"
    return f"{who} {right} {end}", f"{who} {wrong} {end}"


def over_regular_plural(rng: random.Random) -> Pair:
    """`children`, not `childs`."""
    right, wrong, where = rng.choice(lex.ODD_PLURALS)
    count = rng.choice((*lex.NUMBERS, "some", "many", "several"))
    start = rng.choice((f"there were {count}", f"{rng.choice(lex.NAMES)} saw {count}"))
    return f"{start} {right} {where}", f"{start} {wrong} {where}"


RULES = {
    rule.__name__: rule
    for rule in (participle, past, attribute, over_regular_past, over_regular_plural)
}
