"""Which of two figures is the greater is said in words before a sentence is encoded."""

from __future__ import annotations

import pytest

from slmapps_earnings.aiming import aimed
from slmapps_earnings.figures import marked


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Profit was EUR 3.1 mn, compared with EUR 4.4 mn a year earlier.", "3.1 mn (less)"),
        ("Sales rose to SEK 12.1 million from SEK 10.4 million.", "12.1 million (more)"),
        ("Profit grew from $3.2 million to $4.1 million.", "$4.1 million (more)"),
        ("Net sales were EUR 12.1 mn (10.4).", "12.1 mn (more)"),
        ("The operating result was EUR -0.5 mn compared to EUR -1.2 mn.", "(smaller loss)"),
        ("It made a loss of 0.6 mn euros, versus a profit of 1.2 mn euros.", "(now loss)"),
        ("The margin was 5.1% against 5.1% a year ago.", "(same)"),
    ],
)
def test_a_figure_that_is_set_against_another_gets_its_word(text, note):
    assert note in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "We employ 300 people in 12 countries.",
        "We expect revenue between $41 billion and $43 billion.",
        "The meeting is on 14 May 2026.",
        "",
    ],
)
def test_a_text_without_a_comparison_stays_as_it_is(text):
    assert marked(text) == text


def test_two_targets_of_one_sentence_are_read_apart_and_unnamed():
    text = "Korvala falls while Brantway gains"
    assert aimed(text, "Korvala") != aimed(text, "Brantway")
    assert "Korvala" not in aimed(text, "korvala")
    assert aimed(text, " ") == text
