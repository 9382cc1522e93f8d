"""What sits on the reader and learns: labels by their own text, and a linear classifier."""

from __future__ import annotations

from slmapps.heads.linear import LinearClassifier
from slmapps.heads.matcher import Matcher

__all__ = ["LinearClassifier", "Matcher"]
