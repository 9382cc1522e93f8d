"""What the writer does of what it is asked: the true reply found, and orders obeyed.

    python -m benchmarks.writer_tasks [MODEL] [--base FOLDER] [--data FOLDER] [--questions 200]
        [--samples 500] [--seed 1] [--json]

Replies: the true line among ten; the nine others are lines of other scenes of the same work (for
chats, of other chats of the same collection). Documents are held out (share below 0.015); how the
likelihood of a reply is set against its likelihood without the scene, and against its length, is
chosen on others (0.015 to 0.03). Beside it: the untouched base, BM25, the cosine of the reader's
encodings and an n-gram.

Control: 500 lines of each kind of order (a speaker, a mood, or words) in held-out scenes. The
model is measured as it is used (``slmapps.writing.write_lines`` with its defaults) and with one
plain draw of the same prompts; the base is asked in words, by one plain draw, and for words to be
said also with all that ``write_lines`` does. The mood is judged by classifiers on the reader's
encodings and on words, which have learnt from the directions in other documents; what they get
right of held-out ones is given.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np

from benchmarks import writer_texts
from slmapps import places
from slmapps.backbone import load_reader, load_writer
from slmapps.cli.output import progress, say, table
from slmapps.training.corpus import share_of
from slmapps.training.tasks.control import MoodJudge
from slmapps.training.tasks.pairs import content_words, examples_from, moody_lines, turns_of
from slmapps.writing import MOODS, Request, keeps_to_speaker, parse, says, write_lines

MIXES = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)
POWERS = (0.0, 0.5, 1.0)
LINES = 10
# Chats have no title. They stand collection by collection, so that neighbours are of one.
NEIGHBOURS = 400
_PART = re.compile(
    r"\. (?:The )?(?:(?:First|Second|Third|Fourth|Fifth|Last) )?"
    r"(?:Act|Scene|Part|Prologue|Epilogue|Tableau|Interlude|Induction|Book|Chapter)\b.*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """Lines so far, who speaks next, ten replies, of which the one at ``true`` was said."""

    before: tuple[str, ...]
    speaker: str
    replies: tuple[str, ...]
    true: int


def work_of(title: str) -> str:
    """The work that a scene's title names, without its act."""
    return _PART.sub("", title)


def questions(
    data: Path, group: str, count: int, seed: int, *, choosing: bool = False
) -> list[Question]:
    """Questions from held-out documents; the wrong replies come from other scenes of the work."""
    low, high = (writer_texts.TEST, writer_texts.CHOOSING) if choosing else (0.0, writer_texts.TEST)
    works: dict[str, list[tuple[bool, list[Any]]]] = {}
    for number, document in enumerate(writer_texts.documents(data, group)):
        title, turns = turns_of(document)
        spoken = [turn for turn in turns if turn.speaker]
        mine = low <= share_of(document) < high
        work = work_of(title) if group == "plays" else str(number // NEIGHBOURS)
        works.setdefault(work, []).append((mine, spoken))
    chance = random.Random(seed)
    found: list[Question] = []
    for scenes in works.values():
        for number, (mine, turns) in enumerate(scenes):
            fit = [n for n in range(3, len(turns)) if 20 <= len(turns[n].text) <= 200]
            if not mine or not fit:
                continue
            others = [
                turn.text
                for place, (_, scene) in enumerate(scenes)
                if place != number
                for turn in scene
                if 20 <= len(turn.text) <= 200
            ]
            if len(others) < 50:
                continue
            for place in chance.sample(fit, min(len(fit), 10 if group == "plays" else 2)):
                replies = [turns[place].text, *chance.sample(others, 9)]
                order = list(range(10))
                chance.shuffle(order)
                before = tuple(turn.line[:300] for turn in turns[max(0, place - LINES) : place])
                shuffled = tuple(replies[each] for each in order)
                found.append(Question(before, turns[place].speaker, shuffled, order.index(0)))
    chance.shuffle(found)
    return found[:count]


def likelihoods(writer: Any, asked: Sequence[Question], label: str) -> list[dict[str, Any]]:
    """For each question ln p of the replies with and without the scene, and their lengths."""
    rows = []
    with progress(label) as tick:
        for number, question in enumerate(asked, 1):
            prompt = Request(previous=question.before, speaker=question.speaker).prompt()
            replies = [f" {reply}\n" for reply in question.replies]
            given = writer.score(replies, prompt, exact=False)
            alone = writer.score(replies, f"{question.speaker}:", exact=False)
            length = np.array([len(reply) for reply in replies])
            row = {"given": given, "alone": alone, "length": length, "true": question.true}
            rows.append(row)
            tick(number, len(asked))
    return rows


def hits(rows: Sequence[dict[str, Any]], mix: float, power: float = 0.0) -> float:
    """The share of questions whose true reply has the highest mixed likelihood for its length."""
    right = [
        np.argmax((row["given"] - mix * row["alone"]) / row["length"] ** power) == row["true"]
        for row in rows
    ]
    return float(np.mean(right))


def settled(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """The mix and the power with the most hits; of equal ones the nearest to (0.85, 0.5)."""
    return max(
        product(MIXES, POWERS),
        key=lambda each: (hits(rows, *each), -abs(each[0] - 0.85) - abs(each[1] - 0.5)),
    )


def by_words(asked: Sequence[Question]) -> float:
    """BM25 (Robertson and Walker 1994; k1 1.2, b 0.75) of the replies for the lines so far."""
    right = 0
    for question in asked:
        documents = [Counter(_words(reply)) for reply in question.replies]
        length = np.mean([sum(each.values()) for each in documents]) or 1.0
        query = _words(" ".join(question.before))
        scores = []
        for each in documents:
            size = sum(each.values()) / length
            score = 0.0
            for word in query:
                holding = sum(word in other for other in documents)
                rarity = np.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
                score += rarity * each[word] * 2.2 / (each[word] + 1.2 * (0.25 + 0.75 * size))
            scores.append(score)
        right += int(np.argmax(scores) == question.true)
    return right / len(asked)


def by_reader(reader: Any, asked: Sequence[Question]) -> float:
    """The cosine of the encodings of the last two lines and of each reply."""
    right = 0
    for question in asked:
        vectors = reader.encode([" ".join(question.before[-2:]), *question.replies])
        right += int(np.argmax(vectors[1:] @ vectors[0]) == question.true)
    return right / len(asked)


def by_ngram(asked: Sequence[Question], texts: Sequence[str]) -> float:
    """Word pairs: ln p of a reply's words after the scene's, from counts of the training text."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = _words(text)
        single.update(words)
        pairs.update(pairwise(words))
    total = sum(single.values())
    right = 0
    for question in asked:
        known = Counter(_words(" ".join(question.before)))
        scores = []
        for reply in question.replies:
            words = _words(reply)
            score = 0.0
            for first, second in zip(["", *words], words, strict=False):
                plain = (single[second] + 0.5) / total
                joined = pairs[first, second] / single[first] if single[first] else 0.0
                scene = known[second] / max(1, sum(known.values()))
                score += np.log(0.4 * plain + 0.4 * joined + 0.2 * scene) - np.log(plain)
            scores.append(score)
        right += int(np.argmax(scores) == question.true)
    return right / len(asked)


def replies(given: argparse.Namespace, data: Path, reader: Any) -> dict[str, Any]:
    """hits@1 of everything, by group."""
    found: dict[str, Any] = {}
    asked = {
        group: questions(data, group, given.questions, given.seed)
        for group in ("plays", "dialogue")
    }
    chosen = {
        group: questions(data, group, given.questions // 2, given.seed, choosing=True)
        for group in asked
    }
    for group, part in asked.items():
        texts = next(iter(writer_texts.training(data, (group,))))[:1500]
        found[group] = {
            "questions": len(part),
            "bm25": by_words(part),
            "reader": by_reader(reader, part),
            "n-gram": by_ngram(part, texts),
        }
    for title, spec in (("model", given.model), ("base", given.base)):
        if not spec:
            continue
        writer = load_writer(None if spec == "writer" else spec)
        dev: list[dict[str, Any]] = []
        for group, part in chosen.items():
            dev += likelihoods(writer, part, f"{title}, {group}, choosing")
        mix, power = settled(dev)
        for group, part in asked.items():
            rows = likelihoods(writer, part, f"{title}, {group}")
            found[group][title] = hits(rows, mix, power)
            found[group][f"{title}, plain likelihood"] = hits(rows, 0.0)
            found[group][f"{title}, mix"] = mix
            found[group][f"{title}, length power"] = power
        del writer
    for title in ("model", "base", "bm25", "reader", "n-gram"):
        values = [found[group][title] for group in asked if title in found[group]]
        if values:
            found[title] = float(np.mean(values))
    return found


def judge(data: Path, reader: Any) -> MoodJudge:
    """A judge of moods from the directions of documents that no order is taken from."""
    learnt: list[tuple[str, str]] = []
    apart: list[tuple[str, str]] = []
    for group in ("plays", "stories"):
        for document in writer_texts.documents(data, group):
            part = apart if share_of(document) < writer_texts.CHOOSING else learnt
            part += moody_lines(document)
    return MoodJudge.fit(
        reader,
        [text for text, _ in learnt],
        [mood for _, mood in learnt],
        [text for text, _ in apart],
        [mood for _, mood in apart],
    )


def orders(data: Path, count: int, seed: int) -> dict[str, list[Request]]:
    """Requests in held-out scenes, ``count`` for each kind of order."""
    chance = random.Random(seed)
    plain = []
    for group, kind in (("plays", "play"), ("dialogue", "chat")):
        held = [
            document
            for document in writer_texts.documents(data, group)
            if share_of(document) < writer_texts.TEST
        ]
        for example in examples_from(held, kind, "held-out", seed, 16):  # type: ignore[arg-type]
            request = parse(example.prompt)
            if request.asked == "line" and request.previous and request.speaker:
                plain.append(
                    (
                        replace(
                            request, mood="", act="", say=(), avoid=(), addressee="", relation=""
                        ),
                        content_words(example.target),
                    )
                )
    chance.shuffle(plain)
    wordy = [(request, words) for request, words in plain if words]
    return {
        "speaker": [request for request, _ in plain[:count]],
        "mood": [
            replace(request, mood=MOODS[number % len(MOODS)])
            for number, (request, _) in enumerate(plain[-count:])
        ],
        "must say": [
            replace(request, say=tuple(chance.sample(words, min(2, len(words)))))
            for request, words in wordy[:count]
        ],
    }


def in_words(request: Request) -> str:
    """The same order as one would put it to a model that does not know the format."""
    wishes = []
    if request.mood:
        wishes.append(f"{request.speaker} is {request.mood}.")
    if request.say:
        wishes.append(f"{request.speaker}'s line contains the words: {', '.join(request.say)}.")
    lines = "\n".join(request.previous)
    head = f"Write the next line of the dialogue. {' '.join(wishes)}".strip()
    return f"{head}\n\n{lines}\n{request.speaker}:"


def control(given: argparse.Namespace, data: Path, reader: Any) -> dict[str, Any]:
    """The share of sampled lines that obey, by kind of order."""
    asked = orders(data, given.samples, given.seed)
    judged = judge(data, reader)
    found: dict[str, Any] = {
        "judge": {
            "accuracy": judged.accuracy,
            "separation": judged.separation,
            "most frequent mood": judged.chance,
            "recall, mean over moods": judged.recall,
        }
    }
    for title, spec in (("model", given.model), ("base", given.base)):
        if not spec:
            continue
        writer = load_writer(None if spec == "writer" else spec)
        found[title] = {}
        for kind, requests in asked.items():
            prompts = [r.prompt() if title == "model" else in_words(r) for r in requests]
            ways = {"one draw": _drawn(writer, prompts, given.seed, f"{title}, {kind}, one draw")}
            if title == "model" or kind == "must say":
                ways["as used"] = _chosen(writer, requests, given.seed, f"{title}, {kind}")
            for way, lines in ways.items():
                found[title][f"{kind}, {way}"] = _obeyed(kind, requests, lines, judged)
                if kind == "mood":
                    said = [line or "." for line in lines]
                    wanted = [request.mood for request in requests]
                    found[title][f"mood, {way}, separation"] = judged.separated(said, wanted)
        found[title]["orders"] = {kind: len(requests) for kind, requests in asked.items()}
        del writer
    return found


def _drawn(writer: Any, prompts: Sequence[str], seed: int, label: str) -> list[str]:
    lines: list[str] = []
    with progress(label) as tick:
        for first in range(0, len(prompts), 16):
            part = prompts[first : first + 16]
            drawn = writer.generate(part, max_tokens=48, stop="\n", seed=seed * 10_000 + first)
            lines += [each.text for each in drawn]
            tick(min(first + 16, len(prompts)), len(prompts))
    return lines


def _chosen(writer: Any, requests: Sequence[Request], seed: int, label: str) -> list[str]:
    lines: list[str] = []
    with progress(label) as tick:
        for number, request in enumerate(requests):
            first = (seed * 10_000 + number) * 16
            lines.append(write_lines(writer, request, seed=first)[0].text)
            tick(number + 1, len(requests))
    return lines


def _obeyed(
    kind: str, requests: Sequence[Request], lines: Sequence[str], judged: MoodJudge
) -> float:
    if kind == "speaker":
        good = [keeps_to_speaker(line, r.speakers) for line, r in zip(lines, requests, strict=True)]
    elif kind == "must say":
        good = [says(line, r.say) for line, r in zip(lines, requests, strict=True)]
    else:
        said = judged.moods([line or "." for line in lines])
        good = [mood == r.mood for mood, r in zip(said, requests, strict=True)]
    return float(np.mean(good)) if good else float("nan")


def _words(text: str) -> list[str]:
    return [word.strip(".,!?;:'\"()").lower() for word in text.split() if word.strip(".,!?;:'\"()")]


def main() -> None:
    """Measure what the options name, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="writer")
    parser.add_argument("--base", default="")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", dest="json_")
    given = parser.parse_args()
    data = places.data(given.data)
    reader = load_reader()
    found = {"replies": replies(given, data, reader), "control": control(given, data, reader)}
    if given.json_:
        print(json.dumps(found, indent=2))
        return
    for part, values in found.items():
        table([part, ""], [(key, json.dumps(value)) for key, value in values.items()])
    say(f"seed {given.seed}")


if __name__ == "__main__":
    main()
