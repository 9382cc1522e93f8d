"""Argument structure: what a verb must have beside it, and what it cannot have."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]


def _who(rng: random.Random) -> str:
    return rng.choice(lex.NAMES) if rng.random() < 0.6 else f"the {rng.choice(lex.WORKERS).one}"


def transitive(rng: random.Random) -> Pair:
    """A verb that takes no object has none."""
    subject, (verb, bare) = _who(rng), (rng.choice(lex.TO_PEOPLE), rng.choice(lex.BARE))
    target = rng.choice([name for name in lex.NAMES if name != subject])
    return f"{subject} {verb.past} {target}", f"{subject} {bare.past} {target}"


def intransitive(rng: random.Random) -> Pair:
    """A verb that needs an object is not left without."""
    subject, verb, bare = _who(rng), rng.choice(lex.NEEDY), rng.choice(lex.BARE)
    aux = rng.choice(("has", "had"))
    return f"{subject} {aux} {bare.participle}", f"{subject} {aux} {verb.participle}"


def passive(rng: random.Random) -> Pair:
    """Only a verb with an object has a passive."""
    noun, who = rng.choice(lex.WORKERS), rng.choice(lex.NAMES)
    verb, bare = rng.choice(lex.TO_PEOPLE[:12]), rng.choice(lex.BARE)
    start = f"the {noun.many} were"
    return f"{start} {verb.participle} by {who}", f"{start} {bare.participle} by {who}"


def by_itself(rng: random.Random) -> Pair:
    """A change happens by itself; a deed does not."""
    noun, verb, deed = rng.choice(lex.FIRM), rng.choice(lex.CHANGES), rng.choice(lex.NEEDY)
    when = rng.choice(("", "suddenly", "again", "in the night"))
    return f"the {noun.one} {verb.past} {when}", f"the {noun.one} {deed.past} {when}"


def causative(rng: random.Random) -> Pair:
    """`Tom moved the chair`, not `Tom vanished the chair`."""
    who, noun = rng.choice(lex.NAMES), rng.choice(lex.FIRM)
    verb, bare = rng.choice(lex.CHANGES[:-1]), rng.choice(lex.BARE)
    return f"{who} {verb.past} the {noun.one}", f"{who} {bare.past} the {noun.one}"


def animate_subject(rng: random.Random) -> Pair:
    """Only the living do it."""
    verb, thing = rng.choice(lex.ONLY_PEOPLE), rng.choice(lex.LIFELESS)
    person, other = rng.choice(lex.WORKERS), rng.choice(lex.NAMES)
    return f"the {person.one} {verb.past} {other}", f"the {thing.one} {verb.past} {other}"


RULES = {
    rule.__name__: rule
    for rule in (transitive, intransitive, passive, by_itself, causative, animate_subject)
}
