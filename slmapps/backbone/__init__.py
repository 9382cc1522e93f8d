"""The shared small models: weights found and verified, texts turned into vectors, adapters.

Nothing heavy is imported here: ONNX Runtime loads with the first text that is not in the cache.
"""

from __future__ import annotations

from slmapps.backbone.binding import Damaged, WrongBackbone
from slmapps.backbone.reader import Reader, load_reader
from slmapps.backbone.weights import WeightsMissing, find_weights
from slmapps.backbone.writer import Generated, Guide, TokenMask, Writer, load_writer

__all__ = [
    "Damaged",
    "Generated",
    "Guide",
    "Reader",
    "TokenMask",
    "WeightsMissing",
    "Writer",
    "WrongBackbone",
    "find_weights",
    "load_reader",
    "load_writer",
]
