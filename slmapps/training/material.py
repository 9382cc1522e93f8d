"""A corpus as pieces on the disk, so that a run is resumed without reading the corpus again.

Design choices:

* Sources are mixed by the root of their size: a small one has a say, a large one is not drowned.
  Who knows better names shares. Those that are shorter than some windows are laid together first;
  a folder of a thousand small files is one source.
* What the card needs is kept with the pieces: where the text is from, and some held-out documents.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from slmapps.training.checkpoints import room_for
from slmapps.training.packing import Packed, Tokens
from slmapps.training.reading import Marked

if TYPE_CHECKING:
    from slmapps.training.corpus import Corpus, Source

__all__ = ["Material", "learnt_pieces", "mixed", "read_material", "write_material"]

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
                learnt: list[np.ndarray] = []
                marked = any(isinstance(each, Marked) for each in documents)
                for first in range(0, len(documents), _AT_ONCE):
                    batch = list(documents[first : first + _AT_ONCE])
                    found = encoder.encode_batch(batch, add_special_tokens=False)
                    rows += [np.asarray(each.ids, kind) for each in found]
                    if marked:
                        learnt += map(learnt_pieces, batch, found)
                    if progress is not None:
                        progress(source.name, len(rows))
                lengths = [len(row) for row in rows]
                arrays: dict[str, Any] = {
                    "pieces": np.concatenate(rows) if rows else np.zeros(0, kind),
                    "starts": np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
                }
                if marked:
                    arrays["learnt"] = np.concatenate(learnt)
                np.savez(part / f"{number}.npz", **arrays)
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
        with np.load(folder / f"{number}.npz", allow_pickle=False) as file:
            learnt = file["learnt"] if "learnt" in file.files else None
            tokens.append(Tokens(source.name, file["pieces"], file["starts"], learnt))
    return Material(
        sources,
        tuple(tokens),
        (folder / "tokenizer.json").read_text("utf-8"),
        tuple(tuple(texts) for texts in facts["held_out"]),
    )


def mixed(
    tokens: Sequence[Tokens],
    length: int,
    seed: int,
    end: int,
    shares: Mapping[str, float] | None = None,
) -> Packed:
    """All sources as windows of ``length`` pieces, of fewer where the text is too short for it.

    ``shares`` of what is read, by a source's name; the sources that are not named there have what
    is left of 1, by the root of their size.

    Raises:
        ValueError: hardly any text at all, or shares that cannot be had.
    """
    given = dict(shares or {})
    filled = [each for each in tokens if len(each.pieces)]
    _check_shares(given, [each.name for each in filled])
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
    if lost := given.keys() - {each.name for each in large}:
        raise ValueError(
            f"{min(lost)} is shorter than {_WINDOWS} windows, and is laid together with others: "
            "name no share for it, or make the windows shorter by --length."
        )
    roots = [0.0 if each.name in given else len(each.pieces) ** 0.5 for each in laid]
    left = (1 - sum(given.values())) / (sum(roots) or 1.0)
    weights = [given.get(each.name, root * left) for each, root in zip(laid, roots, strict=True)]
    return Packed(laid, weights, length, seed, end)


def _check_shares(shares: Mapping[str, float], names: Sequence[str]) -> None:
    if lost := shares.keys() - set(names):
        raise ValueError(
            f"A share is given for {min(lost)}, which is not read. There is: {', '.join(names)}."
        )
    whole = sum(shares.values())
    if any(not 0 < each <= 1 for each in shares.values()) or whole > 1 + 1e-9:
        raise ValueError("Shares lie above 0 and come to 1 at most.")
    if whole < 1 - 1e-9 and len(shares) == len(names):
        raise ValueError(f"The shares of all sources come to {whole:g}. Let them come to 1.")
    if whole > 1 - 1e-9 and len(shares) < len(names):
        rest = [name for name in names if name not in shares]
        raise ValueError(f"The shares leave nothing for {', '.join(rest)}: leave it out.")


def learnt_pieces(document: str, encoding: Encoding) -> npt.NDArray[np.bool_]:
    """(pieces,): which are learnt; one that reaches into what is only read is not."""
    found = np.ones(len(encoding.ids), bool)
    if isinstance(document, Marked):
        begins = np.array([begin for begin, _ in encoding.offsets], np.int64)
        for begin, end in document.read_only:
            found &= (begins < begin) | (begins >= end)
    return found


def _together(sources: Sequence[Tokens]) -> Tokens:
    if len(sources) == 1:
        return sources[0]
    shifts = np.cumsum([0, *(len(each.pieces) for each in sources)])
    starts = [each.starts[:-1] + shift for each, shift in zip(sources, shifts, strict=False)]
    learnt = None
    if any(each.learnt is not None for each in sources):
        learnt = np.concatenate(
            [np.ones(len(s.pieces), bool) if s.learnt is None else s.learnt for s in sources]
        )
    return Tokens(
        f"{sources[0].name} and {len(sources) - 1} more",
        np.concatenate([each.pieces for each in sources]),
        np.concatenate([*starts, shifts[-1:]]),
        learnt,
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
