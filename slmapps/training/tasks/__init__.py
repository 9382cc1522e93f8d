"""Writing to order: what is asked of the writer, as text, and the examples that it learns from."""

from slmapps.training.tasks.format import MOODS, Request, parse

__all__ = ["MOODS", "Request", "parse"]
