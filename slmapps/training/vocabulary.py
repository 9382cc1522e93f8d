"""Word pieces: cutting a vocabulary down to what a corpus uses, or learning one of its own.

Design choices:

* A trimmed vocabulary keeps a piece only with all the pieces that its merge is made of, so that the
  old merges still lead to every piece that is kept; and it keeps every single byte, so that all
  text which the whole vocabulary gives back comes back from the trimmed one. (SmolLM2's own lacks
  six control characters and the bytes of no assigned character; a vocabulary learnt here has all.)
* Pieces are counted source by source and weighed by the root of each source's size: a small source
  has a say, a large one is not drowned.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from slmapps.training.corpus import Corpus

__all__ = ["END", "count_pieces", "train_bpe", "trim_vocabulary"]

END = "<|endoftext|>"  # stands in front of each document, and behind the last
_KEPT = (END, "<|im_start|>", "<|im_end|>")
_AT_ONCE = 500
_BYTES = 257  # all bytes and the end: what any text can be written in


def count_pieces(
    tokenizer: str, corpus: Corpus, progress: Callable[[int, int], None] | None = None
) -> Counter[int]:
    """How often each piece of ``tokenizer`` (JSON) stands in the training documents, balanced."""
    encoder = Tokenizer.from_str(tokenizer)
    weighed: Counter[int] = Counter()
    for number in range(len(corpus.sources)):
        documents = corpus.training(number)
        counts: Counter[int] = Counter()
        for first in range(0, len(documents), _AT_ONCE):
            part = list(documents[first : first + _AT_ONCE])
            for encoding in encoder.encode_batch(part, add_special_tokens=False):
                counts.update(encoding.ids)
        total = max(1, sum(counts.values()))
        for piece, count in counts.items():
            weighed[piece] += count / total**0.5 * 1000
        if progress is not None:
            progress(number + 1, len(corpus.sources))
    return weighed


def trim_vocabulary(
    tokenizer: str, counts: Mapping[int, float], size: int
) -> tuple[str, list[int]]:
    """The pieces of most use: the new tokenizer's JSON, and the old ids kept, ascending.

    A piece's new id is its place in that list. There are ``size`` of them, or fewer where
    ``counts`` has fewer pieces.

    Raises:
        ValueError: no byte-level BPE, or a size that is too small or larger than what there is.
    """
    content = json.loads(tokenizer)
    bytewise = (content.get("decoder") or {}).get("type") == "ByteLevel"
    if content["model"].get("type") != "BPE" or not bytewise:
        raise ValueError("Only a byte-level BPE vocabulary can be trimmed.")
    added = {token["content"]: token["id"] for token in content["added_tokens"]}
    vocabulary: dict[str, int] = {**content["model"]["vocab"], **added}
    merges = [
        tuple(merge) if isinstance(merge, list) else tuple(merge.split(" "))
        for merge in content["model"]["merges"]
    ]
    made: dict[str, tuple[str, ...]] = {}
    for merge in merges:
        made.setdefault("".join(merge), merge)
    special = set(added)
    kept = {piece for piece in vocabulary if len(piece) == 1} | special.intersection(_KEPT)
    if not len(kept) < size <= len(vocabulary):
        raise ValueError(
            f"A size between {len(kept) + 1} and {len(vocabulary)} can be had, not {size}."
        )
    pieces = {number: piece for piece, number in vocabulary.items()}
    for number, _ in sorted(counts.items(), key=lambda item: -item[1]):
        if number not in pieces or pieces[number] in special:
            continue
        needed = _closure(pieces[number], made, kept)
        if len(kept) + len(needed) <= size:
            kept.update(needed)
        if len(kept) == size:
            break
    ids = sorted(vocabulary[piece] for piece in kept)
    renumbered = {pieces[number]: place for place, number in enumerate(ids)}
    content["model"]["vocab"] = renumbered
    content["model"]["merges"] = [
        list(merge)
        for merge in merges
        if "".join(merge) in renumbered and all(part in renumbered for part in merge)
    ]
    content["added_tokens"] = [
        {**token, "id": renumbered[token["content"]]}
        for token in content["added_tokens"]
        if token["content"] in renumbered
    ]
    return json.dumps(content, ensure_ascii=False), ids


def train_bpe(texts: Iterable[str], size: int) -> str:
    """Learn a byte-level BPE of at most ``size`` pieces; the JSON of the `tokenizers` library.

    ``<|endoftext|>`` is piece 0; digits stand alone. Sennrich et al. 2016, on bytes as in GPT-2.

    Raises:
        ValueError: a size in which the 256 bytes and the end have no room.
    """
    if size <= _BYTES:
        raise ValueError(f"A vocabulary needs more than {_BYTES} pieces, not {size}.")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    text: str = tokenizer.to_str()
    return text


def _closure(piece: str, made: Mapping[str, tuple[str, ...]], kept: set[str]) -> set[str]:
    """``piece`` and all that it is merged from, as far as they are not kept already."""
    needed: set[str] = set()
    waiting = [piece]
    while waiting:
        part = waiting.pop()
        if part in kept or part in needed:
            continue
        needed.add(part)
        waiting.extend(made.get(part, ()))
    return needed
