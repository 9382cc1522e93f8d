"""A table of reviewed cases as bytes and back: JSON columns under zlib, no pickle, no binary float.

Decimals, dates and times keep their type; missing values (None, NaN, NaT) come back as None
in object columns and as NaN in number columns.
"""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of", "sheet_of"]


def _kind(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {Decimal}:
        return "decimal"
    if kinds and all(issubclass(kind, datetime) for kind in kinds):
        return "moment"
    if kinds == {date}:
        return "date"
    return "json"


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, int, float, str)):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def sheet_of(frame: pd.DataFrame) -> bytes:
    """Pack the columns of ``frame`` (any index is dropped) as compressed JSON."""
    import pandas as pd

    columns = []
    for name in frame.columns:
        column = frame[name]
        missing = pd.isna(column).tolist()
        values = [
            None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)
        ]
        kind = _kind(values)
        if kind == "decimal":
            values = [None if value is None else str(value) for value in values]
        elif kind in ("date", "moment"):
            values = [None if value is None else value.isoformat() for value in values]
        else:
            values = [None if value is None else _plain(value) for value in values]
        columns.append({"name": str(name), "kind": kind, "values": values})
    body = json.dumps({"rows": len(frame), "columns": columns}, allow_nan=False)
    return zlib.compress(body.encode(), 3)


def frame_of(sheet: bytes) -> pd.DataFrame:
    """Unpack the table that :func:`sheet_of` packed."""
    import pandas as pd

    body = json.loads(zlib.decompress(sheet))
    columns: dict[str, Any] = {}
    for column in body["columns"]:
        values, kind = column["values"], column["kind"]
        if kind == "decimal":
            values = [None if value is None else Decimal(value) for value in values]
        elif kind == "date":
            values = [None if value is None else date.fromisoformat(value) for value in values]
        elif kind == "moment":
            values = pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601")
        columns[column["name"]] = values
    return pd.DataFrame(columns, index=pd.RangeIndex(body["rows"]))
