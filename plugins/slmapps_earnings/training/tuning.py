"""Training the adapter and the heads together on labelled sentences of several sources.

Design choices:

* One network learns all sources; a label that a source does not give costs nothing there.
* What is kept is a running mean of the weights (Polyak averaging), taken where the macro-F1 on
  sentences of another author and kind is best: on sentences like those trained on, every longer
  training looks better.
* The text of a sentence with one target is shown with and without its target by turns, for in a
  call nobody says whom a sentence is about.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from slmapps_earnings.heads import Heads
from slmapps_earnings.topics import TOPICS
from slmapps_earnings.training.examples import Example, prepared, without_target
from slmapps_earnings.training.network import Network, Schedule, batches, vectors_of

__all__ = ["OUTPUTS", "Plan", "heads_of", "saved", "trained"]

OUTPUTS = {"sentiment": 3, "flags": 3, "topics": len(TOPICS)}
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Plan:
    """How the training goes; ``shares`` says how many times each source is read an epoch."""

    epochs: int = 4
    tokens: int = 1024
    rate: float = 1e-3
    head_rate: float = 2e-3
    decay: float = 0.01
    smoothing: float = 0.05
    averaging: float = 0.997
    rank: int = 16
    seed: int = 0
    shares: Mapping[str, float] | None = None
    flag_weight: float = 0.3
    topic_weight: float = 2.0


def trained(
    examples: Sequence[Example],
    plan: Plan,
    judge: Callable[[Network, int], float],
    report: Report | None = None,
    soft: Mapping[str, npt.NDArray[np.float32]] | None = None,
) -> Network:
    """The network with the running mean of its weights from the epoch that ``judge`` likes best.

    Args:
        examples: to learn from.
        plan: how.
        judge: gives a mark for a network after an epoch; the higher the better.
        report: told what is done, how many steps, of how many.
        soft: probabilities of negative, neutral and positive by text, in the place of labels.
    """
    torch.manual_seed(plan.seed)
    chance = np.random.default_rng(plan.seed)
    network = Network(OUTPUTS, rank=plan.rank, seed=plan.seed)
    epochs = [_epoch(examples, plan, chance) for _ in range(plan.epochs)]
    plans = []
    for chosen in epochs:
        texts = prepared(chosen)
        lengths = [len(found.ids) for found in network.encoder.words.encode_batch(texts)]
        plans.append((chosen, texts, list(batches(lengths, plan.tokens, chance))))
    steps = sum(len(made) for _, _, made in plans)
    groups = network.groups(plan.rate, plan.head_rate, plan.decay)
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, Schedule(steps))
    mean = copy.deepcopy(network)
    best, kept, done = -1.0, copy.deepcopy(network.state_dict()), 0
    for number, (chosen, texts, made) in enumerate(plans):
        for places in made:
            loss = _loss(
                network, [chosen[n] for n in places], [texts[n] for n in places], plan, soft
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            _follow(mean, network, min(plan.averaging, (done + 1) / (done + 10)))
            done += 1
            if report and done % 10 == 0:
                report(f"epoch {number + 1}, loss {loss.item():.3f}", done, steps)
        mark = judge(mean, number)
        if mark > best:
            best, kept = mark, copy.deepcopy(mean.state_dict())
    mean.load_state_dict(kept)
    return mean


def _epoch(examples: Sequence[Example], plan: Plan, chance: np.random.Generator) -> list[Example]:
    """The examples of one epoch, by each source's share, targets forgotten by turns."""
    shares = plan.shares or {}
    chosen: list[Example] = []
    for each in examples:
        share = shares.get(each.source, 1.0)
        times = int(share) + (chance.random() < share - int(share))
        for _ in range(times):
            forget = each.target and not each.several and chance.random() < 0.4
            chosen.append(without_target(each) if forget else each)
    return chosen


def _loss(
    network: Network,
    examples: Sequence[Example],
    texts: Sequence[str],
    plan: Plan,
    soft: Mapping[str, npt.NDArray[np.float32]] | None,
) -> torch.Tensor:
    _, logits = network(texts)
    if soft is None:
        target = torch.tensor([1 if e.sentiment is None else e.sentiment for e in examples])
        known = torch.tensor([e.sentiment is not None for e in examples])
        each = functional.cross_entropy(
            logits["sentiment"], target, label_smoothing=plan.smoothing, reduction="none"
        )
        loss = (each * known).sum() / known.sum().clamp(min=1)
    else:
        hard = torch.eye(3) * (1 - plan.smoothing) + plan.smoothing / 3
        aims = [
            torch.from_numpy(soft[text]) if text in soft else hard[example.sentiment or 0]
            for text, example in zip(texts, examples, strict=True)
        ]
        loss = functional.cross_entropy(logits["sentiment"], torch.stack(aims))
    flagged = [n for n, e in enumerate(examples) if e.flags is not None]
    if flagged:
        wanted = torch.tensor([examples[n].flags for n in flagged], dtype=torch.float32)
        loss = loss + plan.flag_weight * functional.binary_cross_entropy_with_logits(
            logits["flags"][flagged], wanted
        )
    about = [n for n, e in enumerate(examples) if e.topics]
    if about:
        wanted = torch.zeros(len(about), len(TOPICS))
        for row, n in enumerate(about):
            wanted[row, list(examples[n].topics or ())] = 1
        loss = loss + plan.topic_weight * functional.binary_cross_entropy_with_logits(
            logits["topics"][about], wanted
        )
    return loss


@torch.no_grad()
def _follow(mean: Network, network: Network, keep: float) -> None:
    for held, new in zip(mean.parameters(), network.parameters(), strict=True):
        if new.requires_grad:
            held.lerp_(new, 1 - keep)


def heads_of(network: Network, card: Mapping[str, Any] | None = None) -> Heads:
    """The trained heads as numbers, their sharpness worked in; not calibrated yet."""
    weights, biases = {}, {}
    for name, head in network.heads.items():
        weights[name] = (head.weight.detach().numpy().T * network.sharpness).astype(np.float32)
        biases[name] = head.bias.detach().numpy().astype(np.float32)
    return Heads(weights, biases, [topic.name for topic in TOPICS], card=dict(card or {}))


def saved(network: Network, folder: Path, card: Mapping[str, Any]) -> str:
    """Write adapter and heads; the fingerprint that binds them is given back."""
    adapter = network.encoder.adapter(card)
    adapter.save(folder)
    fingerprint = f"{network.encoder.encoder.fingerprint}+{adapter.fingerprint}"
    heads_of(network).save(folder, fingerprint)
    return fingerprint


def logits_of(network: Network, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Sentiment logits (n, 3) of prepared texts."""
    _, heads = vectors_of(network, texts)
    return heads["sentiment"]
