"""A correction and its consequences: stored, learnt, and every open suggestion it moves made anew.

Design choices:

* What takes long, such as encoding a sentence, happens before the database is locked; storing a
  correction and superseding what it moves is one transaction.
* A prediction is superseded when its value, its status or its confidence (by 2 points) changes; a
  Change is told of what a person would notice: another value or another status.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from slmapps.desk import Change
from slmapps.records import Correction, Prediction
from slmapps_earnings.asked import role_prediction, sentence_prediction
from slmapps_earnings.book import Book, Case, Place, places_of
from slmapps_earnings.corrections import (
    APP,
    FIELDS,
    NO_TOPIC,
    Sayings,
    person_key,
    sentence_number,
    speaker_of,
)
from slmapps_earnings.records import SENTIMENTS, Role

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow, Workspace

__all__ = ["apply", "choices_of", "correct", "encode_taught", "preview", "undo"]

NOTICED = 0.02
"""By how much a confidence must change for a prediction to be made anew."""

Pair = tuple["PredictionRow", Prediction]


def choices_of(workspace: Workspace, client: str, field: str) -> list[str]:
    """Give the values that a person may pick for a field."""
    if field == "sentiment":
        return list(SENTIMENTS)
    if field == "role":
        return [role.value for role in Role if role is not Role.UNKNOWN]
    if field == "topic":
        return [*topic_names(workspace, client), NO_TOPIC]
    raise ValueError(f"{field!r} is no field of a call; there are {', '.join(FIELDS)}")


def topic_names(workspace: Workspace, client: str) -> list[str]:
    """Give the topics there are: the default ones, then those that the analyst has taught."""
    from slmapps_earnings.topics import TOPICS

    names = [topic.name for topic in TOPICS]
    taught = workspace.setting(APP, client, "topics", {})
    return list(dict.fromkeys([*names, *taught]))


def encode_taught(book: Book, workspace: Workspace, corrections: Sequence[Correction]) -> None:
    """Encode the sentences of corrections, which takes long, before the database is locked."""
    stand = workspace.newest_of(each.prediction_id for each in corrections)
    book.vectors(workspace, places_of((row.record_id, row.item) for row in stand.values()))


def correct(book: Book, workspace: Workspace, corrections: Sequence[Correction]) -> list[Change]:
    """Store what a person said, learn it at once, and make anew what it moves."""
    with book.ready(workspace):
        pairs = _checked(book, workspace, corrections)
        taught = places_of((row.record_id, row.item) for row, _ in pairs)
        with workspace.transaction(APP, book.client):
            workspace.correct([correction for _, correction in pairs])
            book.catch_up(workspace)
            return apply(book, workspace, taught, _people(book, [row for row, _ in pairs]))


def undo(book: Book, workspace: Workspace, correction_id: int, who: str) -> list[Change]:
    """Take a correction back, un-learn it, and make anew what it had moved."""
    with book.ready(workspace):
        said = workspace.correction(correction_id)
        taught = places_of([(said.record_id, said.item)])
        book.vectors(workspace, taught)
        with workspace.transaction(APP, book.client):
            workspace.undo(correction_id, who)
            book.catch_up(workspace)
            row = workspace.newest(said.correction.prediction_id)
            return apply(book, workspace, taught, _people(book, [row]))


def preview(book: Book, workspace: Workspace, correction: Correction) -> list[Change]:
    """Say what :func:`correct` would change, and keep nothing."""
    with book.ready(workspace):
        [(row, correction)] = _checked(book, workspace, [correction])
        cases, sayings = None, book.sayings
        taught = places_of([(row.record_id, row.item)])
        if taught:
            book.vectors(workspace, taught)
            text = book.sentence(workspace, taught[0])[0].text
            cases = book.supposing(taught[0], correction.field, correction.value, text)
        else:
            [person] = _people(book, [row])
            sayings = Sayings(sayings.sentences, {**sayings.people, person: correction.value})
        rows = _reached(book, workspace, taught, _people(book, [row]))
        rows = [each for each in rows if each.id != row.id]
        return [
            _change(old, new, old.id)
            for old, new in _differences(book, workspace, rows, cases, sayings)
            if _visible(old.prediction, new)
        ]


def apply(
    book: Book,
    workspace: Workspace,
    taught: Sequence[Place] | None = None,
    people: Collection[tuple[str, str]] = (),
) -> list[Change]:
    """Make open predictions anew and supersede those that come out otherwise.

    Those that a word on the sentences ``taught`` or on the roles of ``people`` can reach; all of
    them where ``taught`` is None.
    """
    with book.ready(workspace), workspace.transaction(APP, book.client):
        rows = _reached(book, workspace, taught, people)
        differences = _differences(book, workspace, rows, None, book.sayings)
        made = workspace.supersede_all([(row.id, new) for row, new in differences])
        return [
            _change(row, new, prediction_id)
            for (row, new), prediction_id in zip(differences, made, strict=True)
            if _visible(row.prediction, new)
        ]


def _checked(
    book: Book, workspace: Workspace, corrections: Sequence[Correction]
) -> list[tuple[PredictionRow, Correction]]:
    """Give each correction with the newest form of its prediction; ``ValueError`` with the cure."""
    stand = workspace.newest_of(each.prediction_id for each in corrections)
    pairs = []
    for correction in corrections:
        row = stand[correction.prediction_id]
        if (row.app, row.client) != (APP, book.client):
            raise ValueError(
                f"prediction {row.id} is of the book {row.client!r}: correct it at its desk"
            )
        allowed = choices_of(workspace, book.client, correction.field)
        if correction.value not in allowed:
            raise ValueError(
                f"{correction.value!r} is no {correction.field}: take one of {', '.join(allowed)}"
            )
        pairs.append((row, correction))
    return pairs


def _people(book: Book, rows: Sequence[PredictionRow]) -> list[tuple[str, str]]:
    firms = book.headings.firms()
    named = ((row, speaker_of(row.item)) for row in rows)
    return [
        person_key(firms.get(row.record_id, ""), name) for row, name in named if name is not None
    ]


def _reached(
    book: Book,
    workspace: Workspace,
    taught: Sequence[Place] | None,
    people: Collection[tuple[str, str]],
) -> list[PredictionRow]:
    if taught is None:
        return workspace.predictions(APP, book.client)
    items = workspace.open_items(APP, book.client)
    near = set(book.reached(workspace, places_of((r, item) for _, r, item in items), taught))
    firms = book.headings.firms()
    wanted = []
    for prediction_id, record_id, item in items:
        name = speaker_of(item)
        if name is not None:
            reached = person_key(firms.get(record_id, ""), name) in people
        else:
            reached = (record_id, sentence_number(item)) in near
        if reached:
            wanted.append(prediction_id)
    return list(workspace.newest_of(wanted).values())


def _differences(
    book: Book,
    workspace: Workspace,
    rows: Sequence[PredictionRow],
    cases: Mapping[str, Sequence[Case]] | None,
    sayings: Sayings,
) -> list[Pair]:
    """Make rows anew; gives those that come out otherwise."""
    places = list(dict.fromkeys(places_of((row.record_id, row.item) for row in rows)))
    believed = book.believed(workspace, places, cases)
    found = []
    for row in rows:
        number = sentence_number(row.item)
        call = book.headings.of(row.record_id).call
        if number is None:
            new = _role(book, workspace, row, sayings)
        else:
            place, field = (row.record_id, number), row.prediction.field
            chances, alike = believed[place, field]
            new = sentence_prediction(
                call,
                book.sentence(workspace, place)[0],
                field,
                chances,
                book.thresholds(row.record_id)[field],
                version=row.prediction.version,
                fingerprint=row.prediction.fingerprint,
                alike=alike,
            )
        if _differs(row.prediction, new):
            found.append((row, new))
    return found


def _role(book: Book, workspace: Workspace, row: PredictionRow, sayings: Sayings) -> Prediction:
    scored = book.model_call(workspace, row.record_id)
    name = speaker_of(row.item)
    turn = next(turn for turn in scored.call.turns if turn.speaker == name)
    said = sayings.role(scored.call.firm, turn.speaker)
    return role_prediction(scored.call, turn, said, right=book.right_roles)


def _visible(old: Prediction, new: Prediction) -> bool:
    return (old.value, old.status) != (new.value, new.status)


def _differs(old: Prediction, new: Prediction) -> bool:
    return _visible(old, new) or abs(old.confidence - new.confidence) >= NOTICED


def _change(row: PredictionRow, new: Prediction, prediction_id: int) -> Change:
    return Change(
        prediction_id=prediction_id,
        item=row.item,
        field=new.field,
        before=row.prediction.value,
        after=new.value,
        confidence_before=row.prediction.confidence,
        confidence_after=new.confidence,
    )
