"""Arrays and facts on disk, bound to the backbone they were made for.

A folder holds ``<name>.safetensors`` and ``<name>.json``; the JSON carries the backbone's
fingerprint and the sha256 of the arrays, and loading refuses anything that does not fit.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

__all__ = ["Damaged", "WrongBackbone", "load_bound", "save_bound"]


class WrongBackbone(Exception):  # noqa: N818  the name says what is wrong
    """An adapter or head was made for another encoder; the text says what to do."""


class Damaged(Exception):  # noqa: N818
    """A saved model lacks a file, or its files do not belong together."""


def save_bound(
    folder: Path,
    name: str,
    arrays: Mapping[str, npt.NDArray[Any]],
    facts: Mapping[str, Any],
    fingerprint: str,
) -> None:
    """Write ``arrays`` and ``facts`` (JSON values) into ``folder``, each file all or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    data = save({key: np.ascontiguousarray(value) for key, value in arrays.items()})
    told = {
        "backbone": fingerprint,
        "sha256": hashlib.sha256(data).hexdigest(),
        **facts,
    }
    _replaced(folder / f"{name}.safetensors", data)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    _replaced(folder / f"{name}.json", text.encode())


def load_bound(
    folder: Path, name: str, fingerprint: str | None
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Read what :func:`save_bound` wrote.

    ``fingerprint`` is that of the encoder at hand; None takes any. Raises ``WrongBackbone`` where
    it is another than the file's, ``Damaged`` where files are missing or do not match.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
        data = (folder / f"{name}.safetensors").read_bytes()
        bound, digest = facts["backbone"], facts["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(
            f"{folder} holds no whole {name!r} ({error}). Save or train it again."
        ) from error
    if fingerprint is not None and bound != fingerprint:
        raise WrongBackbone(
            f"{folder / name} was made for the encoder {bound} and cannot serve {fingerprint}. "
            "Load the encoder it was made for, or train it again for this one."
        )
    if hashlib.sha256(data).hexdigest() != digest:
        raise Damaged(f"{folder / name}.safetensors is not the file that {name}.json describes.")
    try:
        return load(data), facts
    except SafetensorError as error:
        raise Damaged(f"{folder / name}.safetensors cannot be read: {error}") from error


def _replaced(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
