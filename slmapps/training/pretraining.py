"""From a corpus to a model's folder, in one call that can be killed anywhere and resumed.

Design choices:

* While it runs, ``out`` holds ``run.json`` and ``log.jsonl`` for whoever looks on, ``material/``
  (the corpus as pieces) and checkpoints. When it is done they make way for the model.
* A run is resumed only with the plan that it was begun with; what differs is named. The budget may
  change: the rate then falls to the new end.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from slmapps.training import checkpoints
from slmapps.training.cards import Card, commit_of_checkout, loss_curve
from slmapps.training.distillation import Teacher, shared_pieces
from slmapps.training.folder import write_folder
from slmapps.training.loop import Settings, train
from slmapps.training.low_rank import adapt, adapter_of, merge
from slmapps.training.material import Material, mixed, read_material, write_material
from slmapps.training.models import SIZES, Start, find_start
from slmapps.training.plan import Outcome, Plan, check, outcome_of
from slmapps.training.processes import Processes, joined

__all__ = ["Outcome", "Plan", "pretrain"]

Tell = Callable[[str, Mapping[str, Any]], None]
_LENGTH = 512


def pretrain(
    plan: Plan, *, resume: bool = False, command: str = "", tell: Tell | None = None
) -> Outcome:
    """Train a model as ``plan`` says and write its folder.

    ``tell`` hears what is going on: a word for the stage, and its figures.

    Raises:
        ValueError: a plan that cannot be carried out, or a folder that holds another run.
        OSError: no room on the disk; what was trained is kept for ``resume``.
    """
    said: Tell = tell or (lambda _stage, _facts: None)
    device = _device(plan.device)
    check(plan)
    done = outcome_of(plan, resume)
    if done is not None:
        return done
    with joined(device) as processes:
        return _run(plan, processes, device, resume, command, said)


def _run(
    plan: Plan, processes: Processes, device: str, resume: bool, command: str, say: Tell
) -> Outcome:
    place = plan.out / "material"
    if processes.first:
        _prepare(plan, place, say)
    processes.wait()
    material = read_material(place, check=resume and processes.first)
    start = find_start(
        plan.start,
        size=plan.size or "10M",
        objective=plan.objective,
        tokenizer=material.tokenizer,
        seed=plan.seed,
    )
    # Whatever pads is the end piece, too, which has to learn.
    start.model.get_input_embeddings().padding_idx = None
    settings = _settings(plan, start, device)
    if plan.adapter == "lora":
        fingerprint = _fingerprint(start.model)
        adapt(start.model, seed=plan.seed)
    teacher = _teacher(plan, start)
    length = min(plan.length or _LENGTH, start.model.config.max_position_embeddings)
    if plan.start == "random":
        start.model.config.max_position_embeddings = length  # it has seen no place beyond
    packed = mixed(material.tokens, length, plan.seed, start.end, plan.shares)
    start.model.to(device)
    if processes.first:
        _room(plan.out, start)
    say("training", {"parameters": start.parameters, "pieces": material.pieces})
    facts = {
        "plan": plan.named(),
        "command": command,
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "processes": processes.count,
        "corpus_pieces": material.pieces,
        "sources": [{"name": each.name, "licence": each.licence} for each in material.sources],
    }
    result = train(
        start.model,
        packed,
        settings,
        plan.out,
        teacher=None if teacher is None else teacher.to(device),
        resume=resume,
        on_step=(lambda line: say("step", line)) if processes.first else None,
        processes=processes,
        facts=facts,
    )
    start.model.to("cpu")
    outcome = Outcome(
        str(plan.out),
        start.parameters,
        start.model.config.vocab_size,
        result.steps,
        result.tokens,
        round(result.seconds, 2),
        result.loss,
        (),
    )
    if not processes.first:
        return outcome
    others = []
    if plan.adapter == "lora":
        adapter = adapter_of(start.model, fingerprint, {"plan": plan.named()})
        merge(start.model)
        outcome = replace(outcome, parameters=start.parameters)
        others.append(lambda folder: adapter.save(_made(folder / "adapter")))
    return _finish(plan, start, material, settings, outcome, command, facts, others, say)


def _finish(
    plan: Plan,
    start: Start,
    material: Material,
    settings: Settings,
    outcome: Outcome,
    command: str,
    facts: Mapping[str, Any],
    others: list[Callable[[Path], None]],
    say: Tell,
) -> Outcome:
    """Write the model and its card, and clear away what only the run needed."""
    figures: list[Mapping[str, Any]] = []

    def describe(folder: Path) -> None:
        if plan.objective != "masked":
            say("measuring", {})
            figures.extend(_figures(folder, material))
        curve = loss_curve(plan.out / "log.jsonl")
        (folder / "loss.svg").write_text(curve, "utf-8")
        card = _card(plan, start, material, settings, outcome, command, figures)
        (folder / "README.md").write_text(card.text(), "utf-8")

    say("writing", {})
    write_folder(start, plan.out, *others, describe)
    outcome = replace(outcome, bits_per_byte=tuple(figures))
    run = json.loads((plan.out / "run.json").read_text("utf-8"))
    checkpoints.write_json(
        plan.out / "run.json", {**run, **facts, "status": "done", "outcome": asdict(outcome)}
    )
    for name in ("material", "checkpoint", "checkpoint.old", "checkpoint.partial"):
        shutil.rmtree(plan.out / name, ignore_errors=True)
    return outcome


def _device(asked: str) -> str:
    cuda = torch.cuda.is_available()
    if asked == "cuda" and not cuda:
        raise ValueError("There is no CUDA device here that torch can use: --device cpu.")
    return "cuda" if cuda and asked != "cpu" else "cpu"


def _prepare(plan: Plan, place: Path, say: Tell) -> None:
    """Read the corpus, find its vocabulary, and lay it down as pieces, unless that was done."""
    if (place / "material.json").is_file():
        return
    from slmapps.training.corpus import read_corpus

    say("reading", {})
    corpus = read_corpus(
        plan.corpus,
        text_field=plan.text_field,
        licences=plan.licences,
        held_out=plan.held_out,
        progress=lambda name, count: say("reading", {"source": name, "documents": count}),
    )
    say("vocabulary", {"documents": sum(each.documents for each in corpus.sources)})
    tokenizer = None
    if plan.teacher is not None and plan.start == "random":
        from slmapps.training.vocabulary import count_pieces, trim_vocabulary

        whole = find_start(plan.teacher).tokenizer
        pieces = SIZES[plan.size or "10M"].pieces
        tokenizer, _ = trim_vocabulary(whole, count_pieces(whole, corpus), pieces)
    start = find_start(
        plan.start,
        size=plan.size or "10M",
        objective=plan.objective,
        corpus=corpus,
        tokenizer=tokenizer,
        seed=plan.seed,
    )
    write_material(
        corpus,
        start.tokenizer,
        place,
        lambda name, count: say("pieces", {"source": name, "documents": count}),
    )


def _settings(plan: Plan, start: Start, device: str) -> Settings:
    optimiser = plan.optimiser or ("muon" if plan.start == "random" else "adamw")
    return Settings(
        tokens=plan.tokens,
        minutes=plan.minutes,
        batch=plan.batch or (32 if device == "cuda" else 4),
        accumulate=plan.accumulate,
        rate=plan.rate or _rate(plan, start, optimiser),
        # Of a trained model few steps are taken, with few pieces each: a longer memory.
        betas=(0.9, 0.95) if plan.start == "random" else (0.9, 0.98),
        average=plan.average,
        temperature=plan.temperature,
        teacher_share=plan.teacher_share if plan.teacher is not None else 0.0,
        seed=plan.seed,
        checkpoint_minutes=plan.checkpoint_minutes,
        optimiser=optimiser,
        objective=plan.objective,
        mask=start.mask if plan.objective != "causal" else None,
        # 2 % in bits per byte; the encoder has windows of its own.
        apart=plan.objective != "masked",
        compiled=plan.compiled,
    )


def _rate(plan: Plan, start: Start, optimiser: str) -> float:
    """The rate where none is given; measured with 1M parameters, falling with the width above."""
    if plan.start != "random":
        return 1e-3 if plan.adapter == "lora" else 3e-4
    most = 1e-2 if optimiser == "muon" else 3e-3
    return float(most * min(1.0, 128 / start.model.config.hidden_size))


def _teacher(plan: Plan, start: Start) -> Teacher | None:
    if plan.teacher is None:
        return None
    found = find_start(plan.teacher)
    return Teacher(found.model, shared_pieces(start.tokenizer, found.tokenizer))


def _room(out: Path, start: Start) -> None:
    """Raise ``OSError`` where three checkpoints and the model will not go on the disk."""
    learnt = sum(p.numel() for p in start.model.parameters() if p.requires_grad)
    needed = 4 * (3 * 4 * learnt + start.parameters)
    free = shutil.disk_usage(out).free
    if free < needed:
        raise OSError(
            f"{out} has room for {free / 2**20:,.0f} MiB; checkpoints and model need "
            f"{needed / 2**20:,.0f} MiB. Make room, or name an --out on another disk."
        )


def _figures(folder: Path, material: Material) -> list[Mapping[str, Any]]:
    """Bits per byte of the model in ``folder`` on the held-out documents of each source."""
    from slmapps.training.evaluation import bits_per_byte
    from slmapps.training.evaluation.models import load

    model = load(folder, precision=None)
    rows: list[Mapping[str, Any]] = []
    for source, documents in zip(material.sources, material.held_out, strict=True):
        if documents:
            found = bits_per_byte(model, documents, file=source.name)
            row = {key: getattr(found, key) for key in ("bits_per_byte", "bytes", "documents")}
            rows.append({"source": source.name, **row})
    return rows


def _card(
    plan: Plan,
    start: Start,
    material: Material,
    settings: Settings,
    outcome: Outcome,
    command: str,
    figures: list[Mapping[str, Any]],
) -> Card:
    shown = {name: value for name, value in asdict(settings).items() if value is not None}
    return Card(
        name=plan.out.resolve().name,
        kind=type(start.model).__name__,
        parameters=start.parameters,
        pieces=outcome.pieces,
        parents=start.parents,
        sources=material.sources,
        objective=plan.objective,
        tokens=outcome.tokens,
        seconds=outcome.seconds,
        loss=outcome.loss,
        settings={**shown, "adapter": plan.adapter},
        figures=figures,
        command=command,
        commit=commit_of_checkout(),
        teacher=plan.teacher,
        versions={name: version(name) for name in ("slmapps", "torch", "transformers")},
    )


def _fingerprint(model: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, weight in sorted(model.named_parameters()):
        digest.update(name.encode())
        digest.update(weight.detach().numpy().tobytes())
    return digest.hexdigest()[:20]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
