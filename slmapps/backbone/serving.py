"""The encoder as it is served: exported once into the user's cache, in int8 or fp32.

Two processes may come here at once: each writes a file of its own and renames it into place; the
second rename puts the same bytes there again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from safetensors.numpy import load_file

from slmapps import places
from slmapps.backbone.specimens import specimens
from slmapps.backbone.weights import Encoder, WeightsMissing

if TYPE_CHECKING:
    from slmapps.backbone.graph import Floats, Quantised

__all__ = ["Precision", "Progress", "exported", "padded", "session", "tokenizer"]

Precision = Literal["int8", "fp32"]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

_FORM = 5  # raise it whenever the exported file's content changes
_EXACT = 4  # inputs of each narrowing matrix that stay in fp32
_SAMPLED = 500  # tokens a matrix is fitted to


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
        plan = _planned(encoder, held, steps, progress)
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


def _planned(
    encoder: Encoder, tensors: dict[str, Floats], steps: int, progress: Progress | None
) -> dict[str, Quantised]:
    """Quantise each matrix for what goes into it while the fp32 encoder reads the specimens."""
    from slmapps.backbone import graph
    from slmapps.backbone.quantise import Seen, quantise

    weights = graph.matrices(tensors, encoder)
    probe = session(graph.build(tensors, encoder, probe=True))
    seen: dict[str, list[Seen]] = {name: [] for name in weights}
    rows = _rows(encoder)
    chance = np.random.default_rng(20)
    share = _SAMPLED / sum(len(row) for row in rows)
    for start in range(0, len(rows), 16):
        inputs = padded(rows[start : start + 16])
        real = np.arange(inputs["ids"].shape[1]) < inputs["lengths"][:, None]
        taken = chance.choice(
            int(real.sum()), max(1, round(share * int(real.sum()))), replace=False
        )
        found = probe.run([f"{name}.input" for name in weights], inputs)
        for name, values in zip(weights, found, strict=True):
            tokens = values[real]
            seen[name].append(Seen(tokens.min(axis=0), tokens.max(axis=0), tokens[taken]))
    plan = {}
    for done, (name, parts) in enumerate(seen.items(), 1):
        plan[name] = quantise(
            weights[name][0],
            Seen(
                np.min([part.low for part in parts], axis=0),
                np.max([part.high for part in parts], axis=0),
                np.concatenate([part.sample for part in parts]),
            ),
            exact=_EXACT if name.endswith(".narrowing") else 0,
        )
        if progress:
            progress("Preparing the reader in int8, once", done, steps)
    return plan


def _rows(encoder: Encoder) -> list[list[int]]:
    """Token ids of the specimens, and of word pieces at random, which stretch the ranges."""
    words = tokenizer(encoder)
    chance = np.random.default_rng(20)
    top = words.get_vocab_size()
    rows = [found.ids for found in words.encode_batch(specimens())]
    rows += [chance.integers(0, top, n).tolist() for n in (6, 12, 24, 48) for _ in range(10)]
    return sorted(rows, key=len)
