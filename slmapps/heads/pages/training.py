"""Training a page tagger: labelled pages in, a :class:`PageTagger` out. Needs torch.

Design choices:

* Pages of about the same number of words go into one batch, so that little is padded.
* Boxes are shaken a little and words hidden at random: scans are never straight, and OCR loses
  words. What is hidden is known by its place and form alone.
* The temperature is fitted on pages that were not learnt from, so that shares are honest (Guo et
  al. 2017, "On Calibration of Modern Neural Networks").
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from slmapps.heads.pages.features import Features, relations
from slmapps.heads.pages.network import Measures, Network
from slmapps.heads.pages.tagger import PageTagger, known

__all__ = ["Labelled", "Recipe", "train"]

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Labelled:
    """A page with what its n words are: ``labels`` (n,) numbers, -1 for not known.

    ``begins`` (n,): 1 where a word's row begins an item, 0 where not, -1 for not asked.
    """

    page: Features
    labels: npt.NDArray[np.int64]
    begins: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """How long and how: ``words`` are those of one step, padding included."""

    epochs: float = 1.0
    words: int = 1600
    rate: float = 1e-3
    weight_decay: float = 0.02
    hidden: float = 0.03
    shaken: float = 0.0015
    drop: float = 0.1
    average: float = 0.995
    seed: int = 0
    most: int = 700


def train(
    pages: Sequence[Labelled],
    apart: Sequence[Labelled],
    labels: Sequence[str],
    table: npt.NDArray[Any],
    tokenizer: Any,
    recipe: Recipe | None = None,
    *,
    begin: Network | None = None,
    tell: Tell | None = None,
) -> PageTagger:
    """Train on ``pages`` and fit the temperature on ``apart``.

    ``table`` and ``tokenizer`` are the reader's. ``begin`` is a network to go on with. ``tell``
    hears of each step.

    Raises:
        ValueError: nothing to learn from.
    """
    recipe = recipe or Recipe()
    if not pages:
        raise ValueError("There are no pages to learn from.")
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311  an order of pages, no secret
    network = begin or Network(Measures(len(labels), table.shape[1]), recipe.drop)
    network.train()
    tables = [network.offsets.weight, network.edges.weight]
    others = [p for p in network.parameters() if all(p is not table for table in tables)]
    optimiser = torch.optim.AdamW(
        # What words matter to each other by how they lie is told by few numbers that go far.
        [{"params": others, "times": 1.0}, {"params": tables, "times": 5.0, "weight_decay": 0.0}],
        recipe.rate,
        (0.9, 0.98),
        weight_decay=recipe.weight_decay,
    )
    average = {name: value.detach().clone() for name, value in network.named_parameters()}
    total = sum(len(each.page) for each in pages) * recipe.epochs
    done, step, started = 0, 0, time.monotonic()
    while done < total:
        for batch in _batches(pages, recipe, chance):
            if done >= total:
                break
            share = done / total
            rate = recipe.rate * min(1.0, (share + 1e-3) / 0.04) * (1 - share)
            for group in optimiser.param_groups:
                group["lr"] = rate * group["times"]
            loss = _loss(network, batch, table, recipe, chance)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            decay = min(recipe.average, (step + 1) / (step + 10))
            for name, value in network.named_parameters():
                average[name].lerp_(value.detach(), 1 - decay)
            done += sum(len(each.page) for each in batch)
            if tell is not None:
                seconds = time.monotonic() - started
                tell({"step": step, "done": done / total, "loss": loss.item(), "seconds": seconds})
    network.load_state_dict(average, strict=False)
    network.eval()
    tagger = PageTagger(network.numbers(), labels, network.measures.heads, table, tokenizer)
    tagger.temperature = _temperature(tagger, apart)
    return tagger


def _batches(
    pages: Sequence[Labelled], recipe: Recipe, chance: random.Random
) -> Iterator[list[Labelled]]:
    """One epoch: batches of like lengths in random order."""
    order = sorted(pages, key=lambda each: len(each.page) + chance.random() * 40)
    batches: list[list[Labelled]] = [[]]
    for each in order:
        longest = min(len(each.page), recipe.most)
        if batches[-1] and longest * (len(batches[-1]) + 1) > recipe.words:
            batches.append([])
        if longest:
            batches[-1].append(each)
    chance.shuffle(batches)
    yield from (batch for batch in batches if batch)


def _loss(
    network: Network,
    batch: Sequence[Labelled],
    table: npt.NDArray[Any],
    recipe: Recipe,
    chance: random.Random,
) -> torch.Tensor:
    given, labels, begins = _laid(batch, table, recipe, chance)
    found, begun = network(given)
    loss = functional.cross_entropy(
        found.flatten(0, 1), labels.flatten(), ignore_index=-1, label_smoothing=0.02
    )
    asked = begins >= 0
    if asked.any():
        loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(
            begun[asked], begins[asked].float()
        )
    return loss


def _laid(
    batch: Sequence[Labelled], table: npt.NDArray[Any], recipe: Recipe, chance: random.Random
) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
    """A batch as tensors, padded to its longest page; a page that is too long loses its rest."""
    dice = np.random.default_rng(chance.getrandbits(32))
    cut = [_shaken(each, recipe, dice) for each in batch]
    words = max(len(page) for page, _, _ in cut)
    rows: dict[str, list[npt.NDArray[Any]]] = {}
    for page, labels, begins in cut:
        offsets, edges = relations(page.boxes, page.height)
        pad = words - len(page)
        parts: dict[str, npt.NDArray[Any]] = {
            "known": _padded(known(table, page.pieces), pad),
            "grams": _padded(page.grams, pad),
            "shapes": _padded(page.shapes, pad),
            "looks": _padded(page.looks, pad),
            "offsets": np.pad(offsets.astype(np.int32), ((0, pad), (0, pad))),
            "edges": np.pad(edges.astype(np.int32), ((0, pad), (0, pad))),
            "real": np.arange(words) < len(page),
            "labels": np.pad(labels, (0, pad), constant_values=-1),
            "begins": np.pad(begins, (0, pad), constant_values=-1),
        }
        for name, value in parts.items():
            rows.setdefault(name, []).append(value)
    found = {name: torch.from_numpy(np.stack(values)) for name, values in rows.items()}
    return found, found.pop("labels"), found.pop("begins")


def _padded(values: npt.NDArray[Any], pad: int) -> npt.NDArray[Any]:
    return np.pad(values, ((0, pad), *[(0, 0)] * (values.ndim - 1)))


def _shaken(
    each: Labelled, recipe: Recipe, dice: np.random.Generator
) -> tuple[Features, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    page, count = each.page, len(each.page)
    first = int(dice.integers(0, count - recipe.most + 1)) if count > recipe.most else 0
    part = slice(first, first + recipe.most)
    pieces, grams = page.pieces[part].copy(), page.grams[part].copy()
    hidden = dice.random(len(pieces)) < recipe.hidden
    pieces[hidden], grams[hidden] = 0, 0
    boxes = page.boxes[part]
    if recipe.shaken:
        tilt = dice.normal(0, recipe.shaken * 2)
        moved = boxes + dice.normal(0, recipe.shaken / 2, boxes.shape)
        moved[:, (1, 3)] += tilt * (boxes[:, :1] + boxes[:, 2:3]) / 2
        boxes = (moved * (1 + dice.normal(0, recipe.shaken * 4))).astype(np.float32)
    shaken = Features(pieces, grams, page.shapes[part], page.looks[part], boxes, page.height)
    return shaken, each.labels[part], each.begins[part]


def _temperature(tagger: PageTagger, apart: Sequence[Labelled]) -> float:
    """That by which the labels apart are likeliest, of forty between 0.5 and 4."""
    if not apart:
        return 1.0
    logs, wanted = [], []
    for each in apart:
        asked = each.labels >= 0
        shares = tagger.read(each.page).shares[asked]
        logs.append(np.log(np.maximum(shares, 1e-12)))
        wanted.append(each.labels[asked])
    logits, labels = np.concatenate(logs), np.concatenate(wanted)

    def nats(temperature: float) -> float:
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        sums = np.log(np.exp(scaled).sum(1))
        return float((sums - scaled[np.arange(len(labels)), labels]).mean())

    grid = np.exp(np.linspace(math.log(0.5), math.log(4), 40))
    return float(min(grid, key=nats))
