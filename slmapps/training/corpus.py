"""A corpus: documents by source, without doubles, with a part that training never sees.

Design choices:

* What is held out is decided by a hash of the document alone. The same document is on the same side
  in every run, on every machine, whatever else stands in the corpus.
* Each file is a source and keeps its licence, its hash and its numbers, for the model card.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slmapps.training.duplicates import Seen
from slmapps.training.licences import licence_of
from slmapps.training.reading import (
    CorpusError,
    Marked,
    cleaned,
    files_of,
    read_documents,
    text_of,
)

__all__ = ["Corpus", "CorpusError", "Source", "read_corpus", "share_of"]

_HUB = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")  # owner/name
_TOLD = 500


@dataclass(frozen=True)
class Source:
    """What there is to know of one file, for the model card.

    ``documents``, ``bytes`` (UTF-8) and ``words`` are what is trained on; ``held_out`` and
    ``dropped`` (doubles) are documents beside them.
    """

    name: str
    path: str
    sha256: str
    licence: str
    documents: int
    bytes: int
    words: int
    held_out: int
    dropped: int


@dataclass(frozen=True)
class Corpus:
    """Sources with their documents; ``texts`` and ``apart`` run beside ``sources``."""

    sources: tuple[Source, ...]
    texts: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[str, ...], ...]

    def training(self, source: int) -> Sequence[str]:
        """The documents of source number ``source`` that training sees."""
        return self.texts[source]

    def held_out(self, source: int) -> Sequence[str]:
        """The documents of source number ``source`` that training never sees."""
        return self.apart[source]


def share_of(document: str) -> float:
    """A number from 0 to 1 that belongs to the document: held out where it is below the share."""
    digest = hashlib.blake2b(document.encode(), digest_size=8, person=b"held-out").digest()
    return int.from_bytes(digest, "big") / 2**64


def read_corpus(
    paths: Sequence[str | Path],
    *,
    text_field: str = "text",
    licences: Mapping[str, str] | None = None,
    deduplicate: bool = True,
    held_out: float = 0.015,
    progress: Callable[[str, int], None] | None = None,
) -> Corpus:
    """Read files, folders and `datasets` (a saved folder or an id) into one corpus.

    Args:
        paths: ``.txt``, ``.md``, ``.jsonl``, each also packed by xz or gz; folders of them; a
            folder that `datasets` saved, or an id ``owner/name`` on the Hub.
        text_field: the field of a JSON object or of a dataset's row that holds the text.
        licences: licence by a file's path, name or stem, or by a dataset's name; where none is
            given, what a ``manifest.json`` beside the file says.
        deduplicate: drop exact and near doubles; the first one stays.
        held_out: the share of documents that is kept apart, 0 to 0.5.
        progress: called now and then, and at each file's end, with the source's name and how many
            documents of it were read.

    Raises:
        CorpusError: nothing to read, a file that cannot be read, a licence for no source.
    """
    if not paths:
        raise CorpusError("Name at least one file or folder of text.")
    if not 0 <= held_out <= 0.5:
        raise CorpusError(f"The share held out must lie between 0 and 0.5, not at {held_out}.")
    said = dict(licences or {})
    called: set[str] = set()
    seen = Seen()
    sources: list[Source] = []
    texts: list[tuple[str, ...]] = []
    apart: list[tuple[str, ...]] = []
    for name, path, documents in _opened(paths, text_field):
        kept: list[str] = []
        held: list[str] = []
        dropped = 0
        number = 0
        for number, document in enumerate(documents, 1):
            if deduplicate and _double(document, seen):
                dropped += 1
            elif share_of(document) < held_out:
                held.append(document)
            else:
                kept.append(document)
            if progress is not None and number % _TOLD == 0:
                progress(name, number)
        if not number:
            raise CorpusError(f"{path or name} holds no text. Leave it out, or fill it.")
        if progress is not None and number % _TOLD:
            progress(name, number)
        names = (str(path or name), path.name if path else name, _stem(path) if path else name)
        called.update(names)
        sources.append(
            Source(
                name=name,
                path=str(path or name),
                sha256=_sha256(path) if path is not None else _sha256_of(kept + held),
                licence=licence_of(path, names, said),
                documents=len(kept),
                bytes=sum(len(text.encode()) for text in kept),
                words=sum(len(text.split()) for text in kept),
                held_out=len(held),
                dropped=dropped,
            )
        )
        texts.append(tuple(kept))
        apart.append(tuple(held))
    if lost := sorted(said.keys() - called):
        known = ", ".join(source.name for source in sources)
        raise CorpusError(
            f"A licence is given for {', '.join(lost)}, which is not read. There is: {known}."
        )
    if not any(texts):
        raise CorpusError(
            "Nothing is left to train on: every document is held out. Add text, or hold out less."
        )
    return Corpus(tuple(sources), tuple(texts), tuple(apart))


def _double(document: str, seen: Seen) -> bool:
    # An example of a task is cut from a text that may stand beside it: that makes it no double.
    return seen.exact(document) or (not isinstance(document, Marked) and seen.near(document))


def _opened(
    paths: Sequence[str | Path], field: str
) -> Iterator[tuple[str, Path | None, Iterator[str]]]:
    """Name, file and documents of each source; the same file is read once.

    A source is called after its file; where that name is taken, its folder goes before it.
    """
    done: set[str] = set()
    taken: set[str] = set()
    for spec in paths:
        path = Path(spec).expanduser()
        saved = (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file()
        if saved or (not path.exists() and _HUB.fullmatch(str(spec)) and not _typed(path)):
            yield str(spec), None, _dataset(str(path if saved else spec), saved, field)
            continue
        for file in files_of(path):
            if os.path.realpath(file) in done:
                continue
            done.add(os.path.realpath(file))
            name = _stem(file)
            if name in taken:
                name = f"{file.parent.name}/{file.name}"
            if name in taken:
                name = str(file)
            taken.add(name)
            yield name, file, read_documents(file, field)


def _typed(path: Path) -> bool:
    """Whether ``path`` is meant as a file, by its ending."""
    return path.suffix in {".txt", ".md", ".jsonl", ".ndjson", ".xz", ".gz"}


def _dataset(spec: str, saved: bool, field: str) -> Iterator[str]:
    try:
        import datasets  # not needed, taken where it is
    except ImportError:
        what = "was saved by" if saved else "is no file or folder here. To read it from the Hub by"
        raise CorpusError(
            f"{spec} {what} the library datasets, which is not installed: pip install datasets."
        ) from None
    try:
        loaded = datasets.load_from_disk(spec) if saved else datasets.load_dataset(spec)
    except Exception as error:  # the library raises many kinds: no net, no such id, a broken file
        raise CorpusError(
            f"The dataset {spec} cannot be read: {error}. Mend its name, or fetch it again."
        ) from error
    for part, rows in loaded.items() if isinstance(loaded, dict) else [("rows", loaded)]:
        fields = (field, "messages", "prompt", "target", "read_only")
        wanted = [name for name in rows.column_names if name in fields]
        if not wanted:
            known = ", ".join(rows.column_names)
            raise CorpusError(
                f"The dataset {spec} has no field {field!r} but {known}. Name one by --text-field."
            )
        for number, row in enumerate(rows.select_columns(wanted)):
            place = f"{spec}, {part}, row {number}"
            if field in row and row[field] is None:  # a row without text, as Hub data often have
                continue
            yield from cleaned(text_of(row, field, place), place)


def _stem(file: Path) -> str:
    return file.name.split(".")[0] or file.name


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of(documents: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document.encode() + b"\0")
    return digest.hexdigest()
