"""Rounding where each column's loss is made up for by the columns that are not rounded yet.

GPTQ (Frantar et al. 2023): with H the second moments of a matrix's inputs, column j is rounded and
the error, divided by the diagonal of H's inverse (as its Cholesky factor), is taken out of the
columns after it. Columns go in the order of falling second moment, so that the inputs that matter
most are rounded while there are many left to make up for them; a step for each row, settled
beforehand, lets the columns keep their places in the file.

Layers are done in order, and each sees what the layers rounded before it really hand on. torch is
needed here and nowhere in reading the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from slmapps.backbone.four_bit import Coded, steps_of
from slmapps.backbone.writer_graph import Decoder, Floats

__all__ = ["compensated"]

_ROW = 512  # pieces of a calibration row
_MOST = 40  # rows at most
_BLOCK = 64
_EXPONENT = 0.6
_DAMPING = 0.01  # of the mean second moment, added to all


def compensated(
    decoder: Decoder,
    weights: Mapping[str, Floats],
    tokenizer: str,
    texts: Sequence[str],
    step: float,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Coded | Floats]:
    """All matrices of all layers, by name; the tables are left out.

    With them ``<layer>.self_attn.evening`` and ``<layer>.mlp.evening``, see ``four_bit.evened``.

    Args:
        decoder: the measures.
        weights: fp32 by name.
        tokenizer: JSON.
        texts: what the model reads meanwhile, one document each; some 20,000 pieces are used.
        step: of the rounding, see :func:`slmapps.backbone.four_bit.steps_of`.
        progress: told about each layer.

    Raises:
        ValueError: the texts are shorter than one row of 512 pieces.
    """
    rows = _rows(tokenizer, texts)
    found: dict[str, Coded | Floats] = {}
    with torch.inference_mode():
        table = torch.from_numpy(weights["model.embed_tokens.weight"])
        states = [table[row] for row in rows]
        turns = _turns(decoder)
        for layer in range(decoder.layers):
            if progress:
                progress("Rounding the writer", layer, decoder.layers)
            states = _layer(decoder, weights, f"model.layers.{layer}", states, turns, step, found)
    if progress:
        progress("Rounding the writer", decoder.layers, decoder.layers)
    return found


def _rows(tokenizer: str, texts: Sequence[str]) -> list[torch.Tensor]:
    words = Tokenizer.from_str(tokenizer)
    end = words.token_to_id("<|endoftext|>")
    rows = []
    for text in texts:
        ids = words.encode(text, add_special_tokens=False).ids[: _ROW - 1]
        rows.append(torch.tensor(ids if end is None else [end, *ids]))
    rows = [row for row in rows if len(row) > 1]
    if sum(map(len, rows)) < _ROW:
        raise ValueError(f"the calibration text has fewer than {_ROW} pieces; give more of it")
    return rows[: _MOST * 4]


def _moments(values: Sequence[torch.Tensor]) -> torch.Tensor:
    """Second moments (inputs, inputs) of inputs (places, inputs)."""
    total = torch.zeros(values[0].shape[-1], values[0].shape[-1])
    for value in values:
        total += value.T @ value
    return total


def _layer(
    decoder: Decoder,
    weights: Mapping[str, Floats],
    path: str,
    states: list[torch.Tensor],
    turns: tuple[torch.Tensor, torch.Tensor],
    step: float,
    found: dict[str, Coded | Floats],
) -> list[torch.Tensor]:
    """Round a layer's matrices into ``found``; hand on what it makes of ``states`` (n, width)."""

    def settled(inputs: Sequence[torch.Tensor], *parts: str) -> list[torch.Tensor]:
        moments = _moments(inputs)
        done = []
        for part in parts:
            name = f"{path}.{part}.weight"
            made = _rounded(weights[name], moments, step)
            found[name] = made
            done.append(torch.from_numpy(made.full()))
        return done

    def normed(value: torch.Tensor, part: str) -> torch.Tensor:
        gain = torch.from_numpy(weights[f"{path}.{part}.weight"])
        return functional.rms_norm(value, (decoder.width,), gain, decoder.epsilon)

    inputs = [normed(state, "input_layernorm") for state in states]
    names = [f"self_attn.{part}_proj" for part in "qkv"]
    matrices = [weights[f"{path}.{name}.weight"] for name in names]
    found[f"{path}.self_attn.evening"] = _evening(inputs, matrices)
    q, k, v = settled(inputs, *names)
    heard = [_attended(decoder, value, (q, k, v), turns) for value in inputs]
    (o,) = settled(heard, "self_attn.o_proj")
    states = [state + value @ o.T for state, value in zip(states, heard, strict=True)]
    inputs = [normed(state, "post_attention_layernorm") for state in states]
    gate, up = settled(inputs, "mlp.gate_proj", "mlp.up_proj")
    inner = [functional.silu(value @ gate.T) * (value @ up.T) for value in inputs]
    found[f"{path}.mlp.evening"] = _evening(inner, [weights[f"{path}.mlp.down_proj.weight"]])
    (down,) = settled(inner, "mlp.down_proj")
    return [state + value @ down.T for state, value in zip(states, inner, strict=True)]


def _evening(inputs: Sequence[torch.Tensor], matrices: Sequence[Floats]) -> Floats:
    """What to divide each channel of the inputs by, (inputs,), of geometric mean 1.

    A few channels run far out, and a product in bytes would spend its bits on them. What is in
    front of the channel gives what the columns behind take over (Xiao et al. 2023, SmoothQuant),
    but only where bytes are multiplied: rounding the evened columns here cost six per cent.
    The first place, where the model keeps numbers like no others, does not count.
    """
    reach = torch.stack([value[1:].abs().amax(0) for value in inputs]).mean(0)
    weight = torch.from_numpy(np.abs(np.concatenate(matrices)).max(axis=0))
    factor = reach.clamp_min(1e-4) ** _EXPONENT / weight.clamp_min(1e-5) ** (1 - _EXPONENT)
    even: Floats = (factor / factor.log().mean().exp()).numpy()
    return even


def _turns(decoder: Decoder) -> tuple[torch.Tensor, torch.Tensor]:
    half = torch.arange(0, decoder.head, 2) / decoder.head
    speeds = torch.exp(-half * math.log(decoder.theta))
    angles = (torch.arange(_ROW)[:, None] * speeds).repeat(1, 2)
    return angles.cos(), angles.sin()


def _attended(
    decoder: Decoder,
    value: torch.Tensor,
    matrices: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    turns: tuple[torch.Tensor, torch.Tensor],
) -> torch.Tensor:
    cos, sin = (turn[: len(value)] for turn in turns)

    def turned(x: torch.Tensor) -> torch.Tensor:
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat((-second, first), -1) * sin

    q, k, v = ((value @ m.T).view(len(value), -1, decoder.head).transpose(0, 1) for m in matrices)
    heard = functional.scaled_dot_product_attention(
        turned(q)[None], turned(k)[None], v[None], is_causal=True, enable_gqa=True
    )
    return heard[0].transpose(0, 1).reshape(len(value), -1)


def _rounded(matrix: Floats, moments: torch.Tensor, step: float) -> Coded:
    """Round one matrix (outputs, inputs) for inputs with these second moments."""
    steps = steps_of(matrix, step)
    diagonal = moments.diagonal().clone()
    floor = float(diagonal.mean()) * _DAMPING + 1e-12
    order = torch.argsort(diagonal, descending=True)
    ordered = moments[order][:, order].double()
    inverse = torch.linalg.inv(ordered + torch.eye(len(order), dtype=torch.float64) * floor)
    factor = torch.linalg.cholesky((inverse + inverse.T) / 2, upper=True).float()
    columns = torch.from_numpy(matrix).T[order].contiguous()  # (inputs, outputs)
    size = torch.from_numpy(steps.astype(np.float32))
    codes = torch.empty_like(columns)
    for start in range(0, len(order), _BLOCK):
        stop = min(start + _BLOCK, len(order))
        errors = torch.empty(stop - start, len(matrix))
        for j in range(start, stop):
            codes[j] = (columns[j] / size).round_().clamp_(-127, 127)
            error = (columns[j] - codes[j] * size) / factor[j, j]
            columns[j + 1 : stop] -= factor[j, j + 1 : stop, None] * error
            errors[j - start] = error
        columns[stop:] -= factor[start:stop, stop:].T @ errors
    placed = torch.empty_like(codes)
    placed[order] = codes
    return Coded(placed.T.contiguous().numpy().astype(np.int8), steps)
