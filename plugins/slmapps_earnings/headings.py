"""The calls of a book at a glance, by firm and fiscal period, without what was said in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from slmapps_earnings.corrections import APP
from slmapps_earnings.records import SENTIMENTS, Call
from slmapps_earnings.storage import heading

if TYPE_CHECKING:
    from slmapps.records import Problem
    from slmapps.workspace import RecordRow, Workspace

__all__ = ["KIND", "Heading", "Headings", "words_digest"]

KIND = "call"


@dataclass(frozen=True)
class Heading:
    """One call of the book: its facts (``call`` without turns and text) and how sure it was read.

    ``confidences`` give for each field of a sentence the calibrated probability of its likeliest
    value, (n,); ``sentiments`` counts the scored sentences by :data:`SENTIMENTS`; ``created_at`` is
    when the call came into the book.
    """

    record_id: int
    call: Call
    problems: tuple[Problem, ...]
    digest: str = field(repr=False)
    confidences: Mapping[str, npt.NDArray[np.float64]] = field(repr=False)
    sentiments: tuple[int, int, int]
    created_at: datetime

    @property
    def place(self) -> tuple[Any, ...]:
        """By what calls are ordered: firm, fiscal period, date; what is unknown comes first."""
        call = self.call
        day = call.event_date.isoformat() if call.event_date else ""
        return (
            (call.company or call.ticker).casefold(),
            call.fiscal_year or 0,
            call.fiscal_quarter or 0,
            day,
            self.record_id,
        )


def words_digest(call: Call) -> str:
    """Give a hash of what is said in a call, whatever file and line breaks it came in."""
    said = " ".join(" ".join(turn.text for turn in call.turns).split()).casefold()
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


class Headings:
    """The headings of one book, read once a process and then only those that are new."""

    def __init__(self, client: str) -> None:
        self.client = client
        self._held: dict[int, Heading] = {}
        self._digests: dict[str, int] = {}
        self._newest = 0

    def catch_up(self, workspace: Workspace) -> None:
        """Take in the calls that came since."""
        while rows := workspace.records(APP, self.client, KIND, 50, after=self._newest):
            for row in rows:
                found = _heading(row)
                self._held[row.id] = found
                self._digests.setdefault(found.digest, row.id)
                self._newest = row.id

    def of(self, record_id: int) -> Heading:
        """Give the heading of a record; ``KeyError`` where the book has no such call."""
        if record_id not in self._held:
            raise KeyError(f"no call {record_id} in the book {self.client!r}")
        return self._held[record_id]

    def firms(self) -> dict[int, str]:
        """Give the firm of each record."""
        return {number: each.call.firm for number, each in self._held.items()}

    def same_words(self, digest: str) -> Heading | None:
        """Give the call that says the very same, None where there is none."""
        number = self._digests.get(digest)
        return None if number is None else self._held[number]

    def all(self, firm: str | None = None) -> list[Heading]:
        """Give the headings of a firm (its ticker or name), or all, in their order."""
        wanted = None if firm is None else firm.casefold()
        return sorted(
            (
                each
                for each in self._held.values()
                if wanted is None
                or wanted in {each.call.ticker.casefold(), each.call.company.casefold()}
            ),
            key=lambda each: each.place,
        )


def _heading(row: RecordRow) -> Heading:
    opinions = row.data["opinions"]
    chances = np.asarray(opinions["p"], np.float64).reshape(-1, len(SENTIMENTS))
    counts = Counter(chances.argmax(axis=1).tolist())
    topic = np.array([max((sure for _, sure in each), default=0.0) for each in opinions["topics"]])
    return Heading(
        record_id=row.id,
        call=heading(row.data),
        problems=row.problems,
        digest=row.data["digest"],
        confidences={
            "sentiment": chances.max(axis=1, initial=0.0),
            "topic": np.maximum(topic, 1 - topic),
        },
        sentiments=(counts[0], counts[1], counts[2]),
        created_at=row.created_at,
    )
