"""Files in: read, scored, saved; one file is one transaction, and a kill loses no more than one.

Design choices:

* A file is known by the sha256 of its bytes, so what a cut-off batch has saved is found again and
  nothing is done twice. A call that says the very same in another file is told and not saved.
* Reading and scoring may run in other processes; saving is this one's alone, in the files' order.
* A file that is no call (a brief, a press release, nothing readable) is marked in the batch with
  its Problems and is tried again when it comes again; nothing of it is kept.
* What only shows beside other calls (the wrong company, a quarter twice) is looked for at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from slmapps.documents import Limits
from slmapps.documents.sniff import media_type
from slmapps.engine import Backend, run
from slmapps.records import Document, Prediction, Problem, Severity
from slmapps_earnings.asked import asked_sentences, questions
from slmapps_earnings.book import Book, open_book
from slmapps_earnings.corrections import APP
from slmapps_earnings.headings import KIND, words_digest
from slmapps_earnings.records import Call, Kind, ScoredCall
from slmapps_earnings.storage import packed, unpacked_call

if TYPE_CHECKING:
    from slmapps.engine import Progress
    from slmapps.workspace import Batch, Workspace

__all__ = ["FileResult", "Reading", "process_files", "process_text", "read_and_score"]

FileStatus = Literal["ok", "problems", "known", "duplicate", "refused", "failed"]


@dataclass(frozen=True)
class FileResult:
    """What became of one file.

    ``ok``; ``problems``: saved, and a person should look at its Problems; ``known``: these very
    bytes were saved before; ``duplicate``: the call was saved from another file; ``refused``: it
    is no call, and ``reason`` says what it is; ``failed``: nothing could be read.
    ``record_id`` is that of the call in the workspace, None where there is none.
    """

    file: str
    sha256: str
    status: FileStatus
    record_id: int | None
    problems: tuple[Problem, ...] = ()
    reason: str = ""
    path: str = ""

    @property
    def alarms(self) -> tuple[Problem, ...]:
        """None: what is odd about a call is among its Problems."""
        return ()


@dataclass(frozen=True)
class Reading:
    """A file as read and scored; ``scored`` is None where it is no call."""

    file: str
    sha256: str
    data: bytes
    scored: ScoredCall | None
    problems: tuple[Problem, ...]
    reason: str = ""
    refused: bool = False


def read_and_score(path: Path, data: bytes | None = None, name: str = "") -> Reading:
    """Read one file and score it; what it holds never raises, what the model lacks does."""
    from slmapps_earnings.read import read_call
    from slmapps_earnings.score import score_call

    name = name or path.name
    limit = Limits().max_bytes
    if data is None:
        data = _bytes(path, limit)
    source: Path | bytes = data if data and len(data) <= limit else path
    call, problems = read_call(source, name=name)
    told = tuple(each.model_copy(update={"file": each.file or name}) for each in problems)
    sha256 = hashlib.sha256(data or b"").hexdigest() if data else call.sha256
    if call.kind is not Kind.CALL:
        refused = call.kind is not Kind.OTHER
        return Reading(name, sha256, data or b"", None, told, call.reason, refused)
    scored = score_call(call)
    return Reading(name, sha256, data or b"", scored, told)


def process_files(
    workspace: Workspace,
    client: str,
    paths: Sequence[Path],
    *,
    progress: Progress | None = None,
    workers: int = 1,
    backend: Backend = "local",
) -> list[FileResult]:
    """Put files into the book ``client``; gives a result for each, in their order.

    ``progress`` is called after each file, when everything about it is saved. After a cut, the same
    files given again take the batch up where it stopped.
    """
    jobs = [_Job(path, _sha256(path)) for path in paths]
    items = [job.item for job in jobs]
    key = hashlib.sha256("\n".join(sorted(set(items))).encode("utf-8", "replace")).hexdigest()
    workspace.add_client(APP, client)
    batch = workspace.start_batch(APP, client, items, key)
    book = open_book(workspace, client)
    results: list[FileResult] = []
    for job, result in _results(workspace, book, batch, jobs, workers, backend):
        results.append(replace(result, path=str(job.path)))
        if progress is not None:
            progress(len(results), len(jobs), job.path.name)
    if any(result.status in {"ok", "problems"} for result in results):
        flag(workspace, book)
    return [_flagged(book, result) for result in results]


def process_text(workspace: Workspace, client: str, text: str, name: str = "pasted") -> FileResult:
    """Put a pasted transcript into the book, as a file of that name."""
    data = text.encode("utf-8", "replace")
    book = open_book(workspace, client)
    workspace.add_client(APP, client)
    sha256 = hashlib.sha256(data).hexdigest()
    known = _known(workspace, book, sha256, name)
    if known is not None:
        return known
    result = _saved(workspace, book, read_and_score(Path(name), data, name), None, "")
    if result.status in {"ok", "problems"}:
        flag(workspace, book)
    return _flagged(book, result)


@dataclass(frozen=True)
class _Job:
    path: Path
    sha256: str

    @property
    def item(self) -> str:
        return f"{self.sha256} {self.path.name}"


def _bytes(path: Path, limit: int) -> bytes | None:
    try:
        if not path.is_file():  # a pipe would never end
            return None
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except (OSError, ValueError):
        return None


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def _results(
    workspace: Workspace,
    book: Book,
    batch: Batch,
    jobs: Sequence[_Job],
    workers: int,
    backend: Backend,
) -> Iterator[tuple[_Job, FileResult]]:
    """Do what is still to be done, and tell of the rest, in the order of the files."""
    from slmapps_earnings.scorer import load_scorer

    seen: set[str] = set()
    todo: list[_Job] = []
    for job in jobs:
        new = not job.sha256 or (
            job.sha256 not in seen
            and not workspace.records(APP, book.client, KIND, 1, key=job.sha256)
        )
        seen.add(job.sha256)
        if new:
            todo.append(job)
    if todo:
        load_scorer()  # what the model lacks is said before the first file, not of each
    readings = run([job.path for job in todo], read_and_score, workers=workers, backend=backend)
    waiting = set(map(id, todo))
    for job in jobs:
        if id(job) in waiting:
            read = next(readings)
            if isinstance(read, Problem):
                told = read.model_copy(update={"file": job.path.name})
                read = Reading(job.path.name, job.sha256, b"", None, (told,))
            yield job, _saved(workspace, book, read, batch, job.item)
            continue
        known = _known(workspace, book, job.sha256, job.path.name)
        if known is None:  # its twin in this batch was no call
            read = read_and_score(job.path)
            known = _saved(workspace, book, read, batch, job.item)
        else:
            batch.done(job.item, [known.record_id] if known.record_id else [], known.problems)
        yield job, known


def _known(workspace: Workspace, book: Book, sha256: str, file: str) -> FileResult | None:
    """Tell of a file whose very bytes were saved before, under this name or another."""
    rows = workspace.records(APP, book.client, KIND, 1, key=sha256)
    if not rows:
        return None
    [row] = rows
    saved_as = str(row.data["call"]["file"])
    if saved_as == file:
        return FileResult(file, sha256, "known", row.id, row.problems)
    return FileResult(file, sha256, "duplicate", row.id, (_twice(file, saved_as),))


def _twice(file: str, saved_as: str) -> Problem:
    return Problem(
        code="duplicate-call",
        message=f"The same call was saved from {saved_as!r}; this file was not saved again.",
        cure="Nothing to do, or remove one of the two files.",
        severity=Severity.WARNING,
        file=file,
    )


def _saved(
    workspace: Workspace, book: Book, read: Reading, batch: Batch | None, item: str
) -> FileResult:
    """Save a call with what is asked about it, or mark in the batch why there is none."""
    if read.scored is None:
        if batch is not None:
            batch.done(item, (), read.problems)
        status: FileStatus = "refused" if read.refused else "failed"
        return FileResult(read.file, read.sha256, status, None, read.problems, read.reason)
    with book.ready(workspace):
        asked = _asked(book, read.scored)
        digest = words_digest(read.scored.call)
        with workspace.transaction(APP, book.client):
            book.headings.catch_up(workspace)
            result = _known(workspace, book, read.sha256, read.file)  # another process was first
            twin = book.headings.same_words(digest)
            if result is None and twin is not None:
                told = _twice(read.file, twin.call.file)
                result = FileResult(read.file, read.sha256, "duplicate", twin.record_id, (told,))
            if result is None:
                workspace.add_document(_document(read), read.data)
                row = workspace.save_record(
                    APP,
                    book.client,
                    KIND,
                    read.sha256,
                    {**packed(read.scored), "digest": digest},
                    document=read.sha256,
                    problems=read.problems,
                    predictions=asked,
                )
                result = _result(read.file, read.sha256, row.id, read.problems)
            if batch is not None:
                batch.done(item, [result.record_id] if result.record_id else [], result.problems)
    return result


def _asked(book: Book, scored: ScoredCall) -> list[tuple[str, Prediction]]:
    """Put what is asked about a new call, with what was learnt so far."""
    numbers = asked_sentences(scored.opinions, book.budget)
    believed = book.believed_of(scored, numbers)
    return list(
        questions(scored, book.sayings, book.budget, right=book.right_roles, chances=believed)
    )


def _document(read: Reading) -> Document:
    assert read.scored is not None
    return Document(
        sha256=read.sha256,
        name=read.file,
        media_type=media_type(read.data),
        size=len(read.data),
        text=read.scored.call.text,
    )


def _result(file: str, sha256: str, record_id: int, problems: Sequence[Problem]) -> FileResult:
    doubtful = any(each.severity is not Severity.INFO for each in problems)
    return FileResult(file, sha256, "problems" if doubtful else "ok", record_id, tuple(problems))


def flag(workspace: Workspace, book: Book) -> None:
    """Look at the calls of a book side by side, and keep what is odd about them."""
    from slmapps_earnings.flags import check

    with book.lock:
        book.headings.catch_up(workspace)
        by_file: dict[str, list[int]] = {}
        for each in book.headings.all():
            by_file.setdefault(each.call.file, []).append(each.record_id)
        found: dict[str, list[object]] = {}
        for problem in check(list(_calls(workspace, book.client))):
            for record_id in by_file.get(problem.file or "", []):
                found.setdefault(str(record_id), []).append(problem.model_dump(mode="json"))
        if found != workspace.setting(APP, book.client, "flags", {}):
            workspace.set_setting(APP, book.client, "flags", found)
        book.catch_up(workspace)


def _calls(workspace: Workspace, client: str) -> Iterator[Call]:
    """Give the calls of a book, a few records at a time; their sentences are not looked at."""
    newest = 0
    while rows := workspace.records(APP, client, KIND, 20, after=newest):
        for row in rows:
            yield unpacked_call({**row.data, "sentences": []})
        newest = rows[-1].id


def _flagged(book: Book, result: FileResult) -> FileResult:
    """Tell of a call what is odd about it beside the others of its book."""
    if result.record_id is None or result.status not in {"ok", "problems", "known"}:
        return result
    problems = book.problems(book.headings.of(result.record_id))
    told = tuple(each.model_copy(update={"file": result.file}) for each in problems)
    if result.status == "known":
        return replace(result, problems=told)
    return replace(_result(result.file, result.sha256, result.record_id, told))
