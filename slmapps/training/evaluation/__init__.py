"""What a language model is worth: bits per byte, minimal pairs, and what its samples are like."""

from __future__ import annotations

from slmapps.training.evaluation.models import LanguageModel, Unusable, load
from slmapps.training.evaluation.pairs import Pair, PairFigure, judge, read_pairs
from slmapps.training.evaluation.text import TextFigure, bits_of, bits_per_byte

__all__ = [
    "LanguageModel",
    "Pair",
    "PairFigure",
    "TextFigure",
    "Unusable",
    "bits_of",
    "bits_per_byte",
    "judge",
    "load",
    "read_pairs",
]
