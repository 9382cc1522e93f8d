"""Writing to order: what is asked of the writer, as text, and lines that obey."""

from slmapps.writing.lines import Line, write_lines
from slmapps.writing.obedience import keeps_to_speaker, says
from slmapps.writing.request import MOODS, Request, parse

__all__ = ["MOODS", "Line", "Request", "keeps_to_speaker", "parse", "says", "write_lines"]
