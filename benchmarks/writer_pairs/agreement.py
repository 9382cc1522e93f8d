"""Agreement: subject and verb across attractors, determiner and noun, anaphor and antecedent."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]
_BE = {True: ("is", "was", "has been"), False: ("are", "were", "have been")}


def _finite(rng: random.Random) -> tuple[str, str]:
    """A verb phrase for one and for many, present or past."""
    kind = rng.randrange(4)
    if kind == 0:
        verb = rng.choice(lex.ACTS)
        when = rng.choice(("every day", "too often", "now and then"))
        return f"{verb.third} {when}", f"{verb.plain} {when}"
    state = rng.choice(lex.STATES)
    one, many = _BE[True][kind - 1], _BE[False][kind - 1]
    return f"{one} {state}", f"{many} {state}"


def _chosen(subject: str, one: str, many: str, plural: bool) -> Pair:
    right, wrong = (many, one) if plural else (one, many)
    return f"{subject} {right}", f"{subject} {wrong}"


def plain_subject(rng: random.Random) -> Pair:
    """The subject stands before its verb."""
    noun, plural = rng.choice(lex.PEOPLE), rng.random() < 0.5
    extra = rng.choice(("", "young", "old", "clever"))
    subject = f"the {extra} {noun.many if plural else noun.one}"
    return _chosen(subject, *_finite(rng), plural)


def behind_prepositional_phrase(rng: random.Random) -> Pair:
    """A noun of the other number stands between, in a prepositional phrase."""
    noun, other = rng.sample(lex.PEOPLE, 2)
    plural = rng.random() < 0.5
    where = rng.choice(("near", "behind", "next to", "with", "in front of"))
    subject = f"the {noun.many if plural else noun.one} {where} the"
    subject += f" {other.one if plural else other.many}"
    return _chosen(subject, *_finite(rng), plural)


def things_behind_prepositional_phrase(rng: random.Random) -> Pair:
    """The same with things."""
    noun, other = rng.choice(lex.THINGS), rng.choice(lex.PLACES)
    plural = rng.random() < 0.5
    where = rng.choice(("near", "behind", "beside", "next to"))
    subject = f"the {noun.many if plural else noun.one} {where} the"
    subject += f" {other.one if plural else other.many}"
    state = rng.choice(("dirty", "old", "very expensive", "broken", "mine", "too small"))
    tense = rng.randrange(2)
    return _chosen(subject, f"{_BE[True][tense]} {state}", f"{_BE[False][tense]} {state}", plural)


def behind_object_relative(rng: random.Random) -> Pair:
    """A relative clause with a subject of the other number stands between."""
    noun, other = rng.sample(lex.PEOPLE, 2)
    plural = rng.random() < 0.5
    verb = rng.choice(lex.TO_PEOPLE)
    subject = f"the {noun.many if plural else noun.one} that the"
    subject += f" {other.one if plural else other.many} {verb.past}"
    return _chosen(subject, *_finite(rng), plural)


def behind_subject_relative(rng: random.Random) -> Pair:
    """A relative clause with an object of the other number stands between."""
    noun, other = rng.sample(lex.PEOPLE, 2)
    plural = rng.random() < 0.5
    verb = rng.choice(lex.TO_PEOPLE)
    subject = f"the {noun.many if plural else noun.one} who {verb.past} the"
    subject += f" {other.one if plural else other.many}"
    return _chosen(subject, *_finite(rng), plural)


def relational_noun(rng: random.Random) -> Pair:
    """`The friends of the doctor`, with the other number inside."""
    head = rng.choice((("friend", "friends"), ("sister", "sisters"), ("son", "sons"),
                       ("neighbour", "neighbours"), ("enemy", "enemies")))  # fmt: skip
    other, plural = rng.choice(lex.WORKERS), rng.random() < 0.5
    subject = f"the {head[plural]} of the {other.one if plural else other.many}"
    return _chosen(subject, *_finite(rng), plural)


def _determined(rng: random.Random, between: str, odd: bool) -> Pair:
    noun = rng.choice(lex.ODD_THINGS if odd else lex.THINGS)
    plural = rng.random() < 0.5
    word = rng.choice(("these", "those") if plural else ("this", "that"))
    verb = rng.choice(lex.TO_THINGS)
    start = f"{rng.choice(lex.NAMES)} {verb.past} {word} {between}"
    right, wrong = (noun.many, noun.one) if plural else (noun.one, noun.many)
    return f"{start} {right}", f"{start} {wrong}"


def demonstrative(rng: random.Random) -> Pair:
    """`this chair`, not `this chairs`."""
    return _determined(rng, "", odd=False)


def demonstrative_odd_plural(rng: random.Random) -> Pair:
    """The same with plurals that are not simply -s."""
    return _determined(rng, "", odd=True)


def demonstrative_behind_adjective(rng: random.Random) -> Pair:
    """An adjective between determiner and noun."""
    return _determined(rng, rng.choice(lex.ADJECTIVES), odd=rng.random() < 0.4)


def demonstrative_chosen(rng: random.Random) -> Pair:
    """The noun is given, the determiner is right or wrong."""
    noun, plural = rng.choice(lex.THINGS + lex.ODD_PEOPLE), rng.random() < 0.5
    few, many = rng.choice((("this", "these"), ("that", "those")))
    name, verb = rng.choice(lex.NAMES), rng.choice(("described", "mentioned", "found", "noticed"))
    right, wrong = (many, few) if plural else (few, many)
    word = noun.many if plural else noun.one
    return f"{name} {verb} {right} {word}", f"{name} {verb} {wrong} {word}"


def quantifier(rng: random.Random) -> Pair:
    """`every chair`, `several chairs`."""
    noun, plural = rng.choice(lex.THINGS + lex.ODD_THINGS), rng.random() < 0.5
    word = rng.choice(("several", "many", "both", "a few") if plural else
                      ("every", "each", "another", "one"))  # fmt: skip
    start = f"{rng.choice(lex.NAMES)} {rng.choice(lex.TO_THINGS).past} {word}"
    right, wrong = (noun.many, noun.one) if plural else (noun.one, noun.many)
    return f"{start} {right}", f"{start} {wrong}"


_SELF = {"f": "herself", "m": "himself"}


def anaphor_gender_name(rng: random.Random) -> Pair:
    """A name with its reflexive."""
    gender = rng.choice("fm")
    name = rng.choice(lex.WOMEN if gender == "f" else lex.MEN)
    start = f"{name} {rng.choice(lex.TO_SELF).past}"
    return f"{start} {_SELF[gender]}", f"{start} {_SELF['m' if gender == 'f' else 'f']}"


def anaphor_gender_noun(rng: random.Random) -> Pair:
    """A noun that says its gender, with its reflexive."""
    gender = rng.choice("fm")
    noun = rng.choice(lex.FEMALE if gender == "f" else lex.MALE)
    start = f"{rng.choice(('the', 'that', 'some'))} {noun.one} {rng.choice(lex.TO_SELF).past}"
    return f"{start} {_SELF[gender]}", f"{start} {_SELF['m' if gender == 'f' else 'f']}"


def anaphor_number(rng: random.Random) -> Pair:
    """One or many."""
    gender, plural = rng.choice("fm"), rng.random() < 0.5
    noun = rng.choice(lex.FEMALE if gender == "f" else lex.MALE)
    word = rng.choice(("these", "those", "many") if plural else ("this", "that", "every"))
    start = f"{word} {noun.many if plural else noun.one} {rng.choice(lex.TO_SELF).past}"
    pair = f"{start} themselves", f"{start} {_SELF[gender]}"
    return pair if plural else (pair[1], pair[0])


def anaphor_person(rng: random.Random) -> Pair:
    """I, you, we with their reflexives."""
    right = {"I": "myself", "we": "ourselves", "they": "themselves", "he": "himself",
             "she": "herself"}  # fmt: skip
    who = rng.choice(list(right))
    wrong = rng.choice([word for each, word in right.items() if each != who])
    start = f"{who} {rng.choice(lex.TO_SELF).past}"
    when = rng.choice(("", "again", "in the end", "at first"))
    return f"{start} {right[who]} {when}", f"{start} {wrong} {when}"


SUBJECT_VERB = {
    rule.__name__: rule
    for rule in (
        plain_subject,
        behind_prepositional_phrase,
        things_behind_prepositional_phrase,
        behind_object_relative,
        behind_subject_relative,
        relational_noun,
    )
}
DETERMINER_NOUN = {
    rule.__name__: rule
    for rule in (
        demonstrative,
        demonstrative_odd_plural,
        demonstrative_behind_adjective,
        demonstrative_chosen,
        quantifier,
    )
}
ANAPHOR = {
    rule.__name__: rule
    for rule in (anaphor_gender_name, anaphor_gender_noun, anaphor_number, anaphor_person)
}
