"""From fp32 matrices to int8, with inputs smoothed so that 8 bits are enough.

A few channels of a BERT encoder run ten times larger than the rest, and one scale for all of them
wastes the eight bits on those few. Each channel is therefore divided by a factor that its row of
the weight matrix takes over (Xiao et al. 2023, SmoothQuant); the factor's exponent is searched for
each matrix by the error of its product on the specimens. Weights keep 7 bits: the AVX2 kernels add
pairs of products in 16 bits, which 8-bit weights can overflow.

The inputs to the narrowing matrices have a handful of channels so far out that no smoothing helps:
left in 8 bits they cost texts of one word a cosine of 0.97. Four of 1,536 stay in fp32 (Dettmers
et al. 2022, LLM.int8), chosen once, when the encoder is exported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from slmapps.backbone.graph import Floats, Quantised

__all__ = ["Seen", "quantise"]

_WEIGHT_TOP = 63.0
_EXPONENTS = (0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Seen:
    """What went into a matrix: each input's range (inputs,), and a ``sample`` (tokens, inputs)."""

    low: Floats
    high: Floats
    sample: Floats


def quantise(matrix: Floats, seen: Seen, exact: int = 0) -> Quantised:
    """The best of several smoothings of ``matrix`` (inputs, outputs) for the inputs it has seen.

    Best is the least squared error of the product over the sample. The ``exact`` inputs that
    reach furthest are kept out, to be multiplied in fp32.
    """
    reach = np.maximum(np.maximum(np.abs(seen.low), np.abs(seen.high)), 1e-3)
    apart: npt.NDArray[np.int64] = np.sort(np.argsort(-reach)[:exact])
    if exact:
        matrix = matrix.copy()
        matrix[apart] = 0
        kept = np.ones(len(reach), np.float32)
        kept[apart] = 0
        seen = Seen(seen.low * kept, seen.high * kept, seen.sample * kept)
        reach[apart] = np.median(reach)
    weight = np.maximum(np.abs(matrix).max(axis=1), 1e-4)
    truth = seen.sample @ matrix
    best: Quantised | None = None
    least = np.inf
    for exponent in _EXPONENTS:
        factor = reach**exponent / weight ** (1 - exponent)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        tried = _rounded(matrix, seen.low, seen.high, factor)
        error = float(np.square(_product(seen.sample, tried) - truth).mean())
        if error < least:
            best, least = tried, error
    assert best is not None
    smoothing = best.smoothing.copy()
    smoothing[apart] = 0
    return replace(best, smoothing=smoothing, exact=apart)


def _rounded(matrix: Floats, low: Floats, high: Floats, factor: Floats) -> Quantised:
    bottom = min(float((low / factor).min()), 0.0)
    top = max(float((high / factor).max()), 1e-6)
    scale = np.float32((top - bottom) / 255)
    zero = np.uint8(np.clip(np.round(-bottom / scale), 0, 255))
    spread = matrix * factor[:, None]
    steps = np.maximum(np.abs(spread).max(axis=0) / _WEIGHT_TOP, 1e-9).astype(np.float32)
    bytes_ = np.clip(np.round(spread / steps), -_WEIGHT_TOP, _WEIGHT_TOP).astype(np.int8)
    return Quantised(
        smoothing=(1 / factor).astype(np.float32),
        scale=scale,
        zero=zero,
        matrix=bytes_,
        steps=steps,
        exact=np.array([], np.int64),
    )


def _product(sample: Floats, q: Quantised) -> npt.NDArray[np.float32]:
    offset = np.float32(q.zero)
    codes = np.clip(np.round(sample * (q.smoothing / q.scale)) + offset, 0, 255) - offset
    result: Floats = (codes @ q.matrix.astype(np.float32)) * (q.scale * q.steps)
    return result
