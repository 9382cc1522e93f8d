"""A decoder at work: its ONNX sessions, its caches of keys and values, and prompts that were read.

Design choices:

* Keys and values lie in one block of memory that the kernels append to in place; nothing is copied
  from step to step.
* A prompt is read alone and in pieces of fixed length, whatever company it is written in and
  whatever was read before it. What comes of it is then the same to the last bit, and parts that
  were read for an earlier prompt can be taken from there.
* Where a session is not ``steady``, one row must be written as two equal ones: some kernels for a
  single row add up in another order than those for several, and a text must not differ for having
  been written alone. Whole numbers add up alike in any order.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from slmapps.backbone.writer_graph import Decoder

__all__ = ["Cache", "Session"]

Floats = npt.NDArray[np.float32]
_PART = 64  # pieces that are read at once
_KEPT = 24  # parts of prompts that are remembered, 3 MB each in a model of 100M parameters


class Cache:
    """Keys and values of some rows: ``block`` (layers × 2, rows, shared heads, room, head).

    ``lengths`` (rows,) is how many places of each row are filled.
    """

    def __init__(self, decoder: Decoder, rows: int, room: int) -> None:
        self.room = room
        self.block = np.zeros(
            (decoder.layers * 2, rows, decoder.shared, room, decoder.head), np.float32
        )
        self.lengths = np.zeros(rows, np.int64)

    def parts(self, row: int, start: int, stop: int) -> Floats:
        """A copy of a row's places, (layers × 2, shared heads, stop - start, head)."""
        copied: Floats = self.block[:, row, :, start:stop].copy()
        return copied

    def put(self, row: int, part: Floats) -> None:
        """Append places to a row."""
        start = int(self.lengths[row])
        self.block[:, row, :, start : start + part.shape[2]] = part
        self.lengths[row] += part.shape[2]

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone, in this order."""
        self.block = np.ascontiguousarray(self.block[:, list(rows)])
        self.lengths = self.lengths[list(rows)]


class Session:
    """A decoder ready to run. Not for several threads at once: callers take turns.

    ``writing`` is the graph by which prompts are read and pieces are written; ``exact`` gives the
    one by which texts are scored, and is asked when the first one is. ``steady`` says that a single
    row comes out of ``writing`` as it does among others.
    """

    def __init__(
        self,
        decoder: Decoder,
        writing: Path,
        exact: Callable[[], Path],
        *,
        steady: bool,
        threads: int,
    ) -> None:
        self.decoder = decoder
        self.steady = steady
        self._writing = _Run(decoder, writing, threads)
        self._exact_graph = exact
        self._threads = threads
        self._remembered: OrderedDict[tuple[bool, bytes], tuple[Floats, Floats]] = OrderedDict()

    @cached_property
    def _exact(self) -> _Run:
        graph = self._exact_graph()
        if graph == self._writing.graph:
            return self._writing
        return _Run(self.decoder, graph, self._threads)

    def read(
        self, ids: Sequence[int], cache: Cache, rows: Sequence[int], *, exact: bool = False
    ) -> Floats:
        """Read a prompt into empty rows of a cache; the logits after its last piece, (pieces,).

        ``exact`` multiplies as scores do, which is slower and nearer to the weights.
        """
        run = self._exact if exact else self._writing
        alone: Cache | None = None
        logits = np.zeros(0, np.float32)
        array = np.asarray(ids, np.int64)
        for start in range(0, len(array), _PART):
            part = array[start : start + _PART]
            key = (exact, array[: start + len(part)].tobytes())
            known = self._remembered.get(key)
            if known is None:
                if alone is None:
                    alone = Cache(self.decoder, 1, len(array))
                    if start:
                        alone.put(0, cache.parts(rows[0], 0, start))
                last = np.array([len(part) - 1])
                logits = run.go(part[None], alone, last)[0]
                known = (alone.parts(0, start, start + len(part)), logits)
            elif alone is not None:
                alone.put(0, known[0])
            self._remember(key, known)
            logits = known[1]
            for row in rows:
                cache.put(row, known[0])
        return logits

    def write(self, ids: npt.NDArray[np.int64], cache: Cache) -> Floats:
        """Append one piece to each row, (rows,); the logits after it, (rows, pieces)."""
        return self._writing.go(ids[:, None], cache, np.arange(len(ids)))

    def follow(self, ids: npt.NDArray[np.int64], context: Cache, *, exact: bool = True) -> Floats:
        """The logits after each of ``ids`` (n,) behind a context of one row, which is left as is.

        (n, pieces). Several texts at once would take as long as one after the other.
        """
        length = int(context.lengths[0])
        cache = Cache(self.decoder, 1, length + len(ids))
        cache.put(0, context.parts(0, 0, length))
        run = self._exact if exact else self._writing
        return run.go(ids[None], cache, np.arange(len(ids)))

    def logits(self, ids: npt.NDArray[np.int64]) -> Floats:
        """The logits after every piece of whole texts (rows, n): (rows, n, pieces)."""
        rows, n = ids.shape
        found = np.empty((rows, n, self.decoder.pieces), np.float32)
        for row in range(rows):
            cache = Cache(self.decoder, 1, n)
            found[row] = self._exact.go(ids[row : row + 1], cache, np.arange(n))
        return found

    def _remember(self, key: tuple[bool, bytes], value: tuple[Floats, Floats]) -> None:
        self._remembered[key] = value
        self._remembered.move_to_end(key)
        while len(self._remembered) > _KEPT:
            self._remembered.popitem(last=False)


class _Run:
    """One ONNX Runtime session, and its inputs and outputs bound to our memory."""

    def __init__(self, decoder: Decoder, graph: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that wait in a loop for more work take the core from whoever else is on it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self.graph = graph
        self._decoder = decoder

    def go(self, ids: npt.NDArray[np.int64], cache: Cache, picked: npt.NDArray[np.int64]) -> Floats:
        """Append ``ids`` (rows, n) to the cache; logits (places, pieces) at the picked places."""
        n = ids.shape[1]
        binding = self._session.io_binding()
        lengths = (cache.lengths + (n - 1)).astype(np.int32)
        found = np.empty((len(picked), self._decoder.pieces), np.float32)
        given = {
            "ids": np.ascontiguousarray(ids, np.int64),
            "lengths": lengths,
            "total": np.array(lengths.max() + 1, np.int32),
            "picked": np.ascontiguousarray(picked, np.int64),
        }
        for name, value in given.items():
            shape = list(value.shape)
            binding.bind_input(name, "cpu", 0, value.dtype, shape, value.ctypes.data)
        place, step = cache.block.ctypes.data, cache.block[0].nbytes
        shape = list(cache.block.shape[1:])
        for number in range(len(cache.block)):
            name = f"{number // 2}.{('key', 'value')[number % 2]}"
            address = place + number * step
            binding.bind_input(f"past.{name}", "cpu", 0, np.float32, shape, address)
            binding.bind_output(f"present.{name}", "cpu", 0, np.float32, shape, address)
        binding.bind_output("logits", "cpu", 0, np.float32, list(found.shape), found.ctypes.data)
        self._session.run_with_iobinding(binding)
        cache.lengths += n
        return found
