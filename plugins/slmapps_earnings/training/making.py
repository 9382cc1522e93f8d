"""From data to a model folder: choose the sentences, train, calibrate as served, fit the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone import Reader, load_reader
from slmapps_earnings.answering import features
from slmapps_earnings.figures import marked
from slmapps_earnings.heads import Heads
from slmapps_earnings.sentences import sentences_of
from slmapps_earnings.topics import TOPICS
from slmapps_earnings.training import answers as judging
from slmapps_earnings.training.calibrating import calibrated
from slmapps_earnings.training.examples import (
    Example,
    fiqa,
    prepared,
    sentfin,
    share_of,
    written,
    written_sets,
)
from slmapps_earnings.training.generated import generate
from slmapps_earnings.training.network import Network, vectors_of
from slmapps_earnings.training.tuning import Plan, saved, trained

__all__ = ["DEVELOPMENT", "HELD", "answer_rows", "made_examples", "make", "material"]

Floats = npt.NDArray[np.float32]
HELD = 0.15
"""The share of every set that ``hold_out`` keeps from training, by group."""
DEVELOPMENT = ("dev_news", "dev_calls")
_SETS = ("news_", "calls_")
_SHARES = {"sentfin": 0.5, "fiqa": 1.5, "generated": 1.0, "written": 2.0}


def made_examples(count: int, seed: int) -> list[Example]:
    """Generated sentences as examples; the group is the frame they were made in."""
    places = {topic.name: n for n, topic in enumerate(TOPICS)}
    return [
        Example(
            each.text, each.sentiment, each.flags, (places[each.topic],), "generated", each.shape
        )
        for each in generate(count, seed)
    ]


def material(
    data: Path, *, generated: int, hold_out: bool, without: Sequence[str] = (), seed: int = 0
) -> tuple[list[Example], list[Example]]:
    """What is learnt and, where ``hold_out`` says so, what was kept from it."""
    own = [each for name in _SETS for path in written_sets(name) for each in written(path)]
    parts = ("train", "valid") if hold_out else ("train", "valid", "test")
    everything = [*sentfin(data), *fiqa(data, parts), *own, *made_examples(generated, seed)]
    everything = [
        each for each in everything if not each.source.startswith(tuple(without) or ("\0",))
    ]
    if not hold_out:
        return everything, []
    kept = [share_of(each.group) < HELD for each in everything]
    learnt = [each for each, out in zip(everything, kept, strict=True) if not out]
    return learnt, [each for each, out in zip(everything, kept, strict=True) if out]


def development(names: Sequence[str] = DEVELOPMENT) -> list[Example]:
    """Sentences of another author and kind, by which a model is chosen and calibrated."""
    return [each for name in names for path in written_sets(name) for each in written(path)]


def macro_f1(truth: Sequence[int | None], said: npt.NDArray[np.int64]) -> float:
    """The mean F1 of the three classes."""
    from sklearn.metrics import f1_score

    return float(f1_score(np.array(truth), said, average="macro", labels=[0, 1, 2]))


def make(
    data: Path,
    out: Path,
    plan: Plan,
    *,
    generated: int = 6000,
    without: Sequence[str] = (),
    hold_out: bool = False,
    report: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Train and write a model folder; gives the figures on the development sentences."""
    examples, _ = material(
        data, generated=generated, hold_out=hold_out, without=without, seed=plan.seed
    )
    known = development()
    texts = prepared(known)
    course: list[dict[str, Any]] = []

    def judge(network: Network, epoch: int) -> float:
        _, logits = vectors_of(network, texts)
        said = logits["sentiment"].argmax(axis=1)
        marks = {
            name: macro_f1(
                [each.sentiment for each in known if each.source == name],
                said[[n for n, each in enumerate(known) if each.source == name]],
            )
            for name in DEVELOPMENT
        }
        course.append({"epoch": epoch + 1, **marks})
        saved(network, out / "running", {"epoch": epoch + 1, **marks})
        if report:
            report(f"{course[-1]}", epoch + 1, plan.epochs)
        return float(np.mean(list(marks.values())))

    shares = {each.source: _SHARES.get(each.source, _SHARES["written"]) for each in examples}
    network = trained(examples, _with(plan, shares), judge, report)
    sources = sorted({each.source for each in examples})
    counts = {name: sum(each.source == name for each in examples) for name in sources}
    card = {"sources": counts, "plan": _plain(plan), "development": course}
    fingerprint = saved(network, out, card)
    reader = load_reader(adapter=out)
    heads = _fit_to_served(Heads.load(out, fingerprint), reader, known)
    heads.save(out, fingerprint)
    rows = judging.judged(data)
    if hold_out:
        rows = [row for row in rows if share_of(row.firm) >= HELD]
    levels = np.array([row.levels for row in rows])
    answering = judging.fitted(
        answer_rows(rows, reader, heads),
        [row.answer for row in rows],
        levels,
        {"answers": len(rows)},
    )
    answering.save(out, fingerprint)
    return {"development": course, "sources": counts}


def answer_rows(rows: Sequence[judging.Judged], reader: Reader, heads: Heads) -> list[Any]:
    """What the answers' head sees of each row."""
    parts = [sentences_of(text) for row in rows for text in (row.question, row.answer)]
    flat = [marked(text) for part in parts for text in part]
    ends = np.cumsum([len(part) for part in parts])[:-1]
    vectors = np.split(reader.encode(flat), ends)
    return [
        features(row.question, row.answer, vectors[2 * n], vectors[2 * n + 1], heads)
        for n, row in enumerate(rows)
    ]


def _fit_to_served(heads: Heads, reader: Reader, known: Sequence[Example]) -> Heads:
    vectors = reader.encode(prepared(known))
    labels = np.array([each.sentiment for each in known])
    about = [n for n, each in enumerate(known) if each.source == "dev_calls"]
    topics = np.zeros((len(about), len(TOPICS)), bool)
    for row, n in enumerate(about):
        topics[row, list(known[n].topics or ())] = True
    flags = np.array([known[n].flags for n in about])
    return calibrated(heads, vectors, labels, vectors[about], flags, topics)


def _with(plan: Plan, shares: dict[str, float]) -> Plan:
    from dataclasses import replace

    return replace(plan, shares=shares)


def _plain(plan: Plan) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value for name, value in asdict(plan).items() if name != "shares"}
