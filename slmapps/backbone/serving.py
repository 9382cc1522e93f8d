"""The encoder as it is served: exported once into the user's cache, in int8 or fp32.

Two processes may come here at once: each writes a file of its own and renames it into place; the
second rename puts the same bytes there again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from safetensors.numpy import load_file

from slmapps import places
from slmapps.backbone.specimens import specimens
from slmapps.backbone.weights import Encoder, WeightsMissing

if TYPE_CHECKING:
    from slmapps.backbone.graph import Floats

__all__ = ["Precision", "Progress", "exported", "padded", "session", "tokenizer"]

Precision = Literal["int8", "fp32"]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

_FORM = 1  # raise it whenever the exported file's content changes
_SAMPLED = 1000  # tokens a matrix is fitted to


def exported(
    encoder: Encoder,
    precision: Precision,
    *,
    tensors: dict[str, Floats] | None = None,
    fingerprint: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """The ONNX file of this encoder, made if it is not in the cache yet (a few seconds, once).

    Args:
        encoder: which one.
        precision: ``int8`` for serving, ``fp32`` to compare with.
        tensors: the weights where an adapter has been merged into them; else they are read.
        fingerprint: of those merged weights.
        progress: told about each step.
    """
    key = f"{fingerprint or encoder.fingerprint}|{precision}|{_FORM}"
    name = f"encoder-{hashlib.sha256(key.encode()).hexdigest()[:20]}-{precision}.onnx"
    path = places.cache() / "models" / name
    if path.is_file():
        return path
    from slmapps.backbone import graph

    held = tensors if tensors is not None else read_tensors(encoder)
    steps = encoder.layers * 4 + 1
    if progress:
        progress(f"Preparing the reader in {precision}, once", 0, steps)
    plan = None
    if precision == "int8":
        from slmapps.backbone.quantise import plan as fit

        plan = fit(graph.matrices(held, encoder), _watched(encoder, held, steps, progress))
    data = graph.build(held, encoder, plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if progress:
        progress(f"Preparing the reader in {precision}, once", steps, steps)
    return path


def read_tensors(encoder: Encoder) -> dict[str, Floats]:
    """The encoder's weights in fp32 under their BERT names, without a ``bert.`` in front."""
    loaded = load_file(encoder.folder / "model.safetensors")
    return {name.removeprefix("bert."): np.asarray(t, np.float32) for name, t in loaded.items()}


def tokenizer(encoder: Encoder) -> Any:
    """The encoder's tokenizer, cutting at its maximal length and padding nothing.

    Raises ``WeightsMissing`` where tokenizer.json cannot be read.
    """
    from tokenizers import Tokenizer

    try:
        found = Tokenizer.from_file(str(encoder.folder / "tokenizer.json"))
    except Exception as error:  # the Rust side raises bare Exception
        raise WeightsMissing(
            f"{encoder.folder / 'tokenizer.json'} cannot be read ({error}). Install it anew."
        ) from error
    found.no_padding()
    found.enable_truncation(encoder.max_length)
    return found


def session(model: Path | bytes) -> Any:
    """An ONNX Runtime session on one thread: parallel work runs whole batches side by side."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def padded(ids: list[list[int]]) -> dict[str, Any]:
    """The graph's inputs for these token ids: ``ids`` (texts, longest) and ``lengths`` (texts,)."""
    lengths = np.fromiter((len(row) for row in ids), np.int32, len(ids))
    block = np.zeros((len(ids), int(lengths.max())), np.int32)
    for row, values in enumerate(ids):
        block[row, : len(values)] = values
    return {"ids": block, "lengths": lengths}


def _watched(
    encoder: Encoder, tensors: dict[str, Floats], steps: int, progress: Progress | None
) -> Iterator[tuple[str, Floats]]:
    """For each matrix a sample of its inputs while the fp32 encoder reads the specimens."""
    from slmapps.backbone import graph

    names = list(graph.matrices(tensors, encoder))
    probe = session(graph.build(tensors, encoder, probe=True))
    words = tokenizer(encoder)
    rows = sorted((e.ids for e in words.encode_batch(specimens())), key=len)
    chance = np.random.default_rng(20)
    top = words.get_vocab_size()
    rows += [chance.integers(0, top, n).tolist() for n in (6, 12, 24, 48) for _ in range(30)]
    seen: dict[str, list[Floats]] = {name: [] for name in names}
    for start in range(0, len(rows), 32):
        inputs = padded(rows[start : start + 32])
        real = np.arange(inputs["ids"].shape[1]) < inputs["lengths"][:, None]
        found = probe.run([f"{name}.input" for name in names], inputs)
        for name, values in zip(names, found, strict=True):
            seen[name].append(values[real])
    for done, name in enumerate(names, 1):
        values = np.concatenate(seen.pop(name))
        if len(values) > _SAMPLED:
            # The extremes set the range, so the tokens that carry them must be in the sample.
            least, most = values.argmin(axis=0), values.argmax(axis=0)
            rest = chance.choice(len(values), _SAMPLED, replace=False)
            values = values[np.unique(np.concatenate([least, most, rest]))]
        yield name, values
        if progress:
            progress("Preparing the reader in int8, once", done, steps)
