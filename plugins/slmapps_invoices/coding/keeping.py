"""A coder in a folder: ``coder.json`` for what a person may read, the numbers in safetensors."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from slmapps_invoices.coding.flat import Flat
from slmapps_invoices.coding.lines import CONTEXTS, Lines
from slmapps_invoices.coding.memory import Counts, Memory
from slmapps_invoices.coding.model import FieldModel
from slmapps_invoices.coding.promise import Promise
from slmapps_invoices.coding.softmax import Softmax

if TYPE_CHECKING:
    from slmapps.backbone import Reader
    from slmapps_invoices.coder import Coder

__all__ = ["load", "save"]

_LAYOUT = 4
_FLAT = ("columns", "accounts", "weights", "bias")
_TEXTS = ("supplier", "seller", "text", "shape", "department", "series", "invoice")


def save(coder: Coder, folder: Path) -> None:
    """Write everything that was learnt; the folder is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, NDArray[Any]] = {}
    fields: dict[str, Any] = {}
    for field, model in coder.models.items():
        memory = model.memory
        for context in range(len(CONTEXTS)):
            tensors |= _flat(f"{field}.{context}", memory.whole(context))
        if model.own is not None:
            tensors |= {f"{field}.own.{name}": value for name, value in model.own.state().items()}
        if model.flat is not None:
            for name in _FLAT:
                value = getattr(model.flat, name)
                tensors[f"{field}.flat.{name}"] = (
                    value.astype(np.float16) if name == "weights" else value
                )
        parts = Lines.joined(model.parts)
        tensors[f"{field}.amount"], tensors[f"{field}.date"] = parts.amount, parts.date
        tensors[f"{field}.y"] = np.concatenate([np.zeros(0, np.int64), *model.labels_seen])
        tensors[f"{field}.vectors"] = model.vectors
        promise = coder.promises.get(field, Promise())
        tensors[f"{field}.stated"] = promise.stated
        tensors[f"{field}.right"] = promise.right.astype(np.uint8)
        signals = promise.signals if promise.signals is not None else np.zeros((0, 0), np.float32)
        tensors[f"{field}.signals"] = signals
        fields[field] = {
            "values": coder.values[field],
            "texts": {name: list(getattr(parts, name)) for name in _TEXTS},
            "recent": list(memory.recent),
            "last_in_department": memory.last_in_department,
            "seen": memory.seen,
            "last_day": memory.last_day,
            "recent_day": memory.recent_day,
            "sellers": list(model.sellers),
            "past": [[seller, label, list(past)] for (seller, label), past in model.past.items()],
        }
    save_file(
        {k: np.ascontiguousarray(v) for k, v in tensors.items()}, folder / "coder.safetensors"
    )
    about = {
        "layout": _LAYOUT,
        "fingerprint": coder.reader.fingerprint if coder.models else "",
        "budget": coder.budget,
        "chart": coder.chart.to_dict("list"),
        "fields": fields,
    }
    (folder / "coder.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def load(kind: type[Coder], folder: Path, reader: Reader | None) -> Coder:
    """Read a coder back; FileNotFoundError, or ValueError where it was made for something else."""
    try:
        about = json.loads((folder / "coder.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"no coder is in {folder}: name the folder that save wrote"
        ) from None
    except ValueError as error:
        raise ValueError(f"{folder} is damaged: learn the history again") from error
    if about.get("layout") != _LAYOUT:
        raise ValueError(f"{folder} was written by another version: learn the history again")
    coder = kind(pd.DataFrame(about["chart"]), reader=reader, budget=about["budget"])
    if about["fingerprint"] and about["fingerprint"] != coder.reader.fingerprint:
        raise ValueError(f"{folder} was made for another backbone: learn the history again")
    tensors = load_file(folder / "coder.safetensors")
    for field, kept in about["fields"].items():
        coder.values[field] = kept["values"]
        model = coder.model(field)
        model.memory = _memory(field, kept, tensors, len(kept["values"]))
        _restore(model, field, kept, tensors)
        coder.promises[field] = Promise(
            tensors[f"{field}.stated"],
            tensors[f"{field}.right"].astype(bool),
            tensors[f"{field}.signals"],
        ).restored()
    return coder


def _restore(
    model: FieldModel, field: str, kept: dict[str, Any], tensors: dict[str, NDArray[Any]]
) -> None:
    prefix = f"{field}.own."
    state = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
    if state:
        model.own = Softmax.empty(len(kept["values"]), state["project"].shape[0])
        model.own.restore(state)
    if f"{field}.flat.columns" in tensors:
        columns, accounts, weights, bias = (tensors[f"{field}.flat.{name}"] for name in _FLAT)
        model.flat = Flat(columns, accounts, weights.astype(np.float32), bias)
    y = tensors[f"{field}.y"]
    if len(y):
        texts = {name: tuple(kept["texts"][name]) for name in _TEXTS}
        lines = Lines(**texts, amount=tensors[f"{field}.amount"], date=tensors[f"{field}.date"])
        model.parts, model.labels_seen = [lines], [y]
    model.sellers = {seller: at for at, seller in enumerate(kept["sellers"])}
    model.vectors = tensors[f"{field}.vectors"]
    model.past = {(seller, label): tuple(past) for seller, label, past in kept["past"]}


def _flat(name: str, table: dict[int, Counts]) -> dict[str, NDArray[Any]]:
    sizes = [len(counts) for counts in table.values()]
    entries = [(a, *pair) for counts in table.values() for a, pair in counts.items()]
    columns = np.array(entries, np.float64).reshape(-1, 3)
    return {
        f"{name}.keys": np.fromiter(table, np.int64, len(table)),
        f"{name}.sizes": np.array(sizes, np.int32),
        f"{name}.accounts": columns[:, 0].astype(np.int32),
        f"{name}.counts": columns[:, 1:].astype(np.float32),
    }


def _unflat(
    keys: Sequence[int], sizes: Sequence[int], a: list[int], c: list[Any]
) -> dict[int, Counts]:
    out: dict[int, Counts] = {}
    at = 0
    for key, size in zip(keys, sizes, strict=True):
        out[key] = dict(zip(a[at : at + size], c[at : at + size], strict=True))
        at += size
    return out


def _memory(field: str, kept: dict[str, Any], tensors: dict[str, NDArray[Any]], n: int) -> Memory:
    memory = Memory(n)
    for context in range(len(CONTEXTS)):
        name = f"{field}.{context}"
        memory.tables[context] = _unflat(
            tensors[f"{name}.keys"].tolist(),
            tensors[f"{name}.sizes"].tolist(),
            tensors[f"{name}.accounts"].tolist(),
            tensors[f"{name}.counts"].tolist(),
        )
    memory.recent = deque(((a, d) for a, d in kept["recent"]), maxlen=memory.recent.maxlen)
    memory.last_in_department = kept["last_in_department"]
    memory.seen, memory.last_day = kept["seen"], kept["last_day"]
    memory.recent_day = kept["recent_day"]
    return memory
