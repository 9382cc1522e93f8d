from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from slmapps.backbone.cache import EncodingCache, keys_of


def vectors(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)


def test_what_was_put_is_found_and_the_rest_is_named(tmp_path: Path) -> None:
    cache = EncodingCache(tmp_path / "a.db", 8)
    keys = keys_of([f"text {n}" for n in range(3000)])
    given = vectors(2000)
    cache.put(keys[:2000], given)
    found, missing = cache.get(keys)
    assert missing == list(range(2000, 3000))
    assert np.array_equal(found[:2000], given.astype(np.float16).astype(np.float32))
    assert not found[2000:].any()


def test_two_texts_whose_short_keys_collide_do_not_share_a_vector(tmp_path: Path) -> None:
    cache = EncodingCache(tmp_path / "a.db", 8)
    cache.put([(7, b"textone.")], vectors(1))
    assert cache.get([(7, b"texttwo.")])[1] == [0]


@pytest.mark.parametrize("damage", [b"not a database at all" * 400, b""])
def test_a_broken_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a.db"
    cache = EncodingCache(path, 8)
    cache.put(keys_of(["a"]), vectors(1))
    cache.close()
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    path.write_bytes(damage)
    cache = EncodingCache(path, 8)
    assert cache.get(keys_of(["a"]))[1] == [0]
    cache.put(keys_of(["a"]), vectors(1))
    assert cache.get(keys_of(["a"]))[1] == []


def test_a_page_that_goes_bad_inside_a_good_file_is_survived(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    cache = EncodingCache(path, 8)
    keys = keys_of([str(n) for n in range(4000)])
    cache.put(keys, vectors(4000))
    cache.close()
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    path.write_bytes(data)
    cache = EncodingCache(path, 8)
    cache.get(keys)
    cache.put(keys, vectors(4000))
    cache.put(keys, vectors(4000))
    assert cache.get(keys)[1] == []


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = EncodingCache(tmp_path / "file" / "a.db", 8)
    cache.put(keys_of(["a"]), vectors(1))
    assert cache.get(keys_of(["a"]))[1] == [0]


def test_the_oldest_go_when_it_is_full(tmp_path: Path) -> None:
    cache = EncodingCache(tmp_path / "a.db", 8, limit=100)
    for n in range(15):
        cache.put(keys_of([f"{n}/{m}" for m in range(10)]), vectors(10))
    assert cache.get(keys_of([f"14/{m}" for m in range(10)]))[1] == []
    assert len(cache.get(keys_of([f"0/{m}" for m in range(10)]))[1]) == 10
    every = keys_of([f"{n}/{m}" for n in range(15) for m in range(10)])
    assert 150 - len(cache.get(every)[1]) <= 100


def test_two_processes_write_at_once_and_lose_nothing(tmp_path: Path, start) -> None:
    script = """
import sys
from pathlib import Path
import numpy as np
from slmapps.backbone.cache import EncodingCache, keys_of
cache = EncodingCache(Path(sys.argv[1]), 8)
for n in range(60):
    cache.put(keys_of([f"{sys.argv[2]}/{n}/{m}" for m in range(20)]), np.ones((20, 8), np.float32))
"""
    path = tmp_path / "a.db"
    running = [start(script, str(path), name) for name in "ab"]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    keys = keys_of([f"{p}/{n}/{m}" for p in "ab" for n in range(60) for m in range(20)])
    assert EncodingCache(path, 8).get(keys)[1] == []
