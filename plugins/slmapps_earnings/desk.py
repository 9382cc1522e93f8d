"""The earnings desk on a workspace: what the pages, the command line and the suite call.

What belongs to one client (an analyst's book, a universe of firms) is in ``book``; what comes in in
``intake``; what a correction does in ``reviewing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from slmapps.desk import Change
from slmapps.records import Correction
from slmapps.samples import samples as samples_folder
from slmapps_earnings import reviewing
from slmapps_earnings.asked import (
    SENTENCE_FIELDS,
    role_prediction,
    sentence_prediction,
)
from slmapps_earnings.book import open_book
from slmapps_earnings.corrections import (
    APP,
    label_of,
    sentence_item,
    sentence_number,
    speaker_item,
    speaker_of,
)
from slmapps_earnings.headings import Heading
from slmapps_earnings.inbox import files_in
from slmapps_earnings.intake import FileResult, process_files, process_text
from slmapps_earnings.observed import observed
from slmapps_earnings.reviewing import choices_of

if TYPE_CHECKING:
    from slmapps.engine import Progress
    from slmapps.records import Problem
    from slmapps.workspace import PredictionRow, Workspace
    from slmapps_earnings.records import Call, ScoredCall, Turn

_SHOWN = 300

__all__ = [
    "FileResult",
    "Heading",
    "ask",
    "calls",
    "choices",
    "correct",
    "describe",
    "describe_many",
    "observed",
    "preview",
    "problems_of",
    "process_files",
    "process_text",
    "samples",
    "scored_call",
    "scored_calls",
    "set_budget",
    "undo",
]


def calls(workspace: Workspace, client: str, firm: str | None = None) -> list[Heading]:
    """List the calls of a book, or of one firm (ticker or name), by firm and fiscal period."""
    book = open_book(workspace, client)
    with book.lock:
        book.catch_up(workspace)
        return book.headings.all(firm)


def problems_of(workspace: Workspace, client: str, record_id: int) -> list[Problem]:
    """Give what is wrong with a call: of itself, and beside the others of its book."""
    book = open_book(workspace, client)
    with book.lock:
        book.catch_up(workspace)
        return book.problems(book.headings.of(record_id))


def scored_call(workspace: Workspace, record_id: int) -> ScoredCall:
    """Give a call as it stands: scored, and with everything that people said of it."""
    return open_book(workspace, workspace.record(record_id).client).call(workspace, record_id)


def scored_calls(workspace: Workspace, client: str, firm: str | None = None) -> list[ScoredCall]:
    """Give the calls of :func:`calls`, each as :func:`scored_call` does."""
    book = open_book(workspace, client)
    return [book.call(workspace, each.record_id) for each in calls(workspace, client, firm)]


def ask(workspace: Workspace, record_id: int, item: int | str, field: str) -> PredictionRow:
    """Give the Prediction of any sentence (by number) or speaker (by name), to be corrected.

    Only what is in doubt is asked by itself; for the rest the Prediction is made here, once.
    Raises ``KeyError`` where the call has no such sentence or speaker, ``ValueError`` for a field
    that it does not have.
    """
    fields = SENTENCE_FIELDS if isinstance(item, int) else ("role",)
    if field not in fields:
        raise ValueError(f"{item!r} has no {field!r}; there is {', '.join(fields)}")
    name = sentence_item(item) if isinstance(item, int) else speaker_item(item)
    book = open_book(workspace, workspace.record(record_id).client)
    with book.ready(workspace):
        found = _standing(workspace, record_id, name, field)
        if found is not None:
            return found
        scored = book.model_call(workspace, record_id)
        if isinstance(item, int):
            place = (record_id, item)
            sentence, _ = book.sentence(workspace, place)
            believed, alike = book.believed(workspace, [place])[place, field]
            said = sentence_prediction(
                scored.call,
                sentence,
                field,
                believed,
                book.thresholds(record_id)[field],
                version=scored.model_version,
                fingerprint=scored.fingerprint,
                alike=alike,
            )
        else:
            said = role_prediction(
                scored.call,
                _first_turn(scored.call, item),
                book.sayings.role(scored.call.firm, item),
                right=book.right_roles,
            )
        with workspace.transaction(APP, book.client):
            if _standing(workspace, record_id, name, field) is None:
                workspace.add_predictions(record_id, [(name, said)])
            made = _standing(workspace, record_id, name, field)
        assert made is not None
        return made


def _standing(workspace: Workspace, record_id: int, item: str, field: str) -> PredictionRow | None:
    rows = workspace.predictions(record_id=record_id, field=field, open_only=False)
    return next((row for row in rows if row.item == item and row.superseded_by is None), None)


def _first_turn(call: Call, speaker: str) -> Turn:
    for turn in call.turns:
        if turn.speaker == speaker:
            return turn
    raise KeyError(f"nobody called {speaker!r} speaks in this call")


def correct(workspace: Workspace, corrections: Sequence[Correction]) -> list[Change]:
    """Store what a person said, learn it at once, and make anew what it moves."""
    stand = workspace.newest_of(each.prediction_id for each in corrections)
    by_client: dict[str, list[Correction]] = {}
    for correction in corrections:
        by_client.setdefault(stand[correction.prediction_id].client, []).append(correction)
    books = {client: open_book(workspace, client) for client in sorted(by_client)}
    with ExitStack() as held:
        for client, book in books.items():  # always before the database's lock, and in one order
            held.enter_context(book.ready(workspace))
            reviewing.encode_taught(book, workspace, by_client[client])
        held.enter_context(workspace.transaction())
        return [
            change
            for client, book in books.items()
            for change in reviewing.correct(book, workspace, by_client[client])
        ]


def preview(workspace: Workspace, correction: Correction) -> list[Change]:
    """Say what :func:`correct` would change, and keep nothing."""
    client = workspace.newest(correction.prediction_id).client
    return reviewing.preview(open_book(workspace, client), workspace, correction)


def undo(workspace: Workspace, correction_id: int, who: str) -> list[Change]:
    """Take a correction back and un-learn it."""
    client = workspace.correction(correction_id).client
    return reviewing.undo(open_book(workspace, client), workspace, correction_id, who)


def choices(workspace: Workspace, row: PredictionRow) -> list[tuple[str, str]]:
    """List what a person may pick for a prediction, as (value, label)."""
    return [
        (value, label_of(value))
        for value in choices_of(workspace, row.client, row.prediction.field)
    ]


def describe(workspace: Workspace, row: PredictionRow) -> dict[str, str]:
    """Give the columns of the review table: company, text, speaker, section, period, date."""
    book = open_book(workspace, row.client)
    with book.lock:
        book.headings.catch_up(workspace)
        call = book.headings.of(row.record_id).call
        data = book.record(workspace, row.record_id).data
        number, name = sentence_number(row.item), speaker_of(row.item)
        if number is not None:
            sentence, _ = book.sentence(workspace, (row.record_id, number))
            turn = data["turns"][sentence.turn]
            text, speaker, section = sentence.text, turn[0], label_of(turn[2])
        else:
            first = next(turn for turn in data["turns"] if turn[0] == name)
            text = " ".join(data["text"][first[5] : first[6]].split())[:_SHOWN]
            speaker, section = name or "", label_of(first[2])
    return {
        "company": call.company or call.ticker,
        "text": text,
        "speaker": speaker,
        "section": section,
        "period": call.fiscal_period,
        "date": call.event_date.isoformat() if call.event_date else "",
    }


def describe_many(workspace: Workspace, rows: Sequence[PredictionRow]) -> list[dict[str, str]]:
    """Describe many predictions; see :func:`describe`."""
    return [describe(workspace, row) for row in rows]


def set_budget(workspace: Workspace, client: str, budget: float, who: str = "") -> list[Change]:
    """Set how many accepted sentiments may be wrong (0.05: 5 in 100); open ones are judged anew."""
    if not 0 < budget < 1:
        raise ValueError(f"the budget is {budget}: give a share between 0 and 1, such as 0.05")
    workspace.set_setting(APP, client, "budget", budget, who=who)
    return reviewing.apply(open_book(workspace, client), workspace)


def samples(workspace: Workspace, progress: Progress | None = None) -> None:
    """Put the sample calls in, as the book ``samples``. Doing it again changes nothing."""
    folder = samples_folder(APP)
    workspace.add_client(APP, "samples", "Sample companies")
    process_files(workspace, "samples", files_in([folder / "calls"]), progress=progress)
