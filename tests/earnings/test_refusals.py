"""Words that refuse outright, and answers that hold a no but answer."""

from __future__ import annotations

import pytest

from slmapps_earnings.refusals import refusal


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("We don't break out revenue by region, Ola.", "We don't break out"),
        ("As you know, we do not comment on market rumors.", "we do not comment"),
        ("I'm not going to get into the terms of the contract.", "I'm not going to get into"),
        ("Our policy is not to discuss pending litigation.", "not to discuss"),
        ("I would rather not speculate on that.", "I would rather not speculate"),
        ("It's too early to say how the spring season will turn out.", "too early to say"),
        ("We have nothing to announce today.", "nothing to announce"),
        ("I don't have that number in front of me.", "I don't have that number"),
        ("Honestly, I don't remember the split.", "I don't remember"),
        ("I just really don't know.", "I just really don't know"),
        ("Why don't we take that offline?", "we take that offline"),
        ("We can follow up with you after the call.", "follow up with you after"),
        ("We haven’t disclosed the price.", "We haven’t disclosed"),
    ],
)
def test_words_that_refuse_are_given_as_they_stand(answer, words):
    assert refusal(answer) == words


@pytest.mark.parametrize(
    "answer",
    [
        "We don't expect any change in the second half; volumes should grow 4%.",
        "We can't ship fast enough, so we are adding a third line in Varde.",
        "Not only did traffic grow, the basket grew too.",
        "The furnace was not running in June, so output fell 8%.",
        "Pricing added two points and we do not see that going away.",
        "I don't know if you saw the booth, but the response was terrific.",
        "No customer is above 10% of sales.",
        "Some buyers wait and see, and others place orders for the whole year.",
        "",
    ],
)
def test_a_no_about_the_business_is_an_answer(answer):
    assert refusal(answer) == ""
