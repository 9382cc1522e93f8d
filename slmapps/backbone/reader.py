"""The reader: texts in, unit vectors out.

Design choices:

* Parallel work runs whole batches side by side, each on one thread: on cores that others use too,
  threads inside one product wait for each other most of the time.
* Texts are sorted by length and batched by tokens, so that hardly any padding is computed.
* A text is encoded once in its life: equal texts in one call are one, and the rest is in the cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps import places
from slmapps.backbone import serving
from slmapps.backbone.adapters import Adapter
from slmapps.backbone.cache import EncodingCache, keys_of
from slmapps.backbone.serving import Precision, Progress
from slmapps.backbone.weights import Encoder, describe, find_weights

__all__ = ["Reader", "load_reader"]

_TOKENS = 256  # a batch's tokens, padding included; measured best on AVX2 cores
_ROUND = 4096  # texts between two writes to the cache


def load_reader(
    spec: str | None = None,
    *,
    adapter: Path | None = None,
    threads: int | None = None,
    precision: Precision = "int8",
    progress: Progress | None = None,
) -> Reader:
    """Give a reader that is ready to encode; its model loads when the first text needs it.

    Args:
        spec: as for :func:`slmapps.backbone.weights.find_weights`.
        adapter: folder of a LoRA adapter made for this encoder, merged before export.
        threads: batches that run at once; None for ``OMP_NUM_THREADS``, else the cores at hand.
        precision: ``int8`` or ``fp32``.
        progress: told about the one export that a new encoder needs.

    Raises:
        WeightsMissing: no usable weights.
        WrongBackbone: the adapter was made for another encoder.
    """
    encoder = describe(find_weights(spec))
    return Reader(encoder, adapter=adapter, threads=threads, precision=precision, progress=progress)


class Reader:
    """A served encoder. Safe to share between threads; after a fork it works on in the child.

    ``fingerprint`` names the encoder together with its adapter; heads are bound to it.
    ``dimension`` is the length of a vector.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        adapter: Path | None = None,
        threads: int | None = None,
        precision: Precision = "int8",
        progress: Progress | None = None,
    ) -> None:
        self.encoder = encoder
        self.precision = precision
        self.threads = threads or _threads()
        self.dimension = encoder.dimension
        self.adapter = adapter
        self.fingerprint = encoder.fingerprint
        self._progress = progress
        self._adapter: Adapter | None = None
        if adapter is not None:
            self._adapter = Adapter.load(adapter, encoder.fingerprint)
            self.fingerprint = f"{encoder.fingerprint}+{self._adapter.fingerprint}"
        name = hashlib.sha256(f"{self.fingerprint}|{precision}|1".encode()).hexdigest()[:20]
        path = places.cache() / "encodings" / f"{name}.db"
        self.cache = EncodingCache(path, encoder.dimension)

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> npt.NDArray[np.float32]:
        """Encode ``texts``: (n, dimension) fp32 of length 1, in the order given.

        The empty text has a vector like any other. Texts past the encoder's maximal length (256
        word pieces) are cut there.
        """
        if isinstance(texts, str):
            raise TypeError("encode takes a list of texts: write encode([text]) for one")
        position: dict[str, int] = {}
        places_ = [position.setdefault(text, len(position)) for text in texts]
        unique = list(position)
        keys = keys_of(unique)
        vectors, missing = self.cache.get(keys)
        for start in range(0, len(missing), _ROUND):
            part = missing[start : start + _ROUND]
            fresh = self._encoded([unique[n] for n in part])
            self.cache.put([keys[n] for n in part], fresh)
            vectors[part] = fresh.astype(np.float16)
            if progress:
                progress("Reading", min(start + _ROUND, len(missing)), len(missing))
        result: npt.NDArray[np.float32] = _unit(vectors)[places_]
        return result

    def _encoded(self, texts: list[str]) -> npt.NDArray[np.float32]:
        ids = [found.ids for found in self._tokenizer.encode_batch(texts)]
        batches = list(_batches([len(row) for row in ids]))
        vectors = np.empty((len(texts), self.dimension), np.float32)
        session = self._session

        def work(batch: list[int]) -> None:
            inputs = serving.padded([ids[n] for n in batch])
            (hidden,) = session.run(["hidden"], inputs)
            vectors[batch] = self._pooled(hidden, inputs["lengths"])

        if self.threads == 1 or len(batches) == 1:
            for batch in batches:
                work(batch)
        else:
            with ThreadPoolExecutor(min(self.threads, len(batches))) as pool:
                # The longest first: no thread is left alone with them at the end.
                list(pool.map(work, reversed(batches)))
        return vectors

    def _pooled(
        self, hidden: npt.NDArray[np.float32], lengths: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float32]:
        """Mean over each text's own tokens (or its first), scaled to length 1."""
        if self.encoder.pooling == "cls":
            sums = hidden[:, 0]
        else:
            real = (np.arange(hidden.shape[1]) < lengths[:, None]).astype(np.float32)
            sums = np.matmul(real[:, None, :], hidden)[:, 0]
        return _unit(sums)

    @cached_property
    def _tokenizer(self) -> Any:
        return serving.tokenizer(self.encoder)

    @cached_property
    def _session(self) -> Any:
        tensors = None
        if self._adapter is not None:
            tensors = self._adapter.merged(serving.read_tensors(self.encoder))

        def exported() -> Path:
            return serving.exported(
                self.encoder,
                self.precision,
                tensors=tensors,
                fingerprint=self.fingerprint,
                progress=self._progress,
            )

        path = exported()
        try:
            return serving.session(path)
        except Exception:  # a file cut off by a full disk; ONNX Runtime has no error in common
            path.unlink(missing_ok=True)
            return serving.session(exported())


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: npt.NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
    return result


def _threads() -> int:
    named = os.environ.get("OMP_NUM_THREADS", "")
    if named.isdigit() and int(named) > 0:
        return int(named)
    return min(len(os.sched_getaffinity(0)), 8)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions in batches of like lengths, shortest first, at most ``_TOKENS`` tokens each."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[position] > _TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
