"""What the writer's samples are like beside people's text, and twenty of them for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import writer_texts
from slmapps.cli.output import progress, say
from slmapps.training.evaluation.overlap import longest_overlaps
from slmapps.training.evaluation.samples import Opening, drawn, likeness, openings

COUNT, TOKENS = 100, 120
SHOWN = 20

# Our own, so that nothing held out is printed: a play, a scene, a tale, a talk, a world, in turn.
PROMPTS = (
    "Widow Marsh: You have the face of a man who brings bad news on foot.\nCarter:",
    "INT. RAILWAY BUFFET - NIGHT\n\nThe last train has gone. VERA counts the spoons.\n\nVERA\n",
    "The letter had been under the clock for eleven years before anyone thought to open it.",
    "A: Did you ever learn to ride a bicycle?\nB:",
    "Character: the toll keeper of the salt bridge\n",
    "Doctor Pell: (Putting down his hat.) I came as soon as the road would let me.\nAgnes:",
    "EXT. HARBOUR - DAWN\n\nFog. Two men carry a piano down the slipway.\n\nBRAM\n",
    "There was once a goat who could not abide the colour yellow.",
    "A: I have been trying to grow tomatoes on the balcony.\nB:",
    "Place: the flooded library\n",
    "Sir Hugo: Is dinner always announced with a gong here?\nMrs. Tate:",
    "INT. LIGHTHOUSE - NIGHT\n\nRain on glass. The lamp stops turning.\n\nMARTHA\n",
    "By the third day on the ice, the captain had stopped answering to his name.",
    "A: What is the best film you have seen this year?\nB:",
    "Object: a cracked silver whistle\n",
    "Nell: Hush. They are on the stairs.\nOld Tom:",
    "INT. KITCHEN - MORNING\n\nA cake with no candles. JUNE, 9, waits.\n\nJUNE\n",
    '"You may keep the key," said the inspector, "but I shall want the door."',
    "A: My brother has started to collect clocks.\nB:",
    "Character: a travelling tooth-puller\n",
)


def _openings(model: Any, held: dict[str, list[str]]) -> list[Opening]:
    """As many openings from each group as it has, ``COUNT`` in all, the rest from the others."""
    found: list[list[Opening]] = []
    for documents in held.values():
        try:
            found.append(openings(model, documents, COUNT, TOKENS))
        except ValueError:  # none is long enough
            continue
    chosen: list[Opening] = []
    for turn in range(COUNT):
        chosen += [each[turn] for each in found if turn < len(each)]
    return chosen[:COUNT]


def _beside(written: Sequence[str], human: Sequence[str], data: Path) -> dict[str, Any]:
    """Measures of both at the same number of words, and what stands in the training text."""
    words = min(likeness(written).words, likeness(human).words)
    mine, theirs = likeness(written, words), likeness(human, words)
    stretches = longest_overlaps([*written, *human], writer_texts.training(data))
    ours, others = stretches[: len(written)], stretches[len(written) :]
    return {
        "samples": asdict(mine),
        "human": asdict(theirs),
        # Too few samples hold no repetition at all; then there is nothing to compare with.
        "repeated_4grams / human": mine.repeated_4grams / (theirs.repeated_4grams or float("nan")),
        "distinct_2 / human": mine.distinct_2 / theirs.distinct_2,
        "overlap_longest": max(ours),
        "overlap_under_60": sum(each < 60 for each in ours) / len(ours),
        "human_overlap_under_60": sum(each < 60 for each in others) / len(others),
    }


def measured(model: Any, kept: Any, held: dict[str, list[str]], data: Path) -> dict[str, Any]:
    """Samples that go on from held-out openings, and samples from nothing but the end piece."""
    known = _openings(model, held)
    starts = [
        model.decode(model.encode(each)[:TOKENS])
        for turn in range(COUNT)
        for documents in held.values()
        for each in documents[turn : turn + 1]
    ][:COUNT]
    found = {}
    for name, prompts, human in (
        ("from openings", [each.prompt for each in known], [each.followed for each in known]),
        ("from nothing", [""] * len(starts), starts),
    ):
        if name not in kept.values:
            with progress(f"{model.name}: samples {name}") as tick:
                written = drawn(model, prompts, tokens=TOKENS, progress=tick)
            kept.add({name: written})
        found[name] = _beside(kept.values[name], human, data)
    return found


def published(models: dict[str, Any], kept: dict[str, Any], path: Path) -> None:
    """Write samples 1 to 20 of each model, one below the other, none left out."""
    texts: dict[str, list[str]] = {}
    for title, model in models.items():
        if "shown" not in kept[title].values:
            kept[title].add({"shown": drawn(model(), PROMPTS[:SHOWN], tokens=TOKENS)})
        texts[title] = kept[title].values["shown"]
    lines = [
        "# Twenty samples",
        "",
        f"Seeds 1 to {SHOWN}, {TOKENS} tokens at most, default settings, none left out: what the",
        "writer goes on with behind each opening, and what the untouched base does.",
    ]
    for number, prompt in enumerate(PROMPTS[:SHOWN]):
        lines += ["", f"## Seed {number + 1}", "", *_quoted(prompt)]
        for title, written in texts.items():
            lines += ["", f"**{title}**", "", *_quoted(written[number])]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    say(f"Samples: {path}")


def _quoted(text: str) -> list[str]:
    """Text as a block that Markdown leaves as it is."""
    return [f"    {line}".rstrip() for line in text.strip("\n").splitlines() or ["(nothing)"]]
