"""Negative polarity items and what licenses them; ellipsis and what it leaves behind."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]


def _done(rng: random.Random) -> str:
    """A participle phrase."""
    if rng.random() < 0.5:
        return f"{rng.choice(lex.TO_PEOPLE).participle} {rng.choice(lex.NAMES)}"
    return f"{rng.choice(lex.TO_THINGS).participle} a {rng.choice(lex.THINGS).one}"


def negative_subject(rng: random.Random) -> Pair:
    """`No teacher has ever`, not `Some teacher has ever`."""
    plural = rng.random() < 0.5
    noun, aux = rng.choice(lex.PEOPLE), "have" if plural else "has"
    word = noun.many if plural else noun.one
    right, wrong = rng.choice((("no", "some"), ("no", "the")) if not plural else
                              (("no", "some"), ("few", "many"), ("no", "these")))  # fmt: skip
    end = f"{word} {aux} ever {_done(rng)}"
    return f"{right} {end}", f"{wrong} {end}"


def nobody(rng: random.Random) -> Pair:
    """`Nobody has ever`, not `Somebody has ever`."""
    right, wrong = rng.choice((("nobody", "somebody"), ("no one", "someone"),
                               ("nobody", "everybody"), ("no one", "everyone")))  # fmt: skip
    end = f"has ever {_done(rng)}"
    return f"{right} {end}", f"{wrong} {end}"


def not_ever(rng: random.Random) -> Pair:
    """`has not ever`, not `has really ever`."""
    who = rng.choice(lex.NAMES) if rng.random() < 0.5 else f"the {rng.choice(lex.WORKERS).one}"
    other = rng.choice(("really", "probably", "certainly", "also", "clearly"))
    done = _done(rng)
    return f"{who} has not ever {done}", f"{who} has {other} ever {done}"


def only(rng: random.Random) -> Pair:
    """`Only Tom has ever`, not `Even Tom has ever`."""
    noun = rng.choice(lex.WORKERS)
    who = rng.choice(lex.NAMES) if rng.random() < 0.6 else f"the {noun.one}"
    end = f"{who} has ever {_done(rng)}"
    return f"only {end}", f"even {end}"


def question(rng: random.Random) -> Pair:
    """A question licenses `ever`, a statement does not."""
    who = rng.choice(lex.NAMES) if rng.random() < 0.5 else f"the {rng.choice(lex.WORKERS).one}"
    done = _done(rng)
    return f"has {who} ever {done}?", f"{who} has ever {done}."


def any_object(rng: random.Random) -> Pair:
    """`never bought any`, not `often bought any`."""
    who = rng.choice(lex.NAMES) if rng.random() < 0.5 else f"the {rng.choice(lex.WORKERS).one}"
    noun, verb = rng.choice(lex.THINGS), rng.choice(lex.TO_THINGS)
    right = rng.choice(("never", "rarely", "hardly"))
    wrong = rng.choice(("often", "usually", "already"))
    end = f"{verb.past} any {noun.many}"
    return f"{who} {right} {end}", f"{who} {wrong} {end}"


def scope(rng: random.Random) -> Pair:
    """The negation stands above the item, not inside a relative clause beside it."""
    first, second = rng.sample(lex.WORKERS, 2)
    inner, done = rng.choice(lex.TO_PEOPLE), _done(rng)
    return (
        f"no {first.one} that the {second.one} {inner.past} has ever {done}",
        f"the {first.one} that no {second.one} {inner.past} has ever {done}",
    )


def noun_left_out(rng: random.Random) -> Pair:
    """`one red hat and … several`, not `one hat and … several red`."""
    first, second = rng.sample(lex.NAMES, 2)
    noun, verb = rng.choice(lex.THINGS), rng.choice(lex.TO_THINGS)
    colour = rng.choice(lex.COLOURS)
    few, many = rng.choice(("one", "a", "this")), rng.choice(("several", "some", "many", "more"))
    return (
        f"{first} {verb.past} {few} {colour} {noun.one} and {second} {verb.past} {many}",
        f"{first} {verb.past} {few} {noun.one} and {second} {verb.past} {many} {colour}",
    )


def noun_kept(rng: random.Random) -> Pair:
    """An adjective keeps its noun: `five red hats`, not `five red`."""
    first, second = rng.sample(lex.NAMES, 2)
    noun, verb = rng.choice(lex.THINGS), rng.choice(lex.TO_THINGS)
    colour, (few, many) = rng.choice(lex.ADJECTIVES[:7]), rng.sample(lex.NUMBERS, 2)
    left, right = f"{first} {verb.past} {few}", f"and {second} {verb.past} {many} {colour}"
    return f"{left} {noun.many} {right} {noun.many}", f"{left} {colour} {noun.many} {right}"


def verb_phrase(rng: random.Random) -> Pair:
    """The auxiliary that is left suits the verb phrase that is gone."""
    first, second = rng.sample(lex.NAMES, 2)
    act, thing = rng.choice(lex.TO_THINGS), rng.choice(lex.THINGS).one
    kind = rng.randrange(4)
    said, right, wrong = (
        (f"{act.past} the {thing}", "did", "was"),
        (f"has {act.participle} the {thing}", "has", "is"),
        (f"can {act.plain} the {thing}", "can", "has"),
        (f"is {act.ing} the {thing}", "is", "does"),
    )[kind]
    start = f"{first} {said}, and {second}"
    end = rng.choice(("too", "as well"))
    return f"{start} {right} {end}", f"{start} {wrong} {end}"


def sluice(rng: random.Random) -> Pair:
    """The question word that is left suits what is asked for."""
    name, doubter = rng.sample(lex.NAMES, 2)
    doubt = rng.choice((f"{doubter} does not know", "nobody can say", "I have forgotten",
                        f"{doubter} has not said", "we never heard"))  # fmt: skip
    kind = rng.randrange(3)
    if kind == 0:
        verb = rng.choice(lex.TO_THINGS)
        start = f"{name} {verb.past} something, but {doubt}"
        return f"{start} what", f"{start} who"
    verb = rng.choice(lex.TO_PEOPLE)
    if kind == 1:
        start = f"{name} {verb.past} someone, but {doubt}"
    else:
        start = f"someone {verb.past} {name}, but {doubt}"
    return f"{start} who", f"{start} what"


NPI = {
    rule.__name__: rule
    for rule in (negative_subject, nobody, not_ever, only, question, any_object, scope)
}
ELLIPSIS = {rule.__name__: rule for rule in (noun_left_out, noun_kept, verb_phrase, sluice)}
