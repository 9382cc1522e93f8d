"""Files of text in, documents out: plain, packed, JSON lines and folders of them.

Design choices:

* What a file is, its first bytes say: a packed file or a picture with the wrong name is found out.
* Text that is not UTF-8 is refused with the place of the first bad byte. Guessing an encoding
  would teach a model the guess.
* A document longer than ``LONGEST`` characters is cut at paragraph ends, so that one book in one
  file is many documents that can be shuffled, and a part of them held out.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import lzma
import os
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

__all__ = ["LONGEST", "CorpusError", "Marked", "cleaned", "files_of", "read_documents", "text_of"]

LONGEST = 100_000  # characters; some 70 pages, longer than any chapter
_SEPARATOR = "<|endoftext|>"
_ENDINGS = (".txt", ".md", ".jsonl", ".ndjson")
_OBJECTS = (".jsonl", ".ndjson")
_PACKED = (".xz", ".gz")
_LINE = 1 << 24  # bytes read at once where no line ends: a bomb of zeros must not fill the memory
_SHOWN = 8
_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format": "a database",
    b"\x7fELF": "a program",
    b"PAR1": "a Parquet file",
    b"GGUF": "a model",
    b"BZh": "packed by bzip2",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Marked(str):
    """A document parts of which are read and not learnt; a plain text to all who do not ask.

    ``read_only`` are its (begin, end) in characters, ascending.
    """

    __slots__ = ("read_only",)
    read_only: tuple[tuple[int, int], ...]

    def __new__(cls, text: str, read_only: tuple[tuple[int, int], ...]) -> Self:
        """Mark ``text``."""
        made = super().__new__(cls, text)
        made.read_only = read_only
        return made


class CorpusError(ValueError):
    """A corpus cannot be read; the text says where, and what to do about it."""


def files_of(path: Path) -> list[Path]:
    """The text files that ``path`` names: itself, or all below it in the order of their names.

    Links are followed, each folder and file once. Hidden ones and READMEs are left out.

    Raises:
        CorpusError: nothing there, or no text in it.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        what = "is no file or folder" if os.path.lexists(path) else "is not there"
        raise CorpusError(f"{path} {what}. Name a file or a folder of text.")
    found: dict[str, Path] = {}
    visited = {os.path.realpath(path)}
    for folder, inner, names in os.walk(path, followlinks=True):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in list(inner):
            real = os.path.realpath(Path(folder) / name)
            if real in visited:  # a link that leads back, or to what another has led to
                inner.remove(name)
            visited.add(real)
        for name in sorted(names):
            if _plain(name).endswith(_ENDINGS) and not name.startswith((".", "README")):
                file = Path(folder) / name
                found.setdefault(os.path.realpath(file), file)
    if not found:
        kinds = ", ".join(_ENDINGS)
        raise CorpusError(
            f"{path} holds no text files. Put some there: {kinds}, or those packed by xz or gz."
        )
    return sorted(found.values())


def read_documents(path: Path, text_field: str = "text") -> Iterator[str]:
    """The documents of one file, NFC, without blank ones.

    In a text file a line ``<|endoftext|>`` stands between documents. In JSON lines each object is
    one: its ``text_field``, its ``messages`` as ``role: content`` lines, or its ``prompt`` and
    ``target``, of which the target alone is learnt (:class:`Marked`), or all but the parts that
    ``read_only`` names as [begin, end] in characters.

    Raises:
        CorpusError: no text, not UTF-8, damaged, or a line that is no such object.
    """
    read = _objects if _plain(path.name).endswith(_OBJECTS) else _texts
    for document in read(path, text_field):
        yield from cleaned(document, path)


def cleaned(document: str, place: Path | str) -> Iterator[str]:
    """A document in normal form: NFC, one kind of line end, cut where it is too long.

    What is marked stays as it is, its line end at the end too: that is where a target ends.

    Raises:
        CorpusError: half a surrogate pair, which is no character and cannot be written.
    """
    if isinstance(document, Marked):
        yield document
        return
    plain = document.replace("\r\n", "\n").replace("\r", "\n")
    whole = unicodedata.normalize("NFC", plain).strip("\n\ufeff")
    try:
        whole.encode()
    except UnicodeEncodeError as error:
        code = f"\\u{ord(whole[error.start]):04x}"
        raise CorpusError(
            f"{place}: a document holds {code}, half a surrogate pair, after"
            f" {whole[max(0, error.start - 30) : error.start]!r}. Write the character whole."
        ) from None
    if whole.strip():
        yield from _cut(whole)


def text_of(value: Any, field: str, place: str) -> str:
    """The text in an object: its ``field``, ``messages``, or ``prompt`` and ``target``.

    Raises:
        CorpusError: none of these is there; the text lists the fields that are.
    """
    if isinstance(value, dict):
        text = value.get(field)
        if isinstance(text, str):
            return text
        if isinstance(value.get("prompt"), str) and isinstance(value.get("target"), str):
            return _marked(value, place)
        turns = value.get("messages")
        if isinstance(turns, list) and all(isinstance(turn, dict) for turn in turns):
            return "\n".join(f"{turn.get('role', '?')}: {_said(turn)}" for turn in turns)
        names = sorted(map(str, value))
        more = ", ..." if len(names) > _SHOWN else ""
        has = f"it has {', '.join(names[:_SHOWN]) or 'none'}{more}"
    else:
        has = f"it is no object but {type(value).__name__}"
    raise CorpusError(
        f"{place}: no text in the field {field!r} ({has}). Name the right one by --text-field."
    )


def _marked(value: dict[str, Any], place: str) -> Marked:
    prompt, target = (
        unicodedata.normalize("NFC", value[name].replace("\r\n", "\n"))
        for name in ("prompt", "target")
    )
    if not target.strip():
        raise CorpusError(f"{place}: the target is empty. Fill it, or delete the line.")
    for _ in cleaned(prompt + target, place):  # refuses what cannot be written
        pass
    spans = value.get("read_only")
    if spans is None:
        return Marked(prompt + target, ((0, len(prompt)),))
    try:
        found = tuple((int(begin), int(end)) for begin, end in spans)
    except (TypeError, ValueError):
        found = ((1, 0),)
    edges = [0, *(each for span in found for each in span), len(prompt + target)]
    changed = len(value["prompt"] + value["target"]) != edges[-1]
    if edges != sorted(edges) or changed:
        what = "counts a text not in normal form C" if changed else "does not lie in the text"
        raise CorpusError(
            f"{place}: read_only {what}. Give [begin, end] in characters of prompt + target, "
            "ascending, or leave it out."
        )
    return Marked(prompt + target, found)


def _said(turn: dict[str, Any]) -> str:
    content = turn.get("content")
    if isinstance(content, list):  # parts: of these the text, not the pictures
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _plain(name: str) -> str:
    plain = name.lower()
    for ending in _PACKED:
        plain = plain.removesuffix(ending)
    return plain


def _texts(path: Path, _: str) -> Iterator[str]:
    lines: list[str] = []
    for _number, line in _lines(path):
        if line.strip() == _SEPARATOR:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    yield "".join(lines)


def _objects(path: Path, field: str) -> Iterator[str]:
    for number, line in _lines(path):
        if not line.strip("\ufeff \t\r\n"):
            continue
        place = f"{path}, line {number}"
        try:
            value = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise CorpusError(
                f"{place}: no JSON object ({reason}). Mend or delete the line."
            ) from None
        yield text_of(value, field, place)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers, unpacked and decoded strictly.

    A line beyond 16 MiB comes in pieces.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    place, number = 0, 1  # place: bytes that are decoded
    try:
        with path.open("rb") as raw, _unpacked(raw) as file:
            line = file.readline(_LINE)
            _refuse_binary(path, line)
            while line:
                if b"\0" in line:
                    raise CorpusError(
                        f"{path} is not text: byte {place + line.index(0)} is zero. Name a file of"
                        " plain text, UTF-8."
                    )
                waiting = len(decoder.getstate()[0])
                after = file.readline(_LINE)
                try:
                    text = decoder.decode(line, final=not after)
                except UnicodeDecodeError as error:
                    raise CorpusError(
                        f"{path} is not UTF-8: line {number}, byte {place - waiting + error.start}"
                        " cannot be read. Save it as UTF-8 (iconv -f windows-1252 -t utf-8 FILE)."
                    ) from None
                yield number, text
                place += len(line)
                number += line.endswith(b"\n")
                line = after
    except (lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise CorpusError(f"{path} is damaged or cut short: {error}. Fetch it again.") from None
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read: {error.strerror or error}. See that it is there and yours to"
            " read."
        ) from None


def _unpacked(raw: io.BufferedReader) -> io.BufferedIOBase:
    head = raw.peek(6)
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.open(raw, "rb")
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(raw, "rb")
    return raw


def _refuse_binary(path: Path, start: bytes) -> None:
    for mark, kind in _BINARY.items():
        if start.startswith(mark):
            raise CorpusError(f"{path} is {kind}, not text. Turn it into plain text first.")
    if start.startswith(_WIDE):
        raise CorpusError(f"{path} is UTF-16. Save it as UTF-8 (iconv -f utf-16 -t utf-8 FILE).")


def _cut(document: str) -> Iterator[str]:
    """``document`` in parts of at most ``LONGEST`` characters, cut at paragraph ends if it can."""
    first = 0
    while len(document) - first > LONGEST:
        least, most = first + LONGEST // 2, first + LONGEST
        for end in ("\n\n", "\n", " "):
            place = document.rfind(end, least, most)
            if place >= 0:
                break
        else:
            place = most
        yield document[first:place]
        first = place
        while document.startswith("\n", first):
            first += 1
    if rest := document[first:].rstrip("\n"):
        yield rest
