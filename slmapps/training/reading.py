"""Files of text in, documents out: plain, packed, JSON lines, folders and `datasets`.

Design choices:

* What a file is, its first bytes say: a packed file or a picture with the wrong name is found out.
* Text that is not UTF-8 is refused with the place of the first bad byte. Guessing an encoding
  would teach a model the guess.
* A document longer than ``LONGEST`` characters is cut at paragraph ends, so that one book in one
  file is many documents that can be shuffled, and a part of them held out.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["LONGEST", "CorpusError", "files_of", "read_documents"]

LONGEST = 60_000  # characters; some 40 pages
_SEPARATOR = "<|endoftext|>"
_ENDINGS = (".txt", ".md", ".jsonl", ".ndjson")
_PACKED = (".xz", ".gz")
_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite": "a database",
    b"\x7fELF": "a program",
    b"PAR1": "a Parquet file",
    b"GGUF": "a model",
}


class CorpusError(ValueError):
    """A corpus cannot be read; the text says where, and what to do about it."""


def files_of(path: Path) -> list[Path]:
    """The text files that ``path`` names: itself, or all below it in the order of their names."""
    if path.is_file():
        return [path]
    if not path.exists():
        raise CorpusError(f"There is no file or folder {path}.")
    found: dict[Path, Path] = {}
    for folder, _, names in os.walk(path):  # links to folders are not followed: no endless loop
        for name in names:
            plain = name
            for ending in _PACKED:
                plain = plain.removesuffix(ending)
            if plain.lower().endswith(_ENDINGS) and not name.startswith((".", "README")):
                found.setdefault((Path(folder) / name).resolve(), Path(folder) / name)
    if not found:
        kinds = ", ".join(_ENDINGS)
        raise CorpusError(f"{path} holds no text files ({kinds}, or those packed by xz or gz).")
    return sorted(found.values())


def read_documents(path: Path, text_field: str = "text") -> Iterator[str]:
    """The documents of one file, NFC, without blank ones.

    In a text file a line ``<|endoftext|>`` stands between documents. In JSON lines each object is
    one: its ``text_field``, or its ``messages`` as ``role: content`` lines.

    Raises:
        CorpusError: no text, not UTF-8, damaged, or a line that is no such object.
    """
    plain = path.name.lower()
    for ending in _PACKED:
        plain = plain.removesuffix(ending)
    read = _objects if plain.endswith((".jsonl", ".ndjson")) else _texts
    for document in read(path, text_field):
        cleaned = unicodedata.normalize("NFC", document.replace("\r\n", "\n")).strip("\n\ufeff")
        if cleaned.strip():
            yield from _cut(cleaned)


def _texts(path: Path, _: str) -> Iterator[str]:
    lines: list[str] = []
    for _number, line in _lines(path):
        if line.rstrip("\r\n") == _SEPARATOR:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    yield "".join(lines)


def _objects(path: Path, field: str) -> Iterator[str]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(
                f"{path}, line {number}: no JSON object ({error.msg}). Mend or delete the line."
            ) from None
        yield _text_of(value, field, f"{path}, line {number}")


def _text_of(value: Any, field: str, place: str) -> str:
    if isinstance(value, dict) and isinstance(value.get(field), str):
        text: str = value[field]
        return text
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        turns = [turn for turn in value["messages"] if isinstance(turn, dict)]
        return "\n".join(f"{turn.get('role', '?')}: {turn.get('content', '')}" for turn in turns)
    known = ", ".join(sorted(map(str, value))[:8]) if isinstance(value, dict) else "no fields"
    raise CorpusError(
        f"{place}: no text in the field {field!r} (it has {known}). Name the right one by "
        "--text-field."
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers, unpacked and decoded strictly."""
    with path.open("rb") as raw:
        head = raw.read(8)
    place = 0
    try:
        with _opened(path, head) as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    _refuse_binary(path, line)
                if b"\0" in line:
                    raise CorpusError(f"{path} is not text: byte {place + line.index(0)} is zero.")
                try:
                    text = line.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise CorpusError(
                        f"{path} is not UTF-8: line {number}, byte {place + error.start} cannot be "
                        "read. Save it as UTF-8 (iconv -f windows-1252 -t utf-8 FILE)."
                    ) from None
                place += len(line)
                yield number, text
    except (lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise CorpusError(f"{path} is damaged or cut short: {error}. Fetch it again.") from None
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from None


def _opened(path: Path, head: bytes) -> io.BufferedIOBase:
    if head.startswith(b"\xfd7zXZ"):
        return lzma.open(path, "rb")
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")
    return path.open("rb")


def _refuse_binary(path: Path, start: bytes) -> None:
    for mark, kind in _BINARY.items():
        if start.startswith(mark):
            raise CorpusError(f"{path} is {kind}, not text. Turn it into plain text first.")


def _cut(document: str) -> Iterator[str]:
    """``document`` in parts of at most ``LONGEST`` characters, cut at paragraph ends if it can."""
    while len(document) > LONGEST:
        place = document.rfind("\n\n", LONGEST // 2, LONGEST)
        if place < 0:
            place = document.rfind("\n", LONGEST // 2, LONGEST)
        if place < 0:
            place = document.rfind(" ", LONGEST // 2, LONGEST)
        if place < 0:
            place = LONGEST
        yield document[:place]
        document = document[place:].strip("\n")
    if document.strip():
        yield document
