"""A table of lines as the coder sees them: what is known before a line is coded, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from slmapps_invoices.coding.sellers import plain_text, seller_key, text_shape

__all__ = ["CONTEXTS", "Lines", "context_keys", "read_lines_frame", "seller_context", "size_of"]

# What a past line and a new line may have in common. The order is the order of the ranker's
# features: append only, or train the ranker again.
CONTEXTS = (
    "supplier",
    "supplier+department",
    "supplier+amount",
    "supplier+size",
    "supplier+text",
    "supplier+series",
    "text",
    "text+department",
    "department",
    "department+size",
    "department+series",
    "series",
    "invoice",
    "first word",
    "all",
)


@dataclass(frozen=True)
class Lines:
    """Parallel columns of ``n`` lines; ``seller`` is "" where the payee is redacted or missing."""

    supplier: tuple[str, ...]
    seller: tuple[str, ...]
    text: tuple[str, ...]
    shape: tuple[str, ...]
    department: tuple[str, ...]
    series: tuple[str, ...]
    invoice: tuple[str, ...]
    amount: NDArray[np.float64]
    date: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.supplier)

    def take(self, rows: Sequence[int] | NDArray[np.int64] | slice) -> Lines:
        """The lines at ``rows``, in that order."""
        index = np.arange(len(self))[rows]
        columns = {
            name: tuple(getattr(self, name)[i] for i in index)
            for name in ("supplier", "seller", "text", "shape", "department", "series", "invoice")
        }
        return Lines(**columns, amount=self.amount[index], date=self.date[index])

    @classmethod
    def joined(cls, parts: Sequence[Lines]) -> Lines:
        """All lines of several tables, one after the other."""
        columns = {
            name: tuple(value for part in parts for value in getattr(part, name))
            for name in ("supplier", "seller", "text", "shape", "department", "series", "invoice")
        }
        return cls(
            **columns,
            amount=np.concatenate([np.zeros(0), *(part.amount for part in parts)]),
            date=np.concatenate([np.zeros(0, np.int64), *(part.date for part in parts)]),
        )


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame.columns:
        return [""] * len(frame)
    column = frame.loc[:, name]
    if isinstance(column, pd.DataFrame):  # two columns of one name
        column = column.iloc[:, 0]
    cells = zip(column.tolist(), column.isna().tolist(), strict=True)
    return ["" if gone else _cell(cell) for cell, gone in cells]


def _cell(cell: object) -> str:
    """A cell as text. A column of whole numbers with a gap in it is one of floats to pandas."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _days(values: list[str]) -> NDArray[np.int64]:
    # The day where the line was booked: no clock, no time zone.
    values = [value[:10] if value[4:5] == "-" else value for value in values]
    parsed = pd.to_datetime(pd.Series(values, dtype="object"), errors="coerce", format="ISO8601")
    days = (parsed - pd.Timestamp("1970-01-01")).dt.days
    return np.asarray(days.fillna(0), dtype=np.int64)


def _series(number: str) -> str:
    """The number series that a reference belongs to: its length and how it begins."""
    return f"{len(number)}{number[:2]}" if number else ""


def read_lines_frame(frame: pd.DataFrame) -> Lines:
    """Lift the columns date, supplier, text, amount, department and invoice_id out of ``frame``.

    Missing columns and cells count as empty. Labels (account, tax code, cost centre) are never
    read. TypeError where ``frame`` is no table.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "give the lines as a pandas.DataFrame with columns supplier, text, amount …,"
            f" not as {type(frame).__name__}: pandas.DataFrame(lines) makes one"
        )
    supplier = _column(frame, "supplier")
    text = _column(frame, "text")
    invoice = _column(frame, "invoice_id")
    amount = pd.to_numeric(pd.Series(_column(frame, "amount"), dtype="object"), errors="coerce")
    return Lines(
        supplier=tuple(plain_text(name) for name in supplier),
        seller=tuple(seller_key(name) or "" for name in supplier),
        text=tuple(plain_text(value) for value in text),
        shape=tuple(text_shape(value) for value in text),
        department=tuple(plain_text(value) for value in _column(frame, "department")),
        series=tuple(_series(number) for number in invoice),
        invoice=tuple(invoice),
        amount=np.nan_to_num(amount.to_numpy(dtype=np.float64), posinf=0.0, neginf=0.0),
        date=_days(_column(frame, "date")),
    )


def _hash(*parts: object) -> int:
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def size_of(amount: float) -> str:
    """The order of magnitude of an amount, credits apart."""
    return f"{'-' if amount < 0 else ''}{int(np.log2(abs(amount) + 1))}"


def seller_context(seller: str) -> int:
    """The key of the context "supplier"."""
    return _hash("s", seller)


def context_keys(lines: Lines, row: int) -> tuple[int, ...]:
    """One hashed key for each of :data:`CONTEXTS`; 0 where the line has no such context."""
    seller, shape = lines.seller[row], lines.shape[row]
    department, series = lines.department[row], lines.series[row]
    amount = float(lines.amount[row])
    size = size_of(amount)
    invoice = lines.invoice[row]
    return (
        _hash("s", seller) if seller else 0,
        _hash("sd", seller, department) if seller and department else 0,
        _hash("sa", seller, round(amount, 2)) if seller else 0,
        _hash("sz", seller, size) if seller else 0,
        _hash("st", seller, shape) if seller and shape else 0,
        _hash("sn", seller, series) if seller and series else 0,
        _hash("t", shape) if shape else 0,
        _hash("td", shape, department) if shape and department else 0,
        _hash("d", department) if department else 0,
        _hash("dz", department, size),
        _hash("dn", department, series) if series else 0,
        _hash("n", series) if series else 0,
        _hash("i", seller, invoice) if invoice else 0,
        _hash("w", seller.split(" ", 1)[0]) if seller else 0,
        1,
    )
