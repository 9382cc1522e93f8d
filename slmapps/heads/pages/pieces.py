"""The reader's own vectors of its word pieces, which a page tagger stands on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Pieces", "reader_pieces"]

_NAME = "embeddings.word_embeddings.weight"


class Pieces(NamedTuple):
    """``table`` (pieces, dimension) float16, the reader's ``tokenizer`` and its ``fingerprint``.

    The table is the reader's, divided so that its numbers are of about one.
    """

    table: npt.NDArray[np.float16]
    tokenizer: Any
    fingerprint: str


@lru_cache(maxsize=1)
def reader_pieces(spec: str | None = None) -> Pieces:
    """Load them, once; ``spec`` as for :func:`slmapps.backbone.load_reader`.

    Raises:
        WeightsMissing: no usable weights.
    """
    from slmapps.backbone import serving
    from slmapps.backbone.weights import describe, find_weights

    encoder = describe(find_weights(spec))
    table = serving.read_tensors(encoder)[_NAME]
    table = (table / (table[:2000].std() + 1e-6)).astype(np.float16)
    return Pieces(table, serving.tokenizer(encoder), encoder.fingerprint)
