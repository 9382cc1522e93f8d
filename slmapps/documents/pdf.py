"""PDFs, read under a deadline that holds.

PDFium runs in a process of its own that stays for the next file and is ended when a file takes too
long or too much memory. Starting it costs a quarter of a second, once.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from slmapps.documents.limits import Deadline, Limits
from slmapps.records import Page, Problem, Severity, Word

__all__ = ["PdfContent", "draw_page", "read_pdf"]

_PROGRAM = Path(__file__).with_name("pdf_text.py")

_DPI = 200
_MOST = 12_000_000  # pixels of a page that is drawn


@dataclass(frozen=True)
class PdfContent:
    """Pages with words, attachments by name, and the numbers of pages to be recognised.

    ``unread`` are pages that are a picture, or shapes in place of letters, or whose letters stand
    for nothing known; their words, if any, are not what the page shows.
    """

    pages: tuple[Page, ...] = ()
    attachments: dict[str, bytes] = field(default_factory=dict)
    unread: tuple[int, ...] = ()


class _Process:
    """The process that holds PDFium; one for each process of ours, used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def start(self) -> subprocess.Popen[bytes]:
        if self.child is not None and self.owner != os.getpid():
            self.child = None  # inherited by a fork: it answers our parent
        if self.child is None or self.child.poll() is not None:
            # By its path and with -P: neither our packages nor the current folder are imported.
            self.child = subprocess.Popen(
                [sys.executable, "-P", str(_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.owner = os.getpid()
        return self.child

    def stop(self) -> None:
        child, self.child = self.child, None
        if child is None or self.owner != os.getpid():
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        child.wait()


_process = _Process()
atexit.register(_process.stop)


def read_pdf(data: bytes, limits: Limits, deadline: Deadline) -> tuple[PdfContent, list[Problem]]:
    """Give what a PDF holds.

    A file over a limit gives what was read before it, with an error Problem.
    """
    reader = _Answers()
    _hear(data, _order(limits), reader, limits.max_seconds, deadline)
    content = PdfContent(tuple(reader.pages), reader.attachments, tuple(reader.unread))
    return content, reader.problems


def draw_page(
    data: bytes, number: int, limits: Limits, deadline: Deadline
) -> tuple[tuple[int, int, bytes] | None, list[Problem]]:
    """Draw a page in grey at 200 dpi (a large one coarser): width, height, a byte for each pixel.

    None where that fails, with the Problem that says why.
    """
    reader = _Answers()
    order = _order(limits) | {"render": number, "dpi": _DPI, "most": _MOST}
    _hear(data, order, reader, limits.max_picture_seconds, deadline)
    return reader.drawn, reader.problems


def _order(limits: Limits) -> dict[str, int]:
    names = ("max_pages", "max_words", "max_bytes", "max_attachments", "max_memory")
    return {name: getattr(limits, name) for name in names}


def _hear(
    data: bytes, order: dict[str, int], reader: _Answers, seconds: float, deadline: Deadline
) -> None:
    """Have the child answer an order; ``reader`` takes in its answers and what went wrong."""
    with _process.lock:
        try:
            child = _process.start()
            _ask(child, data, order)
            finished = _listen(child, reader, deadline)
        except (BrokenPipeError, OSError):
            finished = False
            reader.problems.append(_problem("pdf-memory", ""))
        if not finished:
            _process.stop()
            if not reader.problems:
                code = "took-too-long" if deadline.passed else "pdf-memory"
                reader.problems.append(_problem(code, f"{seconds:g}"))


def _ask(child: subprocess.Popen[bytes], data: bytes, order: dict[str, int]) -> None:
    head = json.dumps(order).encode()
    assert child.stdin is not None
    child.stdin.write(struct.pack(">II", len(head), len(data)) + head)
    child.stdin.write(data)
    child.stdin.flush()


def _listen(child: subprocess.Popen[bytes], reader: _Answers, deadline: Deadline) -> bool:
    """Hear answers until the last; False when time or the child's life ends before it."""
    assert child.stdout is not None
    pending: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not deadline.passed:
            if not selector.select(timeout=deadline.left):
                return False
            part = os.read(child.stdout.fileno(), 1 << 20)
            if not part:
                return False
            pending.append(part)
            if b"\n" not in part:
                continue
            *lines, rest = b"".join(pending).split(b"\n")
            pending = [rest]
            for line in lines:
                if reader.hear(json.loads(line)):
                    return True
    return False


class _Answers:
    """What the child has said so far of one file."""

    def __init__(self) -> None:
        self.unread: list[int] = []
        self.drawn: tuple[int, int, bytes] | None = None
        self.pages: list[Page] = []
        self.attachments: dict[str, bytes] = {}
        self.problems: list[Problem] = []

    def hear(self, message: dict[str, Any]) -> bool:
        """Take one answer in; True when it is the last."""
        kind = message["kind"]
        if kind == "page":
            words = tuple(
                Word.model_construct(text=text, box=(left, top, right, bottom))
                for text, left, top, right, bottom in message["words"]
            )
            self.pages.append(
                Page.model_construct(
                    number=message["number"],
                    width=message["width"],
                    height=message["height"],
                    words=words,
                )
            )
            if _is_unread(message):
                self.unread.append(message["number"])
        elif kind == "drawn":
            width, height = message["width"], message["height"]
            pixels = zlib.decompress(base64.b64decode(message["data"]), bufsize=width * height)
            self.drawn = (width, height, pixels)
        elif kind == "attachment":
            self._attach(message["name"], base64.b64decode(message["data"]))
        elif kind == "problem":
            self.problems.append(_problem(message["code"], message.get("detail", "")))
        return bool(kind == "end")

    def _attach(self, name: str, content: bytes) -> None:
        plain = plain_name(name)
        if plain != name:
            self.problems.append(
                Problem(
                    code="attachment-name",
                    message=f"An attachment's name is no plain file name; it is kept as '{plain}'.",
                    cure="Nothing to do; the name is never used as a path.",
                    severity=Severity.WARNING,
                )
            )
        stem, number = plain, 1
        while plain in self.attachments:
            number += 1
            plain = f"{stem} ({number})"
        self.attachments[plain] = content


def _is_unread(page: dict[str, Any]) -> bool:
    """Tell from what the child says of a page whether it has to be recognised from its picture."""
    letters, unknown = page["letters"], page["unknown"]
    if letters and unknown > 0.25 * letters:
        return True
    # Few words on a large picture: a scan, perhaps stamped. On many shapes: letters as outlines.
    return len(page["words"]) < 10 and (page["covered"] > 0.3 or page["shapes"] > 150)


def plain_name(name: str) -> str:
    r"""Give a name that is no path: without folders, control characters and leading dots.

    >>> plain_name("../../etc/passwd"), plain_name("C:\\a\\b.xml"), plain_name("factur-x.xml")
    ('passwd', 'b.xml', 'factur-x.xml')
    """
    last = PureWindowsPath(PurePosixPath(name).name).name
    clean = "".join(letter for letter in last if letter.isprintable()).strip().lstrip(".")
    return clean[:150] or "attachment"


_CURES = {
    "pdf-encrypted": (
        "The PDF is locked with a password.",
        "Open it with its password, save it without one, and send that.",
    ),
    "pdf-broken": (
        "The PDF is damaged or cut short. {}",
        "Ask the sender for the file again.",
    ),
    "pdf-memory": (
        "The PDF needed too much memory or brought its reader down.",
        "Print it to a new PDF, or ask the sender for a simpler one.",
    ),
    "too-many-pages": (
        "The PDF has {} pages, more than are read.",
        "Split it into one file an invoice.",
    ),
    "too-many-words": (
        "The PDF holds more words than are read.",
        "Split it into one file an invoice.",
    ),
    "took-too-long": (
        "Reading the PDF took more than {} seconds and was stopped.",
        "Print it to a new PDF, or split it.",
    ),
}


def _problem(code: str, detail: str) -> Problem:
    message, cure = _CURES[code]
    return Problem(code=code, message=message.format(detail[:200]).strip(), cure=cure)
