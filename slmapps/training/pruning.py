"""Making a decoder smaller: fewer word pieces, fewer neurons, fewer layers.

Design choices:

* Neurons go first. Taking a fifth of each layer's neurons out, with the rest made to speak for
  them, cost 5 % in bits per byte before any healing; dropping six of thirty layers cost 30 %
  (`benchmarks/RESULTS.md`).
* Which neurons: those whose loss the others can best make up for, by the optimal brain surgeon
  (Hassibi and Stork 1993; for whole columns Kurtic et al. 2023, ZipLM). What a layer gives out for
  the pruned model's own activations is kept as near as least squares allow, layer after layer.
* Which layers: by block influence, 1 - cosine of what goes into a layer and what comes out of it
  (Men et al. 2024, ShortGPT), or greedily by the loss that is left without the layer, which takes
  as many times longer as there are layers.
* All layers keep one width: the result is a stock `transformers` model.
"""

from __future__ import annotations

import copy
import json
import math
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional
from transformers import LlamaForCausalLM

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from slmapps.training.corpus import Corpus

__all__ = [
    "PruneReport",
    "block_influence",
    "drop_layers",
    "greedy_layers",
    "narrow",
    "prune",
    "trim_embedding",
]

_AT_ONCE = 16  # neurons that leave between two updates of the inverse; one at a time is no better
_DAMPING = 1e-2  # of the mean of the diagonal, as in GPTQ (Frantar et al. 2022)


@dataclass(frozen=True)
class PruneReport:
    """What was taken out, and what it cost: ``bits_per_byte`` held out, before and after."""

    parameters: int
    layers_dropped: tuple[int, ...]
    width: int
    vocabulary: int
    bits_per_byte_before: float
    bits_per_byte_after: float


def prune(
    folder: Path,
    corpus: Corpus,
    out: Path,
    *,
    layers: int | None = None,
    width: int | None = None,
    vocabulary: int | None = None,
    greedy: bool = False,
    calibration: int = 96,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> PruneReport:
    """Make the Llama-class model in ``folder`` smaller and write it to ``out``.

    Layers are dropped first, then pieces, then neurons, each only where a number is given.
    ``corpus`` says which pieces are used and gives ``calibration`` windows of 512 pieces; the
    report's figures are taken on its held-out documents.

    Raises:
        ValueError: a number that the model cannot be brought to, or an ``out`` that exists.
    """
    from tokenizers import Tokenizer

    from slmapps.training.vocabulary import count_pieces, trim_vocabulary

    if out.exists():
        raise ValueError(f"{out} exists already. Name a folder that does not.")
    say = progress or (lambda _stage, _done, _all: None)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.train(False)
    text = (folder / "tokenizer.json").read_text("utf-8")
    if layers is not None and not 0 < layers < model.config.num_hidden_layers:
        raise ValueError(f"The model has {model.config.num_hidden_layers} layers: not {layers}.")
    before = _bits(model, Tokenizer.from_str(text), corpus)
    say("measured", 1, 1)
    dropped: list[int] = []
    if layers is not None:
        count = model.config.num_hidden_layers - layers
        texts = _windows(Tokenizer.from_str(text), corpus, max(4, calibration // 8), seed)
        if greedy:
            dropped = greedy_layers(model, texts, count)
        else:
            influence = block_influence(model, texts)
            dropped = sorted(range(len(influence)), key=influence.__getitem__)[:count]
        model = drop_layers(model, dropped)
        say("layers", count, count)
    if vocabulary is not None and vocabulary < model.config.vocab_size:
        text, kept = trim_vocabulary(text, count_pieces(text, corpus), vocabulary)
        model = trim_embedding(model, kept)
        say("pieces", len(kept), len(kept))
    if width is not None:
        texts = _windows(Tokenizer.from_str(text), corpus, calibration, seed)
        model = narrow(model, texts, width, lambda done, whole: say("neurons", done, whole))
    after = _bits(model, Tokenizer.from_str(text), corpus)
    report = PruneReport(
        parameters=sum(p.numel() for p in model.parameters()),
        layers_dropped=tuple(dropped),
        width=model.config.intermediate_size,
        vocabulary=model.config.vocab_size,
        bits_per_byte_before=before,
        bits_per_byte_after=after,
    )
    part = out.with_name(out.name + ".partial")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for token in ("bos_token_id", "eos_token_id", "pad_token_id"):
            setattr(model.config, token, 0)
        model.save_pretrained(part)
        (part / "tokenizer.json").write_text(text, "utf-8")
        if (folder / "tokenizer_config.json").exists():
            shutil.copy(folder / "tokenizer_config.json", part)
        (part / "pruning.json").write_text(json.dumps(asdict(report), indent=2), "utf-8")
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return report


def _windows(tokenizer: Tokenizer, corpus: Corpus, count: int, seed: int) -> list[torch.Tensor]:
    """``count`` windows of 512 pieces from training documents, as many from each source."""
    end = tokenizer.token_to_id("<|endoftext|>")
    chance = random.Random(seed)  # noqa: S311  a sample, no secret
    windows: list[torch.Tensor] = []
    for source in range(len(corpus.sources)):
        documents = corpus.training(source)
        share = -(-count // len(corpus.sources))
        for document in chance.sample(range(len(documents)), min(len(documents), share)):
            pieces = [end, *tokenizer.encode(documents[document], add_special_tokens=False).ids]
            first = chance.randrange(max(1, len(pieces) - 512))
            windows.append(torch.tensor(pieces[first : first + 512]))
    return windows


@torch.no_grad()
def _bits(model: LlamaForCausalLM, tokenizer: Tokenizer, corpus: Corpus, each: int = 12) -> float:
    """Bits per byte over the first 512 pieces of ``each`` held-out documents of each source."""
    end = tokenizer.token_to_id("<|endoftext|>")
    nats, size = 0.0, 0
    for source in range(len(corpus.sources)):
        held = corpus.held_out(source)
        for document in held[:: max(1, len(held) // each)][:each]:
            pieces = tokenizer.encode(document, add_special_tokens=False).ids[:511]
            text = torch.tensor([[end, *pieces]])
            nats += model(text, labels=text).loss.item() * len(pieces)
            size += len(tokenizer.decode(pieces, skip_special_tokens=False).encode())
    return nats / math.log(2) / size if size else math.nan


@torch.no_grad()
def trim_embedding(model: LlamaForCausalLM, kept: Sequence[int]) -> LlamaForCausalLM:
    """A copy of ``model`` that knows only the pieces ``kept``, renumbered in their order."""
    config = copy.deepcopy(model.config)
    config.vocab_size = len(kept)
    smaller = LlamaForCausalLM(config)
    state = {
        name: value[list(kept)]
        if name.endswith(("embed_tokens.weight", "lm_head.weight"))
        else value
        for name, value in model.state_dict().items()
    }
    smaller.load_state_dict(state)
    smaller.tie_weights()
    smaller.train(False)
    return smaller


@torch.no_grad()
def drop_layers(model: LlamaForCausalLM, layers: Sequence[int]) -> LlamaForCausalLM:
    """A copy of ``model`` without ``layers``."""
    smaller: LlamaForCausalLM = copy.deepcopy(model)
    kept = [n for n in range(len(model.model.layers)) if n not in set(layers)]
    smaller.model.layers = nn.ModuleList([smaller.model.layers[n] for n in kept])
    for position, layer in enumerate(smaller.model.layers):
        layer.self_attn.layer_idx = position
    smaller.config.num_hidden_layers = len(kept)
    return smaller


@torch.no_grad()
def block_influence(model: LlamaForCausalLM, texts: Sequence[torch.Tensor]) -> list[float]:
    """For each layer 1 - cosine of its input and output, mean over the pieces of ``texts`` (n,)."""
    influence = torch.zeros(len(model.model.layers))
    for text in texts:
        states = model.model(text[None], output_hidden_states=True).hidden_states
        for n in range(len(influence)):
            likeness = torch.cosine_similarity(states[n], states[n + 1], dim=-1)
            influence[n] += (1 - likeness).mean() / len(texts)
    return influence.tolist()


@torch.no_grad()
def greedy_layers(model: LlamaForCausalLM, texts: Sequence[torch.Tensor], count: int) -> list[int]:
    """The ``count`` layers to drop, each the one without which the loss on ``texts`` is least."""
    dropped: list[int] = []
    for _ in range(count):
        left = [n for n in range(len(model.model.layers)) if n not in dropped]
        losses = {}
        for layer in left:
            smaller = drop_layers(model, [*dropped, layer])
            losses[layer] = sum(
                smaller(text[None], labels=text[None]).loss.item() * len(text) for text in texts
            )
        dropped.append(min(losses, key=losses.__getitem__))
    return dropped


@torch.no_grad()
def narrow(
    model: LlamaForCausalLM,
    texts: Sequence[torch.Tensor],
    width: int,
    progress: Callable[[int, int], None] | None = None,
) -> LlamaForCausalLM:
    """A copy of ``model`` with ``width`` neurons in each layer's feed-forward part.

    ``texts`` are calibration texts as pieces (n,); some 50,000 pieces are enough.

    Raises:
        ValueError: a width that is not smaller than the model's.
    """
    if not 0 < width < model.config.intermediate_size:
        raise ValueError(
            f"The width must lie between 1 and {model.config.intermediate_size - 1}: not {width}."
        )
    smaller: LlamaForCausalLM = copy.deepcopy(model)
    smaller.train(False)
    states = [smaller.model.embed_tokens(text[None]) for text in texts]
    turns = [
        smaller.model.rotary_emb(state, torch.arange(state.shape[1])[None]) for state in states
    ]
    layers = smaller.model.layers
    for number, layer in enumerate(layers):
        middle = [
            state
            + layer.self_attn(
                layer.input_layernorm(state), position_embeddings=turn, attention_mask=None
            )[0]
            for state, turn in zip(states, turns, strict=True)
        ]
        products = torch.zeros(2 * (layer.mlp.down_proj.in_features,), dtype=torch.float64)
        for state in middle:
            inner = layer.post_attention_layernorm(state)[0]
            active = functional.silu(layer.mlp.gate_proj(inner)) * layer.mlp.up_proj(inner)
            products += (active.T @ active).double()
        kept, down = _surgeon(products, layer.mlp.down_proj.weight.double(), width)
        for name in ("gate_proj", "up_proj"):
            getattr(layer.mlp, name).weight = nn.Parameter(
                getattr(layer.mlp, name).weight[kept].clone()
            )
            getattr(layer.mlp, name).out_features = width
        layer.mlp.down_proj.weight = nn.Parameter(down.float().contiguous())
        layer.mlp.down_proj.in_features = width
        layer.mlp.intermediate_size = width
        states = [state + layer.mlp(layer.post_attention_layernorm(state)) for state in middle]
        if progress is not None:
            progress(number + 1, len(layers))
    smaller.config.intermediate_size = width
    return smaller


def _surgeon(
    products: torch.Tensor, weight: torch.Tensor, width: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The columns of ``weight`` (out, in) to keep, and what they become (out, width).

    ``products`` (in, in) are the activations' summed outer products.
    """
    size = len(products)
    damped = (
        products + torch.eye(size, dtype=products.dtype) * products.diagonal().mean() * _DAMPING
    )
    inverse = torch.linalg.inv(damped)
    weight = weight.clone()
    alive = torch.ones(size, dtype=torch.bool)
    left = size - width
    while left > 0:
        count = min(_AT_ONCE, left)
        left -= count
        cost = (weight * weight).sum(0) / inverse.diagonal()
        cost[~alive] = torch.inf
        gone = cost.argsort()[:count]
        share = torch.linalg.solve(inverse[gone][:, gone], inverse[gone])
        weight = weight - weight[:, gone] @ share
        inverse = inverse - inverse[:, gone] @ share
        alive[gone] = False
        weight[:, gone] = 0
        inverse[gone] = 0
        inverse[:, gone] = 0
        inverse[gone, gone] = 1
    kept = alive.nonzero()[:, 0]
    return kept, weight[:, kept]
