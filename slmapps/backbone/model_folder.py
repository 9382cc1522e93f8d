"""A causal model's folder as `transformers` saves it, read without that library."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone.weights import WeightsMissing, sha256_of

__all__ = ["fingerprint", "read_config", "read_folder", "read_weights"]

_CURE = "Name a folder that holds config.json, tokenizer.json and model.safetensors."


def read_config(folder: Path) -> dict[str, Any]:
    """The config.json of a model.

    Raises:
        WeightsMissing: there is none, or it is no JSON object.
    """
    path = folder / "config.json"
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"{path} cannot be read ({error}). {_CURE}") from error
    if not isinstance(loaded, dict):
        raise WeightsMissing(f"{path} is not a JSON object. {_CURE}")
    return loaded


def read_weights(folder: Path) -> dict[str, npt.NDArray[np.float32]]:
    """All tensors of the folder's safetensors in fp32, by name.

    Raises:
        WeightsMissing: there are none, or one is damaged or of a kind that numpy cannot read.
    """
    from safetensors.numpy import load_file

    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise WeightsMissing(f"{folder} holds no model.safetensors. {_CURE}")
    weights: dict[str, npt.NDArray[np.float32]] = {}
    for path in files:
        try:
            loaded = load_file(path)
        except Exception as error:  # safetensors raises kinds of its own
            raise WeightsMissing(f"{path} is damaged ({error}). {_CURE}") from error
        weights |= {name: np.asarray(value, np.float32) for name, value in loaded.items()}
    return weights


def read_folder(folder: Path) -> tuple[dict[str, Any], str, dict[str, npt.NDArray[np.float32]]]:
    """Configuration, tokenizer (the JSON of `tokenizers`) and weights of a model.

    Raises:
        WeightsMissing: one of the three is not there or cannot be read.
    """
    config = read_config(folder)
    try:
        tokenizer = (folder / "tokenizer.json").read_text("utf-8")
    except (OSError, ValueError) as error:
        raise WeightsMissing(
            f"{folder / 'tokenizer.json'} cannot be read ({error}). {_CURE}"
        ) from error
    return config, tokenizer, read_weights(folder)


def fingerprint(folder: Path) -> str:
    """Twenty hex digits that change when a weight, the shape or the tokenizer does."""
    files = [*sorted(folder.glob("*.safetensors")), folder / "config.json"]
    parts = [sha256_of(path) for path in [*files, folder / "tokenizer.json"]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
