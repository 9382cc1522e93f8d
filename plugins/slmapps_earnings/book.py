"""One analyst's book in memory: its calls, what people said of them, and what follows from it.

Design choices:

* It is kept for each client and database and shared by the threads of a process; what another
  process has corrected shows in the client's revision, one tiny query.
* Judged sentences are cases that speak for sentences like them (:mod:`slmapps_earnings.learning`):
  the suggestions are a function of what holds now, so undoing is simply working them out again.
* After a correction only those open predictions are looked at that it can reach.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from slmapps.records import Evidence, EvidenceKind, Problem
from slmapps_earnings.asked import (
    BUDGET,
    SENTENCE_FIELDS,
    chances_of,
    falling,
    share_right,
    threshold,
)
from slmapps_earnings.corrections import APP, Sayings, as_corrected, sentence_number
from slmapps_earnings.headings import Heading, Headings
from slmapps_earnings.learning import MOST, blended, weights
from slmapps_earnings.storage import sentence_at, unpacked

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, RecordRow, Workspace
    from slmapps_earnings.records import Opinion, ScoredCall, Sentence

__all__ = ["Believed", "Book", "Case", "Place", "encoded", "open_book", "places_of"]

Vectors = npt.NDArray[np.float32]
Believed = tuple[Mapping[str, float], Sequence[Evidence]]
Place = tuple[int, int]
"""A record and the number of a sentence in it."""

KEPT_RECORDS = 64
_SHOWN = 3

_books: dict[tuple[str, str], Book] = {}
_opening = threading.Lock()


def encoded(texts: Sequence[str]) -> list[Vectors]:
    """Encode sentences as the model sees them: a vector (384,) of length 1 for each."""
    from slmapps_earnings.scorer import load_scorer

    return list(load_scorer().score(texts).vectors)


def open_book(workspace: Workspace, client: str) -> Book:
    """Give the book of a client; the same one as before for the same database."""
    with _opening:
        return _books.setdefault((workspace.url, client), Book(client))


class Case:
    """A sentence that somebody judged: its words, its vector, and the right value of a field."""

    def __init__(self, place: Place, text: str, vector: Vectors, value: str) -> None:
        self.place, self.text, self.vector, self.value = place, text, vector, value


class Book:
    """The calls of one client, with what people said of them and what was learnt from it."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.lock = threading.RLock()
        self.budget = BUDGET
        self.sayings = Sayings()
        self.right_roles = share_right(0, 0)
        self.headings = Headings(client)
        self._flags: dict[str, list[Any]] = {}
        self._corrections: list[CorrectionRow] = []
        self._cases: dict[str, list[Case]] = {field: [] for field in SENTENCE_FIELDS}
        self._vectors: dict[Place, Vectors] = {}
        self._records: OrderedDict[int, RecordRow] = OrderedDict()
        self._calls: OrderedDict[int, ScoredCall] = OrderedDict()
        self._revision = -1

    @contextmanager
    def ready(self, workspace: Workspace) -> Iterator[None]:
        """Hold the book, caught up; when what is done with it fails it is read anew."""
        with self.lock:
            self.catch_up(workspace)
            try:
                yield
            except BaseException:
                self._revision = -1
                raise

    def catch_up(self, workspace: Workspace) -> None:
        """Take in whatever came in or was said since, in any process."""
        with self.lock:
            self.headings.catch_up(workspace)
            revision = workspace.revision(APP, self.client)
            if revision == self._revision:
                return
            self.budget = float(workspace.setting(APP, self.client, "budget", BUDGET))
            self._flags = workspace.setting(APP, self.client, "flags", {})
            self._take(workspace, workspace.corrections(APP, self.client))
            self._revision = revision

    def _take(self, workspace: Workspace, rows: list[CorrectionRow]) -> None:
        self._corrections = rows
        self.sayings = Sayings.of(rows, self.headings.firms())
        roles = [row for row in rows if row.correction.field == "role" and row.prediction.value]
        right = sum(row.correction.value == row.prediction.value for row in roles)
        self.right_roles = share_right(right, len(roles))
        judged = [
            (field, (record_id, number), value)
            for record_id, of_record in self.sayings.sentences.items()
            for number, said in of_record.items()
            for field, value in said.items()
            if field in SENTENCE_FIELDS
        ]
        self._cases = {field: [] for field in SENTENCE_FIELDS}
        places = list(dict.fromkeys(place for _, place, _ in judged))
        vectors = dict(zip(places, self.vectors(workspace, places), strict=True))
        for field, place, value in judged:
            text = self.sentence(workspace, place)[0].text
            self._cases[field].append(Case(place, text, vectors[place], value))

    def record(self, workspace: Workspace, record_id: int) -> RecordRow:
        """Give a record from memory where it is there; what is kept of a call never changes."""
        with self.lock:
            found = self._records.pop(record_id, None) or workspace.record(record_id)
            self._records[record_id] = found
            while len(self._records) > KEPT_RECORDS:
                self._records.popitem(last=False)
            return found

    def model_call(self, workspace: Workspace, record_id: int) -> ScoredCall:
        """Give a call as the model scored it."""
        with self.lock:
            found = self._calls.pop(record_id, None)
            if found is None:
                found = unpacked(self.record(workspace, record_id).data)
            self._calls[record_id] = found
            while len(self._calls) > KEPT_RECORDS:
                self._calls.popitem(last=False)
            return found

    def call(self, workspace: Workspace, record_id: int) -> ScoredCall:
        """Give a call as it stands: with what people said of it."""
        with self.lock:
            self.catch_up(workspace)
            return as_corrected(self.model_call(workspace, record_id), record_id, self.sayings)

    def problems(self, found: Heading) -> list[Problem]:
        """Give what is wrong with a call: of itself, and beside the others of the book."""
        flags = [Problem.model_validate(each) for each in self._flags.get(str(found.record_id), [])]
        return list(dict.fromkeys([*found.problems, *flags]))

    def sentence(self, workspace: Workspace, place: Place) -> tuple[Sentence, Opinion]:
        """Give one scored sentence and the model's opinion of it."""
        record_id, number = place
        return sentence_at(self.record(workspace, record_id).data, number)

    def vectors(self, workspace: Workspace, places: Sequence[Place]) -> list[Vectors]:
        """Encode sentences, each once a process; gives vectors (384,) of length 1."""
        missing = [place for place in dict.fromkeys(places) if place not in self._vectors]
        if missing:
            texts = [self.sentence(workspace, place)[0].text for place in missing]
            self._vectors |= dict(zip(missing, encoded(texts), strict=True))
        return [self._vectors[place] for place in places]

    def supposing(self, place: Place, field: str, value: str, text: str) -> dict[str, list[Case]]:
        """Give the cases as they would be if a person said that; its vector must be known."""
        new = Case(place, text, self._vectors[place], value)
        others = [case for case in self._cases[field] if case.place != place]
        return {**self._cases, field: [*others, new]}

    def believed(
        self,
        workspace: Workspace,
        places: Sequence[Place],
        cases: Mapping[str, Sequence[Case]] | None = None,
    ) -> dict[tuple[Place, str], Believed]:
        """Give what is believed of sentences, field by field, after all that was learnt.

        ``cases`` stand in for those that the book has learnt.
        """
        learnt = self._cases if cases is None else cases
        opinions = [self.sentence(workspace, place)[1] for place in places]
        vectors = self.vectors(workspace, places) if any(learnt.values()) else []
        return {
            (places[at], field): each
            for (at, field), each in _believed(opinions, vectors, learnt).items()
        }

    def believed_of(
        self, scored: ScoredCall, numbers: Sequence[int]
    ) -> dict[tuple[int, str], Believed]:
        """Give the same of sentences, by number and field, of a call that is not yet saved."""
        by_number = {each.sentence: each for each in scored.opinions}
        vectors: Sequence[Vectors] = []
        if numbers and any(self._cases.values()):
            vectors = encoded([scored.call.sentences[number].text for number in numbers])
        opinions = [by_number[number] for number in numbers]
        return {
            (numbers[at], field): each
            for (at, field), each in _believed(opinions, vectors, self._cases).items()
        }

    def reached(
        self, workspace: Workspace, places: Iterable[Place], taught: Sequence[Place]
    ) -> list[Place]:
        """Give those of ``places`` that a word on the sentences ``taught`` can move."""
        wanted = list(dict.fromkeys(places))
        if not wanted or not taught:
            return []
        near = weights(
            np.stack(self.vectors(workspace, wanted)), np.stack(self.vectors(workspace, taught))
        )
        return [place for place, row in zip(wanted, near, strict=True) if row.any()]

    def thresholds(self, record_id: int) -> dict[str, float]:
        """From which confidence on the error budget accepts a call's sentences, field by field."""
        confidences = self.headings.of(record_id).confidences
        return {field: threshold(each, self.budget) for field, each in confidences.items()}


def _believed(
    opinions: Sequence[Opinion], vectors: Sequence[Vectors], cases: Mapping[str, Sequence[Case]]
) -> dict[tuple[int, str], Believed]:
    found: dict[tuple[int, str], Believed] = {}
    for field, of_field in cases.items():
        near = np.zeros((len(opinions), 0))
        if of_field and opinions:
            near = weights(np.stack(vectors), np.stack([case.vector for case in of_field]))
        for at, opinion in enumerate(opinions):
            said = chances_of(opinion, field)
            touching = np.flatnonzero(near[at])
            speaking = [of_field[int(case)] for case in touching]
            weight = near[at, touching]
            found[at, field] = (
                (_mixed(said, speaking, weight), _alike(speaking, weight))
                if speaking
                else (said, ())
            )
    return found


def _mixed(
    said: Mapping[str, float], cases: Sequence[Case], weight: npt.NDArray[np.float64]
) -> dict[str, float]:
    values = list(dict.fromkeys([*said, *(case.value for case in cases)]))
    right = np.array([[float(case.value == value) for value in values] for case in cases])
    before = np.array([[said.get(value, 0.0) for value in values]])
    after = blended(before, weight[None, :], right)[0]
    return falling(dict(zip(values, after.tolist(), strict=True)))


def _alike(cases: Sequence[Case], weight: npt.NDArray[np.float64]) -> tuple[Evidence, ...]:
    order = np.argsort(-weight, kind="stable")[:_SHOWN]
    return tuple(
        Evidence(
            kind=EvidenceKind.PAST_CASE,
            text=cases[int(at)].text,
            weight=round(float(min(1.0, weight[at] / min(1.0, MOST))), 4),
            value=cases[int(at)].value,
        )
        for at in order
    )


def places_of(items: Iterable[tuple[int, str]]) -> list[Place]:
    """Give the sentences among items, which come as (record id, item)."""
    found = ((record_id, sentence_number(item)) for record_id, item in items)
    return [(record_id, number) for record_id, number in found if number is not None]
