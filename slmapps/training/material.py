"""A corpus as pieces on the disk, so that a run is resumed without reading the corpus again.

Design choices:

* Sources are mixed by the root of their size: a small one has a say, a large one is not drowned.
  Those that are shorter than some windows are laid together first; a folder of a thousand small
  files is one source.
* What the card needs is kept with the pieces: where the text is from, and some held-out documents.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from slmapps.training.checkpoints import room_for
from slmapps.training.packing import Packed, Tokens

if TYPE_CHECKING:
    from slmapps.training.corpus import Corpus, Source

__all__ = ["Material", "mixed", "read_material", "write_material"]

_AT_ONCE = 500
_HELD_OUT = 32_768  # bytes of each source that the card's figure is taken on
_WINDOWS = 16  # a source shorter than so many windows is laid together with others


@dataclass(frozen=True)
class Material:
    """Pieces by source, the tokenizer (JSON) that made them, and what the card tells of them.

    ``held_out`` are some documents of each source that training never sees.
    """

    sources: tuple[Source, ...]
    tokens: tuple[Tokens, ...]
    tokenizer: str
    held_out: tuple[tuple[str, ...], ...]

    @property
    def pieces(self) -> int:
        """All pieces of all sources."""
        return sum(len(each.pieces) for each in self.tokens)


def write_material(
    corpus: Corpus,
    tokenizer: str,
    folder: Path,
    progress: Callable[[str, int], None] | None = None,
) -> None:
    """Tokenise ``corpus`` into ``folder``, which is there as a whole or not at all.

    ``progress`` is told a source's name and how many of its documents are done.
    """
    part = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(part, ignore_errors=True)
    encoder = Tokenizer.from_str(tokenizer)
    encoder.no_padding()
    encoder.no_truncation()
    kind = np.uint16 if encoder.get_vocab_size() <= 2**16 else np.uint32
    try:
        with room_for(folder.parent):
            part.mkdir(parents=True)
            for number, source in enumerate(corpus.sources):
                documents = corpus.training(number)
                rows: list[np.ndarray] = []
                for first in range(0, len(documents), _AT_ONCE):
                    batch = list(documents[first : first + _AT_ONCE])
                    found = encoder.encode_batch(batch, add_special_tokens=False)
                    rows += [np.asarray(each.ids, kind) for each in found]
                    if progress is not None:
                        progress(source.name, len(rows))
                lengths = [len(row) for row in rows]
                np.savez(
                    part / f"{number}.npz",
                    pieces=np.concatenate(rows) if rows else np.zeros(0, kind),
                    starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
                )
            facts = {
                "sources": [asdict(source) for source in corpus.sources],
                "held_out": [_some(corpus.held_out(n)) for n in range(len(corpus.sources))],
            }
            (part / "material.json").write_text(json.dumps(facts), "utf-8")
            (part / "tokenizer.json").write_text(tokenizer, "utf-8")
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_material(folder: Path, *, check: bool = False) -> Material:
    """Read what :func:`write_material` wrote.

    Args:
        folder: where it was written.
        check: hash the corpus's files again, and refuse another content.

    Raises:
        ValueError: a file of the corpus is not what it was.
    """
    from slmapps.training.corpus import Source

    facts = json.loads((folder / "material.json").read_text("utf-8"))
    sources = tuple(Source(**source) for source in facts["sources"])
    if check:
        for source in sources:
            _check(source)
    tokens = []
    for number, source in enumerate(sources):
        with np.load(folder / f"{number}.npz", allow_pickle=False) as arrays:
            tokens.append(Tokens(source.name, arrays["pieces"], arrays["starts"]))
    return Material(
        sources,
        tuple(tokens),
        (folder / "tokenizer.json").read_text("utf-8"),
        tuple(tuple(texts) for texts in facts["held_out"]),
    )


def mixed(tokens: Sequence[Tokens], length: int, seed: int, end: int) -> Packed:
    """All sources as windows of ``length`` pieces, of fewer where the text is too short for it.

    Raises:
        ValueError: hardly any text at all.
    """
    filled = [each for each in tokens if len(each.pieces)]
    whole = sum(len(each.pieces) + each.documents for each in filled)
    if whole < 16:
        raise ValueError(f"The corpus holds {whole} pieces: too few to learn from. Add text.")
    length = min(length, whole // 2)
    large = [each for each in filled if len(each.pieces) >= _WINDOWS * length]
    small = [each for each in filled if len(each.pieces) < _WINDOWS * length]
    if small and sum(len(each.pieces) for each in small) < 2 * length:
        small += large[:1]
        large = large[1:]
    laid = [*large, *([_together(small)] if small else [])]
    return Packed(laid, [len(each.pieces) ** 0.5 for each in laid], length, seed, end)


def _together(sources: Sequence[Tokens]) -> Tokens:
    if len(sources) == 1:
        return sources[0]
    shifts = np.cumsum([0, *(len(each.pieces) for each in sources)])
    starts = [each.starts[:-1] + shift for each, shift in zip(sources, shifts, strict=False)]
    return Tokens(
        f"{sources[0].name} and {len(sources) - 1} more",
        np.concatenate([each.pieces for each in sources]),
        np.concatenate([*starts, shifts[-1:]]),
    )


def _some(documents: Sequence[str]) -> list[str]:
    kept: list[str] = []
    size = 0
    for document in documents:
        size += len(document.encode())
        if size > _HELD_OUT and kept:
            break
        kept.append(document)
    return kept


def _check(source: Source) -> None:
    path = Path(source.path)
    if not path.is_file():
        return  # a dataset by its id
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != source.sha256:
        raise ValueError(
            f"{path} is not what it was when the run was begun: another corpus. Bring the old file "
            "back, or begin anew with another --out."
        )
