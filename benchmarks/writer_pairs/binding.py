"""Binding: what a reflexive can stand for, and what a pronoun cannot."""

from __future__ import annotations

import random

from benchmarks.writer_pairs import lexicon as lex

Pair = tuple[str, str]
_SELF, _HIM, _HE = ({"f": "herself", "m": "himself"}, {"f": "her", "m": "him"},
                    {"f": "she", "m": "he"})  # fmt: skip


def _name(rng: random.Random) -> tuple[str, str]:
    gender = rng.choice("fm")
    return rng.choice(lex.WOMEN if gender == "f" else lex.MEN), gender


def command(rng: random.Random) -> Pair:
    """The antecedent is the head, not a noun inside its relative clause."""
    gender = rng.choice("fm")
    noun = rng.choice(lex.FEMALE[:4] if gender == "f" else lex.MALE[:4])
    other, inner = rng.choice(lex.WORKERS), rng.choice(lex.TO_PEOPLE)
    verb = rng.choice(lex.TO_SELF).past
    if rng.random() < 0.5:
        start = f"the {noun.one} who {inner.past} the {other.many} {verb}"
        return f"{start} {_SELF[gender]}", f"{start} themselves"
    start = f"the {other.many} who {inner.past} the {noun.one} {verb}"
    return f"{start} themselves", f"{start} {_SELF[gender]}"


def domain_reflexive(rng: random.Random) -> Pair:
    """The antecedent is in the same clause."""
    name, gender = _name(rng)
    other = rng.choice(lex.WORKERS)
    start = f"{name} {rng.choice(lex.SAYING)} that the {other.many} {rng.choice(lex.TO_SELF).past}"
    return f"{start} themselves", f"{start} {_SELF[gender]}"


def domain_pronoun(rng: random.Random) -> Pair:
    """From outside its clause a name is taken up by a pronoun, not by a reflexive."""
    name, gender = _name(rng)
    other = rng.choice(lex.WORKERS)
    verb = rng.choice(lex.TO_PEOPLE).past
    start = f"{name} {rng.choice(lex.SAYING)} that the {other.many} {verb}"
    when = rng.choice(("", "yesterday", "again", "last week"))
    return f"{start} {_HIM[gender]} {when}", f"{start} {_SELF[gender]} {when}"


def case(rng: random.Random) -> Pair:
    """A reflexive is no subject of a finite clause."""
    name, gender = _name(rng)
    verb = rng.choice(lex.TO_THINGS)
    start, thing = f"{name} {rng.choice(lex.SAYING)} that", rng.choice(lex.THINGS).one
    end = f"{verb.past} the {thing}"
    return f"{start} {_HE[gender]} {end}", f"{start} {_SELF[gender]} {end}"


def possessor(rng: random.Random) -> Pair:
    """The possessor inside the subject does not bind."""
    name, gender = _name(rng)
    head = rng.choice(("friends", "parents", "neighbours", "cousins", "teachers", "children"))
    start = f"{name}'s {head} {rng.choice(lex.TO_SELF).past}"
    return f"{start} themselves", f"{start} {_SELF[gender]}"


RULES = {
    rule.__name__: rule for rule in (command, domain_reflexive, domain_pronoun, case, possessor)
}
