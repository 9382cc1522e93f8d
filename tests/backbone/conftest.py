"""The real encoder, exported once into a cache that these tests share and nobody else sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from slmapps.backbone import WeightsMissing, find_weights
from slmapps.backbone.reader import Reader, load_reader


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cache(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLMAPPS_CACHE", str(shared_cache))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return shared_cache


@pytest.fixture
def weights(cache: Path) -> Path:
    try:
        return find_weights()
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def reader(weights: Path) -> Reader:
    return load_reader(threads=1)
