"""From fp32 matrices to int8, with inputs smoothed so that 8 bits are enough.

A few channels of a BERT encoder run ten times larger than the rest, and one scale for all of them
wastes the eight bits on those few. Each channel is therefore divided by a factor that its row of
the weight matrix takes over (Xiao et al. 2023, SmoothQuant); the factor's exponent is searched for
each matrix by the error of its product on the specimens. Weights keep 7 bits: the AVX2 kernels add
pairs of products in 16 bits, which 8-bit weights can overflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from slmapps.backbone.graph import Floats, Quantised

__all__ = ["plan", "quantise"]

_WEIGHT_TOP = 63.0
_EXPONENTS = (0.5, 0.6, 0.7, 0.8, 0.9)


def plan(
    weights: Mapping[str, tuple[Floats, Floats]], inputs: Iterable[tuple[str, Floats]]
) -> dict[str, Quantised]:
    """Quantise every matrix for the inputs it was seen with.

    Args:
        weights: as from ``graph.matrices``.
        inputs: for each name a sample of inputs (tokens, inputs), padding left out.
    """
    return {name: quantise(weights[name][0], seen) for name, seen in inputs}


def quantise(matrix: Floats, seen: Floats) -> Quantised:
    """The best of several smoothings of ``matrix`` (inputs, outputs) for ``seen`` (tokens, inputs).

    Best is the least squared error of the product over ``seen``.
    """
    low, high = seen.min(axis=0), seen.max(axis=0)
    reach = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-3)
    weight = np.maximum(np.abs(matrix).max(axis=1), 1e-4)
    exact = seen @ matrix
    best: Quantised | None = None
    least = np.inf
    for exponent in _EXPONENTS:
        factor = reach**exponent / weight ** (1 - exponent)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        tried = _rounded(matrix, low, high, factor)
        error = float(np.square(_product(seen, tried) - exact).mean())
        if error < least:
            best, least = tried, error
    assert best is not None
    return best


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
    )


def _product(seen: Floats, q: Quantised) -> npt.NDArray[np.float32]:
    offset = np.float32(q.zero)
    codes = np.clip(np.round(seen * q.smoothing / q.scale) + offset, 0, 255) - offset
    result: Floats = (codes @ q.matrix.astype(np.float32)) * (q.scale * q.steps)
    return result
