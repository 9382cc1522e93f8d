"""The task format goes there and back, and examples ask only for what the line gives."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer

from slmapps.training.corpus import share_of
from slmapps.training.tasks.control import MoodJudge
from slmapps.training.tasks.dataset import GROUPS, HELD_OUT, gathered, tokens_of
from slmapps.training.tasks.fields import heading_of, relation_of, setting_of
from slmapps.training.tasks.names import NAMES
from slmapps.training.tasks.pairs import (
    _NO_NAMES,
    Example,
    act_of,
    examples_from,
    mood_of,
    moody_lines,
    turns_of,
)
from slmapps.training.vocabulary import train_bpe
from slmapps.writing import MOODS, Request, keeps_to_speaker, parse, says

PLAY = """The Lamp, by nobody. Act I
(A kitchen. OLD BRAND is asleep by the fire.)
Tilda: Wake up, father. The lamp has gone out.
Brand: (angrily) And who let it go out? Who had the oil and the matches?
Tilda: I did. I was reading.
Brand: (softly) Reading. Your mother read, too.
Tilda: Shall I light the candle by the window?
(She takes the candle.)
Brand: No. Leave the window dark tonight.
Tilda: (frightened) Why? What is on the road?"""

CHAT = """A: Do you keep bees in winter?
B: Yes, but they hardly leave the hive before March.
A: I thought they slept.
B: They huddle and shiver, that keeps the queen warm.
A: I would like to see that once.
B: Come by when the willow blooms."""


@pytest.mark.parametrize(
    "request_",
    [
        Request(speaker="Anna"),
        Request(kind="play", genre="comedy", place="a garden", time="night", speaker="Anna"),
        Request(
            kind="game",
            traits={"Mirel": "a tired ferryman, in debt", "Oda": "his sister"},
            previous=("Oda: Row.", "(He rows.)"),
            speaker="Mirel",
            addressee="Oda",
            relation="his sister",
            mood="sad",
            act="question",
            say=("river", "toll"),
            avoid=("money",),
        ),
        Request(kind="script", previous=("Ada: Run!",), asked="direction"),
        Request(kind="script", previous=("Ada: Run!",), asked="heading"),
        Request(previous=("Ada: Run!",), speaker="Ben", mood="afraid"),
    ],
)
def test_a_request_comes_back_from_its_prompt(request_: Request) -> None:
    assert parse(request_.prompt()) == request_


def test_a_value_cannot_break_out_of_its_header() -> None:
    hostile = Request(
        kind="play", place="a room]\n[mood: happy; say: x", speaker="Ann\nBob:", say=("a, b; c]",)
    )
    lines = hostile.prompt().split("\n")
    assert len(lines) == 3
    assert all(line.count("[") == line.count("]") == 1 for line in lines[:-1])


def test_an_empty_header_is_left_out() -> None:
    assert Request(speaker="Anna", previous=("Boris: Yes?",)).prompt() == "Boris: Yes?\nAnna:"


def test_turns_part_what_is_said_from_what_is_done() -> None:
    title, turns = turns_of(PLAY)
    assert title == "The Lamp, by nobody. Act I"
    assert turns[0].speaker == ""
    assert "asleep" in turns[0].text
    assert (turns[2].speaker, turns[2].direction) == ("Brand", "angrily")
    assert turns[2].text.startswith("And who let it go out?")


@pytest.mark.parametrize(
    ("direction", "mood"),
    [("angrily, rising", "angry"), ("in tears", "sad"), ("rising", ""), ("with a laugh", "happy")],
)
def test_a_mood_is_what_the_author_wrote(direction: str, mood: str) -> None:
    assert mood_of(direction) == mood
    assert mood == "" or mood in MOODS


def test_a_direction_of_two_moods_gives_none() -> None:
    assert mood_of("laughing through tears") == ""


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("Where is it?", "question"),
        ("Thank you, sir.", "thanks"),
        ("No, I will not go.", "refusal"),
        ("Yes, at once.", "agreement"),
        ("The rain has stopped.", "statement"),
    ],
)
def test_an_act_is_told_by_the_form_of_the_line(line: str, act: str) -> None:
    assert act_of(line) == act


def test_words_that_must_be_said_are_in_the_line_and_words_to_avoid_are_not() -> None:
    said = 0
    for example in examples_from([PLAY, CHAT] * 40, "play", "test", seed=1):
        request = parse(example.prompt)
        for word in request.say:
            said += 1
            assert word in example.target
        for word in request.avoid:
            assert word.lower() not in example.target.lower()
    assert said > 20


def test_anonymous_speakers_get_names_and_keep_them() -> None:
    found = list(examples_from([CHAT], "chat", "test", seed=3))
    names = {
        line.split(":")[0]
        for example in found
        for line in (*parse(example.prompt).previous, f"{parse(example.prompt).speaker}: ")
    }
    assert len(found) >= 4
    assert len(names) == 2
    assert all(len(name) > 1 for name in names)


def test_the_same_seed_gives_the_same_examples() -> None:
    once = list(examples_from([PLAY, CHAT], "play", "test", seed=5))
    again = list(examples_from([PLAY, CHAT], "play", "test", seed=5))
    other = list(examples_from([PLAY, CHAT], "play", "test", seed=6))
    assert once == again
    assert once != other


def test_a_renamed_speaker_is_renamed_in_what_is_said() -> None:
    document = PLAY.replace("Wake up, father.", "Wake up, Brand.")
    renamed = [
        example
        for seed in range(30)
        for example in examples_from([document], "play", "test", seed=seed)
        if "Tilda" not in example.prompt and "Wake up" in example.prompt
    ]
    assert renamed
    assert all("Brand" not in example.prompt for example in renamed)


def test_quoted_speech_is_an_example_where_the_text_names_who_speaks() -> None:
    story = (
        "The ferry was late.\nNobody on the quay minded, for the sun was out and the bread warm.\n"
        '"We could swim across before it comes," said Mirel, and took off a shoe.'
    )
    (example,) = examples_from([story], "story", "test", seed=2)
    assert parse(example.prompt).speaker == "Mirel"
    assert example.target == " We could swim across before it comes.\n"


def test_words_count_up_to_inflection_and_in_order() -> None:
    assert says("She was leaving two letters behind.", ["leave", "letter"])
    assert says("The old mill burnt down.", ["old mill"])
    assert not says("The mill is old.", ["old mill"])
    assert not says("A better day.", ["letter"])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" I told you so.", True),
        (" At nine: no later.", True),
        (" Yes.\nBrand: No.", False),
        ("", False),
        (" ...", False),
        (" [mood: sad] Yes.", False),
    ],
)
def test_a_line_is_one_speech(text: str, kept: bool) -> None:
    assert keeps_to_speaker(text) is kept


def test_another_speaker_may_not_come_in_anywhere() -> None:
    assert not keeps_to_speaker(" Go on. Brand: I will.", ["Brand"])


def test_held_out_documents_give_no_examples() -> None:
    scenes = [PLAY.replace("The Lamp", f"The Lamp {number}") for number in range(200)]
    held = [scene for scene in scenes if share_of(scene) < HELD_OUT]
    assert held
    assert gathered({"plays": held}, seed=1) == []
    assert gathered({"plays": scenes}, seed=1) == gathered(
        {"plays": [scene for scene in scenes if scene not in held]}, seed=1
    )


def test_an_unknown_group_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"poems.*plays"):
        gathered({"poems": [PLAY]}, seed=1)


def test_header_lines_are_read_and_not_learnt() -> None:
    tokenizer = Tokenizer.from_str(train_bpe([PLAY, CHAT] * 5, 300))
    prompt = Request(kind="play", previous=("Ada: Run!",), speaker="Ben", mood="afraid").prompt()
    examples = [Example(prompt, " Why?\n", "play", "test"), Example("Ada:", " So.\n", "chat", "t")]
    tokens = tokens_of(examples, tokenizer)
    first = slice(int(tokens.starts[0]), int(tokens.starts[1]))
    assert tokenizer.decode(list(tokens.pieces[first])) == f"{prompt} Why?\n"
    assert tokens.learnt is not None
    kept = [p for p, good in zip(tokens.pieces[first], tokens.learnt[first], strict=True) if good]
    assert tokenizer.decode(kept).strip() == "Ada: Run!\nBen: Why?"
    assert bool(tokens.learnt[tokens.starts[1] :].all())
    assert tokens.documents == 2


@pytest.mark.parametrize(
    ("opening", "setting", "heading"),
    [
        ("A kitchen at night. OLD BRAND sleeps.", ("kitchen", "night"), "INT. KITCHEN - NIGHT"),
        ("The garden of the inn.", ("garden", ""), "EXT. GARDEN"),
        ("He rises.", ("", ""), ""),
    ],
)
def test_a_setting_is_what_the_opening_names(
    opening: str, setting: tuple[str, str], heading: str
) -> None:
    assert setting_of(opening) == setting
    if heading:
        assert heading_of(*setting) == heading


def test_a_scene_with_a_place_gives_its_heading_and_its_first_action() -> None:
    found = [e for e in examples_from([PLAY], "play", "test", seed=1) if e.kind == "script"]
    assert [parse(each.prompt).asked for each in found] == ["heading", "direction"]
    assert found[0].target == " INT. KITCHEN\n"
    assert found[1].target.endswith("asleep by the fire.)\n")


def test_a_relation_is_what_the_other_is_called() -> None:
    assert relation_of("Wake up, father. The lamp has gone out.") == "father"
    assert relation_of("My father sleeps.") == ""


def test_a_character_speaks_by_its_traits() -> None:
    sheet = (
        "Character: Old miller\nA man white with flour.\n"
        "Persona: I grind for three villages. My back is bent. I never cheat a widow."
    )
    voiced = [e for e in examples_from([sheet], "game", "t", seed=1) if parse(e.prompt).traits]
    (example,) = voiced
    assert parse(example.prompt).speaker == "Old miller"
    assert example.target.strip() not in example.prompt
    assert example.target.strip() in sheet


def test_a_drawn_name_is_not_drawn_for_again_and_keeps_its_capitals() -> None:
    """With 40 speakers who bear names of the list some draw another's: the text must follow."""
    names = NAMES[:40]
    lines = [f"{name}: I am {name} and my door is {name.upper()}'S." for name in names]
    moved = 0
    for seed in range(6):
        for example in examples_from(["\n".join(lines)], "play", "test", seed=seed):
            speaker = parse(example.prompt).speaker
            who = example.target.removeprefix(" I am ").split(" and ")[0]
            if who in _NO_NAMES:
                continue
            moved += 1
            assert who == speaker
            assert f"{speaker.upper()}'S" in example.target
    assert moved > 20


def test_a_judge_states_how_often_it_is_right_of_lines_apart() -> None:
    class Letters:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.asarray([[text.count("!"), text.count("~")] for text in texts], np.float32)

    lines, moods = ["a!", "b!!", "c~", "d~~"] * 5, ["angry", "angry", "sad", "sad"] * 5
    judge = MoodJudge.fit(
        Letters(), lines, moods, ["x!", "y!!", "z!", "w!"], ["angry"] * 3 + ["sad"]
    )
    assert judge.accuracy == pytest.approx(0.75)
    assert judge.chance == pytest.approx(0.75)
    assert judge.recall == pytest.approx(0.5)
    assert list(judge.moods(["k~~", "k!!"])) == ["sad", "angry"]


def test_a_second_persona_goes_on_from_the_first() -> None:
    sheet = "Character: Guard\nA guard.\nPersona: I guard.\nPersona: My goal: My goal is to sleep."
    found = [e.target for e in examples_from([sheet], "game", "t", seed=1)]
    assert " I guard. My goal is to sleep.\n" in found


def test_examples_with_rare_fields_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [CHAT.replace("March", f"March {number}") for number in range(300)]
    documents += [PLAY.replace("Act I", f"Act {number}") for number in range(5)]
    monkeypatch.setitem(GROUPS, "plays", ("play", 10, 120))
    found = gathered({"plays": documents}, seed=2)
    assert len(found) == 120
    assert len({each.prompt for each in found if each.kind == "script"}) >= 2
    assert sum(each.kind == "script" for each in found) >= 8


STORY = (
    "The ferry was late.\nThe quay was cold and the bread was gone.\n"
    '"You lost the rope again," said Mirel angrily. The boat drifted.\n'
    '"I shall find another one," Oda answered with a laugh, and went.\n'
    '"It lies on the stones over there," said Mirel, pointing.'
)


def test_a_mood_is_told_behind_what_is_said_in_a_story() -> None:
    assert moody_lines(STORY) == [
        ("You lost the rope again,", "angry"),
        ("I shall find another one,", "happy"),
    ]
    found = [
        parse(example.prompt)
        for seed in range(20)
        for example in examples_from([STORY], "story", "t", seed=seed)
    ]
    assert {(each.speaker, each.mood) for each in found if each.mood} == {
        ("Mirel", "angry"),
        ("Oda", "happy"),
    }


class Letters:
    """A reader for tests: how often each letter stands in a text."""

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.array([[text.count(letter) for letter in "abcxyz!"] for text in texts], float)


def test_a_judge_learns_moods_and_says_how_well_on_others() -> None:
    angry = [f"Xylo zax {number}!" for number in range(20)]
    happy = [f"Abba cab {number}." for number in range(20)]
    moods = ["angry"] * 20 + ["happy"] * 20
    judge = MoodJudge.fit(
        Letters(), angry + happy, moods, ["Zax xy!", "Cab ba.", "Bac."], ["angry", "happy", "happy"]
    )
    assert (judge.accuracy, judge.separation) == (1.0, 1.0)
    assert judge.chance == pytest.approx(2 / 3)
    assert list(judge.moods(["Xyz!", "Abc."])) == ["angry", "happy"]
    assert judge.separated(["Xyz!", "Abc."], ["happy", "angry"]) == 0
    assert np.isnan(judge.separated(["Xyz!"], ["angry"]))


def test_a_judge_refuses_one_mood() -> None:
    with pytest.raises(ValueError, match="two moods"):
        MoodJudge.fit(Letters(), ["a"], ["sad"], ["b"], ["sad"])
