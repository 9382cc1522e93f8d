"""The one look of every table: amounts to the cent, shares as bars, dates in ISO."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["amount_column", "count_column", "select_cell", "selected_row", "share_column"]


def amount_column(label: str) -> Any:
    """A column of money, right-aligned, to the cent with thousands marked."""
    return st.column_config.NumberColumn(label, format="accounting", width=95)


def count_column(label: str, width: int = 70) -> Any:
    """A column of whole numbers."""
    return st.column_config.NumberColumn(label, format="%d", width=width)


def share_column(label: str, tip: str | None = None) -> Any:
    """A column of percentages (0..100) drawn as bars."""
    return st.column_config.ProgressColumn(
        label, help=tip, format="%.0f%%", min_value=0, max_value=100, width=95
    )


def select_cell(state: Any) -> int | None:
    """The row of the cell that was clicked in a table with ``single-cell`` selection."""
    cells = (state or {}).get("selection", {}).get("cells", [])
    return int(cells[0][0]) if cells else None


def selected_row(state: Any) -> int | None:
    """The row that is selected in a table with ``single-row`` selection."""
    rows = (state or {}).get("selection", {}).get("rows", [])
    return int(rows[0]) if rows else None
