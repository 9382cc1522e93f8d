"""One file in, one Document out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slmapps.documents import sniff
from slmapps.documents.decoding import decode
from slmapps.documents.delimited import delimiter, has_long_line, read_delimited
from slmapps.documents.gzipped import unpack
from slmapps.documents.limits import Deadline, Limits
from slmapps.documents.pdf import read_pdf
from slmapps.documents.signed import unwrap
from slmapps.records import Document, Problem, Severity

__all__ = ["open_document"]

_SHORT = 100_000  # characters

Found = tuple[Document | None, list[Problem]]


def open_document(source: Path | bytes, *, name: str = "", limits: Limits | None = None) -> Found:
    """Read a file as far as it can be read without a model.

    Gives the Document (None where nothing could be read) and every Problem met, each with the
    file's ``name``. A file that is missing or no file at all is a Problem, too: a batch goes on.
    """
    limits = limits or Limits()
    deadline = Deadline(limits.max_seconds)
    problems: list[Problem] = []
    if isinstance(source, bytes):
        data = source
    else:
        name = name or source.name
        loaded, problems = _load(source, limits)
        data = loaded or b""
        if loaded is None:
            return None, _named(problems, name)
    document, found = _open(data, name, limits, deadline)
    return document, _named(problems + found, name)


def _named(problems: list[Problem], name: str) -> list[Problem]:
    return [problem.model_copy(update={"file": problem.file or name}) for problem in problems]


def _load(path: Path, limits: Limits) -> tuple[bytes | None, list[Problem]]:
    try:
        if not path.is_file():
            missing = "is a folder or a device" if path.exists() else "is not there"
            return None, [
                Problem(
                    code="file-missing",
                    message=f"'{path.name}' {missing}.",
                    cure="Check the path and name a file.",
                )
            ]
        with path.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, [
            Problem(
                code="file-unreadable",
                message=f"The file cannot be opened: {reason}.",
                cure="Check who may read the file.",
            )
        ]
    return data, []


def _open(data: bytes, name: str, limits: Limits, deadline: Deadline) -> Found:
    if not data:
        return None, [
            Problem(code="file-empty", message="The file is empty.", cure="Send the file again.")
        ]
    if len(data) > limits.max_bytes:
        return None, [
            Problem(
                code="file-too-large",
                message=f"The file is larger than {limits.max_bytes:,} bytes.",
                cure="Split it, or leave large pictures out.",
            )
        ]
    sha256 = hashlib.sha256(data).hexdigest()
    size = len(data)
    kind = sniff.media_type(data)
    if kind == sniff.GZIP:
        unpacked, problems = unpack(data, limits)
        if unpacked is None:
            return None, problems
        if not unpacked:
            return _open(b"", name, limits, deadline)
        data, kind = unpacked, sniff.media_type(unpacked)
    elif kind == sniff.SIGNED:
        data = unwrap(data) or b""
        kind = sniff.media_type(data) if data else kind
    base = Document(sha256=sha256, name=name, media_type=kind, size=size)
    if kind == sniff.PDF:
        return _pdf(base, data, limits, deadline)
    if kind == sniff.XML:
        return _xml(base, data, limits)
    if kind == sniff.XLSX:
        return _workbook(base, data, limits, deadline)
    if kind == sniff.TEXT:
        return _text(base, data, limits, deadline)
    if kind in sniff.PICTURES:
        return _picture(base, data, limits)
    return None, [
        Problem(
            code="file-kind",
            message=f"The file is {sniff.NAMES.get(kind, kind)}, which is not read.",
            cure="Send a PDF, an XML invoice, CSV, XLSX, or a scan as JPEG, PNG or TIFF.",
        )
    ]


def _pdf(base: Document, data: bytes, limits: Limits, deadline: Deadline) -> Found:
    content, problems = read_pdf(data, limits, deadline)
    pages = content.pages
    if not pages and not content.attachments:
        return None, problems
    if content.unread and not any(problem.severity is Severity.ERROR for problem in problems):
        from slmapps.documents.scans import recognise_pages

        pages, found = recognise_pages(data, pages, content.unread, base.sha256, limits)
        problems = problems + found
    text = "\n".join(page.text for page in pages)
    return (
        base.model_copy(update={"pages": pages, "attachments": content.attachments, "text": text}),
        problems,
    )


def _picture(base: Document, data: bytes, limits: Limits) -> Found:
    # Numbers and pictures are not needed by anything else that is opened.
    from slmapps.documents.scans import read_pictures

    pages, problems = read_pictures(data, base.media_type, base.sha256, limits)
    if not pages:
        return None, problems
    text = "\n".join(page.text for page in pages)
    return base.model_copy(update={"pages": pages, "text": text}), problems


def _xml(base: Document, data: bytes, limits: Limits) -> Found:
    # lxml is not needed by a list or a PDF without data inside.
    from slmapps.documents.markup import parse

    root, problems = parse(data, limits)
    if root is None:
        return None, problems
    return base.model_copy(update={"xml": data}), problems


def _workbook(base: Document, data: bytes, limits: Limits, deadline: Deadline) -> Found:
    from slmapps.documents.worksheets import read_workbook

    tables, problems = read_workbook(data, limits, deadline)
    if tables:
        return base.model_copy(update={"tables": tables}), problems
    if not any(problem.severity is Severity.ERROR for problem in problems):
        problems.append(_no_rows("No sheet of the workbook holds rows."))
    return None, problems


def _no_rows(message: str) -> Problem:
    return Problem(
        code="no-rows",
        message=message,
        cure="Check that it is the right file, and that the lines are on a visible sheet.",
    )


def _text(base: Document, data: bytes, limits: Limits, deadline: Deadline) -> Found:
    if has_long_line(data, limits.max_line):
        return None, [
            Problem(
                code="line-too-long",
                message=f"A line is longer than {limits.max_line:,} bytes.",
                cure="Check that the list has line breaks; save it again from a spreadsheet.",
            )
        ]
    text, problems = decode(data)
    if text is None:
        return None, problems
    sign = delimiter(text)
    if sign is None:
        return base.model_copy(update={"text": text}), problems
    table, found = read_delimited(text, sign, limits, deadline)
    if table is None:
        return None, problems + (found or [_no_rows("The list holds no cells.")])
    return (
        base.model_copy(
            update={
                "media_type": "text/csv",
                "tables": (table,),
                # A short one may be a letter with many commas.
                "text": text if len(text) <= _SHORT else "",
            }
        ),
        problems + found,
    )
