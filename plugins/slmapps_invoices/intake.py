"""Files in: read, check, raise alarms, code, save; one file is one transaction.

Design choices:

* A file is known by the sha256 of its bytes, so what a cut-off batch has saved is found again and
  nothing is done twice, whatever the file is called then.
* Reading and coding happen before the transaction, so that another process can write meanwhile;
  alarms are raised inside it, so that of two processes with the same invoice one is warned.
* A file that gives no invoice is marked in the batch with its Problems and is tried again when it
  comes again; nothing of it is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from slmapps.documents import Limits, open_document
from slmapps.records import Document, Prediction, Problem, Severity
from slmapps_invoices.client_desk import ClientDesk, Line, open_client
from slmapps_invoices.clients import APP
from slmapps_invoices.line_items import as_lines, lines_of, rows_of
from slmapps_invoices.page_fields import page_invoice, page_predictions
from slmapps_invoices.predicted import held_back, predictions_of
from slmapps_invoices.read import read_document
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    import pandas as pd

    from slmapps.engine import Progress
    from slmapps.workspace import Batch, RecordRow, Workspace
    from slmapps_invoices.pages.reading import Adjust

__all__ = ["FileResult", "process_files", "process_lines"]

FileStatus = Literal["ok", "problems", "failed", "known"]


@dataclass(frozen=True)
class FileResult:
    """What became of one invoice (or list of lines, or unreadable file).

    ``ok``; ``problems``: saved, and a person should look at its Problems or alarms; ``failed``:
    nothing was read; ``known``: these very bytes were saved before, with what was said then.
    """

    file: str
    sha256: str
    status: FileStatus
    invoice: Invoice | None
    problems: tuple[Problem, ...]
    record_id: int | None
    alarms: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """A file as read: data and Problems of each record that it holds."""

    file: str
    sha256: str
    data: bytes
    document: Document | None
    kind: str
    records: tuple[tuple[dict[str, Any], tuple[Problem, ...]], ...]
    problems: tuple[Problem, ...]


def process_files(
    workspace: Workspace,
    client: str,
    paths: Sequence[Path],
    *,
    progress: Progress | None = None,
) -> list[FileResult]:
    """Put files into the workspace; gives a result for each invoice and each list of lines.

    ``progress`` is called after each file, when everything about it is saved. After a cut, the same
    files given again take the batch up where it stopped.
    """
    desk = open_client(workspace, client)
    items = [f"{_sha256(path)} {path.name}" for path in paths]
    key = hashlib.sha256("\n".join(sorted(set(items))).encode("utf-8", "replace")).hexdigest()
    batch = workspace.start_batch(APP, client, items, key)
    results: list[FileResult] = []
    for done, (path, item) in enumerate(zip(paths, items, strict=True), start=1):
        results += _process(workspace, desk, path, batch, item)
        if progress is not None:
            progress(done, len(paths), path.name)
    return results


def process_lines(workspace: Workspace, client: str, frame: pd.DataFrame, name: str) -> RecordRow:
    """Save a table of lines (columns of ``line_items.COLUMNS``, any may be missing) and code it.

    The same table under the same name is saved once.
    """
    rows = rows_of(as_lines(frame))
    data = {"name": name, "file": name, "lines": rows, "alarms": []}
    key = hashlib.sha256(repr((name, rows)).encode()).hexdigest()
    reading = _Reading(name, key, b"", None, "lines", ((data, ()),), ())
    desk = open_client(workspace, client)
    [result] = _save(workspace, desk, reading, _coded(workspace, desk, reading), None, "")
    assert result.record_id is not None
    return workspace.record(result.record_id)


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would never end
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def _process(
    workspace: Workspace, desk: ClientDesk, path: Path, batch: Batch, item: str
) -> list[FileResult]:
    known = _known(workspace, desk.client, item.split(" ", 1)[0], path.name)
    if known:
        batch.done(item, [each.record_id for each in known if each.record_id is not None])
        return known
    reading = _read(path, desk.layouts(workspace).adjust)
    if not reading.records:
        batch.done(item, (), reading.problems)
        return [FileResult(path.name, reading.sha256, "failed", None, reading.problems, None)]
    return _save(workspace, desk, reading, _coded(workspace, desk, reading), batch, item)


def _known(workspace: Workspace, client: str, sha256: str, file: str) -> list[FileResult]:
    """Give what was saved of these bytes before; a file of several invoices has several keys."""
    found: list[FileResult] = []
    while sha256:
        key = _key(sha256, len(found))
        rows = workspace.records(APP, client, key=key)
        if not rows:
            return found
        found.append(_result(rows[0], file, sha256, "known"))
    return found


def _key(sha256: str, number: int) -> str:
    return sha256 if number == 0 else f"{sha256}#{number + 1}"


def _result(row: RecordRow, file: str, sha256: str, status: FileStatus) -> FileResult:
    invoice = row.data.get("invoice")
    alarms = tuple(Problem.model_validate(alarm) for alarm in row.data["alarms"])
    return FileResult(
        file=file,
        sha256=sha256,
        status=status,
        invoice=None if invoice is None else Invoice.model_validate(invoice),
        problems=tuple(problem for problem in row.problems if problem not in alarms),
        record_id=row.id,
        alarms=alarms,
    )


def _read(path: Path, adjust: Adjust) -> _Reading:
    """Read a file as far as it can be read; what it holds never raises.

    ``adjust`` tells of the pages of the client's sellers.
    """
    limits = Limits()
    data = b""
    try:
        if path.is_file():
            with path.open("rb") as stream:
                data = stream.read(limits.max_bytes + 1)
        source: Path | bytes = data or path
    except (OSError, ValueError):
        source = path  # what is wrong with it is said by open_document
    document, problems = open_document(source, name=path.name, limits=limits)
    sha256 = hashlib.sha256(data).hexdigest()
    if document is None:
        return _Reading(path.name, sha256, data, None, "", (), tuple(problems))
    if document.tables and document.xml is None:
        return _listed(path.name, sha256, data, document, problems)
    invoices, found = read_document(document, limits=limits, adjust=adjust)
    everything = tuple(problems + found)
    return _Reading(
        path.name,
        sha256,
        data,
        document,
        "invoice",
        tuple(
            (
                {"file": path.name, "invoice": invoice.model_dump(mode="json"), "alarms": []},
                everything,
            )
            for invoice in invoices
        ),
        everything,
    )


def _listed(
    file: str, sha256: str, data: bytes, document: Document, problems: list[Problem]
) -> _Reading:
    from slmapps_invoices.lines_table import lines_frame

    frame, found = lines_frame(document.tables)
    everything = tuple(
        problem.model_copy(update={"file": problem.file or file}) for problem in problems + found
    )
    rows = rows_of(as_lines(frame))
    content = {"name": file, "file": file, "lines": rows, "alarms": []}
    records = ((content, everything),) if rows else ()
    return _Reading(file, sha256, data, document, "lines", records, everything)


Coded = list[list[Mapping[str, Prediction]]]


def _coded(workspace: Workspace, desk: ClientDesk, reading: _Reading) -> Coded:
    """Predict the lines of every record of a file at once."""
    counts = [len(lines_of(data)) for data, _ in reading.records]
    lines: list[Line] = [
        (data, problems, number)
        for (data, problems), count in zip(reading.records, counts, strict=True)
        for number in range(count)
    ]
    said = iter(desk.predict(workspace, lines))
    return [[next(said) for _ in range(count)] for count in counts]


def _save(
    workspace: Workspace,
    desk: ClientDesk,
    reading: _Reading,
    coded: Coded,
    batch: Batch | None,
    item: str,
) -> list[FileResult]:
    """Raise the alarms and save a whole file in one transaction."""
    results: list[FileResult] = []
    with desk.lock, workspace.transaction(APP, desk.client):
        kept = _known(workspace, desk.client, reading.sha256, reading.file)
        if not kept:  # no other process was first
            desk.past.catch_up(workspace)
            if reading.document is not None:
                workspace.add_document(reading.document, reading.data)
        for number, ((data, problems), said) in enumerate(
            zip(reading.records, coded, strict=True) if not kept else ()
        ):
            row = _save_record(workspace, desk, reading, number, data, problems, said)
            doubtful = any(each.severity is not Severity.INFO for each in row.problems)
            status: FileStatus = "problems" if doubtful else "ok"
            results.append(_result(row, reading.file, reading.sha256, status))
        results = results or kept
        if batch is not None:
            ids = [each.record_id for each in results if each.record_id is not None]
            batch.done(item, ids, reading.problems)
    return results


def _save_record(
    workspace: Workspace,
    desk: ClientDesk,
    reading: _Reading,
    number: int,
    data: dict[str, Any],
    problems: tuple[Problem, ...],
    said: Sequence[Mapping[str, Prediction]],
) -> RecordRow:
    invoice = data.get("invoice")
    alarms = desk.past.alarms(invoice, workspace) if invoice is not None else []
    named = [alarm.model_copy(update={"file": reading.file}) for alarm in alarms]
    if named:
        said = [held_back(fields, named) for fields in said]
    row = workspace.save_record(
        APP,
        desk.client,
        reading.kind,
        _key(reading.sha256, number),
        data | {"alarms": [alarm.model_dump(mode="json") for alarm in named]},
        document=None if reading.document is None else reading.document.sha256,
        problems=[*problems, *named],
        predictions=[*predictions_of(said), *_fields(desk, reading, data, problems)],
    )
    if invoice is not None:
        desk.past.catch_up(workspace)
    return row


def _fields(
    desk: ClientDesk, reading: _Reading, data: Mapping[str, Any], problems: Sequence[Problem]
) -> list[tuple[str, Prediction]]:
    """Give what was read off pages, field by field."""
    invoice = page_invoice(data)
    if invoice is None:
        return []
    return page_predictions(invoice, problems, desk.budget, reading.document)
