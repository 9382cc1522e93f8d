"""Two calls side by side, with vectors made so that the right pairs are known."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from slmapps_earnings.diff import Change, diff, statements
from tests.earnings.scored_calls import ANALYST, CEO, PREPARED, QA, said, scored_call

THEN = datetime(2025, 1, 23, 21, tzinfo=UTC)


def towards(*places: int | tuple[int, float]) -> np.ndarray:
    """Unit vectors: along axis ``n``, or at a cosine to it with the rest along an axis of its own."""
    out = np.zeros((len(places), 64))
    for row, place in enumerate(places):
        axis, cosine = place if isinstance(place, tuple) else (place, 1.0)
        out[row, axis] = cosine
        out[row, 32 + row] = np.sqrt(1 - cosine**2)
    return out


def one(*lines, section=PREPARED, role=CEO, **given):
    return scored_call(said(role, section, *lines), **given)


def changes(pairs):
    return [pair.change for pair in pairs]


def test_each_statement_is_new_dropped_strengthened_softened_or_kept():
    before = one(
        ("Orders are flat.", 0.0),
        ("China may recover.", 0.2, {"uncertain": 0.9}),
        ("We pay 5 cents.", 0.1),
        ("We sold the mill.", 0.0),
        when=THEN,
    )
    now = one(
        ("Orders are strong.", 0.8),
        ("China recovers.", 0.2),
        ("We pay 5 cents.", 0.1),
        ("We bought a dock.", 0.0),
        ("Costs hurt.", -0.7),
    )
    pairs = diff(now, before, towards((0, 0.9), 1, 2, 7, 8), towards(0, 1, 2, 3))
    assert changes(pairs) == ["strengthened", "strengthened", "kept", "new", "new", "dropped"]
    assert pairs[0].reasons == ("tone +0.00 → +0.80",)
    assert pairs[1].reasons == ("hedging removed",)
    assert (pairs[0].now.text, pairs[0].before.text) == ("Orders are strong.", "Orders are flat.")
    assert (pairs[5].now, pairs[5].before.text) == (None, "We sold the mill.")
    assert now.call.text[pairs[4].now.start : pairs[4].now.end] == "Costs hurt."
    assert all(0 <= pair.sure <= 1 for pair in pairs)


def test_softer_is_less_positive_more_hedged_or_a_lowered_outlook():
    before = one(
        ("Demand is good.", 0.7),
        ("We will grow.", 0.3),
        ("We see sales of $5 billion.", 0.1),
        when=THEN,
    )
    now = one(
        ("Demand is fair.", 0.1),
        ("We might grow.", 0.3, {"uncertain": 0.9}),
        ("We see sales of $4 billion.", 0.1, {"actions": ["lowered"]}),
    )
    pairs = diff(now, before, towards(0, 1, 2), towards(0, 1, 2))
    assert changes(pairs) == [Change.SOFTENED] * 3
    assert pairs[1].reasons == ("hedging added",)
    assert pairs[2].reasons == (
        "outlook lowered or withdrawn",
        "figure changed: $5 billion → $4 billion",
    )


def test_a_changed_figure_alone_is_told_and_decides_nothing():
    before, now = (
        one(("We employ 4,100 people.", 0.0), when=THEN),
        one(("We employ 4,350 people.", 0.0)),
    )
    (pair,) = diff(now, before, towards(0), towards(0))
    assert (pair.change, pair.reasons) == (Change.KEPT, ("figure changed: 4,100 → 4,350",))


def test_the_assignment_is_the_best_of_all_not_the_first_best():
    before = one(("A.", 0.0), ("B.", 0.0), when=THEN)
    now = one(("One.", 0.0), ("Two.", 0.0))
    # Greedily One takes A (0.90) and Two is left without; together One-B and Two-A are worth more.
    cosines = np.array([[0.90, 0.85], [0.88, 0.10]])
    pairs = diff(now, before, cosines, np.eye(2))
    assert [(pair.now.text, pair.before.text) for pair in pairs] == [("One.", "B."), ("Two.", "A.")]


def test_a_phrase_said_twice_is_used_up_once():
    before, now = (
        one(("We are proud.", 0.5), when=THEN),
        one(("We are proud.", 0.5), ("We are proud.", 0.5)),
    )
    pairs = diff(now, before, towards(0, 0), towards(0))
    assert changes(pairs) == ["kept", "new"]
    assert pairs[1].sure == pytest.approx(0.0)
    assert pairs[1].reasons == ("what is like it is paired already before",)


def test_another_section_or_topic_costs_and_analysts_pair_with_analysts():
    before = one(("Margins fell.", 0.0, {"topics": {"margins": 0.9}}), when=THEN)
    near, far = towards((0, 0.65)), towards(0)
    assert changes(diff(one(("Margins fell.", 0.0)), before, near, far)) == ["kept"]
    moved = one(("Margins fell.", 0.0, {"topics": {"deals": 0.9}}), section=QA)
    assert changes(diff(moved, before, near, far)) == ["new", "dropped"]
    asked = one(("Margins fell.", 0.0), role=ANALYST)
    assert changes(diff(asked, before, far, far)) == ["new", "dropped"]


def test_every_statement_stands_in_exactly_one_pair():
    rng = np.random.default_rng(3)
    before = one(*[(f"B{n}.", float(t)) for n, t in enumerate(rng.uniform(-1, 1, 40))], when=THEN)
    now = one(*[(f"N{n}.", float(t)) for n, t in enumerate(rng.uniform(-1, 1, 55))])
    vectors = [rng.normal(size=(n, 4)) for n in (55, 40)]
    pairs = diff(now, before, *[v / np.linalg.norm(v, axis=1, keepdims=True) for v in vectors])
    assert sorted(pair.now.sentence for pair in pairs if pair.now) == list(range(55))
    assert sorted(pair.before.sentence for pair in pairs if pair.before) == list(range(40))


def test_a_first_call_is_all_new_and_wrong_vectors_are_the_callers_mistake():
    now, nothing = one(("Up.", 0.5)), scored_call(when=THEN)
    assert changes(diff(now, nothing, towards(0), np.zeros((0, 64)))) == ["new"]
    assert changes(diff(nothing, now, np.zeros((0, 64)), towards(0))) == ["dropped"]
    with pytest.raises(ValueError, match=r"encode statements\(call\)"):
        diff(now, now, towards(0, 1), towards(0))
    assert statements(now) == ["Up."]
