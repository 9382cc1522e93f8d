"""The log of a training while it is written: its curve, its speed, and when it will be over."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from slmapps_ui.training_runs import Run

__all__ = ["Progress", "curve", "progress", "steps"]

POINTS = 500
"""Points that a curve is drawn with, however long the training was."""
RECENT = 30
"""Steps that the speed is taken over."""


@dataclass
class _Tail:
    """A file that grows: how far it was read, and what stood there."""

    inode: int = -1
    offset: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """Where a training is; ``share`` of the budget within 0..1, ``left`` in seconds or None."""

    step: int
    tokens: int
    loss: float
    tokens_per_second: float
    seconds: float
    share: float
    left: float | None


_tails: dict[Path, _Tail] = {}
_lock = threading.Lock()


def steps(log: Path) -> list[dict[str, Any]]:
    """The steps in ``log``; only what is new is read. A line that is half written waits."""
    with _lock:
        tail = _tails.setdefault(log, _Tail())
        try:
            with log.open("rb") as file:
                found = log.stat()
                # A run that is resumed puts another file in its place, without the steps that
                # came after the checkpoint.
                if found.st_ino != tail.inode or found.st_size < tail.offset:
                    tail.inode, tail.offset, tail.rows = found.st_ino, 0, []
                file.seek(tail.offset)
                new = file.read()
        except OSError:
            _tails.pop(log)
            return []
        whole = new[: new.rfind(b"\n") + 1]
        tail.offset += len(whole)
        for line in whole.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and {"step", "tokens", "loss"} <= row.keys():
                tail.rows.append(row)
        return list(tail.rows)


def curve(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Tokens, loss, its exponential mean over a fortieth of the run, and what was held out."""
    frame = pd.DataFrame(rows, columns=["tokens", "loss", "held_out"]).astype(float)
    frame["smoothed"] = frame["loss"].ewm(span=max(3, len(frame) // 40)).mean()
    if len(frame) > POINTS:
        kept = frame.index % -(-len(frame) // POINTS) == 0
        kept[-1] = True
        frame = frame[kept | frame["held_out"].notna()]
    return frame


def progress(run: Run, rows: list[dict[str, Any]]) -> Progress | None:
    """Where ``run`` is by its log; None before its first step."""
    if not rows:
        return None
    last, settings = rows[-1], run.facts.get("settings") or {}
    recent = pd.Series([row.get("tokens_per_second") for row in rows[-RECENT:]], dtype=float)
    speed = float(recent.median()) if recent.notna().any() else 0.0
    seconds = float(last.get("seconds") or 0.0)
    share, left = float(last.get("done") or 0.0), None
    if tokens := settings.get("tokens"):
        share = last["tokens"] / tokens
        left = max(0.0, tokens - last["tokens"]) / speed if speed else None
    elif minutes := settings.get("minutes"):
        share = seconds / (60 * minutes)
        left = max(0.0, 60 * minutes - seconds)
    smoothed = curve(rows)["smoothed"].iloc[-1]
    return Progress(
        step=int(last["step"]),
        tokens=int(last["tokens"]),
        loss=float(smoothed),
        tokens_per_second=speed,
        seconds=seconds,
        share=min(1.0, max(0.0, share)),
        left=left,
    )
