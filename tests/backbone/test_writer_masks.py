"""Masks on a tiny random model, which writes whatever it is let."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slmapps.backbone import load_writer
from slmapps.backbone.automaton import Automaton
from slmapps.backbone.masks import AllOf, AllowedNames, BannedStrings, Format
from slmapps.backbone.writer import Writer
from tests.backbone.writer_folder import write_model

WILD = {"temperature": 1.5, "top_p": 1.0, "min_p": 0.0}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def writer(model: Path, cache: Path) -> Writer:
    return load_writer(model, threads=1)


def test_banned_strings_never_come_up(writer: Writer):
    free = writer.generate(["Tom"] * 8, max_tokens=80, seed=1, **WILD)
    banned = ["e", "an", "the", "–"]
    assert any(each in found.text for found in free for each in banned)
    mask = BannedStrings(writer, banned)
    held = writer.generate(["Tom"] * 8, max_tokens=80, seed=1, mask=mask, **WILD)
    assert not [found.text for found in held for each in banned if each in found.text]


def test_only_listed_names_are_written(writer: Writer):
    names = AllowedNames(writer, ["Anna Voss", "Tom"], common=["the", "who", "rain"])
    mask = AllOf(names, Format(writer, "[ -~]*"))
    found = writer.generate([""] * 12, max_tokens=120, seed=1, mask=mask, **WILD)
    # The last word may be cut off in the middle.
    words = {word for each in found for word in re.findall("[A-Za-z'-]+", each.text + "x")[:-1]}
    bare = {re.sub("'s$", "", word.rstrip("'-")) for word in words if re.search("[A-Z]", word)}
    assert bare & {"Anna", "Tom", "Voss", "The", "Who", "Rain"}
    assert bare <= {
        "Anna",
        "Voss",
        "Tom",
        "The",
        "Who",
        "Rain",
        *["I", "I'm", "I'd", "I'll", "I've", "OK"],
    }


@pytest.mark.parametrize(
    ("written", "following", "good"),
    [
        ("Tom", " said", True),
        ("He saw ", "Anna", True),
        ("He saw ", "Bob", False),
        ("He saw B", "ob", False),
        ("He saw. ", "The", True),
        ("He saw ", "The", False),
        ("He saw An", "na", True),
        ("He saw Ann", " ", False),
        ("", "The", True),
        ("He saw Anna", "'", True),
        ("He saw ", "Émile", False),
        ("He saw ", "Étie", True),
        ("He saw caf", "é", True),
    ],
)
def test_a_name_is_judged_by_its_place(writer: Writer, written: str, following: str, good: bool):
    mask = AllowedNames(writer, ["Anna", "Étienne"], common=["the", "he", "tom"])
    assert mask._fits(*mask._state(written.encode(), begin=True), following.encode()) is good


def test_a_capital_in_two_pieces_is_found_out(writer: Writer):
    mask = AllowedNames(writer, ["Anna"], common=["the"])
    first, second, small = (writer.pieces.index(byte) for byte in (b"\xc3", b"\x89", b"\xa9"))
    said = writer.tokenizer.encode("He saw ", add_special_tokens=False).ids
    found = mask.allowed([*said, first])
    assert not found[second]
    assert found[small]


def test_a_format_is_kept_and_ends_where_it_may(writer: Writer):
    pattern = r"(INT|EXT)\. [A-Z ]{3,12} - (DAY|NIGHT)\n"
    found = writer.generate(["x"] * 12, max_tokens=60, seed=2, mask=Format(writer, pattern), **WILD)
    assert len({each.text for each in found}) > 3
    for each in found:
        assert each.finished == "end"
        assert re.fullmatch(pattern, each.text)


def test_masks_can_be_joined(writer: Writer):
    mask = AllOf(Format(writer, "[a-z ]{5,30}"), BannedStrings(writer, ["a", " "]))
    for each in writer.generate(["x"] * 6, max_tokens=40, mask=mask, **WILD):
        assert re.fullmatch("[b-z]{5,30}", each.text)


@pytest.mark.parametrize(
    "pattern",
    [
        "a*b",
        "(ab|cd)+",
        "x{2,4}y?",
        "[^a-c]+",
        r"\d{3}-\w*",
        "(a|b)*abb",
        "é+.",
        "a{2,}",
        "(a{2}b){2}",
        "",
    ],
)
def test_the_automaton_agrees_with_the_library(pattern: str):
    machine = Automaton(pattern)
    texts = ["", "b", "aab", "abcd", "xxy", "xxxx", "xxxxx", "def", "123-x_9", "abb", "babb", "éé!",
             "aa", "aaaa", "aabaab", "aab", "ab\n", "12-"]  # fmt: skip
    for text in texts:
        assert machine.accepts(machine.run(text.encode())) == bool(re.fullmatch(pattern, text)), (
            text
        )


@pytest.mark.parametrize("pattern", ["(a", "a)", "*a", "a{x}", "[a", r"\q", "a{3,2}", "a**"])
def test_a_pattern_that_cannot_be_read_is_named_with_the_place(pattern: str):
    with pytest.raises(ValueError, match=r"pattern .* place"):
        Automaton(pattern)
