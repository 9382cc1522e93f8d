"""Encodings by the content they were made from, so that nothing is encoded twice.

Design choices:

* One SQLite file for each model, in WAL mode: several processes read and write it at once.
* A text's key is half of a 128-bit hash, as the row id; the other half stands in front of the
  vector and is compared, so that two texts can never share a vector by chance.
* Vectors are kept in fp16. What the reader gives out has been through fp16 on the first time too,
  so that a text's vector is the same whether it came from here or not.
* A cache is never needed: a broken file is made anew, and one that cannot be written is done
  without.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["EncodingCache", "keys_of"]

_AT_ONCE = 900  # bound variables in one query; SQLite's old limit is 999
_PATIENCE = 10.0  # seconds that another process may hold the file
_TABLE = (
    "CREATE TABLE IF NOT EXISTS encoding"
    " (key INTEGER PRIMARY KEY, round INTEGER NOT NULL, vector BLOB NOT NULL)"
)


def keys_of(texts: Sequence[str]) -> list[tuple[int, bytes]]:
    """For each text the row id and the eight bytes that prove it is the same text."""
    keys = []
    for text in texts:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        keys.append((struct.unpack("<q", digest[:8])[0], digest[8:]))
    return keys


class EncodingCache:
    """Vectors of one model on disk.

    ``path`` is the SQLite file, ``dimension`` the length of a vector, ``limit`` how many are kept;
    past it the oldest tenth goes.
    """

    def __init__(self, path: Path, dimension: int, limit: int = 600_000) -> None:
        self.path = path
        self.dimension = dimension
        self.limit = limit
        self._lock = threading.Lock()
        self._held: sqlite3.Connection | None = None
        self._process = 0

    def get(self, keys: Sequence[tuple[int, bytes]]) -> tuple[npt.NDArray[np.float32], list[int]]:
        """Look up ``keys``: vectors (n, dimension), zero where missing, and what is missing."""
        vectors = np.zeros((len(keys), self.dimension), np.float32)
        wanted = {key: (position, proof) for position, (key, proof) in enumerate(keys)}
        with self._lock:
            try:
                found = self._read(list(wanted))
            except sqlite3.Error as error:
                self._recover(error)
                found = []
        positions: list[int] = []
        blobs: list[bytes] = []
        size = 8 + 2 * self.dimension
        for key, blob in found:
            position, proof = wanted[key]
            if len(blob) == size and blob[:8] == proof:
                positions.append(position)
                blobs.append(blob)
        if blobs:
            raw = np.frombuffer(b"".join(blobs), np.uint8).reshape(len(blobs), size)[:, 8:]
            vectors[positions] = np.ascontiguousarray(raw).view(np.float16)
        there = set(positions)
        return vectors, [n for n in range(len(keys)) if n not in there]

    def put(self, keys: Sequence[tuple[int, bytes]], vectors: npt.NDArray[np.float32]) -> None:
        """Keep ``vectors`` (n, dimension) under ``keys``; in silence not, where it cannot be."""
        half = vectors.astype(np.float16)
        rows = [(key, proof + row.tobytes()) for (key, proof), row in zip(keys, half, strict=True)]
        with self._lock:
            try:
                self._write(rows)
            except sqlite3.Error as error:
                self._recover(error)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._forget()

    def _read(self, keys: list[int]) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        base = self._open()
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            found += base.execute(
                f"SELECT key, vector FROM encoding WHERE key IN ({marks})", part
            ).fetchall()
        return found

    def _write(self, rows: list[tuple[int, bytes]]) -> None:
        base = self._open()
        with base:
            base.execute("BEGIN IMMEDIATE")
            (last,) = base.execute("SELECT coalesce(max(round), 0) FROM encoding").fetchone()
            base.executemany(
                "INSERT OR REPLACE INTO encoding VALUES (?, ?, ?)",
                [(key, last + 1, blob) for key, blob in rows],
            )
            (count,) = base.execute("SELECT count(*) FROM encoding").fetchone()
            if count > self.limit:
                base.execute(
                    "DELETE FROM encoding WHERE key IN"
                    " (SELECT key FROM encoding ORDER BY round LIMIT ?)",
                    (count - self.limit * 9 // 10,),
                )

    def _open(self) -> sqlite3.Connection:
        if self._held is not None and self._process == os.getpid():
            return self._held
        self._held = None  # a connection must not be used, nor closed, across a fork
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error
        base = sqlite3.connect(
            self.path, timeout=_PATIENCE, check_same_thread=False, isolation_level=None
        )
        # Changing to WAL does not wait for another process that does the same: it fails at once.
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                base.execute("PRAGMA journal_mode=WAL")
                base.execute("PRAGMA synchronous=OFF")  # a lost cache is made again
                base.execute("PRAGMA mmap_size=1073741824")
                base.execute(_TABLE)
                break
            except sqlite3.OperationalError as error:
                code = error.sqlite_errorcode & 0xFF
                busy = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
                if not busy or time.monotonic() > until:
                    base.close()
                    raise
                time.sleep(0.005)
        self._held, self._process = base, os.getpid()
        return base

    def _recover(self, error: sqlite3.Error) -> None:
        """Drop the connection; the file too, where it is broken rather than busy or forbidden."""
        self._forget()
        if isinstance(error, sqlite3.OperationalError):
            return
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self.path}{end}").unlink(missing_ok=True)

    def _forget(self) -> None:
        if self._held is not None and self._process == os.getpid():
            with suppress(sqlite3.Error):
                self._held.close()
        self._held = None
