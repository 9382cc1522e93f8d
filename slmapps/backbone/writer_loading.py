"""Finding a writer's weights, and bringing them into the form in which they are served."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmapps import places
from slmapps.backbone import four_bit
from slmapps.backbone.model_folder import fingerprint, read_config, read_weights
from slmapps.backbone.weights import WeightsMissing, from_hub
from slmapps.backbone.writer_graph import (
    Decoder,
    Floats,
    Grouped,
    Matrix,
    Products,
    build,
    expected,
    shape_of,
)

if TYPE_CHECKING:
    from slmapps.backbone.writer_session import Session

__all__ = ["Served", "exported", "find", "served"]

_CURE = (
    "Name a folder that holds config.json, tokenizer.json and model.safetensors, or `writer` for "
    "the writer that is shipped."
)
_HUB_FILES = ["config.json", "tokenizer.json", "*.safetensors"]
_FORM = 2  # raise it whenever the exported files' content changes
_TABLES = ("model.embed_tokens.weight", "lm_head.weight")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Served:
    """A model ready to run: ``ends`` are the pieces that end a text, the first begins one too."""

    decoder: Decoder
    session: Session
    tokenizer: Any
    ends: tuple[int, ...]


def find(spec: str | Path | None) -> Path:
    """The folder of a writer; see :func:`slmapps.backbone.load_writer`.

    Raises:
        WeightsMissing: nothing there.
    """
    if spec is None or str(spec) == "writer":
        if not (four_bit.SHIPPED / "config.json").is_file():
            raise WeightsMissing(
                f"The writer's weights are not in {four_bit.SHIPPED}. Install slmapps anew, or "
                f"name a model. {_CURE}"
            )
        return four_bit.SHIPPED
    folder = Path(spec).expanduser()
    if folder.is_dir():
        return folder
    name = str(spec)
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        name, _, revision = name.partition("@")
        return from_hub(name, revision or None, _HUB_FILES, _CURE)
    raise WeightsMissing(f"No folder {name!r} and no such Hub id. {_CURE}")


def served(folder: Path, precision: str, threads: int, progress: Progress | None) -> Served:
    """Load a model for serving in ``int4``, ``int8`` or ``fp32``.

    Raises:
        WeightsMissing: a file is missing, damaged or of another kind of model.
    """
    from tokenizers import Tokenizer

    from slmapps.backbone.writer_session import Session

    config = read_config(folder)
    decoder = shape_of(config)
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the Rust side raises bare Exception
        raise WeightsMissing(
            f"{folder / 'tokenizer.json'} cannot be read ({error}). {_CURE}"
        ) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if tokenizer.get_vocab_size() > decoder.pieces:
        raise WeightsMissing(
            f"{folder}: the tokenizer has {tokenizer.get_vocab_size()} pieces, the model "
            f"{decoder.pieces}. They belong to different models; put the right one there."
        )

    # Bytes are quickest but need matrices that were evened for them, which packing does: see
    # ``gptq``. Scores are taken by groups all the same, half a per cent nearer to the weights.
    exact: Products = "full" if precision == "fp32" else "groups"
    packed = precision == "int8" and four_bit.is_packed(folder)
    writing: Products = "bytes" if packed else exact

    def graph(way: Products) -> Path:
        return exported(folder, decoder, precision, way, progress)

    def opened() -> Session:
        return Session(
            decoder,
            graph(writing),
            lambda: graph(exact),
            steady=writing == "bytes",
            threads=threads,
        )

    try:
        session = opened()
    except WeightsMissing:
        raise
    except Exception:  # a file cut off by a full disk; ONNX Runtime has no error in common
        graph(writing).unlink(missing_ok=True)
        session = opened()
    return Served(decoder, session, tokenizer, _ends(tokenizer, config, decoder))


def exported(
    folder: Path,
    decoder: Decoder,
    precision: str,
    way: Products,
    progress: Progress | None = None,
) -> Path:
    """The model's graph in the user's cache, made if it is not there yet (seconds, once).

    Two processes may come here at once: each writes files of its own and renames them into place;
    the second rename puts the same bytes there again.
    """
    mark = f"{fingerprint(folder)}|{precision}|{_FORM}"
    name = hashlib.sha256(mark.encode()).hexdigest()[:20]
    path = places.cache() / "models" / f"writer-{name}-{precision}-{way}.onnx"
    if path.is_file():
        return path
    what = f"Preparing the writer in {precision}, once"
    if progress:
        progress(what, 0, 1)
    weights = _weights(folder, decoder, precision)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".weights")
    parts = [each.with_name(f"{each.name}.{os.getpid()}.part") for each in (beside, path)]
    try:
        graph, data = build(decoder, weights, way, beside.name)
        del weights
        with parts[0].open("wb") as file:
            for each in data:
                each.tofile(file)
        parts[1].write_bytes(graph)
        parts[0].replace(beside)
        parts[1].replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    if progress:
        progress(what, 1, 1)
    return path


def _weights(folder: Path, decoder: Decoder, precision: str) -> Mapping[str, Matrix]:
    # One matrix at a time is in fp32: all of them would be most of the memory there may be.
    held: dict[str, Floats | four_bit.Coded] = (
        four_bit.read(folder)[1] if four_bit.is_packed(folder) else {**read_weights(folder)}
    )
    weights: dict[str, Matrix] = {}
    for name, shape in expected(decoder).items():
        if name not in held:
            raise WeightsMissing(f"{folder} lacks the tensor {name!r}. {_CURE}")
        taken = held.pop(name)
        value = taken.full() if isinstance(taken, four_bit.Coded) else taken
        if value.shape != shape:
            raise WeightsMissing(
                f"{folder}: {name} has the shape {value.shape}, but config.json says {shape}. "
                f"{_CURE}"
            )
        if precision == "int8":
            value = four_bit.evened(held, name, value)
        if precision == "fp32" or len(shape) == 1:
            weights[name] = value
        else:
            bits = 8 if name in _TABLES or precision == "int8" else 4
            weights[name] = Grouped.of(value, bits)
    return weights


def _ends(tokenizer: Any, config: Mapping[str, Any], decoder: Decoder) -> tuple[int, ...]:
    named = config.get("eos_token_id")
    listed = named if isinstance(named, list) else [named]
    found = [tokenizer.token_to_id("<|endoftext|>"), *listed, config.get("bos_token_id")]
    ends = [each for each in found[:-1] if isinstance(each, int) and each < decoder.pieces]
    if not ends and isinstance(found[-1], int):
        ends = [found[-1]]
    if not ends:
        raise WeightsMissing(
            "The tokenizer has no piece <|endoftext|> and config.json names no other that ends a "
            "text. Add one."
        )
    return tuple(dict.fromkeys(ends))
