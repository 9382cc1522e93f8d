"""A corpus: documents by source, without doubles, with a part that training never sees.

Design choices:

* What is held out is decided by a hash of the document alone. The same document is on the same side
  in every run, on every machine, whatever else stands in the corpus.
* Each file is a source and keeps its licence, its hash and its numbers, for the model card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slmapps.training.duplicates import Seen
from slmapps.training.reading import CorpusError, files_of, read_documents

__all__ = ["Corpus", "CorpusError", "Source", "read_corpus", "share_of"]


@dataclass(frozen=True)
class Source:
    """What there is to know of one file: ``documents`` and ``bytes`` are what is trained on."""

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

    @property
    def fingerprint(self) -> str:
        """A hash of all files: a run can only be resumed on what it was begun with."""
        parts = "".join(source.sha256 for source in self.sources)
        return hashlib.sha256(parts.encode()).hexdigest()[:20]


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
        licences: licence by a file's name or its stem; else from a ``manifest.json`` beside it.
        deduplicate: drop exact and near doubles; the first one stays.
        held_out: the share of documents that is kept apart, 0 to 0.5.
        progress: called with a file's name and how many documents of it were read.

    Raises:
        CorpusError: nothing to read, or a file that cannot be read.
    """
    if not paths:
        raise CorpusError("Name at least one file or folder of text.")
    if not 0 <= held_out <= 0.5:
        raise CorpusError(f"The share held out must lie between 0 and 0.5, not at {held_out}.")
    seen = Seen()
    sources: list[Source] = []
    texts: list[tuple[str, ...]] = []
    apart: list[tuple[str, ...]] = []
    for name, path, documents in _opened(paths, text_field):
        kept: list[str] = []
        held: list[str] = []
        dropped = 0
        for number, document in enumerate(documents, 1):
            if deduplicate and (seen.exact(document) or seen.near(document)):
                dropped += 1
            elif share_of(document) < held_out:
                held.append(document)
            else:
                kept.append(document)
            if progress is not None and number % 500 == 0:
                progress(name, number)
        if not kept and not held and not dropped:
            raise CorpusError(f"{path or name} holds no text.")
        sources.append(
            Source(
                name=name,
                path=str(path or name),
                sha256=_sha256(path) if path is not None else _sha256_of(kept + held),
                licence=_licence(name, path, licences or {}),
                documents=len(kept),
                bytes=sum(len(text.encode()) for text in kept),
                words=sum(text.count(" ") + text.count("\n") + 1 for text in kept),
                held_out=len(held),
                dropped=dropped,
            )
        )
        texts.append(tuple(kept))
        apart.append(tuple(held))
    if not any(texts):
        raise CorpusError("Nothing is left to train on: every document is a double or held out.")
    return Corpus(tuple(sources), tuple(texts), tuple(apart))


def _opened(
    paths: Sequence[str | Path], field: str
) -> Iterator[tuple[str, Path | None, Iterator[str]]]:
    """Name, file and documents of each source; the same file is read once."""
    done: set[Path] = set()
    for spec in paths:
        path = Path(spec).expanduser()
        saved = (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file()
        if saved or (not path.exists() and str(spec).count("/") == 1 and not path.suffix):
            yield str(spec), None, _dataset(str(spec), saved, field)
            continue
        for file in files_of(path):
            if file.resolve() not in done:
                done.add(file.resolve())
                yield _stem(file), file, read_documents(file, field)


def _dataset(spec: str, saved: bool, field: str) -> Iterator[str]:
    try:
        import datasets  # type: ignore[import-not-found]  # not needed, taken where it is
    except ImportError:
        raise CorpusError(
            f"{spec} is no file or folder of text. To read it as a dataset: pip install datasets."
        ) from None
    try:
        loaded = datasets.load_from_disk(spec) if saved else datasets.load_dataset(spec)
    except Exception as error:  # the library raises many kinds: no net, no such id, a broken file
        raise CorpusError(f"The dataset {spec} cannot be read: {error}.") from error
    for part in loaded.values() if isinstance(loaded, dict) else [loaded]:
        if field not in part.column_names:
            known = ", ".join(part.column_names)
            raise CorpusError(
                f"The dataset {spec} has no field {field!r} but {known}. Name one by --text-field."
            )
        yield from (text for text in part[field] if isinstance(text, str) and text.strip())


def _stem(file: Path) -> str:
    return file.name.split(".")[0] or file.name


def _licence(name: str, path: Path | None, licences: Mapping[str, str]) -> str:
    for key in (path.name if path else name, name):
        if key in licences:
            return licences[key]
    if path is None:
        return "unknown"
    try:
        listed = json.loads((path.parent / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return "unknown"
    found: list[str] = []
    for entry in _entries(listed, path.name):
        licence = entry.get("licence") or entry.get("license")
        if isinstance(licence, str) and licence not in found:
            found.append(licence)
    return "; ".join(found) or "unknown"


def _entries(listed: object, file: str) -> Iterator[dict[str, object]]:
    """All objects of a manifest that belong to ``file``, however deep they lie."""
    if isinstance(listed, dict):
        if file in listed:
            yield from _inside(listed[file])
        elif listed.get("file") == file or listed.get("path") == file:
            yield from _inside(listed)
        else:
            for value in listed.values():
                yield from _entries(value, file)
    elif isinstance(listed, list):
        for value in listed:
            yield from _entries(value, file)


def _inside(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of(documents: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document.encode() + b"\0")
    return digest.hexdigest()
