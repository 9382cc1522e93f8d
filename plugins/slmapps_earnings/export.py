"""Signals out, as CSV or Parquet, their evidence as JSON lines; and signals in again.

Design choices:

* What is written comes back as it was: times to the microsecond, floats to the last digit.
* A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV
  Injection"), and loses it when the file is read back. Numbers are never touched.
* In JSON lines nothing runs, so a quote stays what was said, character for character.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from slmapps.records import Problem, Severity
from slmapps_earnings.evidence_rows import evidence_rows
from slmapps_earnings.records import ScoredCall
from slmapps_earnings.signals import COLUMNS, table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "Format", "disarmed", "export", "frame_csv", "read_signals"]

Format = Literal["csv", "parquet", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "jsonl")

_RUNS = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?", re.IGNORECASE)
_TIMES = ("asof_utc", "event_time_utc")
_NUMBERS = {"value": "float64", "z": "float64", "n_sentences": "int64"}


def disarmed(text: str) -> str:
    """``text`` for a cell: on one line, unseen characters gone, no formula.

    >>> disarmed("=HYPERLINK(A1)"), disarmed("-0.25"), disarmed("BRK.B")
    ("'=HYPERLINK(A1)", '-0.25', 'BRK.B')
    """
    seen = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    plain = "".join(c for c in seen if unicodedata.category(c) not in {"Cf", "Cs", "Cn"}).strip()
    return f"'{plain}" if _RUNS.match(plain) and not _NUMBER.fullmatch(plain) else plain


def _armed(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell[1:]) else cell


def frame_csv(frame: pd.DataFrame) -> bytes:
    """Any table as CSV in UTF-8: times as ISO 8601 in UTC, NaN empty, no cell a formula."""
    import pandas as pd

    out = frame.copy()
    out.columns = pd.Index([disarmed(str(name)) for name in out.columns])
    for column in out.columns:
        if isinstance(out[column].dtype, pd.DatetimeTZDtype):
            out[column] = [
                "" if pd.isna(each) else each.isoformat().replace("+00:00", "Z")
                for each in out[column]
            ]
        elif not pd.api.types.is_numeric_dtype(out[column].dtype):
            out[column] = ["" if pd.isna(each) else disarmed(str(each)) for each in out[column]]
    written = out.to_csv(index=False, lineterminator="\r\n")
    return written.encode("utf-8", errors="replace")


def _frame_parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out, engine="pyarrow", index=False)
    return out.getvalue()


def export(calls: Sequence[ScoredCall], format: Format = "csv") -> tuple[bytes, list[Problem]]:  # noqa: A002 - the word that every command uses
    """The signals of ``calls`` as a file (``csv``, ``parquet``), or their evidence (``jsonl``).

    Calls that have no place in the table come back as Problems, as does a missing ``pyarrow``,
    with no bytes. An unknown format raises ``ValueError``.
    """
    if format not in FORMATS:
        raise ValueError(f"there is no format {format!r}; take one of {', '.join(FORMATS)}")
    if format == "jsonl":
        lines = (json.dumps(row, ensure_ascii=False) for row in evidence_rows(calls))
        return "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace"), []
    frame, problems = table(calls)
    if format == "csv":
        return frame_csv(frame), problems
    try:
        return _frame_parquet(frame), problems
    except ImportError:
        return b"", [*problems, _no_pyarrow()]


def _no_pyarrow() -> Problem:
    return Problem(
        code="no-pyarrow",
        message="Parquet needs the library pyarrow",
        cure="pip install 'slmapps[earnings]', or take CSV",
    )


def read_signals(path: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """A table of signals from CSV or Parquet, as :func:`export` or another program wrote it.

    It needs the columns ``asof_utc``, ``ticker``, ``signal`` and ``value``; the others are filled:
    section and role with ``all``, texts with "", numbers and times with missing. A time without a
    zone is UTC. Rows without an ``asof_utc``, a ticker or a value are left out and counted.
    """
    import pandas as pd

    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            frame = pd.read_parquet(path, engine="pyarrow")
        else:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except ImportError:
        return None, [_no_pyarrow()]
    except Exception as error:
        return None, [_unreadable(path, str(error).splitlines()[0] if str(error) else "")]
    frame.columns = pd.Index([str(name).strip().lower() for name in frame.columns])
    missing = [name for name in ("asof_utc", "ticker", "signal", "value") if name not in frame]
    if missing:
        return None, [_unreadable(path, f"it has no column {', '.join(missing)}")]
    fill = {"section": "all", "role": "all"}
    for name in COLUMNS:
        if name not in frame:
            frame[name] = fill.get(name, "" if name not in (*_TIMES, *_NUMBERS) else None)
    frame = frame[list(COLUMNS)].copy()
    for name in _TIMES:
        frame[name] = pd.to_datetime(
            frame[name], utc=True, errors="coerce", format="ISO8601"
        ).dt.as_unit("us")
    for name in _NUMBERS:
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    frame["n_sentences"] = frame["n_sentences"].fillna(0)
    frame = frame.astype(_NUMBERS)
    for name in COLUMNS:
        if name not in (*_TIMES, *_NUMBERS):
            frame[name] = [_armed(str(cell)) for cell in frame[name]]
    whole = frame["asof_utc"].notna() & frame["value"].notna() & (frame["ticker"] != "")
    problems = []
    if not whole.all():
        problems.append(
            Problem(
                code="rows-left-out",
                message=f"{(~whole).sum()} rows lack a time, a ticker or a value",
                cure="fill asof_utc (ISO 8601), ticker and value",
                severity=Severity.WARNING,
                file=path.name,
            )
        )
    return frame[whole].reset_index(drop=True), problems


def _unreadable(path: Path, why: str) -> Problem:
    return Problem(
        code="no-signals",
        message=f"this is no table of signals: {why or 'it cannot be read'}",
        cure="give a CSV or Parquet file with asof_utc, ticker, signal and value",
        file=path.name,
    )
