"""Questions and gaps: out of what a word may be moved, and that it leaves a gap behind."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]


def _who(rng: random.Random) -> str:
    """One person, by name or as `the nurse`."""
    return rng.choice(lex.NAMES) if rng.random() < 0.6 else f"the {rng.choice(lex.WORKERS).one}"


def _two(rng: random.Random) -> tuple[str, str]:
    first, second = _who(rng), _who(rng)
    while second == first:
        second = _who(rng)
    return first, second


def wh_island(rng: random.Random) -> Pair:
    """Out of a clause, but not out of a question."""
    first, second = _two(rng)
    verb = rng.choice(lex.TO_THINGS)
    matrix = rng.choice(("discover", "remember", "find out", "reveal", "notice", "say"))
    start = f"what did {first} {matrix}"
    return f"{start} {second} had {verb.participle}?", f"{start} who had {verb.participle}?"


def complex_noun_phrase(rng: random.Random) -> Pair:
    """The object of the main clause is asked for, not that of a relative clause."""
    first, second = (noun.one for noun in rng.sample(lex.WORKERS, 2))
    outer, inner = rng.sample(lex.TO_PEOPLE, 2)
    return (
        f"who did the {first} who {inner.past} the {second} {outer.plain}?",
        f"who did the {first} {outer.plain} the {second} who {inner.past}?",
    )


def adjunct(rng: random.Random) -> Pair:
    """The object of the main verb is asked for, not that of the adjunct."""
    first, second = _two(rng)
    outer, inner = rng.sample(lex.TO_PEOPLE, 2)
    when = rng.choice(("before", "after", "without", "while"))
    aux = rng.choice(("did", "should", "could", "will"))
    return (
        f"who {aux} {first} {outer.plain} {when} {inner.ing} {second}?",
        f"who {aux} {first} {outer.plain} {second} {when} {inner.ing}?",
    )


def coordination(rng: random.Random) -> Pair:
    """Both conjuncts are moved or none."""
    one, two = rng.sample(lex.THINGS, 2)
    name, verb = rng.choice(lex.NAMES), rng.choice(lex.TO_THINGS)
    return (
        f"which {one.many} and {two.many} did {name} {verb.plain}?",
        f"which {one.many} did {name} {verb.plain} and {two.many}?",
    )


def left_branch(rng: random.Random) -> Pair:
    """`which` takes its noun along."""
    noun, verb, who = rng.choice(lex.THINGS), rng.choice(lex.TO_THINGS), _who(rng)
    word = rng.choice((noun.one, noun.many))
    ask = rng.choice(("which", "whose"))
    aux = rng.choice(("did", "should", "could"))
    return f"{ask} {word} {aux} {who} {verb.plain}?", f"{ask} {aux} {who} {verb.plain} {word}?"


def sentential_subject(rng: random.Random) -> Pair:
    """Nothing is moved out of a clause that is the subject."""
    first, second = _two(rng)
    verb = rng.choice(lex.TO_PEOPLE[:12])
    matrix = rng.choice(("annoy", "surprise", "worry", "upset", "please", "shock"))
    return (
        f"who did {first}'s {verb.ing} {second} {matrix}?",
        f"who did {first}'s {verb.ing} {matrix} {second}?",
    )


def wh_with_gap(rng: random.Random) -> Pair:
    """With a gap: `what`, not `that`."""
    first, second = _two(rng)
    verb = rng.choice(lex.NEEDY)
    start, end = f"{first} {rng.choice(lex.KNOWING)}", f"{second} {verb.past}"
    return f"{start} what {end}", f"{start} that {end}"


def that_without_gap(rng: random.Random) -> Pair:
    """Without a gap: `that`, not `what`."""
    first, second = _two(rng)
    verb, noun = rng.choice(lex.TO_THINGS), rng.choice(lex.THINGS)
    start, end = f"{first} {rng.choice(lex.KNOWING)}", f"{second} {verb.past} the {noun.one}"
    return f"{start} that {end}", f"{start} what {end}"


def wh_with_gap_far(rng: random.Random) -> Pair:
    """With a gap behind a relative clause."""
    first, second = _two(rng)
    noun = rng.choice(lex.WORKERS).one
    inner, verb = rng.choice(lex.TO_PEOPLE), rng.choice(lex.NEEDY)
    start = f"{first} {rng.choice(lex.KNOWING)}"
    end = f"the {noun} who {inner.past} {second} had {verb.participle}"
    return f"{start} what {end}", f"{start} that {end}"


def that_without_gap_far(rng: random.Random) -> Pair:
    """Without a gap, behind a relative clause."""
    first, second = _two(rng)
    noun, thing = rng.choice(lex.WORKERS).one, rng.choice(lex.THINGS).one
    inner, verb = rng.choice(lex.TO_PEOPLE), rng.choice(lex.TO_THINGS)
    start = f"{first} {rng.choice(lex.KNOWING)}"
    end = f"the {noun} who {inner.past} {second} had {verb.participle} the {thing}"
    return f"{start} that {end}", f"{start} what {end}"


def relative_or_question(rng: random.Random) -> Pair:
    """`the chair that he sold` against `what he sold the chair`."""
    first, second = _two(rng)
    verb, noun = rng.choice(lex.TO_THINGS), rng.choice(lex.THINGS)
    seen = rng.choice(("saw", "noticed", "remembered", "found", "liked"))
    aux = rng.choice(("had", "could have", "might have"))
    return (
        f"{first} {seen} the {noun.one} that {second} {aux} {verb.participle}",
        f"{first} {seen} what {second} {aux} {verb.participle} the {noun.one}",
    )


ISLANDS = {
    rule.__name__: rule
    for rule in (
        wh_island,
        complex_noun_phrase,
        adjunct,
        coordination,
        left_branch,
        sentential_subject,
    )
}
FILLER_GAP = {
    rule.__name__: rule
    for rule in (
        wh_with_gap,
        that_without_gap,
        wh_with_gap_far,
        that_without_gap_far,
        relative_or_question,
    )
}
